//! The source distribution: a gzipped tar with one folder
//! ([source distribution format](https://packaging.python.org/en/latest/specifications/source-distribution-format/)).

use std::collections::BTreeSet;
use std::io::Read;

use flate2::bufread::GzDecoder;

use super::error::ReadError;
use super::limits::{SHORT_TEXT_LIMIT, SOURCE_LIMIT, TOML_LIMIT};
use super::metadata::Headers;
use super::paths::{self, Collision};
use super::printable::quoted;
use super::tar;

/// A file of the sdist, unpacked in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path below the archive's one folder.
    pub path: String,
    /// The unpacked content.
    pub content: Vec<u8>,
    /// True if the file is executable for anyone.
    pub executable: bool,
}

/// A file before its content is read.
pub(crate) struct Source<'a> {
    /// The path below the archive's one folder.
    pub(crate) path: &'a str,
    pub(crate) size: u64,
    pub(crate) executable: bool,
}

impl SourceFile {
    fn load(source: &Source, from: &mut dyn Read) -> Result<Self, ReadError> {
        let mut content = Vec::new();
        from.read_to_end(&mut content).map_err(tar::cut)?;
        Ok(Self { path: source.path.to_owned(), content, executable: source.executable })
    }
}

/// The files whose content an audit needs.
const READ: &[&str] = &["PKG-INFO", "pyproject.toml", "Cargo.toml"];

/// Reads every file of the sdist named `file` (`NAME-VERSION.tar.gz`). All contents are in memory at once.
///
/// # Errors
///
/// When the bytes are not a gzipped tar that every reader unpacks alike, or exceed a limit, or when a member lies
/// outside the folder `NAME-VERSION`, occurs twice, is neither a file nor a folder, or has a name that is another
/// member's on some system.
pub fn read(file: &str, bytes: &[u8]) -> Result<Vec<SourceFile>, ReadError> {
    let mut files = Vec::new();
    let collisions = visit(file, bytes, |source, content| {
        files.push(SourceFile::load(source, content)?);
        Ok(())
    })?;
    match collisions.first() {
        None => Ok(files),
        Some(Collision { one, other, why }) => Err(ReadError::new(format!(
            "`{}` differs from `{}` only {why}",
            quoted(one),
            quoted(other)
        ))),
    }
}

/// The parts of an sdist that an audit needs.
pub(crate) struct Contents {
    /// The path of every file.
    pub(crate) paths: Vec<String>,
    /// The files that are read.
    pub(crate) files: Vec<SourceFile>,
    /// Names that are one on some systems.
    pub(crate) collisions: Vec<Collision>,
}

/// Reads the files that an audit needs, and the paths of all files.
pub(crate) fn contents(file: &str, bytes: &[u8]) -> Result<Contents, ReadError> {
    let (mut paths, mut files) = (Vec::new(), Vec::new());
    let collisions = visit(file, bytes, |source, content| {
        paths.push(source.path.to_owned());
        if !READ.contains(&source.path) {
            return Ok(());
        }
        let limit = if source.path == "PKG-INFO" { SHORT_TEXT_LIMIT } else { TOML_LIMIT };
        if source.size > limit {
            return Err(ReadError::new(format!("`{}` is larger than {limit} bytes", source.path)));
        }
        files.push(SourceFile::load(source, content)?);
        Ok(())
    })?;
    Ok(Contents { paths, files, collisions })
}

