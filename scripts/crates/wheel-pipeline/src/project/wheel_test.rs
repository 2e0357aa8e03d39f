//! The keys of the table that say how a wheel is tested. Those of a test suite have the names and the meaning of
//! [cibuildwheel's options](https://cibuildwheel.pypa.io/en/stable/options/#testing).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use wheel_audit::names::normalize;

/// The test of a wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WheelTest<'a> {
    /// Every module is imported, and every program is started.
    Imports,
    /// A script that exits with 0 if the installed package works.
    Script(&'a Path),
    /// Commands of a shell.
    Suite(&'a [String]),
}

/// The package that depends on the release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downstream {
    /// Its folder, relative to the project.
    pub path: PathBuf,
    /// The commands that test it. Without any, its folder `tests` has tests for `unittest`.
    pub test_command: Vec<String>,
    pub test_requires: Vec<String>,
}

impl<'de> Deserialize<'de> for Downstream {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        struct Keys {
            path: PathBuf,
            #[serde(default, deserialize_with = "commands")]
            test_command: Vec<String>,
            #[serde(default, deserialize_with = "words")]
            test_requires: Vec<String>,
        }
        #[derive(Deserialize)]
        #[serde(
            untagged,
            expecting = "expected a folder, or a table with `path`, `test-command` and `test-requires`"
        )]
        enum Written {
            Path(PathBuf),
            Keys(Keys),
        }
        Ok(match Written::deserialize(input)? {
            Written::Path(path) => {
                Self { path, test_command: Vec::new(), test_requires: Vec::new() }
            }
            Written::Keys(Keys { path, test_command, test_requires }) => {
                Self { path, test_command, test_requires }
            }
        })
    }
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or a list of strings")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// A command, or a list of commands.
pub fn commands<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMore::deserialize(input)? {
        OneOrMore::One(command) => vec![command],
        OneOrMore::More(commands) => commands,
    })
}

/// Words as a shell splits them, or a list. None may be an option of pip.
pub fn words<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    let words = match OneOrMore::deserialize(input)? {
        OneOrMore::One(words) => {
            shlex::split(&words).ok_or_else(|| D::Error::custom("a quotation mark is missing"))?
        }
        OneOrMore::More(words) => words,
    };
    match words.iter().find(|word| word.trim_start().starts_with('-')) {
        Some(option) => Err(D::Error::custom(format!("`{option}` is an option, not a name"))),
        None => Ok(words),
    }
}

/// Extras: between commas, or a list.
pub fn extras<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMore::deserialize(input)? {
        OneOrMore::One(extras) => {
            let extras = extras.split(',').map(str::trim);
            extras.filter(|extra| !extra.is_empty()).map(str::to_owned).collect()
        }
        OneOrMore::More(extras) => extras,
    })
}

/// An item of a dependency group ([PEP 735](https://peps.python.org/pep-0735/)).
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum GroupItem {
    Requirement(String),
    #[serde(rename_all = "kebab-case")]
    Group {
        include_group: String,
    },
}

/// The requirements of some dependency groups, or the reason why there is no such group.
pub fn group_requirements(
    groups: &BTreeMap<String, Vec<GroupItem>>,
    wanted: &[String],
) -> Result<Vec<String>, String> {
    fn add(
        groups: &BTreeMap<String, Vec<GroupItem>>,
        name: &str,
        above: &mut Vec<String>,
        all: &mut Vec<String>,
    ) -> Result<(), String> {
        let normal = normalize(name);
        if above.contains(&normal) {
            return Err(format!("the dependency group `{name}` includes itself"));
        }
        let items = groups.iter().find(|(key, _)| normalize(key) == normal);
        let (_, items) = items.ok_or_else(|| format!("there is no dependency group `{name}`"))?;
        above.push(normal);
        for item in items {
            match item {
                GroupItem::Requirement(requirement) => all.push(requirement.clone()),
                GroupItem::Group { include_group } => add(groups, include_group, above, all)?,
            }
        }
        above.pop();
        Ok(())
    }
    let mut all = Vec::new();
    for name in wanted {
        add(groups, name, &mut Vec::new(), &mut all)?;
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirements(text: &str, wanted: &[&str]) -> Result<Vec<String>, String> {
        let groups: BTreeMap<String, Vec<GroupItem>> = toml::from_str(text).expect("TOML");
        let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
        group_requirements(&groups, &wanted)
    }

    #[test]
    fn a_dependency_group_may_include_others() {
        let text =
            "Test_All = [\"pytest>=8\", { include-group = \"cov\" }]\ncov = [\"coverage\"]\n";
        assert_eq!(
            requirements(text, &["test-all"]),
            Ok(vec!["pytest>=8".into(), "coverage".into()])
        );
        assert_eq!(
            requirements(text, &["cov", "docs"]),
            Err("there is no dependency group `docs`".to_owned())
        );
        let circle = "a = [{ include-group = \"b\" }]\nb = [{ include-group = \"A\" }]\n";
        assert_eq!(
            requirements(circle, &["a"]),
            Err("the dependency group `A` includes itself".to_owned())
        );
    }
}
