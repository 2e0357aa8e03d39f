//! The wheels that a project has published, beside those of its plan.

use std::collections::BTreeSet;

use anyhow::Result;
use pep440_rs::Version;
use wheel_audit::family::{Family, PythonVersion};
use wheel_audit::names::normalize;
use wheel_audit::plan::Plan;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::index;
use wheel_pipeline::tool::python::OLDEST_PYPY;

/// The result of the comparison, by Python and ABI tags on the platforms that both have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    Same,
    /// The families that only the plan has, and those that only the index has.
    Differs {
        planned: Vec<String>,
        published: Vec<String>,
    },
    /// The index has no wheel of this version.
    NothingPublished,
}

/// Compares a plan with the release of the same version on an index.
pub fn compare(plan: &Plan, index: &str) -> Result<Comparison> {
    let listed = index::listing(index, &normalize(&plan.project)).map_err(Failure::from)?;
    Ok(compared(plan, listed.iter().map(|file| file.name.as_str())))
}

fn compared<'a>(plan: &Plan, files: impl Iterator<Item = &'a str>) -> Comparison {
    let version: Option<Version> = plan.version.parse().ok();
    let published: BTreeSet<Family> = files
        .filter_map(|file| file.strip_suffix(".whl"))
        .filter_map(|stem| {
            let parts: Vec<&str> = stem.split('-').collect();
            let [.., python, abi, _platform] = parts[..] else { return None };
            let is_version = parts.get(1)?.parse().ok() == version;
            is_version.then(|| format!("{python}-{abi}").parse().ok())?
        })
        .collect();
    if published.is_empty() {
        return Comparison::NothingPublished;
    }
    let planned: BTreeSet<Family> = plan.wheels.iter().map(|wheel| wheel.family).collect();
    // Older ones are not compared.
    let oldest = PythonVersion::new(3, 10);
    let can_be_promised = |family: &&Family| match family {
        Family::Exact(python) if python.is_pypy() => python.series() >= OLDEST_PYPY,
        Family::Exact(python) => *python >= oldest,
        _ => true,
    };
    let only = |some: &BTreeSet<Family>, others: &BTreeSet<Family>| -> Vec<String> {
        some.difference(others).filter(can_be_promised).map(ToString::to_string).collect()
    };
    let (planned, published) = (only(&planned, &published), only(&published, &planned));
    match planned.is_empty() && published.is_empty() {
        true => Comparison::Same,
        false => Comparison::Differs { planned, published },
    }
}

impl Comparison {
    /// The cell of the table.
    pub fn cell(&self) -> String {
        let codes = |names: &[String]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Same => "the same".to_owned(),
            Self::NothingPublished => "none published".to_owned(),
            Self::Differs { planned, published } => {
                let parts = [("only planned", planned), ("only published", published)];
                let parts = parts.iter().filter(|(_, names)| !names.is_empty());
                parts
                    .map(|(what, names)| format!("{what}: {}", codes(names)))
                    .collect::<Vec<_>>()
                    .join("; ")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wheel_audit::plan::Promise;

    use super::*;

    fn plan(families: &[&str]) -> Plan {
        let family = |text: &&str| text.parse().expect("a family");
        let promise = Promise {
            name: "a".into(),
            version: "1.0".parse().expect("a version"),
            tag: None,
            families: families.iter().map(family).collect(),
            targets: vec!["win_amd64".parse().expect("a target")],
            pythons: ["3.10", "3.14"].map(|python| python.parse().expect("a Python")).to_vec(),
        };
        Plan::new(&promise).expect("each Python is served")
    }

    #[test]
    fn families_are_compared_as_far_as_they_can_be_promised() {
        let of = |families: &[&str], files: &[&str]| {
            compared(&plan(families), files.iter().copied()).cell()
        };
        let both = ["cp310-cp310", "cp314-cp314"];
        let files = [
            "a-1.0.0-cp310-cp310-win_amd64.whl",
            "a-1.0.0-cp314-cp314-musllinux_1_2_x86_64.whl",
            "a-1.0-cp38-cp38-win_amd64.whl",
            "a-1.0-pp310-pypy310_pp73-win_amd64.whl",
            "a-0.9-cp313-cp313-win_amd64.whl",
            "a-1.0.tar.gz",
        ];
        assert_eq!(of(&both, &files), "the same");
        assert_eq!(
            of(&["cp310-abi3"], &files),
            "only planned: `cp310-abi3`; only published: `cp310-cp310`, `cp314-cp314`"
        );
        assert_eq!(of(&both, &files[4..]), "none published");
        let pypy = ["a-1.0-pp311-pypy311_pp73-win_amd64.whl"];
        assert_eq!(
            of(&["cp310-abi3"], &pypy),
            "only planned: `cp310-abi3`; only published: `pp311-pypy311_pp73`"
        );
    }
}
