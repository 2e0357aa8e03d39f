//! Targets: the platform tags that a release is built for.
//!
//! A promise is made in platform tags and not in target triples. The tag is what a user's pip matches, and two triples may
//! keep one promise: `x86_64-pc-windows-msvc` natively, `x86_64-pc-windows-gnu` from Linux.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::family::PythonVersion;
use crate::platform::legacy_name;
pub use crate::platform::{Architecture, System};

/// A target of the release: a platform tag such as `manylinux_2_17_x86_64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target {
    system: System,
    architecture: Architecture,
    /// True for `universal2` of macOS, which is for arm64 and x86_64. The architecture is arm64 then.
    universal: bool,
}

/// The error for a text that is not a platform tag of a target.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "unknown target `{0}`\n\
     hint: a target is a platform tag: `manylinux_2_17_x86_64`, `musllinux_1_2_aarch64`, \
     `macosx_11_0_arm64`, `win_amd64`, …"
)]
pub struct UnknownTarget(String);

/// The last part of a platform's tag, its architecture, and the Rust target or the beginning of it.
type Row = (&'static str, Architecture, &'static str);

const LINUX: &[Row] = &[
    linux(Architecture::X86_64, "x86_64-unknown-linux"),
    linux(Architecture::I686, "i686-unknown-linux"),
    linux(Architecture::Aarch64, "aarch64-unknown-linux"),
    linux(Architecture::Armv7l, "armv7-unknown-linux"),
    linux(Architecture::Ppc64le, "powerpc64le-unknown-linux"),
    linux(Architecture::S390x, "s390x-unknown-linux"),
    linux(Architecture::Riscv64, "riscv64gc-unknown-linux"),
];

const fn linux(architecture: Architecture, triple: &'static str) -> Row {
    (architecture.name(), architecture, triple)
}

const MACOS: &[Row] = &[
    ("arm64", Architecture::Aarch64, "aarch64-apple-darwin"),
    ("x86_64", Architecture::X86_64, "x86_64-apple-darwin"),
];

/// One file for both processors of macOS.
const UNIVERSAL: Row = ("universal2", Architecture::Aarch64, "universal2-apple-darwin");

/// The oldest macOS for arm64.
const FIRST_ARM64: System = System::Macos { major: 11, minor: 0 };

const WINDOWS: &[Row] = &[
    ("win_amd64", Architecture::X86_64, "x86_64-pc-windows-msvc"),
    ("win32", Architecture::I686, "i686-pc-windows-msvc"),
    ("win_arm64", Architecture::Aarch64, "aarch64-pc-windows-msvc"),
];

impl Target {
    /// The target of a system and an architecture, with the first macOS for arm64 in place of an older one. None if this
    /// crate knows no such target.
    pub(crate) fn of(system: System, architecture: Architecture) -> Option<Self> {
        let system = match (system, architecture) {
            (System::Macos { .. }, Architecture::Aarch64) => system.max(FIRST_ARM64),
            _ => system,
        };
        let is_known = rows(system).iter().any(|row| row.1 == architecture);
        is_known.then_some(Self { system, architecture, universal: false })
    }

    /// The operating system with its oldest version.
    pub fn system(self) -> System {
        self.system
    }

    /// The Rust target for a build on a machine of the same system.
    pub fn triple(self) -> String {
        let stem = self.row().2;
        let hard_float = if self.architecture == Architecture::Armv7l { "eabihf" } else { "" };
        match self.system {
            System::Manylinux { .. } => format!("{stem}-gnu{hard_float}"),
            System::Musllinux { .. } => format!("{stem}-musl{hard_float}"),
            System::Macos { .. } | System::Windows => stem.to_owned(),
        }
    }

    /// The Rust targets that are compiled: two for `universal2`, otherwise [`Self::triple`].
    pub fn triples(self) -> Vec<String> {
        if !self.universal {
            return vec![self.triple()];
        }
        MACOS.iter().map(|row| row.2.to_owned()).collect()
    }

    /// The platforms on which a wheel for this target installs: two for `universal2`, otherwise the target itself.
    ///
    /// ```
    /// use wheel_audit::target::Target;
    /// let target: Target = "macosx_10_12_universal2".parse()?;
    /// let platforms: Vec<String> = target.platforms().iter().map(Target::to_string).collect();
    /// assert_eq!(platforms, ["macosx_10_12_x86_64", "macosx_11_0_arm64"]);
    /// # Ok::<(), wheel_audit::target::UnknownTarget>(())
    /// ```
    pub fn platforms(self) -> Vec<Self> {
        if !self.universal {
            return vec![self];
        }
        MACOS.iter().rev().filter_map(|row| Self::of(self.system, row.1)).collect()
    }

