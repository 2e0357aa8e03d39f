//! The patterns of `foreign`: the files of a release that other jobs build.

use fast_glob::glob_match;
use serde::Deserialize;

/// Patterns of file names. `*` stands for any text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ForeignPatterns(Vec<String>);

impl ForeignPatterns {
    /// Patterns that match these names and nothing else.
    pub fn names(names: &[String]) -> Self {
        Self(names.to_vec())
    }

    /// Returns whether another job builds a file.
    pub fn matches(&self, file: &str) -> bool {
        self.0.iter().any(|pattern| is_match(pattern, file))
    }

    /// The patterns that match none of these files.
    pub fn unmatched<'a>(&self, files: impl Iterator<Item = &'a String> + Clone) -> Vec<&str> {
        let patterns = self.0.iter().map(String::as_str);
        patterns.filter(|pattern| !files.clone().any(|file| is_match(pattern, file))).collect()
    }

    /// The faults of the patterns, each with its place in the list.
    pub(super) fn faults(&self) -> Vec<(usize, String)> {
        let fault = |(index, pattern): (usize, &String)| {
            let why = if pattern.is_empty() {
                "a pattern is empty".to_owned()
            } else if pattern.contains('/') {
                format!("`{pattern}` contains `/`: write a pattern of file names in `dist/`")
            } else if self.0[..index].contains(pattern) {
                format!("`{pattern}` is there twice: drop one")
            } else {
                return None;
            };
            Some((index, why))
        };
        self.0.iter().enumerate().filter_map(fault).collect()
    }
}

/// A name that has the letters of a pattern matches it as text.
fn is_match(pattern: &str, file: &str) -> bool {
    pattern == file || glob_match(pattern, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: &[&str]) -> ForeignPatterns {
        ForeignPatterns(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn a_pattern_is_about_names_and_an_unmatched_one_is_told() {
        let foreign = patterns(&["*-pp3*", "*wasm32*", "a-1.0.tar.gz"]);
        let pypy = "a-1.0-pp311-pypy311_pp73-win_amd64.whl".to_owned();
        assert!(foreign.matches(&pypy) && foreign.matches("a-1.0.tar.gz"));
        assert!(!foreign.matches("a-1.0-cp314-cp314-win_amd64.whl"));
        assert_eq!(foreign.unmatched([pypy].iter()), ["*wasm32*", "a-1.0.tar.gz"]);
        assert_eq!(foreign.faults(), []);
    }

    #[test]
    fn each_fault_of_the_patterns_has_its_place() {
        let faults = patterns(&["*a*", "", "dist/*", "*a*"]).faults();
        assert_eq!(
            faults,
            [
                (1, "a pattern is empty".to_owned()),
                (2, "`dist/*` contains `/`: write a pattern of file names in `dist/`".to_owned()),
                (3, "`*a*` is there twice: drop one".to_owned()),
            ]
        );
    }
}
