//! `Retry-After`: the pause that a busy server asks for.

use std::time::{Duration, SystemTime};

/// What the header asks for: seconds, or a date
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