    /// The platform part of a wheel's file name: the tag and its alias from before PEP 600, sorted; for `universal2` also
    /// the tags of both processors, as maturin writes them.
    pub fn file_tag(self) -> String {
        if self.universal {
            let tags = self.platforms().into_iter().chain([self]);
            let mut tags: Vec<String> = tags.map(|tag| tag.to_string()).collect();
            tags.sort();
            return tags.join(".");
        }
        match self.legacy_alias() {
            Some(alias) => format!("{alias}_{}.{self}", self.row().0),
            None => self.to_string(),
        }
    }

    /// The values for `maturin --compatibility`. Without the tag's name, maturin gives cross builds a wrong tag.
    pub fn compatibility(self) -> Vec<String> {
        let mut words = vec!["pypi".to_owned()];
        match self.system {
            System::Manylinux { major, minor } => words.push(format!("manylinux_{major}_{minor}")),
            System::Musllinux { major, minor } => words.push(format!("musllinux_{major}_{minor}")),
            System::Macos { .. } | System::Windows => {}
        }
        words
    }

    /// The oldest macOS as a value for `MACOSX_DEPLOYMENT_TARGET`; `None` for other systems.
    pub fn deployment_target(self) -> Option<String> {
        match self.system {
            System::Macos { major, minor } => Some(format!("{major}.{minor}")),
            _ => None,
        }
    }

    /// Alpine's name of musl's C library; `None` for other systems.
    pub fn musl_library(self) -> Option<String> {
        let machine = match self.architecture {
            Architecture::Armv7l => "armv7",
            Architecture::I686 => "x86",
            _ => self.row().0,
        };
        match self.system {
            System::Musllinux { .. } => Some(format!("libc.musl-{machine}.so.1")),
            _ => None,
        }
    }

    /// Returns whether a release can promise this Python on the platform.
    pub fn has(self, python: PythonVersion) -> bool {
        use Architecture::{Aarch64, X86_64};
        if python.is_pypy() {
            // https://pypy.org/download.html, read on 2026-12-01. The one for 32-bit Linux is left out: its builds do not
            // agree on the suffix of modules.
            return match self.system {
                System::Manylinux { .. } => matches!(self.architecture, X86_64 | Aarch64),
                System::Musllinux { .. } => false,
                System::Macos { .. } => true,
                System::Windows => self.architecture == X86_64,
            };
        }
        match (self.system, self.architecture) {
            // python.org has installers and an embeddable package since 3.11.
            (System::Windows, Aarch64) => python.series() >= PythonVersion::new(3, 11),
            _ => true,
        }
    }

    /// The suffix of a PyPy's extension modules, without the first dot: `pypy311-pp73-x86_64-linux-gnu.so`. PyPy looks for
    /// no other ([`EXTENSION_SUFFIXES`](https://docs.python.org/3/library/importlib.html#importlib.machinery.EXTENSION_SUFFIXES)).
    /// None for another Python.
    pub fn pypy_suffix(self, python: PythonVersion) -> Option<String> {
        let abi = python.is_pypy().then(|| python.abi_tag().replace('_', "-"))?;
        Some(match self.system {
            System::Manylinux { .. } | System::Musllinux { .. } => {
                format!("{abi}-{}-linux-gnu.so", self.machine())
            }
            System::Macos { .. } => format!("{abi}-darwin.so"),
            System::Windows => format!("{abi}-{}.pyd", self.machine()),
        })
    }

