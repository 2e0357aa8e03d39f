//! Tests of the program's stages on a small project, with good and bad input. They start processes, and may
//! download the pinned tools once.

#[cfg(unix)]
mod below;
#[cfg(target_os = "linux")]
mod children;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod containers;
mod faults;
#[cfg(unix)]
mod foreign;
mod init;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod packed;
mod plan;
mod prepare;
mod publish;
mod rehearse;
mod search;
#[cfg(unix)]
mod signed_tags;
#[cfg(unix)]
mod surroundings;
mod tools;

/// The program that is tested.
const PROGRAM: &str = env!("CARGO_BIN_EXE_wheel-pipeline");
