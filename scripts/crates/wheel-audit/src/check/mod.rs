//! Judging: facts and plan become findings. Pure functions, one file per check, with its documentation beside it.
//!
//! A [`Finding`] says that a file is bad. A check that cannot tell, has nothing to compare the release with, or finds
//! nothing of its kind to look at says so with [`NotJudged`], which is never a pass.

mod abi3_symbols;
mod architecture;
mod binary_structure;
mod bundled_runtime;
mod classifiers;
mod code_signature;
mod contents_exact;
mod cpu_baseline;
mod debug_build;
mod definition;
mod dist_as_built;
mod dist_matches_plan;
mod entry_points;
mod exec_stack;
mod fields;
mod file_name;
mod finding;
mod flaws;
mod free_threading;
mod index_accepts;
pub mod install_table;
mod leftovers;
mod libc_floor;
mod license;
mod linked_libraries;
mod macos_floor;
mod marker;
mod meaning;
mod metadata_agrees;
mod metadata_valid;
mod no_leaked_paths;
mod package_files;
mod page;
mod page_alignment;
mod placed;
mod projects;
mod record_complete;
mod registry;
mod requirement;
mod run_path;
mod runtime_floor;
mod sbom;
mod sdist_builds;
mod sdist_contents;
mod sdist_structure;
mod secrets;
mod served;
mod size_and_quota;
mod specifiers;
mod stubs;
mod suffix_and_exports;
mod tags_agree;
mod text_relocations;
mod top_level_names;
mod vc_runtime;
mod version_agrees;
mod zip_structure;

pub use definition::{Check, CheckInput};
pub use finding::{CheckResult, Finding, NotJudged, Outcome, Severity, Unknown};
pub use page::page;
pub use registry::{CHECKS, find};
