//! The second build: the same commit, from a clone in another folder, must give the same bytes.
//!
//! Who wants to know whether a file on the index is what the source says can only build it again.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wheel_audit::plan::Plan;
use wheel_audit::wheel::{sdist, zip};

use super::directory::BuildDirectory;
use crate::evidence::BuildEvidence;
use crate::exit::Verdict;
use crate::failure::Failure;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::stage::Machine;
use crate::stage::build::toolchains;
use crate::tool::git;

/// Builds a part of the plan again and compares each file with the one in `dist/`.
///
/// # Errors
///
/// When there is no commit to build again, or a tool fails.
pub fn prove(
    source: &Source,
    machine: &Machine,
    report: &Report,
    part: &Plan,
    first: &BuildEvidence,
) -> Result<Verdict> {
    if source.revision.as_ref().is_none_or(|revision| revision.dirty) {
        return Err(Failure::unknown(
            "only a commit can be built a second time, and this tree differs from its last one",
        )
        .hint("commit, and run again")
        .into());
    }
    let folder = tempfile::Builder::new().prefix("wheel-pipeline-again-").tempdir()?;
    let clone = folder.path().join("a clone elsewhere");
    git::clone(&source.project.root, &clone).check()?;
    report.say(Mood::Good, "cloned", "the commit, to build it a second time");
    let workshop = BuildDirectory::new(source, machine, report, &clone, folder.path().join("work"));
    let (toolchains, not_here) = toolchains(&source.project, machine, report, part)?;
    if !not_here.is_empty() {
        return Err(Failure::unknown(format!("not built again: {}", not_here.join("\n"))).into());
    }
    let mut again = vec![workshop.sdist()?];
    again.extend(workshop.wheels(part, &toolchains)?);
    let mut verdict = Verdict::Yes;
    for built in &again {
        let file = &built.file;
        let one = first.file(file).with_context(|| format!("`build` recorded no `{file}`"))?;
        if one.sha256 == built.sha256 {
            report.say(Mood::Good, "same", file);
            continue;
        }
        let ours = read(&source.project.dist().join(file))?;
        let theirs = read(&workshop.staging().join(file))?;
        let what = difference(file, &ours, &theirs);
        report.say(Mood::Bad, "differs", &format!("{file}: {what}"));
        verdict = Verdict::No;
    }
    Ok(verdict)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// Where two builds of one file differ first, in words.
fn difference(file: &str, one: &[u8], other: &[u8]) -> String {
    let members = |bytes: &[u8]| -> Option<Vec<(String, Vec<u8>)>> {
        if file.ends_with(".whl") {
            let mut members = Vec::new();
            zip::visit(
                bytes,
                |_| false,
                |name, content| {
                    members.push((name.to_owned(), content.to_owned()));
                },
            )
            .ok()?;
            Some(members)
        } else {
            let files = sdist::read(file, bytes).ok()?;
            Some(files.into_iter().map(|file| (file.path, file.content)).collect())
        }
    };
    let (Some(one), Some(other)) = (members(one), members(other)) else {
        return "it cannot be unpacked".to_owned();
    };
    for (position, (name, content)) in one.iter().enumerate() {
        match other.get(position) {
            None => return format!("the second has no `{name}`"),
            Some((second, _)) if second != name => {
                return format!("where the first has `{name}`, the second has `{second}`");
            }
            Some((_, second)) if second != content => {
                let at = content.iter().zip(second).take_while(|(one, other)| one == other).count();
                return format!("`{name}` differs from byte {at} on");
            }
            Some(_) => {}
        }
    }
    match other.get(one.len()) {
        Some((name, _)) => format!("the first has no `{name}`"),
        None => "its members are the same, but not how they are packed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use ::zip::ZipWriter;
    use ::zip::write::SimpleFileOptions;

    use super::*;

    fn wheel(members: &[(&str, &str)], mode: u32) -> Vec<u8> {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in members {
            let options = SimpleFileOptions::default().unix_permissions(mode);
            writer.start_file(*name, options).expect("memory takes it");
            writer.write_all(content.as_bytes()).expect("memory takes it");
        }
        writer.finish().expect("memory takes it").into_inner()
    }

    #[test]
    fn the_first_member_that_differs_is_named() {
        let first = wheel(&[("a.py", "1"), ("b.so", "built in /one")], 0o644);
        let told = |members: &[(&str, &str)]| {
            difference("a-1-py3-none-any.whl", &first, &wheel(members, 0o644))
        };
        assert_eq!(
            told(&[("a.py", "1"), ("b.so", "built in /two")]),
            "`b.so` differs from byte 10 on"
        );
        assert_eq!(told(&[("a.py", "1")]), "the second has no `b.so`");
        assert_eq!(
            told(&[("b.so", "built in /one"), ("a.py", "1")]),
            "where the first has `a.py`, the second has `b.so`"
        );
        assert_eq!(
            told(&[("a.py", "1"), ("b.so", "built in /one"), ("c", "")]),
            "the first has no `c`"
        );
        let same = [("a.py", "1"), ("b.so", "built in /one")];
        assert_eq!(
            difference("a-1-py3-none-any.whl", &first, &wheel(&same, 0o755)),
            "its members are the same, but not how they are packed"
        );
        assert_eq!(difference("a-1.tar.gz", &first, &first), "it cannot be unpacked");
    }
}
