//! Pythons, and the ABI families of wheels that serve them.

use std::fmt;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// More patch releases than any series of CPython has had; 3.8 ended with 3.8.20.
const PATCHES: u64 = 100;

/// A series of Pythons that share their wheels, whatever their patch release: of CPython, such as 3.10, of its
/// free-threaded build, such as 3.14t, or of PyPy, such as pypy3.11-v7.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PythonVersion {
    major: u8,
    minor: u8,
    implementation: Implementation,
}

/// An implementation of Python, as far as wheels tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Implementation {
    /// CPython with the GIL.
    CPython,
    /// CPython without the GIL.
    FreeThreaded,
    /// PyPy, with the first two numbers of its own version. They are its ABI: 7.3 and 8.0 of one Python have different
    /// wheels.
    PyPy(u8, u8),
}

impl PythonVersion {
    /// A series of CPython from its two numbers.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor, implementation: Implementation::CPython }
    }

    /// The free-threaded build of the same series.
    #[must_use]
    pub const fn free_threaded(self) -> Self {
        Self { implementation: Implementation::FreeThreaded, ..self }
    }

    /// PyPy's implementation of the same series, with the first two numbers of PyPy's own version.
    #[must_use]
    pub const fn pypy(self, major: u8, minor: u8) -> Self {
        Self { implementation: Implementation::PyPy(major, minor), ..self }
    }

    /// Returns whether this is CPython with the GIL, for which most packages have wheels.
    pub fn is_usual(self) -> bool {
        self.implementation == Implementation::CPython
    }

    /// Returns whether this is a free-threaded build.
    pub fn is_free_threaded(self) -> bool {
        self.implementation == Implementation::FreeThreaded
    }

    /// Returns whether this is a PyPy.
    pub fn is_pypy(self) -> bool {
        matches!(self.implementation, Implementation::PyPy(..))
    }

    /// The same series of CPython with the GIL.
    #[must_use]
    pub const fn series(self) -> Self {
        Self { implementation: Implementation::CPython, ..self }
    }

    /// The second number: 10 of 3.10.
    pub const fn minor(self) -> u8 {
        self.minor
    }

    /// Returns whether a `Requires-Python` admits some release of the series. It may exclude others.
    pub fn is_admitted_by(self, wanted: &VersionSpecifiers) -> bool {
        let (major, minor) = (u64::from(self.major), u64::from(self.minor));
        (0..PATCHES).any(|patch| wanted.contains(&Version::new([major, minor, patch])))
    }

    /// The tag that names this series in wheel file names: `cp310`, `pp311`.
    pub fn tag(self) -> String {
        let implementation = if self.is_pypy() { "pp" } else { "cp" };
        format!("{implementation}{}{}", self.major, self.minor)
    }

    /// The series of CPython that a tag such as `cp310` names.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        Self::from_digits(tag.strip_prefix("cp")?)
    }

    /// The series of CPython of digits such as `310`.
    fn from_digits(digits: &str) -> Option<Self> {
        let (major, minor) = digits.split_at_checked(1)?;
        Some(Self::new(major.parse().ok()?, minor.parse().ok()?))
    }

    /// The PyPy of an ABI tag such as `pypy311_pp73`.
    fn from_pypy_abi(abi: &str) -> Option<Self> {
        let (python, own) = abi.strip_prefix("pypy")?.split_once("_pp")?;
        let (major, minor) = own.split_at_checked(own.len().checked_sub(1)?)?;
        Some(Self::from_digits(python)?.pypy(major.parse().ok()?, minor.parse().ok()?))
    }

    /// The tag of its own ABI: `cp310`, `cp314t`, `pypy311_pp73`.
    pub fn abi_tag(self) -> String {
        match self.implementation {
            Implementation::CPython => self.tag(),
            Implementation::FreeThreaded => format!("{}t", self.tag()),
            Implementation::PyPy(major, minor) => {
                format!("pypy{}{}_pp{major}{minor}", self.major, self.minor)
            }
        }
    }

    /// The Python in a sentence: `Python 3.10`, `pypy3.11-v7.3`.
    pub fn title(self) -> String {
        if self.is_pypy() { self.to_string() } else { format!("Python {self}") }
    }
}

/// The error for a text that is not a Python version.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "`{0}` is not a Python version\nhint: write major and minor number, such as `3.13`, `3.14t` for the free-threaded build, \
     or `pypy3.11-v7.3` for PyPy 7.3"
)]
pub struct NotAPython(String);

impl FromStr for PythonVersion {
    type Err = NotAPython;

