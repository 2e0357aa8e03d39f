//! Platforms: processor architectures, operating systems with their oldest version, and platform tags of any wheel
//! ([platform compatibility tags](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)).

/// A processor architecture that a platform tag can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// 64-bit x86.
    X86_64,
    /// 32-bit x86.
    I686,
    /// 64-bit Arm.
    Aarch64,
    /// 32-bit Arm with hardware floating point.
    Armv7l,
    /// 64-bit PowerPC, little-endian.
    Ppc64le,
    /// IBM Z.
    S390x,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit PowerPC, big-endian.
    Ppc64,
    /// 64-bit LoongArch.
    Loongarch64,
    /// 32-bit WebAssembly.
    Wasm32,
}

/// An operating system with the oldest version that a platform tag promises to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Linux with at least this version of glibc ([PEP 600](https://peps.python.org/pep-0600/)).
    Manylinux {
        /// The first number of the version.
        major: u16,
        /// The second number of the version.
        minor: u16,
    },
    /// Linux with at least this version of musl ([PEP 656](https://peps.python.org/pep-0656/)).
    Musllinux {
        /// The first number of the version.
        major: u16,
        /// The second number of the version.
        minor: u16,
    },
    /// At least this version of macOS.
    Macos {
        /// The first number of the version.
        major: u16,
        /// The second number of the version.
        minor: u16,
    },
    /// Every Windows that the Python itself runs on.
    Windows,
}

/// A platform tag of any wheel, taken apart. Wider than [`Target`](crate::target::Target), because any project's
/// wheels are read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PlatformTag {
    /// `any`.
    Any,
    /// `linux_x86_64` and its like, which promise no version.
    Linux(Architecture),
    /// A system with its oldest version, and every architecture that the tag serves: `universal2` serves two.
    System { system: System, architectures: Vec<Architecture> },
    /// `android_24_arm64_v8a` and its like ([PEP 738](https://peps.python.org/pep-0738/)).
    Android(Architecture),
    /// `ios_13_0_arm64_iphoneos` and its like ([PEP 730](https://peps.python.org/pep-0730/)).
    Ios(Architecture),
    /// `pyodide_2025_0_wasm32` and its like ([PEP 783](https://peps.python.org/pep-0783/)).
    Wasm,
}

/// Platform names from before [PEP 600](https://peps.python.org/pep-0600/#legacy-manylinux-tags), each with the version
/// of glibc that it stands for.
const LEGACY: [(&str, u16, u16); 3] =
    [("manylinux1", 2, 5), ("manylinux2010", 2, 12), ("manylinux2014", 2, 17)];

/// The PEP 600 spelling of a platform name from before PEP 600.
///
/// ```
/// assert_eq!(wheel_audit::platform::current_name("manylinux2014").as_deref(), Some("manylinux_2_17"));
/// assert_eq!(wheel_audit::platform::current_name("manylinux_2_28"), None);
/// ```
pub fn current_name(legacy: &str) -> Option<String> {
    let (_, major, minor) = LEGACY.iter().find(|(name, ..)| *name == legacy)?;
    Some(format!("manylinux_{major}_{minor}"))
}

/// The name from before PEP 600 for a version of glibc.
pub(crate) fn legacy_name(major: u16, minor: u16) -> Option<&'static str> {
    LEGACY.iter().find(|row| (row.1, row.2) == (major, minor)).map(|row| row.0)
}

impl Architecture {
    const ALL: [Self; 9] = [
        Self::X86_64,
        Self::I686,
        Self::Aarch64,
        Self::Armv7l,
        Self::Ppc64le,
        Self::S390x,
        Self::Riscv64,
        Self::Ppc64,
        Self::Loongarch64,
    ];

