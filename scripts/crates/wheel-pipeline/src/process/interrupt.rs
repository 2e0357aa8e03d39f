//! Ctrl-C and requests to terminate. The first one ends the running tools and then this program, which tidies up. A
//! second one ends everything at once.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::failure::Failure;

static INTERRUPTS: AtomicUsize = AtomicUsize::new(0);
/// The process groups of running tools. A second interrupt ends them.
static GROUPS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
/// The longest time until an interrupt is noticed.
const NOTICE: Duration = Duration::from_millis(100);

/// Runs the program. Ctrl-C and requests to terminate end the running tools first, and then the program.
///
/// Every error after an interrupt is the interrupt. On its way up it may have been taken for a missing program or a
/// missing network, and the advice against those would be wrong.
pub fn heeding<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    let handle = || {
        if INTERRUPTS.fetch_add(1, Ordering::SeqCst) > 0 {
            end_at_once();
        }
    };
    ctrlc::set_handler(handle).context("cannot handle Ctrl-C")?;
    run().map_err(|error| check_interrupt().err().map_or(error, Into::into))
}

/// Fails if an interrupt has arrived.
pub fn check_interrupt() -> Result<(), Failure> {
    if INTERRUPTS.load(Ordering::SeqCst) > 0 { Err(Failure::interrupted()) } else { Ok(()) }
}

/// Sleeps, and fails as soon as an interrupt arrives.
pub fn wait(pause: Duration) -> Result<(), Failure> {
    let started = Instant::now();
    while let Some(rest) = pause.checked_sub(started.elapsed()).filter(|rest| !rest.is_zero()) {
        check_interrupt()?;
        std::thread::sleep(rest.min(NOTICE));
    }
    check_interrupt()
}

/// Does work that cannot notice an interrupt itself, such as reading archives or waiting for a server. After an
/// interrupt it fails at once, and the work is abandoned. So the work must not write anything.
pub fn unless_interrupted<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    check_interrupt()?;
    let (sender, result) = channel();
    let worker = std::thread::spawn(move || {
        // Nobody receives the result of abandoned work.
        let _abandoned = sender.send(work());
    });
    loop {
        match result.recv_timeout(NOTICE) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) => check_interrupt()?,
            Err(RecvTimeoutError::Disconnected) => match worker.join() {
                Err(panic) => std::panic::resume_unwind(panic),
                Ok(()) => unreachable!("the work ends with a result or a panic"),
            },
        }
    }
}

/// Remembers a tool, which leads a process group of its own, until it has ended.
pub(super) fn started(group: u32) {
    groups().insert(group);
}

/// Forgets a tool that has ended. Its number may belong to another process from now on.
pub(super) fn ended(group: u32) {
    groups().remove(&group);
}

fn groups() -> std::sync::MutexGuard<'static, BTreeSet<u32>> {
    GROUPS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Ends the running tools and this program, without tidying up.
fn end_at_once() -> ! {
    #[cfg(unix)]
    for group in groups().iter() {
        use nix::sys::signal::{Signal, killpg};
        use nix::unistd::Pid;
        if let Ok(group) = i32::try_from(*group) {
            // It may have ended in this moment.
            let _ended = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
    }
    // On Windows the tools are in jobs, which end with this program.
    std::process::exit(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_of_work_is_passed_on() {
        assert_eq!(unless_interrupted(|| 7), Ok(7));
    }

    #[test]
    fn a_panic_in_the_work_is_passed_on() {
        let panic = std::panic::catch_unwind(|| unless_interrupted(|| panic!("as it was")));
        let message = panic.expect_err("it panics");
        assert_eq!(message.downcast_ref::<&str>(), Some(&"as it was"));
    }
}
