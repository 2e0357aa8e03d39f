//! The platform tag of a wheel, by the words that a workflow uses for its platform.

use wheel_audit::platform::current_name;
use wheel_audit::target::Target;

use super::runner::{Runner, RunnerSystem};
use crate::tool::toolchain::too_old_musl;

/// The platform of a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Platform {
    Target(Target),
    /// A target that takes the place of the one that the workflow names, and the reason.
    Instead {
        target: Target,
        note: String,
    },
    /// A platform that cannot be promised, in words.
    Unknown(String),
}

/// The processors of Linux in platform tags.
const MACHINES: [&str; 7] = ["x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64"];

/// The oldest macOS that Rust builds for, by processor
/// ([platform support](https://doc.rust-lang.org/rustc/platform-support/apple-darwin.html)). A wheel for both has the tag of
/// the older one.
const MACOS: [(&str, &str); 3] = [("x86_64", "10_12"), ("arm64", "11_0"), ("universal2", "10_12")];

/// The oldest glibc that a release can be built for. zig has no older one for the last two
/// ([Platforms](../../../../../../docs/platforms.md)), and Rust none for the others.
fn oldest_glibc(machine: &str) -> (u16, u16) {
    match machine {
        "ppc64le" => (2, 28),
        "riscv64" => (2, 31),
        _ => (2, 17),
    }
}

/// The oldest musl for which a wheel can be built.
fn oldest_musl(machine: &str) -> (u16, u16) {
    let first = format!("musllinux_1_1_{machine}").parse::<Target>().ok();
    if first.and_then(too_old_musl).is_some() { (1, 2) } else { (1, 1) }
}

/// The platform of a Rust target, or of maturin-action's short name for one. `libc` is the value of `manylinux`, and
/// `macos` that of `MACOSX_DEPLOYMENT_TARGET`.
pub fn of_rust(target: &str, libc: &str, macos: Option<&str>, runner: Option<Runner>) -> Platform {
    let system = runner.map_or(RunnerSystem::Linux, |runner| runner.system);
    let musl = libc.starts_with("musllinux");
    let triple = match (target, runner) {
        ("", Some(runner)) => triple(if runner.arm { "aarch64" } else { "x86_64" }, system, musl),
        _ => triple(target, system, musl),
    };
    let Some(triple) = triple else { return Platform::Unknown(format!("`{target}`")) };
    let windows = ["win_amd64", "win32", "win_arm64"].map(|tag| tag.parse().ok());
    let apple = MACOS.map(|(machine, _)| macos_tag(machine, macos));
    let known: Vec<Target> = windows.into_iter().chain(apple).flatten().collect();
    let msvc = triple.replace("-windows-gnu", "-windows-msvc");
    if let Some(target) = known.into_iter().find(|known| known.triple() == msvc) {
        return Platform::Target(target);
    }
    let machine = |name: &str| {
        // The triple is the same for every version of the C library.
        let target = |machine: &str| format!("{name}_1_2_{machine}").parse::<Target>();
        MACHINES.into_iter().find(|machine| target(machine).is_ok_and(|one| one.triple() == triple))
    };
    if let Some(machine) = machine("manylinux") {
        of_linux(machine, libc)
    } else if let Some(machine) = machine("musllinux") {
        of_linux(machine, if musl { libc } else { "musllinux_1_2" })
    } else {
        Platform::Unknown(format!("`{triple}`"))
    }
}

