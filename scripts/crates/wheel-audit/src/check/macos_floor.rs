//! `macos-floor`: no binary needs a newer macOS than the platform tag promises.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each, serves};
use crate::platform::{Architecture, PlatformTag, System};
use crate::wheel::binary::FormatFacts;
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "macos-floor",
    about: "no binary needs a newer macOS than the platform tag promises",
    documentation: include_str!("macos_floor.md"),
    owns: &[],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    each(input, "Mach-O file that states its macOS", |placed| minimum(*placed).is_some(), judge)
}

fn minimum(placed: Placed) -> Option<(u16, u16)> {
    match &placed.image.format {
        FormatFacts::Macho(facts) => facts.minimum,
        _ => None,
    }
}

fn judge(placed: Placed, findings: &mut Findings) {
    let Some(needed) = minimum(placed) else { return };
    let tags = placed.wheel.name.platforms.iter();
    let promised =
        tags.filter_map(|tag| Some((floor(placed, &PlatformTag::read(tag)?)?, tag))).min();
    if let Some((promised, tag)) = promised
        && promised < needed
    {
        findings.push(placed.finding(
            &CHECK,
            format!("its code for {} needs macOS {}.{}", machine(placed), needed.0, needed.1),
            &format!("macOS {}.{} or older, as `{}` promises", promised.0, promised.1, quoted(tag)),
            "build with `MACOSX_DEPLOYMENT_TARGET` set to the tag's version, libraries included",
        ));
    }
}

/// The oldest macOS on which a tag promises this image. For arm64 there is none before 11.
fn floor(placed: Placed, platform: &PlatformTag) -> Option<(u16, u16)> {
    let Some(System::Macos { major, minor }) = platform.system() else { return None };
    if !serves(placed.image, platform) {
        return None;
    }
    let oldest =
        if placed.image.architecture == Some(Architecture::Aarch64) { (11, 0) } else { (0, 0) };
    Some((major, minor).max(oldest))
}

fn machine(placed: Placed) -> &'static str {
    match placed.image.architecture {
        Some(Architecture::Aarch64) => "arm64",
        _ => placed.image.architecture_name(),
    }
}
