//! git, started so that nothing but the checkout decides what it answers.

use crate::process::command::Invocation;

/// git, which reads the objects of the checkout as they are: without replacements, and whatever the variables of the
/// caller name as its folders.
pub(super) fn git() -> Invocation {
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"]
        .iter()
        .fold(Invocation::new("git"), |git, variable| git.without(variable))
        .env("GIT_NO_REPLACE_OBJECTS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
}
