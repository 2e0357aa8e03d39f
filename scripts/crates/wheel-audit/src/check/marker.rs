//! Environment markers by their meaning
//! ([dependency specifiers](https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers)).

use crate::names::normalize;

/// A marker in one spelling: with double quotes, single blanks, and its conditions in order.
pub(super) fn spelled(text: &str) -> String {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            '(' | ')' => 1,
            _ if first.is_alphanumeric() || first == '_' => {
                let word = |letter: char| letter.is_alphanumeric() || "_.".contains(letter);
                rest.find(|letter| !word(letter)).unwrap_or(rest.len())
            }
            _ if "<>=!~".contains(first) => {
                rest.find(|letter| !"<>=!~".contains(letter)).unwrap_or(rest.len())
            }
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(match first {
            '"' | '\'' => {
                let value = token.trim_matches(first);
                let is_extra = tokens.len() > 1 && tokens[tokens.len() - 2] == "extra";
                format!("\"{}\"", if is_extra { normalize(value) } else { value.to_owned() })
            }
            _ => token.to_owned(),
        });
        rest = after.trim_start();
    }
    let mut rest = &tokens[..];
    match Marker::read(&mut rest, 0) {
        Some(marker) if rest.is_empty() => marker.spelled(),
        // It is compared as it is written.
        _ => tokens.join(" "),
    }
}

/// A marker as a tree, in which parentheses that change nothing are gone.
enum Marker {
    Condition(String),
    /// Several of one kind, between which stands `and` or `or`.
    All(&'static str, Vec<Marker>),
}

/// The most parentheses in each other.
const DEPTH_LIMIT: usize = 20;

impl Marker {
    /// Reads as many tokens as belong to a marker. `None` if they do not form one.
    fn read(tokens: &mut &[String], depth: usize) -> Option<Self> {
        Self::several(tokens, "or", |tokens| {
            Self::several(tokens, "and", |tokens| Self::one(tokens, depth))
        })
    }

    fn several(
        tokens: &mut &[String],
        word: &'static str,
        mut read: impl FnMut(&mut &[String]) -> Option<Self>,
    ) -> Option<Self> {
        let mut all = vec![read(tokens)?];
        while let Some((first, rest)) = tokens.split_first()
            && first == word
        {
            *tokens = rest;
            all.push(read(tokens)?);
        }
        if all.len() == 1 { all.pop() } else { Some(Self::All(word, all)) }
    }

    fn one(tokens: &mut &[String], depth: usize) -> Option<Self> {
        if let Some((first, rest)) = tokens.split_first()
            && first == "("
        {
            *tokens = rest;
            let inner =
                if depth < DEPTH_LIMIT { Self::read(tokens, depth + 1)? } else { return None };
            let (last, rest) = tokens.split_first()?;
            *tokens = rest;
            return (last == ")").then_some(inner);
        }
        let ends = |token: &String| matches!(token.as_str(), "and" | "or" | "(" | ")");
        let end = tokens.iter().position(ends).unwrap_or(tokens.len());
        let (condition, rest) = tokens.split_at(end);
        *tokens = rest;
        (!condition.is_empty()).then(|| Self::Condition(condition.join(" ")))
    }

    /// The marker in one order.
    fn spelled(&self) -> String {
        match self {
            Self::Condition(condition) => condition.clone(),
            Self::All(word, _) => {
                let mut parts = Vec::new();
                self.collect(word, &mut parts);
                parts.sort();
                parts.dedup();
                parts.join(&format!(" {word} "))
            }
        }
    }

    /// Adds the conditions that stand beside each other.
    fn collect(&self, beside: &str, parts: &mut Vec<String>) {
        match self {
            Self::All(word, all) if *word == beside => {
                all.iter().for_each(|marker| marker.collect(beside, parts));
            }
            Self::All("or", _) => parts.push(format!("({})", self.spelled())),
            _ => parts.push(self.spelled()),
        }
    }
}
