//! What an index keeps of a file's attestations ([PEP 740](https://peps.python.org/pep-0740/)): who is
//! said to have published it, and which bytes the statements are about.
//!
//! What is held against the file here is the statement that was signed: its name and its hash. The
//! signatures are for [`attest`](crate::tool::attest).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use wheel_audit::wheel::Sha256Sum;

use super::address::same_origin;
use super::{OfferedFile, Trouble, fetch, shown};

/// What an index says of a file's origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// As the index gives it.
    pub text: String,
    /// Who published: `GitHub owner/name, workflow release.yml`.
    pub publishers: Vec<String>,
    /// The files that the statements are about.
    pub subjects: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Object {
    attestation_bundles: Vec<Bundle>,
}

#[derive(Deserialize)]
struct Bundle {
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
    subject: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    name: String,
    digest: Digest,
}

#[derive(Deserialize)]
struct Digest {
    sha256: String,
}

/// The provenance of a file, if the index at `simple` offers any.
pub fn of(
    file: &OfferedFile,
    simple: &str,
    patience: Duration,
) -> Result<Option<Provenance>, Trouble> {
    let Some(url) = &file.provenance else { return Ok(None) };
    if !same_origin(url, simple) {
        let (name, url) = (shown(&file.name), shown(url));
        return Err(Trouble::Lasting(format!(
            "the provenance of `{name}` is not on the index, but at `{url}`"
        )));
    }
    let accept = "application/vnd.pypi.integrity.v1+json, application/json;q=0.5";
    let answer = fetch::get(url, accept, patience)?.ok_or_else(|| {
        Trouble::Lasting(format!("the index offers `{url}`, and there is nothing"))
    })?;
    parse(&answer.text)
        .map(Some)
        .ok_or_else(|| Trouble::Lasting(format!("`{url}` is not the provenance of a file")))
}

fn parse(text: &str) -> Option<Provenance> {
    let object: Object = serde_json::from_str(text).ok()?;
    let mut provenance =
        Provenance { text: text.to_owned(), publishers: Vec::new(), subjects: Vec::new() };
    for bundle in object.attestation_bundles {
        let word =
            |key| shown(bundle.publisher.get(key).and_then(|value| value.as_str()).unwrap_or("?"));
        let (kind, repository, workflow) = (word("kind"), word("repository"), word("workflow"));
        provenance.publishers.push(format!("{kind} {repository}, workflow {workflow}"));
        for attestation in bundle.attestations {
            let statement = STANDARD.decode(attestation.envelope.statement).ok()?;
            let statement: Statement = serde_json::from_slice(&statement).ok()?;
            let subjects = statement.subject.into_iter();
            provenance
                .subjects
                .extend(subjects.map(|subject| (subject.name, subject.digest.sha256)));
        }
    }
    Some(provenance)
}

impl Provenance {
    /// What its statements say that is not so of the file; they must say something.
    pub fn differences(&self, name: &str, sum: Sha256Sum) -> Vec<String> {
        if self.subjects.is_empty() {
            return vec![format!("the provenance of `{name}` has no statement")];
        }
        let wrong =
            |(about, digest): &&(String, String)| about != name || *digest != sum.to_string();
        let wrong = self.subjects.iter().filter(wrong);
        wrong
            .map(|(about, digest)| {
                let (about, digest) = (shown(about), shown(digest));
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
    fn statements_are_held_against_the_file() {
        let (sum, other) = (Sha256Sum::digest(b"1"), Sha256Sum::digest(b"2"));
        let provenance = parse(&object("a.whl", sum)).expect("a good object");
        assert_eq!(provenance.publishers, ["GitHub o/n, workflow release.yml"]);
        assert_eq!(provenance.differences("a.whl", sum), [""; 0]);
        let said = provenance.differences("a.whl", other);
        assert_eq!(
            said,
            [format!("the provenance of `a.whl` is about `a.whl` with SHA-256 {sum}, not {other}")]
        );
        assert_eq!(provenance.differences("b.whl", sum).len(), 1);
    }

    #[test]
    fn provenance_without_a_statement_says_nothing() {
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
