//! Acting: the only place that starts a process. Each tool has a file; [`command`] runs them all.

pub mod cargo;
pub mod checks;
pub mod cibuildwheel;
pub mod clock;
pub mod command;
pub mod compiler;
pub mod crates;
pub mod environment;
pub mod git;
pub mod guest;
pub mod lld;
pub mod lock;
pub mod machine;
pub mod maturin;
pub mod measured;
pub mod mingw;
pub mod pip;
pub mod python;
pub mod rustup;
pub mod server;
pub mod toolchain;
pub mod twine;
pub mod uv;
pub mod zig;
