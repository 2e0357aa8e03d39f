//! The export trie of Mach-O files: names as a tree of their parts
//! ([`dyld` `ExportsTrie.cpp`](https://github.com/apple-oss-distributions/dyld/blob/main/mach_o/ExportsTrie.cpp)).
//!
//! A few bytes of a trie whose branches meet can stand for more names than can be visited, and a chain of a million nodes
//! for a million names that grow. So each node is visited once, and a name is put together only if it is kept.

use super::names::{limited, python_name};
use crate::wheel::error::ReadError;
use crate::wheel::limits::NAME_LIMIT;

/// The most nodes. The largest libraries have some hundred thousand names.
const NODE_LIMIT: usize = 4_000_000;

/// A node that is to be visited.
struct Node {
    at: usize,
    /// The length of the name before the part that leads here, and the place of that part.
    before: usize,
    part: (usize, usize),
}

/// Passes the names in CPython's name space to `add`, without the prefix of all symbols.
pub(super) fn visit(
    trie: &[u8],
    mut add: impl FnMut(&[u8]) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let outside = || ReadError::new("its exports lie outside it");
    // One bit for each place.
    let mut seen = vec![0_u64; trie.len() / 64 + 1];
    let mut waiting = Vec::new();
    if !trie.is_empty() {
        waiting.push(Node { at: 0, before: 0, part: (0, 0) });
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
        name.extend(&trie[node.part.0..node.part.1]);
        let terminal = number(&mut rest).ok_or_else(outside)?;
        rest = rest.get(terminal..).ok_or_else(outside)?;
        if terminal > 0
            && let Some(name) = python_name(&name, b"_")
        {
            limited(name.len(), NAME_LIMIT, "bytes in a name")?;
            add(name)?;
        }
        let (&children, mut rest) = rest.split_first().ok_or_else(outside)?;
        for _ in 0..children {
            count += 1;
            limited(count, NODE_LIMIT, "parts of names of exports")?;
            let start = trie.len() - rest.len();
            let length = memchr::memchr(0, rest).ok_or_else(outside)?;
            rest = &rest[length + 1..];
            let at = number(&mut rest).ok_or_else(outside)?;
            waiting.push(Node { at, before: name.len(), part: (start, start + length) });
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
    use super::*;

    fn names(trie: &[u8]) -> Result<Vec<String>, ReadError> {
        let mut names = Vec::new();
        visit(trie, |name| {
            names.push(String::from_utf8_lossy(name).into_owned());
            Ok(())
        })?;
        names.sort();
        Ok(names)
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
