//! `suffix-and-exports`: an extension module has the file suffix and the exports that the Pythons of the wheel's tags look
//! for.
//!
//! CPython finds a module by the suffix of its file
//! ([`importlib.machinery.EXTENSION_SUFFIXES`](https://docs.python.org/3/library/importlib.html#importlib.machinery.EXTENSION_SUFFIXES))
//! and starts it by `PyInit_NAME`, or since 3.15 by `PyModExport_NAME`
//! ([PEP 793](https://peps.python.org/pep-0793/)).

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings};
use super::placed::{Placed, each};
use crate::family::PythonVersion;
use crate::wheel::binary::{FormatFacts, Library};
use crate::wheel::quoted;

pub(super) const CHECK: Check = Check {
    name: "suffix-and-exports",
    about: "extension modules have the file suffix and the exports that the promised Pythons look for",
    documentation: include_str!("suffix_and_exports.md"),
    owns: &[],
    run,
};

const REMEDY: &str =
    "build the wheel again with the ABI of its tag; do not rename wheels or modules";

fn run(input: CheckInput) -> CheckResult {
    each(input, "extension module", is_module, judge)
}

fn is_module(placed: &Placed) -> bool {
    let (_, suffix) = parts(&placed.binary.member);
    let of_python =
        suffix.ends_with("pyd") || suffix.starts_with("cpython-") || suffix.starts_with("abi3");
    let library = suffix.ends_with("so") || suffix.ends_with("pyd");
    // libpython exports the modules of the standard library.
    let python = placed.image.exports.contains("Py_Initialize");
    // Setuptools gives the suffix of a module to libraries that ctypes or cffi load. Such a one knows nothing of Python.
    let image = placed.image;
    let plain = image.imports.is_empty() && !image.libraries.iter().any(is_python);
    let is_read = !matches!(image.format, FormatFacts::Wasm);
    library && is_read && !python && (of_python && !plain || image.modules().next().is_some())
}

fn is_python(library: &Library) -> bool {
    let name = library.name.to_ascii_lowercase();
    name.starts_with("python3") || name.starts_with("libpypy") || name.starts_with("libpython")
}

fn judge(placed: Placed, findings: &mut Findings) {
    let (stem, suffix) = parts(&placed.binary.member);
    let image = placed.image;
    let mut say = |message: String, expected: &str| {
        findings.push(placed.finding(&CHECK, message, expected, REMEDY));
    };
    let exports = |prefix: &str| image.exports.contains(&format!("{prefix}{stem}"));
    // The export of a module whose name is not ASCII is encoded. A `lib….so` beside the modules need not be a module.
    // Python 2 looks for other exports.
    let pythons = &placed.wheel.name.pythons;
    let is_old = |python: &String| python.get(2..).is_some_and(|version| version.starts_with('2'));
    let judged = stem.is_ascii() && !stem.starts_with("lib") && !pythons.iter().all(is_old);
    if judged && !exports("PyInit_") && !exports("PyModExport_") {
        let found: Vec<String> =
            image.modules().take(3).map(|module| quoted(module).to_string()).collect();
        let found = match &found[..] {
            [] => "it exports no module".to_owned(),
            found => format!("it exports the module `{}`", found.join("`, `")),
        };
        say(found, &format!("`PyInit_{}`", quoted(stem)));
    } else if exports("PyModExport_")
        && !exports("PyInit_")
        && let Some(oldest) = placed.wheel.name.oldest_python()
        && oldest < PythonVersion::new(3, 15)
    {
        say(
            format!("it exports `PyModExport_{}` alone", quoted(stem)),
            &format!("`PyInit_{}`, which is what Python {oldest} looks for", quoted(stem)),
        );
    }
    if let Some((found, expected)) = suffix_wrong(placed, suffix)
        && !has_better(placed, stem)
    {
        say(found, &expected);
    }
}

