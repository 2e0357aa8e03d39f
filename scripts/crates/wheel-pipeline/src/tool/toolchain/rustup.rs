//! rustup: adds the standard library of a target.

use std::path::Path;

use anyhow::Result;

use crate::available::Available;
use crate::process::command::Invocation;
use crate::process::interrupt::check_interrupt;

/// Adds the standard library of a Rust target, unless it is there.
pub fn add(folder: &Path, triple: &str) -> Result<Available<()>> {
    if is_there(folder, triple)? {
        return Ok(Available::Here(()));
    }
    let rustup = Invocation::new("rustup").args(["target", "add", triple]).folder(folder);
    let finished = match rustup.run() {
        Ok(finished) => finished,
        Err(error) => {
            check_interrupt()?;
            return Ok(Available::not(format!(
                "Rust's `{triple}` is not installed, and {error:#}"
            )));
        }
    };
    if finished.succeeded() && is_there(folder, triple)? {
        return Ok(Available::Here(()));
    }
    let said = finished.output();
    let reasons: Vec<&str> = said
        .lines()
        .map(str::trim)
        .filter(|line| line.contains("error:") || line.contains("status code"))
        .collect();
    Ok(Available::not(format!("`rustup target add {triple}` failed: {}", reasons.join("; "))))
}

fn is_there(folder: &Path, triple: &str) -> Result<bool> {
    let asked = Invocation::new("rustc")
        .args(["--print", "target-libdir", "--target", triple])
        .folder(folder)
        .run()?;
    Ok(asked.succeeded() && Path::new(asked.stdout.trim()).is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_cannot_be_added_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let reason = add(folder.path(), "no-such-target").expect("it can be asked");
        assert!(reason.why_not().is_some_and(|why| why.contains("no-such-target")), "{reason:?}");
    }
}
