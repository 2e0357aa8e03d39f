//! `mutants`: makes the faults of `data/mutants.toml` in `src/` one by one, and expects that a test notices each.
//!
//! A list rather than a generator: each fault is one that a person could make, and names the file of tests that must
//! notice it. A suite that hangs notices nothing.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use wheel_pipeline::evidence::EvidenceFolder;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::cargo::cargo;
use wheel_pipeline::tool::python::isolated;

use crate::checks;
use crate::test_environment::{self, TestEnvironment};

const MUTANTS: &str = include_str!("../data/mutants.toml");
/// What the build of a mutant reads.
const INPUTS: [&str; 4] = ["Cargo.toml", "Cargo.lock", ".cargo", "src"];
/// The seconds after which a call of the tests hangs. Such a test fails.
const LIMIT: &str = "60";
/// The seconds after which a test hangs. Then the whole suite ends.
const SUITE_LIMIT: &str = "timeout=400";

#[derive(Debug, Deserialize)]
struct List {
    mutant: Vec<Mutant>,
}

/// A fault, and the file of tests that must notice it.
#[derive(Debug, Deserialize)]
struct Mutant {
    fault: String,
    file: String,
    find: String,
    replace: String,
    test: String,
}

/// What the tests made of a mutant.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Caught,
    Survived,
    Hung,
}

/// Runs `mutants` on the newest promised Python of this machine.
pub fn run(
    source: &Source,
    machine: &Machine,
    kept: &EvidenceFolder,
    report: &Report,
    words: Option<&str>,
) -> Result<Verdict> {
    let mut mutants = mutants()?;
    mutants.retain(|mutant| words.is_none_or(|words| mutant.fault.contains(words)));
    if mutants.is_empty() {
        return Err(Failure::usage("no fault is described with these words").into());
    }
    let mut environments = test_environment::environments(source, machine, kept, report)?;
    let environment = environments.pop().context("there is at least one environment")?;
    let bench = Bench::new(&source.project.root, environment)?;
    // Otherwise a test that always fails would seem to notice everything.
    bench.install()?;
    for test in tests(&mutants) {
        if bench.test(test)? != Outcome::Caught {
            continue;
        }
        let why = format!("`tests/{test}` fails without a fault");
        return Err(Failure::unknown(why).into());
    }
    let (mut caught, mut hung) = (0, 0);
    for mutant in &mutants {
        let action = report.start(mutant.fault.clone());
        let outcome = bench.with(mutant, || bench.test(&mutant.test))?;
        let (mood, word) = match outcome {
            Outcome::Caught => (Mood::Good, "caught"),
            Outcome::Survived => (Mood::Bad, "survived"),
            Outcome::Hung => (Mood::Bad, "hung"),
        };
        caught += usize::from(outcome == Outcome::Caught);
        hung += usize::from(outcome == Outcome::Hung);
        action.done(mood, word, &mutant.fault);
    }
    let count = mutants.len();
    report.data(&format!("{caught} of {count} mutants caught, {hung} others hung\n"))?;
    Ok(if caught == count { Verdict::Yes } else { Verdict::No })
}

/// The list of mutants.
fn mutants() -> Result<Vec<Mutant>> {
    let list: List = toml::from_str(MUTANTS).context("`mutants.toml` is not valid")?;
    Ok(list.mutant)
}

/// The files of tests that the mutants name, once each.
fn tests(mutants: &[Mutant]) -> Vec<&str> {
    let mut tests: Vec<&str> = mutants.iter().map(|mutant| mutant.test.as_str()).collect();
    tests.sort_unstable();
    tests.dedup();
    tests
}

/// A copy of the extension's source, and an environment in which each build of it replaces the one before.
struct Bench {
    environment: TestEnvironment,
    /// The folder of the repository, which has the tests.
    root: PathBuf,
    /// The copy of the source, in the folder of the environment.
    copy: PathBuf,
    /// The installed extension.
    extension: PathBuf,
}

