//! The changelog, in the form of [Keep a Changelog](https://keepachangelog.com/en/1.1.0/): a section for
//! each version, and one for unreleased changes.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use pep440_rs::Version;

const UNRELEASED: &str = "## [Unreleased]";

/// The names of changelogs, in lower case.
const NAMES: [&str; 4] = ["changelog.md", "changes.md", "history.md", "news.md"];

/// Returns true if the changelog has a section for unreleased changes, in the form that [`release`] takes.
pub fn has_unreleased(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == UNRELEASED)
}

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

/// The section for a version, without its heading. The heading may spell the version as cargo or as Python does, and
/// other changelogs have other headings: `## [1.0.0-rc.1] - 2026-01-01`, `# v1.0rc1`, `### Version 1.0rc1 (January)`.
pub fn section(text: &str, version: &Version) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let (start, level) = lines.iter().enumerate().find_map(|(index, line)| {
        let (level, text) = heading(line)?;
        (version_of(text).as_ref() == Some(version)).then_some((index + 1, level))
    })?;
    let rest = &lines[start..];
    let ends = |line: &&str| heading(line).is_some_and(|(next, _)| next <= level);
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    Some(rest[..end].join("\n").trim().to_owned())
}

/// The level and the text of a heading.
fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    (level > 0 && text.starts_with(' ')).then_some((level, text.trim()))
}

/// The version that a heading begins with.
fn version_of(heading: &str) -> Option<Version> {
    let mut words = heading.split(|c: char| c.is_whitespace() || "[](),:".contains(c));
    let introduces =
        |word: &&str| ["", "version", "release"].contains(&word.to_lowercase().as_str());
    words.find(|word| !introduces(word))?.parse().ok()
}

/// The changelog of a project: beside its `pyproject.toml`, or at the top of its repository. None if there is none.
pub fn find(root: &Path, top: &Path) -> Option<PathBuf> {
    [root, top].into_iter().find_map(|folder| {
        let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
                NAMES.contains(&name.as_str())
            })
            .collect();
        found.sort();
        found.into_iter().next()
    })
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
        for other in
            ["# 1.0.0", "### Version 1.0.0 (January 2026)", "## v1.0.0: all", "## Release 1.0"]
        {
            let text =
                format!("# Changes\n\n{other}\n\n#### Added\n\n- All.\n\n# 0.9\n\n- Less.\n");
            assert_eq!(section(&text, "1.0.0").as_deref(), Some("#### Added\n\n- All."), "{other}");
        }
        for none in ["## From 1.0.0 to 2.0", "1.0.0", "##1.0.0", "## What is 1.0.0"] {
            assert_eq!(section(&format!("{none}\n\n- All.\n"), "1.0.0"), None, "{none}");
        }
    }
}
