//! Platform tags of any wheel, taken apart: system, oldest version, machines
//! ([platform compatibility tags](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/)).
//!
//! Wider than the targets that this pipeline builds for, because any project's wheels are read.

use super::binary::Machine;

/// What a platform tag stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    pub system: PlatformSystem,
    /// Every machine that the tag promises to serve; `universal2` stands for two.
    pub machines: Vec<Machine>,
}

/// The operating system of a platform tag, with the oldest version that it promises to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlatformSystem {
    Manylinux {
        major: u32,
        minor: u32,
    },
    Musllinux {
        major: u32,
        minor: u32,
    },
    /// `linux_x86_64`, which promises no version.
    Linux,
    Macos {
        major: u32,
        minor: u32,
    },
    Windows,
    /// `any`.
    Any,
}

impl Platform {
    /// What a tag stands for; none for tags that are not known here.
    pub fn read(tag: &str) -> Option<Self> {
        let machine = |name: &str| Some(vec![Machine::of_linux(name)?]);
        let platform = |system, machines| Some(Self { system, machines });
        for (alias, minor) in [("manylinux1_", 5), ("manylinux2010_", 12), ("manylinux2014_", 17)] {
            if let Some(name) = tag.strip_prefix(alias) {
                return platform(PlatformSystem::Manylinux { major: 2, minor }, machine(name)?);
            }
        }
        match tag {
            "any" => return platform(PlatformSystem::Any, Vec::new()),
            "win32" => return platform(PlatformSystem::Windows, vec![Machine::I686]),
            "win_amd64" => return platform(PlatformSystem::Windows, vec![Machine::X86_64]),
            "win_arm64" => return platform(PlatformSystem::Windows, vec![Machine::Aarch64]),
            _ => {}
        }
        if let Some(name) = tag.strip_prefix("linux_") {
            return platform(PlatformSystem::Linux, machine(name)?);
        }
        let mut parts = tag.splitn(4, '_');
        let system = parts.next()?;
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let name = parts.next()?;
        match system {
            "manylinux" => platform(PlatformSystem::Manylinux { major, minor }, machine(name)?),
            "musllinux" => platform(PlatformSystem::Musllinux { major, minor }, machine(name)?),
            "macosx" => {
                let machines = match name {
                    "x86_64" => vec![Machine::X86_64],
                    "arm64" => vec![Machine::Aarch64],
                    "universal2" => vec![Machine::X86_64, Machine::Aarch64],
                    "intel" => vec![Machine::X86_64, Machine::I686],
                    "i386" => vec![Machine::I686],
                    _ => return None,
                };
                platform(PlatformSystem::Macos { major, minor }, machines)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tag_is_system_version_and_machines() {
        let read = |tag| Platform::read(tag).expect(tag);
        assert_eq!(
            read("manylinux2014_s390x"),
            Platform {
                system: PlatformSystem::Manylinux { major: 2, minor: 17 },
                machines: vec![Machine::S390x]
            }
        );
        assert_eq!(read("manylinux_2_17_s390x"), read("manylinux2014_s390x"));
        assert_eq!(read("macosx_10_12_universal2").machines, [Machine::X86_64, Machine::Aarch64]);
        assert_eq!(read("win_arm64").system, PlatformSystem::Windows);
        for tag in ["", "win64", "manylinux_2_x86_64", "macosx_11_0_mips", "linux_", "ios_13_0_x"] {
            assert_eq!(Platform::read(tag), None, "{tag}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(tag in "\\PC{0,40}") {
            let _unused = Platform::read(&tag);
        }
    }
}
