//! `explain`: what a check is for, from the documentation itself, so that there is one text.

use wheel_audit::check::{CHECKS, Check};

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::report::Report;

const DOCUMENTATION: &str = include_str!("../../../../../../docs/checks.md");

/// What `explain` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The name of the check, as in a finding
    pub check: String,
}

/// Prints the section of a check.
///
/// # Errors
///
/// [`Code::Usage`] when there is no such check.
pub fn run(args: &Args, report: &Report) -> anyhow::Result<Verdict> {
    let check = check(&args.check)?;
    report.data(&section(check.name));
    Ok(Verdict::Yes)
}

/// The check of that name.
///
/// # Errors
///
/// [`Code::Usage`] with every name there is.
pub fn check(name: &str) -> Result<&'static Check, Failure> {
    CHECKS.iter().find(|check| check.name == name).ok_or_else(|| {
        let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        Failure::usage(format!("there is no check `{name}`"))
            .hint(format!("the checks are {}", names.join(", ")))
    })
}

/// A section of the documentation with its heading.
fn section(name: &str) -> String {
    let heading = format!("## {name}\n");
    let Some((_, after)) = DOCUMENTATION.split_once(&heading) else {
        return String::new();
    };
    let body = after.split("\n## ").next().unwrap_or(after);
    format!("{heading}{}\n", body.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_explained_with_what_why_and_remedy() {
        for check in CHECKS {
            let text = section(check.name);
            for part in ["**What.**", "**Why.**", "**Remedy.**"] {
                assert!(text.contains(part), "{} lacks {part}", check.name);
            }
        }
    }
}
