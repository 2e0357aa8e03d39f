//! The smallest table that promises what the workflows build today.

use std::collections::BTreeSet;

use pep440_rs::VersionSpecifiers;
use wheel_audit::family::PythonVersion;
use wheel_audit::target::{System, Target};

use super::today::facts::{Pythons, TestKeys, Today};
use crate::project::defaults;
use crate::project::series;
use crate::project::tag::TagSpelling;

/// A proposed table.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub targets: Vec<Target>,
    pub pythons: Vec<PythonVersion>,
    /// The spelling of the version tags, unless it is the default.
    pub tag: Option<String>,
    pub test: TestKeys,
    /// True if no workflow builds wheels of the project, so that the targets are the usual ones.
    pub usual: bool,
}

/// The numbers of promised environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// The environments for which wheels are built today, as far as they can be promised.
    pub today: usize,
    /// Those of them in which a wheel is installed or tested.
    pub tested: usize,
    /// The environments of the table.
    pub table: usize,
}

/// Decides on the table. `classifiers` are those of `[project]`.
pub fn propose(
    today: &Today,
    requires_python: Option<&VersionSpecifiers>,
    classifiers: &[String],
) -> Proposal {
    let usual = today.builds.is_empty();
    let admitted =
        |python: &PythonVersion| requires_python.is_none_or(|wanted| python.is_admitted_by(wanted));
    let pythons: BTreeSet<PythonVersion> = if usual {
        let named = of_classifiers(classifiers);
        let named = |python: &PythonVersion| named.is_empty() || named.contains(python);
        let supported = series::all().into_iter().filter(|series| series.supported);
        supported.map(|series| series.python).filter(named).collect()
    } else {
        let named: BTreeSet<PythonVersion> =
            today.builds.iter().flat_map(|build| served(&build.pythons)).collect();
        // The workflows name none: every one that the project admits.
        if named.is_empty() { series::with_gil().collect() } else { named }
    };
    let mut pythons: Vec<PythonVersion> = pythons.into_iter().filter(admitted).collect();
    pythons.sort_by_key(|python| python.is_pypy());
    Proposal {
        targets: if usual { defaults::targets() } else { targets(today) },
        pythons,
        tag: tag(&today.tags),
        test: today.test.clone(),
        usual,
    }
}

/// Counts the environments of today and of a table.
pub fn count(today: &Today, targets: &[Target], pythons: &[PythonVersion]) -> Count {
    let mut built = BTreeSet::new();
    let mut tested = BTreeSet::new();
    let platforms = |targets: &[Target]| -> Vec<Target> {
        targets.iter().flat_map(|target| target.platforms()).collect()
    };
    let promised = platforms(targets);
    let builds = today.builds.iter().flat_map(|build| {
        build.target.platforms().into_iter().map(move |platform| (build, platform))
    });
    for (build, platform) in builds {
        let Some(target) = promised.iter().find(|target| place(**target) == place(platform)) else {
            continue;
        };
        let served = match build.pythons {
            Pythons::Unknown => pythons.to_vec(),
            _ => served(&build.pythons),
        };
        let serves = |python: &PythonVersion| pythons.contains(python) && target.has(*python);
        built.extend(served.into_iter().filter(serves).map(|python| (target, python)));
        let known =
            build.tested.iter().filter(|python| python.is_none_or(|python| serves(&python)));
        tested.extend(known.map(|python| (target, *python)));
    }
    let table =
        promised.iter().flat_map(|target| pythons.iter().filter(|python| target.has(**python)));
    Count { today: built.len(), tested: tested.len(), table: table.count() }
}

/// The Pythons that wheels of a build serve, as far as they are known.
fn served(pythons: &Pythons) -> Vec<PythonVersion> {
    match pythons {
        Pythons::Named(named) => named.iter().copied().collect(),
        Pythons::Stable => series::with_gil().collect(),
        Pythons::Found => series::found().collect(),
        Pythons::Unknown => Vec::new(),
    }
}

/// One target for each system and processor: with the oldest version that is built today. Beside a wheel for one processor
/// of macOS, pip would have a choice with `universal2`.
fn targets(today: &Today) -> Vec<Target> {
    let built: BTreeSet<Target> = today.builds.iter().map(|build| build.target).collect();
    let is_thin =
        |target: &Target| matches!(target.system(), System::Macos { .. }) && !is_universal(*target);
    let all: BTreeSet<Target> = match built.iter().any(is_thin) {
        true => built.into_iter().flat_map(Target::platforms).collect(),
        false => built,
    };
    let mut targets: Vec<Target> = Vec::new();
    // An older version of a system comes first.
    for target in all {
        if !targets.iter().any(|older| place(*older) == place(target)) {
            targets.push(target);
        }
    }
    targets.sort_by_key(|target| place(*target));
    targets
}

/// Returns true for one file that is for both processors of macOS.
pub fn is_universal(target: Target) -> bool {
    target.platforms().len() > 1
}

/// A platform without the version of its system, in the order of the table.
fn place(target: Target) -> (u8, wheel_audit::target::Architecture) {
    let system = match target.system() {
        System::Manylinux { .. } => 0,
        System::Musllinux { .. } => 1,
        System::Macos { .. } => 2,
        System::Windows => 3,
    };
    (system, target.architecture())
}

/// The series that classifiers name: `Programming Language :: Python :: 3.12`.
fn of_classifiers(classifiers: &[String]) -> BTreeSet<PythonVersion> {
    let version = |classifier: &String| {
        classifier.strip_prefix("Programming Language :: Python :: ")?.parse().ok()
    };
    classifiers.iter().filter_map(version).collect()
}

