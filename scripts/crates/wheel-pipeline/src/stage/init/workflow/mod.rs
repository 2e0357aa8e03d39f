//! The workflow of a release, and the file with the program that it installs. One template makes that of this
//! repository and those of all other projects.

pub mod mark;
mod requirements;
mod settings;
mod template;

pub use self::requirements::Requirements;
pub use self::settings::{Program, Settings};

/// The name of the workflow, unless the project has another one of this name.
pub const FILE: &str = "release.yml";
