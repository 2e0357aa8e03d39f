//! The wheels that a project has published, beside those of its plan.

use std::collections::BTreeSet;

use anyhow::Result;
use pep440_rs::Version;
use wheel_audit::family::{Family, PythonVersion};
use wheel_audit::names::normalize;
use wheel_audit::plan::Plan;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::index;

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
    // A table promises CPython 3.10 and later.
    let oldest = PythonVersion::new(3, 10);
    let can_be_promised = |family: &&Family| match family {
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
