//! Projects without an extension, whose wheels are `py3-none`: programs, and libraries that Python code opens.

use crate::scratch::{PYTHONS, Scratch, Tables, manifest, without_platform};

/// A release of one wheel for every Python.
const RELEASE: [&str; 2] = ["own-1.2.0-py3-none", "own-1.2.0.tar.gz"];

const PACKAGE: &str = "[package]\nname = \"own\"\nversion = \"1.2.0\"\nedition = \"2024\"\n";

/// A library with a function of C.
const LIBRARY: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn answer() -> i32 {\n    42\n}\n";

#[test]
fn two_programs() {
    let tables = Tables {
        maturin: "bindings = \"bin\"",
        promise: "pythons = [\"3.11\", \"3.12\"]",
        ..Tables::default()
    };
    let program = |number: u8| format!("fn main() {{\n    println!(\"{number}\");\n}}\n");
    let files = [
        ("pyproject.toml", &*tables.text()),
        ("Cargo.toml", PACKAGE),
        ("src/main.rs", &program(42)),
        ("src/bin/other.rs", &program(43)),
    ];
    let scratch = Scratch::new("", &files);
    scratch.project.write(
        "smoke.py",
        "import pathlib, subprocess, sys\n\
         folder = pathlib.Path(sys.executable).parent\n\
         for name, answer in ((\"own\", b\"42\\n\"), (\"other\", b\"43\\n\")):\n    \
             assert subprocess.check_output([folder / name]) == answer\n",
    );
    assert_eq!(without_platform(&scratch.rehearsed()), RELEASE);
}

#[test]
fn a_library_that_cffi_opens() {
    let tables = Tables {
        project: "dynamic = [\"version\"]\ndependencies = [\"cffi\"]",
        maturin: "bindings = \"cffi\"",
        promise: PYTHONS,
    };
    let files = [
        ("pyproject.toml", &*tables.text()),
        ("Cargo.toml", &manifest("")),
        ("src/lib.rs", LIBRARY),
    ];
    let scratch = Scratch::new("", &files);
    scratch.project.write("smoke.py", "from own import lib\nassert lib.answer() == 42\n");
    assert_eq!(without_platform(&scratch.rehearsed()), RELEASE);
}

/// A generator of bindings with the options of UniFFI's.
const GENERATOR: &str = r#"
fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let out = arguments.iter().position(|argument| argument == "--out-dir").expect("a folder");
    let library = arguments.last().expect("a library");
    let library = std::path::Path::new(library).file_name().expect("a name").to_string_lossy();
    let text = format!(
        "import ctypes, pathlib\n\n\
         answer = ctypes.CDLL(str(pathlib.Path(__file__).parent / '{library}')).answer()\n"
    );
    std::fs::write(std::path::Path::new(&arguments[out + 1]).join("own.py"), text).expect("a file");
}
"#;

#[test]
fn a_library_that_bindings_of_uniffi_open() {
    let tables = Tables { maturin: "bindings = \"uniffi\"", promise: PYTHONS, ..Tables::default() };
    let generator = "[[bin]]\nname = \"uniffi-bindgen\"\npath = \"generator.rs\"";
    let files = [
        ("pyproject.toml", &*tables.text()),
        ("Cargo.toml", &manifest(generator)),
        ("src/lib.rs", LIBRARY),
        ("generator.rs", GENERATOR),
    ];
    assert_eq!(without_platform(&Scratch::new("", &files).rehearsed()), RELEASE);
}
