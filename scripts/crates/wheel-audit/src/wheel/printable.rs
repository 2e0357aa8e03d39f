//! Text from archives in a form that is safe to print.

use std::fmt;

/// The most characters of a quoted text that a message shows.
const QUOTE_LIMIT: usize = 200;
/// The most characters of a whole message. Each text that it quotes is cut before.
const MESSAGE_LIMIT: usize = 4_000;

/// Spells out the control characters of a text that quotes an archive.
///
/// Printed as they are, they could move the cursor of a terminal, or be commands to a CI runner that reads the log.
/// Characters that change the direction of text are spelled out too, as they make a name look like another.
pub fn printable(text: &str) -> String {
    shortened(text, usize::MAX)
}

/// Returns false for control characters, for other ends of lines, and for the marks that change the order of the letters
/// around them.
pub fn is_plain(character: char) -> bool {
    let special = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    !character.is_control() && !special
}

/// A text from a file, to be shown in a message: printable, and cut after 200 characters.
pub fn quoted(text: &str) -> Quoted<'_> {
    Quoted(text)
}

/// The result of [`quoted`].
#[derive(Clone, Copy, Debug)]
pub struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", shortened(self.0, QUOTE_LIMIT))
    }
}

/// Several texts from a file in one message. Those after the tenth are counted.
pub(crate) fn listed<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let mut texts = texts.into_iter();
    let mut shown: Vec<String> =
        texts.by_ref().take(SHOWN).map(|text| quoted(text).to_string()).collect();
    match texts.count() {
        0 => {}
        rest => shown.push(format!("and {rest} more")),
    }
    shown.join(", ")
}

/// A whole message, printable and of bounded length.
pub(crate) fn message(text: &str) -> String {
    shortened(text, MESSAGE_LIMIT)
}

/// The text in a printable form, cut after so many characters of it.
pub fn shortened(text: &str, limit: usize) -> String {
    let mut printable = String::new();
    let mut count = 0;
    for character in text.chars() {
        let before = printable.len();
        if is_plain(character) {
            printable.push(character);
            count += 1;
        } else {
            printable.extend(character.escape_default());
            count += printable.len() - before;
        }
        if count > limit {
            printable.truncate(before);
            printable.push('…');
            return printable;
        }
    }
    printable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_cut_however_it_is_spelled() {
        assert_eq!(quoted("a\x1bb").to_string(), "a\\u{1b}b");
        for text in ["x", "\x01", "é", "\u{202e}"] {
            let shown = quoted(&text.repeat(100_000)).to_string();
            let length = shown.chars().count();
            assert!(length <= QUOTE_LIMIT + 1 && length > QUOTE_LIMIT - 10, "{length}");
            assert!(shown.ends_with('…'));
        }
        let whole = "x".repeat(QUOTE_LIMIT);
        assert_eq!(quoted(&whole).to_string(), whole);
        assert!(message(&"x".repeat(1 << 20)).len() < MESSAGE_LIMIT + 10);
    }

    #[test]
    fn a_long_list_tells_how_long_it_is() {
        assert_eq!(listed(["a", "b"]), "a, b");
        let many = vec!["a"; 1000];
        assert_eq!(listed(many), "a, a, a, a, a, a, a, a, a, a, and 990 more");
    }
}
