//! `dist-matches-plan`: what is promised and not there, and what is there and not promised.

use crate::{Case, refusals};
use wheel_fixtures::release::{SDIST, WINDOWS, good};
use wheel_fixtures::wheel::Wheel;

pub const CASES: &[Case] = &[
    Case {
        name: "a promised wheel is missing",
        broken: || {
            let mut dist = good();
            dist.remove(WINDOWS);
            dist
        },
    },
    Case {
        name: "the sdist is missing",
        broken: || {
            let mut dist = good();
            dist.remove(SDIST);
            dist
        },
    },
    Case {
        name: "a wheel for a platform that was not promised",
        broken: || {
            let wheel = Wheel::new("sum_up_to-1.0.0-cp310-abi3-win_arm64.whl");
            let mut dist = good();
            dist.add(&wheel.file, wheel.bytes());
            dist
        },
    },
    Case {
        name: "a file that is neither wheel nor sdist",
        broken: || {
            let mut dist = good();
            dist.add("notes.txt", b"to do".to_vec());
            dist
        },
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("dist-matches-plan", CASES), @"
    # a promised wheel is missing
    error[dist-matches-plan]: the file is promised, but is not there
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: every file of the plan
       = remedy: build its target, or take the target out of `[tool.wheel-pipeline]`
    # the sdist is missing
    error[dist-matches-plan]: the file is promised, but is not there
      --> sum_up_to-1.0.0.tar.gz
       = expected: every file of the plan
       = remedy: build its target, or take the target out of `[tool.wheel-pipeline]`
    # a wheel for a platform that was not promised
    error[dist-matches-plan]: the file is there, but not in the plan
      --> sum_up_to-1.0.0-cp310-abi3-win_arm64.whl
       = expected: the files of the plan and no other
       = remedy: move it away, or name it in `foreign` of `[tool.wheel-pipeline]` if another job builds it
    # a file that is neither wheel nor sdist
    error[dist-matches-plan]: the file is there, but not in the plan
      --> notes.txt
       = expected: the files of the plan and no other
       = remedy: move it away, or name it in `foreign` of `[tool.wheel-pipeline]` if another job builds it
    ");
}
