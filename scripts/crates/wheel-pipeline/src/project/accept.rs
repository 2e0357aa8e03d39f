//! The rows of `accept`: findings, and checks that could not tell, with which a release may live for a while.

use std::fmt;

use fast_glob::glob_match;
use jiff::civil::Date;
use serde::Deserialize;
use wheel_audit::check::find;

/// Permission to release with what one check says of some files. It has a reason and a last day, so that it is looked at
/// again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The name of the check.
    pub check: String,
    /// The pattern of the file's name.
    #[serde(default = "any")]
    pub file: String,
    /// The pattern of the member's path. Without one, the row is about every member and about whole files.
    pub member: Option<String>,
    pub reason: String,
    /// The last day on which it is valid.
    #[serde(deserialize_with = "super::table::day")]
    pub expires: Date,
}

fn any() -> String {
    "*".to_owned()
}

impl Acceptance {
    /// Returns whether it is about what a check says of a file or of a member.
    pub fn covers(&self, check: &str, file: &str, member: Option<&str>) -> bool {
        let member = match (&self.member, member) {
            (None, _) => true,
            (Some(pattern), Some(member)) => glob_match(pattern, member),
            (Some(_), None) => false,
        };
        self.check == check && glob_match(&self.file, file) && member
    }

    /// Returns whether it is about the same places as another row.
    fn is_same(&self, other: &Self) -> bool {
        (&self.check, &self.file, &self.member) == (&other.check, &other.file, &other.member)
    }

    /// The fault of a row, where `before` has the rows above it: a check that does not exist, no reason, or listed twice.
    pub(super) fn fault(&self, before: &[Self]) -> Option<String> {
        if find(&self.check).is_none() {
            Some(format!("there is no check `{}`", self.check))
        } else if self.reason.trim().is_empty() {
            Some(format!("{self} is accepted without a reason"))
        } else if before.iter().any(|other| other.is_same(self)) {
            Some(format!("{self} is accepted twice: drop one row"))
        } else {
            None
        }
    }
}

/// The places that it is about.
impl fmt::Display for Acceptance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` in `{}`", self.check, self.file)?;
        match &self.member {
            Some(member) => write!(formatter, ", `{member}`"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_about_the_places_of_its_patterns() {
        let row = |file: &str, member: Option<&str>| Acceptance {
            check: "run-path".to_owned(),
            file: file.to_owned(),
            member: member.map(str::to_owned),
            reason: "known".to_owned(),
            expires: Date::constant(2027, 1, 31),
        };
        let file = "a-1.0-cp310-abi3-macosx_11_0_arm64.whl";
        let covers = |row: &Acceptance, member| row.covers("run-path", file, member);
        assert!(covers(&row("*", None), None));
        assert!(covers(&row("*-macosx_*", None), Some("a/b.so")));
        assert!(covers(&row("*", Some("a/*.so")), Some("a/b.so")));
        assert!(covers(&row("*", Some("**/*.so")), Some("a/b/c.so")));
        assert!(!covers(&row("*-win*", None), None));
        assert!(!covers(&row("*", Some("a/*.so")), Some("a/b/c.so")));
        // A row about members is not about the whole file.
        assert!(!covers(&row("*", Some("**")), None));
        assert!(!row("*", None).covers("exec-stack", file, None));
    }
}
