//! The changes of `init`: the table, the workflow, and the file with the program that it installs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use toml::Table;
use wheel_audit::names::normalize;

use super::change::Change;
use super::proposal::Proposal;
use super::sources::Sources;
use super::table_text;
use super::today::workflow::{FOLDER, Workflow};
use super::workflow::mark::is_made_for;
use super::workflow::{FILE, Program, Requirements, Settings};
use crate::failure::Failure;
use crate::project::pyproject::PYPROJECT;

/// The change of `pyproject.toml`.
///
/// A table that is there is the project's: it is compared with the wheels of today. Without workflows that build wheels,
/// there is nothing to compare it with.
///
/// # Errors
///
/// When no table can stand behind the file, for example because `tool` is written in one line.
pub fn table(sources: &Sources, proposal: &Proposal) -> Result<Change> {
    let text = &sources.text;
    let is_there = sources.tool("wheel-pipeline").is_some();
    let changed = match is_there {
        true if proposal.usual => None,
        true => table_text::with_changed(text, proposal),
        false => {
            let new = table_text::with_new(text, proposal);
            if let Err(error) = toml::from_str::<Table>(&new) {
                return Err(Failure::refused(format!(
                    "`{}` cannot get a table `[tool.wheel-pipeline]`: {}",
                    sources.root.join(PYPROJECT).display(),
                    error.message()
                ))
                .hint("write the tables of tools as `[tool.NAME]`, each on lines of its own")
                .into());
            }
            Some(new)
        }
    };
    Ok(Change {
        name: sources.name(PYPROJECT),
        path: sources.root.join(PYPROJECT),
        old: Some(text.clone()),
        refused: is_there && changed.is_some(),
        new: changed.unwrap_or_else(|| text.clone()),
    })
}

/// The workflow for the project's table, or else for the proposed one, and the file with the program.
pub fn workflow(
    sources: &Sources,
    proposal: &Proposal,
    workflows: &[Workflow],
    file: Option<&str>,
) -> Result<[Change; 2]> {
    let settings = settings(sources, proposal);
    if let Some(fault) = settings.fault() {
        return Err(Failure::refused(fault)
            .hint("rename the folder, or write the workflow by hand")
            .into());
    }
    let made = workflows.iter().find(|workflow| is_made_for(&workflow.text, &sources.below));
    let file = match file.or(made.map(|workflow| workflow.file.as_str())) {
        Some(file) => file.to_owned(),
        None => free_name(sources),
    };
    let workflow = change(sources, &format!("{FOLDER}/{file}"), settings.render())?;
    let mut program = change(sources, Requirements::PATH, Requirements::text())?;
    if let Some(own) =
        program.old.clone().filter(|own| Requirements::without_hashes(own) == program.new)
    {
        program = Change { new: own, refused: false, ..program };
    }
    Ok([workflow, program])
}

/// The usual name of the workflow, or one with the project's name if another workflow has the usual one.
fn free_name(sources: &Sources) -> String {
    if !sources.repository.join(FOLDER).join(FILE).exists() {
        return FILE.to_owned();
    }
    let name = sources.pyproject.get("project").and_then(|project| project.get("name")?.as_str());
    format!("release-{}.yml", normalize(name.unwrap_or("wheels")))
}

/// The change of a file below the top of the repository. A file that is there is never changed.
fn change(sources: &Sources, name: &str, new: String) -> Result<Change> {
    let path = sources.repository.join(name);
    let old = read(&path)?;
    let mut change = Change { name: name.to_owned(), path, old, new, refused: false };
    change.refused = change.old.is_some() && !change.is_made();
    Ok(change)
}

fn read(path: &Path) -> Result<Option<String>> {
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?))
}

/// The settings of the project's workflow.
fn settings(sources: &Sources, proposal: &Proposal) -> Settings {
    let table = sources.tool("wheel-pipeline");
    let is_on =
        |key: &str| table.and_then(|table: &Table| table.get(key)?.as_bool()).unwrap_or(false);
    let tag = match table {
        Some(table) => table.get("tag").and_then(|tag| tag.as_str()).map(str::to_owned),
        None => proposal.tag.clone(),
    };
    Settings {
        program: Program::Installed,
        below: sources.below.clone(),
        tag,
        rebuild: is_on("rebuild"),
        second_build: is_on("second-build"),
        own_rust: sources.names_rust(),
    }
}
