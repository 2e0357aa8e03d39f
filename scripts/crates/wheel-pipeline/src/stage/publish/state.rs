//! The next action for one file: a pure function of all answers so far.
//!
//! Only the index knows which files it holds. The answer to an upload only decides whether to ask again:
//! after every upload, whatever its answer, the next action is a question to the index. So a lost answer,
//! a second run at the same time, and a run on another machine all lead to the same end.

use std::time::Duration;

use wheel_audit::wheel::Sha256Sum;

use crate::process::pause::Pauses;
use crate::tool::twine::UploadAnswer;

/// The index's answer to the question for one file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexState {
    /// The index has no file of this name.
    Absent,
    /// The index has the file with the same hash, at this address.
    Verified(String),
    /// The index has a file of this name with this other hash.
    Mismatch(Sha256Sum),
    /// The index could not be asked this time.
    Unknown { why: String, retry_after: Option<Duration> },
}

/// An action, and the pause before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    pub pause: Duration,
    pub action: Action,
}

/// An action for one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ask the index for the file.
    Ask,
    /// Send the file.
    Send,
    /// Stop: the index has the file, at this address.
    Finish(String),
    /// Stop the whole run: neither this file nor those after it are sent.
    Fail(UploadFailure),
}

/// The reason why a file ends the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadFailure {
    /// The index has a file of its name with this other hash.
    Mismatch(Sha256Sum),
    /// The index or twine refuses the file, and will refuse it again.
    Refused(UploadAnswer),
    /// Temporary faults lasted longer than the patience.
    OutOfPatience { why: String },
}

/// The state of one file.
#[derive(Clone, Debug)]
pub struct UploadState {
    pauses: Pauses,
    last_answer: Option<UploadAnswer>,
}

impl UploadState {
    /// A file of which nothing is known.
    pub fn new(patience: Duration) -> Self {
        Self { pauses: Pauses::new(patience), last_answer: None }
    }

    /// Counts time that was spent in waiting for an answer.
    pub fn waited(&mut self, time: Duration) {
        self.pauses.spend(time);
    }

    /// The patience that is left for this file.
    pub fn left(&self) -> Duration {
        self.pauses.left()
    }

    /// The first action, which is always to ask.
    pub fn start() -> Next {
        Next::now(Action::Ask)
    }

    /// The action after the index was asked.
    pub fn after_question(&mut self, state: IndexState) -> Next {
        match state {
            IndexState::Verified(url) => Next::now(Action::Finish(url)),
            IndexState::Mismatch(sum) => Next::now(Action::Fail(UploadFailure::Mismatch(sum))),
            IndexState::Unknown { why, retry_after } => self.ask_later(why, retry_after),
            IndexState::Absent => match self.last_answer.clone() {
                // After a lost answer there was a pause before the question.
                None | Some(UploadAnswer::Lost { .. }) => Next::now(Action::Send),
                Some(UploadAnswer::Accepted) => self.ask_later(
                    "the index accepted the file, but does not list it".to_owned(),
                    None,
                ),
                // The file of another run may not be listed yet. A file that is never listed was deleted.
                Some(answer @ UploadAnswer::NameUsed(_)) => {
                    match self.ask_later(String::new(), None) {
                        Next { action: Action::Fail(_), .. } => {
                            Next::now(Action::Fail(UploadFailure::Refused(answer)))
                        }
                        later => later,
                    }
                }
                Some(
                    answer @ (UploadAnswer::Refused { .. }
                    | UploadAnswer::NoCredentials(_)
                    | UploadAnswer::Unusable(_)
                    | UploadAnswer::Unreachable(_)
                    | UploadAnswer::Swapped),
                ) => Next::now(Action::Fail(UploadFailure::Refused(answer))),
            },
        }
    }

    /// The action after the file was sent, which is to ask whatever the answer was.
    pub fn after_upload(&mut self, answer: UploadAnswer) -> Next {
        self.last_answer = Some(answer.clone());
        match answer {
            UploadAnswer::Lost { why, retry_after } => self.ask_later(why, retry_after),
            _ => Next::now(Action::Ask),
        }
    }

