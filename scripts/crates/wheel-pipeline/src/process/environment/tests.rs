//! Which child gets which variable.

use super::*;

fn passed(name: &str, grants: &[Grant]) -> bool {
    is_passed(name, OsStr::new("value"), grants, &Passed::default())
}

fn asking(patterns: &[&str], secrets: bool) -> Passed {
    Passed { patterns: patterns.iter().map(|&pattern| pattern.to_owned()).collect(), secrets }
}

#[test]
fn a_child_gets_what_programs_and_builds_need() {
    for name in [
        "PATH",
        "HOME",
        "LANG",
        "LC_ALL",
        "HTTPS_PROXY",
        "SSL_CERT_FILE",
        "CARGO_HOME",
        "RUSTFLAGS",
        "CC_aarch64_unknown_linux_gnu",
        "SDKROOT",
        "PYO3_PYTHON",
        "PIP_CERT",
        "PIP_INDEX_URL",
        "CARGO_REGISTRIES_OWN_INDEX",
        "OPENSSL_DIR",
        "CARGO_REGISTRIES_OWN_CREDENTIAL_PROVIDER",
    ] {
        assert!(passed(name, &[]), "{name}");
    }
}

#[test]
fn a_child_gets_nothing_that_nobody_listed_and_no_secret() {
    for name in [
        "TWINE_PASSWORD",
        "TWINE_USERNAME",
        "GH_TOKEN",
        "GITHUB_TOKEN",
        "GITHUB_REPOSITORY",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_URL",
        "AWS_SECRET_ACCESS_KEY",
        "CARGO_REGISTRY_TOKEN",
        "CARGO_REGISTRIES_OWN_TOKEN",
        "UV_PUBLISH_TOKEN",
        "UV_PUBLISH_PASSWORD",
        "SCCACHE_REDIS_PASSWORD",
        "MATURIN_PASSWORD",
        "MATURIN_PYPI_TOKEN",
        "SSH_AUTH_SOCK",
        "MY_SETTING",
        "PATHOLOGY",
        "GITHUB_ENV",
        "GIT_CONFIG_VALUE_0",
    ] {
        assert!(!passed(name, &[]), "{name}");
    }
}

#[test]
fn a_secret_goes_to_its_tool_alone() {
    let all = [
        Grant::Pip,
        Grant::Uv,
        Grant::Upload,
        Grant::Identity,
        Grant::Forge,
        Grant::Git,
        Grant::Containers,
    ];
    for (name, to) in [
        ("TWINE_PASSWORD", &[Grant::Upload][..]),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", &[Grant::Upload, Grant::Identity]),
        ("GH_TOKEN", &[Grant::Forge]),
        ("UV_INDEX_OWN_PASSWORD", &[Grant::Uv]),
        ("GIT_CONFIG_VALUE_0", &[Grant::Git]),
        ("CARGO_REGISTRY_TOKEN", &[]),
        ("GITHUB_ENV", &[]),
    ] {
        let found: Vec<Grant> = all.into_iter().filter(|&grant| passed(name, &[grant])).collect();
        assert_eq!(found, to, "{name}");
    }
}

#[test]
fn an_index_with_a_password_goes_to_those_that_download() {
    let address = OsStr::new("https://user:password@index/simple");
    for (name, to) in [("PIP_INDEX_URL", Grant::Pip), ("UV_DEFAULT_INDEX", Grant::Uv)] {
        assert!(!is_passed(name, address, &[], &Passed::default()), "{name}");
        assert!(is_passed(name, address, &[to], &Passed::default()), "{name}");
    }
}

#[test]
fn a_project_may_ask_for_more_and_for_a_secret_by_its_whole_name_and_for_builds() {
    let is = |name, passed: &Passed| is_passed(name, OsStr::new("value"), &[], passed);
    let patterns = asking(&["MY_*", "OWN_TOKEN"], true);
    assert!(is("MY_SETTING", &patterns) && is("OWN_TOKEN", &patterns));
    assert!(!is("MY_TOKEN", &patterns) && !is("MINE", &patterns));
    let tests = asking(&["MY_*", "OWN_TOKEN"], false);
    assert!(is("MY_SETTING", &tests) && !is("OWN_TOKEN", &tests));
}

#[test]
fn a_table_cannot_ask_for_what_publishes() {
    for good in ["MY_SETTING", "MY_*", "SSH_AUTH_SOCK", "OWN_TOKEN"] {
        check_pattern(good).expect(good);
    }
    for bad in
        ["", "*", "A*B", "A B", "TWINE_PASSWORD", "GH_TOKEN", "CARGO_REGISTRY_TOKEN", "GITHUB_ENV"]
    {
        check_pattern(bad).expect_err(bad);
    }
    // A beginning never passes a secret, so these are of no use to an enemy.
    let all = asking(&["TWINE_*", "CARGO_*", "GITHUB_*"], true);
    for name in ["TWINE_PASSWORD", "CARGO_REGISTRY_TOKEN", "GITHUB_TOKEN", "GITHUB_ENV"] {
        assert!(!is_passed(name, OsStr::new("value"), &[], &all), "{name}");
    }
}

#[test]
fn variables_that_a_build_may_miss_are_named() {
    let ours = ["MY_LIB_DIR", "LS_COLORS", "GITHUB_PATH", "CARGO_HOME", "NEEDED_ROOT", "MY_TOKEN"];
    let ours = || ours.iter().map(|&name| (name.into(), "value".into()));
    assert_eq!(withheld(ours(), &asking(&[], true)), ["MY_LIB_DIR", "NEEDED_ROOT"]);
    assert_eq!(withheld(ours(), &asking(&["MY_*"], true)), ["NEEDED_ROOT"]);
}
