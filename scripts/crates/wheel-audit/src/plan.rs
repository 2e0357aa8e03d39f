//! The plan: the files that a release must hold, and the one that pip must pick in each promised environment.

use std::collections::BTreeSet;

use pep440_rs::Version;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::family::{Family, PythonVersion};
use crate::names::{escape, normalize};
use crate::target::Target;
use crate::wheel::Sha256Sum;

/// A project's promise about a release. Its [`Plan`] is derived from it.
#[derive(Clone, Debug)]
pub struct Promise {
    /// The project's name, in any spelling.
    pub name: String,
    /// The version of the release.
    pub version: Version,
    /// The git tag of the release, where there is one.
    pub tag: Option<String>,
    /// The families of wheels that the crate builds.
    pub families: Vec<Family>,
    /// Platform tags to build for.
    pub targets: Vec<Target>,
    /// The Pythons on which the release must install.
    pub pythons: Vec<PythonVersion>,
}

/// The files that a release must hold, and the environments that they must serve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The normal form of the project's name.
    pub project: String,
    /// The release's version.
    pub version: String,
    /// The git tag of the release, where the commit has one.
    pub tag: Option<String>,
    /// The source distribution's file name. None for a set of files that others made without one.
    pub sdist: Option<String>,
    /// The families of wheels that the crate builds.
    #[serde(serialize_with = "names")]
    pub families: Vec<Family>,
    /// The wheels, in the order of the table.
    pub wheels: Vec<PlannedWheel>,
    /// Every promised environment, and the wheel that pip must pick there.
    pub environments: Vec<PromisedEnvironment>,
    /// The names of all files that another builder makes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub foreign: Vec<String>,
    /// Those of them that serve no promised environment, such as wheels for GraalPy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unpromised: Vec<String>,
}

/// A wheel that the release must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedWheel {
    /// The file name.
    pub file: String,
    /// The platform that it is for. A wheel for `universal2` serves the environments of two.
    pub target: Target,
    /// The Pythons that it is for, by Python and ABI tag: `cp310-abi3`.
    pub family: Family,
}

/// A place where users were promised a prebuilt wheel: a platform and a Python.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PromisedEnvironment {
    /// The oldest system of the platform.
    pub target: Target,
    /// The Python that runs there.
    pub python: PythonVersion,
    /// The file that pip must pick there.
    pub file: String,
}

/// The promised Pythons for which no family of the project has a wheel.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("no wheel installs on {}", .0.iter().map(|python| python.title()).collect::<Vec<_>>().join(", "))]
pub struct Unserved(pub Vec<PythonVersion>);

impl Plan {
    /// Derives the plan from what is promised.
    ///
    /// # Errors
    ///
    /// [`Unserved`] when a promised Python takes the wheels of no family.
    pub fn new(promise: &Promise) -> Result<Self, Unserved> {
        let best = |python: PythonVersion| {
            let serving = promise.families.iter().filter(move |family| family.serves(python));
            serving.max_by_key(|family| family.preference()).copied()
        };
        let unserved = promise.pythons.iter().filter(|python| best(**python).is_none());
        let unserved: Vec<PythonVersion> = unserved.copied().collect();
        if !unserved.is_empty() {
            return Err(Unserved(unserved));
        }
        let mut environments = Vec::new();
        let mut wheels = Vec::new();
        for &target in &promise.targets {
            let mut picked = BTreeSet::new();
            for platform in target.platforms() {
                // A Python that the platform does not have promises nothing there.
                for python in promise.pythons.iter().copied().filter(|one| platform.has(*one)) {
                    let Some(family) = best(python) else { continue };
                    picked.insert(family);
                    let file = promise.wheel(family, target).file;
                    environments.push(PromisedEnvironment { target: platform, python, file });
                }
            }
            let built = promise.families.iter().filter(|family| picked.contains(family));
            wheels.extend(built.map(|&family| promise.wheel(family, target)));
        }
        Ok(Self {
            project: normalize(&promise.name),
            version: promise.version.to_string(),
            tag: promise.tag.clone(),
            sdist: Some(format!("{}-{}.tar.gz", escape(&promise.name), promise.version)),
            families: promise.families.clone(),
            wheels,
            environments,
            foreign: Vec::new(),
            unpromised: Vec::new(),
        })
    }

