//! `top-level-names`: names that all packages of an environment share.

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, release};

fn with(names: &[&str]) -> Dist {
    release(|parts| {
        let members = names.iter().map(|name| ((*name).to_owned(), b"x".to_vec()));
        parts.linux.members.extend(members);
    })
}

pub const CASES: &[Case] = &[
    Case {
        name: "tests for everybody",
        broken: || with(&["tests/__init__.py", "tests/test_sum.py"]),
    },
    Case { name: "programs among the modules", broken: || with(&["bin/sum"]) },
    Case { name: "the description of the repository", broken: || with(&["README.md"]) },
    Case {
        name: "the tests by way of `.data`",
        broken: || with(&["sum_up_to-1.0.0.data/purelib/test/__init__.py"]),
    },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("top-level-names", CASES), @"
    # tests for everybody
    warning: it has 2 files at the top of `site-packages` under the name `tests`
      = names of the project alone
    # programs among the modules
    warning: it has one file at the top of `site-packages` under the name `bin`
      = names of the project alone
    # the description of the repository
    warning: it has one file at the top of `site-packages` under the name `README.md`
      = names of the project alone
    # the tests by way of `.data`
    warning: it has one file at the top of `site-packages` under the name `test`
      = names of the project alone
    ");
}

#[test]
fn names_inside_the_package_and_outside_of_site_packages_are_good() {
    let names = [
        "sum_up_to/tests/test_sum.py",
        "sum_up_to/README.md",
        "sum_up_to-1.0.0.data/data/share/doc/README.md",
        "sum_up_to.libs/libz.so.1",
        "testing_sums.py",
    ];
    assert_eq!(judge("top-level-names", &with(&names)), Ok(Vec::new()));
}
