//! The targets of the fuzzer: what is done with any bytes, and good input to begin with.
//!
//! They are here so that an ordinary test can replay inputs without a fuzzer. A target fails by a panic.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use wheel_audit::check::{CHECKS, CheckInput, find};
use wheel_audit::wheel::metadata::Headers;
use wheel_audit::wheel::release::{ReleaseFacts, WheelFacts};
use wheel_audit::wheel::sdist::SourceFile;
use wheel_audit::wheel::{Sha256Sum, binary, entry_points, filename::WheelName, record, sdist};
use wheel_audit::{Target, compare, names};

use crate::elf::{self, Elf};
use crate::macho::{self, Macho};
use crate::pe::{self, Pe};
use crate::release::{LINUX, MACOS, SDIST, WINDOWS, plan};
use crate::sdist::{Sdist, gzip, tar};
use crate::wheel::Wheel;

/// A target: its name, what it does with bytes, and the name of its dictionary.
pub struct FuzzTarget {
    pub name: &'static str,
    pub run: fn(&[u8]),
    pub dictionary: &'static str,
}

/// Every target. The program of the fuzzer with the same name runs it.
pub const TARGETS: &[FuzzTarget] = &[
    FuzzTarget { name: "wheel", run: wheel, dictionary: "zip" },
    FuzzTarget { name: "archive", run: archive, dictionary: "zip" },
    FuzzTarget { name: "sdist", run: source, dictionary: "tar" },
    FuzzTarget { name: "binary", run: any_binary, dictionary: "binary" },
    FuzzTarget { name: "signature", run: signature, dictionary: "binary" },
    FuzzTarget { name: "judge", run: judge, dictionary: "binary" },
    FuzzTarget { name: "headers", run: headers, dictionary: "text" },
    FuzzTarget { name: "record", run: any_record, dictionary: "text" },
    FuzzTarget { name: "entry_points", run: commands, dictionary: "text" },
    FuzzTarget { name: "filename", run: any_name, dictionary: "text" },
    FuzzTarget { name: "versions", run: versions, dictionary: "toml" },
    FuzzTarget { name: "compare", run: two, dictionary: "zip" },
];

/// The archive of a wheel, and all that is read from it.
pub fn wheel(bytes: &[u8]) {
    let _read_or_refused = WheelFacts::read(LINUX.to_owned(), bytes);
    judged(LINUX, bytes);
}

/// What is wrong with the bytes is judged, and so is the rest of the file.
fn judged(name: &str, bytes: &[u8]) {
    let mut release = ReleaseFacts::default();
    let whole = release.add_bytes(name, bytes).is_ok() && release.flaws.is_empty();
    let judge = |check: &wheel_audit::Check| check.judge(CheckInput::new(&release));
    let judged: Vec<_> = CHECKS.iter().map(judge).collect();
    let found = judged.iter().flatten().any(|found| !found.is_empty());
    assert!(whole || release.flaws.is_empty() || found, "a flaw is a finding");
}

/// An archive that no check refuses has the same members for another reader.
pub fn archive(bytes: &[u8]) {
    let Ok(facts) = WheelFacts::read(LINUX.to_owned(), bytes) else { return };
    let ours: BTreeMap<String, Sha256Sum> =
        facts.members.iter().map(|member| (member.name.clone(), member.sum)).collect();
    let release = ReleaseFacts { wheels: vec![facts], ..ReleaseFacts::default() };
    let check = find("zip-structure").expect("a check");
    if check.judge(CheckInput::new(&release)) != Ok(Vec::new()) {
        return;
    }
    let mut other = zip::ZipArchive::new(Cursor::new(bytes)).expect("another reader reads it");
    let mut theirs = BTreeMap::new();
    for number in 0..other.len() {
        let mut member = other.by_index(number).expect("it reads each member");
        if !member.name().ends_with('/') {
            let mut content = Vec::new();
            member.read_to_end(&mut content).expect("it unpacks each member");
            theirs.insert(member.name().to_owned(), Sha256Sum::digest(&content));
        }
    }
    assert_eq!(ours, theirs);
}

