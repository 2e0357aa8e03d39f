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
    ".env",
];

/// The first part of a path that no project means to publish, or that is one of `others`.
pub(super) fn leftover<'a>(path: &'a str, others: &[&str]) -> Option<&'a str> {
    path.split('/').find(|part| LEFTOVERS.contains(part) || others.contains(part))
}
