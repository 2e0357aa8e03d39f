//! The files of one release, in the order of upload.

use std::path::PathBuf;

use crate::evidence::{Attested, BuiltFile, Receipt, SentFile, SentStep};

/// The files to send, in this order.
#[derive(Clone, Debug)]
pub struct UploadSet {
    /// The name of the project in normal form.
    pub project: String,
    pub version: String,
    pub files: Vec<(PathBuf, BuiltFile)>,
}

impl UploadSet {
    /// A receipt for `repository` in which every file is still waiting.
    pub fn new_receipt(&self, repository: &str) -> Receipt {
        let waiting = |built: &BuiltFile| SentFile {
            file: built.file.clone(),
            sha256: built.sha256,
            step: SentStep::Waiting,
            url: None,
            sends: 0,
            faults: Vec::new(),
        };
        Receipt {
            repository: repository.to_owned(),
            release: format!("{} {}", self.project, self.version),
            attestations: Attested::default(),
            files: self.files.iter().map(|(_, built)| waiting(built)).collect(),
        }
    }
}
