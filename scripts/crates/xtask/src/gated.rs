//! `gated`: downloads whole releases of the index, and runs the gate and the smoke test over each, without a project.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use wheel_audit::wheel::release::list;
use wheel_pipeline::evidence::gate::GateDecision;
use wheel_pipeline::evidence::{SmokeEvidence, SmokeOutcome, SmokeResult};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::process::command::{Finished, Invocation};
use wheel_pipeline::process::interrupt::check_interrupt;
use wheel_pipeline::project::Project;
use wheel_pipeline::report::{Mood, Report, human};

use crate::cargo;
use crate::page_table::PageTable;
use crate::releases::{Release, download, releases};

const LIST: &str = include_str!("../data/gated.txt");
const PAGE: &str = "docs/tried.md";
const TABLE: PageTable = PageTable {
    start: "<!-- gated: made by `cargo xtask gated` -->\n",
    end: "<!-- end of gated -->\n",
    header: &[
        "Release",
        "Files",
        "Promise",
        "Found",
        "What pip picks",
        "Gate",
        "Tested here",
        "Smoke",
    ],
};

/// The longest time of one command.
const LIMIT: Duration = Duration::from_secs(1800);

/// Runs `gated`, for the named projects or for all, and writes their rows of the page.
pub fn run(project: &Project, report: &Report, names: &[String]) -> Result<Verdict> {
    let all = releases(LIST)?;
    let order: Vec<&str> = all.iter().map(|release| release.project.as_str()).collect();
    if let Some(name) = names.iter().find(|name| !order.contains(&name.as_str())) {
        return Err(Failure::usage(format!("`{name}` is not on the list"))
            .hint(format!("there are {}", order.join(", ")))
            .into());
    }
    let path = project.root.join(PAGE);
    let mut page =
        fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let program = cargo::release(&project.root.join("scripts"), "wheel-pipeline")?;
    for release in &all {
        if !names.is_empty() && !names.contains(&release.project) {
            continue;
        }
        let name = format!("{} {}", release.project, release.version);
        let action = report.start(format!("downloading {name}"));
        let folder = download(release, &project.work().join("releases"))?;
        drop(action);
        let action = report.start(name.clone());
        let row = judged(release, &folder, &program)?;
        action.done(Mood::Good, "judged", &format!("{name}: {}", row[3]));
        check_interrupt()?;
        let rows = BTreeMap::from([(release.project.as_str(), row)]);
        page = TABLE.with_rows(&page, &order, &rows).ok_or_else(|| {
            Failure::usage(format!("`{PAGE}` has no marks for the table of the gate"))
        })?;
        fs::write(&path, &page).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(Verdict::Yes)
}

/// The row of a release, whose files are in `folder`.
fn judged(release: &Release, folder: &Path, program: &Path) -> Result<Vec<String>> {
    let here = tempfile::Builder::new().prefix("wheel-pipeline-gated-").tempdir()?;
    let run = |stage: &str| -> Result<(Finished, Duration)> {
        let started = Instant::now();
        let line = Invocation::new(program).arg(stage).arg(folder).args(["--format", "json"]);
        let finished = line.folder(here.path()).limit(LIMIT).run()?;
        Ok((finished, started.elapsed()))
    };
    let (gate, time) = run("gate")?;
    let decision: GateDecision = serde_json::from_str(&gate.stdout)
        .with_context(|| format!("the gate decided nothing: {}", gate.tail()))?;
    let (smoke, smoke_time) = run("smoke")?;
    // Without a Python for any of the wheels there is no result.
    let smoke: Option<SmokeEvidence> = serde_json::from_str(&smoke.stdout).ok();
    let mut size = 0;
    for path in list(folder)? {
        size += path.metadata()?.len();
    }
    let (project, version) = (&release.project, &release.version);
    Ok([
        format!("[{project}](https://pypi.org/project/{project}/{version}/) {version}"),
        format!("{}, {}", decision.files.len(), human::size(size)),
        promise(&decision),
        found(&decision),
        picks(&decision),
        seconds(time),
        smoke.as_ref().map_or_else(|| "no Python fits".to_owned(), tested),
        seconds(smoke_time),
    ]
    .map(|cell| cell.replace('|', "\\|"))
    .to_vec())
}

/// The promised environments, and the files that promise none.
fn promise(decision: &GateDecision) -> String {
    let environments = decision.picked.len();
    let mut targets: Vec<_> = decision.picked.iter().map(|one| one.target).collect();
    targets.dedup();
    let alone = match decision.unpromised.len() {
        0 => String::new(),
        count => format!("; audited alone: {count}"),
    };
    format!("environments: {environments}; platforms: {}{alone}", targets.len())
}

/// Everything but that this machine has not tested all environments.
fn found(decision: &GateDecision) -> String {
    let is_untested = |reason: &&String| {
        reason.starts_with("no smoke test of this build: ") || reason.starts_with("not tested: ")
    };
    let found: Vec<&str> =
        decision.reasons.iter().filter(|one| !is_untested(one)).map(String::as_str).collect();
    let errors = match &found[..] {
        [] => "no error".to_owned(),
        [only] => (*only).to_owned(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    };
    match decision.warnings.len() {
        0 => errors,
        1 => format!("{errors}; 1 warning"),
        count => format!("{errors}; {count} warnings"),
    }
}

/// The tags of the wheels that pip picks, and where it finds none.
fn picks(decision: &GateDecision) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in &decision.picked {
        let tags = one.file.as_deref().map_or("no wheel", |file| {
            let parts: Vec<&str> = file.trim_end_matches(".whl").rsplitn(4, '-').collect();
            if parts.get(1) == Some(&"none") { "`none`" } else { family(parts.get(1).copied()) }
        });
        *counts.entry(tags.to_owned()).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(tags, count)| format!("{tags}: {count}")).collect();
    counts.join(", ")
}

/// The kind of a wheel by its ABI tag.
fn family(abi: Option<&str>) -> &'static str {
    match abi {
        Some(abi) if abi.contains("abi3") => "the stable ABI",
        _ => "a Python's own ABI",
    }
}

