//! The provenance of a file on an index ([PEP 740](https://peps.python.org/pep-0740/)): its publishers, and
//! the statements that they signed.
//!
//! Here the name and the hash in each statement are compared with the file. Signatures are checked by
//! [`attest`](crate::tool::attest).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use wheel_audit::wheel::Sha256Sum;

use super::error::{IndexError, for_message};
use super::fetch;
use super::listed_file::ListedFile;
use crate::address;

/// An index's record of who published a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The record as the index gives it.
    pub text: String,
    /// The publishers, such as `GitHub owner/name, workflow release.yml`.
    pub publishers: Vec<String>,
    /// The files that the statements are about.
    pub statements: Vec<StatedFile>,
}

/// A file in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedFile {
    pub name: String,
    pub sha256: String,
}

#[derive(Deserialize)]
struct ProvenanceObject {
    attestation_bundles: Vec<AttestationBundle>,
}

#[derive(Deserialize)]
struct AttestationBundle {
    publisher: serde_json::Value,
    attestations: Vec<Attestation>,
}

#[derive(Deserialize)]
struct Attestation {
    envelope: Envelope,
}

#[derive(Deserialize)]
struct Envelope {
    statement: String,
}

#[derive(Deserialize)]
struct Statement {
    subject: Vec<StatementSubject>,
}

#[derive(Deserialize)]
struct StatementSubject {
    name: String,
    digest: Digest,
}

#[derive(Deserialize)]
struct Digest {
    sha256: String,
}

/// Fetches the provenance of a file, if the index at `simple` offers any.
pub fn fetch(
    file: &ListedFile,
    simple: &str,
    patience: Duration,
) -> Result<Option<Provenance>, IndexError> {
    let Some(text) = &file.provenance else { return Ok(None) };
    let index = address::parse(simple);
    let on_index =
        |url: &url::Url| index.as_ref().is_some_and(|index| address::same_origin(url, index));
    let url = address::parse(text).filter(on_index).ok_or_else(|| {
        let (name, text) = (for_message(&file.name), for_message(text));
        IndexError::permanent(format!(
            "the provenance of `{name}` is not on the index, but at `{text}`"
        ))
    })?;
    let accept = "application/vnd.pypi.integrity.v1+json, application/json;q=0.5";
    let answer = fetch::text(&url, accept, patience)?.ok_or_else(|| {
        IndexError::permanent(format!("the index links to `{url}`, but has no such page"))
    })?;
    parse(&answer.text)
        .map(Some)
        .ok_or_else(|| IndexError::permanent(format!("`{url}` is not the provenance of a file")))
}

fn parse(text: &str) -> Option<Provenance> {
    let object: ProvenanceObject = serde_json::from_str(text).ok()?;
    let mut provenance =
        Provenance { text: text.to_owned(), publishers: Vec::new(), statements: Vec::new() };
    for bundle in object.attestation_bundles {
        let word = |key| {
            let value = bundle.publisher.get(key).and_then(|value| value.as_str());
            for_message(value.unwrap_or("?"))
        };
        let (kind, repository, workflow) = (word("kind"), word("repository"), word("workflow"));
        provenance.publishers.push(format!("{kind} {repository}, workflow {workflow}"));
        for attestation in bundle.attestations {
            let statement = STANDARD.decode(attestation.envelope.statement).ok()?;
            let statement: Statement = serde_json::from_slice(&statement).ok()?;
            let files = statement.subject.into_iter();
            provenance.statements.extend(
                files.map(|file| StatedFile { name: file.name, sha256: file.digest.sha256 }),
            );
        }
    }
    Some(provenance)
}

impl Provenance {
    /// The contradictions between its statements and a file. A provenance without a statement is one.
    pub fn differences(&self, name: &str, sum: Sha256Sum) -> Vec<String> {
        if self.statements.is_empty() {
            return vec![format!("the provenance of `{name}` has no statement")];
        }
        let sum = sum.to_string();
        self.statements
            .iter()
            .filter(|stated| stated.name != name || stated.sha256 != sum)
            .map(|stated| {
                let (about, digest) = (for_message(&stated.name), for_message(&stated.sha256));
                format!(
                    "the provenance of `{name}` is about `{about}` with SHA-256 {digest}, not {sum}"
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str, sum: Sha256Sum) -> String {
        let statement = format!(
            r#"{{"_type": "https://in-toto.io/Statement/v1",
                "subject": [{{"name": "{name}", "digest": {{"sha256": "{sum}"}}}}],
                "predicateType": "https://docs.pypi.org/attestations/publish/v1", "predicate": null}}"#
        );
        let statement = STANDARD.encode(statement);
        format!(
            r#"{{"version": 1, "attestation_bundles": [{{
                "publisher": {{"kind": "GitHub", "repository": "o/n", "workflow": "release.yml"}},
                "attestations": [{{"version": 1, "verification_material": {{}},
                    "envelope": {{"statement": "{statement}", "signature": ""}}}}]}}]}}"#
        )
    }

    #[test]
    fn statements_are_compared_with_the_file() {
        let (sum, other) = (Sha256Sum::digest(b"1"), Sha256Sum::digest(b"2"));
        let provenance = parse(&object("a.whl", sum)).expect("a good object");
        assert_eq!(provenance.publishers, ["GitHub o/n, workflow release.yml"]);
        assert_eq!(provenance.differences("a.whl", sum), [""; 0]);
        let found = provenance.differences("a.whl", other);
        assert_eq!(
            found,
            [format!("the provenance of `a.whl` is about `a.whl` with SHA-256 {sum}, not {other}")]
        );
        assert_eq!(provenance.differences("b.whl", sum).len(), 1);
    }

    #[test]
    fn provenance_without_a_statement_is_a_difference() {
        let none = parse(r#"{"attestation_bundles": []}"#).expect("a good object");
        assert_eq!(
            none.differences("a.whl", Sha256Sum::digest(b"")),
            ["the provenance of `a.whl` has no statement"]
        );
        for text in ["", "{}", r#"{"attestation_bundles": [{}]}"#] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