/// The platform of a Linux wheel. `libc` is in the words of any tool: `auto`, `2014`, `2_28`, `manylinux_2_28`,
/// `musllinux_1_2`.
pub fn of_linux(machine: &str, libc: &str) -> Platform {
    if libc == "off" {
        return Platform::Unknown(format!("`linux_{machine}`, which no index takes"));
    }
    let (name, oldest) = match libc.starts_with("musllinux") {
        true => ("musllinux", oldest_musl(machine)),
        false => ("manylinux", oldest_glibc(machine)),
    };
    let version = match (libc, name, machine) {
        // The images that maturin-action takes by itself.
        ("" | "auto" | "pypi", "musllinux", _) => Some((1, 2)),
        ("" | "auto" | "pypi", _, "riscv64") => Some((2, 31)),
        ("" | "auto" | "pypi", ..) => Some((2, 17)),
        (libc, ..) => version_of(libc),
    };
    let Some(wanted) = version else { return Platform::Unknown(format!("`{libc}`")) };
    let (major, minor) = wanted.max(oldest);
    let Ok(target) = format!("{name}_{major}_{minor}_{machine}").parse::<Target>() else {
        return Platform::Unknown(format!("`{name}_{major}_{minor}_{machine}`"));
    };
    if wanted >= oldest {
        return Platform::Target(target);
    }
    let (major, minor) = wanted;
    let note = format!(
        "`{target}` in place of `{name}_{major}_{minor}_{machine}`, which nothing builds here"
    );
    Platform::Instead { target, note }
}

/// The target of a macOS wheel, for the oldest macOS that the workflow names, but none that is too old for Rust.
pub fn macos_tag(machine: &str, named: Option<&str>) -> Option<Target> {
    let (_, oldest) = MACOS.iter().find(|(known, _)| *known == machine)?;
    let numbers = |text: &str| -> Option<(u16, u16)> {
        let (major, minor) = text.split_once(['.', '_']).unwrap_or((text, "0"));
        Some((major.parse().ok()?, minor.parse().ok()?))
    };
    let oldest = numbers(oldest)?;
    let (major, minor) = named.and_then(numbers).unwrap_or(oldest).max(oldest);
    // From macOS 11 on, tags have no minor version.
    let minor = if major >= 11 { 0 } else { minor };
    format!("macosx_{major}_{minor}_{machine}").parse().ok()
}

/// The numbers in the name of a C library: `2_28`, `manylinux_2_28`, `2014`, or the address of an image with one.
fn version_of(libc: &str) -> Option<(u16, u16)> {
    let name = ["manylinux", "musllinux"]
        .iter()
        .find_map(|name| Some(&libc[libc.find(name)? + name.len()..]));
    let rest = name.unwrap_or(libc);
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    if !rest.starts_with('_') && !rest.contains('_') || name.is_some() && !rest.starts_with('_') {
        let current = current_name(&format!("manylinux{}", digits(rest)))?;
        return version_of(&current);
    }
    let mut parts = rest.trim_start_matches('_').splitn(3, '_');
    Some((digits(parts.next()?).parse().ok()?, digits(parts.next()?).parse().ok()?))
}

