//! Binaries in their place: an image, the wheel that holds it, and the platforms that it must serve there.
//!
//! A wheel may hold images for other platforms, such as launchers. No platform's rules apply to an image for Windows in a
//! wheel for Linux.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, Findings, NotJudged};
use crate::platform::{PlatformTag, System};
use crate::wheel::binary::{Binary, BinaryImage, FormatFacts};
use crate::wheel::release::WheelFacts;

/// An image that serves at least one platform of its wheel's tags.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) wheel: &'a WheelFacts,
    pub(super) binary: &'a Binary,
    pub(super) image: &'a BinaryImage,
    about: &'a About<'a>,
}

/// The facts by which all images of a wheel are judged. They are computed once for each wheel, as a wheel may have very
/// many images, members and requirements.
#[derive(Default)]
pub(super) struct About<'a> {
    platforms: Vec<PlatformTag>,
    files: OnceCell<BTreeSet<String>>,
    exports: OnceCell<BTreeSet<&'a str>>,
    /// Folder and stem of the modules that a check finds well named, for Windows and for the others.
    pub(super) named: [OnceCell<BTreeSet<(&'a str, &'a str)>>; 2],
    /// The words in the names of required packages.
    pub(super) words: OnceCell<BTreeSet<String>>,
    /// The libraries that were looked for among them.
    pub(super) brought: RefCell<BTreeMap<String, bool>>,
}

impl<'a> Placed<'a> {
    /// The platforms of the wheel that the image serves.
    pub(super) fn platforms(self) -> impl Iterator<Item = &'a PlatformTag> + 'a {
        self.about.platforms.iter().filter(move |platform| serves(self.image, platform))
    }

    /// The facts that the images of the wheel have in common.
    pub(super) fn about(self) -> &'a About<'a> {
        self.about
    }

    /// Returns whether the wheel has a member of a file name, in any folder and any case.
    pub(super) fn bundled(self, file: &str) -> bool {
        let files = self.about.files.get_or_init(|| {
            let members = self.wheel.members.iter().map(|member| file_name(&member.name));
            members.map(str::to_ascii_lowercase).collect()
        });
        files.contains(&file.to_ascii_lowercase())
    }

    /// Returns whether a binary of the wheel exports a symbol.
    pub(super) fn exported(self, symbol: &str) -> bool {
        let exports = self.about.exports.get_or_init(|| {
            let images = self.wheel.binaries.iter().flat_map(|binary| &binary.images);
            images.flat_map(|image| image.exports.iter().map(String::as_str)).collect()
        });
        exports.contains(symbol)
    }

    /// A finding about this image.
    pub(super) fn finding(
        self,
        check: &Check,
        message: String,
        expected: &str,
        remedy: &str,
    ) -> Finding {
        check.inside(&self.wheel.file, &self.binary.member, message, expected, remedy)
    }
}

/// Every known platform among a wheel's tags.
pub(super) fn platforms(wheel: &WheelFacts) -> impl Iterator<Item = PlatformTag> + '_ {
    wheel.name.platforms.iter().filter_map(|tag| PlatformTag::read(tag))
}

/// Returns whether an image has the format of a platform and one of its architectures.
pub(super) fn serves(image: &BinaryImage, platform: &PlatformTag) -> bool {
    let format = match platform.system() {
        Some(System::Macos { .. }) => matches!(image.format, FormatFacts::Macho(_)),
        Some(System::Windows) => matches!(image.format, FormatFacts::Pe),
        _ => matches!(image.format, FormatFacts::Elf(_)),
    };
    let architectures = platform.architectures();
    format && image.architecture.is_some_and(|architecture| architectures.contains(&architecture))
}

/// Judges every image of a kind that serves a platform of its wheel.
pub(super) fn each(
    input: CheckInput,
    kind: &str,
    wanted: impl Fn(&Placed) -> bool,
    judge: impl Fn(Placed, &mut Findings),
) -> CheckResult {
    let mut findings = Findings::default();
    let mut looked = false;
    for wheel in &input.release.wheels {
        let about = &About { platforms: platforms(wheel).collect(), ..About::default() };
        for binary in &wheel.binaries {
            for image in &binary.images {
                let placed = Placed { wheel, binary, image, about };
                if placed.platforms().next().is_some() && wanted(&placed) {
                    looked = true;
                    judge(placed, &mut findings);
                }
            }
        }
    }
    if looked { Ok(findings.done()) } else { Err(NotJudged::NoSubject(format!("no {kind}"))) }
}

/// Returns whether the file's suffix names a platform: `.cp310-win_amd64.pyd`.
pub(super) fn names_platform(member: &str) -> bool {
    file_name(member).split_once('.').is_some_and(|(_, suffix)| suffix.contains('-'))
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
