//! The stages, one module for each command. They call tools and checks in order, and do not parse file formats.

pub mod announce;
pub mod audit;
pub mod build;
pub mod explain;
pub mod foreign;
pub mod from_jobs;
pub mod gate;
pub mod init;
pub mod licenses;
pub mod machine;
pub mod plan;
pub mod prepare;
pub mod publish;
pub mod pythons;
pub mod recorded;
pub mod rehearse;
pub mod run_lock;
pub mod schema;
pub mod second_build;
pub mod serve;
pub mod smoke;
pub mod verify;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

pub use machine::Machine;
pub use run_lock::RunLock;

/// The day of a run, by which waivers end and versions are dated.
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
