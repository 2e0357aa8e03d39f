//! The time in which at least one tool runs, so that a benchmark can tell the pipeline's own share from
//! that of the tools.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Lives as long as a tool runs.
pub(super) struct Busy;

struct Clock {
    running: usize,
    since: Option<Instant>,
    total: Duration,
}

static CLOCK: Mutex<Clock> = Mutex::new(Clock { running: 0, since: None, total: Duration::ZERO });

impl Busy {
    /// A tool starts.
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

/// The time so far in which at least one tool was running.
pub fn time_in_tools() -> Duration {
    CLOCK.lock().expect("no holder of the clock panics").total
}
