//! The project at one revision, with the plan of its release.

use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;
use wheel_audit::wheel::release::{DistFile, list};

use super::crate_facts::CrateFacts;
use super::{OUTPUTS, Project, Revision, agreement};
use crate::failure::Failure;
use crate::tool::git;

/// The project at one revision, and the plan of its release.
#[derive(Clone, Debug)]
pub struct Source {
    pub project: Project,
    /// None if the project is not in a git checkout with a commit.
    pub revision: Option<Revision>,
    pub plan: Plan,
    /// The files from which the plan was derived, as they were read then. Empty for a project.
    pub read: Vec<DistFile>,
}

impl Source {
    /// Reads the project in `root` and derives its plan. `handed` is cargo's answer, where another job has asked.
    pub fn open(root: &Path, handed: Option<&CrateFacts>) -> Result<Self> {
        let project = Project::read(root, handed)?;
        let revision = git::revision(&project.root, &OUTPUTS)?;
        let tags = revision.as_ref().map(|revision| revision.tags.as_slice()).unwrap_or_default();
        let plan = agreed(&project, tags)?;
        Self { project, revision, plan, read: Vec::new() }.with_foreign()
    }

    /// The same source, with the files in `dist/` that other jobs have built for it.
    pub fn with_foreign(mut self) -> Result<Self> {
        let plan = &mut self.plan;
        for path in list(&self.project.dist())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if self.project.table.foreign.matches(&name) && !plan.is_foreign(&name) {
                plan.foreign.push(name.clone());
                plan.unpromised.push(name);
            }
        }
        Ok(self)
    }

    /// The name of the sdist, which every project has.
    pub fn sdist(&self) -> Result<&str> {
        self.plan.sdist.as_deref().context("the plan of a project has an sdist")
    }

    /// The checked-out commit.
    pub fn commit(&self) -> Option<&str> {
        self.revision.as_ref().map(|revision| revision.commit.as_str())
    }

    /// The top folder of the repository. Without one, that of the project, or of files that others built.
    pub fn top(&self) -> &Path {
        match &self.revision {
            Some(revision) => &revision.checkout.top,
            None => self.project.folder.as_deref().unwrap_or(&self.project.root),
        }
    }

    /// True if the checkout differs from its commit.
    pub fn is_dirty(&self) -> bool {
        self.revision.as_ref().is_some_and(|revision| revision.dirty)
    }
}

/// The plan of a project, or one failure with all disagreements of its files.
pub fn agreed(project: &Project, tags: &[String]) -> Result<Plan> {
    agreement::plan(project, tags).map_err(|disagreements| {
        let lines = disagreements.join("\n  ");
        Failure::refused(format!("the project's files disagree:\n  {lines}")).into()
    })
}

/// The time stamp of built files: the time of the commit, or else `SOURCE_DATE_EPOCH`.
pub fn epoch(revision: Option<&Revision>) -> Result<u64> {
    if let Some(revision) = revision {
        return Ok(revision.epoch);
    }
    let text = std::env::var("SOURCE_DATE_EPOCH").map_err(|_| {
        Failure::usage(
            "the project is not in a git checkout with a commit, so built files have no time stamp",
        )
        .hint("commit, or set `SOURCE_DATE_EPOCH` to seconds since 1970")
    })?;
    Ok(text.parse().map_err(|_| {
        Failure::usage(format!("`SOURCE_DATE_EPOCH` is `{text}`, expected a number of seconds"))
    })?)
}
