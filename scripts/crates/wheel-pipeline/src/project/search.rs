//! The search for the project, in the folders from the working directory upwards, as cargo and uv do.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use toml::Table;

use super::pyproject::PYPROJECT;
use crate::failure::Failure;

/// The project that the command line names, or the one that the working directory belongs to.
pub fn named_or_nearest(named: Option<&Path>) -> Result<PathBuf> {
    match named {
        Some(named) => Ok(named.to_owned()),
        None => Ok(nearest(&here()?)?),
    }
}

/// The working directory.
pub fn here() -> Result<PathBuf> {
    std::env::current_dir().context("the working directory cannot be read")
}

/// The folder of the project that `start` belongs to: the nearest one upwards with the table `[tool.wheel-pipeline]`, or
/// else the nearest one with a `pyproject.toml`, so that the missing table is told.
fn nearest(start: &Path) -> Result<PathBuf, Failure> {
    let any = || start.ancestors().find(|folder| folder.join(PYPROJECT).exists());
    with_table(start).or_else(|| any().map(Path::to_owned)).ok_or_else(|| {
        Failure::usage(format!(
            "there is no `{PYPROJECT}` in `{}` or in a folder above it",
            start.display()
        ))
        .hint("run in a folder of the project, or name the project with `--project DIR`")
    })
}

/// The nearest folder upwards whose project has the table.
pub fn with_table(start: &Path) -> Option<PathBuf> {
    start.ancestors().find(|folder| mentions_table(&folder.join(PYPROJECT))).map(Path::to_owned)
}

/// Returns true if the file has the table, or is broken and speaks of it. Then its fault is told, and no other project
/// is taken in its place.
fn mentions_table(path: &Path) -> bool {
    let Ok(text) = fs::read_to_string(path) else { return false };
    match toml::from_str::<Table>(&text) {
        Ok(table) => table.get("tool").is_some_and(|tool| tool.get("wheel-pipeline").is_some()),
        Err(_) => text.contains("wheel-pipeline"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "[tool.wheel-pipeline]\n";
    const OTHER: &str = "[tool.wheel-pipelines]\n";

    /// The folder that is found from `a/b/c`, with some projects above it.
    fn found(projects: &[(&str, &str)]) -> Result<String, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let start = folder.path().join("a/b/c");
        fs::create_dir_all(&start).expect("made");
        for (place, text) in projects {
            fs::write(folder.path().join(place).join(PYPROJECT), text).expect("written");
        }
        let below = |path: PathBuf| {
            path.strip_prefix(folder.path())
                .expect("below")
                .display()
                .to_string()
                .replace('\\', "/")
        };
        nearest(&start)
            .map(below)
            .map_err(|failure| failure.to_string().replace(&start.display().to_string(), "[START]"))
    }

    #[test]
    fn the_nearest_project_with_the_table_is_found() {
        for (projects, expected) in [
            (&[("a/b/c", OURS)][..], "a/b/c"),
            (&[("a", OURS)], "a"),
            (&[("a", OURS), ("a/b", OURS)], "a/b"),
            (&[("a", OURS), ("a/b", OTHER)], "a"),
            (&[("a", OTHER)], "a"),
            (&[("a", OTHER), ("a/b", OTHER)], "a/b"),
            (&[("a", OURS), ("a/b", "tool.wheel-pipeline = [")], "a/b"),
            (&[("a", OURS), ("a/b", "broken in a test = [")], "a"),
        ] {
            assert_eq!(found(projects).as_deref(), Ok(expected), "{projects:?}");
        }
    }

    #[test]
    fn without_a_project_the_message_says_where_it_was_looked_for() {
        assert_eq!(
            found(&[]).expect_err("none"),
            "there is no `pyproject.toml` in `[START]` or in a folder above it"
        );
    }
}
