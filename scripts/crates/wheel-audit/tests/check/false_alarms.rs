//! Good releases that a careless check stops: each kind was found among the releases of an index.

use wheel_audit::check::{CHECKS, CheckInput, NotJudged, Severity};
use wheel_audit::wheel::release::ReleaseFacts;
use wheel_fixtures::elf::{self, Elf};
use wheel_fixtures::pe::{self, Pe};
use wheel_fixtures::release::{Dist, LINUX, SDIST, release};
use wheel_fixtures::sdist::Sdist;
use wheel_fixtures::wheel::Wheel;
use wheel_fixtures::zip::archive;

/// The words of all checks on files without a plan.
fn said(files: &[(&str, Vec<u8>)]) -> Vec<String> {
    let mut release = ReleaseFacts::default();
    for (name, bytes) in files {
        release.add_bytes(name, bytes).expect("it can be read");
    }
    let judge = |check: &wheel_audit::Check| match check.judge(CheckInput::new(&release)) {
        Ok(found) => found.iter().map(ToString::to_string).collect(),
        Err(NotJudged::Unknown { unknown, .. }) => {
            unknown.iter().map(ToString::to_string).collect()
        }
        Err(NotJudged::NoSubject(_) | NotJudged::NotApplicable(_)) => Vec::new(),
    };
    CHECKS.iter().flat_map(judge).collect()
}

fn said_of(dist: &Dist) -> Vec<String> {
    let files: Vec<_> =
        dist.files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    said(&files)
}

/// A wheel of another tag, whose one binary is this one.
fn wheel(python: &str, abi: &str, platform: &str, member: &str, binary: Vec<u8>) -> Wheel {
    let mut wheel = Wheel::new(LINUX);
    wheel.retag(python, abi, platform);
    wheel.rename("sum_up_to/_native.abi3.so", member);
    let place = wheel.members.iter_mut().find(|(name, _)| name == member).expect("it is there");
    place.1 = binary;
    wheel
}

fn said_of_wheel(wheel: &Wheel) -> Vec<String> {
    said(&[(&wheel.file, wheel.bytes())])
}

#[test]
fn metadata_of_one_meaning_in_two_spellings_is_the_same() {
    let dist = release(|parts| {
        let at = "Summary: ";
        let requires = |text: &str| format!("Requires-Dist: {text}\nProvides-Extra: docs\n{at}");
        parts.linux.edit("METADATA", at, &requires("Sphinx>=5,<9; extra == 'docs'"));
        parts.macos.edit("METADATA", at, &requires("sphinx (<9,>=5) ; extra == \"docs\""));
        parts.windows.edit("METADATA", at, &requires("sphinx<9, >=5; (extra == 'docs')"));
        parts.sdist.edit(at, &requires("sphinx >=5,<9; extra=='docs'"));
        // The licenses of the libraries that a wheel brings.
        parts.windows.edit("METADATA", "MIT OR Apache-2.0", "MIT OR Apache-2.0 AND BSL-1.0");
    });
    assert_eq!(said_of(&dist), [""; 0]);
}

#[test]
fn an_old_sdist_has_its_description_in_a_field_and_no_requirements() {
    let dist = release(|parts| {
        for wheel in [&mut parts.linux, &mut parts.macos, &mut parts.windows] {
            wheel.edit("METADATA", "Summary: ", "Requires-Dist: numpy\nSummary: ");
        }
        parts.sdist.edit("Metadata-Version: 2.4", "Metadata-Version: 1.2\nPlatform: UNKNOWN");
        parts.sdist.edit("License-Expression: MIT OR Apache-2.0\n", "License: UNKNOWN\n");
        parts.sdist.edit("\n\n# sum_up_to\n", "\nDescription: # sum_up_to\n        \n\n");
    });
    assert_eq!(said_of(&dist), [""; 0]);
}

#[test]
fn an_sdist_with_a_hyphen_in_its_name_is_compared() {
    let dist = release(|parts| parts.sdist.edit(">=3.10", ">=3.11"));
    let sdist = dist.files["sum_up_to-1.0.0.tar.gz"].clone();
    let wheel = Wheel::new(LINUX);
    let said = said(&[("sum-up-to-1.0.0.tar.gz", sdist), (&wheel.file, wheel.bytes())]);
    assert!(said.iter().any(|text| text.starts_with("error[metadata-agrees]")), "{said:?}");
}