/// Passes each file with its content to `look`, in the order of the archive. Returns the names that are one on some
/// systems.
pub(crate) fn visit(
    file: &str,
    bytes: &[u8],
    mut look: impl FnMut(&Source, &mut dyn Read) -> Result<(), ReadError>,
) -> Result<Vec<Collision>, ReadError> {
    let folder = file
        .strip_suffix(".tar.gz")
        .ok_or_else(|| ReadError::new(format!("`{}` does not end in `.tar.gz`", quoted(file))))?;
    // One byte more than the limit may be read, so that an archive beyond the limit is told from one that ends there.
    let mut archive = GzDecoder::new(bytes).take(SOURCE_LIMIT + 1);
    let mut names = BTreeSet::new();
    let visited = tar::visit(&mut archive, |entry, content| {
        let name = quoted(&entry.name);
        if entry.size > SOURCE_LIMIT {
            let why = format!("member `{name}` is larger than {SOURCE_LIMIT} bytes");
            return Err(ReadError::new(why));
        }
        let path = inside(&entry.name, folder).ok_or_else(|| {
            let folder = quoted(folder);
            ReadError::new(format!("member `{name}` lies outside the folder `{folder}`"))
        })?;
        // A folder may be listed again.
        if !names.insert(entry.name.clone()) && !entry.is_folder() {
            return Err(ReadError::new(format!("it has two members `{name}`")));
        }
        if entry.is_folder() {
            return Ok(());
        }
        look(&Source { path, size: entry.size, executable: entry.executable }, content)
    });
    if archive.limit() == 0 {
        return Err(ReadError::new(format!("it unpacks to more than {SOURCE_LIMIT} bytes")));
    }
    // Some readers go on with a second gzip stream, and others do not see it.
    let begun = archive.get_ref().header().is_some();
    let at_end = visited.is_ok() || begun && matches!(archive.read(&mut [0]), Ok(0));
    if at_end && !archive.into_inner().into_inner().is_empty() {
        return Err(ReadError::new("it has data after its gzip stream"));
    }
    visited?;
    Ok(paths::collisions(names.iter().map(String::as_str)))
}

/// The fields of an sdist's `PKG-INFO`.
///
/// # Errors
///
/// When there is none, or it cannot be read.
pub fn metadata(files: &[SourceFile]) -> Result<Headers, ReadError> {
    let file = files
        .iter()
        .find(|file| file.path == "PKG-INFO")
        .ok_or_else(|| ReadError::new("it has no `PKG-INFO`"))?;
    Headers::read(&file.content).map_err(|error| ReadError::new(format!("`PKG-INFO`: {error}")))
}

/// The version in `pyproject.toml`, or without one and with maturin as the build backend the one in `Cargo.toml`.
///
/// # Errors
///
/// When one of the two is not TOML.
pub fn versions(files: &[SourceFile]) -> Result<Vec<(&'static str, String)>, ReadError> {
    let version =
        |table: &toml::Table, key: &str| Some(table.get(key)?.get("version")?.as_str()?.to_owned());
    let Some(project) = table(files, "pyproject.toml")? else { return Ok(Vec::new()) };
    if let Some(stated) = version(&project, "project") {
        // It outweighs that of the crate.
        return Ok(vec![("pyproject.toml", stated)]);
    }
    let mut versions = Vec::new();
    let backend = project.get("build-system").and_then(|system| system.get("build-backend"));
    let maturin = backend.and_then(|backend| backend.as_str()) == Some("maturin");
    // With `manifest-path` the crate lies in another folder.
    let moved = || project.get("tool")?.get("maturin")?.get("manifest-path");
    if maturin && moved().is_none() {
        let manifest = table(files, "Cargo.toml")?;
        let version = manifest.and_then(|manifest| version(&manifest, "package"));
        versions.extend(version.map(|version| ("Cargo.toml", version)));
    }
    Ok(versions)
}

fn table(files: &[SourceFile], wanted: &str) -> Result<Option<toml::Table>, ReadError> {
    let Some(file) = files.iter().find(|file| file.path == wanted) else { return Ok(None) };
    let wrong = |why: &str| ReadError::new(format!("`{wanted}` is not TOML: {}", quoted(why)));
    if file.content.len() as u64 > TOML_LIMIT {
        return Err(ReadError::new(format!("`{wanted}` is larger than {TOML_LIMIT} bytes")));
    }
    let text = std::str::from_utf8(&file.content).map_err(|_| wrong("it is not UTF-8"))?;
    toml::from_str(text).map(Some).map_err(|error: toml::de::Error| wrong(error.message()))
}

/// The path below `folder`, if the name stays below it on every system. The folder itself is the empty path.
fn inside<'a>(name: &'a str, folder: &str) -> Option<&'a str> {
    let path = name.strip_prefix(folder)?.strip_prefix('/')?;
    if path.is_empty() {
        return Some(path);
    }
    let special = |part: char| matches!(part, '\\' | ':') || part.is_control();
    let mut parts = path.strip_suffix('/').unwrap_or(path).split('/');
    let plain = !path.contains(special) && parts.all(|part| !matches!(part, "" | "." | ".."));
    plain.then_some(path)
}
