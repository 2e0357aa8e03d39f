//! `secrets`: keys and passwords that anybody can download.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals_once};
use wheel_fixtures::release::{Dist, release};
use wheel_fixtures::sdist::TarEntry;

const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----\n";
const CERTIFICATE: &str =
    "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBg\n-----END CERTIFICATE-----\n";

fn in_wheel(name: &'static str, content: &'static str) -> Dist {
    release(|parts| parts.linux.members.push((name.to_owned(), content.into())))
}

fn in_sdist(name: &'static str, content: &'static str) -> Dist {
    release(|parts| {
        let path = format!("sum_up_to-1.0.0/{name}");
        parts.sdist.entries.insert(1, TarEntry::file(&path, content.as_bytes()));
    })
}

pub const CASES: &[Case] = &[
    Case { name: "a private key", broken: || in_wheel("sum_up_to/server.dat", KEY) },
    Case { name: "a private key in an sdist", broken: || in_sdist("conf/server.pem", KEY) },
    Case { name: "a token for the index", broken: || in_wheel("sum_up_to/.pypirc", "[pypi]") },
    Case { name: "a token for the index in an sdist", broken: || in_sdist(".pypirc", "[pypi]") },
    Case { name: "settings of the build machine", broken: || in_wheel("sum_up_to/.env", "A=b") },
    Case { name: "settings in an sdist", broken: || in_sdist(".env", "A=b") },
];

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals_once("secrets", CASES), @"
    # a private key
    error: it has a private key
      = no key, or one of a test in a folder of tests
    # a private key in an sdist
    error: it has a private key
      = no key, or one of a test in a folder of tests
    # a token for the index
    error: tools keep passwords in a file of this name
      = no such file
    # a token for the index in an sdist
    error: tools keep passwords in a file of this name
      = no such file
    # settings of the build machine
    error: tools keep passwords in a file of this name
      = no such file
    # settings in an sdist
    warning: tools keep passwords in a file of this name
      = no such file
    ");
}

#[test]
fn certificates_keys_of_tests_and_examples_of_settings_are_good() {
    for dist in [
        in_wheel("sum_up_to/cacert.pem", CERTIFICATE),
        in_wheel("sum_up_to/tests/server.key", KEY),
        in_wheel("sum_up_to/.env.example", "A=b"),
        in_sdist("tests/data/server.pem", KEY),
        in_sdist("certs/public.pem", CERTIFICATE),
    ] {
        assert_eq!(judge("secrets", &dist), Ok(Vec::new()));
    }
}

#[test]
fn no_file_is_nothing_to_look_at() {
    let mut dist = release(|_| {});
    dist.files.clear();
    let nothing = NotJudged::NoSubject("no wheel and no sdist that can be read".to_owned());
    assert_eq!(judge("secrets", &dist), Err(nothing));
}
