//! Leftovers of a build or of a developer's machine, for the checks of wheels and of sdists.

/// Parts of paths that no project means to publish.
const LEFTOVERS: &[&str] = &[
    "__pycache__",
    ".DS_Store",
    "Thumbs.db",
    ".git",
    ".svn",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".venv",
    ".tox",
    ".nox",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".coverage",
    "CMakeCache.txt",
    "CMakeFiles",
];

/// The ends of names that a compiler gives what it makes on the way.
const OBJECTS: &[&str] = &[".o", ".rlib", ".rmeta", ".ilk"];

/// The first part of a path that no project means to publish, or that is one of `others`; or the end of its name, if a
/// compiler made it.
pub(super) fn leftover<'a>(path: &'a str, others: &[&str]) -> Option<&'a str> {
    let part = path.split('/').find(|part| LEFTOVERS.contains(part) || others.contains(part));
    part.or_else(|| OBJECTS.iter().find(|end| path.ends_with(**end)).copied())
}
