//! `announce`: makes the GitHub release of a published and verified version. It has the version's section of the
//! changelog, the files, and the bills of materials of the wheels.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;
use wheel_audit::wheel::file::read_released;
use wheel_audit::wheel::{Sha256Sum, is_sbom, zip};

use crate::evidence::{EvidenceFolder, SentStep, TestedSource};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::folder;
use crate::program::command;
use crate::project::source::Source;
use crate::project::{Project, changelog};
use crate::report::{Mood, Output, Report};
use crate::stage::from_jobs::FromJobs;
use crate::stage::{recorded, verify};
use crate::tool::gh::{self, Asset, GitHubRelease};

/// The content of the GitHub release, as `--format json` prints it.
#[derive(Debug, Serialize)]
struct Announcement {
    tag: String,
    prerelease: bool,
    notes: String,
    assets: Vec<String>,
}

/// The arguments of `announce`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Make the GitHub release; without this option, only show it
    #[arg(long)]
    pub execute: bool,
    #[command(flatten)]
    pub jobs: FromJobs,
    #[command(flatten)]
    pub output: Output,
}

/// Runs `announce`, after joining the results of jobs if `from` is given. It is a dry run without `execute`.
pub fn run(
    args: &Args,
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
) -> Result<Verdict> {
    let execute = args.execute;
    let source = &args.jobs.take_in(source, kept, report)?;
    let tag = ready(source, kept)?;
    let notes = notes(source, report)?;
    let folder = source.project.work().join("announce");
    folder::clear(&folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let assets = assets(source, kept, &folder)?;
    let notes_file = folder.join("notes.md");
    fs::write(&notes_file, &notes)
        .with_context(|| format!("cannot write `{}`", notes_file.display()))?;
    let announcement = Announcement {
        prerelease: source.project.version.any_prerelease(),
        assets: assets.iter().map(|path| name(path)).collect(),
        notes,
        tag,
    };
    if execute {
        publish(&source.project, report, &announcement, &notes_file, &assets)?;
    }
    report.result(&summary(&announcement, execute), &announcement)?;
    Ok(Verdict::Yes)
}

/// The section of the changelog. Without one, a line with the version, and a warning.
fn notes(source: &Source, report: &Report) -> Result<String> {
    let project = &source.project;
    let missing = match changelog::find(&project.root, source.top()) {
        None => "there is no changelog".to_owned(),
        Some(log) => {
            let text = fs::read_to_string(&log).map_err(|error| {
                Failure::usage(format!("cannot read `{}`: {error}", log.display()))
            })?;
            match changelog::section(&text, &project.version) {
                Some(section) if !section.is_empty() => return Ok(section),
                Some(_) => {
                    format!("the section for {} in `{}` is empty", project.version, log.display())
                }
                None => format!("`{}` has no section for {}", log.display(), project.version),
            }
        }
    };
    report.warn_and_advise(
        &format!("{missing}, so the notes of the release name its version alone"),
        "edit the notes of the release on GitHub",
    );
    Ok(format!("{} {}\n", project.name, project.version))
}

/// The tag of a release that is published and verified, or the reason why it is not.
fn ready(source: &Source, kept: &EvidenceFolder) -> Result<String> {
    let (plan, table) = (&source.plan, &source.project.table);
    let no = |why: &str, hint: &str| Failure::refused(why).hint(hint);
    let tag = plan.tag.clone().ok_or_else(|| {
        no("the commit carries no version tag", "check out the tag of the release")
    })?;
    let receipt = kept.receipt.as_ref().ok_or_else(|| {
        no("there is no receipt", &format!("run `{}` first", command("publish --execute")))
    })?;
    let sent = |file: &str| {
        receipt.files.iter().any(|sent| sent.file == file && sent.step == SentStep::Verified)
    };
    if let Some(file) = plan.files().find(|file| !sent(file)) {
        return Err(no(
            &format!("the receipt does not say that the index holds `{file}`"),
            &format!("run `{}` to its end", command("publish --execute")),
        )
        .into());
    }
    let of_this = |of: &TestedSource| of.mismatch(source.commit(), plan).is_none();
    match &kept.verify {
        Some(verified) if !verified.runs.source.as_ref().is_some_and(of_this) => Err(no(
            "`verify` did not test the release of this commit and this plan",
            &format!("run `{}` on the commit of the release", command("verify")),
        )
        .into()),
        Some(verified) if verified.runs.outcomes.is_empty() => {
            Err(no("`verify` tested nothing", &format!("run `{}` first", command("verify"))).into())
        }
        Some(verified) if verify::verdict(verified, table) == Verdict::Yes => Ok(tag),
        Some(_) => Err(no(
            "`verify` found differences or a Python on which the release fails",
            "read `target/pipeline/verify.json`, and find the cause before you announce",
        )
        .into()),
        None => {
            Err(no("the release was not verified", &format!("run `{}` first", command("verify")))
                .into())
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    read_released(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The files of the release, and the bills of materials of its wheels, each with the name of its wheel.
fn assets(source: &Source, kept: &EvidenceFolder, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut assets = Vec::new();
    for (path, built) in recorded::files(&source.project, &source.plan, kept.built())? {
        assets.push(path.clone());
        let Some(stem) = built.file.strip_suffix(".whl") else { continue };
        let members = zip::read(&read(&path)?, is_sbom)?;
        let sboms = members.into_iter().filter_map(|member| Some((member.name, member.content?)));
        for (member, content) in sboms {
            let last = member.rsplit('/').next().unwrap_or_default();
            let sbom = folder.join(format!("{stem}.{last}"));
            fs::write(&sbom, content)
                .with_context(|| format!("cannot write `{}`", sbom.display()))?;
            assets.push(sbom);
        }
    }
    Ok(assets)
}

/// Makes the release, or adds missing files to it, so that an interrupted run continues.
fn publish(
    project: &Project,
    report: &Report,
    announcement: &Announcement,
    notes: &Path,
    assets: &[PathBuf],
) -> Result<()> {
    let (root, tag) = (&project.root, announcement.tag.as_str());
    let there: Vec<Asset> = match gh::view(root, tag)? {
        GitHubRelease::Assets(assets) => {
            report.say(Mood::Good, "already there", &format!("the release {tag}"));
            assets
        }
        GitHubRelease::None => {
            gh::create(root, tag, notes, announcement.prerelease).check()?;
            report.say(Mood::Good, "created", &format!("the release {tag}"));
            Vec::new()
        }
    };
    let sums = assets.iter().map(|path| Ok((name(path), Sha256Sum::digest(&read(path)?))));
    let sums: Vec<(String, Sha256Sum)> = sums.collect::<Result<_>>()?;
    let mut sent = false;
    for (path, (name, sum)) in assets.iter().zip(&sums) {
        match there.iter().find(|asset| asset.name == *name) {
            Some(asset) if asset.is_whole() => {
                compare(asset, *sum, tag)?;
                report.say(Mood::Good, "already there", name);
            }
            other => {
                let action = report.start(format!("attaching {name}"));
                gh::upload(root, tag, path, other.is_some()).check()?;
                action.done(Mood::Good, "attached", name);
                sent = true;
            }
        }
    }
    if sent { confirm(root, tag, &sums) } else { Ok(()) }
}

/// Compares what GitHub has after the uploads with the files here.
fn confirm(root: &Path, tag: &str, sums: &[(String, Sha256Sum)]) -> Result<()> {
    let GitHubRelease::Assets(there) = gh::view(root, tag)? else {
        return Err(Failure::unknown(format!("GitHub does not show the release {tag}")).into());
    };
    for (name, sum) in sums {
        let asset = there.iter().find(|asset| asset.name == *name && asset.is_whole());
        let asset = asset.ok_or_else(|| {
            Failure::unknown(format!("GitHub does not show `{name}` in the release {tag}"))
                .hint("run the same command again, it continues")
        })?;
        compare(asset, *sum, tag)?;
    }
    Ok(())
}

fn compare(asset: &Asset, sum: Sha256Sum, tag: &str) -> Result<(), Failure> {
    let name = &asset.name;
    match asset.is(sum) {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::refused(format!(
            "the release {tag} has another file named `{name}`, and not the one with SHA-256 {sum}"
        ))
        .hint("find out who uploaded it")),
        None => Err(Failure::unknown(format!("`gh` does not tell the SHA-256 of `{name}`"))
            .hint("run the same command again in a minute; an old `gh` never tells, so update it")),
    }
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn summary(announcement: &Announcement, execute: bool) -> String {
    let kind = if announcement.prerelease { "pre-release" } else { "release" };
    let mut text = format!("{kind} {}\n\n{}\n\n", announcement.tag, announcement.notes);
    for asset in &announcement.assets {
        text += &format!("  {asset}\n");
    }
    if !execute {
        text += "nothing was announced: this was a dry run, `--execute` announces\n";
    }
    text
}