    /// Every file of the release in the order of upload. Wheels come first: with the sdist first, pip would find nothing
    /// else during the upload, and compile.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let wheels = self.wheels.iter().map(|wheel| wheel.file.as_str());
        let unpromised = self.unpromised.iter().map(String::as_str);
        // A wheel may serve two targets.
        let mut seen = BTreeSet::new();
        wheels.chain(unpromised).chain(self.sdist.as_deref()).filter(move |file| seen.insert(*file))
    }

    /// Returns whether another builder makes a file.
    pub fn is_foreign(&self, file: &str) -> bool {
        self.foreign.iter().any(|foreign| foreign == file)
    }

    /// The same plan without the wheels that another builder makes, and the environments that they serve.
    #[must_use]
    pub fn built_here(&self) -> Self {
        self.part(|file| !self.is_foreign(file))
    }

    /// The SHA-256 of everything that the plan promises. The tag and the foreign files are no part of it, because they may
    /// come later.
    pub fn sum(&self) -> Sha256Sum {
        let untagged =
            Self { tag: None, foreign: Vec::new(), unpromised: Vec::new(), ..self.clone() };
        Sha256Sum::digest(&serde_json::to_vec(&untagged).expect("a plan is plain data"))
    }

    /// The Pythons of the promised environments, each once, in the order of the table.
    pub fn pythons(&self) -> Vec<PythonVersion> {
        let mut pythons = Vec::new();
        for environment in &self.environments {
            if !pythons.contains(&environment.python) {
                pythons.push(environment.python);
            }
        }
        pythons
    }

    /// The platforms of the promised environments, each once. Only `universal2` is a target and no platform.
    pub fn platforms(&self) -> Vec<Target> {
        let mut seen = BTreeSet::new();
        let platforms = self.environments.iter().map(|one| one.target);
        platforms.filter(|platform| seen.insert(*platform)).collect()
    }

    /// The targets of the plan, each once.
    pub fn targets(&self) -> Vec<Target> {
        let mut seen = BTreeSet::new();
        let targets = self.wheels.iter().map(|wheel| wheel.target);
        targets.filter(|target| seen.insert(*target)).collect()
    }

    /// The same plan with only those wheels that pip picks on one of these Pythons.
    #[must_use]
    pub fn serving(&self, pythons: &[PythonVersion]) -> Self {
        let mut part = Self { unpromised: Vec::new(), ..self.clone() };
        part.wheels.retain(|wheel| {
            self.environments.iter().any(|environment| {
                environment.file == wheel.file && pythons.contains(&environment.python)
            })
        });
        part
    }

    /// The same plan with only those wheels and foreign files that `has` accepts by file name, and the environments that they
    /// serve.
    #[must_use]
    pub fn part(&self, has: impl Fn(&str) -> bool) -> Self {
        let mut part = self.clone();
        part.wheels.retain(|wheel| has(&wheel.file));
        part.unpromised.retain(|file| has(file));
        part.environments.retain(|environment| has(&environment.file));
        part
    }

    /// The same plan for some of its targets or platforms: the wheels of the targets and their environments, and the
    /// environments of the platforms and their wheels.
    pub fn only(&self, targets: &[Target]) -> Self {
        let of_target = |file: &str| {
            self.wheels.iter().any(|wheel| wheel.file == file && targets.contains(&wheel.target))
        };
        let mut part = Self { unpromised: Vec::new(), ..self.clone() };
        part.environments.retain(|one| targets.contains(&one.target) || of_target(&one.file));
        part.wheels.retain(|wheel| {
            targets.contains(&wheel.target)
                || part.environments.iter().any(|one| one.file == wheel.file)
        });
        part
    }
}

fn names<S: Serializer>(families: &[Family], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(families.iter().map(ToString::to_string))
}

impl Promise {
    fn wheel(&self, family: Family, target: Target) -> PlannedWheel {
        let (name, version) = (escape(&self.name), &self.version);
        let file = format!("{name}-{version}-{family}-{}.whl", target.file_tag());
        PlannedWheel { file, target, family }
    }
}

impl PlannedWheel {
    /// The Rust target that a native build compiles for.
    pub fn triple(&self) -> String {
        self.target.triple()
    }
}