    /// The last part of the tag, such as `x86_64` or `arm64`; on Windows the whole tag.
    pub fn machine(self) -> &'static str {
        self.row().0
    }

    /// The processor of the platform.
    pub fn architecture(self) -> Architecture {
        self.architecture
    }

    /// The GitHub-hosted runner that builds and smoke-tests this target natively.
    pub fn runner(self) -> &'static str {
        match (self.system, self.architecture) {
            (System::Manylinux { .. } | System::Musllinux { .. }, Architecture::Aarch64) => {
                "ubuntu-24.04-arm"
            }
            (System::Manylinux { .. } | System::Musllinux { .. }, _) => "ubuntu-24.04",
            (System::Macos { .. }, Architecture::Aarch64) => "macos-15",
            (System::Macos { .. }, _) => "macos-15-intel",
            (System::Windows, Architecture::Aarch64) => "windows-11-arm",
            (System::Windows, _) => "windows-2025",
        }
    }

    /// Returns whether [`Self::runner`] runs the target's Pythons without an emulator and without another libc.
    pub fn runs_on_runner(self) -> bool {
        match self.system {
            System::Manylinux { .. } => {
                matches!(self.architecture, Architecture::X86_64 | Architecture::Aarch64)
            }
            System::Musllinux { .. } => false,
            System::Macos { .. } => true,
            System::Windows => self.architecture != Architecture::I686,
        }
    }

    /// The `architecture` for `actions/setup-python` on [`Self::runner`]; `None` if its Pythons cannot run the target's
    /// wheels.
    pub fn runner_python(self) -> Option<&'static str> {
        match (self.system, self.architecture) {
            // 64-bit Windows runs 32-bit programs.
            (System::Windows, Architecture::I686) => Some("x86"),
            (_, Architecture::Aarch64) if self.runs_on_runner() => Some("arm64"),
            _ => self.runs_on_runner().then_some("x64"),
        }
    }

    /// Returns whether the running program was compiled for this platform.
    pub fn is_host(self) -> bool {
        let system = match self.system {
            System::Manylinux { .. } => cfg!(all(target_os = "linux", target_env = "gnu")),
            System::Musllinux { .. } => cfg!(all(target_os = "linux", target_env = "musl")),
            System::Macos { .. } => cfg!(target_os = "macos"),
            System::Windows => cfg!(target_os = "windows"),
        };
        system && (self.universal || self.architecture.is_host())
    }

    /// Returns whether the kernel and processor of this machine run it, with any C library.
    pub fn is_host_kernel(self) -> bool {
        match self.system {
            System::Manylinux { .. } | System::Musllinux { .. } => {
                cfg!(target_os = "linux") && self.architecture.is_host()
            }
            System::Macos { .. } | System::Windows => self.is_host(),
        }
    }

    /// The platform in words, for tables.
    pub fn title(self) -> String {
        let architecture = self.architecture_title();
        match self.system {
            System::Manylinux { major, minor } => {
                format!("Linux {architecture}, glibc {major}.{minor} or later")
            }
            System::Musllinux { major, minor } => {
                format!("Linux {architecture}, musl {major}.{minor} or later")
            }
            System::Macos { major, minor } if self.universal => {
                format!("macOS x86_64, {major}.{minor} or later, and arm64")
            }
            System::Macos { major, minor } => {
                format!("macOS {architecture}, {major}.{minor} or later")
            }
            System::Windows => format!("Windows {architecture}"),
        }
    }

    fn legacy_alias(self) -> Option<&'static str> {
        match self.system {
            System::Manylinux { major, minor } => legacy_name(major, minor),
            _ => None,
        }
    }

    /// The name of the architecture in tables for people.
    fn architecture_title(self) -> &'static str {
        match (self.system, self.architecture) {
            (System::Windows, Architecture::X86_64) => "amd64",
            (System::Windows, Architecture::I686) => "x86",
            (System::Windows, _) => "arm64",
            _ => self.machine(),
        }
    }

    fn row(self) -> &'static Row {
        if self.universal {
            return &UNIVERSAL;
        }
        rows(self.system)
            .iter()
            .find(|row| row.1 == self.architecture)
            .expect("a target is only made from a row of its table")
    }
}

