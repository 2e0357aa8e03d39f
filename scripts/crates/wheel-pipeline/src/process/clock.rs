//! The time during which at least one tool runs. Benchmarks subtract it from the total to get the pipeline's
//! own share.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// A guard that exists while a tool runs.
pub(super) struct Busy;

struct Clock {
    running: usize,
    since: Option<Instant>,
    total: Duration,
}

static CLOCK: Mutex<Clock> = Mutex::new(Clock { running: 0, since: None, total: Duration::ZERO });

impl Busy {
    /// Counts a tool as running until the guard is dropped.
    pub(super) fn start() -> Self {
        let mut clock = CLOCK.lock().expect("no holder of the clock panics");
        if clock.running == 0 {
            clock.since = Some(Instant::now());
        }
        clock.running += 1;
        Self
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut clock = CLOCK.lock().expect("no holder of the clock panics");
        clock.running -= 1;
        if clock.running == 0
            && let Some(since) = clock.since.take()
        {
            clock.total += since.elapsed();
        }
    }
}

/// The time so far during which at least one tool was running.
pub fn time_in_tools() -> Duration {
    CLOCK.lock().expect("no holder of the clock panics").total
}
