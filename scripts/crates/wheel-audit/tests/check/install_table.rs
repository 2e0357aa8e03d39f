//! `install-table`: releases from which pip picks something else than was planned.

use wheel_audit::check::install_table::table;

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{WINDOWS, good, release};
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] = &[
    Case {
        name: "a promised Python that the metadata refuses",
        broken: || release(|parts| parts.edit_metadata(">=3.10", ">=3.11")),
    },
    Case {
        name: "a promised Python that is too new for the metadata",
        broken: || release(|parts| parts.edit_metadata(">=3.10", ">=3.10,<3.13")),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("install-table", CASES), @"
    # a promised Python that the metadata refuses
    error[install-table]: pip finds no wheel for macosx_11_0_arm64 on Python 3.10, and compiles the sdist or fails
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: a wheel whose tags and `Requires-Python` fit there
       = remedy: correct the tags by building again, or `requires-python`
    error[install-table]: pip finds no wheel for manylinux_2_17_x86_64 on Python 3.10, and compiles the sdist or fails
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: a wheel whose tags and `Requires-Python` fit there
       = remedy: correct the tags by building again, or `requires-python`
    error[install-table]: pip finds no wheel for win_amd64 on Python 3.10, and compiles the sdist or fails
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: a wheel whose tags and `Requires-Python` fit there
       = remedy: correct the tags by building again, or `requires-python`
    # a promised Python that is too new for the metadata
    error[install-table]: pip finds no wheel for macosx_11_0_arm64 on Python 3.13, and compiles the sdist or fails
      --> sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
       = expected: a wheel whose tags and `Requires-Python` fit there
       = remedy: correct the tags by building again, or `requires-python`
    error[install-table]: pip finds no wheel for manylinux_2_17_x86_64 on Python 3.13, and compiles the sdist or fails
      --> sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
       = expected: a wheel whose tags and `Requires-Python` fit there
       = remedy: correct the tags by building again, or `requires-python`
    error[install-table]: pip finds no wheel for win_amd64 on Python 3.13, and compiles the sdist or fails
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: a wheel whose tags and `Requires-Python` fit there
       = remedy: correct the tags by building again, or `requires-python`
    ");
}

#[test]
fn a_wheel_that_fits_better_is_picked_and_said() {
    let better = Wheel::new("sum_up_to-1.0.0-cp313-cp313-win_amd64.whl");
    let mut dist = good();
    dist.add(&better.file, better.bytes());
    let findings = judge("install-table", &dist).expect("it can tell");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].file, better.file);
    assert_eq!(findings[0].message, "pip picks it for win_amd64 on Python 3.13");
}

#[test]
fn the_table_names_a_wheel_for_each_environment() {
    let mut dist = good();
    dist.remove(WINDOWS);
    let release = dist.read();
    let picks: Vec<String> = table(&release, &dist.plan)
        .into_iter()
        .map(|(environment, picked)| {
            let picked = picked.as_deref().unwrap_or("nothing");
            format!("{} {} {picked}", environment.target, environment.python)
        })
        .collect();
    insta::assert_snapshot!(picks.join("\n"), @"
    manylinux_2_17_x86_64 3.10 sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    manylinux_2_17_x86_64 3.13 sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl
    macosx_11_0_arm64 3.10 sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    macosx_11_0_arm64 3.13 sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl
    win_amd64 3.10 nothing
    win_amd64 3.13 nothing
    ");
}
