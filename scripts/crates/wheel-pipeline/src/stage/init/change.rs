//! A file as it is and as it would be: shown as a diff, and written on request.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use similar::TextDiff;

/// A file that `init` would write.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its path, relative to the top of the repository, for people.
    pub name: String,
    pub path: PathBuf,
    /// Its text today. None if it is not there.
    pub old: Option<String>,
    pub new: String,
    /// True if it is not written, because it holds something of the project's that differs.
    pub refused: bool,
}

impl Change {
    /// Returns true if the file is as it would be. git may check it out with the line ends of Windows.
    pub fn is_made(&self) -> bool {
        self.old.as_deref().map(plain) == Some(plain(&self.new))
    }

    /// The difference, as `diff -u` and git show it. It is empty if the file is as it would be.
    pub fn diff(&self) -> String {
        if self.is_made() {
            return String::new();
        }
        let old = plain(self.old.as_deref().unwrap_or_default());
        let new = plain(&self.new);
        let before = match self.old {
            Some(_) => format!("a/{}", self.name),
            None => "/dev/null".to_owned(),
        };
        let diff = TextDiff::from_lines(&old, &new);
        diff.unified_diff().header(&before, &format!("b/{}", self.name)).to_string()
    }

    /// Writes the file.
    pub fn write(&self) -> Result<()> {
        let wrong = || format!("cannot write `{}`", self.path.display());
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder).with_context(wrong)?;
        }
        fs::write(&self.path, &self.new).with_context(wrong)
    }
}

/// A text with the line ends of Unix.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    fn change(old: Option<&str>, new: &str) -> Change {
        let old = old.map(str::to_owned);
        Change {
            name: "a/b.toml".into(),
            path: "b.toml".into(),
            old,
            new: new.into(),
            refused: false,
        }
    }

    #[test]
    fn the_difference_is_that_of_diff() {
        assert_snapshot!(change(Some("a\nb\n"), "a\nc\n").diff(), @r"
        --- a/a/b.toml
        +++ b/a/b.toml
        @@ -1,2 +1,2 @@
         a
        -b
        +c
        ");
        assert_snapshot!(change(None, "a\n").diff(), @r"
        --- /dev/null
        +++ b/a/b.toml
        @@ -0,0 +1 @@
        +a
        ");
        assert_eq!(change(Some("a\r\nb\r\n"), "a\nb\n").diff(), "");
        assert!(!change(None, "").is_made());
    }
}
