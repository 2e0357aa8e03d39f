//! maturin: builds the sdist, and wheels from it.

use std::path::Path;

use anyhow::Result;
use wheel_audit::plan::PlannedWheel;
use wheel_audit::target::System;

use crate::process::command::Invocation;
use crate::tool::cargo::bindings::Kind;
use crate::tool::python::lock::TOOLS;
use crate::tool::python::tools::{Tool, Tools};
use crate::tool::toolchain::Toolchain;
use crate::tool::toolchain::builder::Builder;

/// The command that builds the sdist of the project in `root`.
pub fn sdist(tools: &Tools, root: &Path, out: &Path, epoch: u64) -> Result<Invocation> {
    Ok(maturin(tools, Tool::Maturin, root, epoch)?.arg("sdist").arg("--out").arg(out))
}

/// The folders of a build.
pub struct Place<'a> {
    /// The unpacked sdist.
    pub source: &'a Path,
    /// The folder for finished wheels.
    pub out: &'a Path,
    /// cargo's target folder.
    pub cargo_target: &'a Path,
    /// The configuration of pyo3, in place of an interpreter.
    pub pyo3: Option<&'a Path>,
}

/// The command that builds one wheel from the sdist.
pub fn wheel(
    tools: &Tools,
    place: &Place,
    wheel: &PlannedWheel,
    bindings: Option<Kind>,
    toolchain: &Toolchain,
    epoch: u64,
) -> Result<Invocation> {
    let beside = if toolchain.builder == Builder::Zig { Tool::Zig } else { Tool::Maturin };
    let command = maturin(tools, beside, place.source, epoch)?
        .args(["build", "--release", "--locked", "--target", &toolchain.triple])
        // Deflate is the smallest format that every pip reads. Level 9 costs a tenth of a second.
        .args(["--compression-level", "9"]);
    let command = match (wheel.family.interpreter(), bindings) {
        (Some(interpreter), _) => command.args(["--interpreter", &interpreter]),
        // It reads the C declarations with cffi.
        (None, Some(Kind::Cffi)) => {
            command.arg("--interpreter").arg(tools.interpreter(Tool::Cffi)?)
        }
        (None, _) => command,
    };
    let command = command
        .arg("--out")
        .arg(place.out)
        .arg("--compatibility")
        .args(wheel.target.compatibility())
        .env("CARGO_TARGET_DIR", place.cargo_target);
    let command = match place.pyo3 {
        Some(file) => command.env("PYO3_CONFIG_FILE", file),
        None => command,
    };
    let mut flags = rust_flags(place, toolchain);
    let is_opened = matches!(bindings, Some(Kind::Cffi | Kind::Uniffi));
    if is_opened && matches!(wheel.target.system(), System::Macos { .. }) {
        // The linker's own choice is the path of the file. maturin gives a name to extensions only.
        let name = wheel.file.split('-').next().unwrap_or_default();
        flags.push(format!("-Clink-arg=-Wl,-install_name,@rpath/{name}.dylib"));
    }
    let command = match (is_opened, toolchain.builder) {
        // maturin runs cargo for this machine too, to make the bindings. The flags of the target's linker are not for
        // that. With zig they do no harm, and maturin adds one for musl to those of the variable alone.
        (true, Builder::Native | Builder::Lld | Builder::ZigMingw | Builder::Mingw) => {
            // A list of strings in JSON is one in TOML.
            let flags = serde_json::to_string(&flags)?;
            // The variable would outweigh them.
            let command = command.without("CARGO_ENCODED_RUSTFLAGS");
            toolchain.triples.iter().fold(command, |command, triple| {
                command.arg("--config").arg(format!("target.{triple}.rustflags={flags}"))
            })
        }
        // Paths may contain spaces, so cargo defines this separator.
        (true, Builder::Zig) | (false, _) => {
            command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        }
    };
    let command =
        toolchain.environment.iter().fold(command, |command, (key, value)| command.env(key, value));
    // A stable cargo accepts `-Z build-std` only with `RUSTC_BOOTSTRAP`. std must unwind, because the
    // extension's panics unwind.
    let command = match toolchain.std {
        Some(_) => command.args(["-Z", "build-std=std,panic_unwind"]).env("RUSTC_BOOTSTRAP", "1"),
        None => command,
    };
    Ok(if toolchain.builder == Builder::Zig { command.arg("--zig") } else { command })
}

/// The tools that built a file, for the evidence. Without a toolchain, those of the sdist.
pub fn builder(wheel: Option<(&Toolchain, &str)>) -> Result<String> {
    let maturin = format!("maturin {}", TOOLS.version("maturin")?);
    let Some((toolchain, rustc)) = wheel else {
        return Ok(maturin);
    };
    let std = toolchain.std.iter().map(|_| ", std compiled from rust-src".to_owned());
    let linker = toolchain.linker.iter().map(|linker| format!(", {linker}"));
    Ok(format!("{maturin}, {rustc}{}", std.chain(linker).collect::<String>()))
}