    fn from_str(text: &str) -> Result<Self, NotAPython> {
        let wrong = || NotAPython(text.to_owned());
        let numbers = |text: &str| {
            let (major, minor) = text.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        };
        let read = || {
            let (series, pypy) = match text.strip_prefix("pypy") {
                Some(rest) => {
                    let (series, own) = rest.split_once("-v")?;
                    (series, Some(numbers(own)?))
                }
                None => (text.strip_suffix('t').unwrap_or(text), None),
            };
            let (major, minor) = numbers(series)?;
            let python = Self::new(major, minor);
            Some(match pypy {
                Some((major, minor)) => python.pypy(major, minor),
                None if series != text => python.free_threaded(),
                None => python,
            })
        };
        // Numbers with leading zeros or signs parse too, and a minor version of PyPy with two digits has no ABI tag.
        read()
            .filter(|python: &Self| python.to_string() == text)
            .filter(|python| {
                !python.is_pypy() || Self::from_pypy_abi(&python.abi_tag()) == Some(*python)
            })
            .ok_or_else(wrong)
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor) = (self.major, self.minor);
        match self.implementation {
            Implementation::CPython => write!(formatter, "{major}.{minor}"),
            Implementation::FreeThreaded => write!(formatter, "{major}.{minor}t"),
            // As actions/setup-python and PyPy's own file names have it.
            Implementation::PyPy(own, abi) => write!(formatter, "pypy{major}.{minor}-v{own}.{abi}"),
        }
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
    Abi3 {
        /// The oldest CPython that takes the wheel.
        floor: PythonVersion,
    },
    /// The stable ABI with opaque objects: one wheel for this CPython and every later one,
    /// free-threaded or not ([PEP 803](https://peps.python.org/pep-0803/)).
    Abi3t {
        /// The oldest CPython that takes the wheel.
        floor: PythonVersion,
    },
    /// The ABI of one minor series: a wheel for that series alone.
    Exact(PythonVersion),
    /// No ABI, `py3-none`: a wheel for every Python 3 of its platform, because it holds no extension. It holds programs,
    /// or a library that Python code opens with cffi or ctypes.
    AnyPython,
}

impl Family {
    /// Returns whether pip on this Python accepts wheels of the family.
    pub fn serves(self, python: PythonVersion) -> bool {
        match self {
            // PyPy installs no wheel of a stable ABI.
            Self::Abi3 { floor } => python.is_usual() && python >= floor,
            Self::Abi3t { floor } => !python.is_pypy() && python >= floor,
            Self::Exact(version) => python == version,
            Self::AnyPython => true,
        }
    }

    /// The rank among families that serve one Python. pip takes the greatest: the Python's own ABI before the stable ABI,
    /// and a newer stable ABI before an older one.
    pub fn preference(self) -> (bool, PythonVersion) {
        match self {
            Self::Abi3 { floor } | Self::Abi3t { floor } => (false, floor),
            Self::Exact(version) => (true, version),
            Self::AnyPython => (false, PythonVersion::new(3, 0)),
        }
    }

    /// The value for `maturin --interpreter`. The interpreter need not be installed. None if a build needs none, and for
    /// PyPy: maturin knows one ABI of each.
    pub fn interpreter(self) -> Option<String> {
        match self {
            Self::Exact(version) if version.is_pypy() => None,
            Self::Abi3 { floor: version } | Self::Exact(version) => Some(version.to_string()),
            Self::Abi3t { floor } => Some(floor.free_threaded().to_string()),
            Self::AnyPython => None,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Abi3 { floor } => write!(formatter, "{}-abi3", floor.tag()),
            Self::Abi3t { floor } => write!(formatter, "{}-abi3.abi3t", floor.tag()),
            Self::Exact(version) => write!(formatter, "{}-{}", version.tag(), version.abi_tag()),
            Self::AnyPython => formatter.write_str("py3-none"),
        }
    }
}

/// The error for a text that is not the name of a family.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not a family of wheels")]
pub struct NotAFamily(String);

/// Reads what [`Family`] displays.
impl FromStr for Family {
    type Err = NotAFamily;

