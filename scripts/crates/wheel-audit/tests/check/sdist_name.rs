//! `sdist-name`: names that are right and not in normal form.

use crate::{Case, refusals};
use wheel_fixtures::release::{Dist, SDIST, good};
use wheel_fixtures::sdist::Sdist;

fn named(name: &'static str) -> Dist {
    let mut sdist = Sdist::new(SDIST);
    let (old, new) = (SDIST.replace(".tar.gz", ""), name.replace(".tar.gz", ""));
    for entry in &mut sdist.entries {
        let path = String::from_utf8(entry.name.clone()).expect("UTF-8");
        entry.name = path.replace(&old, &new).into();
    }
    let mut dist = good();
    dist.remove(SDIST);
    dist.plan.sdist = name.to_owned();
    dist.add(name, sdist.bytes());
    dist
}

pub const CASES: &[Case] = &[
    Case { name: "the name as people write it", broken: || named("sum-up-to-1.0.0.tar.gz") },
    Case { name: "capital letters", broken: || named("Sum_Up_To-1.0.0.tar.gz") },
    Case { name: "a version in another form", broken: || named("sum_up_to-1.0.tar.gz") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("sdist-name", CASES), @"
    # the name as people write it
    error[sdist-name]: the file name is not in normal form
      --> sum-up-to-1.0.0.tar.gz
       = expected: `sum_up_to-1.0.0.tar.gz`
       = remedy: build it with a backend that follows the specification of sdists
    # capital letters
    error[sdist-name]: the file name is not in normal form
      --> Sum_Up_To-1.0.0.tar.gz
       = expected: `sum_up_to-1.0.0.tar.gz`
       = remedy: build it with a backend that follows the specification of sdists
    # a version in another form
    error[sdist-name]: the file name is not in normal form
      --> sum_up_to-1.0.tar.gz
       = expected: `sum_up_to-1.0.0.tar.gz`
       = remedy: build it with a backend that follows the specification of sdists
    ");
}
