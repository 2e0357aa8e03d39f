//! Every fault at every request of a release, and a kill at every request.
//!
//! The cases of a release of two files always run. Those of a release of four files take minutes, and this
//! command, in `scripts/`, runs them:
//!
//! ```console
//! $ cargo test -p wheel-pipeline --test publishing -- --ignored --nocapture
//! ```
//!
//! A model of the same with thousands of cases is among the unit tests of the crate.

use std::collections::VecDeque;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use wheel_fixtures::limited;

use crate::index::Index;
use crate::proxy::{FAULTS, Fault, Moment, Proxy};
use crate::release::Release;

/// Runs the cases, some at a time. Gives their number.
///
/// A case mostly waits, for pauses and for silent connections, so there are more threads than processors.
pub fn each<T: Send + 'static>(cases: Vec<T>, test: fn(T)) -> usize {
    let count = cases.len();
    let cases = Arc::new(Mutex::new(VecDeque::from(cases)));
    let workers = 2 * thread::available_parallelism().map_or(2, usize::from);
    let threads: Vec<_> = (0..workers)
        .map(|_| {
            let cases = cases.clone();
            thread::spawn(move || {
                loop {
                    let next = cases.lock().expect("no holder panics").pop_front();
                    let Some(case) = next else { break };
                    test(case);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("a case failed");
    }
    count
}

fn small() -> Release {
    Release::small()
}

fn whole() -> Release {
    Release::whole()
}

/// A release, the first request that fails, its fault, and the number of requests in a row that fail so.
type FaultCase = (fn() -> Release, usize, Fault, usize);

fn publish_with_fault((release, request, fault, times): FaultCase) {
    let what = format!("{fault:?} at request {request}, {times} times");
    let (release, index) = (release(), Index::default());
    let proxy = Proxy { fault: Some((request, fault, times)), ..Proxy::default() };
    let port = proxy.start(index.start());
    let first = release.publish(port);
    assert!(proxy.count() >= request, "{what}: the request never came");
    assert_eq!(first.code, 0, "{what}: {}", first.stderr);
    release.assert_published(&index, &what);
    // A second run sends nothing again.
    let sent = index.uploads().len();
    let again = release.publish(port);
    assert_eq!(again.code, 0, "{what}: {}", again.stderr);
    assert_eq!(index.uploads().len(), sent, "{what}");
    release.assert_published(&index, &what);
}

/// A release, the request of the kill, and whether the index has that request already.
type KillCase = (fn() -> Release, usize, Moment);

fn publish_after_kill((release, request, moment): KillCase) {
    let what = format!("killed at request {request}, {moment:?} the index got it");
    let (release, index) = (release(), Index::default());
    let child = Arc::new(Mutex::new(None::<std::process::Child>));
    let victim = child.clone();
    let watch = move |number, now| {
        if (number, now) == (request, moment)
            && let Some(child) = victim.lock().expect("no holder panics").as_mut()
        {
            child.kill().expect("it runs");
        }
    };
    let proxy = Proxy { watch: Some(Arc::new(watch)), ..Proxy::default() };
    let index_port = index.start();
    let port = proxy.start(index_port);
    {
        // The first request waits for this lock, so that it finds the child.
        let mut child = child.lock().expect("no holder panics");
        let mut command = release.command(port);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        *child = Some(command.spawn().expect("the program starts"));
    }
    let started = Instant::now();
    let status = loop {
        {
            let mut child = child.lock().expect("no holder panics");
            let child = child.as_mut().expect("it was started");
            if let Some(status) = child.try_wait().expect("it can be asked") {
                break status;
            }
            if started.elapsed() > limited::LIMIT {
                child.kill().expect("it is running");
                panic!("{what}: the run did not end in time");
            }
        }
        thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.signal(), Some(9), "{what}");
    let second = release.publish(index_port);
    assert_eq!(second.code, 0, "{what}: {}", second.stderr);
    release.assert_published(&index, &what);
}

/// The number of requests of a release without a fault.
fn requests(release: fn() -> Release) -> usize {
    let (release, index) = (release(), Index::default());
    let proxy = Proxy::default();
    let port = proxy.start(index.start());
    let run = release.publish(port);
    assert_eq!(run.code, 0, "{}", run.stderr);
    release.assert_published(&index, "nothing fails");
    proxy.count()
}

fn faults(release: fn() -> Release, all: bool) -> Vec<FaultCase> {
    let at = |request| FAULTS.iter().map(move |&fault| (release, request, fault, 1));
    let mut cases: Vec<FaultCase> = (1..=requests(release)).flat_map(at).collect();
    if all {
        let twice = cases.iter().map(|&(release, request, fault, _)| (release, request, fault, 2));
        cases.extend(twice.collect::<Vec<_>>());
    }
    cases
}

fn kills(release: fn() -> Release) -> Vec<KillCase> {
    let at = |request| [(release, request, Moment::Before), (release, request, Moment::After)];
    (1..=requests(release)).flat_map(at).collect()
}

#[test]
fn every_fault_at_every_request_is_overcome() {
    let count = each(faults(small, false), publish_with_fault);
    println!("faults overcome: {count}");
    assert_eq!(count, 5 * FAULTS.len());
}

#[test]
fn a_run_that_is_killed_at_any_request_is_finished_by_the_next() {
    let count = each(kills(small), publish_after_kill);
    println!("kills overcome: {count}");
    assert_eq!(count, 2 * 5);
}

/// The part of a run's time after which it is killed, in percent.
fn publish_after_kill_at(percent: u32) {
    let what = format!("killed after {percent} % of its time");
    let undisturbed = {
        let (release, index) = (whole(), Index::default());
        let started = Instant::now();
        assert_eq!(release.publish(index.start()).code, 0);
        started.elapsed()
    };
    let (release, index) = (whole(), Index::default());
    let port = index.start();
    let mut command = release.command(port);
    let mut child =
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
    thread::sleep(undisturbed * percent / 100);
    child.kill().expect("it is running, or has ended just now");
    limited::wait(&mut child);
    for file in index.uploads() {
        assert!(release.files.iter().any(|(name, _)| *name == file.0), "{what}: {file:?}");
    }
    let second = release.publish(port);
    assert_eq!(second.code, 0, "{what}: {}", second.stderr);
    release.assert_published(&index, &what);
}

#[test]
#[ignore = "it takes minutes; the command is in CONTRIBUTING.md"]
fn a_run_that_is_killed_at_any_moment_is_finished_by_the_next() {
    let count = each((1..=50).map(|step| 2 * step).collect(), publish_after_kill_at);
    println!("kills overcome: {count}");
    assert_eq!(count, 50);
}

#[test]
#[ignore = "it takes minutes; the command is in CONTRIBUTING.md"]
fn the_whole_matrix_of_a_whole_release_is_overcome() {
    let faults = each(faults(whole, true), publish_with_fault);
    let kills = each(kills(whole), publish_after_kill);
    println!("faults overcome: {faults}, kills overcome: {kills}");
    assert_eq!((faults, kills), (2 * 9 * FAULTS.len(), 2 * 9));
}
