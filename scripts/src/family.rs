//! Pythons, and the ABI families of wheels that serve them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A minor series of CPython, such as 3.10. Patch releases share their wheels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PythonVersion {
    major: u8,
    minor: u8,
}

impl PythonVersion {
    /// A version from its two numbers.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }

    /// The tag that names this series in wheel file names: `cp310`.
    pub fn tag(self) -> String {
        format!("cp{}{}", self.major, self.minor)
    }
}

/// Why a text is not a Python version.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a Python version\nhint: write major and minor number, such as `3.13`")]
pub struct NotAPython(String);

impl FromStr for PythonVersion {
    type Err = NotAPython;

    fn from_str(text: &str) -> Result<Self, NotAPython> {
        let wrong = || NotAPython(text.to_owned());
        let (major, minor) = text.split_once('.').ok_or_else(wrong)?;
        let version = Self {
            major: major.parse().map_err(|_| wrong())?,
            minor: minor.parse().map_err(|_| wrong())?,
        };
        if version.to_string() == text { Ok(version) } else { Err(wrong()) }
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

impl TryFrom<String> for PythonVersion {
    type Error = NotAPython;

    fn try_from(text: String) -> Result<Self, NotAPython> {
        text.parse()
    }
}

impl From<PythonVersion> for String {
    fn from(version: PythonVersion) -> Self {
        version.to_string()
    }
}

/// The Python and ABI tags that the wheels of one build share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// The stable ABI: one wheel for this CPython and every later one that keeps the GIL.
    Abi3 { floor: PythonVersion },
    /// The ABI of one minor series: a wheel for that series alone.
    Exact(PythonVersion),
}

impl Family {
    /// Whether pip on this Python accepts wheels of the family.
    pub fn serves(self, python: PythonVersion) -> bool {
        match self {
            Self::Abi3 { floor } => python >= floor,
            Self::Exact(version) => python == version,
        }
    }

    /// What `maturin --interpreter` is told; the interpreter need not be installed.
    pub fn interpreter(self) -> String {
        let (Self::Abi3 { floor: version } | Self::Exact(version)) = self;
        version.to_string()
    }
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Abi3 { floor } => write!(formatter, "{}-abi3", floor.tag()),
            Self::Exact(version) => write!(formatter, "{0}-{0}", version.tag()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_round_trips_and_orders_by_number() {
        let old: PythonVersion = "3.9".parse().expect("a version");
        let new: PythonVersion = "3.10".parse().expect("a version");
        assert!(old < new);
        assert_eq!(new.to_string(), "3.10");
        assert_eq!(new.tag(), "cp310");
    }

    #[test]
    fn what_is_no_version_is_refused_by_name() {
        for text in ["", "3", "3.x", "3.10.1", "3.010", "+3.1"] {
            let error = text.parse::<PythonVersion>().expect_err(text);
            assert!(error.to_string().starts_with(&format!("`{text}` is not a Python version")));
        }
    }

    #[test]
    fn abi3_serves_its_floor_and_all_later() {
        let family = Family::Abi3 { floor: PythonVersion::new(3, 10) };
        assert_eq!(family.to_string(), "cp310-abi3");
        assert!(!family.serves(PythonVersion::new(3, 9)));
        assert!(family.serves(PythonVersion::new(3, 10)));
        assert!(family.serves(PythonVersion::new(3, 15)));
        assert!(!Family::Exact(PythonVersion::new(3, 12)).serves(PythonVersion::new(3, 13)));
    }
}
