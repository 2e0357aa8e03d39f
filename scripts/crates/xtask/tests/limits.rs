//! The code in `docs/limits.md` compiles, fails to compile and runs as the page says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use wheel_fixtures::limited;

/// The blocks of code on the page: what stands behind the backquotes, and the code.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let page = include_str!("../../../../docs/limits.md");
    let parts: Vec<&str> = page.split("```").collect();
    assert_eq!(parts.len() % 2, 1, "each block has an end");
    parts.iter().skip(1).step_by(2).filter_map(|block| block.split_once('\n')).collect()
}

/// A crate that cargo compiles. Its folder is removed when this is dropped.
struct Crate {
    folder: TempDir,
}

impl Crate {
    fn new(source: &str, feature: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let folder = tempfile::tempdir().expect("a folder");
        let manifest = format!(
            "[package]\nname = \"limits\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [lib]\ncrate-type = [\"cdylib\"]\n\
             [dependencies]\npyo3 = {{ version = \"0.30.1\", features = [\"{feature}\"] }}\n[workspace]\n"
        );
        fs::create_dir(folder.path().join("src")).expect("a folder");
        fs::write(folder.path().join("Cargo.toml"), manifest).expect("written");
        fs::write(folder.path().join("src/lib.rs"), source).expect("written");
        // The lock selects versions that are already downloaded.
        fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("a lock file");
        Self { folder }
    }

    /// Runs `cargo check` or `cargo build`. Returns its success, and the compiler's output.
    fn cargo(&self, command: &str) -> (bool, String) {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args([command, "--quiet"])
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", Self::target())
            .env("CARGO_TERM_COLOR", "never")
            // The machine's Python may be older than the feature, and the interpreter has the symbols.
            .env("PYO3_NO_PYTHON", "1")
            .env("PYO3_BUILD_EXTENSION_MODULE", "1");
        if cfg!(target_os = "macos") {
            cargo.env("RUSTFLAGS", "-C link-arg=-undefined -C link-arg=dynamic_lookup");
        }
        let output = limited::output(&mut cargo);
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn target() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("limits")
    }
}

#[test]
fn a_builtin_can_be_a_base_class_from_abi3_py312_on() {
    let (_, source) =
        *blocks().iter().find(|(kind, _)| *kind == "rust,abi3-py312").expect("a block");
    let (compiled, output) = Crate::new(source, "abi3-py312").cargo("check");
    assert!(compiled, "{output}");
    let (compiled, output) = Crate::new(source, "abi3-py310").cargo("check");
    assert!(!compiled, "it compiles");
    assert!(output.contains("PyDict") && output.contains("PyClassBaseType"), "{output}");
}

#[test]
fn what_the_compiler_refuses_it_refuses_for_the_reason_that_follows() {
    let blocks = blocks();
    let mut refused = 0;
    for pair in blocks.windows(2) {
        let [(kind, source), (next, message)] = pair else { unreachable!("two blocks") };
        if *kind == "rust,compile_fail" {
            assert_eq!(*next, "text", "the message follows the code:\n{source}");
            let (compiled, output) = Crate::new(source, "abi3-py310").cargo("check");
            assert!(!compiled, "it compiles:\n{source}");
            assert!(output.contains(message.trim()), "{output}");
            refused += 1;
        }
    }
    assert_eq!(refused, 5);
}

#[test]
fn classes_of_the_page_behave_as_the_python_code_below_them_says() {
    let (mut source, mut exports, mut script) = (String::new(), String::new(), String::new());
    let mut examples = 0;
    for pair in blocks().windows(2) {
        let [(kind, rust), (next, python)] = pair else { unreachable!("two blocks") };
        if *kind != "rust" {
            continue;
        }
        assert_eq!(*next, "py", "Python code follows the code:\n{rust}");
        examples += 1;
        for rest in rust.split("pub struct ").skip(1) {
            let class = rest.split(|letter: char| !letter.is_alphanumeric()).next();
            let class = class.expect("the name of a class");
            exports += &format!("#[pymodule_export]\nuse super::example_{examples}::{class};\n");
        }
        source += &format!("mod example_{examples} {{\n{rust}}}\n");
        script += python;
    }
    assert_eq!(examples, 4);
    source += &format!("#[pyo3::pymodule]\nmod limits {{\n{exports}}}\n");
    let built = Crate::new(&source, "abi3-py310");
    let (compiled, output) = built.cargo("build");
    assert!(compiled, "{output}");

    let (prefix, suffix, module) = match () {
        () if cfg!(windows) => ("", "dll", "limits.pyd"),
        () if cfg!(target_os = "macos") => ("lib", "dylib", "limits.so"),
        () => ("lib", "so", "limits.so"),
    };
    let library = Crate::target().join("debug").join(format!("{prefix}limits.{suffix}"));
    fs::copy(library, built.folder.path().join(module)).expect("the library was built");
    let script = format!(
        "import sys\nsys.path.insert(0, '.')\nfrom limits import *\n{script}print('held')\n"
    );
    fs::write(built.folder.path().join("script.py"), script).expect("written");
    let program = if cfg!(windows) { "python" } else { "python3" };
    let mut python = Command::new(program);
    python.args(["-I", "-B", "script.py"]).current_dir(built.folder.path());
    let output = limited::output(&mut python);
    let messages = String::from_utf8_lossy(&output.stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "held", "{messages}");
}
