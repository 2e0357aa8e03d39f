//! The selectors of cibuildwheel, such as `cp3{10,11}-* *-musllinux_*`.

use fast_glob::glob_match;

/// Returns true if one of the patterns, which stand apart by spaces, matches.
pub fn selects(patterns: &str, identifier: &str) -> bool {
    patterns.split_whitespace().any(|pattern| glob_match(pattern, identifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_a_shell_with_braces() {
        for (patterns, identifier, expected) in [
            ("*", "cp310-manylinux_x86_64", true),
            ("cp3{10,11}-*", "cp311-win_amd64", true),
            ("cp3{10,11}-*", "cp312-win_amd64", false),
            ("cp31?-*", "cp314-win32", true),
            ("cp31[0-2]-*", "cp311-win32", true),
            ("pp* *-musllinux_*", "cp310-musllinux_x86_64", true),
            ("cp314-*", "cp314t-win32", false),
            ("", "cp310-win32", false),
        ] {
            assert_eq!(selects(patterns, identifier), expected, "{patterns} {identifier}");
        }
    }
}
