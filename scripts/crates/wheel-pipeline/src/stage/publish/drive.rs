//! One file from the first question to the last: the moves of [`Step`], made in a world.

use std::time::Duration;

use anyhow::Result;

use super::step::{Act, End, Seen, Step};
use crate::tool::twine::Answer;

/// Where moves are made: an index and a receipt, or a model of them.
pub trait World {
    /// Asks the index for the file.
    fn ask(&mut self) -> Result<Seen>;
    /// Sends the file, once.
    fn send(&mut self) -> Result<Answer>;
    /// Waits.
    fn pause(&mut self, pause: Duration) -> Result<()>;
    /// Writes into the receipt what comes next or has happened.
    fn note(&mut self, note: Note) -> Result<()>;
}

/// What the receipt is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The file is about to be sent.
    Sending,
    /// Something went wrong that may pass.
    Fault(String),
    /// The index holds the file, at this address.
    Held(String),
}

/// Brings one file to the index. The address where the index offers it, or why it does not.
pub fn drive(world: &mut impl World, patience: Duration) -> Result<Result<String, End>> {
    let mut step = Step::new(patience);
    let mut next = Step::start();
    loop {
        if !next.pause.is_zero() {
            world.pause(next.pause)?;
        }
        next = match next.act {
            Act::Ask => {
                let seen = world.ask()?;
                if let Seen::Unclear { why, .. } = &seen {
                    world.note(Note::Fault(why.clone()))?;
                }
                step.saw(seen)
            }
            Act::Send => {
                world.note(Note::Sending)?;
                let answer = world.send()?;
                if let Answer::Lost { why, .. } = &answer {
                    world.note(Note::Fault(why.clone()))?;
                }
                step.answered(answer)
            }
            Act::Done(url) => {
                world.note(Note::Held(url.clone()))?;
                return Ok(Ok(url));
            }
            Act::End(end) => return Ok(Err(end)),
        };
    }
}

#[cfg(test)]
mod tests {
    //! A whole release in a model of an index, with every fault at every request, and with the run
    //! killed at every step.

    use std::collections::BTreeMap;

    use anyhow::bail;

    use super::*;
    use wheel_audit::wheel::Sha256Sum;

    const PATIENCE: Duration = Duration::from_secs(300);
    /// The files of the release: a name, and what is in it.
    const FILES: &[(&str, &str)] =
        &[("a.whl", "A"), ("b.whl", "B"), ("c.whl", "C"), ("s.tar.gz", "S")];

