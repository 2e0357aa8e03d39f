//! The documents of a release that `plan` can compare: the changelog and the licenses of the linked crates.

use std::fs;

use anyhow::{Context, Result};

use crate::program::command;
use crate::project::changelog;
use crate::project::source::Source;
use crate::report::Report;
use crate::stage::licenses;

/// Warns of a changelog without the tagged version, and of licenses that are not those of the linked crates. A project may
/// have neither document.
pub fn check(source: &Source, report: &Report) -> Result<()> {
    let project = &source.project;
    if source.plan.tag.is_some()
        && let Some(path) = changelog::find(&project.root, source.top())
    {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        if changelog::section(&text, &project.version).is_none() {
            report.warn_and_advise(
                &format!(
                    "`{}` has no section for {}, so the release is announced by its version alone",
                    path.display(),
                    project.version
                ),
                "write the section, and tag that commit",
            );
        }
    }
    if project.root.join(licenses::FILE).is_file() && !licenses::is_current(source)? {
        report.warn_and_advise(
            &format!("`{}` is not that of the crates that are linked now", licenses::FILE),
            &format!("run `{}`, and commit the file", command("licenses")),
        );
    }
    Ok(())
}
