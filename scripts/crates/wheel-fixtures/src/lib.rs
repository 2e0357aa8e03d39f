//! Releases made in code: wheels and sdists that are good until a test breaks one thing in them.
//!
//! But for the targets of the fuzzer, nothing here uses the readers that are tested. What a test replaces must be there,
//! so that a broken fixture cannot turn out to be a good one.

pub mod blocks;
#[cfg(target_os = "linux")]
pub mod children;
pub mod elf;
pub mod extension;
pub mod fuzz;
pub mod hostile;
pub mod layers;
pub mod limited;
pub mod macho;
pub mod pe;
#[cfg(feature = "program")]
pub mod project;
pub mod release;
pub mod sdist;
pub mod stub;
pub mod wheel;
pub mod zip;

/// The metadata that every file of a good release carries.
pub const METADATA: &str = "\
Metadata-Version: 2.4
Name: sum-up-to
Version: 1.0.0
Summary: The exact sum of the first n integers
Requires-Python: >=3.10
License-Expression: MIT OR Apache-2.0

# sum_up_to
";

/// The text with its one occurrence of `from` replaced.
pub fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` does not stand once in:\n{text}");
    text.replace(from, to)
}
