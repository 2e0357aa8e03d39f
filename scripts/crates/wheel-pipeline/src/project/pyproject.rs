//! `pyproject.toml`, as far as the pipeline reads it.

use std::path::PathBuf;

use serde::Deserialize;

use super::table::PromiseTable;

#[derive(Deserialize)]
pub struct PyProject {
    pub project: ProjectTable,
    #[serde(default)]
    pub tool: ToolTables,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProjectTable {
    pub name: String,
    pub version: Option<String>,
    pub requires_python: Option<String>,
    #[serde(default)]
    pub dynamic: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ToolTables {
    pub wheel_pipeline: Option<PromiseTable>,
    #[serde(default)]
    pub maturin: MaturinTable,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MaturinTable {
    #[serde(default)]
    pub features: Vec<String>,
    pub manifest_path: Option<PathBuf>,
}
