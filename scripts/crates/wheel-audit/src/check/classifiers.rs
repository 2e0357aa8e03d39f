//! The classifiers that PyPI knows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../data/classifiers.txt");

/// The answer of PyPI to a classifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Classified {
    Known,
    /// PyPI refuses it. The text is the one in its place, or empty.
    Deprecated(&'static str),
    /// It begins with `Private ::`, which keeps a file from PyPI on purpose.
    Private,
    Unknown,
}

static KNOWN: LazyLock<BTreeMap<String, Classified>> = LazyLock::new(|| {
    let (mut known, mut path) = (BTreeMap::new(), Vec::new());
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let part = line.trim_start_matches(' ');
        path.truncate(line.len() - part.len());
        let (part, said) = match (part.strip_suffix(" ::"), part.split_once(" ! ")) {
            (Some(group), _) => (group, None),
            (None, Some((part, instead))) => (part, Some(Classified::Deprecated(instead))),
            (None, None) => match part.strip_suffix(" !") {
                Some(part) => (part, Some(Classified::Deprecated(""))),
                None => (part, Some(Classified::Known)),
            },
        };
        path.push(part);
        if let Some(said) = said {
            known.insert(path.join(" :: "), said);
        }
    }
    known
});

/// The answer of PyPI to a classifier.
pub(super) fn classify(classifier: &str) -> Classified {
    match KNOWN.get(classifier) {
        Some(said) => *said,
        None if classifier.to_ascii_lowercase().starts_with("private ::") => Classified::Private,
        None => Classified::Unknown,
    }
}

/// The version of PyPI's list, which is its date.
pub(super) fn date() -> &'static str {
    let line = TABLE.lines().find_map(|line| line.strip_prefix("# Version: "));
    line.expect("the table has a version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_is_read() {
        assert!(KNOWN.len() > 850 && date().starts_with("202"));
        assert_eq!(classify("Framework :: Django :: 5.2"), Classified::Known);
        assert_eq!(classify("Framework :: Django"), Classified::Known);
        assert_eq!(classify("Framework"), Classified::Unknown);
        assert_eq!(classify("Programming Language :: Pyhton"), Classified::Unknown);
        assert_eq!(classify("Private :: Do Not Upload"), Classified::Private);
        let misspelled = Classified::Deprecated("Natural Language :: Ukrainian");
        assert_eq!(classify("Natural Language :: Ukranian"), misspelled);
        let old = "Topic :: Communications :: Chat :: AOL Instant Messenger";
        assert_eq!(classify(old), Classified::Deprecated(""));
    }
}