    fn from_str(text: &str) -> Result<Self, NotAFamily> {
        let known = || {
            if text == Self::AnyPython.to_string() {
                return Some(Self::AnyPython);
            }
            let (tag, abi) = text.split_once('-')?;
            if let Some(pypy) = PythonVersion::from_pypy_abi(abi) {
                return Some(Self::Exact(pypy)).filter(|family| family.to_string() == text);
            }
            let floor = PythonVersion::from_tag(tag)?;
            [
                Self::Abi3 { floor },
                Self::Abi3t { floor },
                Self::Exact(floor),
                Self::Exact(floor.free_threaded()),
            ]
            .into_iter()
            .find(|family| family.to_string() == format!("{tag}-{abi}"))
        };
        known().ok_or_else(|| NotAFamily(text.to_owned()))
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
        let pypy =
            ["pypy3.11", "pypy3.11-v7", "pypy3.11-v7.3.1", "pypy3.11t-v7.3", "pypy3.11-v7.13"];
        let others = ["", "3", "3.x", "3.10.1", "3.010", "+3.1", "t", "3.14tt", "3.14d"];
        for text in others.into_iter().chain(pypy) {
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

    #[test]
    fn free_threaded_builds_have_an_abi_of_their_own_until_the_stable_one() {
        let plain = PythonVersion::new(3, 14);
        let free: PythonVersion = "3.14t".parse().expect("a version");
        assert_eq!(free, plain.free_threaded());
        assert_eq!((free.tag(), free.abi_tag()), ("cp314".to_owned(), "cp314t".to_owned()));
        assert_eq!(Family::Exact(free).to_string(), "cp314-cp314t");
        assert_eq!(Family::Exact(free).interpreter().as_deref(), Some("3.14t"));
        assert!(!Family::Exact(free).serves(plain));
        assert!(!Family::Abi3 { floor: PythonVersion::new(3, 10) }.serves(free));
        let next = PythonVersion::new(3, 15);
        let stable = Family::Abi3t { floor: next };
        assert_eq!(stable.to_string(), "cp315-abi3.abi3t");
        assert_eq!(stable.interpreter().as_deref(), Some("3.15t"));
        assert!(!stable.serves(free));
        assert!(stable.serves(next) && stable.serves(next.free_threaded()));
        assert!(
            stable.preference() > Family::Abi3 { floor: PythonVersion::new(3, 10) }.preference()
        );
        assert!(Family::Exact(free).preference() > stable.preference());
    }

    #[test]
    fn a_pypy_has_wheels_of_its_own_and_of_no_stable_abi() {
        let pypy: PythonVersion = "pypy3.11-v7.3".parse().expect("a version");
        assert_eq!(pypy, PythonVersion::new(3, 11).pypy(7, 3));
        assert_eq!(pypy.to_string(), "pypy3.11-v7.3");
        assert_eq!((pypy.tag(), pypy.abi_tag()), ("pp311".to_owned(), "pypy311_pp73".to_owned()));
        assert_eq!(Family::Exact(pypy).to_string(), "pp311-pypy311_pp73");
        assert_eq!((pypy.series(), pypy.title()), (PythonVersion::new(3, 11), pypy.to_string()));
        let newer: PythonVersion = "pypy3.11-v8.0".parse().expect("a version");
        assert!(
            PythonVersion::new(3, 11) < pypy
                && pypy < newer
                && newer < "3.12".parse().expect("one")
        );
        assert!(!Family::Exact(pypy).serves(newer) && !Family::Exact(pypy).serves(pypy.series()));
        let floor = PythonVersion::new(3, 10);
        for family in [Family::Abi3 { floor }, Family::Abi3t { floor }, Family::Exact(floor)] {
            assert!(!family.serves(pypy), "{family}");
        }
        assert!(Family::AnyPython.serves(pypy));
        assert!(Family::Exact(pypy).preference() > Family::AnyPython.preference());
        assert_eq!(Family::Exact(pypy).interpreter(), None);
    }

    #[test]
    fn a_family_is_read_from_its_name() {
        let floor = PythonVersion::new(3, 15);
        for family in [
            Family::Abi3 { floor },
            Family::Abi3t { floor },
            Family::Exact(floor),
            Family::Exact(floor.free_threaded()),
            Family::Exact(floor.pypy(8, 0)),
            Family::Exact(floor.pypy(10, 1)),
            Family::AnyPython,
        ] {
            assert_eq!(family.to_string().parse(), Ok(family));
        }
        let pypy = [
            "pp311-abi3",
            "pp311-pypy310_pp73",
            "cp311-pypy311_pp73",
            "pp311-pypy311_pp",
            "pp311-none",
        ];
        let others = ["", "cp315", "cp315-", "cp315-cp314", "cp3-abi3", "py2-none", "cp315-abi3-x"];
        for other in others.into_iter().chain(pypy) {
            assert_eq!(other.parse::<Family>(), Err(NotAFamily(other.to_owned())));
        }
    }
}
