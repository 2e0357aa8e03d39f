//! `architecture`: the binaries of a wheel are for the architectures of its platform tags.
//!
//! pip believes the tag. A library for another architecture fails at import, on every machine that the tag promises.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged, Unknowns};
use super::placed::{names_platform, platforms, serves};
use crate::names::{file_name, folder_of};
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
        let platforms: Vec<&PlatformTag> = known.iter().map(|(_, platform)| platform).collect();
        if platforms.contains(&&PlatformTag::Any) {
            machine_in_any(wheel, &modules, &mut findings);
        } else if platforms.iter().any(|platform| serving(wheel, platform)) {
            others(wheel, &modules, &platforms, &mut findings);
        }
        needed(wheel, &platforms, &mut findings);
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

/// Judges the libraries and programs beside the modules. One that is there for several machines under one name is right
/// if one of them is promised. So is one whose path says its machine, and one in another system's format, such as a
/// launcher.
fn others(
    wheel: &WheelFacts,
    modules: &[&Binary],
    platforms: &[&PlatformTag],
    findings: &mut Findings,
) {
    let right = |binary: &Binary| {
        let mut images = binary.images.iter();
        images.any(|image| platforms.iter().any(|platform| serves(image, platform)))
    };
    let served: BTreeSet<&str> = wheel
        .binaries
        .iter()
        .filter(|binary| right(binary))
        .map(|binary| file_name(&binary.member))
        .collect();
    let modules: BTreeSet<&str> = modules.iter().map(|module| module.member.as_str()).collect();
    for binary in
        wheel.binaries.iter().filter(|binary| !right(binary) && !modules.contains(&*binary.member))
    {
        let native = binary.images.iter().any(|image| {
            platforms.iter().any(|platform| image.format_name() == format_of(platform))
        });
        let meant = served.contains(file_name(&binary.member)) || says_its_machine(binary);
        if native && !meant && !is_example(&binary.member) {
            let has: Vec<String> = binary.images.iter().map(described).collect();
            let names: BTreeSet<&str> = platforms
                .iter()
                .flat_map(|platform| platform.architectures())
                .map(|architecture| architecture.name())
                .collect();
            let names: Vec<&str> = names.into_iter().collect();
            findings.push(CHECK.inside(
                &wheel.file,
                &binary.member,
                format!("it is {}", has.join(" and ")),
                &format!("code for {}, as the tag promises", names.join(" and ")),
                REMEDY,
            ));
        }
    }
}

/// Judges libraries that other binaries load: they have code for each machine that loads them.
fn needed(wheel: &WheelFacts, platforms: &[&PlatformTag], findings: &mut Findings) {
    let mut machines: BTreeMap<String, BTreeSet<Architecture>> = BTreeMap::new();
    for binary in &wheel.binaries {
        let images = binary.images.iter().filter_map(|image| image.architecture);
        let name = file_name(&binary.member).to_ascii_lowercase();
        machines.entry(name).or_default().extend(images);
    }
    for binary in &wheel.binaries {
        for image in &binary.images {
            let promised = platforms.iter().any(|platform| serves(image, platform));
            let Some(machine) = image.architecture.filter(|_| promised) else { continue };
            for library in image.libraries.iter().filter(|library| !library.optional) {
                let name = file_name(&library.name).to_ascii_lowercase();
                if machines.get(&name).is_some_and(|machines| !machines.contains(&machine)) {
                    findings.push(CHECK.inside(
                        &wheel.file,
                        &binary.member,
                        format!(
                            "it loads `{}`, which has no code for {}",
                            quoted(&library.name),
                            machine.name()
                        ),
                        &format!("libraries of the wheel for {}", machine.name()),
                        REMEDY,
                    ));
                }
            }
        }
    }
}

/// Judges a wheel for any platform whose binaries are all for one.
fn machine_in_any(wheel: &WheelFacts, modules: &[&Binary], findings: &mut Findings) {
    let modules: BTreeSet<&str> = modules.iter().map(|module| module.member.as_str()).collect();
    let native: Vec<&Binary> = wheel
        .binaries
        .iter()
        .filter(|binary| {
            binary.images.iter().all(|image| image.architecture != Some(Architecture::Wasm32))
        })
        .filter(|binary| !modules.contains(&*binary.member) && !is_example(&binary.member))
        .collect();
    let kinds: BTreeSet<String> =
        native.iter().flat_map(|binary| &binary.images).map(described).collect();
    let (Some(first), 1) = (native.first(), kinds.len()) else { return };
    let kind = kinds.into_iter().next().unwrap_or_default();
    let more = match native.len() {
        1 => String::new(),
        count => format!(", as are {} more binaries of the wheel", count - 1),
    };
    findings.push(CHECK.inside(
        &wheel.file,
        &first.member,
        format!("it is {kind}{more}"),
        "no code for one platform in a wheel for any platform, or code for all of them",
        REMEDY,
    ));
}

/// Returns whether the path of a binary says which machine it is for.
fn says_its_machine(binary: &Binary) -> bool {
    let path = binary.member.to_ascii_lowercase();
    let named = |architecture| {
        let words: &[&str] = match architecture {
            Architecture::X86_64 => &["x86_64", "x86-64", "amd64", "x64"],
            Architecture::I686 => &["i686", "i386", "x86", "32"],
            Architecture::Aarch64 => &["aarch64", "arm64"],
            Architecture::Armv7l => &["armv7", "armhf", "arm"],
            other => return path.contains(other.name()),
        };
        words.iter().any(|word| path.contains(word))
    };
    binary.images.iter().filter_map(|image| image.architecture).all(named)
}

/// Returns whether a member belongs to tests or examples, whose binaries are read and not run.
fn is_example(member: &str) -> bool {
    const FOLDERS: [&str; 7] =
        ["test", "tests", "testing", "testdata", "test_data", "examples", "fixtures"];
    folder_of(member).split('/').any(|folder| FOLDERS.contains(&folder))
}

/// Returns whether Python imports it as a module: it exports the module that its file name states.
fn is_module(binary: &Binary) -> bool {
    let file = file_name(&binary.member);
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
