//! One file in the listing of a project.

use url::Url;
use wheel_audit::wheel::Sha256Sum;

/// A file that an index offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    pub name: String,
    pub sum: Sha256Sum,
    pub url: Url,
    /// The time of its upload ([PEP 700](https://peps.python.org/pep-0700/)), where the index gives it.
    pub uploaded: Option<String>,
    /// The address of its attestations ([PEP 740](https://peps.python.org/pep-0740/)), as the index wrote it.
    pub provenance: Option<String>,
    pub yanked: bool,
}
