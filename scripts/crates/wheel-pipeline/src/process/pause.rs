//! Pauses between attempts: doubling pauses, and those that a server asks for in `Retry-After`.

use std::time::{Duration, SystemTime};

/// Pauses that double. Their sum, with all other time that was spent in waiting, is at most `patience`.
#[derive(Clone, Debug)]
pub struct Pauses {
    patience: Duration,
    waited: Duration,
    next: Duration,
}

/// The first pause is `patience / PARTS`. A patience of 300 s gives eight pauses, from 1 s to 128 s.
const PARTS: u32 = 300;

impl Pauses {
    /// Pauses with a sum of at most `patience`.
    pub fn new(patience: Duration) -> Self {
        Self { patience, waited: Duration::ZERO, next: patience / PARTS }
    }

    /// The next pause, at least as long as `asked`. None if it would exceed the patience that is left.
    pub fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let pause = self.next.max(asked.unwrap_or_default());
        if self.next.is_zero() || self.waited.saturating_add(pause) > self.patience {
            return None;
        }
        self.waited += pause;
        self.next *= 2;
        Some(pause)
    }

    /// Counts time that was spent in waiting for an answer.
    pub fn spend(&mut self, time: Duration) {
        self.waited = self.waited.saturating_add(time);
    }

    /// The patience that is left.
    pub fn left(&self) -> Duration {
        self.patience.saturating_sub(self.waited)
    }

    /// The patience that the pauses started with.
    pub fn patience(&self) -> Duration {
        self.patience
    }
}

/// The pause that `Retry-After` asks for, in seconds or by a date
/// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)).
pub fn asked(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    // A date in the past asks for no pause.
    Some(SystemTime::from(date).duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_until_the_patience_is_used_up() {
        let mut pauses = Pauses::new(Duration::from_secs(300));
        let all: Vec<u64> =
            std::iter::from_fn(|| pauses.next(None)).map(|pause| pause.as_secs()).collect();
        assert_eq!(all, [1, 2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(Pauses::new(Duration::ZERO).next(None), None);
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept_or_exceeds_the_patience() {
        let mut pauses = Pauses::new(Duration::from_secs(300));
        assert_eq!(pauses.next(Some(Duration::from_secs(200))), Some(Duration::from_secs(200)));
        assert_eq!(pauses.next(Some(Duration::from_secs(101))), None);
        assert_eq!(pauses.next(None), Some(Duration::from_secs(2)));
    }

    #[test]
    fn waiting_for_answers_uses_up_the_patience_too() {
        let mut pauses = Pauses::new(Duration::from_secs(300));
        pauses.spend(Duration::from_secs(298));
        assert_eq!(pauses.left(), Duration::from_secs(2));
        assert_eq!(pauses.next(None), Some(Duration::from_secs(1)));
        assert_eq!(pauses.next(None), None);
        pauses.spend(Duration::MAX);
        assert_eq!(pauses.left(), Duration::ZERO);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let pause = |text| asked(text, SystemTime::UNIX_EPOCH);
        assert_eq!(pause(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(pause("Thu, 01 Jan 1970 00:01:00 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(pause("Wed, 31 Dec 1969 00:00:00 GMT"), Some(Duration::ZERO));
        for text in ["soon", "-1", "", "99999999999999999999"] {
            assert_eq!(pause(text), None, "{text}");
        }
    }
}
