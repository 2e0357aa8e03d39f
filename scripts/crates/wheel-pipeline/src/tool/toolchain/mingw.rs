//! Debian's gcc for Windows, which cross-builds 32-bit wheels.

use anyhow::Result;

use crate::available::Available;
use crate::process::command::Invocation;
use crate::process::interrupt::check_interrupt;

const GCC: &str = "i686-w64-mingw32-gcc";

/// The version line of the compiler, or the package to install.
pub fn version() -> Result<Available<String>> {
    match Invocation::new(GCC).arg("--version").run() {
        Ok(finished) if finished.succeeded() => {
            Ok(Available::Here(finished.stdout.lines().next().unwrap_or(GCC).to_owned()))
        }
        _ => {
            check_interrupt()?;
            Ok(Available::not(format!(
                "its linker `{GCC}` is not on `PATH`; on Debian, `apt install gcc-mingw-w64-i686-win32`"
            )))
        }
    }
}
