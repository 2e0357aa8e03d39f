//! Names of members that are one name on some systems, or a file and a folder at once.

use unicode_normalization::UnicodeNormalization;

/// Two names of which some system can keep only one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Collision {
    pub(crate) one: String,
    pub(crate) other: String,
    /// The reason why they are one.
    pub(crate) why: &'static str,
}

const CASE: &str = "in case or in how a character is written";
const FOLDER: &str = "in that one is a file and the other a folder";

/// The collisions among the names of an archive. The name of a folder ends in a slash.
///
/// Windows and macOS keep one file for names that differ in case. macOS also keeps one for two ways to write a
/// character (Unicode normal forms), and Windows drops dots and spaces at the end of a name.
pub(crate) fn collisions<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Collision> {
    // A file comes before a folder of its name.
    let mut sorted: Vec<(String, bool, &str)> =
        names.into_iter().map(|name| (folded(name), name.ends_with('/'), name)).collect();
    sorted.sort_unstable();
    let mut collisions = Vec::new();
    let mut file: Option<(&str, &str)> = None;
    for (key, is_folder, name) in &sorted {
        let why = match file {
            Some((above, _)) if above == key => Some(if *is_folder { FOLDER } else { CASE }),
            Some((above, _)) => {
                let below = key.strip_prefix(above);
                below.is_some_and(|below| below.starts_with(SLASH)).then_some(FOLDER)
            }
            None => None,
        };
        if let (Some(why), Some((_, other))) = (why, file) {
            collisions.push(Collision { one: (*name).to_owned(), other: other.to_owned(), why });
        } else if !is_folder {
            file = Some((key, name));
        }
    }
    collisions
}

/// The reason why Windows cannot have a file of this path
/// ([naming files](https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file)).
pub(crate) fn barred_on_windows(path: &str) -> Option<&'static str> {
    path.trim_end_matches('/').split('/').find_map(|part| {
        // The name up to the first dot is that of a device, whatever follows.
        let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
        let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
        let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
            || numbered.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']));
        if device {
            Some("has the name of a device of Windows")
        } else if part.contains(['<', '>', ':', '"', '|', '?', '*']) {
            Some("has a character in its name that Windows does not allow")
        } else if part.ends_with(['.', ' ']) && !matches!(part, "." | "..") {
            Some("has a name that ends in a dot or a blank, which Windows drops")
        } else {
            None
        }
    })
}

/// Sorts before every character of a name, so that what is in a folder follows the folder's name at once. Names have no
/// control characters.
const SLASH: char = '\0';

/// A name as the systems compare it that tell the fewest names apart, with another character for each slash.
fn folded(name: &str) -> String {
    let lower = match name.is_ascii() {
        true => name.to_ascii_lowercase(),
        false => name.nfc().collect::<String>().to_lowercase().nfc().collect(),
    };
    let mut folded = String::with_capacity(lower.len());
    for part in lower.trim_end_matches('/').split('/') {
        folded.push_str(part.trim_end_matches(['.', ' ']));
        folded.push(SLASH);
    }
    folded.pop();
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_some_system_takes_for_one_are_found() {
        for (one, other) in [
            ("a/B.py", "a/b.py"),
            ("A/x", "a/X"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("CAF\u{c9}", "cafe\u{301}"),
            ("a./x", "a/x"),
        ] {
            let found = collisions([one, other]);
            assert_eq!(found.len(), 1, "{one} {other}");
            assert_eq!(found[0].why, CASE);
        }
        for (one, other) in [("a", "a/b"), ("a", "a/"), ("A", "a/b/c"), ("a/b", "a/b/c/")] {
            let found = collisions([one, other]);
            assert_eq!(found.len(), 1, "{one} {other}");
            assert_eq!(found[0].why, FOLDER);
        }
    }

    #[test]
    fn names_that_windows_cannot_have_are_found() {
        for path in ["a/aux.py", "NUL", "a/Com1.tar.gz", "a/b:c", "what?", "a./b", "a /b", "lpt9/x"]
        {
            assert!(barred_on_windows(path).is_some(), "{path}");
        }
        for path in ["a/auxiliary.py", "com0", "com10.py", "console", "a/.b/..c", "a b/c.d"] {
            assert_eq!(barred_on_windows(path), None, "{path}");
        }
    }

    #[test]
    fn other_names_are_told_apart() {
        assert_eq!(collisions(["a/", "a/b", "a/b.c", "a/bc", "a.b", "b/", "b/a", ".x", "a-b"]), []);
        // A folder may be listed in another case than its files. Both become one folder.
        assert_eq!(collisions(["a/", "A/b"]), []);
    }
}
