//! The index that receives a release.

use std::time::Duration;

use super::attestations::Attestations;
use crate::process::secret::Credentials;

/// The longest time for the temporary faults of one file, unless the user gives another.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// The addresses of an index, and how to upload to it.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The address to which twine sends files.
    pub repository: String,
    /// The address of the simple API, where the index lists its files.
    pub simple: String,
    /// The uploader of the pipeline's own index. For other indexes twine finds the credentials.
    pub credentials: Option<Credentials>,
    /// The longest time for the temporary faults of one file.
    pub patience: Duration,
    pub attestations: Attestations,
}
