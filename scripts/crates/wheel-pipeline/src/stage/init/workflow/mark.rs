//! The first line of a workflow that is made from the template.

/// The beginning of the first line.
pub const MARK: &str = "# Made by `wheel-pipeline init`";

/// The beginning of the first line of this repository's own workflow.
pub const OWN_MARK: &str = "# Made by `cargo xtask readme`";

/// Returns true if the text is a workflow that was made from the template.
pub fn is_made(text: &str) -> bool {
    text.starts_with(MARK) || text.starts_with(OWN_MARK)
}

/// Returns true if it was made for the project in this folder below the top of the repository.
pub fn is_made_for(text: &str, below: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let project = if below.is_empty() { String::new() } else { format!("{below}/") };
    first.starts_with(MARK) && first.contains(&format!("`{project}pyproject.toml`"))
}
