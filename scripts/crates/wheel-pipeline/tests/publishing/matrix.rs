//! Every request of a release, failing in every way; and a run that is killed at every request.
//!
//! The whole matrix of a release of four files takes minutes: `cargo test --manifest-path
//! scripts/Cargo.toml --test publishing -- --ignored --nocapture` runs it. The same for a release of two
//! files is always run, and a model of it with thousands of cases is among the tests of the crate.

use std::collections::VecDeque;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;

use crate::index::Index;
use crate::proxy::{FAULTS, Fault, Moment, Proxy};
use crate::release::Release;

/// Runs cases on as many threads as the machine has; how many there were.
pub fn each<T: Send + 'static>(cases: Vec<T>, test: fn(T)) -> usize {
    let count = cases.len();
    let cases = Arc::new(Mutex::new(VecDeque::from(cases)));
    let workers = thread::available_parallelism().map_or(2, usize::from);
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

/// A release, a request, a fault, and how many requests in a row fail so.
type Case = (fn() -> Release, usize, Fault, usize);

fn survives((release, request, fault, times): Case) {
    let what = format!("{fault:?} at request {request}, {times} times");
    let (release, index) = (release(), Index::default());
    let proxy = Proxy { fault: Some((request, fault, times)), ..Proxy::default() };
    let port = proxy.start(index.start());
    let first = release.publish(port);
    assert!(proxy.count() >= request, "{what}: it never came");
    assert_eq!(first.code, 0, "{what}: {}", first.stderr);
    release.is_published(&index, &what);
    // What is published stays so, and nothing is sent again.
    let sent = index.uploads().len();
    let again = release.publish(port);
    assert_eq!(again.code, 0, "{what}: {}", again.stderr);
    assert_eq!(index.uploads().len(), sent, "{what}");
    release.is_published(&index, &what);
}

/// A release, a request, and whether the index has it already.
type Kill = (fn() -> Release, usize, Moment);

fn outlives((release, request, moment): Kill) {
    let what = format!("killed at request {request}, {moment:?} the index had it");
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
        // The first request waits for this lock, so that there is somebody to kill.
        let mut child = child.lock().expect("no holder panics");
        let mut command = release.command(port);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        *child = Some(command.spawn().expect("the program starts"));
    }
    let status = loop {
        let ended = child.lock().expect("no holder panics").as_mut().expect("started").try_wait();
        if let Some(status) = ended.expect("it can be asked") {
            break status;
        }
        thread::sleep(std::time::Duration::from_millis(5));
    };
    assert_eq!(status.signal(), Some(9), "{what}");
    let second = release.publish(index_port);
    assert_eq!(second.code, 0, "{what}: {}", second.stderr);
    release.is_published(&index, &what);
}

/// How many requests a release takes when nothing fails.
fn requests(release: fn() -> Release) -> usize {
    let (release, index) = (release(), Index::default());
    let proxy = Proxy::default();
    let port = proxy.start(index.start());
    let run = release.publish(port);
    assert_eq!(run.code, 0, "{}", run.stderr);
    release.is_published(&index, "nothing fails");
    proxy.count()
}

fn faults(release: fn() -> Release, all: bool) -> Vec<Case> {
    let at = |request| FAULTS.iter().map(move |&fault| (release, request, fault, 1));
    let mut cases: Vec<Case> = (1..=requests(release)).flat_map(at).collect();
    if all {
        let twice = cases.iter().map(|&(release, request, fault, _)| (release, request, fault, 2));
        cases.extend(twice.collect::<Vec<_>>());
    }
    cases
}

fn kills(release: fn() -> Release) -> Vec<Kill> {
    let at = |request| [(release, request, Moment::Before), (release, request, Moment::After)];
    (1..=requests(release)).flat_map(at).collect()
}

#[test]
fn a_fault_of_every_kind_at_every_request_is_survived() {
    let survived = each(faults(small, false), survives);
    println!("faults survived: {survived}");
    assert_eq!(survived, 5 * FAULTS.len());
}

#[test]
fn a_run_that_is_killed_at_any_request_is_finished_by_the_next() {
    let survived = each(kills(small), outlives);
    println!("kills survived: {survived}");
    assert_eq!(survived, 2 * 5);
}

#[test]
#[ignore = "it takes minutes; the command is in CONTRIBUTING.md"]
fn the_whole_matrix_of_a_whole_release_is_survived() {
    let faults = each(faults(whole, true), survives);
    let kills = each(kills(whole), outlives);
    println!("faults survived: {faults}, kills survived: {kills}");
    assert_eq!((faults, kills), (2 * 9 * FAULTS.len(), 2 * 9));
}
