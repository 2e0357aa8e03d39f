//! `audit`: reads every file of a release, and judges each file and the set.
//!
//! It works on any project. Without the table `[tool.wheel-pipeline]` there is no plan, and checks that need a plan
//! are not applicable.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Result;
use wheel_audit::check::{self, CHECKS, CheckInput, NotJudged, Outcome, Severity, install_table};
use wheel_audit::plan::{Plan, PromisedEnvironment};
use wheel_audit::set::promise;
use wheel_audit::wheel::release::{ReleaseFacts, list};
use wheel_audit::wheel::{Sha256Sum, printable};

use crate::evidence::gate::PickedFile;
use crate::evidence::{AuditEvidence, EvidenceFolder};
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::process::interrupt::unless_interrupted;
use crate::program::command;
use crate::project::Acceptance;
use crate::project::source::Source;
use crate::project::{has_table, search, series};
use crate::report::{Mood, Report, github, human, sarif, table};
use crate::stage::{RunLock, from_jobs};

/// The output format of the audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum AuditFormat {
    /// Findings and a table of checks.
    #[default]
    Human,
    /// The evidence: files, checks, findings.
    Json,
    /// Annotations for GitHub Actions.
    Github,
    /// A log in SARIF 2.1.0, for code scanners.
    Sarif,
}

/// The arguments of `audit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Wheels, sdists, or folders with them; by default dist/, judged by the project's plan if there is one
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// First join the results of a matrix's jobs; DIR has a folder for each job
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    pub from: Option<PathBuf>,
    #[command(flatten)]
    pub choice: Choice,
    /// Exit 1 for warnings and needless rows of `accept` too
    #[arg(long)]
    pub strict: bool,
    /// Format of the result on stdout
    #[arg(long, value_enum, default_value_t)]
    pub format: AuditFormat,
}

/// The selection of checks. By default, all checks run.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Choice {
    /// Run only this check; may be repeated
    #[arg(long, value_name = "CHECK")]
    pub select: Vec<String>,
    /// Leave out this check, and say so in the report; may be repeated
    #[arg(long, value_name = "CHECK")]
    pub ignore: Vec<String>,
}

impl Choice {
    /// The reason why a check is not selected.
    fn against(&self, check: &str) -> Option<String> {
        let named = |names: &[String]| names.iter().any(|name| name == check);
        if named(&self.ignore) {
            Some("by `--ignore`".to_owned())
        } else if !self.select.is_empty() && !named(&self.select) {
            Some("not named by `--select`".to_owned())
        } else {
            None
        }
    }

    /// Refuses unknown names of checks.
    fn known(&self) -> Result<(), Failure> {
        for name in self.select.iter().chain(&self.ignore) {
            super::explain::check(name)?;
        }
        Ok(())
    }
}

/// Runs `audit` on the project's `dist/`, or on the given files and folders, which need no project. `project` is the
/// folder that the command line names.
pub fn run(args: &Args, project: Option<&Path>, report: &Report) -> Result<Verdict> {
    let Args { paths, from, choice, .. } = args;
    choice.known()?;
    let root = match (from, &paths[..]) {
        (Some(_), _) => Some(search::named_or_nearest(project)?),
        (None, []) => planned(project)?,
        (None, _) => None,
    };
    if let Some(root) = root {
        let handed = from.as_deref().map(from_jobs::handed).transpose()?.flatten();
        let mut source = Source::open(&root, handed.as_ref())?;
        let _lock = RunLock::take(&source.project)?;
        let mut kept = EvidenceFolder::open(source.project.work())?;
        if let Some(from) = from {
            source = from_jobs::take_in(&source, &mut kept, report, from)?;
        }
        let (evidence, picked) = judge_chosen(&source, &mut kept, report, &source.plan, choice)?;
        return show(report, &evidence, &picked, args);
    }
    let paths = match &paths[..] {
        [] => list(&project.unwrap_or(Path::new("")).join("dist"))?,
        paths => named(paths)?,
    };
    if paths.is_empty() {
        return Err(Failure::unknown("there is nothing to audit")
            .hint("name wheels, sdists or folders that hold them")
            .into());
    }
    let action = report.start("auditing");
    let (evidence, picked) = of_chosen(paths, choice)?;
    done(action, &evidence, args.strict);
    show(report, &evidence, &picked, args)
}

/// Judges files that belong to no project.
pub fn of_files(paths: Vec<PathBuf>) -> Result<AuditEvidence> {
    Ok(of_chosen(paths, &Choice::default())?.0)
}

