//! `tags-agree`: the tags in the `WHEEL` file are those of the file name.
//!
//! pip picks a wheel by its file name. `pip check` judges an installed wheel by its `WHEEL` file.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::CheckResult;
use crate::wheel::TAG_LIMIT;
use crate::wheel::filename::expand;

pub(super) const CHECK: Check = Check {
    name: "tags-agree",
    about: "the tags in the `WHEEL` file are those of the file name",
    documentation: include_str!("tags_agree.md"),
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Vec::new();
    for wheel in input.wheels()? {
        let mut inside = BTreeSet::new();
        for tag in wheel.wheel.all("Tag") {
            let tags = match tag.splitn(3, '-').collect::<Vec<_>>()[..] {
                [python, abi, platform] => expand(python, abi, platform),
                _ => None,
            };
            inside.extend(tags.unwrap_or_else(|| BTreeSet::from([tag.to_owned()])));
            // No file name stands for so many tags, so the two differ.
            if inside.len() > TAG_LIMIT {
                break;
            }
        }
        if inside != wheel.name.tags {
            let listed = |tags: &BTreeSet<String>| {
                if tags.is_empty() {
                    "no tag".to_owned()
                } else {
                    tags.iter().cloned().collect::<Vec<_>>().join(", ")
                }
            };
            findings.push(CHECK.finding(
                &wheel.file,
                format!("`{}/WHEEL` lists {}", wheel.dist_info, listed(&inside)),
                &listed(&wheel.name.tags),
                "do not rename wheels; `wheel tags` changes both places at once",
            ));
        }
    }
    Ok(findings)
}
