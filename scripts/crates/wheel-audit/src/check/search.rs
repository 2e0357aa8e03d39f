//! Where the loader looks for libraries, from the places to which an installation puts the members of a wheel
//! ([`.data` folders](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory),
//! [`ld.so`](https://man7.org/linux/man-pages/man8/ld.so.8.html),
//! [dyld](https://developer.apple.com/library/archive/documentation/DeveloperTools/Conceptual/DynamicLibraries/100-Articles/RunpathDependentLibraries.html)).

use std::cell::OnceCell;
use std::collections::BTreeSet;

use crate::names::{file_name, folder_of};
use crate::wheel::binary::{Binary, BinaryImage, FormatFacts};
use crate::wheel::release::WheelFacts;

/// The folder of packages below an environment. Its real name holds the version of Python.
const SITE: &str = "lib/python/site-packages";

/// The most run paths of a binary that are followed. Linkers write a few.
const PATH_LIMIT: usize = 20;

/// The longest name of a library that is looked for, in bytes.
const LENGTH_LIMIT: usize = 512;
/// The most run paths of a wheel that libraries take over.
const INHERITED_LIMIT: usize = 20;

/// The libraries that the loader finds in an installed wheel.
pub(super) struct Search {
    /// The installed files, below the environment's folder.
    files: BTreeSet<String>,
    /// The same in lower case, as Windows compares names.
    lower: BTreeSet<String>,
    /// The folders of all `DT_RPATH` entries. A library takes those of the binaries that load it.
    inherited: BTreeSet<String>,
    /// The libraries that some binary of the wheel finds, by file name.
    found: BTreeSet<String>,
}

impl Search {
    /// Looks for the libraries of all binaries of a wheel, among its own files and those of wheels that it requires.
    pub(super) fn of<'a>(
        wheel: &WheelFacts,
        required: impl IntoIterator<Item = &'a WheelFacts>,
    ) -> Self {
        let members = wheel.members.iter().map(|member| installed(&member.name));
        let others = required.into_iter().flat_map(|other| &other.members);
        let files: BTreeSet<String> =
            members.chain(others.map(|member| installed(&member.name))).collect();
        let lower = files.iter().map(|file| file.to_ascii_lowercase()).collect();
        let inherited = wheel.binaries.iter().flat_map(rpaths).take(INHERITED_LIMIT).collect();
        let search = Self { files, lower, inherited, found: BTreeSet::new() };
        let mut found = BTreeSet::new();
        for binary in &wheel.binaries {
            for image in &binary.images {
                let finder = search.finder(binary, image);
                let libraries = image.libraries.iter().map(|library| library.name.as_str());
                let libraries = libraries.filter(|library| finder.finds_alone(library));
                found.extend(libraries.map(|library| file_name(library).to_owned()));
            }
        }
        Self { found, ..search }
    }

    /// The search for the libraries of one image.
    pub(super) fn finder<'a>(&'a self, binary: &Binary, image: &'a BinaryImage) -> Finder<'a> {
        let place = installed(&binary.member);
        Finder {
            search: self,
            image,
            folder: folder_of(&place).to_owned(),
            run_path: OnceCell::new(),
        }
    }
}

/// The search for the libraries of one image.
pub(super) struct Finder<'a> {
    search: &'a Search,
    image: &'a BinaryImage,
    /// The folder of the binary, below the environment's.
    folder: String,
    run_path: OnceCell<Vec<String>>,
}

