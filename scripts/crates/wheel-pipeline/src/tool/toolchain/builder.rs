//! The builders: the linker for each target on each system.
//!
//! Wheels for macOS and Windows are built on these systems, or cross-built for them on Linux. A cross-built wheel has the
//! same name, but another linker made it. A release accepts it if it was tested on its own platform.

use wheel_audit::target::{Architecture, System, Target};

/// The system that a build runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    Linux,
    Macos,
    Windows,
}

impl Host {
    /// The system that this program was compiled for.
    pub fn current() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::Macos
        } else {
            Self::Linux
        }
    }
}

/// The linker of a target's wheels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Builder {
    /// The system's own linker and C runtime: Apple's or Microsoft's.
    Native,
    /// zig. No other linker can link against a C library older than the machine's.
    Zig,
    /// LLVM's linker for macOS, from rustup, with a description of Apple's libraries.
    Lld,
    /// zig with the libraries of mingw-w64, for the `gnullvm` targets of Windows.
    ZigMingw,
    /// Debian's gcc with the libraries of mingw-w64.
    Mingw,
}

impl Builder {
    /// The builder for `target` on `host`. None if `host` cannot build for it.
    pub fn for_target(target: Target, host: Host) -> Option<Self> {
        match (target.system(), host) {
            (System::Manylinux { .. } | System::Musllinux { .. }, _) => Some(Self::Zig),
            (System::Macos { .. }, Host::Macos) | (System::Windows, Host::Windows) => {
                Some(Self::Native)
            }
            (System::Macos { .. }, Host::Linux) => Some(Self::Lld),
            // rustup does not have std for `i686-pc-windows-gnullvm` everywhere.
            (System::Windows, Host::Linux) if target.architecture() == Architecture::I686 => {
                Some(Self::Mingw)
            }
            (System::Windows, Host::Linux) => Some(Self::ZigMingw),
            (System::Macos { .. }, Host::Windows) | (System::Windows, Host::Macos) => None,
        }
    }

    /// The Rust target of the build.
    pub fn triple(self, target: Target) -> String {
        let native = target.triple();
        match self {
            Self::Native | Self::Zig | Self::Lld => native,
            Self::ZigMingw => native.replace("-msvc", "-gnullvm"),
            Self::Mingw => native.replace("-msvc", "-gnu"),
        }
    }

    /// The Rust targets that the build compiles for: two for `universal2`.
    pub fn triples(self, target: Target) -> Vec<String> {
        match target.triples() {
            one if one.len() == 1 => vec![self.triple(target)],
            several => several,
        }
    }

    /// Returns true if the wheels are cross-built: another linker makes them than the system's own.
    pub fn is_cross_built(self) -> bool {
        match self {
            Self::Native | Self::Zig => false,
            Self::Lld | Self::ZigMingw | Self::Mingw => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(tag: &str, host: Host) -> Option<(String, bool)> {
        let target: Target = tag.parse().expect(tag);
        let builder = Builder::for_target(target, host)?;
        Some((builder.triple(target), builder.is_cross_built()))
    }

    #[test]
    fn each_system_builds_its_own_wheels_and_linux_cross_builds_the_others() {
        let all = |tag| [Host::Linux, Host::Macos, Host::Windows].map(|host| built(tag, host));
        let own = |triple: &str| Some((triple.to_owned(), false));
        let cross_built = |triple: &str| Some((triple.to_owned(), true));
        let musl = own("armv7-unknown-linux-musleabihf");
        assert_eq!(all("musllinux_1_2_armv7l"), [musl.clone(), musl.clone(), musl]);
        assert_eq!(
            all("macosx_11_0_arm64"),
            [cross_built("aarch64-apple-darwin"), own("aarch64-apple-darwin"), None]
        );
        assert_eq!(
            all("win_arm64"),
            [cross_built("aarch64-pc-windows-gnullvm"), None, own("aarch64-pc-windows-msvc")]
        );
        assert_eq!(
            all("win32"),
            [cross_built("i686-pc-windows-gnu"), None, own("i686-pc-windows-msvc")]
        );
    }
}
