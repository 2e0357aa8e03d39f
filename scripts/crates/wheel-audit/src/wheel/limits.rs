//! Limits of what is read, so that no archive makes a reader use unbounded memory or time.
//!
//! Each limit lies above what an index takes. What exceeds one is an error that names it, never a silent cut.

/// The largest archive that is read, in bytes. PyPI's own default limit for a file is 100 MiB.
pub const ARCHIVE_LIMIT: u64 = 1 << 30;
/// The largest member of a wheel that is unpacked, in bytes. It is hashed piece by piece.
pub const MEMBER_LIMIT: u64 = 1 << 30;
/// The largest member that is held in memory as a whole, in bytes: a program, a library or a bill of materials.
pub const HELD_LIMIT: u64 = 768 << 20;
/// The most bytes that all members of one wheel may unpack to.
pub const UNPACKED_LIMIT: u64 = 4 << 30;
/// The unpacked size up to which no ratio is too high, and the highest ratio of unpacked to packed size above it.
///
/// They are those of PyPI, which refuses such a wheel after the upload: `COMPRESSION_RATIO_MIN_SIZE` and
/// `COMPRESSION_RATIO_THRESHOLD` in
/// [`forklift/legacy.py`](https://github.com/pypi/warehouse/blob/main/warehouse/forklift/legacy.py).
pub const RATIO_LIMIT: (u64, u64) = (64 << 20, 50);
/// The most members of an sdist, and the most lines of `RECORD`. The format of wheels allows fewer members.
pub const MEMBER_COUNT_LIMIT: usize = 100_000;
/// The longest name of a member, in bytes. It is the longest path that Linux opens.
pub const NAME_LIMIT: usize = 4096;
/// The most bytes that the names of all members of an archive may have together.
pub const NAMES_LIMIT: usize = 16 << 20;
/// The largest text member that is kept in memory, in bytes. A `RECORD` of 65,535 lines has about 10 MB.
pub const TEXT_LIMIT: u64 = 16 << 20;
/// The largest `METADATA`, `WHEEL`, `entry_points.txt` or `PKG-INFO`, in bytes.
pub const SHORT_TEXT_LIMIT: u64 = 4 << 20;
/// The largest `pyproject.toml` or `Cargo.toml`, in bytes. A table takes far more memory than its text.
pub const TOML_LIMIT: u64 = 1 << 20;
/// The largest `Cargo.toml` of a crate below the top of an sdist, and `setup.py`, that is read, in bytes.
pub(crate) const MANIFEST_LIMIT: u64 = 256 << 10;
/// The most of them that are read.
pub(crate) const MANIFEST_COUNT_LIMIT: usize = 500;
/// The most bytes that all members that are kept of one archive may have together.
pub const KEPT_LIMIT: u64 = 64 << 20;
/// The most bytes that an sdist may unpack to.
pub const SOURCE_LIMIT: u64 = 256 << 20;
/// The largest extended header of a tar archive, in bytes.
pub const PAX_LIMIT: u64 = 64 << 10;
/// The most fields of `METADATA` or `WHEEL`. The longest on PyPI have some hundreds.
pub const FIELD_LIMIT: usize = 10_000;
/// The longest line of `RECORD` or `entry_points.txt`, in bytes: a path, a hash and a size.
pub const LINE_LIMIT: usize = 8192;
/// The most tags that one name or field may stand for. A short compressed set can stand for very many.
pub const TAG_LIMIT: usize = 1_000;
