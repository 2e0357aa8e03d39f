//! The wheels of a call of maturin: by maturin-action, or in a line of a shell.

use std::collections::BTreeSet;

use serde_json::Value;
use wheel_audit::target::System;

use super::expression::Values;
use super::facts::{Place, Pythons, Today};
use super::interpreter::{Interpreter, found_pypy, pythons};
use super::platform::{Platform, of_rust};
use super::runner::Runner;

/// The arguments of a call, as far as they decide which wheels it builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Arguments {
    target: Option<String>,
    libc: Option<String>,
    manifest: Option<String>,
    /// The oldest macOS, set before the command.
    macos: Option<String>,
    interpreters: Vec<String>,
    /// True if interpreters are named, even in a way that only a run knows.
    named: bool,
    finds: bool,
}

/// A call of maturin.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    pub values: &'a Values,
    pub runner: Option<Runner>,
    /// The Python that the job has set up.
    pub python: Option<&'a Interpreter>,
    /// The workflow, for notes.
    pub file: &'a str,
}

impl Call<'_> {
    /// Adds the wheels of a step with maturin-action. Returns true if it builds wheels of the project.
    pub fn action(&self, step: &Value, place: &Place, today: &mut Today) -> bool {
        let input = |name: &str| step.get("with").and_then(|with| with.get(name));
        let text = |name: &str| self.values.text(input(name));
        let command = text("command").unwrap_or_else(|| "build".to_owned());
        if !["build", "publish"].contains(&command.as_str()) {
            return false;
        }
        // Arguments that only a run knows stand as one unknown word.
        let (line, known) = self.known_words(input("args"));
        let mut arguments = Arguments::of(&shlex::split(&line).unwrap_or_default());
        arguments.target = text("target").filter(|target| !target.is_empty()).or(arguments.target);
        arguments.libc = text("manylinux").filter(|libc| !libc.is_empty()).or(arguments.libc);
        if !known && arguments.interpreters.is_empty() && !arguments.named {
            arguments.named = line.contains("-i ") || line.contains("--interpreter");
        }
        let folder = text("working-directory").unwrap_or_default();
        let builds = self.build(&arguments, &folder, input("target").is_some(), place, today);
        if builds && arguments.finds && !place.serves_later {
            self.find_pypy(&arguments, place, today);
        }
        builds
    }

    /// Adds the wheels of the PyPy that maturin finds in the images for Linux. For the stable ABI, maturin leaves it out.
    fn find_pypy(&self, arguments: &Arguments, place: &Place, today: &mut Today) {
        let pypy = found_pypy();
        let platform = self.platform(arguments);
        let (Platform::Target(target) | Platform::Instead { target, .. }) = &platform else {
            return;
        };
        let admitted = place.requires_python.is_none_or(|wanted| pypy.is_admitted_by(wanted));
        if admitted && matches!(target.system(), System::Manylinux { .. }) && target.has(pypy) {
            today.build(platform, &Pythons::Named(BTreeSet::from([pypy])), self.file);
        }
    }

    fn platform(&self, arguments: &Arguments) -> Platform {
        let target = arguments.target.as_deref().unwrap_or_default();
        let libc = arguments.libc.as_deref().filter(|libc| !unknown(libc)).unwrap_or_default();
        let macos = arguments.macos.clone().or_else(|| self.values.variable(DEPLOYMENT_TARGET));
        of_rust(target, libc, macos.as_deref(), self.runner)
    }

    /// Adds the wheels of the lines of a shell in `folder` that call `maturin build`. Returns true if there are any.
    pub fn lines(&self, step: &Value, folder: &str, place: &Place, today: &mut Today) -> bool {
        let (script, _) = self.known_words(step.get("run"));
        let script = script.replace("\\\n", " ");
        let mut builds = false;
        for line in script.lines() {
            let words = shlex::split(line).unwrap_or_default();
            let call = words.windows(2).position(|pair| {
                let program = pair[0].rsplit('/').next().unwrap_or_default();
                // As in `uvx maturin@1.13.3 build`.
                let program = program.split(['@', '=']).next().unwrap_or_default();
                ["maturin", "maturin.exe"].contains(&program)
                    && ["build", "publish"].contains(&pair[1].as_str())
            });
            let Some(call) = call else { continue };
            let mut arguments = Arguments::of(&words[call + 2..]);
            let set = words[..call]
                .iter()
                .find_map(|word| word.strip_prefix(DEPLOYMENT_TARGET)?.strip_prefix('='));
            arguments.macos = set.map(str::to_owned);
            builds |= self.build(&arguments, folder, false, place, today);
        }
        builds
    }

    fn build(
        &self,
        arguments: &Arguments,
        folder: &str,
        has_target: bool,
        place: &Place,
        today: &mut Today,
    ) -> bool {
        if !place.folders.contains(&crate_folder(folder, arguments.manifest.as_deref())) {
            return false;
        }
        let target = arguments.target.as_deref().unwrap_or_default();
        if unknown(target)
            || target.is_empty() && has_target
            || self.runner.is_none() && !target.contains('-')
        {
            today.leave_out("a target that only a run of the workflow knows".to_owned(), self.file);
            return true;
        }
        let named: Vec<Interpreter> =
            arguments.interpreters.iter().map(|word| Interpreter::of(word)).collect();
        let pythons = match (arguments.finds, arguments.named) {
            (true, _) => vec![Pythons::Found],
            (false, false) if place.serves_later => vec![Pythons::Stable],
            // The Python that maturin finds first is the one that the job has set up.
            (false, false) => {
                let own = self.python.cloned().unwrap_or(Interpreter::Unknown);
                pythons(&[own], place, today, self.file)
            }
            (false, true) if named.is_empty() => {
                pythons(&[Interpreter::Unknown], place, today, self.file)
            }
            (false, true) => pythons(&named, place, today, self.file),
        };
        if target.contains("emscripten") {
            today.leave_out("wheels for Pyodide: no target of a release".to_owned(), self.file);
        } else {
            for pythons in pythons {
                today.build(self.platform(arguments), &pythons, self.file);
            }
        }
        true
    }

    /// A text with what is known of it. False if there is more that only a run knows.
    fn known_words(&self, setting: Option<&Value>) -> (String, bool) {
        let Some(text) = setting.and_then(Value::as_str) else { return (String::new(), true) };
        if let Some(text) = self.values.text(setting) {
            return (text, true);
        }
        let mut known = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let Some((expression, behind)) = after.split_once("}}") else { break };
            let value = self.values.text(Some(&Value::from(format!("${{{{{expression}}}}}"))));
            known += before;
            known += value.as_deref().unwrap_or(UNKNOWN);
            rest = behind;
        }
        (known + rest, false)
    }
}

