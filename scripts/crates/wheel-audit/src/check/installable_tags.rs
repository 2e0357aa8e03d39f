//! `installable-tags`: some installer takes each part of the tag in a wheel's file name, on some system.
//!
//! The rules are those of [`packaging.tags`](https://packaging.pypa.io/en/stable/tags.html) 26.4, by which pip and uv choose.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "installable-tags",
    about: "installers take the tags in the file name, on some system and some Python",
    documentation: include_str!("installable_tags.md"),
    owns: &[],
    run,
};

const REMEDY: &str = "build the wheel with a tool that writes the tags of its platform and its Python, or mend them with `wheel tags`";

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    for wheel in input.wheels()? {
        judge(wheel, &mut findings);
    }
    Ok(findings.done())
}

fn judge(wheel: &WheelFacts, findings: &mut Findings) {
    let name = &wheel.name;
    let mut live: [BTreeSet<&str>; 3] = Default::default();
    let mut reasons: BTreeSet<String> = BTreeSet::new();
    for python in &name.pythons {
        for abi in &name.abis {
            if let Err(why) = pair(python, abi) {
                reasons.insert(why);
                continue;
            }
            for platform in &name.platforms {
                match with_platform(abi, platform) {
                    Err(why) => _ = reasons.insert(why),
                    Ok(()) => {
                        let parts = [python, abi, platform];
                        live.iter_mut().zip(parts).for_each(|(live, part)| _ = live.insert(part));
                    }
                }
            }
        }
    }
    // A file name stands for every combination of its parts, and some of them mean nothing. Each part has one that does.
    let parts = [&name.pythons, &name.abis, &name.platforms];
    let dead: Vec<&String> = parts
        .into_iter()
        .zip(&live)
        .flat_map(|(parts, live)| parts.iter().filter(|part| !live.contains(part.as_str())))
        .collect();
    let Some(first) = dead.first() else { return };
    let none = live[0].is_empty();
    let why = reasons.iter().find(|why| why.contains(first.as_str())).or_else(|| reasons.first());
    let why = why.map_or(String::new(), |why| format!(": {why}"));
    let message = match none {
        true => format!("no installer takes it{why}"),
        false => format!("no installer takes a part of its tag{why}"),
    };
    let expected = "tags that `packaging.tags` generates on some system";
    let finding = CHECK.finding(&wheel.file, message, expected, REMEDY);
    findings.push(if none { finding } else { finding.warning() });
}

/// Judges the tags of Python and ABI together. Tags of interpreters that are not known may be right.
fn pair(python: &str, abi: &str) -> Result<(), String> {
    let never = |why: &str| Err(format!("`{}-{}` is {why}", quoted(python), quoted(abi)));
    let digits = |prefix: &str| {
        let rest = python.strip_prefix(prefix)?;
        (!rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest)
    };
    if let Some(version) = digits("py") {
        return match abi {
            "none" if version == "2" || version.starts_with('2') || version.starts_with('3') => {
                Ok(())
            }
            "none" => never("of no Python"),
            _ => never("of no interpreter: `py` is for wheels whose ABI is `none`"),
        };
    }
    if let Some(version) = digits("cp") {
        let minor = version.strip_prefix('3').filter(|minor| !minor.is_empty());
        let minor = minor.and_then(|minor| minor.parse::<u32>().ok());
        return match abi {
            "none" | "abi3" | "abi3t" if version.len() == 1 => {
                never("without the second number of the version")
            }
            "none" => Ok(()),
            "abi3" | "abi3t" if minor.is_some_and(|minor| minor >= 2) => Ok(()),
            "abi3" | "abi3t" => never("of a Python without the stable ABI"),
            _ => match abi.strip_prefix("cp").and_then(|abi| abi.strip_prefix(version)) {
                Some(flags) if flags_of(version, minor, flags) => Ok(()),
                Some(_) => never("of no build of this Python"),
                None => never("of two Pythons"),
            },
        };
    }
    if let Some(version) = digits("pp") {
        let own = format!("pypy{version}_pp");
        return match abi {
            "none" => Ok(()),
            _ if abi.starts_with(&own) && abi.len() > own.len() => Ok(()),
            // Releases before 7.3.4 had this form.
            _ if abi.starts_with("pypy") && !abi.contains("_pp") => Ok(()),
            _ => never("of no PyPy"),
        };
    }
    if python.starts_with("cp") || python.starts_with("py") || python.starts_with("pp") {
        return never("without a version that installers know");
    }
    Ok(())
}

