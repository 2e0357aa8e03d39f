//! pip's [installation report](https://pip.pypa.io/en/stable/reference/installation-report/): the file that it
//! installed for a project.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use wheel_audit::names::normalize;
use wheel_audit::wheel::Sha256Sum;

use crate::address::{self, file_name};

/// A file that pip installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledFile {
    pub file: String,
    /// None if pip does not report it.
    pub sha256: Option<Sha256Sum>,
}

/// A report.
#[derive(Deserialize)]
pub(super) struct PipReport {
    pub install: Vec<Item>,
}

/// A file that pip installs.
#[derive(Deserialize)]
pub(super) struct Item {
    pub metadata: PipMetadata,
    download_info: DownloadInfo,
}

/// The name and version of a file.
#[derive(Deserialize)]
pub(super) struct PipMetadata {
    pub name: String,
    #[serde(default)]
    pub version: String,
}

#[derive(Deserialize)]
struct DownloadInfo {
    url: String,
    archive_info: Option<ArchiveInfo>,
}

#[derive(Deserialize)]
struct ArchiveInfo {
    hashes: Option<BTreeMap<String, String>>,
}

impl Item {
    /// The hash of the file. None if pip does not report it.
    pub fn sha256(&self) -> Option<Sha256Sum> {
        self.download_info.archive_info.as_ref()?.hashes.as_ref()?.get("sha256")?.parse().ok()
    }
}

/// Reads a report.
pub(super) fn read(report: &Path) -> Result<PipReport> {
    let text = fs::read_to_string(report).context("pip wrote no report")?;
    serde_json::from_str(&text)
        .with_context(|| format!("pip's report `{}` is not valid JSON", report.display()))
}

/// Reads the installed file of a project from a report.
pub fn installed(report: &Path, project: &str) -> Result<InstalledFile> {
    let item = read(report)?
        .install
        .into_iter()
        .find(|item| normalize(&item.metadata.name) == normalize(project))
        .with_context(|| format!("pip's report does not name `{project}`"))?;
    let file = address::parse(&item.download_info.url)
        .and_then(|url| file_name(&url))
        .context("pip's report names no file")?;
    Ok(InstalledFile { file, sha256: item.sha256() })
}

impl InstalledFile {
    /// Compares the file with the release. Returns the difference, or none if they agree.
    pub fn mismatch(&self, release: &BTreeMap<String, Sha256Sum>) -> Option<String> {
        let file = &self.file;
        match (release.get(file), self.sha256) {
            (None, _) => {
                Some(format!("pip installed `{file}`, which this release does not contain"))
            }
            (Some(_), None) => Some(format!("pip reports no SHA-256 of `{file}`")),
            (Some(wanted), Some(sum)) if *wanted != sum => Some(format!(
                "pip installed `{file}` with SHA-256 {sum}, but the release has {wanted}"
            )),
            (Some(_), Some(_)) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_installed_file_is_compared_with_the_release() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pip.json");
        let sum = Sha256Sum::digest(b"a");
        let report = format!(
            r#"{{"install": [{{"metadata": {{"name": "B"}}, "download_info": {{"url": "https://f/b.whl"}}}},
                {{"metadata": {{"name": "A_a"}}, "download_info": {{"url": "https://f/a.whl",
                  "archive_info": {{"hashes": {{"sha256": "{sum}"}}}}}}}}]}}"#
        );
        fs::write(&path, report).expect("written");
        let release =
            |file: &str, bytes| BTreeMap::from([(file.to_owned(), Sha256Sum::digest(bytes))]);
        let mismatch = |project: &str, release: &BTreeMap<String, Sha256Sum>| {
            installed(&path, project).expect("a report").mismatch(release)
        };
        assert_eq!(installed(&path, "a-a").expect("a report").file, "a.whl");
        assert_eq!(mismatch("a-a", &release("a.whl", b"a")), None);
        let other = mismatch("a-a", &release("a.whl", b"b")).expect("other bytes");
        assert!(other.starts_with(&format!("pip installed `a.whl` with SHA-256 {sum}, but")));
        assert_eq!(
            mismatch("a-a", &BTreeMap::new()).as_deref(),
            Some("pip installed `a.whl`, which this release does not contain")
        );
        // Without a hash, the bytes may differ.
        assert_eq!(
            mismatch("b", &release("b.whl", b"b")).as_deref(),
            Some("pip reports no SHA-256 of `b.whl`")
        );
        assert!(installed(&path, "c").is_err());
        fs::write(&path, "no").expect("written");
        let error = installed(&path, "a-a").expect_err("no JSON").to_string();
        assert!(error.ends_with("pip.json` is not valid JSON"), "{error}");
    }
}