    /// How a request can go wrong.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fault {
        /// Nothing reaches the server.
        NotReached,
        /// The server has done it, and its answer is lost.
        AnswerLost,
        /// 429 or 503 with `Retry-After`.
        Busy,
        /// The server took it, and shows it only later.
        Lag,
        /// Another run sends the same file just before.
        Overtaken,
    }
    const FAULTS: &[Fault] =
        &[Fault::NotReached, Fault::AnswerLost, Fault::Busy, Fault::Lag, Fault::Overtaken];

    /// An index that keeps names for good, and the receipt, which outlive a run.
    #[derive(Clone, Default)]
    struct Index {
        held: BTreeMap<&'static str, &'static str>,
        /// Files that it holds and does not show for so many questions more.
        unseen: BTreeMap<&'static str, u32>,
        sent: Vec<(&'static str, &'static str)>,
        receipt: BTreeMap<&'static str, Vec<Note>>,
    }

    /// What goes wrong: a fault at a request, so many times in a row, and an end at a step.
    #[derive(Clone, Copy)]
    struct Trouble {
        fault: Option<(usize, Fault)>,
        times: usize,
        killed_at: Option<usize>,
    }

    const NONE: Trouble = Trouble { fault: None, times: 0, killed_at: None };

    struct Run<'a> {
        index: &'a mut Index,
        trouble: Trouble,
        requests: usize,
        steps: usize,
        file: (&'static str, &'static str),
    }

    impl Run<'_> {
        /// Counts a step, and ends the run if its time has come.
        fn step(&mut self) -> Result<()> {
            self.steps += 1;
            if self.trouble.killed_at == Some(self.steps) {
                bail!("killed");
            }
            Ok(())
        }

        fn fault(&mut self) -> Option<Fault> {
            self.requests += 1;
            let (first, fault) = self.trouble.fault?;
            (first..first + self.trouble.times).contains(&self.requests).then_some(fault)
        }

        fn store(&mut self) -> Answer {
            let (name, content) = self.file;
            match self.index.held.insert(name, content) {
                Some(other) if other != content => {
                    self.index.held.insert(name, other);
                    Answer::NameTaken("already exists".to_owned())
                }
                _ => Answer::Taken,
            }
        }
    }

    impl World for Run<'_> {
        fn ask(&mut self) -> Result<Seen> {
            self.step()?;
            let (name, content) = self.file;
            let unclear = |why: &str, seconds: Option<u64>| Seen::Unclear {
                why: why.to_owned(),
                retry_after: seconds.map(Duration::from_secs),
            };
            match self.fault() {
                Some(Fault::NotReached) => return Ok(unclear("refused", None)),
                Some(Fault::AnswerLost) => return Ok(unclear("cut", None)),
                Some(Fault::Busy) => return Ok(unclear("429", Some(2))),
                Some(Fault::Overtaken) => drop(self.index.held.insert(name, content)),
                Some(Fault::Lag) | None => {}
            }
            if let Some(left) = self.index.unseen.get_mut(name).filter(|left| **left > 0) {
                *left -= 1;
                return Ok(Seen::Absent);
            }
            Ok(match self.index.held.get(name) {
                None => Seen::Absent,
                Some(held) if *held == content => Seen::Same(format!("http://index/{name}")),
                Some(held) => Seen::Other(Sha256Sum::digest(held.as_bytes())),
            })
        }

        fn send(&mut self) -> Result<Answer> {
            self.step()?;
            self.index.sent.push(self.file);
            let lost = |why: &str, seconds: Option<u64>| Answer::Lost {
                why: why.to_owned(),
                retry_after: seconds.map(Duration::from_secs),
            };
            let answer = match self.fault() {
                Some(Fault::NotReached) => lost("cut", None),
                Some(Fault::Busy) => lost("429", Some(2)),
                Some(Fault::AnswerLost) => {
                    self.store();
                    lost("cut", None)
                }
                Some(Fault::Lag) => {
                    self.index.unseen.insert(self.file.0, 3);
                    self.store()
                }
                Some(Fault::Overtaken) => {
                    self.store();
                    Answer::NameTaken("already exists".to_owned())
                }
                None => self.store(),
            };
            // Killed after the server has it, before anybody here knows.
            self.step()?;
            Ok(answer)
        }

        fn pause(&mut self, _: Duration) -> Result<()> {
            self.step()
        }

        fn note(&mut self, note: Note) -> Result<()> {
            self.step()?;
            self.index.receipt.entry(self.file.0).or_default().push(note);
            Ok(())
        }
    }

    /// A whole run; how many requests and steps it took, and how it ended.
    fn release(index: &mut Index, trouble: Trouble) -> (usize, usize, Result<Result<(), End>>) {
        let mut run = Run { index, trouble, requests: 0, steps: 0, file: FILES[0] };
        for &file in FILES {
            run.file = file;
            match drive(&mut run, PATIENCE) {
                Ok(Ok(_)) => {}
                Ok(Err(end)) => return (run.requests, run.steps, Ok(Err(end))),
                Err(killed) => return (run.requests, run.steps, Err(killed)),
            }
        }
        (run.requests, run.steps, Ok(Ok(())))
    }

    /// What must hold in the end, whatever happened on the way.
    fn is_right(index: &Index, what: &str) {
        assert_eq!(index.held, FILES.iter().copied().collect(), "{what}");
        for sent in &index.sent {
            assert!(FILES.contains(sent), "{what}: {sent:?}");
        }
        for (name, _) in FILES {
            let last = index.receipt[name].last();
            assert_eq!(last, Some(&Note::Held(format!("http://index/{name}"))), "{what}");
        }
        // Nobody's pip found the sdist before the wheels.
        let first = |name| index.sent.iter().position(|(sent, _)| *sent == name);
        let sdist = first("s.tar.gz").unwrap_or(usize::MAX);
        assert!(FILES.iter().all(|(name, _)| first(name).unwrap_or(0) <= sdist), "{what}");
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "`--nocapture` shows the count")]
    fn every_fault_at_every_request_is_survived_within_one_run() {
        let (requests, _, _) = release(&mut Index::default(), NONE);
        assert_eq!(requests, 3 * FILES.len());
        let mut survived = 0;
        for request in 1..=requests {
            for &fault in FAULTS {
                for times in 1..=4 {
                    let mut index = Index::default();
                    let fault = Some((request, fault));
                    let (.., end) = release(&mut index, Trouble { fault, times, killed_at: None });
                    let what = format!("{fault:?}, {times} times");
                    assert_eq!(end.expect("nobody kills it"), Ok(()), "{what}");
                    is_right(&index, &what);
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
            let trouble = Trouble { fault, times: 2, killed_at: None };
            let (_, steps, _) = release(&mut Index::default(), trouble);
            for step in 1..=steps {
                for forgets in [false, true] {
                    let mut index = Index::default();
                    let killed = Trouble { killed_at: Some(step), ..trouble };
                    release(&mut index, killed).2.expect_err("it is killed");
                    // Another machine has no receipt of the first run.
                    if forgets {
                        index.receipt.clear();
                    }
                    let what = format!("{fault:?}, killed at step {step}");
                    assert_eq!(
                        release(&mut index, NONE).2.expect("nobody kills it"),
                        Ok(()),
                        "{what}"
                    );
                    is_right(&index, &what);
                    survived += 1;
                }
            }
        }
        println!("kills survived: {survived}");
        assert!(survived > 1000, "{survived}");
    }

    #[test]
    fn other_bytes_under_any_name_end_the_run_there() {
        for (position, (name, _)) in FILES.iter().enumerate() {
            let mut index = Index::default();
            index.held.insert(name, "other");
            let (.., end) = release(&mut index, NONE);
            let other = End::OtherBytes(Sha256Sum::digest(b"other"));
            assert_eq!(end.expect("nobody kills it"), Err(other));
            assert_eq!(index.sent, FILES[..position]);
            assert_eq!(index.held[name], "other");
        }
    }

    #[test]
    fn two_runs_at_once_do_no_harm() {
        // The other run has sent the first files when this one starts, and all while it runs.
        for before in 0..=FILES.len() {
            for overtaken in 1..=3 * FILES.len() {
                let mut index = Index::default();
                index.held.extend(FILES[..before].iter().copied());
                let fault = Some((overtaken, Fault::Overtaken));
                let (.., end) = release(&mut index, Trouble { fault, times: 99, killed_at: None });
                assert_eq!(end.expect("nobody kills it"), Ok(()));
                assert_eq!(index.held, FILES.iter().copied().collect());
            }
        }
    }
}
