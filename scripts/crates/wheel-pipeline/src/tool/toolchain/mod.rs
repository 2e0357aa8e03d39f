//! What it takes to build for one target on this machine, fetched and set up by the pipeline.

pub mod builder;
pub mod lld;
pub mod mingw;
pub mod rust_source;
pub mod rustup;
pub mod zig;

use std::path::Path;

use anyhow::Result;
use wheel_audit::target::{System, Target};

use crate::available::Available;
use crate::process::command::Invocation;
use crate::tool::python::environment::Tools;
use crate::tool::python::lock::TOOLS;
use crate::tool::toolchain::builder::{Builder, Host};
use crate::tool::toolchain::rust_source::RustSource;

/// How a target is built here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toolchain {
    pub builder: Builder,
    /// The Rust target that is compiled for.
    pub triple: String,
    /// Variables for cargo and the linker.
    pub environment: Vec<(String, String)>,
    /// What rustc is told.
    pub flags: Vec<String>,
    /// What links, for the record, beside the compiler.
    pub linker: Option<String>,
    /// What Rust's standard library is compiled from, where rustup has none for the target.
    pub std: Option<RustSource>,
}

impl Toolchain {
    /// Sets up what `target` needs, in `folder`, for the project in `project`, unless
    /// it is not built on this machine.
    pub fn prepare(
        tools: &Tools,
        folder: &Path,
        project: &Path,
        target: Target,
    ) -> Result<Available<Self>> {
        let Some(builder) = Builder::for_target(target, Host::current()) else {
            return Ok(Available::not(format!(
                "nothing here links for it; build it on {}",
                target.runner()
            )));
        };
        let triple = builder.triple(target);
        let mut chain = Self::new(builder, triple);
        if let Available::Not { why: missing } = rustup::add(project, &chain.triple)? {
            // Elsewhere Rust's std brings parts of a linker with it, which its source does not hold.
            if builder != Builder::Zig {
                return Ok(Available::not(missing));
            }
            match rust_source::fetch(project)? {
                Available::Here(source) => chain.std = Some(source),
                Available::Not { why } => return Ok(Available::not(format!("{missing}; {why}"))),
            }
        }
        let key = format!("CARGO_TARGET_{}_LINKER", chain.triple.replace('-', "_").to_uppercase());
        let linker = |path: &Path| (key, path.display().to_string());
        match builder {
            Builder::Native => {}
            Builder::Zig => {
                chain.linker = Some(format!("zig {}", TOOLS.version("ziglang")?));
                // It is put where `musl_name` finds it in the finished file.
                let name = target.musl_library();
                chain.flags.extend(name.map(|name| format!("-Clink-arg=-Wl,-soname,{name}")));
            }
            Builder::Lld => match lld::prepare(tools, folder, project)? {
                Available::Here(lld) => {
                    let zig = TOOLS.version("ziglang")?;
                    chain.linker =
                        Some(format!("rustup's ld64.lld with the libSystem of zig {zig}"));
                    chain.environment.push(linker(&lld.linker));
                    chain.environment.push(("SDKROOT".into(), lld.sdk.display().to_string()));
                }
                Available::Not { why } => return Ok(Available::Not { why }),
            },
            Builder::ZigMingw => {
                chain.linker = Some(format!("mingw-w64 of zig {}", TOOLS.version("ziglang")?));
                chain.environment.push(linker(&zig::linker(tools, folder, &chain.triple)?));
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
            // Python brings its own copy of the C runtime's DLL, but not every DLL that Rust could ask for.
            chain.flags.push("-Ctarget-feature=+crt-static".into());
        }
        Ok(Available::Here(chain))
    }

    /// Whether what it makes may be rehearsed with, and not released: another linker, or a standard
    /// library that the Rust project has neither built nor tested.
    pub fn is_cross_built(&self) -> bool {
        self.builder.is_cross_built() || self.std.is_some()
    }

    /// What builds, before anything is set up.
    pub(super) fn new(builder: Builder, triple: String) -> Self {
        // The time at which a file was linked would differ in every build of the same source. LLVM's
        // linker takes the one of `SOURCE_DATE_EPOCH`. Its UUID is a hash of what is stripped later, names
        // that have paths in them among it, unless that is left out from the beginning.
        let flags: &[&str] = match builder {
            Builder::Native if triple.ends_with("-msvc") => &["-Clink-arg=/Brepro"],
            Builder::Lld => &["-Clinker-flavor=ld64.lld", "-Clink-arg=-x", "-Clink-arg=-S"],
            Builder::Mingw => &["-Clink-arg=-Wl,--no-insert-timestamp"],
            Builder::Native | Builder::Zig | Builder::ZigMingw => &[],
        };
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Self { builder, triple, environment: Vec::new(), flags, linker: None, std: None }
    }
}

/// The version of the compiler that builds the project in `folder`: in full, and its number alone.
pub fn compiler(folder: &Path) -> Result<(String, String)> {
    let answer = Invocation::new("rustc").arg("--version").folder(folder).check()?;
    let full = answer.stdout.trim().to_owned();
    let number = full.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok((full, number))
}