    /// The name in platform tags for Linux.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::I686 => "i686",
            Self::Aarch64 => "aarch64",
            Self::Armv7l => "armv7l",
            Self::Ppc64le => "ppc64le",
            Self::S390x => "s390x",
            Self::Riscv64 => "riscv64",
            Self::Ppc64 => "ppc64",
            Self::Loongarch64 => "loongarch64",
            Self::Wasm32 => "wasm32",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Returns whether the running program was compiled for this architecture.
    pub(crate) fn is_host(self) -> bool {
        match self {
            Self::X86_64 => cfg!(target_arch = "x86_64"),
            Self::I686 => cfg!(target_arch = "x86"),
            Self::Aarch64 => cfg!(target_arch = "aarch64"),
            Self::Armv7l => cfg!(target_arch = "arm"),
            Self::Ppc64le => cfg!(all(target_arch = "powerpc64", target_endian = "little")),
            Self::Ppc64 => cfg!(all(target_arch = "powerpc64", target_endian = "big")),
            Self::S390x => cfg!(target_arch = "s390x"),
            Self::Riscv64 => cfg!(target_arch = "riscv64"),
            Self::Loongarch64 => cfg!(target_arch = "loongarch64"),
            Self::Wasm32 => cfg!(target_arch = "wasm32"),
        }
    }

    /// Returns whether this machine's processor runs its programs without an emulator.
    pub fn runs_on_host(self) -> bool {
        self.is_host() || self == Self::I686 && cfg!(target_arch = "x86_64")
    }
}

impl PlatformTag {
    /// Takes a tag apart; `None` for a tag that this crate does not know.
    pub(crate) fn read(tag: &str) -> Option<Self> {
        let windows = |architecture| {
            Some(Self::System { system: System::Windows, architectures: vec![architecture] })
        };
        match tag {
            "any" => return Some(Self::Any),
            "win32" => return windows(Architecture::I686),
            "win_amd64" => return windows(Architecture::X86_64),
            "win_arm64" => return windows(Architecture::Aarch64),
            _ => {}
        }
        let (name, rest) = tag.split_once('_')?;
        match name {
            "android" => return mobile(rest.split_once('_')?.1).map(Self::Android),
            "ios" => return ios(rest).map(Self::Ios),
            "pyodide" | "pyemscripten" | "emscripten" => {
                return rest.ends_with("_wasm32").then_some(Self::Wasm);
            }
            _ => {}
        }
        if name == "linux" {
            return Architecture::from_name(rest).map(Self::Linux);
        }
        let (name, major, minor, machine) = match LEGACY.iter().find(|row| row.0 == name) {
            Some((_, major, minor)) => ("manylinux", *major, *minor, rest),
            None => {
                let (major, rest) = rest.split_once('_')?;
                let (minor, machine) = rest.split_once('_')?;
                (name, major.parse().ok()?, minor.parse().ok()?, machine)
            }
        };
        let (system, architectures) = match name {
            "manylinux" => {
                (System::Manylinux { major, minor }, vec![Architecture::from_name(machine)?])
            }
            "musllinux" => {
                (System::Musllinux { major, minor }, vec![Architecture::from_name(machine)?])
            }
            "macosx" => {
                let architectures = match machine {
                    "x86_64" => vec![Architecture::X86_64],
                    "arm64" => vec![Architecture::Aarch64],
                    "universal2" => vec![Architecture::X86_64, Architecture::Aarch64],
                    "intel" => vec![Architecture::X86_64, Architecture::I686],
                    "i386" => vec![Architecture::I686],
                    _ => return None,
                };
                (System::Macos { major, minor }, architectures)
            }
            _ => return None,
        };
        Some(Self::System { system, architectures })
    }

    /// The system with its version, where the tag names one.
    pub(crate) fn system(&self) -> Option<System> {
        match self {
            Self::System { system, .. } => Some(*system),
            Self::Any | Self::Linux(_) | Self::Android(_) | Self::Ios(_) | Self::Wasm => None,
        }
    }

    /// Every architecture that the tag serves; none for `any`.
    pub(crate) fn architectures(&self) -> &[Architecture] {
        match self {
            Self::Any => &[],
            Self::Wasm => &[Architecture::Wasm32],
            Self::Linux(architecture) | Self::Android(architecture) | Self::Ios(architecture) => {
                std::slice::from_ref(architecture)
            }
            Self::System { architectures, .. } => architectures,
        }
    }

