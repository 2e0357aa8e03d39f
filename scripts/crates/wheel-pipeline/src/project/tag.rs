//! The spelling of a project's version tags: `v{version}`, `py-v{version}`, `name/{version}`.
//!
//! Versions are compared as Python compares them, so that the tag `v1.0-rc.1` is that of version 1.0.0rc1. Every other
//! tag is that of another package, or no version tag at all.

use std::str::FromStr;

use pep440_rs::Version;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// The place of the version in a spelling.
const VERSION: &str = "{version}";

/// The spelling of a project's version tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagSpelling {
    /// The first is that of new tags. Only the default has more than one.
    forms: Vec<Form>,
}

/// What stands before and behind the version.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Form {
    before: String,
    behind: String,
}

/// Both spellings that most projects use.
impl Default for TagSpelling {
    fn default() -> Self {
        let form = |before: &str| Form { before: before.to_owned(), behind: String::new() };
        Self { forms: vec![form("v"), form("")] }
    }
}

impl TagSpelling {
    /// The version of a tag. None if the tag is spelled in another way.
    pub fn matches(&self, tag: &str) -> Option<Version> {
        self.version_text(tag)?.parse().ok()
    }

    /// The version of a tag, as the tag writes it: `1.0.0-rc.1`. None if the tag is spelled in another way.
    fn version_text<'a>(&self, tag: &'a str) -> Option<&'a str> {
        self.forms.iter().find_map(|form| {
            let text = tag.strip_prefix(&form.before)?.strip_suffix(&form.behind)?;
            // A version may have a `v` before it and space around it, which are not part of a tag's version.
            let begins = text.starts_with(|c: char| c.is_ascii_digit());
            let is_version = begins && !text.ends_with(char::is_whitespace);
            let is_version = is_version && Version::from_str(text).is_ok();
            is_version.then_some(text)
        })
    }

    /// The tag of a version.
    pub fn tag(&self, version: &str) -> String {
        let Form { before, behind } =
            self.forms.first().expect("both constructors make at least one form");
        format!("{before}{version}{behind}")
    }

    /// The spelling for people: `v{version}` or `{version}`.
    pub fn describe(&self) -> String {
        let form = |form: &Form| format!("`{}{VERSION}{}`", form.before, form.behind);
        self.forms.iter().map(form).collect::<Vec<_>>().join(" or ")
    }
}

impl FromStr for TagSpelling {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (before, behind) =
            text.split_once(VERSION).ok_or_else(|| format!("has no `{VERSION}`"))?;
        if behind.contains(VERSION) {
            return Err(format!("has `{VERSION}` more than once"));
        }
        // git allows more. These need no quotes in a shell, a workflow or an address.
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@+".contains(c);
        if let Some(other) = before.chars().chain(behind.chars()).find(|c| !plain(*c)) {
            return Err(format!(
                "has `{}`, but a tag is spelled with letters, digits and `-_./@+`",
                other.escape_debug()
            ));
        }
        let form = Form { before: before.to_owned(), behind: behind.to_owned() };
        let spelling = Self { forms: vec![form] };
        match refused_by_git(&spelling.tag("1.0.0")) {
            Some(why) => Err(format!("is no name of a tag: {why}")),
            None => Ok(spelling),
        }
    }
}

/// The reason why git refuses a tag of plain characters
/// ([git-check-ref-format](https://git-scm.com/docs/git-check-ref-format)).
fn refused_by_git(tag: &str) -> Option<&'static str> {
    let parts = || tag.split('/');
    [
        (tag.starts_with('-'), "it begins with `-`"),
        (parts().any(str::is_empty), "a part before or behind `/` is empty"),
        (parts().any(|part| part.starts_with('.')), "a part begins with `.`"),
        (parts().any(|part| part.ends_with(".lock")), "a part ends with `.lock`"),
        (tag.contains(".."), "it has `..`"),
        (tag.ends_with('.'), "it ends with `.`"),
    ]
    .into_iter()
    .find_map(|(refused, why)| refused.then_some(why))
}

