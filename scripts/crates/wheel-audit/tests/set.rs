//! The promise that a set of files makes by its names and `Requires-Python`.

use wheel_audit::set::{NotOneRelease, SetPromise, promise};
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::release::DistFile;
use wheel_audit::{PythonVersion, ReleaseFacts};
use wheel_fixtures::release::LINUX;
use wheel_fixtures::wheel::Wheel;

/// A release of which nothing is known but the names.
fn named(names: &[&str]) -> Result<SetPromise, NotOneRelease> {
    let file = |name: &&str| DistFile {
        name: (*name).to_owned(),
        size: 0,
        sum: Sha256Sum::digest(name.as_bytes()),
    };
    let release =
        ReleaseFacts { files: names.iter().map(file).collect(), ..ReleaseFacts::default() };
    promise(&release, &known())
}

fn known() -> Vec<PythonVersion> {
    ["3.10", "3.14", "3.14t", "3.15", "3.15t", "pypy3.11-v7.3"]
        .map(|text| text.parse().expect(text))
        .into()
}

/// The promised environments with the file of each, and the files that promise nothing.
fn described(names: &[&str]) -> String {
    let SetPromise { plan, untestable } = named(names).expect("one release");
    let environments = plan
        .environments
        .iter()
        .map(|promise| format!("{} {}: {}", promise.target, promise.python, promise.file));
    let untestable = untestable.iter().map(|(file, why)| format!("{file}: {why}"));
    environments.chain(untestable).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_wheel_promises_the_platforms_and_pythons_of_its_name() {
    insta::assert_snapshot!(described(&[
        "a-1.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
        "a-1.0-cp314-cp314t-win_amd64.whl",
        "a-1.0-cp315-abi3.abi3t-win32.whl",
        "a-1.0-cp314-cp314-macosx_10_12_x86_64.macosx_11_0_arm64.macosx_10_12_universal2.whl",
        "a-1.0-py3-none-musllinux_1_2_aarch64.whl",
    ]), @"
    manylinux_2_17_x86_64 3.10: a-1.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64 3.14: a-1.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64 3.15: a-1.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    musllinux_1_2_aarch64 3.10: a-1.0-py3-none-musllinux_1_2_aarch64.whl
    musllinux_1_2_aarch64 3.14: a-1.0-py3-none-musllinux_1_2_aarch64.whl
    musllinux_1_2_aarch64 3.14t: a-1.0-py3-none-musllinux_1_2_aarch64.whl
    musllinux_1_2_aarch64 3.15: a-1.0-py3-none-musllinux_1_2_aarch64.whl
    musllinux_1_2_aarch64 3.15t: a-1.0-py3-none-musllinux_1_2_aarch64.whl
    macosx_10_12_x86_64 3.14: a-1.0-cp314-cp314-macosx_10_12_x86_64.macosx_11_0_arm64.macosx_10_12_universal2.whl
    macosx_11_0_arm64 3.14: a-1.0-cp314-cp314-macosx_10_12_x86_64.macosx_11_0_arm64.macosx_10_12_universal2.whl
    win_amd64 3.14t: a-1.0-cp314-cp314t-win_amd64.whl
    win32 3.15: a-1.0-cp315-abi3.abi3t-win32.whl
    win32 3.15t: a-1.0-cp315-abi3.abi3t-win32.whl
    ");
}

#[test]
fn on_each_platform_the_file_is_the_one_that_pip_prefers() {
    insta::assert_snapshot!(described(&[
        "a-1.0-cp310-abi3-manylinux_2_17_x86_64.whl",
        "a-1.0-cp314-cp314-manylinux_2_17_x86_64.whl",
        "a-1.0-cp314-cp314-manylinux_2_28_x86_64.whl",
        "a-1.0-cp314-cp314-macosx_11_0_arm64.whl",
        "a-1.0-cp314-cp314-macosx_10_12_universal2.whl",
    ]), @"
    manylinux_2_17_x86_64 3.10: a-1.0-cp310-abi3-manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64 3.14: a-1.0-cp314-cp314-manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64 3.15: a-1.0-cp310-abi3-manylinux_2_17_x86_64.whl
    manylinux_2_28_x86_64 3.14: a-1.0-cp314-cp314-manylinux_2_28_x86_64.whl
    macosx_10_12_x86_64 3.14: a-1.0-cp314-cp314-macosx_10_12_universal2.whl
    macosx_11_0_arm64 3.14: a-1.0-cp314-cp314-macosx_11_0_arm64.whl
    ");
}

#[test]
fn a_wheel_that_nothing_can_test_is_named_with_the_reason() {
    insta::assert_snapshot!(described(&[
        "a-1.0-cp314-cp314-win_amd64.whl",
        "a-1.0-cp39-cp39-win_amd64.whl",
        "a-1.0-pp311-pypy311_pp73-win_amd64.whl",
        "a-1.0-pp310-pypy310_pp73-win_amd64.whl",
        "a-1.0-pp311-pypy311_pp73-musllinux_1_2_x86_64.whl",
        "a-1.0-graalpy312-graalpy250_312_native-win_amd64.whl",
        "a-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl",
        "a-1.0-cp314-cp314-linux_x86_64.whl",
        "a-1.0-cp314-cp314-manylinux_2_36_loongarch64.whl",
        "a-1.0-py3-none-any.whl",
    ]), @"
    win_amd64 pypy3.11-v7.3: a-1.0-pp311-pypy311_pp73-win_amd64.whl
    win_amd64 3.14: a-1.0-cp314-cp314-win_amd64.whl
    a-1.0-cp39-cp39-win_amd64.whl: it is for no CPython from 3.10 on that `Requires-Python` admits
    a-1.0-pp310-pypy310_pp73-win_amd64.whl: `pypy3.10-v7.3` is no PyPy that is tested
    a-1.0-pp311-pypy311_pp73-musllinux_1_2_x86_64.whl: `musllinux_1_2_x86_64` is no platform on which PyPy is tested
    a-1.0-graalpy312-graalpy250_312_native-win_amd64.whl: `graalpy312-graalpy250_312_native` is for no CPython and no PyPy
    a-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl: `pyodide_2026_0_wasm32` is no platform that is tested
    a-1.0-cp314-cp314-linux_x86_64.whl: `linux_x86_64` is no platform that is tested
    a-1.0-cp314-cp314-manylinux_2_36_loongarch64.whl: `manylinux_2_36_loongarch64` is no platform that is tested
    a-1.0-py3-none-any.whl: `any` is no platform that is tested
    ");
}

#[test]
fn every_file_of_the_release_is_foreign_and_the_sdist_comes_last() {
    let names = [
        "a-1.0-cp314-cp314-win_amd64.whl",
        "a-1.0-graalpy312-graalpy250_312_native-win_amd64.whl",
        "A-1.0.tar.gz",
    ];
    let plan = named(&[names[2], "notes.txt", names[0], names[1]]).expect("one release").plan;
    assert_eq!(plan.files().collect::<Vec<_>>(), names);
    assert!(plan.files().all(|file| plan.is_foreign(file)));
    assert_eq!((plan.project.as_str(), plan.version.as_str()), ("a", "1.0"));
    assert_eq!(named(&names[..1]).expect("one release").plan.sdist, None);
}

#[test]
fn what_is_not_one_release_is_refused_with_the_reason() {
    let error = |names: &[&str]| named(names).expect_err("it is none").to_string();
    assert_eq!(error(&["notes.txt", "a-1.0.tar.gz"]), "there is no wheel");
    assert_eq!(
        error(&["a-1.0-cp314-cp314-win32.whl", "b-1.0-cp314-cp314-win32.whl", "a-2.tar.gz"]),
        "the files are of several releases: `a 1.0`, `a 2`, `b 1.0`"
    );
    // Two spellings of one release.
    assert!(named(&["A_b-1.0.0-cp314-cp314-win32.whl", "a.b-1.0.0.tar.gz"]).is_ok());
    assert_eq!(
        error(&["a-1.0-pp310-pypy310_pp73-win_amd64.whl"]),
        "no wheel promises a platform and a Python that this program knows"
    );
}

#[test]
fn requires_python_limits_the_promise() {
    let promised = |requires: &str| {
        let mut wheel = Wheel::new(LINUX);
        wheel.edit("METADATA", ">=3.10", requires);
        let mut release = ReleaseFacts::default();
        release.add_bytes(&wheel.file, &wheel.bytes()).expect("a wheel");
        let promised = promise(&release, &known()).expect("one release");
        let pythons = promised.plan.environments.iter().map(|one| one.python.to_string());
        pythons.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(promised(">=3.10"), "3.10 3.14 3.15");
    assert_eq!(promised(">=3.14"), "3.14 3.15");
    assert_eq!(promised(">=3.10,<3.15"), "3.10 3.14");
}