fn tested(smoke: &SmokeEvidence) -> String {
    let passed = |one: &&SmokeOutcome| one.result == SmokeResult::Passed;
    let passed = smoke.outcomes.iter().filter(passed).count();
    let others = smoke.outcomes.iter().filter_map(|one| match &one.result {
        SmokeResult::Passed => None,
        SmokeResult::Failed { reason } | SmokeResult::NotTested { reason } => {
            let last = reason.lines().last().unwrap_or_default();
            Some(format!("; {} on {}: {last}", one.python, one.target))
        }
    });
    format!("{passed} of {} passed{}", smoke.outcomes.len(), others.collect::<String>())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use wheel_pipeline::evidence::gate::PickedFile;

    use super::*;

    #[test]
    fn the_list_can_be_read_and_the_page_has_its_marks() {
        assert!(releases(LIST).expect("it can be read").len() >= 5);
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(PAGE);
        let page = fs::read_to_string(page).expect("a page");
        assert!(TABLE.with_rows(&page, &[], &BTreeMap::new()).is_some());
    }

    #[test]
    fn a_row_tells_what_was_found_apart_from_what_was_not_tested() {
        let picked = |python: &str, file: Option<&str>| PickedFile {
            target: "win32".parse().expect("a tag"),
            python: python.parse().expect("a version"),
            file: file.map(str::to_owned),
        };
        let mut decision = GateDecision {
            reasons: vec!["no smoke test of this build: win32 on Python 3.13".to_owned()],
            picked: vec![
                picked("3.13", Some("a-1-cp310-abi3-win32.whl")),
                picked("3.14", Some("a-1-cp314-cp314-win32.whl")),
                picked("3.15", None),
            ],
            ..GateDecision::default()
        };
        assert_eq!(found(&decision), "no error");
        assert_eq!(picks(&decision), "a Python's own ABI: 1, no wheel: 1, the stable ABI: 1");
        assert_eq!(promise(&decision), "environments: 3; platforms: 1");
        decision.reasons.extend(["one".to_owned(), "two".to_owned()]);
        decision.warnings.push("three".to_owned());
        assert_eq!(found(&decision), "one, and 1 more; 1 warning");
    }
}
