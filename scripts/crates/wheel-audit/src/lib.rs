//! Judges Python wheels and source distributions before they are published.

pub mod check;
pub mod edit;
pub mod family;
pub mod names;
pub mod parallel;
pub mod plan;
pub mod target;
pub mod wheel;