/// maturin with the programs of a tool first on `PATH`. It looks for zig in the Python that it finds there.
fn maturin(tools: &Tools, beside: Tool, folder: &Path, epoch: u64) -> Result<Invocation> {
    // These variables, if set for builds by hand, would change the content of the release.
    let inherited = [
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "ARCHFLAGS",
        "MACOSX_DEPLOYMENT_TARGET",
        "CARGO_BUILD_TARGET",
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS",
        "CARGO_PROFILE_RELEASE_DEBUG",
        "CARGO_PROFILE_RELEASE_LTO",
        "CARGO_PROFILE_RELEASE_OPT_LEVEL",
        "CARGO_PROFILE_RELEASE_PANIC",
        "CARGO_PROFILE_RELEASE_STRIP",
        "RUSTFLAGS",
        "MATURIN_PEP517_ARGS",
        "MATURIN_STRIP",
        "MATURIN_PGO",
        "PYO3_PYTHON",
        "PYO3_CONFIG_FILE",
        "PYO3_CROSS",
        "PYO3_CROSS_LIB_DIR",
        "PYO3_CROSS_PYTHON_VERSION",
    ];
    let command = Invocation::new(tools.program(Tool::Maturin)?);
    let command = inherited.into_iter().fold(command, Invocation::without);
    Ok(command
        .folder(folder)
        .env("PATH", tools.path(beside)?)
        .env("SOURCE_DATE_EPOCH", epoch.to_string()))
}