impl<'de> Deserialize<'de> for TagSpelling {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = String::deserialize(input)?;
        text.parse().map_err(|why| {
            D::Error::custom(format!(
                "`tag`: `{}` {why}\nhint: write the tags of this project as `v{VERSION}` or `name-v{VERSION}`",
                text.escape_debug()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spelling(text: &str) -> TagSpelling {
        text.parse().expect(text)
    }

    fn version(text: &str) -> Option<Version> {
        Some(text.parse().expect("a version"))
    }

    #[test]
    fn by_default_a_v_may_stand_before_the_version() {
        let both = TagSpelling::default();
        for (tag, of) in [
            ("v1.2.3", version("1.2.3")),
            ("1.2.3", version("1.2.3")),
            ("v0.13", version("0.13.0")),
            ("v1.0.0-rc.1", version("1.0.0rc1")),
            ("1.0.0rc1", version("1.0.0rc1")),
            ("vv1.2.3", None),
            ("V1.2.3", None),
            ("v", None),
            ("", None),
            ("nightly", None),
            ("v2-nightly", None),
            ("py-v1.2.3", None),
            ("other/1.2.3", None),
            ("v1.2.3 ", None),
            ("v1.2.3\n", None),
        ] {
            assert_eq!(both.matches(tag), of, "{tag}");
        }
        assert_eq!(both.tag("1.2.3"), "v1.2.3");
        assert_eq!(both.describe(), "`v{version}` or `{version}`");
    }

    #[test]
    fn a_project_may_spell_its_tags_otherwise() {
        for (text, tag, written) in [
            ("{version}", "1.0.0-rc.1", "1.0.0-rc.1"),
            ("py-v{version}", "py-v1.2.3", "1.2.3"),
            ("name/{version}", "name/1.2.3", "1.2.3"),
            ("name@{version}", "name@1.2.3", "1.2.3"),
            ("py3{version}", "py31.2.3", "1.2.3"),
            ("{version}-py", "0.13-py", "0.13"),
        ] {
            let spelling = spelling(text);
            assert_eq!(spelling.version_text(tag), Some(written), "{tag}");
            assert_eq!(spelling.matches(tag), version(written), "{tag}");
            assert_eq!(spelling.tag(written), tag);
            assert_eq!(spelling.describe(), format!("`{text}`"));
        }
        assert_eq!(spelling("v{version}").matches("1.2.3"), None);
        assert_eq!(spelling("py-v{version}").matches("v1.2.3"), None);
        assert_eq!(spelling("py-v{version}").matches("py-vv1.2.3"), None);
    }

    #[test]
    fn a_spelling_that_names_no_tag_is_refused() {
        let mut said = String::new();
        for text in [
            "",
            "v1.2.3",
            "v{ version }",
            "{version}{version}",
            "a b{version}",
            "$(ls){version}",
            "é{version}",
            "a\n{version}",
            "-{version}",
            "/{version}",
            "a//{version}",
            "{version}/",
            ".{version}",
            "a/.{version}",
            "..{version}",
            "a..{version}",
            "{version}.",
            "{version}.lock",
        ] {
            let why = text.parse::<TagSpelling>().expect_err(text);
            said += &format!("{:24} {why}\n", text.escape_debug().to_string());
        }
        insta::assert_snapshot!(said, @r"
                                 has no `{version}`
        v1.2.3                   has no `{version}`
        v{ version }             has no `{version}`
        {version}{version}       has `{version}` more than once
        a b{version}             has ` `, but a tag is spelled with letters, digits and `-_./@+`
        $(ls){version}           has `$`, but a tag is spelled with letters, digits and `-_./@+`
        é{version}               has `é`, but a tag is spelled with letters, digits and `-_./@+`
        a\n{version}             has `\n`, but a tag is spelled with letters, digits and `-_./@+`
        -{version}               is no name of a tag: it begins with `-`
        /{version}               is no name of a tag: a part before or behind `/` is empty
        a//{version}             is no name of a tag: a part before or behind `/` is empty
        {version}/               is no name of a tag: a part before or behind `/` is empty
        .{version}               is no name of a tag: a part begins with `.`
        a/.{version}             is no name of a tag: a part begins with `.`
        ..{version}              is no name of a tag: a part begins with `.`
        a..{version}             is no name of a tag: it has `..`
        {version}.               is no name of a tag: it ends with `.`
        {version}.lock           is no name of a tag: a part ends with `.lock`
        ");
    }

    proptest! {
        #[test]
        fn the_tag_of_a_version_is_that_version(
            before in "([a-z0-9@][a-z0-9_+-]{0,4}(/|-v|@)?)?", numbers in "[0-9]{1,4}(\\.[0-9]{1,3}){0,3}(-rc\\.[0-9]{1,2})?",
        ) {
            let spelling = spelling(&format!("{before}{{version}}"));
            prop_assert_eq!(spelling.matches(&spelling.tag(&numbers)), version(&numbers));
        }

        #[test]
        fn no_tag_makes_it_panic(before in "\\PC{0,4}", tag in "\\PC{0,12}") {
            let _made = format!("{before}{{version}}").parse::<TagSpelling>();
            let _version = TagSpelling::default().matches(&tag);
        }
    }
}