    /// The same platform in every version: for comparing two builders, each of which chooses its own oldest version.
    pub(crate) fn without_version(self) -> Self {
        let (major, minor) = (0, 0);
        match self {
            Self::System { system, architectures } => {
                let system = match system {
                    System::Manylinux { .. } => System::Manylinux { major, minor },
                    System::Musllinux { .. } => System::Musllinux { major, minor },
                    System::Macos { .. } => System::Macos { major, minor },
                    System::Windows => System::Windows,
                };
                Self::System { system, architectures }
            }
            Self::Any | Self::Linux(_) | Self::Android(_) | Self::Ios(_) | Self::Wasm => self,
        }
    }
}

/// The architecture by the name of an ABI of Android.
fn mobile(abi: &str) -> Option<Architecture> {
    match abi {
        "arm64_v8a" => Some(Architecture::Aarch64),
        "armeabi_v7a" => Some(Architecture::Armv7l),
        "x86_64" => Some(Architecture::X86_64),
        "x86" => Some(Architecture::I686),
        _ => None,
    }
}

/// The architecture in the rest of a tag for iOS: version, machine and SDK.
fn ios(rest: &str) -> Option<Architecture> {
    let (_, rest) = rest.split_once('_')?;
    let (_, rest) = rest.split_once('_')?;
    let (machine, sdk) = rest.rsplit_once('_')?;
    match (machine, sdk) {
        ("arm64", "iphoneos" | "iphonesimulator") => Some(Architecture::Aarch64),
        ("x86_64", "iphonesimulator") => Some(Architecture::X86_64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_is_system_version_and_architectures() {
        let read = |tag| PlatformTag::read(tag).expect(tag);
        assert_eq!(
            read("manylinux2014_s390x"),
            PlatformTag::System {
                system: System::Manylinux { major: 2, minor: 17 },
                architectures: vec![Architecture::S390x]
            }
        );
        assert_eq!(read("manylinux_2_17_s390x"), read("manylinux2014_s390x"));
        assert_eq!(
            read("macosx_10_12_universal2").architectures(),
            [Architecture::X86_64, Architecture::Aarch64]
        );
        assert_eq!(read("win_arm64").system(), Some(System::Windows));
        assert_eq!(read("linux_x86_64"), PlatformTag::Linux(Architecture::X86_64));
        assert_eq!(read("android_24_arm64_v8a"), PlatformTag::Android(Architecture::Aarch64));
        assert_eq!(read("ios_13_0_x86_64_iphonesimulator"), PlatformTag::Ios(Architecture::X86_64));
        assert_eq!(read("pyodide_2025_0_wasm32").architectures(), [Architecture::Wasm32]);
        for tag in [
            "",
            "win64",
            "android_24_mips",
            "ios_13_0_x86_64_iphoneos",
            "pyodide_2025_0",
            "manylinux_2_x86_64",
            "macosx_11_0_mips",
            "linux_",
            "ios_13_0_x",
        ] {
            assert_eq!(PlatformTag::read(tag), None, "{tag}");
        }
    }

    #[test]
    fn names_from_before_pep_600_translate_both_ways() {
        for (name, major, minor) in LEGACY {
            assert_eq!(legacy_name(major, minor), Some(name));
            assert_eq!(current_name(name), Some(format!("manylinux_{major}_{minor}")));
        }
        assert_eq!(legacy_name(2, 28), None);
    }

    #[test]
    fn platforms_are_alike_without_their_version_and_no_further() {
        let alike = |one, other| {
            let read = |tag| PlatformTag::read(tag).expect("a known tag").without_version();
            read(one) == read(other)
        };
        assert!(alike("manylinux2014_x86_64", "manylinux_2_28_x86_64"));
        assert!(!alike("manylinux_2_28_x86_64", "musllinux_1_2_x86_64"));
        assert!(!alike("manylinux_2_28_x86_64", "manylinux_2_28_aarch64"));
        assert!(!alike("any", "linux_x86_64"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(tag in "\\PC{0,40}") {
            let _unused = PlatformTag::read(&tag);
        }
    }
}
