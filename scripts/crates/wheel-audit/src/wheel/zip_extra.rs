//! Extra fields of the headers of a zip archive
//! ([APPNOTE](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), section 4.5).

/// An extra field that changes what some readers see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// Sizes or a place in place of those in the header (0x0001).
    Zip64,
    /// Another name or comment (0x7075, 0x6375, of Info-ZIP).
    Name,
    /// The content is encrypted (0x9901, 0x0017).
    Encryption,
    /// The lengths of the fields do not add up.
    Broken,
}

impl Extra {
    /// The first such field. Other fields, such as times and owners, change nothing.
    pub(super) fn read(fields: &[u8]) -> Option<Self> {
        let mut at = 0;
        while at < fields.len() {
            let (Some(kind), Some(length)) = (number(fields, at), number(fields, at + 2)) else {
                return Some(Self::Broken);
            };
            at += 4 + usize::from(length);
            if at > fields.len() {
                return Some(Self::Broken);
            }
            match kind {
                0x0001 => return Some(Self::Zip64),
                0x6375 | 0x7075 => return Some(Self::Name),
                0x0017 | 0x9901 => return Some(Self::Encryption),
                _ => {}
            }
        }
        None
    }
}

fn number(fields: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*fields.get(at..)?.first_chunk()?))
}
