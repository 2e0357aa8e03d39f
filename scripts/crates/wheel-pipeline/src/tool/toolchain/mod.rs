//! The toolchain that builds for one target on this machine. The pipeline fetches and configures it.

pub mod builder;
pub mod lld;
pub mod mingw;
pub mod rust_source;
pub mod rustup;
pub mod zig;

use std::path::Path;

use anyhow::Result;
use wheel_audit::target::{Architecture, System, Target};

use crate::available::Available;
use crate::process::command::Invocation;
use crate::tool::python::lock::TOOLS;
use crate::tool::python::tools::Tools;
use crate::tool::toolchain::builder::{Builder, Host};
use crate::tool::toolchain::rust_source::RustSource;

/// The toolchain for a target on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    pub builder: Builder,
    /// The Rust target of the build.
    pub triple: String,
    /// The Rust targets that are compiled: two for `universal2-apple-darwin`.
    pub triples: Vec<String>,
    /// Variables for cargo and the linker.
    pub environment: Vec<(String, String)>,
    /// Flags for rustc.
    pub flags: Vec<String>,
    /// The linker's name and version, for the evidence.
    pub linker: Option<String>,
    /// The source of Rust's standard library, if rustup has no compiled one for the target.
    pub std: Option<RustSource>,
}

impl Toolchain {
    /// Sets up the toolchain for `target` in `folder`, for the project in `project`. Gives the reason if this machine
    /// cannot build for `target`.
    pub fn prepare(
        tools: &Tools,
        folder: &Path,
        project: &Path,
        target: Target,
    ) -> Result<Available<Self>> {
        let Some(builder) = Builder::for_target(target, Host::current()) else {
            return Ok(Available::not(format!(
                "no linker on this system can link for it; build it on {}",
                target.runner()
            )));
        };
        if let Some(why) = too_old_musl(target) {
            return Ok(Available::Not { why });
        }
        let mut chain = Self::new(builder, builder.triple(target));
        chain.triples = builder.triples(target);
        for triple in &chain.triples {
            let Available::Not { why: missing } = rustup::add(project, triple)? else { continue };
            // For other builders, the compiled std contains parts of the linker. Its source does not.
            if builder != Builder::Zig {
                return Ok(Available::not(missing));
            }
            match rust_source::fetch(project)? {
                Available::Here(source) => chain.std = Some(source),
                Available::Not { why } => return Ok(Available::not(format!("{missing}; {why}"))),
            }
        }
        let triples = chain.triples.clone();
        let linker = |path: &Path| {
            let key = |triple: &String| {
                format!("CARGO_TARGET_{}_LINKER", triple.replace('-', "_").to_uppercase())
            };
            let path = path.display().to_string();
            triples.iter().map(|triple| (key(triple), path.clone())).collect::<Vec<_>>()
        };
        match builder {
            Builder::Native => {}
            Builder::Zig => {
                chain.linker = Some(format!("zig {}", TOOLS.version("ziglang")?));
                // `musl_name` reads it from the built file.
                let name = target.musl_library();
                chain.flags.extend(name.map(|name| format!("-Clink-arg=-Wl,-soname,{name}")));
            }
            Builder::Lld => match lld::prepare(tools, folder, project)? {
                Available::Here(lld) => {
                    let zig = TOOLS.version("ziglang")?;
                    chain.linker =
                        Some(format!("rustup's ld64.lld with the libSystem of zig {zig}"));
                    chain.environment.extend(linker(&lld.linker));
                    chain.environment.push(("SDKROOT".into(), lld.sdk.display().to_string()));
                }
                Available::Not { why } => return Ok(Available::Not { why }),
            },
            Builder::ZigMingw => {
                chain.linker = Some(format!("mingw-w64 of zig {}", TOOLS.version("ziglang")?));
                chain.environment.extend(linker(&zig::linker(tools, folder, &chain.triple)?));
            }
            Builder::Mingw => match mingw::version()? {
                Available::Here(version) => chain.linker = Some(version),
                Available::Not { why } => return Ok(Available::Not { why }),
            },
        }
        if let Some(version) = target.deployment_target() {
            chain.environment.push(("MACOSX_DEPLOYMENT_TARGET".into(), version));
        }
        if builder == Builder::Native && target.system() == System::Windows {
            // Python ships a copy of the C runtime's DLL, but not every DLL that Rust could link.
            chain.flags.push("-Ctarget-feature=+crt-static".into());
        }
        Ok(Available::Here(chain))
    }

    /// Returns true if the wheels are cross-built. They are linked by another linker, or with a standard library
    /// that the Rust project has not built and tested.
    pub fn is_cross_built(&self) -> bool {
        self.builder.is_cross_built() || self.std.is_some()
    }

    /// A toolchain with its flags only. Nothing is set up.
    pub(super) fn new(builder: Builder, triple: String) -> Self {
        // A link time would differ in every build of the same source. `ld64.lld` takes it from
        // `SOURCE_DATE_EPOCH`. Its UUID is a hash of the whole file, including local symbols and debug
        // information with paths. `-x` and `-S` leave those out.
        let flags: &[&str] = match builder {
            Builder::Native if triple.ends_with("-msvc") => &["-Clink-arg=/Brepro"],
            Builder::Lld => &["-Clinker-flavor=ld64.lld", "-Clink-arg=-x", "-Clink-arg=-S"],
            Builder::Mingw => &["-Clink-arg=-Wl,--no-insert-timestamp"],
            Builder::Native | Builder::Zig | Builder::ZigMingw => &[],
        };
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let triples = vec![triple.clone()];
        Self { builder, triple, triples, environment: Vec::new(), flags, linker: None, std: None }
    }
}

/// The reason why nothing can be built for this version of musl.
pub fn too_old_musl(target: Target) -> Option<String> {
    let machine = target.machine();
    match (target.system(), target.architecture()) {
        (System::Musllinux { major: 1, minor: ..2 }, Architecture::I686 | Architecture::Armv7l) => {
            Some(format!(
                "Rust's standard library and zig have the `time_t` of musl 1.2; promise `musllinux_1_2_{machine}`"
            ))
        }
        _ => None,
    }
}

/// The version of the compiler for the project in `folder`: the whole line, and the number only.
pub fn compiler(folder: &Path) -> Result<(String, String)> {
    let answer = Invocation::new("rustc").arg("--version").folder(folder).check()?;
    let full = answer.stdout.trim().to_owned();
    let number = full.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok((full, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_built_for_the_old_time_of_musl_on_32_bits() {
        let why = |tag: &str| too_old_musl(tag.parse().expect("a tag"));
        assert_eq!(
            why("musllinux_1_1_i686").as_deref(),
            Some(
                "Rust's standard library and zig have the `time_t` of musl 1.2; promise `musllinux_1_2_i686`"
            )
        );
        for tag in ["musllinux_1_1_x86_64", "musllinux_1_2_i686", "manylinux_2_17_i686"] {
            assert_eq!(why(tag), None);
        }
    }
}
