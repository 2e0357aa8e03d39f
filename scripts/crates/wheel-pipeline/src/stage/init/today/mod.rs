//! The wheels that a project's workflows build and test today, read from its files.

mod cibuildwheel;
mod expression;
pub mod facts;
mod interpreter;
mod job;
mod matrix;
mod maturin;
mod platform;
mod runner;
mod selector;
pub mod workflow;
mod yaml;

pub use self::job::{read, read_table};
