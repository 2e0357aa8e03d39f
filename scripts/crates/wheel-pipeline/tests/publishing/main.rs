//! Publishing a release by the real twine: to an index with every fault, with a kill at every request, and to
//! an index whose pages do not match its files.
//!
//! No test waits for ever. Child processes and calls of the library have the limit of
//! `wheel_fixtures::limited`, and connections that of `http::SILENCE`.
#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "`--nocapture` shows the number of cases")]

mod accepting;
mod announcing;
mod attesting;
mod bounded;
#[cfg(target_os = "linux")]
mod children;
mod devpi;
mod downloading;
mod foreign_files;
mod foreign_release;
mod forging;
mod gathering;
mod handed;
mod hostile;
mod http;
mod index;
mod jobs;
mod matrix;
mod parts;
mod proxied;
mod proxy;
mod refusals;
mod release;
mod script;
mod secrets;
mod swapped;
mod verifying;

/// The tested program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_wheel-pipeline");
