//! A whole release to a model of an index, with every fault at every request, and a kill at every step.

use std::collections::BTreeMap;

use anyhow::bail;
use wheel_audit::wheel::Sha256Sum;

use super::*;

const PATIENCE: Duration = Duration::from_secs(300);
/// The files of the release: a name, and what is in it.
const FILES: &[(&str, &str)] = &[("a.whl", "A"), ("b.whl", "B"), ("c.whl", "C"), ("s.tar.gz", "S")];

/// A fault of one request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum ModelFault {
    /// Nothing reaches the server.
    NotReached,
    /// The server acts on the request, and its answer is lost.
    AnswerLost,
    /// 429 or 503 with `Retry-After`.
    Busy,
    /// The server accepts the file, and lists it only later.
    Lag,
    /// Another run sends the same file just before this one.
    Overtaken,
}
const FAULTS: &[ModelFault] = &[
    ModelFault::NotReached,
    ModelFault::AnswerLost,
    ModelFault::Busy,
    ModelFault::Lag,
    ModelFault::Overtaken,
];

/// An index that never frees a name, and a receipt. Both outlive a run.
#[derive(Clone, Default)]
struct ModelIndex {
    files: BTreeMap<&'static str, &'static str>,
    /// Files that it has, but does not list for this number of further questions.
    unlisted: BTreeMap<&'static str, u32>,
    sent: Vec<(&'static str, &'static str)>,
    receipt: BTreeMap<&'static str, Vec<UploadEvent>>,
}

/// A fault from a certain request on, for a number of requests, and a kill at a step.
#[derive(Clone, Copy)]
struct Disturbance {
    fault: Option<(usize, ModelFault)>,
    times: usize,
    killed_at: Option<usize>,
}

const NONE: Disturbance = Disturbance { fault: None, times: 0, killed_at: None };

struct ModelRun<'a> {
    index: &'a mut ModelIndex,
    disturbance: Disturbance,
    requests: usize,
    steps: usize,
    file: (&'static str, &'static str),
}

impl ModelRun<'_> {
    /// Counts a step, and ends the run at the step of the kill.
    fn step(&mut self) -> Result<()> {
        self.steps += 1;
        if self.disturbance.killed_at == Some(self.steps) {
            bail!("killed");
        }
        Ok(())
    }

    fn fault(&mut self) -> Option<ModelFault> {
        self.requests += 1;
        let (first, fault) = self.disturbance.fault?;
        (first..first + self.disturbance.times).contains(&self.requests).then_some(fault)
    }

    fn store(&mut self) -> UploadAnswer {
        let (name, content) = self.file;
        match self.index.files.insert(name, content) {
            Some(other) if other != content => {
                self.index.files.insert(name, other);
                UploadAnswer::NameUsed("already exists".to_owned())
            }
            _ => UploadAnswer::Accepted,
        }
    }
}

impl ModelRun<'_> {
    fn answer(&mut self) -> Result<IndexState> {
        self.step()?;
        let (name, content) = self.file;
        let unknown = |why: &str, seconds: Option<u64>| IndexState::Unknown {
            why: why.to_owned(),
            retry_after: seconds.map(Duration::from_secs),
        };
        match self.fault() {
            Some(ModelFault::NotReached) => return Ok(unknown("refused", None)),
            Some(ModelFault::AnswerLost) => return Ok(unknown("cut", None)),
            Some(ModelFault::Busy) => return Ok(unknown("429", Some(2))),
            Some(ModelFault::Overtaken) => drop(self.index.files.insert(name, content)),
            Some(ModelFault::Lag) | None => {}
        }
        if let Some(left) = self.index.unlisted.get_mut(name).filter(|left| **left > 0) {
            *left -= 1;
            return Ok(IndexState::Absent);
        }
        Ok(match self.index.files.get(name) {
            None => IndexState::Absent,
            Some(stored) if *stored == content => {
                IndexState::Verified(format!("http://index/{name}"))
            }
            Some(stored) => IndexState::Mismatch(Sha256Sum::digest(stored.as_bytes())),
        })
    }

    fn upload(&mut self) -> Result<UploadAnswer> {
        self.step()?;
        self.index.sent.push(self.file);
        let lost = |why: &str, seconds: Option<u64>| UploadAnswer::Lost {
            why: why.to_owned(),
            retry_after: seconds.map(Duration::from_secs),
        };
        let answer = match self.fault() {
            Some(ModelFault::NotReached) => lost("cut", None),
            Some(ModelFault::Busy) => lost("429", Some(2)),
            Some(ModelFault::AnswerLost) => {
                self.store();
                lost("cut", None)
            }
            Some(ModelFault::Lag) => {
                self.index.unlisted.insert(self.file.0, 3);
                self.store()
            }
            Some(ModelFault::Overtaken) => {
                self.store();
                UploadAnswer::NameUsed("already exists".to_owned())
            }
            None => self.store(),
        };
        // A kill here comes after the server has the file, and before this run knows it.
        self.step()?;
        Ok(answer)
    }
}

