//! Where the loader looks for libraries, from the places to which an installation puts the members of a wheel
//! ([`.data` folders](https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-data-directory),
//! [`ld.so`](https://man7.org/linux/man-pages/man8/ld.so.8.html),
//! [dyld](https://developer.apple.com/library/archive/documentation/DeveloperTools/Conceptual/DynamicLibraries/100-Articles/RunpathDependentLibraries.html)).

use std::collections::BTreeSet;

use crate::names::file_name;
use crate::wheel::binary::{Binary, BinaryImage, FormatFacts};
use crate::wheel::release::WheelFacts;

/// The folder of packages below an environment. Its real name holds the version of Python.
const SITE: &str = "lib/python/site-packages";

/// The most run paths of a binary that are followed. Linkers write a few.
const PATH_LIMIT: usize = 20;

/// The most run paths of a wheel that libraries take over.
const INHERITED_LIMIT: usize = 100;

/// What the loader finds in an installed wheel.
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
        let mut search = Self { files, lower, inherited, found: BTreeSet::new() };
        for binary in &wheel.binaries {
            for image in &binary.images {
                for library in &image.libraries {
                    if search.finds(binary, image, &library.name) {
                        search.found.insert(file_name(&library.name).to_owned());
                    }
                }
            }
        }
        search
    }

    /// Returns whether a binary finds a library by its own means.
    pub(super) fn finds(&self, binary: &Binary, image: &BinaryImage, library: &str) -> bool {
        let place = installed(&binary.member);
        let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
        let there =
            |path: &str| resolved(folder, path).is_some_and(|path| self.files.contains(&path));
        match &image.format {
            FormatFacts::Elf(facts) => {
                let own = match &facts.runpath {
                    Some(paths) => folders(folder, paths),
                    None => folders(folder, facts.rpath.as_deref().unwrap_or_default()),
                };
                let inherited = self.inherited.iter();
                let inherited = inherited.filter(|_| facts.runpath.is_none() && !image.executable);
                library.strip_prefix("$ORIGIN/").is_some_and(there)
                    || own.iter().chain(inherited).any(|folder| {
                        resolved(folder, library).is_some_and(|path| self.files.contains(&path))
                    })
            }
            FormatFacts::Macho(facts) => {
                if let Some(rest) = library.strip_prefix("@loader_path/") {
                    return there(rest);
                }
                let Some(name) = library.strip_prefix("@rpath/") else { return false };
                facts.rpaths.iter().take(PATH_LIMIT).any(|path| {
                    let rest = path.strip_prefix("@loader_path").or_else(|| {
                        path.strip_prefix("@executable_path").filter(|_| image.executable)
                    });
                    rest.is_some_and(|rest| there(&format!("{rest}/{name}")))
                })
            }
            FormatFacts::Pe => resolved(folder, library)
                .is_some_and(|path| self.lower.contains(&path.to_ascii_lowercase())),
            FormatFacts::Wasm => false,
        }
    }

    /// Returns whether a library is loaded once the binary that finds it is.
    pub(super) fn found(&self, library: &str) -> bool {
        self.found.contains(file_name(library))
    }
}

/// The folders of the `DT_RPATH` of a binary, which the libraries that it loads take over.
fn rpaths(binary: &Binary) -> Vec<String> {
    let place = installed(&binary.member);
    let folder = place.rsplit_once('/').map_or("", |(folder, _)| folder);
    let images = binary.images.iter().filter_map(|image| match &image.format {
        FormatFacts::Elf(facts) if facts.runpath.is_none() => facts.rpath.as_deref(),
        _ => None,
    });
    images.flat_map(|paths| folders(folder, paths)).collect()
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
