//! The bytes of one file, read without trust in what the file is.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::error::ReadError;
use super::limits::ARCHIVE_LIMIT;

/// An open file of a size that may be read.
pub(super) struct Opened {
    file: File,
    size: u64,
}

impl Opened {
    /// Opens a file of at most [`ARCHIVE_LIMIT`] bytes. A link is followed.
    pub(super) fn open(path: &Path) -> Result<Self, ReadError> {
        // Opening a named pipe would wait for a writer forever.
        let closed = |error: std::io::Error| ReadError::new(format!("cannot be opened: {error}"));
        let about = fs::metadata(path).map_err(closed)?;
        if !about.is_file() {
            return Err(ReadError::new("it is not a file"));
        }
        if about.len() > ARCHIVE_LIMIT {
            return Err(ReadError::new(format!("it is larger than {ARCHIVE_LIMIT} bytes")));
        }
        Ok(Self { file: File::open(path).map_err(closed)?, size: about.len() })
    }

    /// The size in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// The content.
    pub(super) fn read(self) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.size).unwrap_or(0));
        // A file that grows is not read to its end.
        self.file
            .take(self.size + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| ReadError::new(format!("cannot be read: {error}")))?;
        if bytes.len() as u64 != self.size {
            return Err(ReadError::new("its size changed while it was read"));
        }
        Ok(bytes)
    }
}

/// Reads a file of at most [`ARCHIVE_LIMIT`] bytes. A link is followed.
///
/// # Errors
///
/// When it is not a regular file, is too large, changes meanwhile, or cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    Opened::open(path)?.read()
}

/// Reads a file of a release in the same way, and refuses a link: it may point to other bytes tomorrow.
///
/// # Errors
///
/// As for [`read`], and when it is a link.
pub fn read_released(path: &Path) -> Result<Vec<u8>, ReadError> {
    if fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) {
        return Err(ReadError::new("it is a link, and not a file"));
    }
    read(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a");
        fs::write(&file, b"bytes").expect("written");
        assert_eq!(read(&file).expect("a file"), b"bytes");
        assert_eq!(read_released(&file).expect("a file"), b"bytes");
        let no_file = read(folder.path()).expect_err("a folder").to_string();
        assert_eq!(no_file, "it is not a file");
        let none = read(&folder.path().join("b")).expect_err("none").to_string();
        assert!(none.starts_with("cannot be opened: "), "{none}");
    }

    #[cfg(unix)]
    #[test]
    fn a_released_file_is_no_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, b"bytes").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        assert_eq!(read(&link).expect("a file"), b"bytes");
        let refused = read_released(&link).expect_err("a link").to_string();
        assert_eq!(refused, "it is a link, and not a file");
    }
}
