//! The families of wheels that a crate builds for the promised Pythons.

use std::collections::BTreeSet;

use wheel_audit::family::{Family, PythonVersion};

/// The oldest Python of the stable ABI for free-threaded Pythons
/// ([PEP 803](https://peps.python.org/pep-0803/)).
const FIRST_ABI3T: PythonVersion = PythonVersion::new(3, 15);

/// The families that the promised Pythons need: the stable ABIs of pyo3's features, and the version-specific ABI of each
/// Python that no stable ABI serves. `sometimes` are the features that are on for some Pythons only.
pub fn families(
    features: &BTreeSet<String>,
    sometimes: &[&str],
    pythons: &[PythonVersion],
) -> Vec<Family> {
    let names = || features.iter().map(String::as_str).chain(sometimes.iter().copied());
    let abi3 = floor(names(), "abi3", pythons).map(|floor| Family::Abi3 { floor });
    let abi3t = floor(names(), "abi3t", pythons)
        .map(|floor| Family::Abi3t { floor: floor.max(FIRST_ABI3T) });
    let stable: Vec<Family> = abi3.into_iter().chain(abi3t).collect();
    let own = |python: &PythonVersion| {
        // A Python with the GIL that is too old for the stable ABI is a disagreement, which `agreement` reports,
        // unless the stable ABI is for some Pythons only. A free-threaded Python or a PyPy may have a wheel of its own.
        let alone = stable.is_empty() || !sometimes.is_empty() || !python.is_usual();
        alone && !stable.iter().any(|family| family.serves(*python))
    };
    let own = pythons.iter().copied().filter(own).map(Family::Exact);
    stable.iter().copied().chain(own).collect()
}

/// The oldest Python of a stable ABI. None if its feature is off. The feature without a version means the Python of the
/// build, which is the oldest promised one.
fn floor<'a>(
    features: impl Iterator<Item = &'a str> + Clone,
    abi: &str,
    pythons: &[PythonVersion],
) -> Option<PythonVersion> {
    let versioned = features.clone().filter_map(|feature| {
        let minor = feature.strip_prefix(abi)?.strip_prefix("-py3")?.parse().ok()?;
        Some(PythonVersion::new(3, minor))
    });
    let oldest = || pythons.iter().filter(|python| python.is_usual()).min().copied();
    let mut features = features;
    versioned.min().or_else(|| features.any(|feature| feature == abi).then(oldest).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(features: &[&str], sometimes: &[&str], pythons: &[&str]) -> Vec<String> {
        let features = features.iter().map(|&feature| feature.to_owned()).collect();
        let pythons: Vec<PythonVersion> =
            pythons.iter().map(|text| text.parse().expect("a version")).collect();
        let families = families(&features, sometimes, &pythons);
        families.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_lowest_stable_abi_feature_is_the_floor() {
        let features = ["abi3", "abi3-py39", "abi3-py310", "abi3-py311", "macros"];
        assert_eq!(names(&features, &[], &["3.12"]), ["cp39-abi3"]);
    }

    #[test]
    fn a_stable_abi_without_a_version_begins_with_the_oldest_promised_python() {
        assert_eq!(
            names(&["abi3"], &[], &["3.14t", "3.12", "3.11"]),
            ["cp311-abi3", "cp314-cp314t"]
        );
    }

    #[test]
    fn without_the_stable_abi_each_python_has_its_wheel() {
        assert_eq!(names(&["macros"], &[], &["3.12", "3.13"]), ["cp312-cp312", "cp313-cp313"]);
    }

    #[test]
    fn free_threaded_pythons_are_served_by_their_stable_abi_or_a_wheel_of_their_own() {
        let pythons = ["3.10", "3.15", "3.14t", "3.15t"];
        let families = names(&["abi3-py310", "abi3t-py315"], &[], &pythons);
        assert_eq!(families, ["cp310-abi3", "cp315-abi3.abi3t", "cp314-cp314t"]);
        let families = names(&["abi3-py310", "abi3t"], &[], &pythons);
        assert_eq!(families, ["cp310-abi3", "cp315-abi3.abi3t", "cp314-cp314t"]);
    }

    #[test]
    fn a_pypy_has_a_wheel_of_its_own_beside_a_stable_abi() {
        let pythons = ["3.10", "3.15", "pypy3.11-v7.3", "pypy3.11-v8.0"];
        assert_eq!(
            names(&["abi3-py310", "abi3t-py315"], &[], &pythons),
            ["cp310-abi3", "cp315-abi3.abi3t", "pp311-pypy311_pp73", "pp311-pypy311_pp80"]
        );
        assert_eq!(
            names(&["abi3"], &[], &["pypy3.11-v7.3", "3.12"]),
            ["cp312-abi3", "pp311-pypy311_pp73"]
        );
    }

    #[test]
    fn a_stable_abi_for_some_pythons_leaves_the_others_their_wheels() {
        let families = names(&[], &["abi3-py311"], &["3.9", "3.10", "3.11", "3.12"]);
        assert_eq!(families, ["cp311-abi3", "cp39-cp39", "cp310-cp310"]);
        assert_eq!(names(&["abi3-py311"], &[], &["3.10", "3.11"]), ["cp311-abi3"]);
    }
}