/// The flags of rustc. They replace this machine's paths, which panic messages would contain.
fn rust_flags(place: &Place, toolchain: &Toolchain) -> Vec<String> {
    let home = std::env::home_dir();
    let cargo =
        std::env::var_os("CARGO_HOME").map(Into::into).or_else(|| Some(home?.join(".cargo")));
    let remap = |path: &Path, name: &str| format!("--remap-path-prefix={}={name}", path.display());
    let mut all = vec![remap(place.cargo_target, "/target"), remap(place.source, ".")];
    all.extend(cargo.map(|cargo| remap(&cargo, "/cargo")));
    let std = toolchain.std.iter();
    all.extend(std.map(|source| remap(&source.folder, &source.name)));
    all.extend_from_slice(&toolchain.flags);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::environment::tests::printed;
    use crate::tool::python::tools::tests::tools;
    use crate::tool::toolchain::builder::Host;
    use crate::tool::toolchain::rust_source::RustSource;
    use wheel_audit::family::{Family, PythonVersion};
    use wheel_audit::target::Target;

    fn wheel_for(tag: &str, host: Host) -> String {
        wheel_with(None, tag, host)
    }

    fn wheel_with(bindings: Option<Kind>, tag: &str, host: Host) -> String {
        let target: Target = tag.parse().expect("a target");
        let builder = Builder::for_target(target, host).expect("it is built there");
        let mut toolchain = Toolchain::new(builder, builder.triple(target));
        toolchain.triples = builder.triples(target);
        wheel_by(target, &toolchain, bindings)
    }

    fn wheel_by(target: Target, toolchain: &Toolchain, bindings: Option<Kind>) -> String {
        let tag = target.to_string();
        let planned = PlannedWheel {
            file: format!("a-1-cp310-abi3-{tag}.whl"),
            target,
            family: Family::Abi3 { floor: PythonVersion::new(3, 10) },
        };
        let [source, out, cargo_target] = ["/source", "/out", "/cargo"].map(Path::new);
        let place = Place { source, out, cargo_target, pyo3: None };
        let command = wheel(&tools(), &place, &planned, bindings, toolchain, 1_700_000_000);
        printed(&command.expect("a command"))
    }

    #[test]
    fn the_sdist_is_built_in_the_project_with_the_time_of_the_commit() {
        let command = sdist(&tools(), Path::new("/project"), Path::new("/out"), 1_700_000_000);
        insta::assert_snapshot!(printed(&command.expect("a command")), @"
        maturin sdist --out /out
        - VIRTUAL_ENV
        - CONDA_PREFIX
        - ARCHFLAGS
        - MACOSX_DEPLOYMENT_TARGET
        - CARGO_BUILD_TARGET
        - CARGO_PROFILE_RELEASE_CODEGEN_UNITS
        - CARGO_PROFILE_RELEASE_DEBUG
        - CARGO_PROFILE_RELEASE_LTO
        - CARGO_PROFILE_RELEASE_OPT_LEVEL
        - CARGO_PROFILE_RELEASE_PANIC
        - CARGO_PROFILE_RELEASE_STRIP
        - RUSTFLAGS
        - MATURIN_PEP517_ARGS
        - MATURIN_STRIP
        - MATURIN_PGO
        - PYO3_PYTHON
        - PYO3_CONFIG_FILE
        - PYO3_CROSS
        - PYO3_CROSS_LIB_DIR
        - PYO3_CROSS_PYTHON_VERSION
        + PATH=/tools/bin…
        + SOURCE_DATE_EPOCH=1700000000
        ");
    }

    #[test]
    fn a_linux_wheel_is_linked_by_zig_against_the_glibc_of_its_tag() {
        insta::assert_snapshot!(wheel_for("manylinux_2_17_x86_64", Host::Linux), @"
        maturin build --release --locked --target x86_64-unknown-linux-gnu --compression-level 9 --interpreter 3.10 --out /out --compatibility pypi manylinux_2_17 --zig
        - VIRTUAL_ENV
        - CONDA_PREFIX
        - ARCHFLAGS
        - MACOSX_DEPLOYMENT_TARGET
        - CARGO_BUILD_TARGET
        - CARGO_PROFILE_RELEASE_CODEGEN_UNITS
        - CARGO_PROFILE_RELEASE_DEBUG
        - CARGO_PROFILE_RELEASE_LTO
        - CARGO_PROFILE_RELEASE_OPT_LEVEL
        - CARGO_PROFILE_RELEASE_PANIC
        - CARGO_PROFILE_RELEASE_STRIP
        - RUSTFLAGS
        - MATURIN_PEP517_ARGS
        - MATURIN_STRIP
        - MATURIN_PGO
        - PYO3_PYTHON
        - PYO3_CONFIG_FILE
        - PYO3_CROSS
        - PYO3_CROSS_LIB_DIR
        - PYO3_CROSS_PYTHON_VERSION
        + PATH=/tools/bin…
        + SOURCE_DATE_EPOCH=1700000000
        + CARGO_TARGET_DIR=/cargo
        + rustc --remap-path-prefix=/cargo=/target
        + rustc --remap-path-prefix=/source=.
        + rustc --remap-path-prefix=[cargo]=/cargo
        ");
    }

    #[test]
    fn a_wheel_for_pypy_has_a_configuration_of_pyo3_in_place_of_an_interpreter() {
        let planned = PlannedWheel {
            file: "a-1-pp311-pypy311_pp73-win_amd64.whl".to_owned(),
            target: "win_amd64".parse().expect("a target"),
            family: Family::Exact(PythonVersion::new(3, 11).pypy(7, 3)),
        };
        let [source, out, cargo_target] = ["/source", "/out", "/cargo"].map(Path::new);
        let place = Place { source, out, cargo_target, pyo3: Some(Path::new("/pyo3.txt")) };
        let toolchain = Toolchain::new(Builder::Native, "x86_64-pc-windows-msvc".to_owned());
        let kind = Some(Kind::Pyo3);
        let command = wheel(&tools(), &place, &planned, kind, &toolchain, 1_700_000_000);
        let command = printed(&command.expect("a command"));
        assert!(!command.contains("--interpreter"), "{command}");
        assert!(command.lines().any(|line| line == "+ PYO3_CONFIG_FILE=/pyo3.txt"), "{command}");
        let other = wheel_for("win_amd64", Host::Windows);
        assert!(!other.contains("+ PYO3_CONFIG_FILE"), "{other}");
    }

    #[test]
    fn std_is_compiled_with_the_wheel_if_rustup_has_none_and_the_evidence_records_it() {
        let target: Target = "musllinux_1_2_armv7l".parse().expect("a target");
        let source = RustSource { folder: "/sysroot/src".into(), name: "/rustc/abc".into() };
        let triple = Builder::Zig.triple(target);
        let toolchain = Toolchain { std: Some(source), ..Toolchain::new(Builder::Zig, triple) };
        let command = wheel_by(target, &toolchain, None);
        let line = command.lines().next().unwrap_or_default();
        assert!(line.ends_with("musllinux_1_2 -Z build-std=std,panic_unwind --zig"), "{line}");
        for added in ["+ RUSTC_BOOTSTRAP=1", "+ rustc --remap-path-prefix=/sysroot/src=/rustc/abc"]
        {
            assert!(command.lines().any(|line| line == added), "{command}");
        }
        let record = builder(Some((&toolchain, "rustc 1.95.0"))).expect("maturin is pinned");
        assert!(record.ends_with(", rustc 1.95.0, std compiled from rust-src"), "{record}");
        assert!(toolchain.is_cross_built());
    }

    #[test]
    fn the_flags_of_a_library_reach_its_target_and_not_the_makers_of_its_bindings() {
        let flags = |tag, host| {
            let command = wheel_with(Some(Kind::Uniffi), tag, host);
            assert!(!command.contains("+ rustc"), "{command}");
            assert!(command.contains("\n- CARGO_ENCODED_RUSTFLAGS"), "{command}");
            let line = command.lines().next().unwrap_or_default().to_owned();
            let (_, configured) = line.split_once(" --config ").expect("flags");
            configured.replace("--remap-path-prefix=", "").replace("/\"", "'")
        };
        insta::assert_snapshot!(flags("win32", Host::Linux), @r#""target.i686-pc-windows-gnu.rustflags=['/cargo=/target','/source=.','[cargo]=/cargo','-Clink-arg=-Wl,--no-insert-timestamp']""#);
        insta::assert_snapshot!(flags("win_amd64", Host::Linux), @r#""target.x86_64-pc-windows-gnullvm.rustflags=['/cargo=/target','/source=.','[cargo]=/cargo']""#);
        insta::assert_snapshot!(flags("win_amd64", Host::Windows), @r#""target.x86_64-pc-windows-msvc.rustflags=['/cargo=/target','/source=.','[cargo]=/cargo','-Clink-arg=/Brepro']""#);
        insta::assert_snapshot!(flags("macosx_11_0_arm64", Host::Linux), @r#""target.aarch64-apple-darwin.rustflags=['/cargo=/target','/source=.','[cargo]=/cargo','-Clinker-flavor=ld64.lld','-Clink-arg=-x','-Clink-arg=-S','-Clink-arg=-Wl,-install_name,@rpath/a.dylib']""#);
        insta::assert_snapshot!(flags("macosx_10_12_universal2", Host::Macos), @r#""target.aarch64-apple-darwin.rustflags=['/cargo=/target','/source=.','[cargo]=/cargo','-Clink-arg=-Wl,-install_name,@rpath/a.dylib']" --config "target.x86_64-apple-darwin.rustflags=['/cargo=/target','/source=.','[cargo]=/cargo','-Clink-arg=-Wl,-install_name,@rpath/a.dylib']""#);
        // maturin adds a flag for musl to the variable, and that hides the others.
        let musl = wheel_with(Some(Kind::Uniffi), "musllinux_1_2_x86_64", Host::Linux);
        assert!(musl.contains("+ rustc --remap-path-prefix=/source=."), "{musl}");
        assert!(!musl.contains("--config"), "{musl}");
        let extension = wheel_with(Some(Kind::Pyo3), "macosx_11_0_arm64", Host::Linux);
        assert!(!extension.contains("install_name"), "{extension}");
    }

    #[test]
    fn targets_and_systems_differ_only_in_the_options_that_they_need() {
        let linux = wheel_for("manylinux_2_17_x86_64", Host::Linux);
        let differing = |tag, host| {
            let command = wheel_for(tag, host);
            let (line, variables) = command.split_once('\n').expect("variables");
            let added = variables.lines().filter(|line| !linux.contains(line));
            std::iter::once(line).chain(added).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(differing("musllinux_1_2_aarch64", Host::Macos), @"maturin build --release --locked --target aarch64-unknown-linux-musl --compression-level 9 --interpreter 3.10 --out /out --compatibility pypi musllinux_1_2 --zig");
        insta::assert_snapshot!(differing("macosx_11_0_arm64", Host::Macos), @"maturin build --release --locked --target aarch64-apple-darwin --compression-level 9 --interpreter 3.10 --out /out --compatibility pypi");
        insta::assert_snapshot!(differing("macosx_11_0_arm64", Host::Linux), @"
        maturin build --release --locked --target aarch64-apple-darwin --compression-level 9 --interpreter 3.10 --out /out --compatibility pypi
        + rustc -Clinker-flavor=ld64.lld
        + rustc -Clink-arg=-x
        + rustc -Clink-arg=-S
        ");
        insta::assert_snapshot!(differing("win_amd64", Host::Windows), @"
        maturin build --release --locked --target x86_64-pc-windows-msvc --compression-level 9 --interpreter 3.10 --out /out --compatibility pypi
        + rustc -Clink-arg=/Brepro
        ");
        insta::assert_snapshot!(differing("win_amd64", Host::Linux), @"maturin build --release --locked --target x86_64-pc-windows-gnullvm --compression-level 9 --interpreter 3.10 --out /out --compatibility pypi");
        insta::assert_snapshot!(differing("win32", Host::Linux), @"
        maturin build --release --locked --target i686-pc-windows-gnu --compression-level 9 --interpreter 3.10 --out /out --compatibility pypi
        + rustc -Clink-arg=-Wl,--no-insert-timestamp
        ");
    }
}
