//! The official images with every CPython for a Linux platform, each pinned by its digest.

use std::fmt;

use anyhow::{Context, Result};
use wheel_audit::platform::current_name;
use wheel_audit::target::{Architecture, System, Target};

/// An image with Pythons under `/opt/python`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The platform of its Pythons, with the version of its C library.
    pub platform: Target,
    /// The name with the digest, as container engines accept it.
    pub reference: String,
}

const TABLE: &str = include_str!("images.txt");

impl Image {
    /// Every image of the table.
    pub fn all() -> Result<Vec<Self>> {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#'));
        let read = |line: &str| {
            let (platform, reference) = line.split_once(' ')?;
            Some(Self { platform: platform.parse().ok()?, reference: reference.to_owned() })
        };
        lines
            .map(|line| {
                read(line).with_context(|| {
                    format!(
                        "`images.txt` has the line `{line}`, expected a platform tag and an image"
                    )
                })
            })
            .collect()
    }

    /// The image with the oldest C library that wheels of the target must support.
    pub fn for_target(target: Target, images: &[Self]) -> Option<&Self> {
        let fitting = images.iter().filter(|image| image.serves(target));
        fitting.min_by_key(|image| image.platform.system())
    }

    fn serves(&self, target: Target) -> bool {
        let newer = match (self.platform.system(), target.system()) {
            (System::Manylinux { major, minor }, System::Manylinux { major: m, minor: n })
            | (System::Musllinux { major, minor }, System::Musllinux { major: m, minor: n }) => {
                (major, minor) >= (m, n)
            }
            _ => false,
        };
        newer && self.platform.architecture() == target.architecture()
    }

    /// The name without registry and digest: `manylinux2014_x86_64`.
    pub fn name(&self) -> &str {
        let name = self.reference.split_once('@').map_or(&*self.reference, |(name, _)| name);
        name.rsplit_once('/').map_or(name, |(_, name)| name)
    }

    /// The container engines' name for the platform.
    pub fn engine_platform(&self) -> &'static str {
        match self.platform.architecture() {
            Architecture::X86_64 => "linux/amd64",
            Architecture::I686 => "linux/386",
            Architecture::Aarch64 => "linux/arm64",
            Architecture::Armv7l => "linux/arm/v7",
            Architecture::Ppc64le => "linux/ppc64le",
            Architecture::S390x => "linux/s390x",
            Architecture::Riscv64 => "linux/riscv64",
            Architecture::Ppc64 => "linux/ppc64",
            Architecture::Loongarch64 => "linux/loong64",
            Architecture::Wasm32 => "wasi/wasm",
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "image `{}`", self.reference)
    }
}

/// Makes the table from the images that a version of cibuildwheel pins.
///
/// `pinned` has a section for each architecture. Each line names a platform and its image, with the image's
/// release as a comment.
pub fn table(pinned: &str, version: &str) -> Result<String> {
    let mut rows = Vec::new();
    let mut architecture = "";
    let mut releases = Vec::new();
    for line in pinned.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            architecture = section;
            continue;
        }
        // The sections of PyPy list the same images.
        if architecture.starts_with("pypy_") {
            continue;
        }
        let row = || {
            let (image, release) = line.split_once('#')?;
            let (name, reference) = image.split_once('=')?;
            let name = name.trim();
            let name = current_name(name).unwrap_or_else(|| name.to_owned());
            let platform: Target = format!("{name}_{architecture}").parse().ok()?;
            let (_, digest) = reference.split_once("@sha256:")?;
            let whole = digest.trim().len() == 64;
            whole.then(|| (platform, reference.trim(), release.trim()))
        };
        let (platform, reference, release) =
            row().with_context(|| format!("the line `{line}` pins no image by its SHA-256"))?;
        rows.push(format!("{platform} {reference}\n"));
        if !releases.contains(&release) {
            releases.push(release);
        }
    }
    rows.sort();
    Ok(format!(
        "\
# Images for the smoke tests of Linux wheels. Each line has a platform tag with the version of the C library, and
# the image's name with its digest.
# Source: resources/pinned_docker_images.cfg of cibuildwheel {version} (pinned with its hash in
#   cibuildwheel.lock), which has release {} of the images of pypa/manylinux.
# Written by `cargo xtask tables`.
{}",
        releases.join(", "),
        rows.concat()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(tag: &str) -> Target {
        tag.parse().expect(tag)
    }

    #[test]
    fn the_table_lists_the_images_that_cibuildwheel_pins() {
        let digest = "a".repeat(64);
        let pinned = format!(
            "[x86_64]\nmanylinux2014 = q.io/m@sha256:{digest}  # 2026.1-1\nmusllinux_1_2 = q.io/u@sha256:{digest}  # 2026.1-1\n\n\
             [pypy_x86_64]\nmanylinux2014 = q.io/m@sha256:{digest}  # 2026.1-1\n"
        );
        let table = table(&pinned, "4.3").expect("it can be read");
        let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            rows,
            [
                format!("manylinux_2_17_x86_64 q.io/m@sha256:{digest}"),
                format!("musllinux_1_2_x86_64 q.io/u@sha256:{digest}")
            ]
        );
        assert!(table.contains("release 2026.1-1 of"), "{table}");
    }

    #[test]
    fn an_image_without_a_digest_is_refused() {
        for line in ["manylinux2014 = q.io/m:latest # 1", "manylinux2014 = q.io/m@sha256:ab # 1"] {
            let error = table(&format!("[x86_64]\n{line}"), "4.3").expect_err(line);
            assert_eq!(
                error.to_string(),
                format!("the line `{line}` pins no image by its SHA-256")
            );
        }
    }

    #[test]
    fn a_target_is_tested_on_the_oldest_libc_that_an_image_has() {
        let images = Image::all().expect("the table can be read");
        let of = |tag: &str| Image::for_target(target(tag), &images).map(|image| image.platform);
        for (tag, platform) in [
            ("manylinux_2_17_x86_64", "manylinux_2_17_x86_64"),
            ("manylinux_2_20_x86_64", "manylinux_2_28_x86_64"),
            ("manylinux_2_28_ppc64le", "manylinux_2_28_ppc64le"),
            ("musllinux_1_2_armv7l", "musllinux_1_2_armv7l"),
        ] {
            assert_eq!(of(tag), Some(target(platform)), "{tag}");
        }
        for tag in ["manylinux_2_99_x86_64", "musllinux_1_3_x86_64", "macosx_11_0_arm64", "win32"] {
            assert_eq!(of(tag), None, "{tag}");
        }
    }
}
