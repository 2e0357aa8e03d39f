//! Wheel file names, taken apart by the
//! [binary distribution format](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention).

use std::collections::BTreeSet;
use std::str::FromStr;

use super::error::ReadError;
use super::limits::{NAME_LIMIT, TAG_LIMIT};
use super::printable::quoted;
use crate::family::{Family, PythonVersion};

/// The parts of a wheel's file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelName {
    /// The distribution name as escaped in the file name: `sum_up_to`.
    pub(crate) distribution: String,
    /// The version as written.
    pub(crate) version: String,
    /// The build tag, if there is one.
    pub(crate) build: Option<String>,
    /// The compressed set of Python tags, taken apart: `cp310`.
    pub(crate) pythons: Vec<String>,
    /// The compressed set of ABI tags, taken apart: `abi3`.
    pub(crate) abis: Vec<String>,
    /// The compressed set of platform tags, taken apart: `win_amd64`.
    pub(crate) platforms: Vec<String>,
    /// Every (Python, ABI, platform) combination that the compressed tag sets stand for.
    pub(crate) tags: BTreeSet<String>,
}

impl FromStr for WheelName {
    type Err = ReadError;

    fn from_str(file: &str) -> Result<Self, ReadError> {
        let wrong = |why: &str| {
            ReadError::new(format!("`{}` is not a wheel file name: {why}", quoted(file)))
        };
        if file.len() > NAME_LIMIT {
            return Err(wrong(&format!("it has more than {NAME_LIMIT} bytes")));
        }
        let stem = file.strip_suffix(".whl").ok_or_else(|| wrong("it does not end in `.whl`"))?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (build, [python, abi, platform]) = match parts[..] {
            [_, _, python, abi, platform] => (None, [python, abi, platform]),
            [_, _, build, python, abi, platform] => (Some(build), [python, abi, platform]),
            _ => return Err(wrong("it does not have five or six parts between hyphens")),
        };
        if parts.iter().any(|part| part.is_empty()) {
            return Err(wrong("one of its parts is empty"));
        }
        if build.is_some_and(|build| !build.starts_with(|first: char| first.is_ascii_digit())) {
            return Err(wrong("its build tag does not start with a digit"));
        }
        Ok(Self {
            distribution: parts[0].to_owned(),
            version: parts[1].to_owned(),
            build: build.map(str::to_owned),
            pythons: set(python),
            abis: set(abi),
            platforms: set(platform),
            tags: expand(python, abi, platform)
                .ok_or_else(|| wrong(&format!("it stands for more than {TAG_LIMIT} tags")))?,
        })
    }
}

impl WheelName {
    /// The family of a wheel for CPython or PyPy. None for another interpreter, and for a set of tags that no builder
    /// writes for these.
    pub(crate) fn family(&self) -> Option<Family> {
        if self.pythons.iter().any(|python| python == "py3") && self.abis == ["none"] {
            return Some(Family::AnyPython);
        }
        let [python] = &self.pythons[..] else { return None };
        format!("{python}-{}", self.abis.join(".")).parse().ok()
    }

    /// The oldest CPython that a tag names.
    pub(crate) fn oldest_python(&self) -> Option<PythonVersion> {
        self.pythons.iter().filter_map(|tag| PythonVersion::from_tag(tag)).min()
    }
}

fn set(compressed: &str) -> Vec<String> {
    compressed.split('.').map(str::to_owned).collect()
}

/// Every combination of three compressed tag sets, as `WHEEL` lists them; `None` if there are more than [`TAG_LIMIT`].
pub(crate) fn expand(python: &str, abi: &str, platform: &str) -> Option<BTreeSet<String>> {
    let sizes = [python, abi, platform].map(|set| set.split('.').count());
    if sizes.into_iter().fold(1, usize::saturating_mul) > TAG_LIMIT {
        return None;
    }
    let mut tags = BTreeSet::new();
    for python in python.split('.') {
        for abi in abi.split('.') {
            for platform in platform.split('.') {
                tags.insert(format!("{python}-{abi}-{platform}"));
            }
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn compressed_sets_are_multiplied_out() {
        let name: WheelName =
            "a_b-1.0-1x-cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
                .parse()
                .expect("a wheel name");
        assert_eq!(name.distribution, "a_b");
        assert_eq!(name.version, "1.0");
        assert_eq!(name.build.as_deref(), Some("1x"));
        let tags: Vec<_> = name.tags.iter().map(String::as_str).collect();
        assert_eq!(tags, ["cp310-abi3-manylinux2014_x86_64", "cp310-abi3-manylinux_2_17_x86_64"]);
    }

    #[test]
    fn each_way_to_be_wrong_has_its_reason() {
        for (file, why) in [
            ("a-1.0.tar.gz", "it does not end in `.whl`"),
            ("a-1.0-py3-none.whl", "it does not have five or six parts between hyphens"),
            ("a--py3-none-any.whl", "one of its parts is empty"),
            ("a-1.0-x1-py3-none-any.whl", "its build tag does not start with a digit"),
        ] {
            let error = file.parse::<WheelName>().expect_err(file);
            assert_eq!(error.to_string(), format!("`{file}` is not a wheel file name: {why}"));
        }
        let set = ["x"; 11].join(".");
        let error = format!("a-1-{set}-{set}-{set}.whl").parse::<WheelName>().expect_err("1331");
        assert!(error.to_string().ends_with("it stands for more than 1000 tags"), "{error}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(file in "\\PC{0,60}") {
            let _unused = file.parse::<WheelName>();
        }
    }
}
