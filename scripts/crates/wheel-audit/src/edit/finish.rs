//! The edits that make a wheel from maturin ready for release.

use std::path::Path;

use super::{musl_name, repack, sbom};
use crate::target::Target;
use crate::wheel::ReadError;

/// The sources that a wheel was built from.
#[derive(Clone, Copy, Debug)]
pub struct BuiltFrom<'a> {
    /// Every linked crate: cargo's name for it, and its folder.
    pub crates: &'a [(&'a str, &'a Path)],
    /// The folder of the extension's own crate.
    pub folder: &'a Path,
    /// The same folder, relative to the top of the source.
    pub below: &'a Path,
    /// The version of Rust's standard library.
    pub std: &'a str,
}

/// Narrows the SBOM of a wheel to what is linked, and gives musl's C library the name that every musl system has.
///
/// # Errors
///
/// When the wheel is not as maturin makes wheels, or no linked crate lies in the extension's folder.
pub fn finish(bytes: &[u8], target: Target, from: &BuiltFrom) -> Result<Vec<u8>, ReadError> {
    let BuiltFrom { crates, folder, below, std } = *from;
    let root = crates.iter().find(|(_, place)| *place == folder);
    let (root, _) = root
        .ok_or_else(|| ReadError::new(format!("no linked crate is in `{}`", folder.display())))?;
    let below = below.to_string_lossy().replace('\\', "/");
    let linked = crates.iter().map(|(id, _)| *id).collect();
    let musl = target.musl_library();
    repack::changed(bytes, |member, content| match &musl {
        Some(musl) if member.ends_with(".so") => musl_name::renamed(content, musl).map(Some),
        _ if sbom::is_from_maturin(member) => {
            sbom::narrowed(content, &linked, root, &below, std).map(Some)
        }
        _ => Ok(None),
    })
}

#[cfg(test)]
mod tests {
    use wheel_fixtures::elf::{self, Elf};
    use wheel_fixtures::release::LINUX;
    use wheel_fixtures::wheel::Wheel;

    use super::*;
    use crate::wheel::release::WheelFacts;
    use crate::wheel::zip;

    const ROOT: &str = "path+file:///source/rust#sum-up-to@1.0.0";
    const AUTOCFG: &str = "registry#autocfg@1.0.0";

    /// A wheel as maturin makes it: its SBOM lists a crate that only the compiler ran.
    fn built(file: &str, module: Vec<u8>) -> Vec<u8> {
        let sbom = format!(
            r#"{{"components": [{{"bom-ref": "{AUTOCFG}"}}], "dependencies": [{{"ref": "{ROOT}", "dependsOn": ["{AUTOCFG}"]}}]}}"#
        );
        let mut wheel = Wheel::new(file);
        wheel.set_module(module);
        wheel.members.push((wheel.own("sboms/sum-up-to.cyclonedx.json"), sbom.into()));
        wheel.bytes()
    }

    fn finished(bytes: &[u8], target: &str, folder: &str) -> Result<Vec<u8>, ReadError> {
        let crates = [(ROOT, Path::new("/source/rust"))];
        let (folder, below) = (Path::new(folder), Path::new("rust"));
        let from = BuiltFrom { crates: &crates, folder, below, std: "1.95.0" };
        finish(bytes, target.parse().expect("a target"), &from)
    }

    #[test]
    fn the_sbom_lists_what_is_linked() {
        let before = built(LINUX, Elf::new(elf::X86_64).bytes());
        let after = finished(&before, "manylinux_2_17_x86_64", "/source/rust").expect("a wheel");
        let members = zip::read(&after, crate::wheel::is_sbom).expect("a zip");
        let sbom = members.into_iter().find_map(|member| member.content).expect("an SBOM");
        let sbom = String::from_utf8(sbom).expect("JSON");
        assert!(sbom.contains("std@1.95.0") && sbom.contains("path+file://./rust"), "{sbom}");
        assert!(!sbom.contains("autocfg"), "{sbom}");
    }

    #[test]
    fn an_extension_for_musl_asks_for_its_c_library_by_alpines_name() {
        let file = "sum_up_to-1.0.0-cp310-abi3-musllinux_1_2_x86_64.whl";
        let soname = Some("libc.musl-x86_64.so.1");
        let module = Elf { needed: vec!["libc.so"], soname, ..Elf::new(elf::X86_64) };
        let before = built(file, module.bytes());
        let after = finished(&before, "musllinux_1_2_x86_64", "/source/rust").expect("a wheel");
        let facts = WheelFacts::read(file.to_owned(), &after).expect("a wheel");
        assert_eq!(facts.binaries[0].images[0].libraries[0].name, "libc.musl-x86_64.so.1");
    }

    #[test]
    fn a_crate_elsewhere_is_an_error() {
        let error = finished(b"", "manylinux_2_17_x86_64", "/elsewhere").expect_err("elsewhere");
        assert_eq!(error.to_string(), "no linked crate is in `/elsewhere`");
    }
}
