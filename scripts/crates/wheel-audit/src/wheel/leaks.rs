//! Home folders of people that a member names: paths of the machine that built it.

use std::collections::BTreeSet;

/// The beginning of a home folder's path on each system, and the byte that ends the user's name.
const HOMES: &[(&[u8], u8)] = &[(b"/home/", b'/'), (b"/Users/", b'/'), (b":\\Users\\", b'\\')];
/// The longest user name that is looked for, in bytes.
const NAME_LIMIT: usize = 32;
/// The most homes that are kept of one member. One is enough for a finding.
const COUNT_LIMIT: usize = 16;

/// The home folders that a member names: `/home/NAME/`, `/Users/NAME/`, `:\Users\NAME\`.
pub(super) fn homes(bytes: &[u8]) -> BTreeSet<String> {
    let mut homes: BTreeSet<&[u8]> = BTreeSet::new();
    'search: for (start, end) in HOMES {
        for at in memchr::memmem::find_iter(bytes, start) {
            let name = &bytes[at + start.len()..];
            let name = &name[..name.len().min(NAME_LIMIT)];
            let Some(length) = name.iter().position(|byte| byte == end) else { continue };
            let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
            // `/x/home/y/` is a folder named `home` inside another path.
            let whole = at == 0 || !bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'.';
            if length > 0 && name[..length].iter().all(plain) && (whole || start[0] == b':') {
                homes.insert(&bytes[at..=at + start.len() + length]);
                if homes.len() == COUNT_LIMIT {
                    break 'search;
                }
            }
        }
    }
    homes.into_iter().map(|home| String::from_utf8_lossy(home).into_owned()).collect()
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
