//! The list of all checks.

use super::definition::Check;
use super::{
    abi3_symbols, architecture, binary_structure, bundled_runtime, code_signature, contents_exact,
    cpu_baseline, debug_build, dist_as_built, dist_matches_plan, entry_points, exec_stack,
    file_name, index_accepts, install_table, installable_tags, libc_floor, linked_libraries,
    macos_floor, metadata_agrees, metadata_valid, no_leaked_paths, package_files, page_alignment,
    record_complete, run_path, runtime_floor, sbom, sdist_builds, sdist_contents, sdist_structure,
    secrets, set_agrees, set_complete, size_and_quota, stubs, suffix_and_exports, tags_agree,
    text_relocations, top_level_names, undefined_symbols, vc_runtime, version_agrees,
    zip_structure,
};

/// Every check, in the order in which reports show them.
pub const CHECKS: &[Check] = &[
    dist_matches_plan::CHECK,
    dist_as_built::CHECK,
    install_table::CHECK,
    file_name::CHECK,
    zip_structure::CHECK,
    record_complete::CHECK,
    tags_agree::CHECK,
    installable_tags::CHECK,
    metadata_valid::CHECK,
    metadata_agrees::CHECK,
    set_agrees::CHECK,
    set_complete::CHECK,
    version_agrees::CHECK,
    index_accepts::CHECK,
    size_and_quota::CHECK,
    contents_exact::CHECK,
    top_level_names::CHECK,
    package_files::CHECK,
    stubs::CHECK,
    entry_points::CHECK,
    no_leaked_paths::CHECK,
    secrets::CHECK,
    sbom::CHECK,
    sdist_structure::CHECK,
    sdist_contents::CHECK,
    sdist_builds::CHECK,
    binary_structure::CHECK,
    architecture::CHECK,
    suffix_and_exports::CHECK,
    abi3_symbols::CHECK,
    libc_floor::CHECK,
    runtime_floor::CHECK,
    linked_libraries::CHECK,
    undefined_symbols::CHECK,
    macos_floor::CHECK,
    run_path::CHECK,
    exec_stack::CHECK,
    text_relocations::CHECK,
    page_alignment::CHECK,
    cpu_baseline::CHECK,
    code_signature::CHECK,
    debug_build::CHECK,
    vc_runtime::CHECK,
    bundled_runtime::CHECK,
];

/// The check of that name.
pub fn find(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.name == name)
}
