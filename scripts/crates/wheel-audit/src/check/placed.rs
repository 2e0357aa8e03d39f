//! Binaries in their place: an image, the wheel it lies in, and the platforms that it must serve there.
//!
//! A wheel may carry images for other machines, such as launchers. What an image for Windows does in a
//! wheel for Linux is not judged by the rules of either.

use super::{Check, Finding, Judgement, Subject, Undecided};
use crate::wheel::binary::{Binary, Format, Image};
use crate::wheel::platform::{Platform, PlatformSystem};
use crate::wheel::release::WheelFacts;

/// An image that serves at least one platform of its wheel's tags.
#[derive(Clone, Copy)]
pub struct Placed<'a> {
    pub wheel: &'a WheelFacts,
    pub binary: &'a Binary,
    pub image: &'a Image,
}

impl<'a> Placed<'a> {
    /// The platforms of the wheel that the image serves.
    pub fn platforms(self) -> impl Iterator<Item = Platform> + 'a {
        platforms(self.wheel).filter(move |platform| serves(self.image, platform))
    }

    /// A finding about this image.
    pub fn finding(self, check: &Check, message: String, expected: &str, remedy: &str) -> Finding {
        check.inside(&self.wheel.file, &self.binary.member, message, expected, remedy)
    }
}

/// Every platform that a wheel's tags stand for, as far as they are known here.
pub fn platforms(wheel: &WheelFacts) -> impl Iterator<Item = Platform> + '_ {
    wheel.name.platforms.iter().filter_map(|tag| Platform::read(tag))
}

/// Whether an image is of the format and for a machine of a platform.
pub fn serves(image: &Image, platform: &Platform) -> bool {
    let format = match platform.system {
        PlatformSystem::Manylinux { .. }
        | PlatformSystem::Musllinux { .. }
        | PlatformSystem::Linux => matches!(image.format, Format::Elf(_)),
        PlatformSystem::Macos { .. } => matches!(image.format, Format::Macho(_)),
        PlatformSystem::Windows => matches!(image.format, Format::Pe(_)),
        PlatformSystem::Any => false,
    };
    format && platform.machines.contains(&image.machine)
}

/// Judges every image of a kind that is in its place.
pub fn each<'a>(
    subject: Subject<'a>,
    kind: &str,
    wanted: impl Fn(&Placed<'a>) -> bool,
    judge: impl Fn(Placed<'a>, &mut Vec<Finding>),
) -> Judgement {
    let mut findings = Vec::new();
    let mut looked = false;
    for wheel in &subject.release.wheels {
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
    if looked { Ok(findings) } else { Err(Undecided::NoSubject(format!("no {kind}"))) }
}
