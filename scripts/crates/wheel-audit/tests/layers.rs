//! The order of the crate's modules: names and tags below, reading above them, judging and editing on top.

use std::path::Path;

use wheel_fixtures::layers::{imports, violations};

/// The top-level modules from the ground up. A module may import those of lower layers only.
const LAYERS: &[&[&str]] = &[
    &["family", "names", "parallel", "platform"],
    &["target"],
    &["wheel"],
    &["plan"],
    &["check", "compare", "edit"],
    &["set"],
];

#[test]
fn imports_lead_down() {
    let imports = imports(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(imports.values().flatten().count() > 100, "imports are not seen");
    assert_eq!(violations(&imports, LAYERS), [""; 0]);
}
