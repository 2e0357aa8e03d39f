//! The changelog, in the form of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/): a section for
//! each version, and one for unreleased changes.

use jiff::civil::Date;

const UNRELEASED: &str = "## [Unreleased]";

/// Moves the unreleased changes to a section for `version`, with a date.
pub fn release(text: &str, version: &str, date: Date) -> Result<String, String> {
    if section(text, version).is_some() {
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

/// The changelog's section for a version, without its heading.
pub fn section(text: &str, version: &str) -> Option<String> {
    let heading = format!("## [{version}]");
    let at = text.lines().position(|line| {
        line.strip_prefix(&heading).is_some_and(|rest| rest.is_empty() || rest.starts_with(" - "))
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
    fn a_section_is_found_by_its_whole_version() {
        assert_eq!(section(TEXT, "1.0.0").as_deref(), Some("- All."));
        assert_eq!(section(TEXT, "1.0"), None);
        let released = release(TEXT, "1.0.0-rc.1", day()).expect("it has entries");
        assert_eq!(section(&released, "1.0.0-rc.1").as_deref(), Some("### Added\n\n- More."));
    }
}
