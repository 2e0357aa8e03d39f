//! Limits of what is read, so that no archive makes a reader use unbounded memory or time.

/// The largest archive that is read, in bytes. PyPI's own default limit for a file is 100 MiB.
pub const ARCHIVE_LIMIT: u64 = 1 << 30;
/// The largest member of a wheel that is unpacked, in bytes.
pub const MEMBER_LIMIT: u64 = 1 << 30;
/// The most bytes that all members of one wheel may unpack to.
pub const UNPACKED_LIMIT: u64 = 4 << 30;
/// The most members of an sdist, and the most lines of `RECORD`. The format of wheels allows fewer members.
pub const MEMBER_COUNT_LIMIT: usize = 100_000;
/// The largest text member (`METADATA`, `RECORD`, …) that is kept in memory, in bytes.
pub const TEXT_LIMIT: u64 = 16 << 20;
/// The most bytes that an sdist may unpack to. All of them are kept in memory.
pub const SOURCE_LIMIT: u64 = 256 << 20;
/// The most fields of `METADATA` or `WHEEL`. The longest on PyPI have some hundreds.
pub const FIELD_LIMIT: usize = 10_000;
/// The most tags that one name or field may stand for. A short compressed set can stand for very many.
pub const TAG_LIMIT: usize = 1_000;
