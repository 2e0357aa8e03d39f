//! Names of projects, as an index compares them and as file names spell them.

/// A project name in the form in which two spellings of one name are equal
/// ([PEP 503](https://peps.python.org/pep-0503/#normalized-names)).
///
/// ```
/// assert_eq!(wheel_audit::names::normalize("Sum_Up.-to"), "sum-up-to");
/// ```
pub fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_ascii_lowercase());
    }
    normal
}

/// A project name as file names spell it
/// ([binary distribution format](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#escaping-and-unicode)).
///
/// ```
/// assert_eq!(wheel_audit::names::escape("Sum-Up.To"), "sum_up_to");
/// ```
pub fn escape(name: &str) -> String {
    normalize(name).replace('-', "_")
}

/// The folder of a path with slashes; empty at the top.
pub(crate) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a path with slashes.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_normalize_as_on_the_index() {
        assert_eq!(normalize("Sum_Up.-to"), "sum-up-to");
        assert_eq!(normalize("ruff"), "ruff");
    }
}
