//! Room in memory for the files of a release, which are read in parallel.
//!
//! However many workers there are, the archives that are in memory have at most [`ARCHIVE_LIMIT`] bytes together, and one
//! large member is in memory at a time, of at most `HELD_LIMIT` bytes. Each worker may hold a small member beside it.
//! The facts that are kept of all files together are bounded too.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::error::ReadError;
use super::limits::ARCHIVE_LIMIT;

/// The largest member for which a worker needs no room, in bytes.
const SMALL: u64 = 16 << 20;
/// The most bytes that the facts of all files of a release may have together, about. Those of a usual wheel have some
/// kilobytes.
const FACTS_LIMIT: u64 = 512 << 20;

/// The memory that the readers of a release share.
#[derive(Debug)]
pub(super) struct Room {
    /// The bytes that are left for archives.
    free: Mutex<u64>,
    freed: Condvar,
    large: Mutex<()>,
    facts: AtomicU64,
}

/// Room for an archive, given back when it is dropped.
pub(super) struct Place<'a> {
    room: &'a Room,
    size: u64,
}

impl Room {
    pub(super) fn new() -> Self {
        Self {
            free: Mutex::new(ARCHIVE_LIMIT),
            freed: Condvar::new(),
            large: Mutex::new(()),
            facts: AtomicU64::new(0),
        }
    }

    /// Waits until there is room for an archive of so many bytes.
    pub(super) fn archive(&self, size: u64) -> Place<'_> {
        let size = size.min(ARCHIVE_LIMIT);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self
            .freed
            .wait_while(free, |free| *free < size)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= size;
        Place { room: self, size }
    }

    /// Waits until no other large member is held. Who holds one never waits for room for an archive.
    pub(super) fn member(&self, size: u64) -> Option<MutexGuard<'_, ()>> {
        (size > SMALL).then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts the facts of a file.
    pub(super) fn keep(&self, bytes: u64) -> Result<(), ReadError> {
        if self.facts.fetch_add(bytes, Ordering::Relaxed) + bytes > FACTS_LIMIT {
            self.facts.fetch_sub(bytes, Ordering::Relaxed);
            return Err(ReadError::new(format!(
                "what is known of it and of the other files has more than {FACTS_LIMIT} bytes"
            )));
        }
        Ok(())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.room.free.lock().unwrap_or_else(PoisonError::into_inner) += self.size;
        self.room.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn archives_wait_for_room_and_one_that_needs_all_of_it_gets_it() {
        let room = Room::new();
        let used = AtomicU64::new(0);
        let work = |size: u64| {
            for _ in 0..100 {
                let _place = room.archive(size);
                let now = used.fetch_add(size.min(ARCHIVE_LIMIT), Ordering::SeqCst);
                assert!(now + size.min(ARCHIVE_LIMIT) <= ARCHIVE_LIMIT);
                used.fetch_sub(size.min(ARCHIVE_LIMIT), Ordering::SeqCst);
            }
        };
        thread::scope(|scope| {
            for size in [ARCHIVE_LIMIT * 2, ARCHIVE_LIMIT / 2, ARCHIVE_LIMIT / 2, 1] {
                scope.spawn(move || work(size));
            }
        });
        assert_eq!(*room.free.lock().expect("no holder panics"), ARCHIVE_LIMIT);
    }

    #[test]
    fn facts_are_counted_together() {
        let room = Room::new();
        assert_eq!(room.keep(FACTS_LIMIT), Ok(()));
        assert!(room.keep(1).is_err());
        assert_eq!(room.keep(0), Ok(()));
    }
}
