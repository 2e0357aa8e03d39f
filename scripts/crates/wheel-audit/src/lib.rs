//! Judges Python wheels and source distributions before they are published.
//!
//! The bytes of a release become facts ([`wheel`]), the facts become findings ([`check`]), and a [`Plan`] says what the
//! release must hold. Nothing here starts a process, opens a connection or decides an exit code.
//!
//! # Judge the wheels in a folder
//!
//! ```
//! use wheel_audit::{CHECKS, CheckInput, NotJudged, ReleaseFacts, list};
//!
//! # fn main() -> Result<(), wheel_audit::ReadError> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let dist = folder.path();
//! # let mut wheel = wheel_fixtures::wheel::Wheel::new(wheel_fixtures::release::LINUX);
//! # wheel.relist("sum_up_to/__init__.py", |_| String::new());
//! # std::fs::write(dist.join(&wheel.file), wheel.bytes()).expect("written");
//! let (release, unread) = ReleaseFacts::read(&list(dist)?);
//! assert!(unread.is_empty(), "{unread:?}");
//!
//! let mut findings = Vec::new();
//! for check in CHECKS {
//!     match check.judge(CheckInput::new(&release)) {
//!         Ok(found) => findings.extend(found),
//!         Err(NotJudged::Unknown { unknown, found }) => {
//!             unknown.iter().for_each(|place| println!("{} could not tell: {place}", check.name));
//!             findings.extend(found);
//!         }
//!         // There is no plan here, and no binary for macOS or Windows.
//!         Err(NotJudged::NotApplicable(_) | NotJudged::NoSubject(_)) => {}
//!     }
//! }
//! let messages: Vec<String> = findings.iter().map(|finding| finding.message.clone()).collect();
//! assert_eq!(messages, ["it is not listed in `RECORD`"]);
//! # Ok(())
//! # }
//! ```
//!
//! A check that could not tell has not passed. Whoever decides by the findings must show these outcomes too.

#![warn(missing_docs, unreachable_pub)]

pub mod check;
pub mod compare;
pub mod edit;
pub mod family;
pub mod names;
pub mod parallel;
pub mod plan;
pub mod platform;
pub mod set;
pub mod target;
pub mod wheel;

pub use check::{CHECKS, Check, CheckInput, Finding, NotJudged, Outcome, Severity, Unknown};
pub use family::{Family, PythonVersion};
pub use plan::{Plan, Promise};
pub use platform::{Architecture, System};
pub use target::Target;
pub use wheel::release::{ReleaseFacts, WheelFacts, list};
pub use wheel::{ReadError, Sha256Sum};
