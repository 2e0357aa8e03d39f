//! Debian's gcc for Windows, which stands in for Microsoft's linker.

use anyhow::Result;

use crate::process::command::{Invocation, check_interrupt};

const GCC: &str = "i686-w64-mingw32-gcc";

/// What the compiler calls itself; the inner error says how to get it.
///
/// # Errors
///
/// When the run is interrupted.
pub fn version() -> Result<Result<String, String>> {
    match Invocation::new(GCC).arg("--version").run() {
        Ok(finished) if finished.succeeded() => {
            Ok(Ok(finished.stdout.lines().next().unwrap_or(GCC).to_owned()))
        }
        _ => {
            check_interrupt()?;
            Ok(Err(format!(
                "it is linked by `{GCC}`, which is not on `PATH`; on Debian, `apt install gcc-mingw-w64-i686-win32`"
            )))
        }
    }
}
