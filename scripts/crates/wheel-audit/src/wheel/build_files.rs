//! The files that say how an sdist is built, as far as they name others: `pyproject.toml`, `setup.py` and every
//! `Cargo.toml`.

use std::collections::BTreeMap;

use super::limits::{MANIFEST_COUNT_LIMIT, MANIFEST_LIMIT, TOML_LIMIT};
use super::manifest::Manifest;
use super::toml_values::{at, texts};

/// The build files of an sdist.
#[derive(Clone, Debug, Default)]
pub(crate) struct BuildFiles {
    /// The part of `pyproject.toml` that names files. Empty if it is missing or broken.
    pub(crate) project: Project,
    /// Every `Cargo.toml`, by its path in the sdist.
    pub(crate) manifests: BTreeMap<String, Found>,
}

/// A `Cargo.toml`.
#[derive(Clone, Debug)]
pub(crate) enum Found {
    Read(Box<Manifest>),
    /// It is not TOML, for this reason.
    Broken(String),
    /// It exceeds a limit of this program.
    TooLarge,
}

/// The files that `pyproject.toml` and `setup.py` name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Project {
    /// The build backend, as `module` or `module:object`.
    pub(crate) backend: String,
    /// The folders in which a backend of the project itself lies.
    pub(crate) backend_path: Vec<String>,
    /// The name of the project.
    pub(crate) name: String,
    pub(crate) readme: Option<String>,
    /// `manifest-path` of maturin.
    pub(crate) manifest_path: Option<String>,
    /// `python-source` of maturin.
    pub(crate) python_source: Option<String>,
    /// The manifests that setuptools-rust builds, each with the file that names it.
    pub(crate) rust_extensions: Vec<(&'static str, String)>,
}

/// Returns whether the content of a file is read for this.
pub(super) fn is_wanted(path: &str) -> bool {
    path == "setup.py" || path.ends_with("/Cargo.toml")
}

impl BuildFiles {
    /// Reads the files whose content was kept, each by its path. `others` are the paths of manifests that were not.
    pub(super) fn read<'a>(
        files: impl Iterator<Item = (&'a str, &'a [u8])>,
        others: &[String],
    ) -> Self {
        let mut build = Self::default();
        for (path, content) in files {
            match path {
                "pyproject.toml" => {
                    if let Ok(table) = table(content) {
                        build.project.read(&table);
                    }
                }
                "setup.py" => build.project.rust_extensions.extend(
                    rust_extensions(&String::from_utf8_lossy(content))
                        .into_iter()
                        .map(|path| ("setup.py", path)),
                ),
                path if path.rsplit('/').next() == Some("Cargo.toml") => {
                    let found = table(content).map(|table| Manifest::read(&table));
                    let found =
                        found.map_or_else(Found::Broken, |read| Found::Read(Box::new(read)));
                    build.manifests.insert(path.to_owned(), found);
                }
                _ => {}
            }
        }
        build.manifests.extend(others.iter().map(|path| (path.clone(), Found::TooLarge)));
        build
    }

    /// About how many bytes they take.
    pub(super) fn weight(&self) -> u64 {
        let of = |(path, found): (&String, &Found)| {
            let read = match found {
                Found::Read(manifest) => manifest.weight(),
                Found::Broken(_) | Found::TooLarge => 256,
            };
            path.len() as u64 + read
        };
        self.manifests.iter().map(of).sum::<u64>() + TOML_LIMIT
    }
}

/// Counts the manifests of an sdist, of which only so many are kept.
#[derive(Default)]
pub(super) struct Budget {
    count: usize,
}

impl Budget {
    /// Returns whether a file of this size may be kept.
    pub(super) fn admits(&mut self, size: u64) -> bool {
        self.count += 1;
        self.count <= MANIFEST_COUNT_LIMIT && size <= MANIFEST_LIMIT
    }
}

fn table(content: &[u8]) -> Result<toml::Table, String> {
    let text = std::str::from_utf8(content).map_err(|_| "it is not UTF-8".to_owned())?;
    toml::from_str(text).map_err(|error: toml::de::Error| error.message().to_owned())
}

impl Project {
    fn read(&mut self, table: &toml::Table) {
        let text = |path: &[&str]| Some(at(table, path)?.as_str()?.to_owned());
        self.backend = text(&["build-system", "build-backend"]).unwrap_or_default();
        self.backend_path = texts(at(table, &["build-system", "backend-path"]));
        self.name = text(&["project", "name"]).unwrap_or_default();
        self.readme = text(&["project", "readme"]).or_else(|| text(&["project", "readme", "file"]));
        self.manifest_path = text(&["tool", "maturin", "manifest-path"]);
        self.python_source = text(&["tool", "maturin", "python-source"]);
        for kind in ["ext-modules", "bins"] {
            let list = at(table, &["tool", "setuptools-rust", kind]);
            for extension in list.and_then(toml::Value::as_array).into_iter().flatten() {
                let path = extension.get("path").and_then(toml::Value::as_str);
                let path = path.unwrap_or("Cargo.toml").to_owned();
                self.rust_extensions.push(("pyproject.toml", path));
            }
        }
    }
}

/// The manifests of `RustExtension(…)` and `RustBin(…)` in `setup.py`, where they are plain texts, or left to the default.
/// What a script computes is not known.
fn rust_extensions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for call in ["RustExtension(", "RustBin("] {
        for (at, _) in text.match_indices(call) {
            let arguments: Vec<&str> =
                arguments(&text[at + call.len()..]).split(',').map(str::trim).collect();
            let second = || arguments.get(1).copied().filter(|argument| !argument.contains('='));
            let path = arguments.iter().copied().find_map(path_of).or_else(second);
            let path = path.filter(|path| !path.is_empty());
            match path {
                Some(path) => found.extend(plain(path)),
                None if arguments[0].is_empty() || arguments[0].starts_with('*') => {}
                None => found.push("Cargo.toml".to_owned()),
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The value of the argument `path=…`.
fn path_of(argument: &str) -> Option<&str> {
    Some(argument.strip_prefix("path")?.trim_start().strip_prefix('=')?.trim())
}

/// The text of a literal of Python, if it is a plain one.
fn plain(literal: &str) -> Option<String> {
    let quote = literal.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let inner = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(['"', '\'', '\\', '%'])).then(|| inner.to_owned())
}

/// The longest list of arguments that is looked at, in bytes.
const ARGUMENTS_LIMIT: usize = 4096;

/// The text up to the parenthesis that ends a call. Empty if it calls others, which may compute the path.
fn arguments(text: &str) -> &str {
    let end = text.bytes().take(ARGUMENTS_LIMIT).position(|byte| matches!(byte, b'(' | b')'));
    match end.map(|end| (end, text.as_bytes()[end])) {
        Some((end, b')')) => &text[..end],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_of_setup_are_found_and_computed_ones_are_not() {
        let text = "RustExtension('a.b', path=\"rust/Cargo.toml\", binding=Binding.PyO3)\n\
            RustExtension(\"c\", \"Cargo.toml\")\n\
            RustExtension('d', path=join('x', 'y/Cargo.toml'))\n\
            RustExtension('e', manifest)\nRustBin('f', f'{root}/Cargo.toml')\nprint('z/Cargo.toml')";
        assert_eq!(rust_extensions(text), ["Cargo.toml", "rust/Cargo.toml"]);
        let default = "RustExtension('a', binding=Binding.PyO3, debug=False)";
        assert_eq!(rust_extensions(default), ["Cargo.toml"]);
        assert_eq!(rust_extensions("RustExtension(**settings)\nRustExtension()"), [""; 0]);
    }
}
