//! The ways in which Rust and Python call each other, a file each.

pub mod accept_args;
pub mod add_up_to;
pub mod add_up_to_after;
mod callable;
pub mod create_python_object;
pub mod in_thread;
pub mod race;
pub mod sum_as_string;
pub mod sum_of;
pub mod sum_of_async;
pub mod sum_of_code;
pub mod sum_on_tokio;
mod threads;
