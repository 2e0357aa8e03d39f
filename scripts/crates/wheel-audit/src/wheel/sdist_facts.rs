//! The facts of one source distribution.

use super::build_files::BuildFiles;
use super::flaw::{Flaw, Part};
use super::metadata::Headers;
use super::release::{Reading, SdistFacts, weight};
use super::sdist::{self, SdistName};

impl SdistFacts {
    /// Reads the bytes of the sdist named `name`, which reports call `file`.
    pub(super) fn read(name: &str, file: &str, bytes: &[u8]) -> Reading<Self> {
        let sdist::Contents { paths, files, left_out, private_keys, mut archive } =
            sdist::contents(name, bytes);
        let mut flaws = std::mem::take(&mut archive.flaws);
        // The first fault explains why nothing was found.
        if paths.is_empty() && !flaws.is_empty() {
            return Reading { facts: None, flaws };
        }
        let versions = sdist::versions(&files).unwrap_or_else(|error| {
            flaws.push(Flaw::of_file(Part::Project, error.to_string()));
            Vec::new()
        });
        let metadata = match files.iter().find(|file| file.path == "PKG-INFO") {
            Some(file) => Headers::read(&file.content).map(Some).unwrap_or_else(|error| {
                flaws.push(Flaw::of_member(Part::Metadata, "PKG-INFO", error.to_string()));
                None
            }),
            None => {
                if archive.is_whole {
                    flaws.push(Flaw::of_file(Part::Metadata, "it has no `PKG-INFO`"));
                }
                None
            }
        };
        let build = BuildFiles::read(
            files.iter().map(|file| (file.path.as_str(), file.content.as_slice())),
            &left_out,
        );
        let facts = Self {
            file: file.to_owned(),
            name: SdistName::read(name),
            folder: archive.folder,
            is_whole: archive.is_whole,
            paths,
            repeated: archive.repeated,
            private_keys,
            versions,
            build,
            metadata,
            collisions: archive.collisions,
        };
        Reading { facts: Some(facts), flaws }
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> u64 {
        let paths: u64 = self
            .paths
            .iter()
            .chain(&self.repeated)
            .chain(&self.private_keys)
            .map(|path| weight(path))
            .sum();
        let metadata = self.metadata.as_ref().map_or(0, Headers::weight);
        paths + metadata + self.build.weight() + 4096 * self.collisions.len() as u64
    }
}
