//! The members of an archive, one after another, without any of them in memory as a whole.

use std::io::Read;

use super::header::{BLOCK, Header, Kind};
use super::pax;
use crate::wheel::error::ReadError;
use crate::wheel::limits::{MEMBER_COUNT_LIMIT, NAME_LIMIT, NAMES_LIMIT, PAX_LIMIT};
use crate::wheel::printable::quoted;

/// A member. The name of a folder ends in a slash, and that of a file does not.
pub(in crate::wheel) struct Entry {
    pub(in crate::wheel) name: String,
    /// The fault of a member that is neither a file nor a folder. It has no content.
    pub(in crate::wheel) refused: Option<&'static str>,
    pub(in crate::wheel) size: u64,
    pub(in crate::wheel) executable: bool,
}

impl Entry {
    pub(in crate::wheel) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }
}

/// Passes each member with its content to `look`, which need not read it.
pub(in crate::wheel) fn visit<R: Read>(
    source: &mut R,
    mut look: impl FnMut(&Entry, &mut dyn Read) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut name: Option<Vec<u8>> = None;
    // True after a header that is about the next one.
    let mut pending = false;
    let (mut count, mut names) = (0, 0);
    while let Some(header) = next(source)? {
        count += 1;
        if count > MEMBER_COUNT_LIMIT {
            return Err(ReadError::new(format!("it has more than {MEMBER_COUNT_LIMIT} members")));
        }
        match header.kind {
            Kind::Global if !pending => pax::global(&text(source, &header, PAX_LIMIT)?)?,
            Kind::Extended if !pending => {
                name = pax::path(&text(source, &header, PAX_LIMIT)?)?;
                pending = true;
            }
            Kind::LongName if !pending => {
                // One NUL more than the name.
                let mut long = text(source, &header, NAME_LIMIT as u64 + 1)?;
                if long.last() == Some(&0) {
                    long.pop();
                }
                name = Some(long);
                pending = true;
            }
            Kind::Global | Kind::Extended | Kind::LongName => {
                return Err(ReadError::new(
                    "it has two headers for one member, which readers take in different ways",
                ));
            }
            Kind::File | Kind::Folder | Kind::Other(_) => {
                let entry = entry(&header, name.take())?;
                pending = false;
                names += entry.name.len();
                if names > NAMES_LIMIT {
                    return Err(ReadError::new(format!(
                        "the names of its members have more than {NAMES_LIMIT} bytes"
                    )));
                }
                content(source, &entry, &mut look)?;
            }
        }
    }
    if pending {
        return Err(ReadError::new("its last member is announced and not there"));
    }
    Ok(())
}

fn entry(header: &Header, name: Option<Vec<u8>>) -> Result<Entry, ReadError> {
    let name = name.unwrap_or_else(|| header.name.clone());
    let shown = String::from_utf8_lossy(&name).into_owned();
    let wrong = |what: &str| ReadError::new(format!("member `{}` {what}", quoted(&shown)));
    let mut name =
        String::from_utf8(name).map_err(|_| ReadError::new("a member's name is not UTF-8"))?;
    if name.len() > NAME_LIMIT {
        return Err(wrong(&format!("has a name of more than {NAME_LIMIT} bytes")));
    }
    match header.kind {
        Kind::Folder if header.size > 0 => return Err(wrong("is a folder with content")),
        Kind::Folder if !name.ends_with('/') => name.push('/'),
        // Readers take it for a folder or for a file.
        Kind::File if name.ends_with('/') => return Err(wrong("is a file named like a folder")),
        _ => {}
    }
    let refused = match header.kind {
        Kind::Other(what) => Some(what),
        _ => None,
    };
    Ok(Entry { name, refused, size: header.size, executable: header.executable })
}

/// Passes the content on, and reads the rest of it and of its last block.
fn content<R: Read>(
    source: &mut R,
    entry: &Entry,
    look: &mut impl FnMut(&Entry, &mut dyn Read) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut content = source.by_ref().take(entry.size);
    look(entry, &mut content)?;
    let rest = content.limit();
    skip(source, rest + padding(entry.size))
}

/// The text of a header that is about other members.
fn text<R: Read>(source: &mut R, header: &Header, limit: u64) -> Result<Vec<u8>, ReadError> {
    if header.size > limit {
        let what = if header.kind == Kind::LongName { "a name" } else { "an extended header" };
        return Err(ReadError::new(format!("it has {what} of more than {limit} bytes")));
    }
    let mut text = vec![0; usize::try_from(header.size).unwrap_or(0)];
    source.read_exact(&mut text).map_err(cut)?;
    skip(source, padding(header.size))?;
    Ok(text)
}

/// The next header; none at the end of the archive, after which only zeros may follow.
fn next<R: Read>(source: &mut R) -> Result<Option<Header>, ReadError> {
    let mut block = [0; BLOCK];
    source.read_exact(&mut block).map_err(cut)?;
    if block.iter().any(|byte| *byte != 0) {
        return Header::read(&block).map(Some);
    }
    let mut zeros = 0;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match source.read(&mut buffer).map_err(cut)? {
            0 if zeros < BLOCK => return Err(ReadError::new("its end is cut off")),
            0 => return Ok(None),
            length if buffer[..length].iter().any(|byte| *byte != 0) => {
                return Err(ReadError::new("it has data after the end of the archive"));
            }
            length => zeros = zeros.saturating_add(length),
        }
    }
}

fn padding(size: u64) -> u64 {
    size.next_multiple_of(BLOCK as u64) - size
}

fn skip<R: Read>(source: &mut R, length: u64) -> Result<(), ReadError> {
    let skipped = std::io::copy(&mut source.by_ref().take(length), &mut std::io::sink());
    match skipped {
        Ok(skipped) if skipped == length => Ok(()),
        Ok(_) => Err(ReadError::new("it is not a gzipped tar: it is cut short")),
        Err(error) => Err(cut(error)),
    }
}

pub(in crate::wheel) fn cut(error: std::io::Error) -> ReadError {
    ReadError::new(format!("it is not a gzipped tar: {error}"))
}
