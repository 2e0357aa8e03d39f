//! Processes. No other module starts one. A command line is a value before it is a process.

pub mod clock;
pub mod command;
pub mod conversation;
pub mod environment;
pub mod interrupt;
pub mod no_proxy;
pub mod pause;
mod running;
pub mod script;
pub mod secret;
