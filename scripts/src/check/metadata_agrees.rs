//! `metadata-agrees`: every file of the release says the same about the project.
//!
//! An index shows the metadata of the file that was uploaded first, and resolvers read any of them:
//! files that differ give different answers to different people.

use super::{Check, Finding, Subject, Unknown};
use crate::wheel::metadata::Headers;

pub const CHECK: Check = Check {
    name: "metadata-agrees",
    about: "every file of the release carries the same metadata",
    run,
};

fn run(subject: Subject) -> Result<Vec<Finding>, Unknown> {
    let wheels = subject.release.wheels.iter().map(|wheel| (&wheel.file, &wheel.metadata));
    let sdists = subject.release.sdists.iter().map(|sdist| (&sdist.file, &sdist.metadata));
    let mut files = wheels.chain(sdists);
    let Some((first_file, first)) = files.next() else {
        return Ok(Vec::new());
    };
    let findings = files.filter_map(|(file, metadata)| {
        let difference = difference(first, metadata)?;
        Some(CHECK.finding(
            file,
            difference,
            &format!("the metadata of `{first_file}`"),
            "build all files of a release from one sdist",
        ))
    });
    Ok(findings.collect())
}

/// Compared by meaning: order, line ends and space around the description say nothing.
fn difference(first: &Headers, other: &Headers) -> Option<String> {
    let (ours, theirs) = (first.sorted(), other.sorted());
    let only = |these: &[&(String, String)], those: &[&(String, String)]| {
        these
            .iter()
            .find(|field| those.binary_search(field).is_err())
            .map(|(key, value)| format!("`{key}: {value}`"))
    };
    if let Some(field) = only(&theirs, &ours) {
        Some(format!("its metadata has {field}, which the others have not"))
    } else if let Some(field) = only(&ours, &theirs) {
        Some(format!("its metadata lacks {field}"))
    } else if first.body.trim() != other.body.trim() {
        Some("its description is another".to_owned())
    } else {
        None
    }
}
