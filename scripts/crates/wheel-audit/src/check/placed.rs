//! Binaries in their place: an image, the wheel that holds it, and the platforms that it must serve there.
//!
//! A wheel may hold images for other platforms, such as launchers. No platform's rules apply to an image for Windows in a
//! wheel for Linux.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, Findings, NotJudged};
use super::loaded::{self, Sought};
use super::search::{Finder, Search};
use crate::names::{file_name, normalize};
use crate::platform::{PlatformTag, System};
use crate::wheel::binary::{Binary, BinaryImage, FormatFacts};
use crate::wheel::release::WheelFacts;

/// The most libraries outside a wheel that are compared with a symbol.
const OUTSIDE_LIMIT: usize = 1_000;

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
pub(super) struct About<'a> {
    platforms: Vec<PlatformTag>,
    release: &'a [WheelFacts],
    /// The numbers of the wheels of the release by project, for all of its wheels.
    siblings: &'a OnceCell<BTreeMap<String, Vec<usize>>>,
    /// The files of required wheels.
    required: OnceCell<BTreeSet<String>>,
    search: OnceCell<Search>,
    files: OnceCell<BTreeSet<String>>,
    exports: OnceCell<BTreeSet<&'a str>>,
    /// The files of the wheel that load a library outside it.
    loading: RefCell<BTreeMap<Sought, BTreeSet<String>>>,
    reexports: OnceCell<bool>,
    /// The suffixes of the modules in a folder, by folder and stem.
    pub(super) modules: OnceCell<BTreeMap<(&'a str, &'a str), BTreeSet<&'a str>>>,
    pub(super) only_stable: OnceCell<bool>,
    outside: OnceCell<BTreeSet<&'a str>>,
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

    /// Returns whether the image serves a desktop or a server: a system whose libraries and versions are known.
    pub(super) fn is_known(self) -> bool {
        self.platforms()
            .any(|platform| matches!(platform, PlatformTag::System { .. } | PlatformTag::Linux(_)))
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

    /// Returns whether a wheel of the same release that this one requires has a member of a file name, in any folder and
    /// any case.
    pub(super) fn required(self, file: &str) -> bool {
        let files = self.about.required.get_or_init(|| {
            let members = self.required_wheels().into_iter().flat_map(|wheel| &wheel.members);
            members.map(|member| file_name(&member.name).to_ascii_lowercase()).collect()
        });
        files.contains(&file.to_ascii_lowercase())
    }

    /// The wheels of the same release and the same platforms that this one requires.
    fn required_wheels(self) -> Vec<&'a WheelFacts> {
        let siblings = self.about.siblings.get_or_init(|| {
            let mut siblings: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (number, wheel) in self.about.release.iter().enumerate() {
                siblings.entry(normalize(&wheel.name.distribution)).or_default().push(number);
            }
            siblings
        });
        let required = self.wheel.requirements().into_iter().map(requirement_name);
        let numbers = required.filter_map(|name| siblings.get(&name)).flatten();
        let wheels = numbers.map(|number| &self.about.release[*number]);
        // A wheel for another platform brings nothing.
        wheels.filter(|wheel| wheel.name.platforms == self.wheel.name.platforms).collect()
    }

    /// The search for libraries of the wheel, from the place to which the binary is installed.
    pub(super) fn finder(self) -> Finder<'a> {
        let search =
            self.about.search.get_or_init(|| Search::of(self.wheel, self.required_wheels()));
        search.finder(self.binary, self.image)
    }

    /// Returns whether a binary of the wheel exports a symbol.
    pub(super) fn exported(self, symbol: &str) -> bool {
        let exports = self.about.exports.get_or_init(|| {
            let images = self.wheel.binaries.iter().flat_map(|binary| &binary.images);
            images.flat_map(|image| image.exports.iter().map(String::as_str)).collect()
        });
        exports.contains(symbol)
    }

    /// Returns whether the binary loads a library outside the wheel, itself or through binaries of the wheel.
    pub(super) fn loads(self, sought: Sought) -> bool {
        let mut loading = self.about.loading.borrow_mut();
        let files = loading.entry(sought).or_insert_with(|| loaded::loading(self.wheel, sought));
        files.contains(&file_name(&self.binary.member).to_ascii_lowercase())
    }

    /// The libraries outside the wheel that its binaries ask for, by the names that they give.
    pub(super) fn outside(self) -> &'a BTreeSet<&'a str> {
        self.about.outside.get_or_init(|| {
            let images = self.wheel.binaries.iter().flat_map(|binary| &binary.images);
            let names = images.flat_map(|image| &image.libraries).map(|library| &*library.name);
            names.filter(|name| !self.bundled(file_name(name))).take(OUTSIDE_LIMIT).collect()
        })
    }

    /// Returns whether a binary of the wheel offers symbols of other libraries as its own.
    pub(super) fn reexports(self) -> bool {
        *self.about.reexports.get_or_init(|| {
            let mut images = self.wheel.binaries.iter().flat_map(|binary| &binary.images);
            images
                .any(|image| matches!(&image.format, FormatFacts::Macho(facts) if facts.reexports))
        })
    }

    /// Returns whether the wheel has binaries that cannot be read.
    pub(super) fn has_unread_binaries(self) -> bool {
        !self.wheel.opaque.is_empty() || !self.wheel.unread.is_empty()
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
    let format = match platform {
        PlatformTag::Ios(_) | PlatformTag::System { system: System::Macos { .. }, .. } => {
            matches!(image.format, FormatFacts::Macho(_))
        }
        PlatformTag::System { system: System::Windows, .. } => {
            matches!(image.format, FormatFacts::Pe)
        }
        PlatformTag::Wasm => matches!(image.format, FormatFacts::Wasm),
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
    let siblings = OnceCell::new();
    for wheel in &input.release.wheels {
        let about = About {
            platforms: platforms(wheel).collect(),
            release: &input.release.wheels,
            siblings: &siblings,
            required: OnceCell::new(),
            search: OnceCell::new(),
            files: OnceCell::new(),
            exports: OnceCell::new(),
            loading: RefCell::default(),
            reexports: OnceCell::new(),
            modules: OnceCell::new(),
            only_stable: OnceCell::new(),
            outside: OnceCell::new(),
            named: Default::default(),
            words: OnceCell::new(),
            brought: RefCell::default(),
        };
        let about = &about;
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

/// The project that a requirement names, in normal form.
fn requirement_name(requirement: &str) -> String {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let end = requirement.find(|letter| !is_name(letter)).unwrap_or(requirement.len());
    normalize(&requirement[..end])
}

/// Returns whether the file's suffix names a platform: `.cp310-win_amd64.pyd`.
pub(super) fn names_platform(member: &str) -> bool {
    file_name(member).split_once('.').is_some_and(|(_, suffix)| suffix.contains('-'))
}