/// The fault of a suffix, and the expected one.
fn suffix_wrong(placed: Placed, suffix: &str) -> Option<(String, String)> {
    let abis = &placed.wheel.name.abis;
    let has = |abi: &str| abis.iter().any(|known| known == abi);
    let windows = matches!(placed.image.format, FormatFacts::Pe);
    let plain = if windows { "pyd" } else { "so" };
    let wrong = |expected: String| Some((format!("its suffix is `.{}`", quoted(suffix)), expected));
    if windows && suffix.starts_with("abi3") {
        return wrong("`.pyd`, the only suffix of the stable ABI that Windows knows".to_owned());
    }
    if has("abi3") || has("abi3t") {
        let own = if has("abi3t") { "abi3t" } else { "abi3" };
        let wanted = if windows { "`.pyd`".to_owned() } else { format!("`.{own}.so`") };
        let named = suffix.strip_prefix(own).and_then(|rest| rest.strip_suffix(".so"));
        // Since 3.15 the platform may stand between ABI and `.so`:
        // https://docs.python.org/3.15/whatsnew/3.15.html
        let newer = placed.wheel.name.oldest_python();
        let newer = newer.is_some_and(|oldest| oldest >= PythonVersion::new(3, 15));
        let named =
            named.is_some_and(|platform| platform.is_empty() || newer && platform.starts_with('-'));
        let fits = suffix == plain || !windows && named;
        return if fits {
            None
        } else {
            wrong(format!("{wanted}, as the ABI tag is `{}`", abis.join(".")))
        };
    }
    let version = suffix_version(suffix);
    let pypy = |abi: &str| abi.starts_with("pypy");
    let is_tagged = |abi: &&String| abi.starts_with("cp") || pypy(abi);
    let tagged: Vec<&String> = abis.iter().filter(is_tagged).collect();
    if tagged.is_empty() || tagged.iter().any(|abi| Some(*abi) == version.as_ref()) {
        return None;
    }
    match version {
        Some(_) => wrong(format!("the one of `{}`, as the ABI tag says", abis.join("."))),
        // CPython takes a plain suffix too.
        None if tagged.iter().all(|abi| pypy(abi)) => wrong(format!(
            "one that begins with `.{}-`, as PyPy looks for no other",
            tagged[0].replace('_', "-")
        )),
        None => None,
    }
}

/// The ABI tag of a suffix such as `cpython-310-x86_64-linux-gnu.so`, `cp310-win_amd64.pyd` or
/// `pypy311-pp73-darwin.so`.
fn suffix_version(suffix: &str) -> Option<String> {
    if suffix.starts_with("pypy") {
        let (python, rest) = suffix.split_once('-')?;
        let end = rest.find(['-', '.'])?;
        return Some(format!("{python}_{}", &rest[..end]));
    }
    let digits = suffix.strip_prefix("cpython-").or_else(|| suffix.strip_prefix("cp"))?;
    let end = digits.find(['-', '.'])?;
    Some(format!("cp{}", &digits[..end]))
}

/// Returns whether the same module lies beside it with a right suffix.
fn has_better(placed: Placed, stem: &str) -> bool {
    let windows = matches!(placed.image.format, FormatFacts::Pe);
    let named = placed.about().named[usize::from(windows)].get_or_init(|| {
        let right = placed.wheel.binaries.iter().filter(|other| {
            let (_, suffix) = parts(&other.member);
            (suffix.ends_with("so") || suffix.ends_with("pyd"))
                && suffix_wrong(placed, suffix).is_none()
        });
        right.map(|other| (folder(&other.member), parts(&other.member).0)).collect()
    });
    named.contains(&(folder(&placed.binary.member), stem))
}

fn folder(member: &str) -> &str {
    member.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The name before the first dot, and the suffix after it.
fn parts(member: &str) -> (&str, &str) {
    let file = member.rsplit('/').next().unwrap_or_default();
    file.split_once('.').unwrap_or((file, ""))
}
