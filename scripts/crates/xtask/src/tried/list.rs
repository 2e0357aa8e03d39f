//! The list of real projects that `tried` goes through.

use anyhow::{Context, Result};

/// A release of a real project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The name on the index.
    pub name: &'static str,
    /// The address of its git repository.
    pub repository: &'static str,
    /// The tag of the release.
    pub tag: &'static str,
    /// The project's folder in the repository.
    pub folder: &'static str,
    /// What is special about it.
    pub shape: &'static str,
}

const LIST: &str = include_str!("../../data/tried.txt");

/// The projects, in the order of the list.
pub fn all() -> Result<Vec<Tried>> {
    LIST.lines().filter(|line| !line.starts_with('#')).map(read).collect()
}

fn read(line: &'static str) -> Result<Tried> {
    let mut parts = line.splitn(5, ' ');
    let mut next = || parts.next().with_context(|| format!("`{line}` has fewer than five parts"));
    Ok(Tried { name: next()?, repository: next()?, tag: next()?, folder: next()?, shape: next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_can_be_read() {
        let all = all().expect("it can be read");
        assert!(all.iter().all(|one| one.repository.starts_with("https://github.com/")));
        assert!(read("a b c d").is_err());
    }
}
