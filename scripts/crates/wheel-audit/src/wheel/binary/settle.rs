//! What the binaries of a wheel define for each other.

use std::collections::BTreeMap;

use super::facts::{Binary, BinaryImage, FormatFacts};
use super::linking::NameHash;
use crate::names::file_name;
use crate::platform::Architecture;

/// Which images can be linked to each other.
type Group = (u8, Option<Architecture>);

fn group(image: &BinaryImage) -> Group {
    let format = match image.format {
        FormatFacts::Elf(_) => 0,
        FormatFacts::Macho(_) => 1,
        FormatFacts::Pe => 2,
        FormatFacts::Wasm => 3,
    };
    (format, image.architecture)
}

/// Leaves each image those undefined symbols that no binary of the wheel defines.
///
/// On Windows a symbol belongs to one DLL. Those of DLLs that are not in the wheel are left out, as Windows has too many
/// to list. Elsewhere the loader takes a symbol from any image that was loaded with the one that asks.
pub(crate) fn settle(binaries: &mut [Binary]) {
    let mut of_group: BTreeMap<Group, Vec<u64>> = BTreeMap::new();
    let mut of_file: BTreeMap<(Group, String), Vec<u64>> = BTreeMap::new();
    for binary in &*binaries {
        for image in &binary.images {
            let defined = match image.format {
                FormatFacts::Pe => {
                    of_file.entry((group(image), lower_name(&binary.member))).or_default()
                }
                _ => of_group.entry(group(image)).or_default(),
            };
            defined.extend(&image.linking.defined);
        }
    }
    of_group.values_mut().chain(of_file.values_mut()).for_each(|hashes| hashes.sort_unstable());
    for image in binaries.iter_mut().flat_map(|binary| &mut binary.images) {
        let group = group(image);
        if let FormatFacts::Pe = image.format {
            let sources = image.linking.sources.iter();
            let of_source: BTreeMap<String, &Vec<u64>> = sources
                .filter_map(|source| {
                    Some((source.clone(), of_file.get(&(group, lower_name(source)))?))
                })
                .collect();
            image.linking.retain(|undefined| {
                let file = undefined.library.and_then(|library| of_source.get(library));
                file.is_some_and(|defined| {
                    defined.binary_search(&NameHash::of(undefined.name.as_bytes())).is_err()
                })
            });
        } else if let Some(defined) = of_group.get(&group) {
            image.linking.retain(|undefined| {
                defined.binary_search(&NameHash::of(undefined.name.as_bytes())).is_err()
            });
        }
    }
}

/// The file name of a path, in lower case.
fn lower_name(path: &str) -> String {
    file_name(path).to_ascii_lowercase()
}