/// A tar archive, packed as an sdist; a random gzip stream would hardly get that far. What is read is what another
/// reader reads.
pub fn source(bytes: &[u8]) {
    judged(SDIST, &gzip(bytes));
    let Ok(files) = sdist::read(SDIST, &gzip(bytes)) else { return };
    let _read_or_refused = sdist::metadata(&files);
    let _read_or_refused = sdist::versions(&files);
    let mut theirs = Vec::new();
    for entry in ::tar::Archive::new(bytes).entries().expect("another reader reads it") {
        let mut entry = entry.expect("it reads each member");
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        let path = String::from_utf8(entry.path_bytes().into_owned()).expect("UTF-8");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("it unpacks each member");
        theirs.push((path, content));
    }
    let folder = SDIST.trim_end_matches(".tar.gz");
    let ours: Vec<_> =
        files.into_iter().map(|file| (format!("{folder}/{}", file.path), file.content)).collect();
    assert_eq!(ours, theirs);
}

/// A member that is an ELF, Mach-O or PE file, or nearly one.
pub fn any_binary(bytes: &[u8]) {
    let _read_or_refused = binary::read("sum_up_to/_native.abi3.so", bytes);
}

/// A good Mach-O file whose signature is any bytes.
pub fn signature(bytes: &[u8]) {
    let mut file = Macho::new(macho::ARM64).bytes();
    let mark = 0xfade_0cc0_u32.to_be_bytes();
    let at = file.windows(4).rposition(|four| four == mark).expect("a signature");
    let end = (at + bytes.len()).min(file.len());
    file[at..end].copy_from_slice(&bytes[..end - at]);
    any_binary(&file);
}

/// An otherwise good release whose extension is any bytes, before every check.
pub fn judge(bytes: &[u8]) {
    let mut wheel = Wheel::new(LINUX);
    wheel.set_module(bytes.to_vec());
    let mut release = ReleaseFacts::default();
    let _read_or_unknown = release.add_bytes(LINUX, &wheel.bytes());
    let plan = plan();
    for check in CHECKS {
        let _judged = check.judge(CheckInput { release: &release, plan: Some(&plan), built: None });
    }
}

/// The headers of `METADATA` and `WHEEL`.
pub fn headers(bytes: &[u8]) {
    let _read_or_refused = Headers::read(bytes);
}

/// The lines of `RECORD`.
pub fn any_record(bytes: &[u8]) {
    let _read_or_refused = record::read(bytes);
}

/// The lines of `entry_points.txt`.
pub fn commands(bytes: &[u8]) {
    let _read_or_refused = entry_points::read(bytes);
}

/// The name of a wheel, of a project and of a target.
pub fn any_name(bytes: &[u8]) {
    let Ok(name) = std::str::from_utf8(bytes) else { return };
    let _read_or_refused = name.parse::<WheelName>();
    let normal = names::normalize(name);
    assert_eq!(names::normalize(&normal), normal);
    assert_eq!(names::normalize(&names::escape(name)), normal);
    if let Ok(target) = name.parse::<Target>() {
        assert_eq!(target.to_string().parse(), Ok(target));
    }
}

/// The two files of an sdist that state its version.
pub fn versions(bytes: &[u8]) {
    let half = bytes.len() / 2;
    let file = |path: &str, content: &[u8]| SourceFile {
        path: path.to_owned(),
        content: content.to_owned(),
        executable: false,
    };
    let (one, other) = bytes.split_at(half);
    for (project, manifest) in [(bytes, bytes), (one, other)] {
        let files = [file("pyproject.toml", project), file("Cargo.toml", manifest)];
        let _read_or_refused = sdist::versions(&files);
    }
}

