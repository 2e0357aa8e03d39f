//! What to do next about one file: a pure function of what was seen so far.
//!
//! The index alone says what it holds. An upload's answer only says whether it is worth asking: after
//! every upload, however it ended, the index is asked before anything else is done. So an answer that
//! was lost after the file was stored, a second run at the same time, and a run on another machine all
//! come to the same.

use std::time::Duration;

use wheel_audit::wheel::Sha256Sum;

use crate::process::pause::Pauses;
use crate::tool::twine::Answer;

/// What the index holds under the name of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Absent,
    /// The same bytes, at this address.
    Same(String),
    /// Other bytes.
    Other(Sha256Sum),
    /// It could not be asked this time, which may pass.
    Unclear {
        why: String,
        retry_after: Option<Duration>,
    },
}

/// What is to be done, after a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub pause: Duration,
    pub act: Act,
}

/// What can be done about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Ask the index what it holds.
    Ask,
    /// Send the file.
    Send,
    /// Nothing: the index holds it, at this address.
    Done(String),
    /// Nothing more: not for this file, and not for those after it.
    End(End),
}

/// Why a file ends the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The index holds other bytes under its name.
    OtherBytes(Sha256Sum),
    /// It will not be taken; trying again changes nothing.
    Refused(Answer),
    /// The trouble lasted longer than patience.
    GaveUp { why: String },
}

/// One file on its way.
#[derive(Clone, Debug)]
pub struct Step {
    pauses: Pauses,
    last: Option<Answer>,
}

impl Step {
    /// A file of which nothing is known.
    pub fn new(patience: Duration) -> Self {
        Self { pauses: Pauses::new(patience), last: None }
    }

    /// The first move, always: to ask.
    pub fn start() -> Move {
        Move { pause: Duration::ZERO, act: Act::Ask }
    }

    /// The move after the index was asked.
    pub fn saw(&mut self, seen: Seen) -> Move {
        let at_once = |act| Move { pause: Duration::ZERO, act };
        match seen {
            Seen::Same(url) => at_once(Act::Done(url)),
            Seen::Other(sum) => at_once(Act::End(End::OtherBytes(sum))),
            Seen::Unclear { why, retry_after } => self.ask_later(why, retry_after),
            Seen::Absent => match self.last.clone() {
                // After a lost answer there was a pause before the question.
                None | Some(Answer::Lost { .. }) => at_once(Act::Send),
                Some(Answer::Taken) => {
                    self.ask_later("the index took the file, but does not show it".to_owned(), None)
                }
                // Whoever took the name may not be shown yet; if nobody ever is, the file was deleted.
                Some(answer @ Answer::NameTaken(_)) => match self.ask_later(String::new(), None) {
                    Move { act: Act::End(_), .. } => at_once(Act::End(End::Refused(answer))),
                    later => later,
                },
                Some(
                    answer @ (Answer::Refused { .. }
                    | Answer::NoCredentials(_)
                    | Answer::Unusable(_)),
                ) => at_once(Act::End(End::Refused(answer))),
            },
        }
    }

    /// The move after the file was sent: to ask, whatever the answer was.
    pub fn answered(&mut self, answer: Answer) -> Move {
        self.last = Some(answer.clone());
        match answer {
            Answer::Lost { why, retry_after } => self.ask_later(why, retry_after),
            _ => Move { pause: Duration::ZERO, act: Act::Ask },
        }
    }

