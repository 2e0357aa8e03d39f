//! The Pythons that the tags of a wheel name, beside those that `Requires-Python` lets in.

use pep440_rs::Version;

use super::specifiers::Specifier;
use crate::wheel::filename::WheelName;

/// Returns whether `Requires-Python` keeps every Python out that could install the wheel. False if that is not known.
pub(super) fn none_admitted(name: &WheelName, required: &[Specifier]) -> bool {
    !required.is_empty() && name.pythons.iter().all(|tag| is_excluded(tag, &name.abis, required))
}

/// The number of releases of one series that are tried, and of series after one. No series had more than 20 releases.
const TRIED: u64 = 40;

fn is_excluded(tag: &str, abis: &[String], required: &[Specifier]) -> bool {
    let digits = tag.find(|letter: char| letter.is_ascii_digit()).unwrap_or(tag.len());
    let (implementation, digits) = tag.split_at(digits);
    // Tags such as `cp3_10` are of no installer.
    let Some((major, minor)) = digits.split_at_checked(1) else { return false };
    let Ok(major) = major.parse::<u64>() else { return false };
    let stable = abis.iter().any(|abi| abi.starts_with("abi3"));
    let series = match (implementation, minor.parse::<u64>()) {
        ("py", Err(_)) if minor.is_empty() => 0..=TRIED,
        // Later Pythons install it too.
        ("py", Ok(minor)) => minor..=TRIED,
        ("cp", Ok(minor)) if stable => minor..=TRIED,
        ("cp" | "pp", Ok(minor)) => minor..=minor,
        _ => return false,
    };
    let admitted = |version: Version| required.iter().all(|one| one.contains(&version));
    !series
        .into_iter()
        .any(|minor| (0..=TRIED).any(|release| admitted(Version::new([major, minor, release]))))
}

#[cfg(test)]
mod tests {
    use super::super::specifiers;
    use super::*;

    #[test]
    fn a_wheel_that_no_admitted_python_installs_is_told() {
        for (tags, required, none) in [
            ("cp39-cp39", ">=3.10", true),
            ("cp39-cp39", ">=3.9.2", false),
            ("cp39-abi3", ">=3.10", false),
            ("cp313-abi3", "<3.13", true),
            ("cp38.cp39.cp310-none", ">=3.10", false),
            ("py2.py3-none", ">=3.7", false),
            ("py2-none", ">=3.7", true),
            ("py39-none", ">=3.10", false),
            ("pp39-pypy39_pp73", ">=3.10", true),
            ("graalpy311-graalpy242_311_native", ">=3.12", false),
            ("cp313-cp313t", ">=3.13", false),
            ("cp39-cp39", "", false),
        ] {
            let name: WheelName = format!("a-1-{tags}-any.whl").parse().expect("a wheel");
            let required_by = specifiers::read(required).expect("specifiers");
            assert_eq!(none_admitted(&name, &required_by), none, "{tags} {required}");
        }
    }
}
