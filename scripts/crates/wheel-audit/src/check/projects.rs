//! The files of each project in a release, which are compared with each other.

use std::collections::BTreeMap;

use crate::names::normalize;
use crate::wheel::release::{ReleaseFacts, SdistFacts, WheelFacts};

/// The files of one project.
#[derive(Default)]
pub(super) struct Project<'a> {
    pub(super) wheels: Vec<&'a WheelFacts>,
    /// The sdists of which every member is known.
    pub(super) sdists: Vec<&'a SdistFacts>,
}

/// The projects with a wheel, by name and version in normal form.
pub(super) fn projects(release: &ReleaseFacts) -> BTreeMap<(String, String), Project<'_>> {
    let key = |name: &str, version: &str| {
        let plain = version.parse().map(|known: pep440_rs::Version| known.to_string());
        (normalize(name), plain.unwrap_or_else(|_| version.to_owned()))
    };
    let mut projects: BTreeMap<_, Project> = BTreeMap::new();
    for wheel in &release.wheels {
        let name = &wheel.name;
        let project = projects.entry(key(&name.distribution, &name.version)).or_default();
        project.wheels.push(wheel);
    }
    for sdist in release.sdists.iter().filter(|sdist| sdist.is_whole) {
        let name = sdist.name.as_ref().map(|name| key(&name.project, &name.version));
        if let Some(project) = name.and_then(|name| projects.get_mut(&name)) {
            project.sdists.push(sdist);
        }
    }
    projects
}

/// The path that a file of an sdist has when it is installed, in the usual layouts.
pub(super) fn installed(path: &str) -> &str {
    let layouts = ["src/", "python/", "lib/"];
    layouts.iter().find_map(|layout| path.strip_prefix(layout)).unwrap_or(path)
}
