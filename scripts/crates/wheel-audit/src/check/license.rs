//! License expressions of SPDX, as [PEP 639](https://peps.python.org/pep-0639/#add-license-expression-field) and
//! `packaging` read them.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::wheel::quoted;

const TABLE: &str = include_str!("../../data/spdx.txt");

/// The identifiers of licenses and of exceptions, in lower case.
static KNOWN: LazyLock<(BTreeSet<String>, BTreeSet<String>)> = LazyLock::new(|| {
    let (mut licenses, mut exceptions) = (BTreeSet::new(), BTreeSet::new());
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("with ") {
            Some(exception) => exceptions.insert(exception.to_ascii_lowercase()),
            None => licenses.insert(line.to_ascii_lowercase()),
        };
    }
    (licenses, exceptions)
});

/// The most parentheses in each other. It is the limit of `packaging`.
const DEPTH_LIMIT: usize = 200;

/// Reads a license expression: `MIT OR Apache-2.0`.
///
/// # Errors
///
/// The reason why the text is none.
pub(super) fn read(text: &str) -> Result<(), String> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let (licenses, exceptions) = &*KNOWN;
    let (mut depth, mut wants_name) = (0_usize, true);
    // The word before, if it is a license, and `with`.
    let mut before = "";
    for word in spaced.split_whitespace() {
        let lower = word.to_lowercase();
        let after_with = before == "with";
        before = match lower.as_str() {
            "(" if wants_name && !after_with && depth < DEPTH_LIMIT => {
                depth += 1;
                ""
            }
            ")" if !wants_name && depth > 0 => {
                depth -= 1;
                ""
            }
            "or" | "and" if !wants_name => {
                wants_name = true;
                ""
            }
            "with" if !wants_name && before == "license" => {
                wants_name = true;
                "with"
            }
            "(" | ")" | "or" | "and" | "with" => {
                return Err(format!("`{word}` stands where it cannot"));
            }
            _ if !wants_name => {
                return Err(format!("`AND` or `OR` is missing before `{}`", quoted(word)));
            }
            name if after_with => {
                if !exceptions.contains(name) {
                    return Err(format!("`{}` is no exception of SPDX", quoted(word)));
                }
                wants_name = false;
                "exception"
            }
            name => {
                if !is_license(name, licenses) {
                    return Err(format!("`{}` is no license of SPDX", quoted(word)));
                }
                wants_name = false;
                "license"
            }
        };
    }
    match (wants_name, depth) {
        (true, _) => Err("a license is missing at its end".to_owned()),
        (false, 0) => Ok(()),
        (false, _) => Err("a `)` is missing".to_owned()),
    }
}

/// Returns whether a name in lower case is one of SPDX, or one of the project's own: `LicenseRef-Mine`.
fn is_license(name: &str, licenses: &BTreeSet<String>) -> bool {
    if let Some(own) = name.strip_prefix("licenseref-") {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
        return !own.is_empty() && own.chars().all(plain);
    }
    licenses.contains(name.strip_suffix('+').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read_as_packaging_reads_them() {
        for good in [
            "MIT",
            "mit or apache-2.0",
            "MIT AND (Apache-2.0 OR BSD-2-Clause)",
            "GPL-2.0+",
            "Apache-2.0 WITH LLVM-exception AND MIT",
            "LicenseRef-My.Own-1",
            "((MIT))",
        ] {
            assert_eq!(read(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", "a license is missing at its end"),
            ("MIT OR", "a license is missing at its end"),
            ("MIT License", "`AND` or `OR` is missing before `License`"),
            ("Apache 2.0", "`Apache` is no license of SPDX"),
            ("MIT/Apache-2.0", "`MIT/Apache-2.0` is no license of SPDX"),
            ("MIT, BSD-3-Clause", "`MIT,` is no license of SPDX"),
            ("MIT WITH MIT", "`MIT` is no exception of SPDX"),
            ("(MIT", "a `)` is missing"),
            ("MIT)", "`)` stands where it cannot"),
            ("(MIT) WITH LLVM-exception", "`WITH` stands where it cannot"),
            ("OR MIT", "`OR` stands where it cannot"),
            ("LicenseRef-", "`LicenseRef-` is no license of SPDX"),
            ("LicenseRef-a_b", "`LicenseRef-a_b` is no license of SPDX"),
        ] {
            assert_eq!(read(bad), Err(why.to_owned()), "{bad}");
        }
    }
}