    fn ask_later(&mut self, why: String, retry_after: Option<Duration>) -> Move {
        if let Some(pause) = self.pauses.next(retry_after) {
            return Move { pause, act: Act::Ask };
        }
        let why = match retry_after {
            Some(asked) if asked > self.pauses.patience() => {
                format!("{why}; it asks for a pause of {} s", asked.as_secs())
            }
            _ => why,
        };
        Move { pause: Duration::ZERO, act: Act::End(End::GaveUp { why }) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(300);

    fn lost(why: &str) -> Answer {
        Answer::Lost { why: why.to_owned(), retry_after: None }
    }

    fn refused(status: u16) -> Answer {
        Answer::Refused { status, why: "no".to_owned() }
    }

    fn unclear(why: &str) -> Seen {
        Seen::Unclear { why: why.to_owned(), retry_after: None }
    }

    fn at(seconds: u64, act: Act) -> Move {
        Move { pause: Duration::from_secs(seconds), act }
    }

    #[test]
    fn what_is_there_already_is_not_sent() {
        let mut step = Step::new(PATIENCE);
        assert_eq!(Step::start(), at(0, Act::Ask));
        assert_eq!(step.saw(Seen::Same("u".into())), at(0, Act::Done("u".into())));
    }

    #[test]
    fn other_bytes_end_it_before_anything_is_sent() {
        let sum = Sha256Sum::digest(b"other");
        let end = Act::End(End::OtherBytes(sum));
        assert_eq!(Step::new(PATIENCE).saw(Seen::Other(sum)), at(0, end));
    }

    #[test]
    fn what_is_sent_is_done_when_the_index_shows_it() {
        let mut step = Step::new(PATIENCE);
        assert_eq!(step.saw(Seen::Absent), at(0, Act::Send));
        assert_eq!(step.answered(Answer::Taken), at(0, Act::Ask));
        // An index may lag behind what it took.
        assert_eq!(step.saw(Seen::Absent), at(1, Act::Ask));
        assert_eq!(step.saw(Seen::Same("u".into())), at(0, Act::Done("u".into())));
    }

    #[test]
    fn after_a_lost_answer_the_index_is_asked_before_the_file_is_sent_again() {
        let mut step = Step::new(PATIENCE);
        assert_eq!(step.saw(Seen::Absent), at(0, Act::Send));
        assert_eq!(step.answered(lost("cut")), at(1, Act::Ask));
        assert_eq!(step.saw(Seen::Absent), at(0, Act::Send));
        assert_eq!(step.answered(lost("cut")), at(2, Act::Ask));
        assert_eq!(step.saw(Seen::Same("u".into())), at(0, Act::Done("u".into())));
    }

    #[test]
    fn a_refusal_ends_it_unless_the_file_is_there() {
        for answer in [
            refused(400),
            refused(403),
            Answer::NoCredentials("none".into()),
            Answer::Unusable("no".into()),
        ] {
            let mut step = Step::new(PATIENCE);
            step.saw(Seen::Absent);
            assert_eq!(step.answered(answer.clone()), at(0, Act::Ask));
            assert_eq!(step.clone().saw(Seen::Same("u".into())), at(0, Act::Done("u".into())));
            assert_eq!(step.saw(Seen::Absent), at(0, Act::End(End::Refused(answer))));
        }
    }

    #[test]
    fn a_used_name_is_waited_for_and_then_refused() {
        let taken = Answer::NameTaken("already exists".into());
        let mut step = Step::new(PATIENCE);
        step.saw(Seen::Absent);
        assert_eq!(step.answered(taken.clone()), at(0, Act::Ask));
        for pause in [1, 2, 4, 8, 16, 32, 64, 128] {
            assert_eq!(step.saw(Seen::Absent), at(pause, Act::Ask));
        }
        assert_eq!(step.saw(Seen::Absent), at(0, Act::End(End::Refused(taken))));
    }

    #[test]
    fn trouble_is_waited_out_longer_each_time_and_not_for_ever() {
        let mut step = Step::new(PATIENCE);
        for pause in [1, 2, 4, 8, 16, 32, 64, 128] {
            assert_eq!(step.saw(unclear("down")), at(pause, Act::Ask));
        }
        assert_eq!(step.saw(unclear("down")), at(0, Act::End(End::GaveUp { why: "down".into() })));
    }

    #[test]
    fn the_pause_that_the_index_asks_for_is_kept_where_patience_allows() {
        let busy = |seconds| Seen::Unclear {
            why: "busy".to_owned(),
            retry_after: Some(Duration::from_secs(seconds)),
        };
        let mut step = Step::new(PATIENCE);
        assert_eq!(step.saw(busy(30)), at(30, Act::Ask));
        let why = "busy; it asks for a pause of 86400 s".to_owned();
        assert_eq!(step.saw(busy(86400)), at(0, Act::End(End::GaveUp { why })));
    }

    fn any_seen() -> impl Strategy<Value = Seen> {
        prop_oneof![
            8 => Just(Seen::Absent),
            8 => Just(unclear("down")),
            1 => Just(Seen::Same("u".to_owned())),
            1 => Just(Seen::Other(Sha256Sum::digest(b"other"))),
        ]
    }

    fn any_answer() -> impl Strategy<Value = Answer> {
        prop_oneof![
            8 => Just(lost("cut")),
            4 => Just(Answer::Taken),
            2 => Just(Answer::NameTaken("used".to_owned())),
            1 => Just(refused(400)),
        ]
    }

    proptest! {
        /// Whatever the world does: the first move after an upload is a question, and it ends.
        #[test]
        fn every_world_comes_to_an_end(
            world in proptest::collection::vec((any_seen(), any_answer()), 40),
        ) {
            let mut step = Step::new(PATIENCE);
            let mut paused = Duration::ZERO;
            let mut next = Step::start();
            for (seen, answer) in world {
                paused += next.pause;
                next = match next.act {
                    Act::Ask => step.saw(seen),
                    Act::Send => {
                        let next = step.answered(answer);
                        prop_assert!(!matches!(next.act, Act::Send | Act::Done(_)), "{next:?}");
                        next
                    }
                    Act::Done(_) | Act::End(_) => return Ok(()),
                };
                prop_assert!(paused <= PATIENCE, "{paused:?}");
            }
            prop_assert!(false, "it goes on and on");
        }
    }
}
