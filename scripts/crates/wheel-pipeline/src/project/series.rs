//! The series of CPython that exist and are supported, from `series.txt`, and those of PyPy, from `pypy.txt`.

use wheel_audit::family::PythonVersion;

const TABLE: &str = include_str!("series.txt");

const PYPY: &str = include_str!("pypy.txt");

/// The month in which `series.txt` was read. A series that ended before is not supported any more. The clock is not
/// asked, because the same files must give the same table on any day.
const READ: &str = "2026-11";

/// A series of CPython.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Series {
    pub python: PythonVersion,
    /// True until the end of its life.
    pub supported: bool,
    /// True if its free-threaded build is officially supported.
    pub free_threaded: bool,
}

/// Every known series, the oldest first.
pub fn all() -> Vec<Series> {
    let series = |row: &str| {
        let mut cells = row.split_whitespace();
        let python = cells.next()?.parse().ok()?;
        let ends = cells.nth(1)?;
        Some(Series { python, supported: ends > READ, free_threaded: cells.next() == Some("t") })
    };
    rows(TABLE).map(|row| series(row).expect("a test reads every row")).collect()
}

/// Every known PyPy, the oldest first.
pub fn pypys() -> impl Iterator<Item = PythonVersion> {
    let python = |row: &str| row.split_whitespace().next()?.parse().ok();
    rows(PYPY).map(move |row| python(row).expect("a test reads every row"))
}

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The Pythons that one wheel for the stable ABI may serve.
pub fn with_gil() -> impl Iterator<Item = PythonVersion> {
    all().into_iter().map(|series| series.python)
}

/// The Pythons that a builder finds: every series, and its free-threaded build where it is supported.
pub fn found() -> impl Iterator<Item = PythonVersion> {
    all().into_iter().flat_map(|series| {
        let free = series.free_threaded.then(|| series.python.free_threaded());
        std::iter::once(series.python).chain(free)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let all = all();
        assert_eq!(all.len(), TABLE.lines().filter(|line| line.starts_with('3')).count());
        assert!(all.is_sorted_by_key(|series| series.python));
        assert!(TABLE.contains(&format!("read on {READ}")));
        let named = |python: &str| all.iter().find(|one| one.python.to_string() == python);
        assert_eq!(
            named("3.10").map(|one| (one.supported, one.free_threaded)),
            Some((false, false))
        );
        assert_eq!(named("3.14").map(|one| (one.supported, one.free_threaded)), Some((true, true)));
        assert!(found().any(|python| python.to_string() == "3.15t"));
        assert!(with_gil().all(|python| python.is_usual()));
        assert_eq!(pypys().count(), 2);
        assert!(pypys().all(|python| python.is_pypy()) && pypys().is_sorted());
    }
}
