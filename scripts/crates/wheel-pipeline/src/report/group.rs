//! Judgements with one cause in one paragraph: those that differ in file and member alone.

use wheel_audit::check::{Finding, Unknown};

use crate::evidence::audit::{Accepted, AuditEvidence, Judgement};

/// The most places of a group that are shown.
pub const SHOWN: usize = 5;

/// A place: a file, and a member of it.
pub type Place<'a> = (&'a str, Option<&'a str>);

/// Judgements that differ in their place alone.
#[derive(Clone, Debug)]
pub struct Group<'a, T> {
    pub first: &'a T,
    pub places: Vec<Place<'a>>,
}

impl<T> Group<'_, T> {
    /// The number of different files.
    pub fn files(&self) -> usize {
        let mut files: Vec<&str> = self.places.iter().map(|(file, _)| *file).collect();
        files.sort_unstable();
        files.dedup();
        files.len()
    }
}

/// The findings, errors before warnings.
pub fn findings(evidence: &AuditEvidence) -> Vec<Group<'_, Finding>> {
    let mut groups = groups(
        &evidence.findings,
        |one| (&one.check, &one.message, &one.expected, &one.remedy, one.severity),
        |one| (&one.file, one.member.as_deref()),
    );
    groups.sort_by_key(|group| group.first.severity);
    groups
}

/// What could not be told.
pub fn unknown(evidence: &AuditEvidence) -> Vec<Group<'_, Unknown>> {
    let key = |one: &Unknown| (one.check.clone(), one.why.clone());
    groups(&evidence.unknown, key, |one| (&one.file, one.member.as_deref()))
}

/// What is accepted.
pub fn accepted(evidence: &AuditEvidence) -> Vec<Group<'_, Accepted>> {
    let key = |one: &Accepted| {
        let (check, what, _) = words(&one.what);
        (check.to_owned(), what.to_owned(), one.reason.clone(), one.until.clone())
    };
    groups(&evidence.accepted, key, |one| words(&one.what).2)
}

/// The check, the words and the place of a judgement.
pub fn words(judgement: &Judgement) -> (&str, &str, Place<'_>) {
    match judgement {
        Judgement::Finding(one) => (&one.check, &one.message, (&one.file, one.member.as_deref())),
        Judgement::CouldNotTell(one) => (&one.check, &one.why, (&one.file, one.member.as_deref())),
    }
}

fn groups<'a, T, K: Ord>(
    all: &'a [T],
    key: impl Fn(&'a T) -> K,
    place: impl Fn(&'a T) -> Place<'a>,
) -> Vec<Group<'a, T>> {
    let mut numbers = std::collections::BTreeMap::new();
    let mut groups: Vec<Group<T>> = Vec::new();
    for one in all {
        let number = *numbers.entry(key(one)).or_insert(groups.len());
        match groups.get_mut(number) {
            Some(group) => group.places.push(place(one)),
            None => groups.push(Group { first: one, places: vec![place(one)] }),
        }
    }
    groups
}

/// A place as text.
pub fn shown((file, member): Place) -> String {
    match (file, member) {
        ("", _) => "the release".to_owned(),
        (file, None) => file.to_owned(),
        (file, Some(member)) => format!("{file}: {member}"),
    }
}

/// The places of a group as lines: the one, or their number and the first of them.
pub fn places<T>(group: &Group<T>) -> Vec<String> {
    if let [place] = group.places[..] {
        return vec![shown(place)];
    }
    let (places, files) = (group.places.len(), group.files());
    let members = if places > files { format!(", {places} places") } else { String::new() };
    let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
    let mut lines = vec![format!("in {files}{members}")];
    lines.extend(group.places.iter().take(SHOWN).map(|place| shown(*place)));
    if places > SHOWN {
        lines.push(format!("and {} more", places - SHOWN));
    }
    lines
}
