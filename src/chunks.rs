//! The integers from 1 to n, cut into contiguous chunks.

use std::ops::RangeInclusive;

/// At most `count` chunks of 1..=n in order, none empty, whose lengths differ by 1 at most.
pub fn split(n: i64, count: i64) -> impl Iterator<Item = RangeInclusive<i64>> {
    let count = count.min(n);
    let mut done = 0;
    (0..count).map(move |index| {
        let before = done;
        done += n / count + i64::from(index < n % count);
        before + 1..=done
    })
}