impl Backend for ModelRun<'_> {
    fn ask(&mut self, _: Duration) -> Result<(IndexState, Duration)> {
        Ok((self.answer()?, Duration::ZERO))
    }

    fn send(&mut self, _: Duration) -> Result<(UploadAnswer, Duration)> {
        Ok((self.upload()?, Duration::ZERO))
    }

    fn pause(&mut self, _: Duration) -> Result<()> {
        self.step()
    }

    fn record(&mut self, event: UploadEvent) -> Result<()> {
        self.step()?;
        self.index.receipt.entry(self.file.0).or_default().push(event);
        Ok(())
    }
}

/// A whole run. Gives its numbers of requests and steps, and its end.
fn run_release(
    index: &mut ModelIndex,
    disturbance: Disturbance,
) -> (usize, usize, Result<Result<(), UploadFailure>>) {
    let mut model = ModelRun { index, disturbance, requests: 0, steps: 0, file: FILES[0] };
    for &file in FILES {
        model.file = file;
        match run(&mut model, PATIENCE) {
            Ok(Ok(_)) => {}
            Ok(Err(failure)) => return (model.requests, model.steps, Ok(Err(failure))),
            Err(killed) => return (model.requests, model.steps, Err(killed)),
        }
    }
    (model.requests, model.steps, Ok(Ok(())))
}

