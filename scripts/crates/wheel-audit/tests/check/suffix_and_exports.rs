//! `suffix-and-exports`: modules that the promised Pythons do not find, or cannot start.

use crate::{Case, elf, judge, pe, refusals};
use wheel_audit::check::Severity;
use wheel_fixtures::elf::{AARCH64, Elf, X86_64};
use wheel_fixtures::release::{Dist, good, release};
use wheel_fixtures::wheel::Wheel;

const MODULE: &str = "sum_up_to/_native.abi3.so";

fn named(name: &'static str) -> Dist {
    release(|parts| parts.linux.rename(MODULE, name))
}

pub const CASES: &[Case] = &[
    Case {
        name: "the suffix of one Python in a wheel for all",
        broken: || named("sum_up_to/_native.cpython-310-x86_64-linux-gnu.so"),
    },
    Case {
        name: "a suffix that Windows does not know",
        broken: || {
            release(|parts| {
                parts.windows.rename("sum_up_to/_native.pyd", "sum_up_to/_native.abi3.pyd");
            })
        },
    },
    Case {
        name: "the suffix of one Python on Windows in a wheel for all",
        broken: || {
            release(|parts| {
                parts
                    .windows
                    .rename("sum_up_to/_native.pyd", "sum_up_to/_native.cp310-win_amd64.pyd");
            })
        },
    },
    Case {
        name: "a platform in the suffix, which only newer Pythons look for",
        broken: || named("sum_up_to/_native.abi3-x86_64-linux-gnu.so"),
    },
    Case {
        name: "a module of another build beside the right one",
        broken: || {
            release(|parts| {
                let module = Elf::new(X86_64).bytes();
                let name = "sum_up_to/_native.cpython-310-x86_64-linux-gnu.so";
                parts.linux.members.insert(0, (name.to_owned(), module));
            })
        },
    },
    Case { name: "a module of another name", broken: || named("sum_up_to/native.abi3.so") },
    Case { name: "no module", broken: || elf(|elf| elf.exports.clear()) },
    Case { name: "no module for Windows", broken: || pe(|pe| pe.exports = vec!["PyInit_native"]) },
    Case {
        name: "an export that the oldest Python does not look for",
        broken: || elf(|elf| elf.exports = vec!["PyModExport__native"]),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("suffix-and-exports", CASES), @"
    # the suffix of one Python in a wheel for all
    error[suffix-and-exports]: its suffix is `.cpython-310-x86_64-linux-gnu.so`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.cpython-310-x86_64-linux-gnu.so
       = expected: `.abi3.so`, as the ABI tag is `abi3`
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    # a suffix that Windows does not know
    error[suffix-and-exports]: its suffix is `.abi3.pyd`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.abi3.pyd
       = expected: `.pyd`, the only suffix of the stable ABI that Windows knows
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    # the suffix of one Python on Windows in a wheel for all
    error[suffix-and-exports]: its suffix is `.cp310-win_amd64.pyd`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.cp310-win_amd64.pyd
       = expected: `.pyd`, as the ABI tag is `abi3`
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    # a platform in the suffix, which only newer Pythons look for
    error[suffix-and-exports]: its suffix is `.abi3-x86_64-linux-gnu.so`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3-x86_64-linux-gnu.so
       = expected: `.abi3.so`, as the ABI tag is `abi3`
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    # a module of another build beside the right one
    warning[suffix-and-exports]: its suffix is `.cpython-310-x86_64-linux-gnu.so`, and the one for this wheel's Pythons lies beside it
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.cpython-310-x86_64-linux-gnu.so
       = expected: `.abi3.so`, as the ABI tag is `abi3`
       = remedy: build from a clean folder, so that no module of an earlier build gets into the wheel
    # a module of another name
    error[suffix-and-exports]: it exports the module `_native`
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/native.abi3.so
       = expected: `PyInit_native`
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    # no module
    error[suffix-and-exports]: it exports no module
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: `PyInit__native`
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    # no module for Windows
    error[suffix-and-exports]: it exports the module `native`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/_native.pyd
       = expected: `PyInit__native`
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    # an export that the oldest Python does not look for
    error[suffix-and-exports]: it exports `PyModExport__native` alone
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl: sum_up_to/_native.abi3.so
       = expected: `PyInit__native`, which is what Python 3.10 looks for
       = remedy: build the wheel again with the ABI of its tag; do not rename wheels or modules
    ");
}

#[test]
fn plain_suffixes_and_both_exports_are_normal() {
    assert_eq!(judge("suffix-and-exports", &named("sum_up_to/_native.so")), Ok(Vec::new()));
    let both = elf(|elf| elf.exports.push("PyModExport__native"));
    assert_eq!(judge("suffix-and-exports", &both), Ok(Vec::new()));
}

#[test]
fn since_3_15_the_platform_may_stand_in_the_suffix_of_a_stable_abi() {
    let judged = |suffix: &str| {
        let mut wheel = Wheel::new("sum_up_to-1.0.0-cp315-abi3.abi3t-manylinux_2_17_x86_64.whl");
        wheel.rename(MODULE, &format!("sum_up_to/_native.{suffix}"));
        let mut dist = release(|_| {});
        dist.add(&wheel.file.clone(), wheel.bytes());
        judge("suffix-and-exports", &dist).map(|findings| findings.len())
    };
    assert_eq!(judged("abi3t-x86_64-linux-gnu.so"), Ok(0));
    assert_eq!(judged("abi3t.so"), Ok(0));
    assert_eq!(judged("abi3-x86_64-linux-gnu.so"), Ok(1));
    assert_eq!(judged("abi3tx86.so"), Ok(1));
}

#[test]
fn a_pypy_finds_the_suffix_of_its_own_abi_and_no_plain_one() {
    let judged = |tags: &str, suffix: &str| {
        let mut wheel = Wheel::new(&format!("sum_up_to-1.0.0-{tags}-manylinux_2_17_x86_64.whl"));
        wheel.rename(MODULE, &format!("sum_up_to/_native.{suffix}"));
        let mut dist = release(|_| {});
        dist.add(&wheel.file.clone(), wheel.bytes());
        let findings = judge("suffix-and-exports", &dist).expect("it is judged");
        findings.iter().map(|one| format!("{}: {}", one.message, one.expected)).collect::<Vec<_>>()
    };
    let own = "pypy311-pp73-x86_64-linux-gnu.so";
    assert_eq!(judged("pp311-pypy311_pp73", own), [""; 0]);
    for suffix in ["so", "abi3.so"] {
        assert_eq!(
            judged("pp311-pypy311_pp73", suffix),
            [format!(
                "its suffix is `.{suffix}`: one that begins with `.pypy311-pp73-`, as PyPy looks for no other"
            )]
        );
    }
    for (tags, suffix) in [
        ("pp311-pypy311_pp80", own),
        ("pp311-pypy311_pp73", "cpython-311-x86_64-linux-gnu.so"),
        ("cp311-cp311", own),
    ] {
        let abi = tags.split('-').next_back().unwrap_or_default();
        assert_eq!(
            judged(tags, suffix),
            [format!("its suffix is `.{suffix}`: the one of `{abi}`, as the ABI tag says")]
        );
    }
}

/// The expectations that a wheel with these modules does not meet, each with its severity.
fn wrong(tag: &str, modules: &[&str]) -> Vec<(Severity, String)> {
    let mut wheel = Wheel::new(&format!("sum_up_to-1.0.0-{tag}.whl"));
    let machine = if tag.contains("aarch64") { AARCH64 } else { X86_64 };
    wheel.remove(MODULE);
    for module in modules {
        let member = (format!("sum_up_to/{module}"), Elf::new(machine).bytes());
        wheel.members.insert(0, member);
    }
    let mut dist = good();
    dist.add(&wheel.file, wheel.bytes());
    let findings = judge("suffix-and-exports", &dist).expect("judged");
    findings.into_iter().map(|finding| (finding.severity, finding.expected)).collect()
}

#[test]
fn the_platform_in_a_suffix_is_the_one_of_the_tag() {
    const GNU: &str = "_native.cpython-311-x86_64-linux-gnu.so";
    const MUSL: &str = "_native.cpython-311-x86_64-linux-musl.so";
    assert_eq!(wrong("cp311-cp311-manylinux_2_17_x86_64", &[GNU]), []);
    assert_eq!(wrong("cp311-cp311-musllinux_1_2_x86_64", &[MUSL]), []);
    let named = |platform: &str| {
        (Severity::Error, format!("one that names `{platform}`, the platform of the Pythons there"))
    };
    let musl = wrong("cp311-cp311-musllinux_1_2_x86_64", &[GNU]);
    assert_eq!(musl, [named("x86_64-linux-musl")]);
    let gnu = wrong("cp311-cp311-manylinux_2_17_x86_64", &[MUSL]);
    assert_eq!(gnu, [named("x86_64-linux-gnu")]);
    let machine = wrong("cp311-cp311-manylinux_2_17_aarch64", &[GNU]);
    assert_eq!(machine, [named("aarch64-linux-gnu")]);
    // Older Pythons for musl took the name of glibc.
    let old = "_native.cpython-310-x86_64-linux-gnu.so";
    assert_eq!(wrong("cp310-cp310-musllinux_1_2_x86_64", &[old]), []);
}

#[test]
fn a_wheel_without_an_abi_tag_has_modules_for_every_python_that_it_promises() {
    const GIL: &str = "_native.cpython-314-x86_64-linux-gnu.so";
    const FREE: &str = "_native.cpython-314t-x86_64-linux-gnu.so";
    const OLDER: &str = "_native.cpython-313-x86_64-linux-gnu.so";
    let tag = "cp314-none-manylinux_2_17_x86_64";
    let free = "a module for `cp314t` too, which `cp314-none` promises";
    assert_eq!(wrong(tag, &[GIL]), [(Severity::Error, free.to_owned())]);
    assert_eq!(wrong(tag, &["_native.abi3.so"]), [(Severity::Error, free.to_owned())]);
    assert_eq!(wrong(tag, &[GIL, FREE]), []);
    assert_eq!(wrong(tag, &["_native.so"]), []);
    let any = "py3-none-manylinux_2_17_x86_64";
    let expected = "modules for every Python that `py3-none` promises";
    assert_eq!(wrong(any, &[GIL]), [(Severity::Error, expected.to_owned())]);
    assert_eq!(wrong(any, &[GIL, OLDER]), []);
    assert_eq!(wrong(any, &["_native.abi3.so"]), []);
    assert_eq!(wrong("cp310-none-manylinux_2_17_x86_64", &["_native.abi3.so"]), []);
}

#[test]
fn the_stable_abi_under_the_tag_of_one_python_is_a_lost_chance() {
    let tag = "cp310-cp310-manylinux_2_17_x86_64";
    let expected = "the ABI tag `abi3`, where it is `cp310`";
    assert_eq!(wrong(tag, &["_native.abi3.so"]), [(Severity::Warning, expected.to_owned())]);
    let other = "_other.cpython-310-x86_64-linux-gnu.so";
    assert!(!wrong(tag, &["_native.abi3.so", other]).iter().any(|(_, it)| it == expected));
    let free = wrong("cp314-cp314t-manylinux_2_17_x86_64", &["_native.abi3.so"]);
    let expected = "one of a free-threaded ABI, as the ABI tag is `cp314t`";
    assert_eq!(free, [(Severity::Error, expected.to_owned())]);
}

#[test]
fn modules_of_webassembly_are_judged_too() {
    let with = |export: &str| {
        let export = [&[u8::try_from(export.len()).expect("short")], export.as_bytes()].concat();
        let exports = [vec![1], export, vec![0, 0]].concat();
        let size = u8::try_from(exports.len()).expect("small");
        let module = [b"\0asm\x01\0\0\0".to_vec(), vec![7, size], exports].concat();
        let mut wheel = Wheel::new("sum_up_to-1.0.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl");
        wheel.rename(MODULE, "sum_up_to/_native.cpython-314-wasm32-emscripten.so");
        let member = wheel.members.iter_mut().find(|member| member.0.ends_with("emscripten.so"));
        member.expect("the module").1 = module;
        let mut dist = good();
        dist.add(&wheel.file, wheel.bytes());
        let findings = judge("suffix-and-exports", &dist).expect("judged");
        findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(with("PyInit__native"), [""; 0]);
    assert_eq!(with("PyInit_native"), ["it exports the module `native`"]);
}