impl Serialize for PlannedWheel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut wheel = serializer.serialize_struct("PlannedWheel", 5)?;
        wheel.serialize_field("file", &self.file)?;
        wheel.serialize_field("target", &self.target)?;
        wheel.serialize_field("family", &self.family.to_string())?;
        wheel.serialize_field("triple", &self.triple())?;
        wheel.serialize_field("interpreter", &self.family.interpreter())?;
        wheel.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promise() -> Promise {
        Promise {
            name: "Sum-Up-To".into(),
            version: "1.0.0-rc.1".parse().expect("a version"),
            tag: Some("v1.0.0rc1".into()),
            families: vec![Family::Abi3 { floor: PythonVersion::new(3, 10) }],
            targets: ["manylinux_2_17_x86_64", "win_amd64"]
                .map(|tag| tag.parse().expect(tag))
                .into(),
            pythons: vec![PythonVersion::new(3, 10), PythonVersion::new(3, 15)],
        }
    }

    #[test]
    fn the_plan_names_every_file_and_environment() {
        let plan = Plan::new(&promise()).expect("every Python is served");
        let json = serde_json::to_string_pretty(&plan).expect("a plan is JSON");
        insta::assert_snapshot!(json, @r#"
        {
          "project": "sum-up-to",
          "version": "1.0.0rc1",
          "tag": "v1.0.0rc1",
          "sdist": "sum_up_to-1.0.0rc1.tar.gz",
          "families": [
            "cp310-abi3"
          ],
          "wheels": [
            {
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
              "target": "manylinux_2_17_x86_64",
              "family": "cp310-abi3",
              "triple": "x86_64-unknown-linux-gnu",
              "interpreter": "3.10"
            },
            {
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-win_amd64.whl",
              "target": "win_amd64",
              "family": "cp310-abi3",
              "triple": "x86_64-pc-windows-msvc",
              "interpreter": "3.10"
            }
          ],
          "environments": [
            {
              "target": "manylinux_2_17_x86_64",
              "python": "3.10",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
            },
            {
              "target": "manylinux_2_17_x86_64",
              "python": "3.15",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
            },
            {
              "target": "win_amd64",
              "python": "3.10",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-win_amd64.whl"
            },
            {
              "target": "win_amd64",
              "python": "3.15",
              "file": "sum_up_to-1.0.0rc1-cp310-abi3-win_amd64.whl"
            }
          ]
        }
        "#);
    }

    #[test]
    fn part_of_a_plan_keeps_only_its_targets() {
        let plan = Plan::new(&promise()).expect("every Python is served");
        let windows: Target = "win_amd64".parse().expect("a tag");
        let part = plan.only(&[windows]);
        assert_eq!(part.targets(), [windows]);
        assert_eq!(part.environments.len(), 2);
        assert_eq!(part.sdist, plan.sdist);
        let by_file = plan.part(|file| file.ends_with("win_amd64.whl"));
        assert_eq!(by_file, part);
    }

    #[test]
    fn files_of_other_builders_come_before_the_sdist_and_each_once() {
        let mut plan = Plan::new(&promise()).expect("every Python is served");
        let sum = plan.sum();
        let (wheel, sdist) = (plan.wheels[0].file.clone(), plan.sdist.clone().expect("one"));
        let other = "sum_up_to-1.0.0rc1-pp311-pypy311_pp73-win_amd64.whl".to_owned();
        plan.foreign = vec![wheel.clone(), other.clone(), sdist.clone()];
        plan.unpromised = vec![other.clone()];
        let files: Vec<&str> = plan.files().collect();
        assert_eq!(files, [&wheel, &plan.wheels[1].file, &other, &sdist]);
        assert!(plan.is_foreign(&other) && !plan.is_foreign(&plan.wheels[1].file));
        let own = plan.built_here();
        assert_eq!(own.files().collect::<Vec<_>>(), [&plan.wheels[1].file, &sdist]);
        assert!(own.environments.iter().all(|promise| promise.file == plan.wheels[1].file));
        // Tests of the same promise stay valid.
        assert_eq!(plan.sum(), sum);
    }

    #[test]
    fn each_python_gets_the_wheel_that_pip_prefers_there() {
        let mut promise = promise();
        promise.families = vec![
            Family::Abi3 { floor: PythonVersion::new(3, 10) },
            Family::Abi3t { floor: PythonVersion::new(3, 15) },
            Family::Exact(PythonVersion::new(3, 14).free_threaded()),
        ];
        promise.targets = vec!["win_arm64".parse().expect("a tag")];
        promise.pythons =
            ["3.10", "3.14", "3.15", "3.14t", "3.15t"].map(|text| text.parse().expect(text)).into();
        let plan = Plan::new(&promise).expect("every Python is served");
        let families = |plan: &Plan| -> Vec<String> {
            plan.wheels.iter().map(|wheel| wheel.family.to_string()).collect()
        };
        let picks: Vec<String> = plan
            .environments
            .iter()
            .map(|environment| format!("{} {}", environment.python, environment.file))
            .collect();
        insta::assert_snapshot!(picks.join("\n"), @"
        3.14 sum_up_to-1.0.0rc1-cp310-abi3-win_arm64.whl
        3.15 sum_up_to-1.0.0rc1-cp315-abi3.abi3t-win_arm64.whl
        3.14t sum_up_to-1.0.0rc1-cp314-cp314t-win_arm64.whl
        3.15t sum_up_to-1.0.0rc1-cp315-abi3.abi3t-win_arm64.whl
        ");
        assert_eq!(families(&plan), ["cp310-abi3", "cp315-abi3.abi3t", "cp314-cp314t"]);
        let some =
            plan.serving(&[PythonVersion::new(3, 14), PythonVersion::new(3, 14).free_threaded()]);
        assert_eq!(families(&some), ["cp310-abi3", "cp314-cp314t"]);
        assert_eq!(some.environments, plan.environments);
    }

    #[test]
    fn a_pypy_gets_its_wheel_where_there_is_one() {
        let mut promise = promise();
        let pypy: PythonVersion = "pypy3.11-v7.3".parse().expect("a Python");
        promise.families.push(Family::Exact(pypy));
        promise.targets = ["musllinux_1_2_x86_64", "win_amd64", "macosx_10_12_universal2"]
            .map(|tag| tag.parse().expect(tag))
            .to_vec();
        promise.pythons = vec![PythonVersion::new(3, 11), pypy];
        let plan = Plan::new(&promise).expect("every Python is served");
        let picks: Vec<String> = plan
            .environments
            .iter()
            .map(|one| format!("{} {} {}", one.target, one.python, one.file))
            .collect();
        insta::assert_snapshot!(picks.join("\n"), @"
        musllinux_1_2_x86_64 3.11 sum_up_to-1.0.0rc1-cp310-abi3-musllinux_1_2_x86_64.whl
        win_amd64 3.11 sum_up_to-1.0.0rc1-cp310-abi3-win_amd64.whl
        win_amd64 pypy3.11-v7.3 sum_up_to-1.0.0rc1-pp311-pypy311_pp73-win_amd64.whl
        macosx_10_12_x86_64 3.11 sum_up_to-1.0.0rc1-cp310-abi3-macosx_10_12_universal2.macosx_10_12_x86_64.macosx_11_0_arm64.whl
        macosx_10_12_x86_64 pypy3.11-v7.3 sum_up_to-1.0.0rc1-pp311-pypy311_pp73-macosx_10_12_universal2.macosx_10_12_x86_64.macosx_11_0_arm64.whl
        macosx_11_0_arm64 3.11 sum_up_to-1.0.0rc1-cp310-abi3-macosx_10_12_universal2.macosx_10_12_x86_64.macosx_11_0_arm64.whl
        macosx_11_0_arm64 pypy3.11-v7.3 sum_up_to-1.0.0rc1-pp311-pypy311_pp73-macosx_10_12_universal2.macosx_10_12_x86_64.macosx_11_0_arm64.whl
        ");
        assert_eq!(plan.wheels.len(), 5);
    }

    #[test]
    fn a_universal_wheel_serves_the_environments_of_two_platforms() {
        let mut promise = promise();
        let [universal, intel, arm] =
            ["macosx_10_12_universal2", "macosx_10_12_x86_64", "macosx_11_0_arm64"]
                .map(|tag| tag.parse::<Target>().expect(tag));
        promise.targets = vec![universal, "win32".parse().expect("a tag")];
        let plan = Plan::new(&promise).expect("every Python is served");
        assert_eq!((plan.wheels.len(), plan.environments.len()), (2, 6));
        assert_eq!(plan.platforms()[..2], [intel, arm]);
        assert!(plan.environments[..4].iter().all(|one| one.file == plan.wheels[0].file));
        let built = plan.only(&[universal]);
        assert_eq!((built.wheels.len(), built.environments.len()), (1, 4));
        let tested = plan.only(&[arm]);
        assert_eq!((tested.targets(), tested.platforms()), (vec![universal], vec![arm]));
        assert_eq!(tested.environments.len(), 2);
    }

    #[test]
    fn a_python_that_no_wheel_serves_is_named() {
        let mut promise = promise();
        promise
            .pythons
            .extend([PythonVersion::new(3, 9), PythonVersion::new(3, 14).free_threaded()]);
        let unserved = Plan::new(&promise).expect_err("two are not served");
        assert_eq!(unserved.to_string(), "no wheel installs on Python 3.9, Python 3.14t");
    }
}
