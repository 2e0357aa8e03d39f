//! Small projects of every common shape, each released from its source to a verified installation on a local index.
//!
//! They need no crate of a registry, and compile in a second (`wheel_fixtures::extension`).
#![cfg(target_os = "linux")]

mod layouts;
mod no_abi;
mod scratch;
mod tested;
mod versions;
mod workspaces;

/// The program under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_wheel-pipeline");
