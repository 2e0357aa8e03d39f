//! Takes a maturin project from source to verified wheels on a package index.

pub mod address;
pub mod available;
pub mod cache;
pub mod cli;
pub mod client;
pub mod evidence;
pub mod exit;
pub mod failure;
pub mod folder;
pub mod index;
pub mod process;
pub mod program;
pub mod project;
pub mod report;
pub mod stage;
pub mod tool;
