//! `architecture`: the binaries of a wheel are for the machines of its platform tags.
//!
//! pip believes the tag. A library for another machine fails when it is imported, on every machine of
//! the kind that was promised.

use super::placed::{platforms, serves};
use super::{Check, Finding, Judgement, Subject, Undecided, told};
use crate::wheel::binary::{Binary, Image, Machine};
use crate::wheel::platform::{Platform, PlatformSystem};
use crate::wheel::release::WheelFacts;

pub const CHECK: Check = Check {
    name: "architecture",
    about: "the binaries are for the machines that the platform tags promise",
    run,
};

const REMEDY: &str = "build this platform's wheel for its own target; do not rename wheels";

fn run(subject: Subject) -> Judgement {
    let mut findings = Vec::new();
    let (mut looked, mut unknown) = (false, None);
    for wheel in &subject.release.wheels {
        if wheel.binaries.is_empty() {
            continue;
        }
        looked = true;
        let known: Vec<(&str, Platform)> = wheel
            .name
            .platforms
            .iter()
            .filter_map(|tag| Some((tag.as_str(), Platform::read(tag)?)))
            .collect();
        if known.is_empty() {
            unknown.get_or_insert_with(|| {
                format!(
                    "`{}`: platform tag `{}` is not known here",
                    wheel.file,
                    wheel.name.platforms.join(".")
                )
            });
        }
        for (number, (tag, platform)) in known.iter().enumerate() {
            // `manylinux2014` and `manylinux_2_17` are one promise.
            if known[..number].iter().any(|(_, earlier)| earlier == platform) {
                continue;
            }
            judge(wheel, tag, platform, &mut findings);
        }
    }
    if looked { told(findings, unknown) } else { Err(Undecided::NoSubject("no binary".to_owned())) }
}

fn judge(wheel: &WheelFacts, tag: &str, platform: &Platform, findings: &mut Vec<Finding>) {
    let any = platform.system == PlatformSystem::Any;
    // Pythons elsewhere pass over a suffix that names one platform.
    let modules: Vec<&Binary> = wheel
        .binaries
        .iter()
        .filter(|binary| is_module(binary) && !(any && names_platform(&binary.member)))
        .collect();
    // What a library that is no module is for cannot be seen: a wheel may bring several. One of them
    // must serve, or none is of use.
    let judged = if !modules.is_empty() {
        modules
    } else if any || serving(wheel, platform) {
        return;
    } else {
        wheel.binaries.iter().collect()
    };
    for binary in judged {
        let missing: Vec<&str> = platform
            .machines
            .iter()
            .filter(|machine| !binary.images.iter().any(|image| fits(image, platform, **machine)))
            .map(|machine| machine.name())
            .collect();
        if any || !missing.is_empty() {
            let has: Vec<String> = binary.images.iter().map(described).collect();
            let expected = match platform.system {
                PlatformSystem::Any => "no extension module in a wheel for any platform".to_owned(),
                _ => format!(
                    "{} code for {}, as `{tag}` promises",
                    format_of(platform),
                    missing.join(" and ")
                ),
            };
            findings.push(CHECK.inside(
                &wheel.file,
                &binary.member,
                format!("it is {}", has.join(" and ")),
                &expected,
                REMEDY,
            ));
        }
    }
}

/// Whether Python is to import it on the wheel's own platform: it defines a module, and its file name
/// does not say that it is for another Python than CPython's suffix rules of that platform allow.
fn is_module(binary: &Binary) -> bool {
    let file = binary.member.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let named = file.ends_with(".so") || file.ends_with(".pyd");
    named && binary.images.iter().any(|image| image.modules().any(|module| module == stem))
}

/// Whether the file's suffix says for which platform it is: `.cp310-win_amd64.pyd`.
pub fn names_platform(member: &str) -> bool {
    let file = member.rsplit('/').next().unwrap_or_default();
    file.split_once('.').is_some_and(|(_, suffix)| suffix.contains('-'))
}

fn serving(wheel: &WheelFacts, platform: &Platform) -> bool {
    let mut images = wheel.binaries.iter().flat_map(|binary| &binary.images);
    images.any(|image| serves(image, platform)) || platforms(wheel).count() == 0
}

fn fits(image: &Image, platform: &Platform, machine: Machine) -> bool {
    image.machine == machine && serves(image, platform)
}

fn described(image: &Image) -> String {
    format!("{} code for {}", image.format_name(), image.machine.name())
}

fn format_of(platform: &Platform) -> &'static str {
    match platform.system {
        PlatformSystem::Macos { .. } => "Mach-O",
        PlatformSystem::Windows => "PE",
        _ => "ELF",
    }
}
