//! A table between two marks of a page. A run writes the rows that it made, and keeps the others.

use std::collections::BTreeMap;

use wheel_pipeline::report::table;

/// A table of a page. The first cell of each row begins with a link that has the row's name as its text.
pub struct PageTable {
    /// The line before the table.
    pub start: &'static str,
    /// The line behind it.
    pub end: &'static str,
    pub header: &'static [&'static str],
}

impl PageTable {
    /// The page with these rows in the place of older ones. `names` is the order of the rows. None if the page has no
    /// marks.
    pub fn with_rows(
        &self,
        page: &str,
        names: &[&str],
        new: &BTreeMap<&str, Vec<String>>,
    ) -> Option<String> {
        let page = page.replace("\r\n", "\n");
        let (before, rest) = page.split_once(self.start)?;
        let (old, after) = rest.split_once(self.end)?;
        let row = |name: &&str| new.get(*name).cloned().or_else(|| old_row(old, name));
        let rows: Vec<Vec<String>> = names.iter().filter_map(row).collect();
        let table = table::markdown(self.header, &rows);
        Some(format!("{before}{}\n{table}\n{}{after}", self.start, self.end))
    }
}

/// The cells of a row in an older table.
fn old_row(table: &str, name: &str) -> Option<Vec<String>> {
    let start = format!("| [{name}](");
    let line = table.lines().find(|line| line.starts_with(&start))?;
    let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
    Some(cells.split(" | ").map(|cell| cell.trim().to_owned()).collect())
}
