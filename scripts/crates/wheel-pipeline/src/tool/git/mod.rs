//! git: the commit of the source, its tags, and its uncommitted changes.

mod changes;
mod checkout;
mod command;
mod revision;
pub mod signature;

pub use checkout::{Checkout, clone};
pub use revision::{Revision, revision, tags};