/// Two builds of one file: any bytes and a good wheel, and any bytes and themselves.
pub fn two(bytes: &[u8]) {
    let good = Wheel::new(LINUX).bytes();
    compare::first_difference(LINUX, bytes, &good);
    let same = compare::first_difference(LINUX, bytes, bytes);
    assert!(
        same == "it cannot be unpacked" || same.starts_with("its members are the same"),
        "{same}"
    );
    compare::first_difference(SDIST, &gzip(bytes), &Sdist::new(SDIST).bytes());
    let wheels = [bytes, &good[..]].map(|bytes| WheelFacts::read(LINUX.to_owned(), bytes));
    let [Ok(ours), Ok(theirs)] = wheels else { return };
    compare::compare(&[ours], &[theirs]);
}

/// Good input of each kind: the target, a name, and the bytes.
pub fn seeds() -> Vec<(&'static str, String, Vec<u8>)> {
    let mut seeds = Vec::new();
    let mut seed = |target, name: &str, bytes: &[u8]| {
        seeds.push((target, name.to_owned(), bytes.to_vec()));
    };
    for name in [LINUX, MACOS, WINDOWS] {
        let wheel = Wheel::new(name);
        for target in ["wheel", "archive", "compare"] {
            seed(target, name, &wheel.bytes());
        }
        seed("filename", name, name.as_bytes());
        seed("record", name, wheel.record().as_bytes());
    }
    seed("entry_points", "commands", b"[console_scripts]\nsum-up-to = sum_up_to:main [fast]\n");
    seed("headers", "METADATA", crate::METADATA.as_bytes());
    seed("sdist", SDIST, &tar(&Sdist::new(SDIST).entries));
    let project =
        "[project]\nname = \"a\"\nversion = \"1\"\n[build-system]\nbuild-backend = \"maturin\"\n";
    seed("versions", "pyproject.toml", project.as_bytes());
    let arm64 = Macho::new(macho::ARM64);
    let both = macho::fat(&[arm64.clone(), Macho::new(macho::X86_64)]);
    let signed = arm64.bytes();
    let mark = 0xfade_0cc0_u32.to_be_bytes();
    let at = signed.windows(4).rposition(|four| four == mark).expect("a signature");
    seed("signature", "good", &signed[at..]);
    let binaries = [
        ("elf", Elf::new(elf::X86_64).bytes()),
        ("macho", signed),
        ("fat", both),
        ("pe", Pe::new(pe::AMD64).bytes()),
    ];
    for (name, bytes) in &binaries {
        seed("binary", name, bytes);
        seed("judge", name, bytes);
    }
    // Hostile files, as small as they can be.
    for generator in crate::hostile::generators() {
        for (number, (file, bytes)) in (generator.make)(20_000).into_iter().take(1).enumerate() {
            let name = format!("{}-{number}", generator.name.replace([' ', ':'], "-"));
            if file.ends_with(".whl") && bytes.len() < 64 << 10 {
                seed("wheel", &name, &bytes);
                seed("archive", &name, &bytes);
            }
        }
    }
    seeds
}

/// Inputs that once did harm, or came near: the target and the bytes.
pub fn regressions() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        // A version of the format that another reader refuses.
        (
            "archive",
            replaced_bytes(
                &Wheel::new(LINUX).bytes(),
                b"PK\x01\x02\x14\x03\x14",
                b"PK\x01\x02\x14\x03\xff",
            ),
        ),
        // A part of no bytes, somewhere else than the file.
        ("binary", {
            let mut fat = macho::fat_at(b"", 1);
            fat[16..20].fill(0);
            fat
        }),
        // A part beyond the end.
        ("binary", macho::fat_at(b"", 20)),
        ("headers", b"Name: a\rVersion: 1\n".to_vec()),
        ("record", b"\"a\"\"\",,\n".to_vec()),
        ("versions", b"a = [[[[[[[[[[[[[[[[".to_vec()),
        ("filename", b"a-1-py3-none-any.whl\0".to_vec()),
    ]
}

/// The bytes with every occurrence of some replaced by others of the same length.
fn replaced_bytes(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    places.into_iter().for_each(|at| bytes[at..at + to.len()].copy_from_slice(to));
    bytes
}