/// The evidence, and the install table if the files are of one release.
fn of_chosen(paths: Vec<PathBuf>, choice: &Choice) -> Result<(AuditEvidence, Vec<PickedFile>)> {
    let choice = choice.clone();
    Ok(unless_interrupted(move || {
        let (release, unread) = ReleaseFacts::read(&paths);
        let evidence = judged(CheckInput::new(&release), unread, &choice, &Rows::default());
        let known: Vec<_> = series::found().chain(series::pypys()).collect();
        // A single wheel is no set.
        let promised = (release.wheels.len() > 1).then(|| promise(&release, &known).ok()).flatten();
        let picked = promised.map(|promised| picked(&release, &promised.plan));
        (evidence, picked.unwrap_or_default())
    })?)
}

/// What pip picks in each environment of a plan.
fn picked(release: &ReleaseFacts, plan: &Plan) -> Vec<PickedFile> {
    let table = install_table::table(release, plan).into_iter();
    let row = |(environment, file): (&PromisedEnvironment, _)| PickedFile {
        target: environment.target,
        python: environment.python,
        file,
    };
    table.map(row).collect()
}

/// The project whose plan `dist/` is judged by. None if there is none: then the working directory's `dist/` is judged.
fn planned(project: Option<&Path>) -> Result<Option<PathBuf>> {
    Ok(match project {
        Some(named) => has_table(named)?.then(|| named.to_owned()),
        None => search::with_table(&search::here()?),
    })
}

/// Judges `dist/` by a plan, and writes `audit.json`.
pub fn judge(
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
    plan: &Plan,
) -> Result<AuditEvidence> {
    Ok(judge_chosen(source, kept, report, plan, &Choice::default())?.0)
}

/// The evidence, and the install table.
fn judge_chosen(
    source: &Source,
    kept: &mut EvidenceFolder,
    report: &Report,
    plan: &Plan,
    choice: &Choice,
) -> Result<(AuditEvidence, Vec<PickedFile>)> {
    let dist = source.project.dist();
    let mut paths = list(&dist)?;
    // With a part of the plan, the other files of the whole plan are skipped. Earlier builds may have made them.
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let planned = |plan: &Plan| plan.files().any(|file| file == name);
        planned(plan) || !planned(&source.plan)
    });
    if paths.is_empty() {
        return Err(Failure::unknown(format!("there is nothing to audit in `{}`", dist.display()))
            .hint(format!("run `{}` first", command("build")))
            .into());
    }
    let action = report.start("auditing");
    let (evidence, picked) = read_and_judged(source, paths, plan, kept.built().sums(), choice)?;
    kept.keep(evidence.clone())?;
    done(action, &evidence, false);
    Ok((evidence, picked))
}

/// Judges everything in `dist/` by the whole plan and by all checks. Writes nothing.
pub fn whole(
    source: &Source,
    kept: &EvidenceFolder,
    report: &Report,
) -> Result<(AuditEvidence, Vec<PickedFile>)> {
    let paths = list(&source.project.dist())?;
    let action = report.start("auditing");
    let built = kept.built().sums();
    let (evidence, picked) =
        read_and_judged(source, paths, &source.plan, built, &Choice::default())?;
    done(action, &evidence, false);
    Ok((evidence, picked))
}

/// The evidence, and the install table.
fn read_and_judged(
    source: &Source,
    paths: Vec<PathBuf>,
    plan: &Plan,
    built: Vec<(String, Sha256Sum)>,
    choice: &Choice,
) -> Result<(AuditEvidence, Vec<PickedFile>)> {
    let (plan, choice) = (plan.clone(), choice.clone());
    let accept = source.project.table.accept.clone();
    let whole: Vec<String> = source.plan.files().map(str::to_owned).collect();
    Ok(unless_interrupted(move || {
        // What a link points to may be another file tomorrow.
        let (links, paths): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| path.is_symlink());
        let (release, mut unread) = ReleaseFacts::read(&paths);
        unread.extend(links.iter().map(|link| {
            let name = link.file_name().unwrap_or_default().to_string_lossy();
            format!("`{}`: it is a link, and not a file", printable(&name))
        }));
        let is_there = |file: &String| release.files.iter().any(|known| known.name == *file);
        // A file that is not here may need a row.
        let rows = Rows { accept, all: whole.iter().all(is_there) };
        let input = CheckInput { release: &release, plan: Some(&plan), built: Some(&built) };
        let evidence = judged(input, unread, &choice, &rows);
        let picked = picked(&release, &plan);
        (evidence, picked)
    })?)
}