    fn ask_later(&mut self, why: String, retry_after: Option<Duration>) -> Next {
        if let Some(pause) = self.pauses.next(retry_after) {
            return Next { pause, action: Action::Ask };
        }
        let why = match retry_after {
            Some(asked) if asked > self.pauses.patience() => {
                format!("{why}; it asks for a pause of {} s", asked.as_secs())
            }
            _ => why,
        };
        Next::now(Action::Fail(UploadFailure::OutOfPatience { why }))
    }
}

impl Next {
    fn now(action: Action) -> Self {
        Self { pause: Duration::ZERO, action }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(300);

    fn lost(why: &str) -> UploadAnswer {
        UploadAnswer::Lost { why: why.to_owned(), retry_after: None }
    }

    fn refused(status: u16) -> UploadAnswer {
        UploadAnswer::Refused { status, why: "no".to_owned() }
    }

    fn unknown(why: &str) -> IndexState {
        IndexState::Unknown { why: why.to_owned(), retry_after: None }
    }

    fn at(seconds: u64, action: Action) -> Next {
        Next { pause: Duration::from_secs(seconds), action }
    }

    #[test]
    fn a_file_on_the_index_is_not_sent() {
        let mut state = UploadState::new(PATIENCE);
        assert_eq!(UploadState::start(), at(0, Action::Ask));
        assert_eq!(
            state.after_question(IndexState::Verified("u".into())),
            at(0, Action::Finish("u".into()))
        );
    }

    #[test]
    fn a_mismatch_ends_it_before_anything_is_sent() {
        let sum = Sha256Sum::digest(b"other");
        let failure = Action::Fail(UploadFailure::Mismatch(sum));
        assert_eq!(
            UploadState::new(PATIENCE).after_question(IndexState::Mismatch(sum)),
            at(0, failure)
        );
    }

    #[test]
    fn a_sent_file_is_finished_when_the_index_lists_it() {
        let mut state = UploadState::new(PATIENCE);
        assert_eq!(state.after_question(IndexState::Absent), at(0, Action::Send));
        assert_eq!(state.after_upload(UploadAnswer::Accepted), at(0, Action::Ask));
        // An index may lag behind what it took.
        assert_eq!(state.after_question(IndexState::Absent), at(1, Action::Ask));
        assert_eq!(
            state.after_question(IndexState::Verified("u".into())),
            at(0, Action::Finish("u".into()))
        );
    }

    #[test]
    fn after_a_lost_answer_the_index_is_asked_before_the_file_is_sent_again() {
        let mut state = UploadState::new(PATIENCE);
        assert_eq!(state.after_question(IndexState::Absent), at(0, Action::Send));
        assert_eq!(state.after_upload(lost("cut")), at(1, Action::Ask));
        assert_eq!(state.after_question(IndexState::Absent), at(0, Action::Send));
        assert_eq!(state.after_upload(lost("cut")), at(2, Action::Ask));
        assert_eq!(
            state.after_question(IndexState::Verified("u".into())),
            at(0, Action::Finish("u".into()))
        );
    }

    #[test]
    fn a_refusal_ends_it_unless_the_file_is_there() {
        for answer in [
            refused(400),
            refused(403),
            UploadAnswer::NoCredentials("none".into()),
            UploadAnswer::Unusable("no".into()),
            UploadAnswer::Unreachable("unknown".into()),
            UploadAnswer::Swapped,
        ] {
            let mut state = UploadState::new(PATIENCE);
            state.after_question(IndexState::Absent);
            assert_eq!(state.after_upload(answer.clone()), at(0, Action::Ask));
            assert_eq!(
                state.clone().after_question(IndexState::Verified("u".into())),
                at(0, Action::Finish("u".into()))
            );
            assert_eq!(
                state.after_question(IndexState::Absent),
                at(0, Action::Fail(UploadFailure::Refused(answer)))
            );
        }
    }

    #[test]
    fn a_used_name_is_waited_for_and_then_refused() {
        let used = UploadAnswer::NameUsed("already exists".into());
        let mut state = UploadState::new(PATIENCE);
        state.after_question(IndexState::Absent);
        assert_eq!(state.after_upload(used.clone()), at(0, Action::Ask));
        for pause in [1, 2, 4, 8, 16, 32, 64, 128] {
            assert_eq!(state.after_question(IndexState::Absent), at(pause, Action::Ask));
        }
        assert_eq!(
            state.after_question(IndexState::Absent),
            at(0, Action::Fail(UploadFailure::Refused(used)))
        );
    }

    #[test]
    fn pauses_between_faults_grow_and_end() {
        let mut state = UploadState::new(PATIENCE);
        for pause in [1, 2, 4, 8, 16, 32, 64, 128] {
            assert_eq!(state.after_question(unknown("down")), at(pause, Action::Ask));
        }
        assert_eq!(
            state.after_question(unknown("down")),
            at(0, Action::Fail(UploadFailure::OutOfPatience { why: "down".into() }))
        );
    }

    #[test]
    fn slow_answers_use_up_the_patience_as_pauses_do() {
        let mut state = UploadState::new(PATIENCE);
        state.waited(Duration::from_secs(290));
        assert_eq!(state.left(), Duration::from_secs(10));
        for pause in [1, 2, 4] {
            assert_eq!(state.after_question(unknown("slow")), at(pause, Action::Ask));
        }
        assert_eq!(
            state.after_question(unknown("slow")),
            at(0, Action::Fail(UploadFailure::OutOfPatience { why: "slow".into() }))
        );
    }

    #[test]
    fn the_pause_that_the_index_asks_for_is_kept_within_the_patience() {
        let busy = |seconds| IndexState::Unknown {
            why: "busy".to_owned(),
            retry_after: Some(Duration::from_secs(seconds)),
        };
        let mut state = UploadState::new(PATIENCE);
        assert_eq!(state.after_question(busy(30)), at(30, Action::Ask));
        let why = "busy; it asks for a pause of 86400 s".to_owned();
        assert_eq!(
            state.after_question(busy(86400)),
            at(0, Action::Fail(UploadFailure::OutOfPatience { why }))
        );
    }

    fn any_state() -> impl Strategy<Value = IndexState> {
        prop_oneof![
            8 => Just(IndexState::Absent),
            8 => Just(unknown("down")),
            1 => Just(IndexState::Verified("u".to_owned())),
            1 => Just(IndexState::Mismatch(Sha256Sum::digest(b"other"))),
        ]
    }

    fn any_answer() -> impl Strategy<Value = UploadAnswer> {
        prop_oneof![
            8 => Just(lost("cut")),
            4 => Just(UploadAnswer::Accepted),
            2 => Just(UploadAnswer::NameUsed("used".to_owned())),
            1 => Just(refused(400)),
            1 => Just(UploadAnswer::Unreachable("unknown".to_owned())),
            1 => Just(UploadAnswer::Swapped),
        ]
    }

    proptest! {
        /// For all answers: the first action after an upload is a question, and the run ends.
        #[test]
        fn every_run_ends(
            answers in proptest::collection::vec((any_state(), any_answer(), 0u64..20), 40),
        ) {
            let mut state = UploadState::new(PATIENCE);
            let mut waited = Duration::ZERO;
            let longest = Duration::from_secs(20);
            let mut next = UploadState::start();
            for (state_of_index, answer, seconds) in answers {
                waited += next.pause;
                // One answer may come after the end of the patience. No pause begins then.
                prop_assert!(waited <= PATIENCE || next.pause.is_zero(), "{waited:?}");
                let slow = Duration::from_secs(seconds).min(state.left());
                waited += slow;
                state.waited(slow);
                next = match next.action {
                    Action::Ask => state.after_question(state_of_index),
                    Action::Send => {
                        let next = state.after_upload(answer);
                        prop_assert!(!matches!(next.action, Action::Send | Action::Finish(_)), "{next:?}");
                        next
                    }
                    Action::Finish(_) | Action::Fail(_) => return Ok(()),
                };
                prop_assert!(waited <= PATIENCE + longest, "{waited:?}");
            }
            prop_assert!(false, "the run does not end");
        }
    }
}
