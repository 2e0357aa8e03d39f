//! Text in a form that a terminal and a CI runner only show. Nothing else can be printed.
//!
//! Messages quote archives, indexes and tools. Control characters could move the cursor of a terminal, or change what
//! stands in another line, and GitHub's runner takes a line that begins with `::` for a
//! [command](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).

use std::fmt;

use serde::Serialize;
use wheel_audit::wheel::is_plain;

/// Text that is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Printable(String);

impl Printable {
    /// Text for people. Line breaks and tabs stay. Other control characters and the beginnings of commands are spelled
    /// out.
    pub(super) fn text(text: &str) -> Self {
        let mut printable = String::with_capacity(text.len());
        for line in text.split_inclusive('\n') {
            let rest = line.trim_start();
            let (indent, rest) = line.split_at(line.len() - rest.len());
            push(&mut printable, indent);
            match rest.strip_prefix("::") {
                Some(rest) => {
                    printable.push_str("\\u{3a}:");
                    push(&mut printable, rest);
                }
                None => push(&mut printable, rest),
            }
        }
        // The older form of a command may stand anywhere in a line.
        Self(printable.replace("##[", "#\\u{23}["))
    }

    /// A value as JSON. Every character that is not plain stands in a string there, as an escape.
    pub(super) fn json<T: Serialize>(value: &T) -> serde_json::Result<Self> {
        let text = serde_json::to_string_pretty(value)? + "\n";
        let mut printable = String::with_capacity(text.len());
        for character in text.chars() {
            if is_shown(character) {
                printable.push(character);
            } else {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    printable += &format!("\\u{unit:04x}");
                }
            }
        }
        Ok(Self(printable))
    }

    /// Commands to GitHub's runner, one in each line, made by [`github`](super::github).
    pub(super) fn commands(commands: &super::github::Commands) -> Self {
        let mut printable = String::with_capacity(commands.as_str().len());
        push(&mut printable, commands.as_str());
        Self(printable)
    }
}

impl fmt::Display for Printable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn push(printable: &mut String, text: &str) {
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if is_shown(character) {
            printable.push(character);
        } else if character != '\r' || characters.peek() != Some(&'\n') {
            printable.extend(character.escape_default());
        }
    }
}

/// Returns true for plain characters, and for those that lay out a text of several lines.
fn is_shown(character: char) -> bool {
    matches!(character, '\n' | '\t') || is_plain(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> String {
        Printable::text(text).to_string()
    }

    #[test]
    fn control_characters_are_spelled_out() {
        assert_eq!(text("a\n\tb\r\n"), "a\n\tb\n");
        assert_eq!(text("\u{1b}[2J\u{9b}1m\0"), "\\u{1b}[2J\\u{9b}1m\\u{0}");
        assert_eq!(text("abc\u{202e}gpj.exe"), "abc\\u{202e}gpj.exe");
        assert_eq!(text("Straße, 日本語 ✓"), "Straße, 日本語 ✓");
    }

    #[test]
    fn no_line_is_a_command() {
        assert_eq!(text("::error::x\n  ::add-mask::y"), "\\u{3a}:error::x\n  \\u{3a}:add-mask::y");
        assert_eq!(text("a ##[error]x"), "a #\\u{23}[error]x");
        assert_eq!(text("std::fmt, a::b"), "std::fmt, a::b");
        // The runner trims more than blanks.
        assert_eq!(text("\u{a0}\u{3000}::error::x"), "\u{a0}\u{3000}\\u{3a}:error::x");
        // A carriage return starts the line again in a log.
        assert_eq!(text("\r::error::x"), "\\r\\u{3a}:error::x");
        assert_eq!(text(":\r:error::x"), ":\\r:error::x");
    }

    #[test]
    fn json_stays_json() {
        let value = "a\u{9b}\u{202e}\u{1b}::b\n";
        let json = Printable::json(&value).expect("a text").to_string();
        assert_eq!(json, "\"a\\u009b\\u202e\\u001b::b\\n\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).expect("JSON"), value);
    }

    proptest! {
        #[test]
        fn every_text_is_only_shown(foreign in any::<String>()) {
            let shown = text(&foreign);
            prop_assert!(shown.chars().all(is_shown), "{shown:?}");
            prop_assert!(!shown.lines().any(|line| line.trim_start().starts_with("::")), "{shown:?}");
            prop_assert!(!shown.contains("##["), "{shown:?}");
        }
    }
}
