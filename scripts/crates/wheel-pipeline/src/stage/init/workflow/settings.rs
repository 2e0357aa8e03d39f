//! The settings of a workflow: what the table asks for, and where the project and the program are.

use super::mark::{MARK, OWN_MARK};
use super::requirements::install;
use super::template::{RELEASE, fill};
use crate::project::tag::TagSpelling;

/// The version of Rust of a release, for a project that pins none.
const RUST: &str = "1.95.0";

/// The way in which a job gets the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// A job compiles it from the source in the repository. Jobs on other systems run this command, which compiles it too.
    Built(&'static str),
    /// pip installs it.
    Installed,
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub program: Program,
    /// The project's folder below the top of the repository. Empty at the top.
    pub below: String,
    /// The spelling of version tags, where the table names one.
    pub tag: Option<String>,
    /// True if every target is built a second time.
    pub rebuild: bool,
    /// True if a second builder builds the wheels too.
    pub second_build: bool,
    /// True if a file of the project names the Rust of its builds.
    pub own_rust: bool,
}

impl Settings {
    /// The workflow.
    pub fn render(&self) -> String {
        let built = matches!(self.program, Program::Built(_));
        let conditions = [
            ("built", built),
            ("installed", !built),
            ("rebuild", self.rebuild),
            ("second-build", self.second_build),
            ("rust", !self.own_rust),
        ];
        let holds: Vec<&str> =
            conditions.iter().filter(|(_, holds)| *holds).map(|(name, _)| *name).collect();
        let below = if self.below.is_empty() { String::new() } else { format!("{}/", self.below) };
        let project = if self.below.is_empty() {
            String::new()
        } else {
            format!(" --project {}", self.below)
        };
        let (program, compiled) = match self.program {
            Program::Built(compiled) => ("target/program/wheel-pipeline", compiled),
            Program::Installed => ("wheel-pipeline", "wheel-pipeline"),
        };
        let made = match self.program {
            Program::Built(_) => {
                format!("{OWN_MARK}. The template is that of `wheel-pipeline init`.")
            }
            Program::Installed => format!(
                "{MARK} {} from the table in `{below}pyproject.toml`. `init --check` compares them.",
                env!("CARGO_PKG_VERSION")
            ),
        };
        fill(
            RELEASE,
            &holds,
            &[
                ("made", made.trim_start_matches("# ")),
                ("tags", &self.tags()),
                ("rust", RUST),
                ("below", &below),
                ("program", &format!("{program}{project}")),
                ("compiled", &format!("{compiled}{project}")),
                ("install", &install()),
            ],
        )
    }

    /// The pattern of version tags. A spelling without a beginning has that of a number.
    fn tags(&self) -> String {
        let spelling =
            self.tag.as_ref().and_then(|tag| tag.parse::<TagSpelling>().ok()).unwrap_or_default();
        let (before, behind) = {
            let tag = spelling.tag("*");
            let (before, behind) = tag.split_once('*').unwrap_or_default();
            (before.to_owned(), behind.to_owned())
        };
        let version = if before.is_empty() { "[0-9]*" } else { "*" };
        format!("{before}{version}{behind}")
    }

    /// The reason why no workflow can be made.
    pub fn fault(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@+".contains(c);
        let other = self.below.chars().find(|c| !plain(*c))?;
        Some(format!(
            "the folder `{}` has `{}` in its name, which a workflow would need to quote",
            self.below,
            other.escape_debug()
        ))
    }
}
