//! `architecture`: the binaries of a wheel are for the architectures of its platform tags.
//!
//! pip believes the tag. A library for another architecture fails at import, on every machine that the tag promises.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged, Unknowns};
use super::placed::{names_platform, platforms, serves};
use crate::platform::{Architecture, PlatformTag, System};
use crate::wheel::binary::{Binary, BinaryImage};
use crate::wheel::quoted;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "architecture",
    about: "the binaries are for the machines that the platform tags promise",
    documentation: include_str!("architecture.md"),
    owns: &[],
    run,
};

const REMEDY: &str = "build this platform's wheel for its own target; do not rename wheels";

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    let (mut looked, mut unknown) = (false, Unknowns::default());
    for wheel in &input.release.wheels {
        if wheel.binaries.is_empty() {
            continue;
        }
        looked = true;
        let mut known: Vec<(&str, PlatformTag)> = Vec::new();
        for tag in &wheel.name.platforms {
            if let Some(platform) = PlatformTag::read(tag) {
                known.push((tag, platform));
            } else {
                let why = format!("platform tag `{}` is not known to this program", quoted(tag));
                unknown.push(CHECK.unknown(&wheel.file, None, &why));
            }
        }
        let modules: Vec<&Binary> =
            wheel.binaries.iter().filter(|binary| is_module(binary)).collect();
        for (number, (tag, platform)) in known.iter().enumerate() {
            // `manylinux2014` and `manylinux_2_17` are one promise.
            if known[..number].iter().any(|(_, earlier)| earlier == platform) {
                continue;
            }
            judge(wheel, &modules, tag, platform, &mut findings);
        }
    }
    if looked {
        unknown.judged(findings.done())
    } else {
        Err(NotJudged::NoSubject("no binary".to_owned()))
    }
}

fn judge(
    wheel: &WheelFacts,
    modules: &[&Binary],
    tag: &str,
    platform: &PlatformTag,
    findings: &mut Findings,
) {
    let any = *platform == PlatformTag::Any;
    // A Python on another platform ignores a suffix that names one platform.
    let modules: Vec<&Binary> =
        modules.iter().copied().filter(|binary| !(any && names_platform(&binary.member))).collect();
    // Without modules the purpose of a library is unknown, as a wheel may bring libraries for several platforms. At
    // least one must serve this platform.
    let judged = if !modules.is_empty() {
        modules
    } else if any || serving(wheel, platform) {
        return;
    } else {
        wheel.binaries.iter().collect()
    };
    for binary in judged {
        let missing: Vec<&str> = platform
            .architectures()
            .iter()
            .filter(|architecture| {
                !binary.images.iter().any(|image| fits(image, platform, **architecture))
            })
            .map(|architecture| architecture.name())
            .collect();
        if any || !missing.is_empty() {
            let has: Vec<String> = binary.images.iter().map(described).collect();
            let expected = match platform {
                PlatformTag::Any => "no extension module in a wheel for any platform".to_owned(),
                _ => format!(
                    "{} code for {}, as `{}` promises",
                    format_of(platform),
                    missing.join(" and "),
                    quoted(tag)
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

/// Returns whether Python imports it as a module: it exports the module that its file name states.
fn is_module(binary: &Binary) -> bool {
    let file = binary.member.rsplit('/').next().unwrap_or_default();
    let stem = file.split('.').next().unwrap_or_default();
    let named = file.ends_with(".so") || file.ends_with(".pyd");
    named && binary.images.iter().any(|image| image.modules().any(|module| module == stem))
}

fn serving(wheel: &WheelFacts, platform: &PlatformTag) -> bool {
    let mut images = wheel.binaries.iter().flat_map(|binary| &binary.images);
    images.any(|image| serves(image, platform)) || platforms(wheel).count() == 0
}

fn fits(image: &BinaryImage, platform: &PlatformTag, architecture: Architecture) -> bool {
    image.architecture == Some(architecture) && serves(image, platform)
}

fn described(image: &BinaryImage) -> String {
    format!("{} code for {}", image.format_name(), image.architecture_name())
}

fn format_of(platform: &PlatformTag) -> &'static str {
    match platform {
        PlatformTag::Ios(_) | PlatformTag::System { system: System::Macos { .. }, .. } => "Mach-O",
        PlatformTag::System { system: System::Windows, .. } => "PE",
        PlatformTag::Wasm => "WebAssembly",
        _ => "ELF",
    }
}
