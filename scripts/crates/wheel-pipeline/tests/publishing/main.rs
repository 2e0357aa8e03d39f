//! Publishing a release by the real twine, to an index that fails in every way, with the run killed at
//! every request, and to an index that lies.
#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "`--nocapture` shows how much was survived")]

mod announcing;
mod attesting;
mod devpi;
mod downloading;
mod gathering;
mod hostile;
mod http;
mod index;
mod matrix;
mod proxy;
mod refusals;
mod release;
mod secrets;
mod verifying;

/// The program that is tested.
const PROGRAM: &str = env!("CARGO_BIN_EXE_wheel-pipeline");
