//! Properties: no bytes make a reader panic, and nothing is changed in a file unnoticed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use wheel_audit::wheel::metadata::Headers;
use wheel_audit::wheel::release::WheelFacts;
use wheel_audit::wheel::zip_structure::Structure;
use wheel_audit::wheel::{binary, sdist, zip};

use wheel_fixtures::elf::{self, Elf};
use wheel_fixtures::macho::{self, Macho};
use wheel_fixtures::pe::{self, Pe};
use wheel_fixtures::release::{LINUX, SDIST};
use wheel_fixtures::sdist::{Sdist, gzip, tar};
use wheel_fixtures::wheel::Wheel;

/// Good binaries of each format.
fn binaries() -> [Vec<u8>; 4] {
    let mut elf = Elf::new(elf::X86_64);
    elf.runpath = Some("$ORIGIN");
    elf.debug = 10;
    let arm64 = Macho::new(macho::ARM64);
    let both = macho::fat(&[arm64.clone(), Macho::new(macho::X86_64)]);
    [elf.bytes(), arm64.bytes(), both, Pe::new(pe::AMD64).bytes()]
}

/// The facts of a wheel as text.
fn facts(bytes: &[u8]) -> Option<String> {
    let mut facts = WheelFacts::read(LINUX.to_owned(), bytes).ok()?;
    // The structure shows headers as they are; that they are wrong is for a check to say.
    facts.structure = Structure::default();
    Some(format!("{facts:?}"))
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..600)) {
        let zip = zip::read(&bytes, |_| true).is_ok();
        // To be taken for an archive by chance takes 22 bytes of a certain form.
        prop_assert!(!zip);
        prop_assert!(sdist::read(SDIST, &bytes).is_err());
        let _read_or_refused = Headers::read(&bytes);
    }

    #[test]
    fn a_tar_of_any_bytes_is_read_or_refused(bytes in vec(any::<u8>(), 0..2000)) {
        let _read_or_refused = sdist::read(SDIST, &gzip(&bytes));
    }

    #[test]
    fn a_tar_with_any_one_byte_changed_is_read_or_refused(at: Index, to: u8) {
        let mut bytes = tar(&Sdist::new(SDIST).entries);
        let at = at.index(bytes.len());
        bytes[at] = to;
        let _read_or_refused = sdist::read(SDIST, &gzip(&bytes));
    }

    #[test]
    fn an_sdist_with_any_one_byte_changed_is_refused_or_the_same(at: Index, to: u8) {
        let good = Sdist::new(SDIST).bytes();
        let mut bytes = good.clone();
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(files) = sdist::read(SDIST, &bytes) {
            prop_assert_eq!(Ok(files), sdist::read(SDIST, &good));
        }
    }

    #[test]
    fn a_wheel_with_any_one_byte_changed_is_refused_or_the_same(at: Index, to: u8) {
        let good = Wheel::new(LINUX).bytes();
        let mut bytes = good.clone();
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Some(changed) = facts(&bytes) {
            prop_assert_eq!(Some(changed), facts(&good), "byte {} of {}", at, good.len());
        }
    }

    #[test]
    fn a_binary_with_any_bytes_changed_is_read_or_refused(
        which in 0..4_usize,
        changes in vec((any::<Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = binaries()[which].clone();
        for (at, to) in changes {
            let at = at.index(bytes.len().min(2048));
            bytes[at] = to;
        }
        let _read_or_refused = binary::read("a.so", &bytes);
    }

    #[test]
    fn a_binary_cut_short_is_read_or_refused(which in 0..4_usize, length: Index) {
        let good = binaries()[which].clone();
        let _read_or_refused = binary::read("a.so", &good[..length.index(good.len())]);
    }

    #[test]
    fn what_begins_like_a_binary_is_read_or_refused(which in 0..4_usize, rest in vec(any::<u8>(), 0..600)) {
        let mut bytes = binaries()[which][..4].to_vec();
        bytes.extend(rest);
        let _read_or_refused = binary::read("a.so", &bytes);
    }

    #[test]
    fn a_wheel_cut_short_is_refused(length: Index) {
        let good = Wheel::new(LINUX).bytes();
        prop_assert_eq!(facts(&good[..length.index(good.len())]), None);
    }
}