#[test]
fn a_library_that_ctypes_loads_may_have_the_suffix_of_a_module() {
    let plain = Elf { imports: Vec::new(), exports: Vec::new(), ..Elf::new(elf::X86_64) };
    for (python, abi, member) in [
        ("cp310", "abi3", "sum_up_to/_raw.abi3.so"),
        ("py3", "none", "sum_up_to/_raw.cpython-310-x86_64-linux-gnu.so"),
    ] {
        let wheel = wheel(python, abi, "manylinux_2_17_x86_64", member, plain.bytes());
        assert_eq!(said_of_wheel(&wheel), [""; 0]);
    }
    // One that uses Python is a module, and must export itself.
    let module = Elf { exports: Vec::new(), ..Elf::new(elf::X86_64) };
    let member = "sum_up_to/_raw.abi3.so";
    let wheel = wheel("cp310", "abi3", "manylinux_2_17_x86_64", member, module.bytes());
    assert!(said_of_wheel(&wheel)[0].contains("it exports no module"));
}

#[test]
fn pypy_brings_its_dll_and_python_2_looks_for_other_exports() {
    let mut module = Pe::new(pe::AMD64);
    module.imports[0].0 = "libpypy3.11-c.dll";
    let member = "sum_up_to/_native.pypy311-pp73-win_amd64.pyd";
    let pypy = wheel("pp311", "pypy311_pp73", "win_amd64", member, module.bytes());
    assert_eq!(said_of_wheel(&pypy), [""; 0]);
    for dll in ["libpypy3.10-c.dll", "python311.dll", "python3.dll"] {
        module.imports[0].0 = dll;
        let said =
            said_of_wheel(&wheel("pp311", "pypy311_pp73", "win_amd64", member, module.bytes()));
        assert!(said[0].contains(&format!("it needs the library `{dll}`")), "{said:?}");
        assert!(said[0].contains("expected: `libpypy3.11-c.dll`"), "{said:?}");
    }
    module.imports[0].0 = "libpypy3.11-c.dll";
    let other = wheel("cp311", "cp311", "win_amd64", "sum_up_to/_native.pyd", module.bytes());
    assert!(said_of_wheel(&other)[0].contains("it needs the library `libpypy3.11-c.dll`"));
    let old = Pe { exports: vec!["init_native"], ..Pe::new(pe::AMD64) };
    let old = wheel("cp27", "cp27m", "win32", "sum_up_to/_native.pyd", old.bytes());
    assert!(!said_of_wheel(&old).iter().any(|text| text.contains("suffix-and-exports")));
}

#[test]
fn a_required_wheel_of_the_same_release_brings_its_libraries() {
    let module = Elf { needed: vec!["libbrought.so.1", "libc.so.6"], ..Elf::new(elf::X86_64) };
    let member = "sum_up_to/_native.abi3.so";
    let mut user = wheel("cp310", "abi3", "manylinux_2_17_x86_64", member, module.bytes());
    let mut bringer = Wheel::new(LINUX);
    bringer.retag("cp310", "abi3", "manylinux_2_17_x86_64");
    bringer.members.push(("x.libs/libbrought.so.1".to_owned(), b"a library".to_vec()));
    // It is another project.
    bringer.edit("METADATA", "Name: sum-up-to", "Name: other");
    bringer.file = bringer.file.replace("sum_up_to-", "other-");
    for (name, _) in &mut bringer.members {
        *name = name.replace("sum_up_to-1.0.0", "other-1.0.0");
    }
    let missing = "it needs the library `libbrought.so.1`";
    let both = |user: &Wheel| {
        let files = [(&*user.file, user.bytes()), (&*bringer.file, bringer.bytes())];
        said(&files).iter().any(|text| text.contains(missing))
    };
    assert!(both(&user), "nothing requires the other project");
    user.edit("METADATA", "Summary: ", "Requires-Dist: Other==1.0.0\nSummary: ");
    assert!(!both(&user));
}