impl Finder<'_> {
    /// Returns whether the loader finds a library. A program finds it by itself; a library may have been loaded with another
    /// binary of the wheel.
    pub(super) fn finds(&self, library: &str) -> bool {
        self.finds_alone(library)
            || !self.image.executable && self.search.found.contains(file_name(library))
    }

    fn finds_alone(&self, library: &str) -> bool {
        let there = |path: &str| {
            let path = resolved(&self.folder, path);
            path.is_some_and(|path| self.search.files.contains(&path))
        };
        if library.len() > LENGTH_LIMIT {
            return false;
        }
        let in_run_path = |name: &str| {
            let mut folders = self.run_path().iter();
            folders.any(|folder| {
                self.search.files.contains(format!("{folder}/{name}").trim_start_matches('/'))
            })
        };
        match &self.image.format {
            // A name with a slash is a path, and is looked for in no folder.
            FormatFacts::Elf(_) => match library.strip_prefix("$ORIGIN/") {
                Some(rest) => there(rest),
                None => !library.contains('/') && in_run_path(library),
            },
            FormatFacts::Macho(_) => match library.strip_prefix("@loader_path/") {
                Some(rest) => there(rest),
                None => library.strip_prefix("@rpath/").is_some_and(in_run_path),
            },
            FormatFacts::Pe => resolved(&self.folder, library)
                .is_some_and(|path| self.search.lower.contains(&path.to_ascii_lowercase())),
            FormatFacts::Wasm => false,
        }
    }

    /// The folders of the run path.
    fn run_path(&self) -> &[String] {
        self.run_path.get_or_init(|| match &self.image.format {
            FormatFacts::Elf(facts) => match (&facts.runpath, &facts.rpath) {
                (Some(paths), _) => folders(&self.folder, paths),
                (None, paths) => {
                    let own = folders(&self.folder, paths.as_deref().unwrap_or_default());
                    let inherited = self.search.inherited.iter().cloned();
                    own.into_iter().chain(inherited.filter(|_| !self.image.executable)).collect()
                }
            },
            FormatFacts::Macho(facts) => {
                let folder = |path: &String| {
                    let own = path.strip_prefix("@loader_path");
                    let program = path.strip_prefix("@executable_path");
                    let rest = own.or_else(|| program.filter(|_| self.image.executable))?;
                    resolved(&self.folder, rest)
                };
                facts.rpaths.iter().take(PATH_LIMIT).filter_map(folder).collect()
            }
            FormatFacts::Pe | FormatFacts::Wasm => Vec::new(),
        })
    }
}

/// The folders of the `DT_RPATH` of a binary, which the libraries that it loads take over.
fn rpaths(binary: &Binary) -> Vec<String> {
    let place = installed(&binary.member);
    let images = binary.images.iter().filter_map(|image| match &image.format {
        FormatFacts::Elf(facts) if facts.runpath.is_none() => facts.rpath.as_deref(),
        _ => None,
    });
    images.flat_map(|paths| folders(folder_of(&place), paths)).collect()
}

/// The folders of a run path, for a binary in a folder. Folders that are not relative to the binary are left out.
fn folders(folder: &str, paths: &str) -> Vec<String> {
    let origin = |path: &str| {
        let rest = path.strip_prefix("$ORIGIN").or_else(|| path.strip_prefix("${ORIGIN}"))?;
        resolved(folder, rest)
    };
    paths.split(':').take(PATH_LIMIT).filter_map(origin).collect()
}

/// The path to which an installation puts a member, below the environment's folder.
fn installed(member: &str) -> String {
    let in_data = member.split_once('/').filter(|(folder, _)| folder.ends_with(".data"));
    match in_data.and_then(|(_, rest)| rest.split_once('/')) {
        Some(("scripts", rest)) => format!("bin/{rest}"),
        Some(("data", rest)) => versionless(rest),
        Some(("headers", rest)) => format!("include/{rest}"),
        Some(("purelib" | "platlib", rest)) => format!("{SITE}/{rest}"),
        _ => format!("{SITE}/{member}"),
    }
}

/// A path from a folder, without `.` and `..`. None if it leads out of the environment.
fn resolved(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            part => parts.push(part),
        }
    }
    Some(versionless(&parts.join("/")))
}

/// A path in which the folder of packages has no version: `lib/python3.11/site-packages/x`.
fn versionless(path: &str) -> String {
    let mut parts = path.splitn(4, '/');
    let (lib, python, site) = (parts.next(), parts.next(), parts.next());
    let is_site = matches!(lib, Some("lib" | "lib64"))
        && python.is_some_and(|python| python.starts_with("python"))
        && site == Some("site-packages");
    match (is_site, parts.next()) {
        (true, Some(rest)) => format!("{SITE}/{rest}"),
        (true, None) => SITE.to_owned(),
        (false, _) => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_installed_where_their_folder_says() {
        for (member, place) in [
            ("own/_native.so", "lib/python/site-packages/own/_native.so"),
            ("own-1.0.data/platlib/own/a.so", "lib/python/site-packages/own/a.so"),
            ("own-1.0.data/scripts/own", "bin/own"),
            ("own-1.0.data/data/lib/libown.so", "lib/libown.so"),
            ("own-1.0.data/data/lib/python3.11/site-packages/a", "lib/python/site-packages/a"),
        ] {
            assert_eq!(installed(member), place);
        }
    }

    #[test]
    fn paths_are_followed_up_and_down() {
        let up = |path| resolved("lib/python/site-packages/own", path);
        assert_eq!(up("/../own.libs/a.so"), Some("lib/python/site-packages/own.libs/a.so".into()));
        assert_eq!(up("./a"), Some("lib/python/site-packages/own/a".into()));
        assert_eq!(up("../../../../../a"), None);
        let script = resolved("bin", "/../lib/python3.13/site-packages/own.libs/a.so");
        assert_eq!(script, Some("lib/python/site-packages/own.libs/a.so".into()));
    }
}
