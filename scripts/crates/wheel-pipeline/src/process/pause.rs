//! Pauses between attempts: those that grow by themselves, and those that a server asks for.

use std::time::{Duration, SystemTime};

/// Pauses that double, and together are not longer than patience.
#[derive(Clone, Debug)]
pub struct Pauses {
    patience: Duration,
    paused: Duration,
    next: Duration,
}

/// The first pause is this part of all patience: 300 s begin with 1 s, and end after eight pauses.
const PARTS: u32 = 300;

impl Pauses {
    /// Pauses within so much patience.
    pub fn new(patience: Duration) -> Self {
        Self { patience, paused: Duration::ZERO, next: patience / PARTS }
    }

    /// The next pause, as long as was asked for at least; none when patience is at its end.
    pub fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let pause = self.next.max(asked.unwrap_or_default());
        if self.next.is_zero() || self.paused.saturating_add(pause) > self.patience {
            return None;
        }
        self.paused += pause;
        self.next *= 2;
        Some(pause)
    }

    /// All patience there was in the beginning.
    pub fn patience(&self) -> Duration {
        self.patience
    }
}

/// What `Retry-After` asks for: seconds, or a date
/// ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)).
pub fn asked(text: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    // A date that is over asks for no pause.
    Some(SystemTime::from(date).duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_until_patience_is_at_its_end() {
        let mut pauses = Pauses::new(Duration::from_secs(300));
        let all: Vec<u64> =
            std::iter::from_fn(|| pauses.next(None)).map(|pause| pause.as_secs()).collect();
        assert_eq!(all, [1, 2, 4, 8, 16, 32, 64, 128]);
        assert_eq!(Pauses::new(Duration::ZERO).next(None), None);
    }

    #[test]
    fn what_is_asked_for_is_kept_or_given_up() {
        let mut pauses = Pauses::new(Duration::from_secs(300));
        assert_eq!(pauses.next(Some(Duration::from_secs(200))), Some(Duration::from_secs(200)));
        assert_eq!(pauses.next(Some(Duration::from_secs(101))), None);
        assert_eq!(pauses.next(None), Some(Duration::from_secs(2)));
    }

    #[test]
    fn seconds_and_dates_are_heard() {
        let pause = |text| asked(text, SystemTime::UNIX_EPOCH);
        assert_eq!(pause(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(pause("Thu, 01 Jan 1970 00:01:00 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(pause("Wed, 31 Dec 1969 00:00:00 GMT"), Some(Duration::ZERO));
        for text in ["soon", "-1", "", "99999999999999999999"] {
            assert_eq!(pause(text), None, "{text}");
        }
    }
}
