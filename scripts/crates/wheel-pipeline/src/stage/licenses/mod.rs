//! `licenses`: writes the licenses of the linked crates to one file, which every wheel and the sdist contain.
//!
//! Most licenses require their text in each copy of the program. The file is in the repository, so that builds from
//! the sdist contain it too.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::program::command;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::tool::cargo::crates::{self, LinkedCrate};
use crate::tool::toolchain::builder::Builder;

/// The name of the file. It matches the pattern `LICENSE*` of `license-files`.
pub const FILE: &str = "LICENSE-THIRD-PARTY";

/// The beginnings of the names of license files.
const NAMES: &[&str] = &["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// The arguments of `licenses`.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Write nothing; exit 1 if the file is not current
    #[arg(long)]
    pub check: bool,
}

/// Returns true if the file is that of the linked crates.
pub fn is_current(source: &Source) -> Result<bool> {
    let linked = linked(source)?;
    let collected: Vec<_> =
        linked.iter().map(|one| Ok((one, texts(one)?))).collect::<Result<_>>()?;
    Ok(is_written(&source.project.root.join(FILE), &written(&collected)))
}

/// The crates that the wheels of the plan link, without the project's own.
fn linked(source: &Source) -> Result<Vec<LinkedCrate>> {
    let wheels = source.plan.wheels.iter();
    let mut triples: Vec<String> = wheels.flat_map(|wheel| wheel.target.triples()).collect();
    for target in source.plan.targets() {
        let here = Builder::for_target(target, crate::tool::toolchain::builder::Host::Linux);
        triples.extend(here.iter().flat_map(|builder| builder.triples(target)));
    }
    triples.sort();
    triples.dedup();
    let mut linked = crates::linked(&source.project.crate_for_cargo(), &triples)?;
    linked.retain(|linked| !linked.is_own);
    Ok(linked)
}

/// Returns true if the file has this text.
fn is_written(path: &Path, text: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|old| old.replace("\r\n", "\n") == text)
}

/// Runs `licenses`: writes the file, or with `check` compares it.
pub fn run(args: &Args, source: &Source, report: &Report) -> Result<Verdict> {
    let root = &source.project.root;
    let action = report.start("collecting the licenses of the linked crates");
    let linked = linked(source)?;
    let mut collected = Vec::new();
    for one in &linked {
        collected.push((one, texts(one)?));
    }
    let accepted = &source.project.table.missing_licenses;
    refuse_missing(&collected, accepted)?;
    for name in accepted {
        let has =
            |(one, texts): &(&LinkedCrate, Vec<String>)| one.name == *name && texts.is_empty();
        if !collected.iter().any(has) {
            report.warn_and_advise(
                &format!("`missing-licenses` accepts `{name}`, which no linked crate needs"),
                "drop it from `[tool.wheel-pipeline]`",
            );
        }
    }
    let text = written(&collected);
    let path = root.join(FILE);
    if is_written(&path, &text) {
        action.done(Mood::Good, "current", FILE);
    } else if args.check {
        action.done(Mood::Bad, "stale", &format!("{FILE}: run `{}`", command("licenses")));
        return Ok(Verdict::No);
    } else {
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        action.done(Mood::Good, "wrote", &format!("{FILE}, of {} crates", linked.len()));
    }
    Ok(Verdict::Yes)
}

/// The license texts in a crate's folder. It may have none.
fn texts(linked: &LinkedCrate) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut paths: Vec<_> = fs::read_dir(&linked.folder)
        .with_context(|| format!("cannot list `{}`", linked.folder.display()))?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && is_license(path))
        .collect();
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        // Two texts that differ only in spaces at the ends of lines are the same license.
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        texts.push(lines.join("\n").trim_matches('\n').to_owned());
    }
    Ok(texts)
}

