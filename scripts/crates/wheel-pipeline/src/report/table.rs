//! Tables for people: aligned columns of plain text, or Markdown.

/// Rows under a header, each column as wide as its widest cell.
pub fn plain(header: &[&str], rows: &[Vec<String>]) -> String {
    let widths = widths(header, rows);
    let line = |cells: Vec<&str>| {
        let cells: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
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
        let cells: Vec<String> =
            cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
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
    let width = |column: usize, cell: &str| {
        let below = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        below.max().unwrap_or(0).max(cell.chars().count())
    };
    header.iter().enumerate().map(|(column, cell)| width(column, cell)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
