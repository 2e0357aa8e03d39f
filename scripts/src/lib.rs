//! Takes a maturin project from source to verified wheels on a package index.
//!
//! Data flows one way: [`project`] and [`plan`] say what must be, `tool` makes it, [`wheel`] reads
//! what was made, [`check`] judges it, and the stages put them in order.

pub mod builder;
pub mod changelog;
pub mod check;
pub mod cli;
pub mod evidence;
pub mod exit;
pub mod family;
pub mod gate;
pub mod index;
pub mod join;
pub mod parallel;
pub mod pause;
pub mod plan;
pub mod project;
pub mod report;
pub mod stage;
pub mod target;
pub mod tool;
pub mod wheel;
