//! All faults of the table `[tool.wheel-pipeline]` at once, each with its line and column.
//!
//! serde ends at the first fault. Since every key has a default, each key can be read alone, and each item of a list.

use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use crate::failure::Failure;

/// A fault of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place in the file, in bytes.
    pub at: usize,
    pub message: String,
    pub hints: Vec<String>,
}

/// The table as it is written.
pub struct WrittenTable<'a> {
    /// The whole file.
    text: &'a str,
    table: Spanned<DeValue<'a>>,
}

impl<'a> WrittenTable<'a> {
    /// Finds the table in a file. None if the file has none, or is no TOML.
    pub fn find(text: &'a str) -> Option<Self> {
        let mut document = DeTable::parse(text).ok()?.into_inner();
        let DeValue::Table(mut tool) = document.remove("tool")?.into_inner() else { return None };
        Some(Self { text, table: tool.remove("wheel-pipeline")? })
    }

    /// Returns true if the table states the key.
    pub fn has(&self, key: &str) -> bool {
        self.table.get_ref().as_table().is_some_and(|table| table.contains_key(key))
    }

    /// The place of a key's value, or of one of its items.
    pub fn place(&self, key: &str, item: Option<usize>) -> usize {
        let value = self.table.get_ref().as_table().and_then(|table| table.get(key));
        let Some(value) = value else { return self.table.span().start };
        let item = item.and_then(|item| value.get_ref().as_array()?.get(item));
        item.unwrap_or(value).span().start
    }

    /// Reads the table, or tells all of its faults.
    ///
    /// `T` has a default for each key.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Vec<Fault>> {
        let faults = self.faults::<T>();
        if faults.is_empty() { read(&self.table).map_err(|fault| vec![fault]) } else { Err(faults) }
    }

    fn faults<T: DeserializeOwned>(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (key, value) in self.table.get_ref().as_table().into_iter().flatten() {
            let alone = |value: DeValue<'a>, span| {
                let mut table = DeTable::new();
                table.insert(key.clone(), Spanned::new(span, value));
                read::<T>(&Spanned::new(self.table.span(), DeValue::Table(table)))
            };
            let before = faults.len();
            for item in value.get_ref().as_array().into_iter().flat_map(|array| array.iter()) {
                let mut array = toml::de::DeArray::new();
                array.push(item.clone());
                faults.extend(alone(DeValue::Array(array), item.span()).err());
            }
            if faults.len() == before {
                faults.extend(alone(value.get_ref().clone(), value.span()).err());
            }
        }
        faults
    }

    /// The failure that tells faults of the file in `path`.
    pub fn failure(&self, path: &Path, mut faults: Vec<Fault>) -> Failure {
        faults.sort_by_key(|fault| fault.at);
        let number = match faults.len() {
            1 => "a fault".to_owned(),
            number => format!("{number} faults"),
        };
        let mut message = format!("`{}`: `[tool.wheel-pipeline]` has {number}", path.display());
        let mut hints: Vec<String> = Vec::new();
        for fault in faults {
            let (line, column) = self.line_and_column(fault.at);
            message += &format!("\n  line {line}, column {column}: {}", fault.message);
            hints.extend(
                fault.hints.into_iter().filter(|hint| !hints.contains(hint)).collect::<Vec<_>>(),
            );
        }
        hints.into_iter().fold(Failure::usage(message), Failure::hint)
    }

    /// The place in a file for people: both count from 1, the column in characters.
    fn line_and_column(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}

fn read<T: DeserializeOwned>(table: &Spanned<DeValue>) -> Result<T, Fault> {
    T::deserialize(ValueDeserializer::from(table.clone())).map_err(|error| {
        let at = error.span().map_or(table.span().start, |span| span.start);
        let mut lines = error.message().split("\nhint: ").map(str::to_owned);
        let message = lines.next().unwrap_or_default();
        let mut hints: Vec<String> = lines.collect();
        // serde's words for a key that the table does not have.
        let unknown = message.strip_prefix("unknown field ").and_then(|rest| rest.split_once(", "));
        let Some((key, expected)) = unknown else { return Fault { at, message, hints } };
        hints.push(format!("for the key {key}: {expected}"));
        Fault { at, message: format!("unknown key {key}"), hints }
    })
}
