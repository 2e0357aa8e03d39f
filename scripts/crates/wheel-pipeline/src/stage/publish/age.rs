//! The age of a release on its index: PyPI accepts no files for a release that is older than 14 days.

use jiff::{SignedDuration, Timestamp};

use crate::evidence::BuiltFile;
use crate::index::ListedFile;

/// The age of a release of which files are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Age {
    /// Young enough, or complete.
    Young,
    /// A few days before the limit.
    Near(String),
    /// Older than the limit: the index will refuse the rest.
    Over(String),
}

/// The age, in days, after which PyPI accepts no more files.
const LIMIT: i64 = 14;
/// The number of days before the limit in which a warning is given.
const WARNING: i64 = 4;

/// Judges a release by the oldest of its files on the index.
pub fn age(files: &[BuiltFile], listing: &[ListedFile], now: Timestamp) -> Age {
    let on_index = |file: &BuiltFile| listing.iter().find(|listed| listed.name == file.file);
    let missing = files.iter().filter(|file| on_index(file).is_none()).count();
    let uploads = files.iter().filter_map(on_index).filter_map(|file| file.uploaded.as_ref());
    let first = uploads.filter_map(|time| time.parse::<Timestamp>().ok()).min();
    let (Some(first), true) = (first, missing > 0) else { return Age::Young };
    let days = now.duration_since(first).as_hours() / 24;
    if now.duration_since(first) > SignedDuration::from_hours(24 * LIMIT) {
        return Age::Over(format!(
            "the release has been on the index for {days} days, and {missing} of its files are missing there: \
             PyPI accepts none after {LIMIT} days, so raise the version"
        ));
    }
    if days >= LIMIT - WARNING {
        return Age::Near(format!(
            "the release has been on the index for {days} days, and {missing} of its files are missing there: \
             PyPI accepts none after {LIMIT} days"
        ));
    }
    Age::Young
}

#[cfg(test)]
mod tests {
    use super::*;
    use wheel_audit::wheel::Sha256Sum;

    fn built(name: &str) -> BuiltFile {
        BuiltFile {
            file: name.to_owned(),
            sha256: Sha256Sum::digest(b""),
            size: 0,
            triple: None,
            builder: String::new(),
            cross_built: false,
            elsewhere: false,
            commit: None,
            dirty: false,
            epoch: 0,
        }
    }

    fn age_on(day: &str) -> Age {
        let listed = |name: &str, time: &str| ListedFile {
            name: name.to_owned(),
            sum: Sha256Sum::digest(b""),
            url: "https://files/".parse().expect("an address"),
            uploaded: Some(time.to_owned()),
            provenance: None,
            yanked: false,
        };
        let listing = [
            listed("a.whl", "2026-03-02T12:00:00.123456Z"),
            listed("b.whl", "2026-03-01T12:00:00Z"),
            // Of another release.
            listed("old.whl", "2020-01-01T00:00:00Z"),
        ];
        let now = format!("{day}T13:00:00Z").parse().expect("a time");
        age(&["a.whl", "b.whl", "c.whl"].map(built), &listing, now)
    }

    #[test]
    fn it_warns_before_the_last_day_and_refuses_after_it() {
        assert_eq!(age_on("2026-03-10"), Age::Young);
        assert!(
            matches!(age_on("2026-03-11"), Age::Near(why) if why.starts_with("the release has been on the index for 10 days, and 1 of"))
        );
        assert!(matches!(age_on("2026-03-14"), Age::Near(_)));
        assert!(
            matches!(age_on("2026-03-15"), Age::Over(why) if why.ends_with("raise the version"))
        );
    }

    #[test]
    fn a_complete_or_new_release_has_no_age() {
        let now = "2030-01-01T00:00:00Z".parse().expect("a time");
        assert_eq!(age(&[], &[], now), Age::Young);
        assert_eq!(age(&["a.whl"].map(built), &[], now), Age::Young);
    }
}
