//! The classifier of free-threaded Python, beside the wheels of the release.

use std::collections::{BTreeMap, BTreeSet};

use crate::names::normalize;
use crate::wheel::release::WheelFacts;

/// The classifier of a project that says so of itself. `1 - Unstable` promises nothing.
const CLAIM: &str = "Programming Language :: Python :: Free Threading ::";
const NO_PROMISE: &str = "1 - Unstable";

/// The first wheel of each project that says that it supports free-threaded Python, and brings a wheel for each of
/// several series of the ordinary one, but none for the free-threaded one. It is compiled there.
///
/// One or two series may be a part of a release.
pub(super) fn claimed_alone(wheels: &[WheelFacts]) -> Vec<&WheelFacts> {
    let mut projects: BTreeMap<String, Vec<&WheelFacts>> = BTreeMap::new();
    for wheel in wheels {
        projects.entry(normalize(&wheel.name.distribution)).or_default().push(wheel);
    }
    let alone = |wheels: &Vec<&WheelFacts>| {
        let series: BTreeSet<&String> =
            wheels.iter().flat_map(|wheel| &wheel.name.pythons).collect();
        let serves = |abi: &String| abi == "none" || abi.ends_with('t');
        let served = wheels.iter().any(|wheel| wheel.name.abis.iter().any(serves));
        series.len() > 2 && !served && wheels.iter().any(|wheel| claims(wheel))
    };
    projects.into_values().filter(alone).map(|wheels| wheels[0]).collect()
}

fn claims(wheel: &WheelFacts) -> bool {
    let classifiers = wheel.metadata.iter().flat_map(|metadata| metadata.all("Classifier"));
    let mut promises = classifiers.filter_map(|classifier| classifier.strip_prefix(CLAIM));
    promises.any(|promise| promise.trim() != NO_PROMISE)
}