/// Returns whether a build of CPython has these flags in its ABI tag. `d` is a debug build, `t` a free-threaded one.
fn flags_of(version: &str, minor: Option<u32>, flags: &str) -> bool {
    match minor {
        Some(minor) if minor >= 13 => ["", "d", "t", "td"].contains(&flags),
        Some(8..) => ["", "d"].contains(&flags),
        Some(3..) => ["m", "dm", "", "d"].contains(&flags),
        _ => version.starts_with(['2', '3']) && flags.bytes().all(|flag| b"dmu".contains(&flag)),
    }
}

/// Judges a platform tag beside an ABI tag.
fn with_platform(abi: &str, platform: &str) -> Result<(), String> {
    if platform == "any" {
        return match abi {
            "none" => Ok(()),
            _ => Err(format!(
                "`{}` is beside `any`, and only wheels whose ABI is `none` are for any platform",
                quoted(abi)
            )),
        };
    }
    let never = |why: &str| Err(format!("`{}` {why}", quoted(platform)));
    if let Some(rest) = platform.strip_prefix("macosx_") {
        return macos(rest).map_err(|why| format!("`{}` {why}", quoted(platform)));
    }
    for legacy in ["manylinux1_", "manylinux2010_", "manylinux2014_"] {
        if let Some(machine) = platform.strip_prefix(legacy) {
            let is_x86 = ["x86_64", "i686"].contains(&machine);
            return match is_x86 || legacy == "manylinux2014_" && is_linux(machine) {
                true => Ok(()),
                false => never("is for a machine that installers do not know there"),
            };
        }
    }
    if let Some(rest) = platform.strip_prefix("manylinux_") {
        let Some((major, minor, machine)) = versioned(rest) else {
            return never("has no version of glibc and a machine after it");
        };
        let oldest = if ["x86_64", "i686"].contains(&machine) { 5 } else { 17 };
        return match (major, minor) {
            _ if !is_linux(machine) => {
                never("is for a machine for which installers know no manylinux")
            }
            (2, minor) if minor < oldest => {
                Err(format!("`{}` is older than 2.{oldest}", quoted(platform)))
            }
            (2, _) => Ok(()),
            _ => never("is of a glibc that does not exist"),
        };
    }
    if let Some(rest) = platform.strip_prefix("musllinux_") {
        return match versioned(rest) {
            Some((1, _, machine)) if !machine.is_empty() => Ok(()),
            _ => never("has no version of musl and a machine after it"),
        };
    }
    if platform.starts_with("win") {
        return match ["win32", "win_amd64", "win_arm64", "win_ia64"].contains(&platform) {
            true => Ok(()),
            false => never("is no Windows that installers know"),
        };
    }
    if platform.starts_with("manylinux") || platform.starts_with("macos") {
        return never("is no platform that installers know");
    }
    Ok(())
}

fn is_linux(machine: &str) -> bool {
    ["x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64"]
        .contains(&machine)
}

