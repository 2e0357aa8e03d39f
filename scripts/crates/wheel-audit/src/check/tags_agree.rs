//! `tags-agree`: the tags in the `WHEEL` file are those of the file name.
//!
//! pip picks a wheel by its file name. `pip check` judges an installed wheel by its `WHEEL` file.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use crate::wheel::filename::expand;
use crate::wheel::flaw::Part;
use crate::wheel::{NAME_LIMIT, TAG_LIMIT, listed, quoted};

pub(super) const CHECK: Check = Check {
    name: "tags-agree",
    about: "the tags in the `WHEEL` file are those of the file name",
    documentation: include_str!("tags_agree.md"),
    owns: &[Part::Wheel],
    run,
};

fn run(input: CheckInput) -> CheckResult {
    let mut findings = Findings::default();
    let wheels = input.wheels()?.iter();
    let tagged: Vec<_> = wheels.filter_map(|wheel| Some((wheel, wheel.wheel.as_ref()?))).collect();
    if tagged.is_empty() {
        return Err(NotJudged::NoSubject("no `WHEEL` file that can be read".to_owned()));
    }
    for (wheel, fields) in tagged {
        let mut inside = BTreeSet::new();
        for tag in fields.all("Tag") {
            let tags = match tag.splitn(3, '-').collect::<Vec<_>>()[..] {
                // A few long parts would stand for a thousand long tags.
                [python, abi, platform] if tag.len() <= NAME_LIMIT => expand(python, abi, platform),
                _ => None,
            };
            inside.extend(tags.unwrap_or_else(|| BTreeSet::from([tag.to_owned()])));
            // No file name stands for so many tags, so the two differ.
            if inside.len() > TAG_LIMIT {
                break;
            }
        }
        if inside != wheel.name.tags {
            let listed = |tags: &BTreeSet<String>| match tags.is_empty() {
                true => "no tag".to_owned(),
                false => listed(tags.iter().map(String::as_str)),
            };
            findings.push(CHECK.finding(
                &wheel.file,
                format!("`{}/WHEEL` lists {}", quoted(&wheel.dist_info), listed(&inside)),
                &listed(&wheel.name.tags),
                "do not rename wheels; `wheel tags` changes both places at once",
            ));
        }
    }
    Ok(findings.done())
}
