//! The source distribution: a gzipped tar with one folder
//! ([source distribution format](https://packaging.python.org/en/latest/specifications/source-distribution-format/)).

use std::collections::BTreeMap;
use std::io::Read;

use flate2::bufread::GzDecoder;

use super::build_files;
use super::error::ReadError;
use super::flaw::{Flaw, Part};
use super::limits::{SHORT_TEXT_LIMIT, SOURCE_LIMIT, TOML_LIMIT};
use super::metadata::Headers;
use super::paths::{self, Collision};
use super::printable::quoted;
use super::secrets;
use super::sum::{Hashed, Sha256Sum};
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

/// The name of an sdist, taken apart at its last hyphen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SdistName {
    pub(crate) project: String,
    pub(crate) version: String,
}

impl SdistName {
    /// Takes a file name apart; `None` if it has no version.
    pub(crate) fn read(file: &str) -> Option<Self> {
        let (project, version) = file.strip_suffix(ENDING)?.rsplit_once('-')?;
        Some(Self { project: project.to_owned(), version: version.to_owned() })
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
#[derive(Default)]
pub(crate) struct Contents {
    /// The path of every file.
    pub(crate) paths: Vec<String>,
    /// The files that are read.
    pub(crate) files: Vec<SourceFile>,
    /// The manifests of Cargo that exceed a limit, and are not among them.
    pub(crate) left_out: Vec<String>,
    /// The files that have a private key.
    pub(crate) private_keys: Vec<String>,
    /// The facts that are known of the archive.
    pub(crate) archive: Archive,
}

/// Reads the files that an audit needs, and the paths of all files.
pub(crate) fn contents(file: &str, bytes: &[u8]) -> Contents {
    let (mut paths, mut files, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let mut private_keys = Vec::new();
    let mut budget = build_files::Budget::default();
    let archive = walk(stem(file), bytes, |source, content| {
        paths.push(source.path.to_owned());
        if build_files::is_wanted(source.path) {
            if budget.admits(source.size) {
                files.push(SourceFile::load(source, content)?);
            } else if source.path != "setup.py" {
                left_out.push(source.path.to_owned());
            }
            return Ok(());
        }
        if !READ.contains(&source.path) {
            if is_key_file(source.path) && source.size <= secrets::KEY_LIMIT {
                let file = SourceFile::load(source, content)?;
                if secrets::has_private_key(&file.content) {
                    private_keys.push(file.path);
                }
            }
            return Ok(());
        }
        let limit = if source.path == "PKG-INFO" { SHORT_TEXT_LIMIT } else { TOML_LIMIT };
        if source.size > limit {
            return Err(ReadError::new(format!("`{}` is larger than {limit} bytes", source.path)));
        }
        files.push(SourceFile::load(source, content)?);
        Ok(())
    });
    Contents { paths, files, left_out, private_keys, archive }
}

/// Returns whether a file has a name of files with keys.
fn is_key_file(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.ends_with(".pem") || file.ends_with(".key") || file.starts_with("id_")
}

/// Passes each file with its content to `look`, in the order of the archive. Returns the names that are one on some
/// systems.
///
/// # Errors
///
/// When anything is wrong with the archive.
pub(crate) fn visit(
    file: &str,
    bytes: &[u8],
    look: impl FnMut(&Source, &mut dyn Read) -> Result<(), ReadError>,
) -> Result<Vec<Collision>, ReadError> {
    let Some(own) = file.strip_suffix(ENDING) else {
        return Err(ReadError::new(format!("`{}` does not end in `{ENDING}`", quoted(file))));
    };
    let archive = walk(own, bytes, look);
    let outside = || Flaw::of_member(Part::Tar, &archive.first, outside(own));
    let folder = (archive.is_whole && archive.folder != own).then(outside);
    let twice = archive.repeated.first();
    let twice = twice.map(|name| Flaw::of_file(Part::Tar, has_two(name)));
    match archive.flaws.first().or(folder.as_ref()).or(twice.as_ref()) {
        None => Ok(archive.collisions),
        Some(flaw) => Err(flaw.error()),
    }
}

const ENDING: &str = ".tar.gz";

/// The name without its ending.
pub(crate) fn stem(file: &str) -> &str {
    file.strip_suffix(ENDING).unwrap_or(file)
}

/// The archive of an sdist, without the content of its files.
#[derive(Default)]
pub(crate) struct Archive {
    /// The folder that holds everything, by the first member.
    pub(crate) folder: String,
    /// The name of the first member.
    first: String,
    /// False if the members after some place could not be read.
    pub(crate) is_whole: bool,
    /// The files that are there several times with the same bytes.
    pub(crate) repeated: Vec<String>,
    /// Names that are one on some systems.
    pub(crate) collisions: Vec<Collision>,
    pub(crate) flaws: Vec<Flaw>,
}

/// Reads an archive, and passes each file below its one folder to `look`. A fault of one member does not end the reading
/// of the others, unless `look` refuses it. `own` is the folder of an empty archive, and of one whose first member is
/// strange.
fn walk(
    own: &str,
    bytes: &[u8],
    mut look: impl FnMut(&Source, &mut dyn Read) -> Result<(), ReadError>,
) -> Archive {
    // One byte more than the limit may be read, so that an archive beyond the limit is told from one that ends there.
    let mut unpacked = GzDecoder::new(bytes).take(SOURCE_LIMIT + 1);
    let mut archive = Archive { folder: own.to_owned(), ..Archive::default() };
    let mut names: BTreeMap<String, Option<Sha256Sum>> = BTreeMap::new();
    let visited = tar::visit(&mut unpacked, |entry, content| {
        let name = &entry.name;
        if entry.size > SOURCE_LIMIT {
            let name = quoted(name);
            let why = format!("member `{name}` is larger than {SOURCE_LIMIT} bytes");
            return Err(ReadError::new(why));
        }
        if archive.first.is_empty() {
            archive.first.clone_from(name);
            let folder = name.split('/').next().unwrap_or_default();
            // git writes a name in several ways, and the backends of old sdists did.
            let is_plain = !matches!(folder, "" | "." | "..");
            if is_plain && name.contains('/') && inside(name, folder).is_some() {
                folder.clone_into(&mut archive.folder);
            }
        }
        let mut wrong = |what: String| archive.flaws.push(Flaw::of_member(Part::Tar, name, what));
        if let Some(what) = entry.refused {
            wrong(what.to_owned());
            return Ok(());
        }
        let Some(path) = inside(name, &archive.folder) else {
            wrong(outside(&archive.folder));
            return Ok(());
        };
        if entry.is_folder() {
            // A folder may be listed again.
            names.entry(name.clone()).or_default();
            return Ok(());
        }
        if let Some(known) = names.get(name) {
            let sum = Sha256Sum::read(content)?;
            match *known == Some(sum) {
                true => archive.repeated.push(name.clone()),
                false => archive.flaws.push(Flaw::of_file(Part::Tar, has_two(name))),
            }
            return Ok(());
        }
        let mut hashed = Hashed::new(content);
        let source = Source { path, size: entry.size, executable: entry.executable };
        look(&source, &mut hashed)?;
        names.insert(name.clone(), Some(hashed.finish()?));
        Ok(())
    });
    archive.is_whole = visited.is_ok();
    archive.collisions = paths::collisions(names.keys().map(String::as_str));
    if unpacked.limit() == 0 {
        archive.is_whole = false;
        let what = format!("it unpacks to more than {SOURCE_LIMIT} bytes");
        archive.flaws.insert(0, Flaw::of_file(Part::Tar, what));
        return archive;
    }
    // Some readers go on with a second gzip stream, and others do not see it.
    let begun = unpacked.get_ref().header().is_some();
    let at_end = visited.is_ok() || begun && matches!(unpacked.read(&mut [0]), Ok(0));
    if at_end && !unpacked.into_inner().into_inner().is_empty() {
        let what = "it has data after its gzip stream";
        archive.flaws.push(Flaw::of_file(Part::Tar, what));
    } else if let Err(error) = visited {
        archive.flaws.push(Flaw::of_file(Part::Tar, error.to_string()));
    }
    archive
}

fn outside(folder: &str) -> String {
    format!("lies outside the folder `{}`", quoted(folder))
}

fn has_two(name: &str) -> String {
    format!("it has two members `{}`", quoted(name))
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
