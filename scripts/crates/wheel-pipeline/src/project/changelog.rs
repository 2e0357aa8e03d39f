//! The changelog, in the form of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/): a section for
//! each version, and one for unreleased changes.

use jiff::civil::Date;
use pep440_rs::Version;

const UNRELEASED: &str = "## [Unreleased]";

/// Moves the unreleased changes to a section for `version`, with a date. The section has cargo's spelling of the
/// version.
pub fn release(text: &str, version: &str, date: Date) -> Result<String, String> {
    let parsed: Version =
        version.parse().map_err(|error| format!("`{version}` is no version: {error}"))?;
    if section(text, &parsed).is_some() {
        return Err(format!("it has a section for {version} already"));
    }
    let (before, after) =
        text.split_once(UNRELEASED).ok_or_else(|| format!("it has no section `{UNRELEASED}`"))?;
    let end = next_section(after).unwrap_or(after.len());
    let entries = |line: &&str| line.starts_with(['-', '*']);
    if !after[..end].lines().any(|line| entries(&line.trim_start())) {
        return Err(format!("the section `{UNRELEASED}` has no entry"));
    }
    Ok(format!("{before}{UNRELEASED}\n\n## [{version}] - {date}{after}"))
}

/// The changelog's section for a version, without its heading. The heading may spell the version as cargo or as Python
/// does: `## [1.0.0-rc.1] - 2026-01-01`, `## [1.0rc1]`.
pub fn section(text: &str, version: &Version) -> Option<String> {
    let at = text.lines().position(|line| {
        let heading = line.strip_prefix("## [").and_then(|line| line.split_once(']'));
        heading.is_some_and(|(heading, rest)| {
            let ends = rest.is_empty() || rest.starts_with(" - ");
            ends && heading.parse::<Version>().is_ok_and(|heading| heading == *version)
        })
    })?;
    let lines: Vec<&str> = text.lines().skip(at + 1).collect();
    let end = lines.iter().position(|line| line.starts_with("## ")).unwrap_or(lines.len());
    Some(lines[..end].join("\n").trim().to_owned())
}

fn next_section(text: &str) -> Option<usize> {
    text.find("\n## ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- More.\n\n\
        ## [1.0.0] - 2026-01-01\n\n- All.\n";

    fn day() -> Date {
        "2026-12-31".parse().expect("a day")
    }

    #[test]
    fn unreleased_changes_get_a_version_and_a_date() {
        insta::assert_snapshot!(release(TEXT, "1.1.0", day()).expect("it has entries"), @"
        # Changelog

        ## [Unreleased]

        ## [1.1.0] - 2026-12-31

        ### Added

        - More.

        ## [1.0.0] - 2026-01-01

        - All.
        ");
    }

    #[test]
    fn a_changelog_that_cannot_be_released_is_refused_with_a_reason() {
        let wrong =
            |text: &str, version| release(text, version, day()).expect_err("nothing to release");
        assert_eq!(wrong(TEXT, "1.0.0"), "it has a section for 1.0.0 already");
        assert_eq!(wrong("# Changelog\n", "1.0.0"), "it has no section `## [Unreleased]`");
        let released = release(TEXT, "1.1.0", day()).expect("it has entries");
        assert_eq!(wrong(&released, "1.2.0"), "the section `## [Unreleased]` has no entry");
    }

    #[test]
    fn a_section_is_found_by_its_version_however_it_is_spelled() {
        let section = |text: &str, version: &str| section(text, &version.parse().expect(version));
        assert_eq!(section(TEXT, "1.0.0").as_deref(), Some("- All."));
        assert_eq!(section(TEXT, "1.0").as_deref(), Some("- All."));
        assert_eq!(section(TEXT, "1.0.0.1"), None);
        assert_eq!(section(TEXT, "1.0.0rc1"), None);
        let released = release(TEXT, "1.1.0-rc.1", day()).expect("it has entries");
        assert!(released.contains("\n## [1.1.0-rc.1] - 2026-12-31\n"), "{released}");
        assert_eq!(section(&released, "1.1.0rc1").as_deref(), Some("### Added\n\n- More."));
        assert_eq!(section("## [v0.13]\n\n- All.\n", "0.13.0").as_deref(), Some("- All."));
        assert_eq!(section("## [1.0.0]: no heading\n\n- All.\n", "1.0.0"), None);
    }
}
