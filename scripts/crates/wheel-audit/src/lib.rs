//! Judges Python wheels and source distributions before they are published.

pub mod check;
pub mod compare;
pub mod edit;
pub mod family;
pub mod names;
pub mod parallel;
pub mod plan;
pub mod platform;
pub mod target;
pub mod wheel;