impl Bench {
    fn new(root: &Path, environment: TestEnvironment) -> Result<Self> {
        let copy = environment.folder.path().join("mutant");
        fs::create_dir(&copy)?;
        for input in INPUTS {
            copy_all(&root.join(input), &copy.join(input))?;
        }
        let asked = isolated(&environment.environment.python())
            .args(["-I", "-c", "import sum_up_to._native as it; print(it.__file__)"])
            .check()?;
        let extension = PathBuf::from(asked.stdout.trim());
        Ok(Self { environment, root: root.to_owned(), copy, extension })
    }

    /// Makes a fault for the duration of a call.
    fn with<T>(&self, mutant: &Mutant, run: impl FnOnce() -> Result<T>) -> Result<T> {
        let file = self.copy.join(&mutant.file);
        let text = fs::read_to_string(&file)?;
        fs::write(&file, mutated(&text, mutant)?)?;
        let outcome = self.install().and_then(|()| run());
        fs::write(&file, text)?;
        outcome
    }

    /// Builds the copy and puts it in the place of the installed extension.
    fn install(&self) -> Result<()> {
        let target = self.root.join("target").join("mutants");
        cargo(&self.copy)
            .args(["build", "--quiet", "--locked"])
            .env("CARGO_TARGET_DIR", &target)
            .check()?;
        let library = target.join("debug").join(format!("{DLL_PREFIX}_native{DLL_SUFFIX}"));
        // In one step: a file that is written in place may be in use.
        let new = self.extension.with_extension("new");
        fs::copy(library, &new)?;
        fs::rename(new, &self.extension)?;
        Ok(())
    }

    fn test(&self, file: &str) -> Result<Outcome> {
        let finished = self.command(file).run()?;
        Ok(if finished.succeeded() {
            Outcome::Survived
        } else if finished.output().contains("+ Timeout +") {
            Outcome::Hung
        } else {
            Outcome::Caught
        })
    }

    fn command(&self, file: &str) -> Invocation {
        checks::pytest(&self.environment.environment, &self.root, 1)
            .env("SUM_UP_TO_LIMIT", LIMIT)
            .args(["--exitfirst", "--override-ini", SUITE_LIMIT])
            .arg(format!("tests/{file}"))
    }
}

/// The text with the fault. Fails unless there is exactly one place for it.
fn mutated(text: &str, mutant: &Mutant) -> Result<String> {
    match text.matches(&mutant.find).count() {
        1 => Ok(text.replace(&mutant.find, &mutant.replace)),
        count => Err(Failure::unknown(format!(
            "`{}` has {count} places for the fault \"{}\", expected 1",
            mutant.file, mutant.fault
        ))
        .into()),
    }
}

/// Copies a file, or a folder with all that is in it.
fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        fs::copy(from, to).with_context(|| format!("cannot copy `{}`", from.display()))?;
        return Ok(());
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy_all(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mutant_has_one_place_in_the_source_and_a_file_of_tests() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let mutants = mutants().expect("valid");
        assert!(mutants.len() >= 40);
        for mutant in &mutants {
            let text = fs::read_to_string(root.join(&mutant.file)).expect("a file of the source");
            let mutated = mutated(&text, mutant).unwrap_or_else(|error| panic!("{error}"));
            assert_ne!(mutated, text, "{}", mutant.fault);
            assert!(root.join("tests").join(&mutant.test).is_file(), "{}", mutant.test);
        }
    }

    #[test]
    fn a_fault_needs_exactly_one_place() {
        let mutant = Mutant {
            fault: "a becomes b".into(),
            file: "src/x.rs".into(),
            find: "a".into(),
            replace: "b".into(),
            test: "test_x.py".into(),
        };
        assert_eq!(mutated("xay", &mutant).expect("one place"), "xby");
        let message = |text| mutated(text, &mutant).expect_err("no single place").to_string();
        assert_eq!(
            message("aa"),
            "`src/x.rs` has 2 places for the fault \"a becomes b\", expected 1"
        );
        assert_eq!(
            message("xy"),
            "`src/x.rs` has 0 places for the fault \"a becomes b\", expected 1"
        );
    }
}
