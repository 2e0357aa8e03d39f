//! Home folders of people that are named in a member: where the machine that built it shows through.

use std::collections::BTreeSet;

use super::printable::printable;

/// Where home folders lie, and what ends a name there.
const HOMES: &[(&[u8], u8)] = &[(b"/home/", b'/'), (b"/Users/", b'/'), (b":\\Users\\", b'\\')];
/// Longer than a name of a user on any system.
const NAME_LIMIT: usize = 32;
/// How many homes are kept: one is enough to be told.
const COUNT_LIMIT: usize = 16;

/// The home folders that a member names: `/home/NAME/`, `/Users/NAME/`, `:\Users\NAME\`.
pub(super) fn homes(bytes: &[u8]) -> BTreeSet<String> {
    let mut homes = BTreeSet::new();
    for (start, end) in HOMES {
        for at in memchr::memmem::find_iter(bytes, start) {
            let name = &bytes[at + start.len()..];
            let name = &name[..name.len().min(NAME_LIMIT)];
            let Some(length) = name.iter().position(|byte| byte == end) else { continue };
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
            // A path in the middle of another, such as a folder of a library's own sources.
            let whole = at == 0 || !bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'.';
            if length > 0 && name[..length].iter().all(plain) && (whole || start[0] == b':') {
                let found = &bytes[at..=at + start.len() + length];
                homes.insert(printable(&String::from_utf8_lossy(found)));
                if homes.len() == COUNT_LIMIT {
                    return homes;
                }
            }
        }
    }
    homes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_are_found_and_what_only_looks_like_one_is_not() {
        let found = homes(b"x /home/me/.cargo\0/Users/some.one/src C:\\Users\\Me\\x /home/ /home/a b/ /x/home/y/z");
        let found: Vec<_> = found.into_iter().collect();
        assert_eq!(found, ["/Users/some.one/", "/home/me/", ":\\Users\\Me\\"]);
    }
}
