//! `smoke --container`: adds the promised Pythons of official images, for each Linux target.

use std::path::Path;

use anyhow::Result;
use wheel_audit::target::{System, Target};

use crate::available::Available;
use crate::failure::Failure;
use crate::program::command;
use crate::project::source::Source;
use crate::report::{Mood, Report};
use crate::tool::python::Found;
use crate::tool::pythons::container::{Container, Engine};
use crate::tool::pythons::downloads::Downloads;
use crate::tool::pythons::images::Image;

/// Starts containers.
#[derive(Clone, Copy)]
pub struct Starter<'a> {
    pub source: &'a Source,
    pub report: &'a Report,
    /// The image in place of the pinned one.
    pub image: Option<&'a str>,
    /// The folder of the tools, which containers read as they read the repository.
    pub tools: &'a Path,
    pub downloads: Option<&'a Downloads>,
}

impl Starter<'_> {
    /// Starts a container for each Linux target, and adds its Pythons to `found`. They work until the containers are
    /// dropped.
    pub fn all(self, targets: &[Target], found: &mut Found) -> Result<Vec<Container>> {
        let chosen = choose(targets, self.image)?;
        if chosen.is_empty() {
            return Err(Failure::unknown(
                "no wheel for Linux is built, and images exist only for Linux",
            )
            .hint(format!("run `{}` for a Linux target first", command("build")))
            .into());
        }
        let engine = Engine::find()?;
        chosen.into_iter().map(|(target, image)| self.one(&engine, target, &image, found)).collect()
    }

    /// Starts the container of a target.
    fn one(
        self,
        engine: &Engine,
        target: Target,
        image: &Image,
        found: &mut Found,
    ) -> Result<Container> {
        let Self { source, report, .. } = self;
        let action = report.start(format!("fetching {image}"));
        engine.fetch(image)?;
        let container = engine.start(image, &[source.top(), self.tools], self.downloads)?;
        let mut releases = Vec::new();
        let promised = source.plan.environments.iter().filter(|promise| promise.target == target);
        for promise in promised {
            match container.interpreter(promise.python)? {
                Available::Here(interpreter) => {
                    releases.push(interpreter.release.clone());
                    found.interpreters.push(interpreter);
                }
                Available::Not { why } => {
                    report.warn(&why);
                    found.passed_over.push(why);
                }
            }
        }
        let what = format!("{} on {}, with Python {}", target, image, releases.join(", "));
        action.done(Mood::Good, "started", &what);
        Ok(container)
    }
}

/// The image for each Linux target. With `named`, that image for the only Linux target.
fn choose(targets: &[Target], named: Option<&str>) -> Result<Vec<(Target, Image)>> {
    let linux = |target: &&Target| {
        matches!(target.system(), System::Manylinux { .. } | System::Musllinux { .. })
    };
    let linux: Vec<Target> = targets.iter().filter(linux).copied().collect();
    if let Some(named) = named {
        let [platform] = linux[..] else {
            return Err(Failure::usage(
                "`--image` needs exactly one target for Linux that is built",
            )
            .hint("name it with `--target`")
            .into());
        };
        return Ok(vec![(platform, Image { platform, reference: named.to_owned() })]);
    }
    let images = Image::all()?;
    let mut chosen = Vec::new();
    for target in linux {
        let image = Image::for_target(target, &images).ok_or_else(|| {
            Failure::unknown(format!("no pinned image supports `{target}`"))
                .hint("name one with `--image`")
        })?;
        chosen.push((target, image.clone()));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets(tags: &[&str]) -> Vec<Target> {
        tags.iter().map(|tag| tag.parse().expect(tag)).collect()
    }

    #[test]
    fn only_linux_targets_have_images() {
        let all = targets(&["manylinux_2_17_s390x", "win_amd64", "musllinux_1_2_i686"]);
        let chosen = choose(&all, None).expect("both are in the table");
        let names: Vec<_> = chosen.iter().map(|(_, image)| &image.reference[..34]).collect();
        assert_eq!(
            names,
            ["quay.io/pypa/manylinux2014_s390x@s", "quay.io/pypa/musllinux_1_2_i686@sh"]
        );
    }

    #[test]
    fn a_named_image_is_for_one_target() {
        let one = choose(&targets(&["win32", "musllinux_1_2_i686"]), Some("localhost/a"));
        assert_eq!(one.expect("one is of Linux")[0].1.reference, "localhost/a");
        let two = targets(&["musllinux_1_2_x86_64", "musllinux_1_2_i686"]);
        let error = choose(&two, Some("localhost/a")).expect_err("which one?").to_string();
        assert!(error.starts_with("`--image` needs exactly one target"), "{error}");
    }

    #[test]
    fn a_target_without_an_image_is_named() {
        let error = choose(&targets(&["manylinux_2_99_x86_64"]), None).expect_err("none has it");
        let text = error.to_string();
        assert!(text.starts_with("no pinned image supports `manylinux_2_99_x86_64`"), "{text}");
    }
}
