//! The page about all checks: `docs/checks.md` is its copy.

use super::registry::CHECKS;

const INTRODUCTION: &str = include_str!("checks.md");

/// The documentation of all checks, as one Markdown page: an introduction, then a section for each check.
pub fn page() -> String {
    let sections = CHECKS.iter().map(|check| check.documentation);
    std::iter::once(INTRODUCTION).chain(sections).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_section_with_what_why_and_remedy() {
        for check in CHECKS {
            let text = check.documentation;
            assert!(text.starts_with(&format!("## {}\n", check.name)), "{}", check.name);
            assert_eq!(text.matches("\n## ").count(), 0, "{}", check.name);
            for part in ["**What.**", "**Why.**", "**Remedy.**"] {
                assert_eq!(text.matches(part).count(), 1, "{}: {part}", check.name);
            }
        }
    }
}