/// Refuses crates without a license text, unless the table accepts them.
fn refuse_missing(
    collected: &[(&LinkedCrate, Vec<String>)],
    accepted: &[String],
) -> Result<(), Failure> {
    let missing =
        collected.iter().filter(|(one, texts)| texts.is_empty() && !accepted.contains(&one.name));
    let lines: Vec<String> = missing
        .map(|(one, _)| {
            let license = one.license.as_deref().unwrap_or("its `Cargo.toml` names none either");
            format!("`{} {}`: {license}", one.name, one.version)
        })
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "these linked crates have no file with their license:\n  {}",
        lines.join("\n  ")
    ))
    .hint("ask their authors to add the file, or name them in `missing-licenses` of `[tool.wheel-pipeline]`"))
}

fn is_license(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    NAMES.iter().any(|start| name.starts_with(start))
}

/// The content of the file: the list of crates, then each text once with the names of its crates.
fn written(crates: &[(&LinkedCrate, Vec<String>)]) -> String {
    let mut text = "The compiled module contains code of the following crates, under the licenses that are named here.\n\
        Their texts follow. It also contains Rust's standard library (MIT OR Apache-2.0).\n\n"
        .to_owned();
    let mut put = |line: &str| {
        text.push_str(line);
        text.push('\n');
    };
    let mut of_text: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut order = Vec::new();
    for (linked, texts) in crates {
        let license = linked.license.as_deref().unwrap_or(match texts.is_empty() {
            true => "no license is named",
            false => "see below",
        });
        put(&format!("- {} {}: {license}", linked.name, linked.version));
        for text in texts {
            let users = of_text.entry(text).or_default();
            if users.is_empty() {
                order.push(text.as_str());
            }
            users.push(&linked.name);
        }
    }
    for text in order {
        let mut heading = String::new();
        let users = of_text.get(text).map(|users| users.join(", ")).unwrap_or_default();
        write!(heading, "\n{}\n{users}\n{}\n", "=".repeat(80), "=".repeat(80))
            .expect("writing to a string does not fail");
        put(&heading);
        put(text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(name: &str, folder: &Path) -> LinkedCrate {
        LinkedCrate {
            is_root: false,
            is_own: false,
            name: name.into(),
            version: "1.0.0".into(),
            id: name.into(),
            license: Some("MIT".into()),
            folder: folder.to_owned(),
        }
    }

    #[test]
    fn equal_texts_are_written_once_with_all_their_crates() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("license-mit.txt"), "Permission  \r\nis granted\n\n")
            .expect("written");
        fs::write(folder.path().join("README"), "no license").expect("written");
        let (one, two) = (linked("one", folder.path()), linked("two", folder.path()));
        let read = texts(&one).expect("it has one");
        assert_eq!(read, ["Permission\nis granted"]);
        let text = written(&[(&one, read.clone()), (&two, read)]);
        assert_eq!(text.matches("is granted").count(), 1);
        assert!(text.contains("- one 1.0.0: MIT\n- two 1.0.0: MIT\n"), "{text}");
        assert!(text.contains("\none, two\n"), "{text}");
    }

    #[test]
    fn crates_without_a_license_are_refused_unless_the_table_accepts_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let (bare, other) = (linked("bare", folder.path()), linked("other", folder.path()));
        let other = LinkedCrate { license: None, ..other };
        let collected = [&bare, &other].map(|one| (one, texts(one).expect("it can be listed")));
        let said = refuse_missing(&collected, &[]).expect_err("both lack one");
        insta::assert_snapshot!(said, @"
        these linked crates have no file with their license:
          `bare 1.0.0`: MIT
          `other 1.0.0`: its `Cargo.toml` names none either
        ");
        let accepted = ["bare", "other"].map(str::to_owned);
        assert_eq!(refuse_missing(&collected, &accepted), Ok(()));
        assert!(
            written(&collected).contains("- bare 1.0.0: MIT\n- other 1.0.0: no license is named\n")
        );
    }
}
