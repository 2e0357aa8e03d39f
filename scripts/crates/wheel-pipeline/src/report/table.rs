//! Tables for people: aligned columns of plain text, or Markdown.

use std::borrow::Cow;

/// The longest cell, in characters. A longer one would push the other columns out of sight.
const CELL_LIMIT: usize = 200;

/// Rows under a header, each column as wide as its widest cell.
pub fn plain(header: &[&str], rows: &[Vec<String>]) -> String {
    let widths = widths(header, rows);
    let line = |cells: Vec<&str>| {
        let cells: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{:<width$}", cell(text)))
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    let mut text = line(header.to_vec());
    for row in rows {
        text += &line(row.iter().map(String::as_str).collect());
    }
    text
}

/// The same as a Markdown table.
pub fn markdown(header: &[&str], rows: &[Vec<String>]) -> String {
    let widths = widths(header, rows);
    let line = |cells: Vec<&str>| {
        let cells: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(text, width)| format!("{:<width$}", cell(text)))
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut text = line(header.to_vec()) + &line(rule.iter().map(String::as_str).collect());
    for row in rows {
        text += &line(row.iter().map(String::as_str).collect());
    }
    text
}

fn widths(header: &[&str], rows: &[Vec<String>]) -> Vec<usize> {
    let length = |text: &str| cell(text).chars().count();
    let width = |column: usize, title: &str| {
        let below = rows.iter().filter_map(|row| row.get(column)).map(|text| length(text));
        below.max().unwrap_or(0).max(length(title))
    };
    header.iter().enumerate().map(|(column, title)| width(column, title)).collect()
}

/// The text of a cell: one line, cut at the limit.
fn cell(text: &str) -> Cow<'_, str> {
    let long = text.chars().nth(CELL_LIMIT).is_some();
    if !long && !text.contains('\n') {
        return Cow::Borrowed(text);
    }
    let line = text.chars().map(|character| if character == '\n' { ' ' } else { character });
    Cow::Owned(line.take(CELL_LIMIT).chain(long.then_some('…')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_short_line() {
        let rows = [vec!["a\nb".to_owned(), "x".repeat(100_000)]];
        let text = plain(&["one", "two"], &rows);
        assert_eq!(text.lines().count(), 2);
        assert!(text.ends_with(&format!("a b  {}…\n", "x".repeat(CELL_LIMIT))), "{text:.300}");
    }

    #[test]
    fn columns_are_aligned() {
        let rows =
            [vec!["3.10".to_owned(), "passed".to_owned()], vec!["3.9".to_owned(), "no".to_owned()]];
        insta::assert_snapshot!(plain(&["Python", "smoke"], &rows), @"
        Python  smoke
        3.10    passed
        3.9     no
        ");
        insta::assert_snapshot!(markdown(&["Python", "smoke"], &rows), @"
        | Python | smoke  |
        | ------ | ------ |
        | 3.10   | passed |
        | 3.9    | no     |
        ");
    }
}
