//! The classifier of free-threaded Python, beside the wheels of the release.

use std::collections::BTreeSet;

use super::projects::{Project, projects};
use crate::wheel::release::{ReleaseFacts, WheelFacts};

/// The classifier of a project that says so of itself. `1 - Unstable` promises nothing.
const CLAIM: &str = "Programming Language :: Python :: Free Threading ::";
const NO_PROMISE: &str = "1 - Unstable";

/// The first wheel of each project that says that it supports free-threaded Python, and brings a wheel for each of
/// several series of the ordinary one, but none for the free-threaded one. It is compiled there.
///
/// One or two series may be a part of a release.
pub(super) fn claimed_alone(release: &ReleaseFacts) -> Vec<&WheelFacts> {
    let alone = |project: &Project| {
        let wheels = &project.wheels;
        let series: BTreeSet<&String> =
            wheels.iter().flat_map(|wheel| &wheel.name.pythons).collect();
        let serves = |abi: &String| abi == "none" || abi.ends_with('t');
        let served = wheels.iter().any(|wheel| wheel.name.abis.iter().any(serves));
        series.len() > 2 && !served && wheels.iter().any(|wheel| claims(wheel))
    };
    projects(release).into_values().filter(alone).map(|project| project.wheels[0]).collect()
}

fn claims(wheel: &WheelFacts) -> bool {
    let classifiers = wheel.metadata.iter().flat_map(|metadata| metadata.all("Classifier"));
    let mut promises = classifiers.filter_map(|classifier| classifier.strip_prefix(CLAIM));
    promises.any(|promise| promise.trim() != NO_PROMISE)
}
