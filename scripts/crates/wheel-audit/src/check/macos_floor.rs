//! `macos-floor`: no binary needs a newer macOS than the platform tag promises.

use super::placed::{Placed, each, serves};
use super::{Check, Finding, Judgement, Subject};
use crate::wheel::binary::{Format, Machine};
use crate::wheel::platform::{Platform, PlatformSystem};

pub const CHECK: Check = Check {
    name: "macos-floor",
    about: "no binary needs a newer macOS than the platform tag promises",
    run,
};

fn run(subject: Subject) -> Judgement {
    each(subject, "Mach-O file that states its macOS", |placed| minimum(*placed).is_some(), judge)
}

fn minimum(placed: Placed) -> Option<(u32, u32)> {
    match &placed.image.format {
        Format::Macho(facts) => facts.minimum,
        _ => None,
    }
}

fn judge(placed: Placed, findings: &mut Vec<Finding>) {
    let Some(needed) = minimum(placed) else { return };
    let tags = placed.wheel.name.platforms.iter();
    let promised = tags.filter_map(|tag| Some((floor(placed, &Platform::read(tag)?)?, tag))).min();
    if let Some((promised, tag)) = promised
        && promised < needed
    {
        findings.push(placed.finding(
            &CHECK,
            format!("its code for {} needs macOS {}.{}", machine(placed), needed.0, needed.1),
            &format!("macOS {}.{} or older, as `{tag}` promises", promised.0, promised.1),
            "build with `MACOSX_DEPLOYMENT_TARGET` set to the tag's version, libraries included",
        ));
    }
}

/// The oldest macOS on which a tag promises this image; there is no older one for arm64 than 11.
fn floor(placed: Placed, platform: &Platform) -> Option<(u32, u32)> {
    let PlatformSystem::Macos { major, minor } = platform.system else { return None };
    if !serves(placed.image, platform) {
        return None;
    }
    let oldest = if placed.image.machine == Machine::Aarch64 { (11, 0) } else { (0, 0) };
    Some((major, minor).max(oldest))
}

fn machine(placed: Placed) -> &'static str {
    match placed.image.machine {
        Machine::Aarch64 => "arm64",
        other => other.name(),
    }
}
