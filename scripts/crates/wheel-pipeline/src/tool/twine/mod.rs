//! twine: uploads files to a package index, one at a time, in one process for all of them.

mod answer;
mod uploader;

pub use answer::UploadAnswer;
pub use uploader::{JudgedFile, Uploader, upload_command};