/// Judges what follows `macosx_`.
fn macos(rest: &str) -> Result<(), &'static str> {
    let Some((major, minor, machine)) = versioned(rest) else {
        return Err("has no version of macOS and a machine after it");
    };
    let of_intel =
        ["x86_64", "i386", "intel", "fat64", "fat32", "universal", "fat", "ppc", "ppc64"];
    match (major, minor, machine) {
        (_, _, "arm64") if major < 11 => {
            Err("is older than the first macOS for arm64, which is 11.0")
        }
        (10, 0..=16, "universal2") => Ok(()),
        (10, 0..=16, machine) if of_intel.contains(&machine) => Ok(()),
        (
            11..,
            0,
            "x86_64" | "arm64" | "universal2" | "intel" | "fat64" | "fat32" | "universal",
        ) => Ok(()),
        (11.., 1.., _) => Err("has a second number, which is 0 in the tags of macOS 11 and later"),
        (10.., _, _) => Err("is for a machine that installers do not know there"),
        _ => Err("is of a macOS that does not exist"),
    }
}

/// The two numbers of a version, and the machine after it.
fn versioned(rest: &str) -> Option<(u32, u32, &str)> {
    let (major, rest) = rest.split_once('_')?;
    let (minor, machine) = rest.split_once('_')?;
    Some((major.parse().ok()?, minor.parse().ok()?, machine))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_and_abi_belong_together() {
        for good in [
            "py3-none",
            "py2-none",
            "py310-none",
            "cp310-cp310",
            "cp37-cp37m",
            "cp27-cp27mu",
            "cp310-abi3",
            "cp32-abi3",
            "cp315-abi3t",
            "cp313-cp313t",
            "cp310-none",
            "cp38-cp38",
            "pp311-pypy311_pp73",
            "pp3-none",
            "pp27-pypy_41",
            "graalpy312-graalpy250_312_native",
            "jy27-none",
            "cp314-cp314td",
        ] {
            let (python, abi) = good.split_once('-').expect("a pair");
            assert_eq!(pair(python, abi), Ok(()), "{good}");
        }
        for bad in [
            "py3-abi3",
            "py3-cp38",
            "cp3-none",
            "cp3-abi3",
            "cp310-cp311",
            "cp38-cp38m",
            "cp38-cp38t",
            "cp31-abi3",
            "cp27-abi3",
            "cp310-cp310t",
            "cp-none",
            "py-none",
            "py4-none",
            "pp311-pypy310_pp73",
            "pp311-cp311",
            "cp3.10-none",
            "cp310-",
            "cp310-abi4",
        ] {
            let (python, abi) = bad.split_once('-').expect("a pair");
            assert!(pair(python, abi).is_err(), "{bad}");
        }
    }

    #[test]
    fn platforms_are_those_of_some_system() {
        for good in [
            "manylinux1_x86_64",
            "manylinux2014_aarch64",
            "manylinux_2_5_i686",
            "manylinux_2_17_s390x",
            "manylinux_2_36_loongarch64",
            "musllinux_1_2_armv7l",
            "linux_x86_64",
            "linux_armv6l",
            "macosx_10_9_x86_64",
            "macosx_11_0_arm64",
            "macosx_10_12_universal2",
            "macosx_26_0_arm64",
            "macosx_10_6_intel",
            "win32",
            "win_amd64",
            "win_arm64",
            "ios_13_0_arm64_iphoneos",
            "android_24_arm64_v8a",
            "pyodide_2025_0_wasm32",
            "freebsd_14_amd64",
        ] {
            assert_eq!(with_platform("cp310", good), Ok(()), "{good}");
        }
        for bad in [
            "manylinux1_aarch64",
            "manylinux2010_aarch64",
            "manylinux_2_4_x86_64",
            "manylinux_2_16_aarch64",
            "manylinux_3_0_x86_64",
            "manylinux_2_17_armv6l",
            "manylinux_2_17",
            "manylinux2015_x86_64",
            "musllinux_2_0_x86_64",
            "musllinux_1_2",
            "macosx_10_9_arm64",
            "macosx_11_1_arm64",
            "macosx_12_3_x86_64",
            "macosx_10_17_x86_64",
            "macosx_9_0_x86_64",
            "macosx_11_0_mips",
            "macos_11_0_arm64",
            "win64",
            "windows_x86_64",
            "any",
        ] {
            assert!(with_platform("cp310", bad).is_err(), "{bad}");
        }
    }
}