/// Asserts the end state, which is the same for every disturbance.
fn assert_released(index: &ModelIndex, what: &str) {
    assert_eq!(index.files, FILES.iter().copied().collect(), "{what}");
    for sent in &index.sent {
        assert!(FILES.contains(sent), "{what}: {sent:?}");
    }
    for (name, _) in FILES {
        let last = index.receipt[name].last();
        assert_eq!(last, Some(&UploadEvent::Verified(format!("http://index/{name}"))), "{what}");
    }
    // The sdist was sent last, so pip never found it without the wheels.
    let first = |name| index.sent.iter().position(|(sent, _)| *sent == name);
    let sdist = first("s.tar.gz").unwrap_or(usize::MAX);
    assert!(FILES.iter().all(|(name, _)| first(name).unwrap_or(0) <= sdist), "{what}");
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows the count")]
fn every_fault_at_every_request_is_survived_within_one_run() {
    let (requests, _, _) = run_release(&mut ModelIndex::default(), NONE);
    assert_eq!(requests, 3 * FILES.len());
    let mut survived = 0;
    for request in 1..=requests {
        for &fault in FAULTS {
            for times in 1..=4 {
                let mut index = ModelIndex::default();
                let fault = Some((request, fault));
                let (.., end) =
                    run_release(&mut index, Disturbance { fault, times, killed_at: None });
                let what = format!("{fault:?}, {times} times");
                assert_eq!(end.expect("nobody kills it"), Ok(()), "{what}");
                assert_released(&index, &what);
                survived += times;
            }
        }
    }
    println!("faults survived: {survived}");
    assert_eq!(survived, 12 * 5 * (1 + 2 + 3 + 4));
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows the count")]
fn a_run_that_is_killed_at_any_step_of_any_fault_is_finished_by_the_next() {
    let mut survived = 0;
    let faults =
        (1..=12).flat_map(|request| FAULTS.iter().map(move |&fault| Some((request, fault))));
    for fault in std::iter::once(None).chain(faults) {
        let disturbance = Disturbance { fault, times: 2, killed_at: None };
        let (_, steps, _) = run_release(&mut ModelIndex::default(), disturbance);
        for step in 1..=steps {
            for without_receipt in [false, true] {
                let mut index = ModelIndex::default();
                let killed = Disturbance { killed_at: Some(step), ..disturbance };
                run_release(&mut index, killed).2.expect_err("it is killed");
                // A run on another machine has no receipt of the first run.
                if without_receipt {
                    index.receipt.clear();
                }
                let what = format!("{fault:?}, killed at step {step}");
                assert_eq!(
                    run_release(&mut index, NONE).2.expect("nobody kills it"),
                    Ok(()),
                    "{what}"
                );
                assert_released(&index, &what);
                survived += 1;
            }
        }
    }
    println!("kills survived: {survived}");
    assert!(survived > 1000, "{survived}");
}

#[test]
#[expect(clippy::print_stdout, reason = "`--nocapture` shows the count")]
fn a_run_that_is_killed_twice_is_finished_by_the_third() {
    let mut survived = 0;
    let faults = (1..=12).flat_map(|request| FAULTS.iter().map(move |&fault| (request, fault)));
    for fault in std::iter::once(None).chain(faults.map(Some)) {
        let disturbance = Disturbance { fault, times: 2, killed_at: None };
        let (_, steps, _) = run_release(&mut ModelIndex::default(), disturbance);
        for first in 1..=steps {
            // The second run has less to do, until its kill comes too late.
            for second in 1.. {
                let mut index = ModelIndex::default();
                let killed = Disturbance { killed_at: Some(first), ..disturbance };
                run_release(&mut index, killed).2.expect_err("it is killed");
                let killed = Disturbance { killed_at: Some(second), ..NONE };
                let (.., end) = run_release(&mut index, killed);
                let what = format!("{fault:?}, killed at steps {first} and {second}");
                if let Ok(end) = end {
                    assert_eq!(end, Ok(()), "{what}");
                    break;
                }
                let (.., end) = run_release(&mut index, NONE);
                assert_eq!(end.expect("nobody kills it"), Ok(()), "{what}");
                assert_released(&index, &what);
                survived += 2;
            }
        }
    }
    println!("kills survived: {survived}");
    assert!(survived > 10_000, "{survived}");
}

#[test]
fn a_mismatch_under_any_name_ends_the_run_there() {
    for (position, (name, _)) in FILES.iter().enumerate() {
        let mut index = ModelIndex::default();
        index.files.insert(name, "other");
        let (.., end) = run_release(&mut index, NONE);
        let mismatch = UploadFailure::Mismatch(Sha256Sum::digest(b"other"));
        assert_eq!(end.expect("nobody kills it"), Err(mismatch));
        assert_eq!(index.sent, FILES[..position]);
        assert_eq!(index.files[name], "other");
    }
}

#[test]
fn two_runs_at_once_do_no_harm() {
    // The other run has sent the first files before this one starts, and sends all others meanwhile.
    for before in 0..=FILES.len() {
        for overtaken in 1..=3 * FILES.len() {
            let mut index = ModelIndex::default();
            index.files.extend(FILES[..before].iter().copied());
            let fault = Some((overtaken, ModelFault::Overtaken));
            let (.., end) =
                run_release(&mut index, Disturbance { fault, times: 99, killed_at: None });
            assert_eq!(end.expect("nobody kills it"), Ok(()));
            assert_eq!(index.files, FILES.iter().copied().collect());
        }
    }
}

/// An index that takes all the time that it is given for each answer.
struct Slow {
    waited: Duration,
    requests: usize,
}

impl Backend for Slow {
    fn ask(&mut self, left: Duration) -> Result<(IndexState, Duration)> {
        let time = left.min(Duration::from_secs(60));
        self.waited += time;
        self.requests += 1;
        Ok((IndexState::Unknown { why: "slow".to_owned(), retry_after: None }, time))
    }

    fn send(&mut self, _: Duration) -> Result<(UploadAnswer, Duration)> {
        bail!("the index never said that it has no such file")
    }

    fn pause(&mut self, pause: Duration) -> Result<()> {
        self.waited += pause;
        Ok(())
    }

    fn record(&mut self, _: UploadEvent) -> Result<()> {
        Ok(())
    }
}

#[test]
fn the_patience_bounds_the_waiting_as_a_whole() {
    let mut slow = Slow { waited: Duration::ZERO, requests: 0 };
    let end = run(&mut slow, PATIENCE).expect("nobody kills it");
    assert_eq!(end, Err(UploadFailure::OutOfPatience { why: "slow".to_owned() }));
    assert!(slow.waited <= PATIENCE, "{:?}", slow.waited);
    assert!(slow.requests > 3, "{}", slow.requests);
}
