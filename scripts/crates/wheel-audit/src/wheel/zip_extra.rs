//! Extra fields of the headers of a zip archive
//! ([APPNOTE](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), section 4.5).

/// An extra field that changes what some readers see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// Other sizes, or another place, than the header has (0x0001).
    Zip64,
    /// Another name or comment (0x7075, 0x6375, of Info-ZIP).
    Name,
    /// The content is encrypted (0x9901, 0x0017).
    Encryption,
    /// The lengths of the fields do not add up.
    Broken,
}

impl Extra {
    /// The first such field. Other fields, such as times and owners, change nothing. Sizes are read by [`zip64`].
    pub(super) fn read(fields: &[u8]) -> Option<Self> {
        Fields(fields).find_map(|field| match field {
            None => Some(Self::Broken),
            Some((0x6375 | 0x7075, _)) => Some(Self::Name),
            Some((0x0017 | 0x9901, _)) => Some(Self::Encryption),
            Some(_) => None,
        })
    }
}

/// Takes those of size, packed size and place from the extra field of zip64 for which the header has no room. Python's
/// `force_zip64` writes such sizes for small members too.
///
/// Returns false if the field says something else than the header, or more.
pub(super) fn zip64(fields: &[u8], values: [&mut u64; 3]) -> bool {
    let mut found = Fields(fields).flatten().filter(|(kind, _)| *kind == 0x0001);
    let Some((_, mut content)) = found.next() else { return true };
    let mut used = false;
    for value in values {
        if *value == u64::from(u32::MAX) {
            let Some((wide, rest)) = content.split_first_chunk() else { return false };
            (*value, content, used) = (u64::from_le_bytes(*wide), rest, true);
        }
    }
    used && content.is_empty() && found.next().is_none()
}

/// The kind and the content of each field; `None` once if the lengths do not add up.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Option<(u16, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let fields = std::mem::take(&mut self.0);
        let number = |at: usize| Some(u16::from_le_bytes(*fields.get(at..)?.first_chunk()?));
        let (Some(kind), Some(length)) = (number(0), number(2)) else { return Some(None) };
        let Some(content) = fields.get(4..4 + usize::from(length)) else { return Some(None) };
        self.0 = &fields[4 + usize::from(length)..];
        Some(Some((kind, content)))
    }
}