/// The variable that names the oldest macOS.
const DEPLOYMENT_TARGET: &str = "MACOSX_DEPLOYMENT_TARGET";

/// The word for a value that only a run knows.
const UNKNOWN: &str = "unknown-until-run";

/// Returns true if only a run knows the text.
fn unknown(text: &str) -> bool {
    text.contains(UNKNOWN) || text.contains('$')
}

/// The folder of the crate, relative to the top of the repository.
pub fn crate_folder(folder: &str, manifest: Option<&str>) -> String {
    let manifest = manifest.unwrap_or_default();
    let above = manifest.strip_suffix("Cargo.toml").or(manifest.strip_suffix("pyproject.toml"));
    let path = format!("{folder}/{}", above.unwrap_or(manifest)).replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

impl Arguments {
    /// Reads the words behind `maturin build`.
    fn of(words: &[String]) -> Self {
        let mut arguments = Self::default();
        let mut words = words
            .iter()
            .flat_map(|word| match word.split_once('=') {
                Some((option, value)) if option.starts_with("--") => vec![option, value],
                _ => vec![word.as_str()],
            })
            .peekable();
        while let Some(word) = words.next() {
            match word {
                "--target" => arguments.target = words.next().map(str::to_owned),
                "--manylinux" | "--compatibility" => {
                    arguments.libc = words.next().map(str::to_owned);
                }
                "-m" | "--manifest-path" => arguments.manifest = words.next().map(str::to_owned),
                "-f" | "--find-interpreter" => arguments.finds = true,
                "-i" | "--interpreter" => {
                    while let Some(value) = words.next_if(|word| !word.starts_with('-')) {
                        // maturin takes several in one word too.
                        arguments.interpreters.extend(value.split_whitespace().map(str::to_owned));
                    }
                    arguments.named = !arguments.interpreters.is_empty();
                }
                short if short.starts_with("-i") && short.len() > 2 => {
                    arguments.interpreters.push(short[2..].to_owned());
                    arguments.named = true;
                }
                _ => {}
            }
        }
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Arguments {
        Arguments::of(&shlex::split(line).expect("words"))
    }

    #[test]
    fn interpreters_follow_one_option_until_the_next() {
        for (line, expected) in [
            ("--release -i 3.10 3.11 --out dist", &["3.10", "3.11"][..]),
            ("--interpreter '3.10 3.11' --out dist", &["3.10", "3.11"]),
            ("--interpreter=python3.12", &["python3.12"]),
            ("-i python3.12 -i pypy3.11", &["python3.12", "pypy3.11"]),
            ("-ipython3.12", &["python3.12"]),
            ("--release --out dist", &[]),
        ] {
            let arguments = arguments(line);
            assert_eq!(arguments.interpreters, expected, "{line}");
            assert_eq!(arguments.named, !expected.is_empty(), "{line}");
        }
        assert!(arguments("-f").finds && arguments("--find-interpreter").finds);
    }

    #[test]
    fn target_c_library_and_manifest_are_read() {
        let arguments =
            arguments("--target=universal2-apple-darwin --manylinux 2_28 -m rust/Cargo.toml");
        assert_eq!(arguments.target.as_deref(), Some("universal2-apple-darwin"));
        assert_eq!(arguments.libc.as_deref(), Some("2_28"));
        assert_eq!(arguments.manifest.as_deref(), Some("rust/Cargo.toml"));
    }

    #[test]
    fn the_folder_is_that_of_the_manifest() {
        for (folder, manifest, expected) in [
            ("", None, ""),
            (".", None, ""),
            ("./bindings/python/", None, "bindings/python"),
            ("", Some("bindings/python/Cargo.toml"), "bindings/python"),
            ("bindings/python", Some("../../rust/Cargo.toml"), "rust"),
            ("a", Some("Cargo.toml"), "a"),
        ] {
            assert_eq!(crate_folder(folder, manifest), expected, "{folder} {manifest:?}");
        }
    }
}
