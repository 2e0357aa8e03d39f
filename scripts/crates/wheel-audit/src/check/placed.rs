//! Binaries in their place: an image, the wheel that holds it, and the platforms that it must serve there.
//!
//! A wheel may hold images for other platforms, such as launchers. No platform's rules apply to an image for Windows in a
//! wheel for Linux.

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, NotJudged};
use crate::platform::{PlatformTag, System};
use crate::wheel::binary::{Binary, BinaryImage, FormatFacts};
use crate::wheel::release::WheelFacts;

/// An image that serves at least one platform of its wheel's tags.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) wheel: &'a WheelFacts,
    pub(super) binary: &'a Binary,
    pub(super) image: &'a BinaryImage,
}

impl<'a> Placed<'a> {
    /// The platforms of the wheel that the image serves.
    pub(super) fn platforms(self) -> impl Iterator<Item = PlatformTag> + 'a {
        platforms(self.wheel).filter(move |platform| serves(self.image, platform))
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
pub(super) fn each<'a>(
    input: CheckInput<'a>,
    kind: &str,
    wanted: impl Fn(&Placed<'a>) -> bool,
    judge: impl Fn(Placed<'a>, &mut Vec<Finding>),
) -> CheckResult {
    let mut findings = Vec::new();
    let mut looked = false;
    for wheel in &input.release.wheels {
        for binary in &wheel.binaries {
            for image in &binary.images {
                let placed = Placed { wheel, binary, image };
                if placed.platforms().next().is_some() && wanted(&placed) {
                    looked = true;
                    judge(placed, &mut findings);
                }
            }
        }
    }
    if looked { Ok(findings) } else { Err(NotJudged::NoSubject(format!("no {kind}"))) }
}

/// Returns whether the file's suffix names a platform: `.cp310-win_amd64.pyd`.
pub(super) fn names_platform(member: &str) -> bool {
    let file = member.rsplit('/').next().unwrap_or_default();
    file.split_once('.').is_some_and(|(_, suffix)| suffix.contains('-'))
}
