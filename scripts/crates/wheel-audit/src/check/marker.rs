//! Environment markers
//! ([dependency specifiers](https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers)),
//! read as `packaging` reads them, and compared by their meaning.

use crate::names::normalize;

/// A marker as a tree, in which parentheses that change nothing are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Condition(Condition),
    /// Several of one kind, between which stands `and` or `or`.
    All(&'static str, Vec<Marker>),
}

/// Two values and the comparison between them: `os_name == "nt"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    left: Value,
    comparison: String,
    right: Value,
}

/// A side of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Variable(&'static str),
    Text(String),
}

/// The most parentheses in each other. It is the limit of `packaging`.
const DEPTH_LIMIT: usize = 200;

/// The variables that a marker may ask for, and the older names of some.
const VARIABLES: &[(&str, &str)] = &[
    ("python_version", "python_version"),
    ("python_full_version", "python_full_version"),
    ("os_name", "os_name"),
    ("os.name", "os_name"),
    ("sys_platform", "sys_platform"),
    ("sys.platform", "sys_platform"),
    ("platform_release", "platform_release"),
    ("platform_system", "platform_system"),
    ("platform_version", "platform_version"),
    ("platform.version", "platform_version"),
    ("platform_machine", "platform_machine"),
    ("platform.machine", "platform_machine"),
    ("platform_python_implementation", "platform_python_implementation"),
    ("platform.python_implementation", "platform_python_implementation"),
    ("python_implementation", "platform_python_implementation"),
    ("implementation_name", "implementation_name"),
    ("implementation_version", "implementation_version"),
    ("extra", "extra"),
    ("extras", "extras"),
    ("dependency_groups", "dependency_groups"),
];

impl Marker {
    /// Reads a whole marker.
    ///
    /// # Errors
    ///
    /// The reason why the text is none.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut rest = text.trim_start();
        let marker = Self::any(&mut rest, 0)?;
        if rest.is_empty() { Ok(marker) } else { Err(format!("`{rest}` follows its marker")) }
    }

    /// Conditions with `or` between them; `and` binds more strongly.
    fn any(rest: &mut &str, depth: usize) -> Result<Self, String> {
        Self::several(rest, "or", |rest| Self::several(rest, "and", |rest| Self::one(rest, depth)))
    }

    fn several(
        rest: &mut &str,
        word: &'static str,
        mut read: impl FnMut(&mut &str) -> Result<Self, String>,
    ) -> Result<Self, String> {
        let mut all = vec![read(rest)?];
        while begin(rest, word) {
            skip(rest, word.len());
            all.push(read(rest)?);
        }
        match all.pop() {
            Some(only) if all.is_empty() => Ok(only),
            last => Ok(Self::All(word, all.into_iter().chain(last).collect())),
        }
    }

    fn one(rest: &mut &str, depth: usize) -> Result<Self, String> {
        if rest.starts_with('(') {
            if depth == DEPTH_LIMIT {
                return Err(format!(
                    "its marker has more than {DEPTH_LIMIT} parentheses in each other"
                ));
            }
            skip(rest, 1);
            let inner = Self::any(rest, depth + 1)?;
            if !rest.starts_with(')') {
                return Err("a `)` is missing in its marker".to_owned());
            }
            skip(rest, 1);
            return Ok(inner);
        }
        let left = Value::read(rest)?;
        let comparison = comparison(rest)?;
        let right = Value::read(rest)?;
        Ok(Self::Condition(Condition { left, comparison, right }))
    }

    /// The extras that it asks for, in normal form.
    pub(super) fn extras(&self) -> Vec<String> {
        match self {
            Self::All(_, all) => all.iter().flat_map(Self::extras).collect(),
            Self::Condition(Condition { left, comparison, right }) => {
                match (left, comparison.as_str(), right) {
                    (Value::Variable("extra"), "==", Value::Text(extra))
                    | (Value::Text(extra), "==", Value::Variable("extra")) => {
                        vec![normalize(extra)]
                    }
                    _ => Vec::new(),
                }
            }
        }
    }

    /// The marker in one spelling: with double quotes, single blanks, and its conditions in order.
    pub(super) fn spelled(&self) -> String {
        match self {
            Self::Condition(condition) => condition.spelled(),
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

impl Condition {
    fn spelled(&self) -> String {
        let is_extra = [&self.left, &self.right].contains(&&Value::Variable("extra"));
        let side = |value: &Value| match value {
            Value::Variable(name) => (*name).to_owned(),
            Value::Text(text) if is_extra => format!("\"{}\"", normalize(text)),
            Value::Text(text) => format!("\"{text}\""),
        };
        format!("{} {} {}", side(&self.left), self.comparison, side(&self.right))
    }
}

impl Value {
    fn read(rest: &mut &str) -> Result<Self, String> {
        if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
            let end = rest[1..].find(quote).ok_or("a quote is not closed in its marker")?;
            let text = rest[1..=end].to_owned();
            skip(rest, end + 2);
            return Ok(Self::Text(text));
        }
        let is_part = |letter: char| letter.is_alphanumeric() || "_.".contains(letter);
        let word = &rest[..rest.find(|letter| !is_part(letter)).unwrap_or(rest.len())];
        let (_, variable) = VARIABLES.iter().find(|(name, _)| *name == word).ok_or_else(|| {
            if word.is_empty() {
                "a variable or a quoted text is missing in its marker".to_owned()
            } else {
                format!("`{word}` is no variable of markers")
            }
        })?;
        skip(rest, word.len());
        Ok(Self::Variable(variable))
    }
}

/// Reads a comparison: `==`, `in`, `not in`.
fn comparison(rest: &mut &str) -> Result<String, String> {
    for known in ["===", "==", "~=", "!=", "<=", ">=", "<", ">"] {
        if rest.starts_with(known) {
            skip(rest, known.len());
            return Ok(known.to_owned());
        }
    }
    let not = begin(rest, "not");
    if not {
        skip(rest, 3);
    }
    if begin(rest, "in") {
        skip(rest, 2);
        return Ok(if not { "not in" } else { "in" }.to_owned());
    }
    Err("a comparison is missing in its marker".to_owned())
}

/// Returns whether the text begins with a whole word.
fn begin(rest: &str, word: &str) -> bool {
    rest.strip_prefix(word)
        .is_some_and(|after| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}

/// Goes on behind so many bytes and the blanks after them.
fn skip(rest: &mut &str, length: usize) {
    *rest = rest[length..].trim_start();
}
