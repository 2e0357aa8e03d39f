//! Private keys and files with passwords that got into an archive.

use crate::names::file_name;

/// The largest file that is looked through for a private key, in bytes.
pub(super) const KEY_LIMIT: u64 = 64 << 10;
/// The beginning of a text in PEM ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), as far as eight bytes go.
const BEGIN: &[u8] = b"-----BEG";

/// Returns whether a file begins like a key in PEM.
pub(super) fn begins_like_key(head: &[u8]) -> bool {
    head.starts_with(BEGIN)
}

/// Returns whether a file has a private key in PEM, of any kind.
pub(super) fn has_private_key(content: &[u8]) -> bool {
    memchr::memmem::find_iter(content, b"-----BEGIN ").any(|at| {
        let line = content[at..].split(|byte| *byte == b'\n').next().unwrap_or_default();
        memchr::memmem::find(line, b"PRIVATE KEY").is_some()
    })
}

/// Returns whether a tool keeps passwords in a file of this name.
pub(crate) fn keeps_passwords(path: &str) -> bool {
    let file = file_name(path);
    matches!(file, ".pypirc" | ".netrc" | "_netrc" | ".git-credentials" | ".env")
}

/// Returns whether a path is one of tests, examples or documentation, which hold keys of nobody.
pub(crate) fn is_example(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let words =
        ["test", "example", "sample", "demo", "doc", "fixture", "mock", "vector", "snakeoil"];
    lower.split('/').any(|part| words.iter().any(|word| part.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_keys_are_told_from_public_ones() {
        for kind in
            ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]
        {
            let text = format!("-----BEGIN {kind}-----\nMIIE\n");
            assert!(begins_like_key(text.as_bytes()) && has_private_key(text.as_bytes()), "{kind}");
        }
        assert!(!has_private_key(b"-----BEGIN CERTIFICATE-----\nPRIVATE KEY\n"));
        assert!(has_private_key(b"-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n"));
        assert!(is_example("a/tests/key.pem") && is_example("a/testkey.pem"));
        assert!(!is_example("a/server/key.pem"));
    }
}
