//! git: the commit of the source, its tags, and its uncommitted changes.

mod changes;
mod checkout;
mod command;
mod committed;
mod revision;
pub mod signature;

pub use checkout::{Checkout, clone};
pub use committed::{is_committed, is_ignored};
pub use revision::{Revision, revision, tags};
