//! The `.dist-info` folder of a wheel: pip takes the only one, if it is the project's.

use std::collections::BTreeSet;

use super::filename::WheelName;
use super::flaw::{Flaw, Part};
use super::printable::{listed, quoted};
use crate::names::normalize;

/// The folder, without a slash. Adds what is wrong with it: none, several, or one of another project or version. Then it
/// is the one that the file name asks for, or the only one.
pub(super) fn find<'a>(
    name: &WheelName,
    members: impl Iterator<Item = &'a str>,
    flaws: &mut Vec<Flaw>,
) -> String {
    let wanted = format!("{}-{}.dist-info", name.distribution, name.version);
    let folders: BTreeSet<&str> = members
        .filter_map(|member| member.split_once('/'))
        .map(|(folder, _)| folder)
        .filter(|folder| folder.ends_with(".dist-info"))
        .collect();
    let mut say = |what: String| flaws.push(Flaw::of_file(Part::Metadata, what));
    match Vec::from_iter(&folders)[..] {
        [] => say(format!("it has no folder `{}`", quoted(&wanted))),
        [folder] => {
            if !is_same(folder, name) {
                let (folder, wanted) = (quoted(folder), quoted(&wanted));
                say(format!("its folder is `{folder}`, and not `{wanted}`"));
            }
            return (*folder).to_owned();
        }
        _ => {
            let all = listed(folders.iter().copied());
            say(format!("it has several `.dist-info` folders: {all}"));
        }
    }
    wanted
}

/// Returns whether a folder is that of the project and version, in any spelling.
fn is_same(folder: &str, name: &WheelName) -> bool {
    let Some((project, version)) = folder.trim_end_matches(".dist-info").rsplit_once('-') else {
        return false;
    };
    let parse = |text: &str| text.parse::<pep440_rs::Version>().ok();
    let same = version == name.version
        || parse(version).is_some_and(|known| parse(&name.version) == Some(known));
    same && normalize(project) == normalize(&name.distribution)
}
