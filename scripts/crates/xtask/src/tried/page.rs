//! The table of `docs/tried.md`. A run writes the rows of the projects that it tried, and keeps the others.

use std::collections::BTreeMap;
use std::time::Duration;

use super::attempt::{Attempt, Rehearsal};
use super::list::Tried;
use crate::page_table::PageTable;

/// The page with the table.
pub const PAGE: &str = "docs/tried.md";

const TABLE: PageTable = PageTable {
    start: "<!-- tried: made by `cargo xtask tried` -->\n",
    end: "<!-- end of tried -->\n",
    header: &[
        "Project",
        "What is special",
        "Lines that `init` wrote",
        "Families of wheels",
        "Rehearsal",
        "Time",
    ],
};

/// The page with these results in the place of older ones. `all` is the order of the rows. None if the page has no marks.
pub fn with_rows(page: &str, all: &[Tried], new: &BTreeMap<&str, Vec<String>>) -> Option<String> {
    let names: Vec<&str> = all.iter().map(|tried| tried.name).collect();
    TABLE.with_rows(page, &names, new)
}

/// The row of a project.
pub fn row(tried: &Tried, attempt: &Attempt) -> Vec<String> {
    let rehearsal = match &attempt.rehearsal {
        Rehearsal::Passed { reached, promised } => format!("passed: {reached} of {promised}"),
        Rehearsal::Ended { code, message } => {
            let code = code.map_or_else(|| "a signal".to_owned(), |code| format!("exit {code}"));
            format!("{code}: {}", shortened(message))
        }
    };
    [
        format!("[{}]({}) {}", tried.name, tried.repository, attempt.version),
        tried.shape.to_owned(),
        lines(&attempt.table),
        attempt.wheels.cell(),
        rehearsal,
        seconds(attempt.time),
    ]
    .map(|cell| cell.replace('|', "\\|"))
    .to_vec()
}

/// The row of a project that ended before its rehearsal.
pub fn failed_row(tried: &Tried, error: &str) -> Vec<String> {
    let first = error.lines().next().unwrap_or_default().replace('|', "\\|");
    let none = || "—".to_owned();
    vec![
        format!("[{}]({}) {}", tried.name, tried.repository, tried.tag),
        tried.shape.to_owned(),
        none(),
        none(),
        format!("not begun: {first}"),
        none(),
    ]
}

/// The number of keys and of targets: the list of targets would fill the page.
fn lines(table: &str) -> String {
    let is_target = |line: &&str| line.starts_with("    \"");
    let targets = table.lines().filter(is_target).count();
    let keys = table.lines().filter(|line| line.contains(" = ") && !line.starts_with("targets"));
    let keys: Vec<String> = keys.map(|line| format!("`{line}`")).collect();
    format!("{targets} targets; {}", keys.join("; "))
}

/// The beginning of a message. A table has no room for more.
fn shortened(message: &str) -> String {
    const SHOWN: usize = 70;
    match message.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.0} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tried::published::Comparison;

    const TRIED: [Tried; 2] = [
        Tried {
            name: "a",
            repository: "https://github.com/x/a",
            tag: "v1",
            folder: ".",
            shape: "small",
        },
        Tried {
            name: "b",
            repository: "https://github.com/x/b",
            tag: "v2",
            folder: ".",
            shape: "large",
        },
    ];

    fn attempt(reached: usize) -> Attempt {
        Attempt {
            version: "1.0".into(),
            table: "targets = [\n    \"win_amd64\",\n    \"win32\",\n]\npythons = [\"3.13\"]"
                .into(),
            wheels: Comparison::Same,
            rehearsal: Rehearsal::Passed { reached, promised: 9 },
            time: Duration::from_secs(12),
        }
    }

    #[test]
    fn a_run_replaces_its_own_rows_and_keeps_the_others() {
        let new = |name, reached| {
            let tried = TRIED.iter().find(|tried| tried.name == name).expect("it is there");
            BTreeMap::from([(name, row(tried, &attempt(reached)))])
        };
        let page = format!("before\n{}{}after\n", TABLE.start, TABLE.end);
        let page = with_rows(&page, &TRIED, &new("b", 1)).expect("marks");
        let page = with_rows(&page, &TRIED, &new("a", 2)).expect("marks");
        let page = with_rows(&page, &TRIED, &new("b", 3)).expect("marks");
        insta::assert_snapshot!(page, @r#"
        before
        <!-- tried: made by `cargo xtask tried` -->

        | Project                         | What is special | Lines that `init` wrote         | Families of wheels | Rehearsal      | Time |
        | ------------------------------- | --------------- | ------------------------------- | ------------------ | -------------- | ---- |
        | [a](https://github.com/x/a) 1.0 | small           | 2 targets; `pythons = ["3.13"]` | the same           | passed: 2 of 9 | 12 s |
        | [b](https://github.com/x/b) 1.0 | large           | 2 targets; `pythons = ["3.13"]` | the same           | passed: 3 of 9 | 12 s |

        <!-- end of tried -->
        after
        "#);
        assert_eq!(with_rows(&page, &TRIED, &BTreeMap::new()).as_deref(), Some(&*page));
        assert_eq!(with_rows("no marks", &TRIED, &BTreeMap::new()), None);
    }
}