/// The rows of `accept` of a project. A release without a project has none.
#[derive(Debug, Default)]
struct Rows {
    accept: Vec<Acceptance>,
    /// True if every file is there, so that a needless row can be told.
    all: bool,
}

fn judged(input: CheckInput, unread: Vec<String>, choice: &Choice, rows: &Rows) -> AuditEvidence {
    let today = crate::stage::today();
    let files = input.release.files.iter().map(|file| (file.name.clone(), file.sum)).collect();
    let untabled = check::untabled(input.release);
    let mut evidence = AuditEvidence { files, untabled, unread, ..AuditEvidence::default() };
    for check in CHECKS {
        let outcome = match choice.against(check.name) {
            Some(why) => Outcome::Ignored(why),
            None => match check.judge(input) {
                Ok(found) => evidence.outcome(found, Vec::new(), &rows.accept, today),
                Err(NotJudged::Unknown { unknown, found }) => {
                    evidence.outcome(found, unknown, &rows.accept, today)
                }
                Err(NotJudged::NotApplicable(why)) => Outcome::NotApplicable(why),
                Err(NotJudged::NoSubject(why)) => Outcome::NoSubject(why),
            },
        };
        evidence.checks.push((check.name.to_owned(), outcome));
    }
    if rows.all {
        evidence.judge_rows(&rows.accept, today);
    }
    evidence.findings.sort();
    evidence
}

/// The verdict of an audit. It is unknown if no check ran. With `strict`, warnings and needless rows count as errors do.
pub fn verdict(evidence: &AuditEvidence, strict: bool) -> Verdict {
    let outcome =
        |wanted: fn(&Outcome) -> bool| evidence.checks.iter().any(|(_, outcome)| wanted(outcome));
    let unknown = !evidence.unread.is_empty()
        || outcome(|outcome| matches!(outcome, Outcome::Unknown(_)))
        || !outcome(|outcome| matches!(outcome, Outcome::Ran { .. }));
    let bad = evidence.count(Severity::Error) > 0
        || strict && !(evidence.findings.is_empty() && evidence.needless.is_empty());
    let verdict = if bad { Verdict::No } else { Verdict::Yes };
    verdict.and(if unknown { Verdict::Unknown } else { Verdict::Yes })
}

fn done(action: crate::report::Progress, evidence: &AuditEvidence, strict: bool) {
    let ran = evidence.checks.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Ran { .. }));
    let (files, ran, all) = (evidence.files.len(), ran.count(), CHECKS.len());
    let what = format!("{files} files by {ran} of {all} checks: {}", human::numbers(evidence));
    let mood = match verdict(evidence, strict) {
        Verdict::Yes if evidence.findings.is_empty() => Mood::Good,
        Verdict::Yes => Mood::Doubtful,
        Verdict::No | Verdict::Unknown => Mood::Bad,
    };
    action.done(mood, "audited", &what);
}

fn show(
    report: &Report,
    evidence: &AuditEvidence,
    picked: &[PickedFile],
    args: &Args,
) -> Result<Verdict> {
    let verdict = verdict(evidence, args.strict);
    match args.format {
        AuditFormat::Human => {
            let mut text = human::problems(evidence);
            if !picked.is_empty() {
                let row = |one: &PickedFile| {
                    vec![one.target.title(), one.python.to_string(), one.shown()]
                };
                let rows: Vec<Vec<String>> = picked.iter().map(row).collect();
                text += &table::plain(&["platform", "Python", "what pip picks"], &rows);
                text.push('\n');
            }
            report.data(&(text + &human::checks(evidence)))?;
        }
        AuditFormat::Json => report.json(evidence)?,
        AuditFormat::Github => report.commands(&github::annotations(evidence))?,
        AuditFormat::Sarif => report.json(&sarif::log(evidence, verdict.code()))?,
    }
    Ok(verdict)
}

/// The given files, and everything in the given folders but hidden files. An upload of a folder takes all of it.
fn named(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(list(path)?);
        } else if path.symlink_metadata().is_ok() {
            files.push(path.clone());
        } else {
            let message = format!("there is no file and no folder `{}`", path.display());
            return Err(Failure::usage(message).into());
        }
    }
    files.sort();
    // A file that is named in two ways is one.
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.canonicalize().unwrap_or_else(|_| file.clone())));
    Ok(files)
}
