//! `prepare`: writes the version into the file that states it, dates the changelog's section, refreshes the lock file, and checks
//! the result. The remaining git commands are printed, not run.

mod commands;
mod version_place;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::civil::Date;
use pep440_rs::Version;

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::project::source::Source;
use crate::project::{Project, agreement, changelog, search};
use crate::report::{Mood, Report};
use crate::stage::today;
use crate::tool::cargo::lock;
use crate::tool::cargo::metadata::Metadata;
use crate::tool::{cargo, git};

/// The new content of files, with their paths.
type Changes = Vec<(PathBuf, String)>;

/// The arguments of `prepare`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The next version in cargo's spelling: 1.2.3, 1.2.3-rc.1
    pub version: String,
}

/// Runs `prepare`.
pub fn run(args: &Args, source: &Source, report: &Report) -> Result<Verdict> {
    let version = &args.version;
    let next = check_version(version, &source.project.version)?;
    let tag = source.project.table.tag.tag(version);
    refuse_unready(source, &next)?;
    let today = today();
    let root = &source.project.root;
    let changes = changes(source, version, today, report)?;
    let lock = lock::path(&source.project.crate_for_cargo())?;
    let paths = changes.iter().map(|(path, _)| path.clone()).chain([lock]);
    let before: Vec<(PathBuf, Option<Vec<u8>>)> =
        paths.map(|path| (path.clone(), fs::read(path).ok())).collect();
    let made = make(&source.project, report, &changes, &next);
    if made.is_err() {
        for (path, content) in &before {
            if let Some(content) = content {
                fs::write(path, content)
                    .with_context(|| format!("cannot restore `{}`", path.display()))?;
            }
        }
    }
    made?;
    let mut changed = Vec::new();
    for (path, _) in before.iter().filter(|(path, content)| fs::read(path).ok() != *content) {
        let folder = path.parent().unwrap_or(root);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // git would refuse to add a lock file that it ignores.
        if !git::is_ignored(folder, &name)? {
            changed.push(path.clone());
        }
    }
    let here = search::here()?;
    let signed = source.project.table.signed_tags;
    report.data(&commands::remaining(root, &here, &changed, version, &tag, signed))?;
    Ok(Verdict::Yes)
}

/// Checks the next version, which is in cargo's spelling. Returns it in Python's spelling.
fn check_version(text: &str, current: &Version) -> Result<Version, Failure> {
    let (numbers, pre) = text.split_once('-').map_or((text, None), |(a, b)| (a, Some(b)));
    let number = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let pre_is_good = pre.is_none_or(|pre| {
        ["alpha.", "beta.", "rc."].iter().any(|start| pre.strip_prefix(start).is_some_and(&number))
    });
    let version = text.parse::<Version>();
    let (true, true, true, Ok(version)) =
        (parts.len() == 3, parts.into_iter().all(number), pre_is_good, version)
    else {
        return Err(Failure::usage(format!(
            "`{text}` is not a version that both cargo and Python accept"
        ))
        .hint("write it as `1.2.3`, or `1.2.3-rc.1`"));
    };
    if version <= *current {
        return Err(Failure::refused(format!(
            "`{text}` is not later than {current}, the project's version"
        ))
        .hint("an index accepts a version only once"));
    }
    Ok(version)
}

fn refuse_unready(source: &Source, next: &Version) -> Result<()> {
    let Some(revision) = source.revision.as_ref() else {
        return Err(Failure::usage("only a commit in a git checkout can be released").into());
    };
    if revision.dirty {
        return Err(Failure::refused("the checkout differs from its commit")
            .hint("commit or stash the changes first")
            .into());
    }
    let spelling = &source.project.table.tag;
    let tags = git::tags(&source.project.root)?;
    if let Some(tag) = tags.iter().find(|tag| spelling.matches(tag).as_ref() == Some(next)) {
        return Err(Failure::refused(format!("the tag `{tag}` already exists")).into());
    }
    Ok(())
}

fn changes(source: &Source, version: &str, today: Date, report: &Report) -> Result<Changes> {
    let read = |path: &Path| {
        fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("cannot read `{}`: {error}", path.display())))
    };
    let stated = version_place::of(&source.project)?;
    let mut changes =
        vec![(stated.path.clone(), stated.with_version(&read(&stated.path)?, version)?)];
    let Some(log) = changelog::find(&source.project.root, source.top()) else {
        report.warn("there is no changelog, so the GitHub release will have no notes");
        return Ok(changes);
    };
    let text = read(&log)?;
    if changelog::has_unreleased(&text) {
        let released = changelog::release(&text, version, today)
            .map_err(|why| Failure::refused(format!("`{}`: {why}", log.display())))?;
        changes.push((log, released));
    } else {
        report.warn_and_advise(
            &format!("`{}` has no section `## [Unreleased]`, so it stays as it is", log.display()),
            &format!("see that it has a section for {version}, which the GitHub release takes its notes from"),
        );
    }
    Ok(changes)
}

/// Writes the changes, and checks that the project's files agree.
fn make(project: &Project, report: &Report, changes: &Changes, version: &Version) -> Result<()> {
    let root = &project.root;
    for (path, text) in changes {
        fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        report.say(Mood::Good, "written", &path.display().to_string());
    }
    let action = report.start("refreshing Cargo.lock");
    let of = project.crate_for_cargo();
    let own = of.manifest.parent().unwrap_or(root);
    cargo::update_own(own).check().context("cannot refresh `Cargo.lock`")?;
    Metadata::locked(&of, &[]).context("`Cargo.lock` is not current")?;
    action.done(Mood::Good, "refreshed", "Cargo.lock");
    let project = Project::read(root, None)?;
    let plan = agreement::plan(&project, &[]).map_err(|disagreements| {
        Failure::refused(format!("the project's files disagree:\n  {}", disagreements.join("\n  ")))
    })?;
    if project.version != *version {
        return Err(Failure::refused(format!(
            "`{}` gives version {} after the change, expected {version}",
            project.version_file(),
            project.version
        ))
        .hint("check if the version is in another file")
        .into());
    }
    report.say(Mood::Good, "planned", &format!("{} files", plan.files().count()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_must_be_accepted_by_cargo_and_python_and_later_than_the_current_one() {
        let current: Version = "1.0.0rc1".parse().expect("a version");
        for text in ["1.0.0", "1.0.0-rc.2", "2.0.0-alpha.1", "1.0.1"] {
            check_version(text, &current).expect(text);
        }
        for text in [
            "1.0",
            "v1.0.0",
            "1.0.0rc2",
            "1.0.0-rc2",
            "1.0.0-nightly.1",
            "01.0.0",
            "1.0.0+x",
            "1..0",
            "",
        ] {
            let said = check_version(text, &current).expect_err(text).to_string();
            assert!(said.contains("is not a version that both cargo and Python accept"), "{said}");
        }
        for text in ["1.0.0-rc.1", "1.0.0-beta.9", "0.9.9"] {
            let said = check_version(text, &current).expect_err(text).to_string();
            assert!(said.contains("is not later than 1.0.0rc1"), "{said}");
        }
    }
}