/// The rows of a system.
fn rows(system: System) -> &'static [Row] {
    match system {
        System::Manylinux { .. } | System::Musllinux { .. } => LINUX,
        System::Macos { .. } => MACOS,
        System::Windows => WINDOWS,
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, UnknownTarget> {
        let unknown = || UnknownTarget(text.to_owned());
        if let Some(row) = WINDOWS.iter().find(|row| row.0 == text) {
            return Ok(Self { system: System::Windows, architecture: row.1, universal: false });
        }
        let mut parts = text.splitn(4, '_');
        let (Some(name), Some(major), Some(minor), Some(machine)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(unknown());
        };
        let major = major.parse().map_err(|_| unknown())?;
        let minor = minor.parse().map_err(|_| unknown())?;
        let (system, table) = match name {
            "manylinux" => (System::Manylinux { major, minor }, LINUX),
            "musllinux" => (System::Musllinux { major, minor }, LINUX),
            "macosx" => (System::Macos { major, minor }, MACOS),
            _ => return Err(unknown()),
        };
        let universal = name == "macosx" && machine == UNIVERSAL.0;
        let row = match universal {
            true => &UNIVERSAL,
            false => table.iter().find(|row| row.0 == machine).ok_or_else(unknown)?,
        };
        let target = Self { system, architecture: row.1, universal };
        // Numbers with leading zeros or signs parse too, but no tool writes them.
        if target.to_string() == text { Ok(target) } else { Err(unknown()) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.row().0;
        match self.system {
            System::Manylinux { major, minor } => {
                write!(formatter, "manylinux_{major}_{minor}_{machine}")
            }
            System::Musllinux { major, minor } => {
                write!(formatter, "musllinux_{major}_{minor}_{machine}")
            }
            System::Macos { major, minor } => write!(formatter, "macosx_{major}_{minor}_{machine}"),
            System::Windows => formatter.write_str(machine),
        }
    }
}

impl TryFrom<String> for Target {
    type Error = UnknownTarget;

    fn try_from(text: String) -> Result<Self, UnknownTarget> {
        text.parse()
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_names_triple_and_file() {
        let cases = [
            (
                "manylinux_2_17_x86_64",
                "x86_64-unknown-linux-gnu",
                "manylinux2014_x86_64.manylinux_2_17_x86_64",
            ),
            ("manylinux_2_28_ppc64le", "powerpc64le-unknown-linux-gnu", "manylinux_2_28_ppc64le"),
            (
                "manylinux_2_17_armv7l",
                "armv7-unknown-linux-gnueabihf",
                "manylinux2014_armv7l.manylinux_2_17_armv7l",
            ),
            ("musllinux_1_2_armv7l", "armv7-unknown-linux-musleabihf", "musllinux_1_2_armv7l"),
            ("macosx_10_12_x86_64", "x86_64-apple-darwin", "macosx_10_12_x86_64"),
            ("macosx_11_0_arm64", "aarch64-apple-darwin", "macosx_11_0_arm64"),
            (
                "macosx_10_12_universal2",
                "universal2-apple-darwin",
                "macosx_10_12_universal2.macosx_10_12_x86_64.macosx_11_0_arm64",
            ),
            (
                "macosx_12_1_universal2",
                "universal2-apple-darwin",
                "macosx_12_1_arm64.macosx_12_1_universal2.macosx_12_1_x86_64",
            ),
            ("win32", "i686-pc-windows-msvc", "win32"),
            ("win_arm64", "aarch64-pc-windows-msvc", "win_arm64"),
        ];
        for (tag, triple, file_tag) in cases {
            let target: Target = tag.parse().expect(tag);
            assert_eq!(target.to_string(), tag);
            assert_eq!(target.triple(), triple);
            assert_eq!(target.file_tag(), file_tag);
        }
    }

    #[test]
    fn musl_has_a_name_for_each_architecture() {
        let library = |tag: &str| tag.parse::<Target>().expect(tag).musl_library();
        assert_eq!(library("musllinux_1_2_armv7l").as_deref(), Some("libc.musl-armv7.so.1"));
        assert_eq!(library("musllinux_1_2_i686").as_deref(), Some("libc.musl-x86.so.1"));
        assert_eq!(library("musllinux_1_2_aarch64").as_deref(), Some("libc.musl-aarch64.so.1"));
        assert_eq!(library("manylinux_2_17_x86_64"), None);
    }

    #[test]
    fn a_platform_has_the_pythons_that_can_be_promised_there() {
        let tags = [
            "manylinux_2_17_x86_64",
            "manylinux_2_17_aarch64",
            "manylinux_2_17_i686",
            "musllinux_1_2_x86_64",
            "macosx_11_0_arm64",
            "macosx_10_12_x86_64",
            "win_amd64",
            "win32",
            "win_arm64",
        ];
        let with = |python: &str| {
            let python: PythonVersion = python.parse().expect(python);
            let has = |tag: &&str| tag.parse::<Target>().expect(tag).has(python);
            tags.into_iter().filter(has).collect::<Vec<_>>()
        };
        assert_eq!(with("3.11"), tags);
        assert_eq!(with("3.10t"), tags[..8]);
        assert_eq!(
            with("pypy3.11-v7.3"),
            [
                "manylinux_2_17_x86_64",
                "manylinux_2_17_aarch64",
                "macosx_11_0_arm64",
                "macosx_10_12_x86_64",
                "win_amd64",
            ]
        );
    }

    #[test]
    fn a_pypy_looks_for_one_suffix() {
        let suffix = |tag: &str, python: &str| {
            let python = python.parse().expect(python);
            tag.parse::<Target>().expect(tag).pypy_suffix(python).unwrap_or_default()
        };
        assert_eq!(
            suffix("manylinux_2_17_aarch64", "pypy3.11-v7.3"),
            "pypy311-pp73-aarch64-linux-gnu.so"
        );
        for tag in ["macosx_11_0_arm64", "macosx_10_12_universal2"] {
            assert_eq!(suffix(tag, "pypy3.11-v8.0"), "pypy311-pp80-darwin.so");
        }
        assert_eq!(suffix("win_amd64", "pypy3.11-v7.3"), "pypy311-pp73-win_amd64.pyd");
        assert_eq!(suffix("win_amd64", "3.11"), "");
    }

    #[test]
    fn what_is_no_tag_is_refused_by_name() {
        for text in [
            "",
            "linux_x86_64",
            "manylinux_2_17",
            "manylinux_2_017_x86_64",
            "manylinux2014_x86_64",
            "macosx_11_0_i686",
            "manylinux_2_17_universal2",
            "win_x86",
            "x86_64-unknown-linux-gnu",
        ] {
            let error = text.parse::<Target>().expect_err(text);
            assert!(error.to_string().starts_with(&format!("unknown target `{text}`\nhint: ")));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_round_trips(text in "\\PC{0,40}") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string(), text);
            }
        }
    }
}
