//! Version specifiers, as [PEP 440](https://packaging.python.org/en/latest/specifications/version-specifiers/) and
//! `packaging` read them.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifier};

/// One specifier: an operator with a version, or an arbitrary text that must be equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Specifier {
    Version(VersionSpecifier),
    Arbitrary(String),
}

impl Specifier {
    /// Reads one specifier: `>=1.0`, `==1.*`, `===anything`.
    ///
    /// # Errors
    ///
    /// The reason why it is none.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("a version is missing".to_owned());
        }
        if let Some(arbitrary) = text.strip_prefix("===") {
            let arbitrary = arbitrary.trim();
            let plain = !arbitrary.is_empty() && !arbitrary.contains(char::is_whitespace);
            return plain
                .then(|| Self::Arbitrary(arbitrary.to_owned()))
                .ok_or_else(|| format!("`{text}` has no version"));
        }
        let is_operator = |letter: char| "<>=!~".contains(letter);
        let (operator, version) =
            text.split_at(text.find(|letter| !is_operator(letter)).unwrap_or(text.len()));
        if operator.is_empty() {
            return Err(format!("`{text}` has no operator"));
        }
        if version.trim().is_empty() {
            return Err(format!("`{text}` has no version"));
        }
        VersionSpecifier::from_str(text).map(Self::Version).map_err(|error| {
            let why = error.to_string();
            format!("`{text}`: {}", why.lines().next().unwrap_or_default())
        })
    }

    /// Returns whether the specifier lets a version in.
    pub(super) fn contains(&self, version: &Version) -> bool {
        match self {
            Self::Version(specifier) => specifier.contains(version),
            Self::Arbitrary(text) => version.to_string().eq_ignore_ascii_case(text),
        }
    }
}

impl std::fmt::Display for Specifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Version(specifier) => specifier.fmt(formatter),
            Self::Arbitrary(text) => write!(formatter, "==={text}"),
        }
    }
}

/// Reads specifiers with commas between them. `packaging` passes over empty ones.
///
/// # Errors
///
/// The reason why one of them is none.
pub(super) fn read(text: &str) -> Result<Vec<Specifier>, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(Specifier::read).collect()
}

/// Specifiers in one spelling and order.
pub(super) fn spelled(specifiers: &[Specifier]) -> String {
    let mut all: Vec<String> = specifiers.iter().map(Specifier::to_string).collect();
    all.sort();
    all.dedup();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_are_told_from_what_is_none() {
        for good in [
            "",
            ">=3.8",
            ">=3.8,",
            " >= 3.8 , <4 ",
            "==1.*",
            "~=1.4.2",
            "===a",
            ">=1.0rc1",
            "!=1.5.*",
            "==1.0+local",
        ] {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in [
            ">=3.8.*",
            "3.8",
            ">=",
            "~=1",
            "=>3.8",
            ">=3.8 <4",
            ">= 3.8 or <4",
            "^3.8",
            "==1.0.dev*",
            "===",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