/// The spelling of the tags that start the workflows with wheels: what stands before the first `*`. None if it is a
/// default, or if they disagree.
fn tag(patterns: &BTreeSet<String>) -> Option<String> {
    let before = |pattern: &String| {
        let end = pattern.find(['*', '[', '?', '+', '{']).unwrap_or(pattern.len());
        pattern[..end].to_owned()
    };
    let starts: BTreeSet<String> = patterns.iter().map(before).collect();
    let mut starts = starts.into_iter();
    let (Some(start), None) = (starts.next(), starts.next()) else { return None };
    let is_prefix = start.ends_with(['v', '-', '_', '/', '@']) && start != "v";
    let spelling = format!("{start}{{version}}");
    (is_prefix && spelling.parse::<TagSpelling>().is_ok()).then_some(spelling)
}

#[cfg(test)]
mod tests {
    use super::super::today::facts::WheelBuild;
    use super::*;

    fn build(target: &str, pythons: Pythons) -> WheelBuild {
        WheelBuild { target: target.parse().expect("a tag"), pythons, tested: BTreeSet::new() }
    }

    fn python(text: &str) -> PythonVersion {
        text.parse().expect("a version")
    }

    fn text<T: ToString>(items: &[T]) -> Vec<String> {
        items.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_target_for_each_platform_with_the_oldest_version() {
        let builds =
            ["win_amd64", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "macosx_11_0_arm64"];
        let builds = builds.map(|target| build(target, Pythons::Stable)).to_vec();
        let proposal = propose(&Today { builds, ..Today::default() }, None, &[]);
        assert_eq!(
            text(&proposal.targets),
            ["manylinux_2_17_x86_64", "macosx_11_0_arm64", "win_amd64"]
        );
    }

    #[test]
    fn a_universal_wheel_stays_unless_a_processor_has_its_own() {
        let of = |targets: &[&str]| {
            let builds = targets.iter().map(|target| build(target, Pythons::Stable)).collect();
            let today = Today { builds, ..Today::default() };
            let targets = propose(&today, None, &[]).targets;
            (text(&targets), count(&today, &targets, &["3.11", "3.12"].map(python)))
        };
        let both = Count { today: 4, tested: 0, table: 4 };
        assert_eq!(
            of(&["macosx_11_0_universal2", "macosx_10_12_universal2"]),
            (vec!["macosx_10_12_universal2".to_owned()], both)
        );
        assert_eq!(
            of(&["macosx_10_12_universal2", "macosx_11_0_arm64"]),
            (["macosx_10_12_x86_64", "macosx_11_0_arm64"].map(str::to_owned).to_vec(), both)
        );
    }

    #[test]
    fn pythons_are_those_that_are_built_and_admitted() {
        let requires: VersionSpecifiers = ">=3.11".parse().expect("a requirement");
        let of = |pythons| {
            let builds = vec![build("win_amd64", pythons)];
            text(&propose(&Today { builds, ..Today::default() }, Some(&requires), &[]).pythons)
        };
        assert_eq!(of(Pythons::Stable), ["3.11", "3.12", "3.13", "3.14", "3.15"]);
        assert_eq!(of(Pythons::Found), ["3.11", "3.12", "3.13", "3.14", "3.14t", "3.15", "3.15t"]);
        let named = ["3.10", "3.13", "3.13t"].map(python).into_iter().collect();
        assert_eq!(of(Pythons::Named(named)), ["3.13", "3.13t"]);
        let named = ["pypy3.11-v7.3", "3.12", "3.11"].map(python).into_iter().collect();
        assert_eq!(of(Pythons::Named(named)), ["3.11", "3.12", "pypy3.11-v7.3"]);
    }

    #[test]
    fn without_workflows_the_pythons_are_supported_and_have_a_classifier() {
        let classifiers =
            ["Programming Language :: Python :: 3", "Programming Language :: Python :: 3.12"];
        let classifiers = classifiers.map(str::to_owned);
        let proposal = propose(&Today::default(), None, &classifiers);
        assert!(proposal.usual);
        assert_eq!(proposal.targets, defaults::targets());
        assert_eq!(text(&proposal.pythons), ["3.12"]);
        let all = propose(&Today::default(), None, &[]);
        assert_eq!(text(&all.pythons), ["3.11", "3.12", "3.13", "3.14", "3.15"]);
    }

    #[test]
    fn a_tag_is_named_unless_it_is_a_default() {
        let of = |patterns: &[&str]| tag(&patterns.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(of(&["python-v*"]).as_deref(), Some("python-v{version}"));
        assert_eq!(of(&["py-v[0-9]+.*", "py-v*"]).as_deref(), Some("py-v{version}"));
        assert_eq!(of(&["css/*"]).as_deref(), Some("css/{version}"));
        for patterns in [&["v*"][..], &["*"], &["[0-9]+.*"], &["a-v*", "b-v*"], &["latest"], &[]] {
            assert_eq!(of(patterns), None, "{patterns:?}");
        }
    }

    #[test]
    fn environments_are_counted_once_and_as_far_as_the_target_has_the_python() {
        let tested = BTreeSet::from([Some(python("3.12")), Some(python("3.8")), None]);
        let builds = vec![
            WheelBuild { tested, ..build("win_arm64", Pythons::Stable) },
            build("win_arm64", Pythons::Named(BTreeSet::from([python("3.12")]))),
        ];
        let today = Today { builds, ..Today::default() };
        let pythons = ["3.10", "3.11", "3.12"].map(python);
        let targets = ["win_arm64", "win_amd64"].map(|tag| tag.parse().expect("a tag"));
        assert_eq!(count(&today, &targets, &pythons), Count { today: 2, tested: 2, table: 5 });
    }
}