#[test]
fn wheels_for_the_browser_and_for_phones_are_judged_in_what_is_known_of_them() {
    let wasm = b"\0asm\x01\0\0\0".to_vec();
    let member = "sum_up_to/_native.cpython-313-wasm32-emscripten.so";
    let pyodide = wheel("cp313", "cp313", "pyodide_2025_0_wasm32", member, wasm);
    assert_eq!(said_of_wheel(&pyodide), [""; 0]);
    let mut module = Elf::new(elf::AARCH64);
    module.needed = vec!["libpython3.13.so", "libc.so"];
    module.versions = Vec::new();
    let member = "sum_up_to/_native.cpython-313-aarch64-linux-android.so";
    let android =
        |module: &Elf| wheel("cp313", "cp313", "android_24_arm64_v8a", member, module.bytes());
    assert_eq!(said_of_wheel(&android(&module)), [""; 0]);
    module.machine = elf::X86_64;
    assert!(said_of_wheel(&android(&module))[0].starts_with("error[architecture]"));
}

#[test]
fn a_platform_that_is_not_known_leaves_the_other_checks_valid() {
    let member = "sum_up_to/_native.abi3.so";
    let unknown = wheel("cp310", "abi3", "haiku_1_x86_64", member, Elf::new(elf::X86_64).bytes());
    let mut release = ReleaseFacts::default();
    release.add_bytes(&unknown.file, &unknown.bytes()).expect("it can be read");
    let mut told = Vec::new();
    for check in CHECKS {
        match check.judge(CheckInput::new(&release)) {
            Err(NotJudged::Unknown { unknown, .. }) => {
                told.extend(unknown.into_iter().map(|unknown| unknown.check));
            }
            Ok(found) => {
                assert!(found.iter().all(|finding| finding.check == "index-accepts"), "{found:?}")
            }
            Err(NotJudged::NoSubject(_) | NotJudged::NotApplicable(_)) => {}
        }
    }
    assert_eq!(told, ["architecture"]);
}

#[test]
fn a_platform_that_is_not_known_is_told_beside_one_that_is() {
    let member = "sum_up_to/_native.abi3.so";
    let both = "haiku_1_x86_64.manylinux_2_17_x86_64";
    let wheel = wheel("cp310", "abi3", both, member, Elf::new(elf::X86_64).bytes());
    let mut release = ReleaseFacts::default();
    release.add_bytes(&wheel.file, &wheel.bytes()).expect("it can be read");
    let check = CHECKS.iter().find(|check| check.name == "architecture").expect("it is there");
    let result = check.judge(CheckInput::new(&release));
    let Err(NotJudged::Unknown { unknown, found }) = result else { panic!("{result:?}") };
    assert_eq!((unknown.len(), found.len()), (1, 0), "{unknown:?} {found:?}");
    assert!(unknown[0].why.contains("`haiku_1_x86_64`"), "{unknown:?}");
}

#[test]
fn what_could_not_be_compared_is_no_pass() {
    // Half an archive has no members, and one whose texts are damaged has no metadata.
    let mut release = ReleaseFacts::default();
    let mut members = Wheel::new(LINUX).packed();
    for member in &mut members {
        member.crc ^= 1;
    }
    release.add_bytes(LINUX, &archive(&members)).expect("it can be read");
    let bytes = Sdist::new(SDIST).bytes();
    release.add_bytes(SDIST, &bytes[..bytes.len() / 2]).expect("it can be read");
    let passed =
        CHECKS.iter().filter(|check| check.judge(CheckInput::new(&release)) == Ok(Vec::new()));
    let passed: Vec<&str> = passed.map(|check| check.name).collect();
    // Names, sizes and tags are known.
    let known = [
        "file-name",
        "installable-tags",
        "set-agrees",
        "index-accepts",
        "size-and-quota",
        "contents-exact",
    ];
    assert_eq!(passed, known);
}

#[test]
fn python_code_for_one_platform_is_no_error() {
    let mut wheel = Wheel::new(LINUX);
    wheel.retag("py3", "none", "manylinux_2_17_x86_64");
    wheel.remove("sum_up_to/_native.abi3.so");
    let mut release = ReleaseFacts::default();
    release.add_bytes(&wheel.file, &wheel.bytes()).expect("it can be read");
    let check = CHECKS.iter().find(|check| check.name == "contents-exact").expect("a check");
    let found = check.judge(CheckInput::new(&release)).expect("it can tell");
    assert_eq!((found.len(), found[0].severity), (1, Severity::Warning));
}
