//! The order of the program's modules, from processes at the bottom to the command line at the top.

use std::path::Path;

use wheel_fixtures::layers::{imports, violations};

/// The top-level modules, the lowest layer first. A module may import only modules of lower layers.
const LAYERS: &[&[&str]] = &[
    &["available", "failure", "program"],
    &["folder"],
    &["address", "process"],
    &["cache", "client"],
    &["index", "tool"],
    &["project"],
    &["evidence"],
    &["exit", "report"],
    &["stage"],
    &["cli"],
];

#[test]
fn modules_import_only_lower_layers() {
    let imports = imports(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(imports.values().flatten().count() > 300, "imports are not seen");
    assert_eq!(violations(&imports, LAYERS), [""; 0]);
}