/// The Rust target for a short name, by [maturin-action](https://github.com/PyO3/maturin-action). A whole Rust target
/// stays as it is.
fn triple(name: &str, system: RunnerSystem, musl: bool) -> Option<String> {
    if name.contains('-') {
        return Some(name.to_owned());
    }
    let processor = match name {
        "x64" | "x86_64" => "x86_64",
        "x86" | "i686" => "i686",
        "aarch64" | "arm64" => "aarch64",
        "armv7" | "armv7l" => "armv7",
        "ppc64le" => "powerpc64le",
        "riscv64" => "riscv64gc",
        other @ ("s390x" | "universal2" | "ppc64" | "loongarch64") => other,
        _ => return None,
    };
    let hard_float = if processor == "armv7" { "eabihf" } else { "" };
    Some(match system {
        RunnerSystem::Macos => format!("{processor}-apple-darwin"),
        RunnerSystem::Windows => format!("{processor}-pc-windows-msvc"),
        RunnerSystem::Linux if musl => format!("{processor}-unknown-linux-musl{hard_float}"),
        RunnerSystem::Linux => format!("{processor}-unknown-linux-gnu{hard_float}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINUX: Runner = Runner { system: RunnerSystem::Linux, arm: false };
    const MAC: Runner = Runner { system: RunnerSystem::Macos, arm: true };
    const WINDOWS: Runner = Runner { system: RunnerSystem::Windows, arm: true };

    fn tag(target: &str, libc: &str, runner: Runner) -> String {
        match of_rust(target, libc, None, Some(runner)) {
            Platform::Target(target) => target.to_string(),
            Platform::Instead { note, .. } => note,
            Platform::Unknown(what) => format!("not {what}"),
        }
    }

    #[test]
    fn a_target_is_a_triple_or_a_short_name() {
        for (target, libc, runner, expected) in [
            ("x86_64", "auto", LINUX, "manylinux_2_17_x86_64"),
            ("x86", "2014", LINUX, "manylinux_2_17_i686"),
            ("aarch64-unknown-linux-gnu", "2_28", LINUX, "manylinux_2_28_aarch64"),
            ("armv7", "manylinux_2_31", LINUX, "manylinux_2_31_armv7l"),
            ("riscv64gc-unknown-linux-gnu", "auto", LINUX, "manylinux_2_31_riscv64"),
            ("x86_64", "musllinux_1_2", LINUX, "musllinux_1_2_x86_64"),
            ("aarch64-unknown-linux-musl", "auto", LINUX, "musllinux_1_2_aarch64"),
            ("armv7-unknown-linux-musleabihf", "musllinux_1_2", LINUX, "musllinux_1_2_armv7l"),
            ("", "auto", LINUX, "manylinux_2_17_x86_64"),
            ("", "", MAC, "macosx_11_0_arm64"),
            ("x86_64", "", MAC, "macosx_10_12_x86_64"),
            ("universal2", "", MAC, "macosx_10_12_universal2"),
            ("x64", "", WINDOWS, "win_amd64"),
            ("", "", WINDOWS, "win_arm64"),
            ("i686-pc-windows-gnu", "", LINUX, "win32"),
        ] {
            assert_eq!(tag(target, libc, runner), expected, "{target} {libc}");
        }
    }

    #[test]
    fn a_c_library_that_is_too_old_is_replaced_and_the_note_says_so() {
        let instead = "`manylinux_2_28_ppc64le` in place of `manylinux_2_17_ppc64le`, which nothing builds here";
        assert_eq!(tag("ppc64le", "2014", LINUX), instead);
        let instead =
            "`musllinux_1_2_i686` in place of `musllinux_1_1_i686`, which nothing builds here";
        assert_eq!(tag("i686", "musllinux_1_1", LINUX), instead);
        assert_eq!(tag("x86_64", "musllinux_1_1", LINUX), "musllinux_1_1_x86_64");
    }

    #[test]
    fn a_platform_that_cannot_be_promised_is_named() {
        assert_eq!(tag("ppc64", "auto", LINUX), "not `ppc64-unknown-linux-gnu`");
        assert_eq!(tag("wasm32-unknown-emscripten", "", LINUX), "not `wasm32-unknown-emscripten`");
        assert_eq!(tag("x86_64", "off", LINUX), "not `linux_x86_64`, which no index takes");
        assert_eq!(tag("mips", "auto", LINUX), "not `mips`");
    }

    #[test]
    fn the_oldest_macos_is_the_named_one_unless_rust_needs_a_newer_one() {
        let tag = |machine, named| macos_tag(machine, named).expect("a tag").to_string();
        assert_eq!(tag("x86_64", Some("10.9")), "macosx_10_12_x86_64");
        assert_eq!(tag("x86_64", Some("10.15")), "macosx_10_15_x86_64");
        assert_eq!(tag("arm64", Some("14.2")), "macosx_14_0_arm64");
        assert_eq!(tag("arm64", Some("15")), "macosx_15_0_arm64");
        assert_eq!(tag("universal2", Some("10.9")), "macosx_10_12_universal2");
        assert_eq!(tag("universal2", Some("11.0")), "macosx_11_0_universal2");
        assert_eq!(macos_tag("i386", None), None);
    }

    #[test]
    fn an_image_names_its_c_library() {
        for (image, expected) in [
            ("quay.io/pypa/manylinux_2_28_x86_64:2026.03.27-1", Some((2, 28))),
            ("manylinux2014", Some((2, 17))),
            ("quay.io/pypa/manylinux2014_x86_64:latest", Some((2, 17))),
            ("musllinux_1_2", Some((1, 2))),
            ("2_34", Some((2, 34))),
            ("2014", Some((2, 17))),
            ("mine", None),
        ] {
            assert_eq!(version_of(image), expected, "{image}");
        }
    }
}
