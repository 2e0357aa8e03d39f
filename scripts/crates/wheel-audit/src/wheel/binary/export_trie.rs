//! The export trie of Mach-O files: names as a tree of their parts
//! ([`dyld` `ExportsTrie.cpp`](https://github.com/apple-oss-distributions/dyld/blob/main/mach_o/ExportsTrie.cpp)).
//!
//! A few bytes of a trie whose branches meet can stand for more names than can be visited, and a chain of a million nodes
//! for a million names that grow. So each node is visited once, a name is put together only if it is kept, and the hash
//! of a name goes on from the hash of the part before.

use super::linking::NameHash;
use super::names::{is_python, limited};
use super::symbols::Symbols;
use crate::wheel::error::ReadError;
use crate::wheel::limits::NAME_LIMIT;

/// The most nodes. The largest libraries have some hundred thousand names.
const NODE_LIMIT: usize = 4_000_000;

/// All symbols begin with this character.
pub(super) const PREFIX: &[u8] = b"_";

/// A node that is to be visited.
struct Node {
    at: usize,
    /// The length of the name before the part that leads here, and the place of that part.
    before: usize,
    part: (usize, usize),
    /// The hash of the name before that part.
    hash: NameHash,
}

/// Adds the exports, without the prefix of all symbols.
pub(super) fn visit(trie: &[u8], found: &mut Symbols) -> Result<(), ReadError> {
    let outside = || ReadError::new("its exports lie outside it");
    // One bit for each place.
    let mut seen = vec![0_u64; trie.len() / 64 + 1];
    let mut waiting = Vec::new();
    if !trie.is_empty() {
        waiting.push(Node { at: 0, before: 0, part: (0, 0), hash: NameHash::START });
    }
    let mut name: Vec<u8> = Vec::new();
    let mut count = 0;
    while let Some(node) = waiting.pop() {
        let mut rest = trie.get(node.at..).ok_or_else(outside)?;
        let bit = 1 << (node.at % 64);
        if seen[node.at / 64] & bit != 0 {
            return Err(ReadError::new("its exports do not form a tree"));
        }
        seen[node.at / 64] |= bit;
        name.truncate(node.before);
        let part = &trie[node.part.0..node.part.1];
        name.extend(part);
        let bare = if node.before == 0 { part.strip_prefix(PREFIX).unwrap_or(part) } else { part };
        let hash = node.hash.then(bare);
        let terminal = number(&mut rest).ok_or_else(outside)?;
        rest = rest.get(terminal..).ok_or_else(outside)?;
        let bare = name.strip_prefix(PREFIX).unwrap_or(&name);
        if terminal > 0 && is_python(bare) {
            limited(bare.len(), NAME_LIMIT, "bytes in a name")?;
            found.export(bare)?;
        } else if terminal > 0 {
            found.export_hash(hash)?;
        }
        let (&children, mut rest) = rest.split_first().ok_or_else(outside)?;
        for _ in 0..children {
            count += 1;
            limited(count, NODE_LIMIT, "parts of names of exports")?;
            let start = trie.len() - rest.len();
            let length = memchr::memchr(0, rest).ok_or_else(outside)?;
            rest = &rest[length + 1..];
            let at = number(&mut rest).ok_or_else(outside)?;
            let part = (start, start + length);
            waiting.push(Node { at, before: name.len(), part, hash });
        }
    }
    Ok(())
}

/// Reads a ULEB128 number: seven bits in each byte, the lowest first.
fn number(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::names::Kept;
    use super::*;

    fn names(trie: &[u8]) -> Result<Vec<String>, ReadError> {
        let mut kept = Kept::default();
        let mut found = Symbols::new(&mut kept, trie.len());
        visit(trie, &mut found)?;
        Ok(found.exports.into_iter().collect())
    }

    #[test]
    fn names_are_put_together_from_their_parts() {
        // The root leads by `_Py` to a name, which leads by `a` and `b` to two more.
        let trie = b"\0\x01_Py\0\x07\x02\0\0\x02a\0\x11b\0\x15\x02\0\0\0\x02\0\0\0";
        assert_eq!(names(trie), Ok(vec!["Py".to_owned(), "Pya".into(), "Pyb".into()]));
        // Another prefix is no name of CPython.
        let other = b"\0\x01_Pa\0\x07\x02\0\0\x02a\0\x11b\0\x15\x02\0\0\0\x02\0\0\0";
        assert_eq!(names(other), Ok(vec![]));
    }

    #[test]
    fn exports_whose_branches_meet_are_refused() {
        // A root with two children, which are one node without children.
        let meeting = b"\0\x02a\0\x08b\0\x08\0\0";
        let error = names(meeting).expect_err("no tree");
        assert_eq!(error.to_string(), "its exports do not form a tree");
        let good = b"\0\x02a\0\x08b\0\x0a\0\0\0\0";
        assert_eq!(names(good), Ok(vec![]));
        assert!(names(&good[..9]).is_err());
    }
}
