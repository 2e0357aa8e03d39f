//! Tools: one module each, which knows the tool's command line and reads its output.

pub mod attest;
pub mod cargo;
pub mod cibuildwheel;
pub mod devpi;
pub mod gh;
pub mod git;
pub mod maturin;
pub mod pip;
pub mod pyo3;
pub mod python;
pub mod pythons;
pub mod toolchain;
pub mod twine;
pub mod uv;
