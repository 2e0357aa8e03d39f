//! `stubs`: type checkers find the types of an extension, and believe them.

use std::collections::{BTreeMap, BTreeSet};

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Findings, NotJudged};
use super::projects::{installed, projects};
use crate::names::file_name;
use crate::wheel::release::WheelFacts;

pub(super) const CHECK: Check = Check {
    name: "stubs",
    about: "a typed package has stubs for its extension, and stubs come with `py.typed`, in every wheel",
    documentation: include_str!("stubs.md"),
    owns: &[],
    run,
};

const REMEDY: &str = "let the build backend include the file in every wheel";

/// The size up to which an `__init__.py` only passes on what an extension defines, in bytes.
const THIN: u64 = 512;

fn run(input: CheckInput) -> CheckResult {
    let (mut findings, mut looked) = (Findings::default(), false);
    for project in projects(input.release).values() {
        let typed: Vec<Typed> = project.wheels.iter().map(|wheel| Typed::of(wheel)).collect();
        let in_wheels = typed.iter().flat_map(|own| &own.files).copied();
        let in_sdists = project.sdists.iter().flat_map(|sdist| &sdist.paths);
        let in_sdists = in_sdists.map(|path| installed(path)).filter(|path| is_about_types(path));
        let known: BTreeSet<&str> = in_wheels.chain(in_sdists).collect();
        looked |= !known.is_empty();
        for own in &typed {
            own.judge(&mut findings);
            own.compare(&known, &mut findings);
        }
    }
    match looked {
        true => Ok(findings.done()),
        false => Err(NotJudged::NoSubject("no stubs and no `py.typed`".to_owned())),
    }
}

/// Returns whether a type checker reads a file only for its types.
fn is_about_types(path: &str) -> bool {
    path.ends_with(".pyi") || path.ends_with("/py.typed")
}

/// The files of a wheel that a type checker reads.
struct Typed<'a> {
    wheel: &'a WheelFacts,
    /// Stubs and `py.typed`.
    files: BTreeSet<&'a str>,
    /// The modules of each folder.
    folders: BTreeMap<&'a str, Vec<Module<'a>>>,
}

/// A module or stub: its name, the ending of its file, and its size.
type Module<'a> = (&'a str, &'a str, u64);

impl<'a> Typed<'a> {
    fn of(wheel: &'a WheelFacts) -> Self {
        let mut typed = Self { wheel, files: BTreeSet::new(), folders: BTreeMap::new() };
        for member in &wheel.members {
            let Some(path) = wheel.installed(&member.name) else { continue };
            if is_about_types(path) {
                typed.files.insert(path);
            }
            let Some((folder, file)) = path.rsplit_once('/') else { continue };
            let Some((name, rest)) = file.split_once('.') else { continue };
            let ending = rest.rsplit('.').next().unwrap_or(rest);
            if ["py", "pyi", "so", "pyd"].contains(&ending) {
                typed.folders.entry(folder).or_default().push((name, ending, member.size));
            }
        }
        typed
    }

    fn has_marker(&self, folder: &str) -> bool {
        // `py.typed` holds for all packages in its own.
        let ends = folder.match_indices('/').map(|(end, _)| end).chain([folder.len()]);
        ends.into_iter().any(|end| self.files.contains(&*format!("{}/py.typed", &folder[..end])))
    }

    fn say(&self, member: &str, message: &str, expected: &str, findings: &mut Findings) {
        let message = message.to_owned();
        let finding = CHECK.inside(&self.wheel.file, member, message, expected, REMEDY);
        findings.push(finding.warning());
    }

    fn judge(&self, findings: &mut Findings) {
        for (folder, modules) in &self.folders {
            let is_marked = self.has_marker(folder);
            if let Some(extension) = self.only_source(folder, modules).filter(|_| is_marked) {
                self.say(
                    &format!("{folder}/{extension}"),
                    "its package is typed, and the extension has no stubs, so that its names have no types",
                    "a `.pyi` file beside the extension",
                    findings,
                );
            }
            // A stub in a private folder is for the project itself, and one in `x-stubs` needs no mark.
            let is_public =
                folder.split('/').all(|part| !part.starts_with('_') && !part.contains('-'));
            let has_module = |name: &str| {
                modules.iter().any(|(other, ending, _)| *other == name && *ending != "pyi")
            };
            let mut stubs = modules.iter().filter(|(name, ending, _)| {
                *ending == "pyi"
                    && (*name == "__init__" || !name.starts_with('_'))
                    && has_module(name)
            });
            if let Some((name, ..)) = stubs.next().filter(|_| is_public && !is_marked) {
                self.say(
                    &format!("{folder}/{name}.pyi"),
                    "type checkers pass over these stubs, as the package has no `py.typed`",
                    "`py.typed` in the package",
                    findings,
                );
            }
        }
    }

    /// Finds files about types that other files of the release have, and of which this wheel has the package or the
    /// extension.
    fn compare(&self, known: &BTreeSet<&str>, findings: &mut Findings) {
        for path in known.iter().filter(|path| !self.files.contains(*path)) {
            let Some((folder, file)) = path.rsplit_once('/') else { continue };
            let Some(modules) = self.folders.get(folder) else { continue };
            let name = file.split('.').next().unwrap_or_default();
            let of_package = name == "py" || name == "__init__";
            if of_package
                || modules.iter().any(|module| is_extension(module) && module.0 == name)
                    && !has_source(modules, name)
            {
                let message = "other files of the release have it, and this wheel has not";
                self.say(path, message, "the same types in every wheel", findings);
            }
        }
    }

    /// The extension that is the only source of the names of a package without stubs: one with the name of the package,
    /// or the only module beside an `__init__.py` of a few lines.
    fn only_source(&self, folder: &str, modules: &[Module<'a>]) -> Option<&'a str> {
        if modules.iter().any(|(_, ending, _)| *ending == "pyi") {
            return None;
        }
        let mut extensions = modules.iter().filter(|module| {
            let stubs = format!("{folder}/{}/__init__.pyi", module.0);
            is_extension(module)
                && !has_source(modules, module.0)
                && !self.files.contains(stubs.as_str())
        });
        let (first, ..) = extensions.clone().next()?;
        let package = file_name(folder);
        if let Some((named, ..)) = extensions.find(|(name, ..)| *name == package) {
            return Some(named);
        }
        let thin = |module: &Module| {
            let (name, _, size) = *module;
            is_extension(module) || name == "__init__" && size <= THIN
        };
        // A package inside of the typed one may be private.
        let marked = self.files.contains(format!("{folder}/py.typed").as_str());
        (marked && modules.iter().all(thin)).then_some(first)
    }
}

fn is_extension((_, ending, _): &Module) -> bool {
    matches!(*ending, "so" | "pyd")
}

fn has_source(modules: &[Module], name: &str) -> bool {
    modules.iter().any(|(other, ending, _)| *other == name && *ending == "py")
}
