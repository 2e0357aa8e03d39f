//! What pip needs in a container to find its index: the settings of the user's pip, the way through a proxy, and a folder
//! for the files.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::address;
use crate::process::command::Invocation;
use crate::process::environment::Grant;
use crate::tool::pip;
use crate::tool::python::tools::Tools;

/// The downloads of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downloads {
    /// The folder of the files, which must exist.
    pub wheelhouse: PathBuf,
    /// The address of the index. It may hold a password, so it is in no command line.
    index: String,
}

/// The variables that pip reads, beside the index. A container gets those that are set.
const VARIABLES: [&str; 11] = [
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_TRUSTED_HOST",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "ALL_PROXY",
];

impl Downloads {
    /// The downloads into a folder, which is made.
    pub fn into(wheelhouse: &Path, tools: &Tools) -> Result<Self> {
        std::fs::create_dir_all(wheelhouse)
            .with_context(|| format!("cannot make `{}`", wheelhouse.display()))?;
        Ok(Self { wheelhouse: wheelhouse.to_owned(), index: pip::index(tools)? })
    }

    /// Gives a container the network and the settings.
    pub fn add_to(&self, run: Invocation) -> Invocation {
        let run = run.grant(Grant::Pip).env("PIP_INDEX_URL", &self.index);
        // An index on this machine's loopback is not on that of the container.
        let is_here = address::parse(&self.index).is_some_and(|url| address::names_loopback(&url));
        let run = if is_here { run.args(["--network", "host"]) } else { run };
        let names = std::iter::once("PIP_INDEX_URL").chain(VARIABLES);
        names.fold(run, |run, name| run.args(["--env", name]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(index: &str) -> String {
        let downloads = Downloads { wheelhouse: "/houses".into(), index: index.to_owned() };
        downloads.add_to(Invocation::new("docker").arg("run")).to_string()
    }

    #[test]
    fn settings_are_handed_on_by_name_and_an_index_on_this_machine_is_reached() {
        let elsewhere = line("https://user:secret@example.org/simple/");
        assert!(elsewhere.starts_with("docker run --env PIP_INDEX_URL --env "), "{elsewhere}");
        assert!(!elsewhere.contains("secret") && !elsewhere.contains("--network"), "{elsewhere}");
        assert!(line("http://127.0.0.1:3141/simple/").starts_with("docker run --network host "));
    }
}
