//! Publishing a release by the real twine, to an index that fails in every way, with the run killed at
//! every request, and to an index that lies.
#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "`--nocapture` shows how much was survived")]

#[path = "../fixture/mod.rs"]
mod fixture;
#[allow(dead_code, reason = "made for the tests of all stages")]
#[path = "../stages/project.rs"]
mod project;

mod announcing;
mod attesting;
mod devpi;
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
