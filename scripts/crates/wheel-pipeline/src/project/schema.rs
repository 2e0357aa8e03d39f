//! The JSON schema of the table `[tool.wheel-pipeline]`, for editors, and for the page about its keys.

use std::fmt::Write as _;

use serde_json::Value;

/// The schema.
pub const SCHEMA: &str = include_str!("table.schema.json");

/// The keys of the table with their schemas, in the order of the alphabet.
pub fn keys() -> Vec<(String, Value)> {
    let schema: Value = serde_json::from_str(SCHEMA).expect("a test reads it");
    let keys = schema["properties"].as_object().expect("it describes the keys");
    keys.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The page about the keys.
pub fn page() -> String {
    let mut page = "# The table `[tool.wheel-pipeline]`\n\nIt stands in `pyproject.toml`, and says what a release \
        promises and how it is tested. Each key has a default, so\nthe empty table is a good start. All faults of the \
        table are told at once, with line and column.\n\n`wheel-pipeline schema` prints the JSON schema of the table. \
        An editor with a TOML language server checks the\ntable while you type, if the schema is registered for \
        `tool.wheel-pipeline`.\n"
        .to_owned();
    for (key, schema) in keys() {
        let text = |name: &str| schema[name].as_str().unwrap_or_default();
        write!(page, "\n## `{key}`\n\n{}\n", text("description")).expect("a string takes all");
        let shown = |value: &Value| format!("\n```toml\n{key} = {}\n```\n", toml(value));
        if let Some(default) = schema.get("default") {
            write!(page, "\nDefault:\n{}", shown(default)).expect("a string takes all");
        }
        for example in schema["examples"].as_array().into_iter().flatten() {
            write!(page, "\nExample:\n{}", shown(example)).expect("a string takes all");
        }
    }
    page
}

/// A value in TOML. A long list has a line for each item.
pub fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(toml).collect();
            let line = format!("[{}]", items.join(", "));
            if line.len() <= 80 { line } else { format!("[\n    {},\n]", items.join(",\n    ")) }
        }
        Value::Object(keys) => {
            let keys: Vec<String> =
                keys.iter().map(|(key, value)| format!("{key} = {}", toml(value))).collect();
            format!("{{ {} }}", keys.join(", "))
        }
        // Strings, numbers and booleans are written alike.
        other => other.to_string(),
    }
}
