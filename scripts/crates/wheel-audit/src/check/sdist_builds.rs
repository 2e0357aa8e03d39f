//! `sdist-builds`: the sdist holds the crates and files that its build files name.

use std::collections::BTreeSet;

use super::definition::{Check, CheckInput};
use super::finding::{CheckResult, Finding, Findings, NotJudged, Unknowns};
use crate::names::folder_of;
use crate::wheel::build_files::Found;
use crate::wheel::manifest::{Manifest, Workspace};
use crate::wheel::quoted;
use crate::wheel::release::SdistFacts;

pub(super) const CHECK: Check = Check {
    name: "sdist-builds",
    about: "the sdist holds the crates, workspaces and files that its build files name",
    documentation: include_str!("sdist_builds.md"),
    owns: &[],
    run,
};

const REMEDY: &str =
    "let the sdist include it, or no longer name it, and build a wheel from the sdist";

fn run(input: CheckInput) -> CheckResult {
    let (mut findings, mut unknown, mut looked) = (Findings::default(), Unknowns::default(), false);
    for sdist in input.release.sdists.iter().filter(|sdist| sdist.is_whole) {
        let mut build = Build::new(sdist);
        build.project();
        looked |= !build.seen.is_empty() || !build.findings.is_empty() || build.compared;
        build.findings.into_iter().for_each(|finding| findings.push(finding));
        for manifest in &build.too_large {
            let why = "there are more manifests, or a larger one, than this program reads";
            unknown.push(CHECK.unknown(&sdist.file, Some(manifest), why));
        }
    }
    match looked {
        true => unknown.judged(findings.done()),
        false => Err(NotJudged::NoSubject("no build file of an sdist names another".to_owned())),
    }
}

/// The walk through the build files of one sdist.
struct Build<'a> {
    sdist: &'a SdistFacts,
    paths: BTreeSet<&'a str>,
    /// The manifests that Cargo reads.
    seen: BTreeSet<String>,
    /// Those of them that were not looked at yet.
    next: Vec<String>,
    too_large: Vec<String>,
    findings: Vec<Finding>,
    /// True if something was compared that is no manifest.
    compared: bool,
}

impl<'a> Build<'a> {
    fn new(sdist: &'a SdistFacts) -> Self {
        Self {
            sdist,
            paths: sdist.paths.iter().map(String::as_str).collect(),
            seen: BTreeSet::new(),
            next: Vec::new(),
            too_large: Vec::new(),
            findings: Vec::new(),
            compared: false,
        }
    }

    fn project(&mut self) {
        let project = &self.sdist.build.project;
        let backend = project.backend.split([':', '.']).next().unwrap_or_default();
        // Backends that end with an error without the file.
        if let Some(readme) = project.readme.as_deref()
            && ["maturin", "hatchling", "flit_core"].contains(&backend)
        {
            self.compared = true;
            if joined("", readme).is_none_or(|path| !self.has(&path)) {
                self.missing("pyproject.toml", "the description", readme);
            }
        }
        for folder in &project.backend_path {
            self.compared = true;
            let module = joined("", folder).map(|folder| joined(&folder, backend));
            let module = module.flatten().unwrap_or_default();
            if !self.has(&format!("{module}.py")) && !self.has_folder(&module) {
                self.missing("pyproject.toml", "the build backend", &format!("{folder}/{backend}"));
            }
        }
        if backend == "maturin" {
            match self.crate_of_maturin() {
                Some(manifest) => {
                    self.enter("pyproject.toml", "the manifest", &manifest, &manifest)
                }
                None => self.findings.push(CHECK.finding(
                    &self.sdist.file,
                    "maturin finds no `Cargo.toml` in it".to_owned(),
                    "`Cargo.toml`, `rust/Cargo.toml`, or a `manifest-path`",
                    REMEDY,
                )),
            }
        }
        for (file, manifest) in &project.rust_extensions {
            let path = joined("", manifest).unwrap_or_default();
            self.enter(file, "the manifest", &path, manifest);
        }
        while let Some(manifest) = self.next.pop() {
            self.manifest(&manifest);
        }
    }

    /// The manifest that maturin builds. It looks into `rust/` if the Python code lies elsewhere.
    fn crate_of_maturin(&self) -> Option<String> {
        let project = &self.sdist.build.project;
        if let Some(path) = &project.manifest_path {
            return Some(joined("", path).unwrap_or_else(|| path.clone()));
        }
        let package = format!("src/{}", project.name.replace('-', "_"));
        let apart = project.python_source.is_some() || self.has_folder(&package);
        let rust = "rust/Cargo.toml";
        let (first, second) = if apart { (rust, "Cargo.toml") } else { ("Cargo.toml", rust) };
        [first, second].into_iter().find(|path| self.has(path)).map(str::to_owned)
    }

    fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    fn has_folder(&self, folder: &str) -> bool {
        let begin = format!("{folder}/");
        let next = self.paths.range(begin.as_str()..).next();
        next.is_some_and(|path| path.starts_with(&begin))
    }

    fn missing(&mut self, file: &str, what: &str, named: &str) {
        self.findings.push(CHECK.inside(
            &self.sdist.file,
            file,
            format!("it names {what} `{}`, which is not in the sdist", quoted(named)),
            "every file that a build reads",
            REMEDY,
        ));
    }

    /// Goes on with a manifest that a file names, or says that it is missing.
    fn enter(&mut self, file: &str, what: &str, manifest: &str, named: &str) {
        if !self.has(manifest) {
            self.missing(file, what, named);
        } else if self.seen.insert(manifest.to_owned()) {
            self.next.push(manifest.to_owned());
        }
    }

    /// Goes on with the crate in a folder that a manifest names.
    fn enter_crate(&mut self, manifest: &str, what: &str, from: &str, folder: &str) {
        let path = joined(from, folder).and_then(|folder| joined(&folder, "Cargo.toml"));
        self.enter(manifest, what, &path.unwrap_or_default(), folder);
    }

    fn manifest(&mut self, path: &str) {
        let sdist = self.sdist;
        let manifest = match sdist.build.manifests.get(path) {
            Some(Found::Read(manifest)) => manifest,
            Some(Found::Broken(why)) => {
                self.findings.push(CHECK.inside(
                    &sdist.file,
                    path,
                    format!("it is not TOML: {}", quoted(why)),
                    "a manifest that Cargo can read",
                    "mend the file, and build again",
                ));
                return;
            }
            Some(Found::TooLarge) | None => return self.too_large.push(path.to_owned()),
        };
        let own = folder_of(path);
        self.files(path, manifest);
        for folder in &manifest.depends {
            self.enter_crate(path, "the crate", own, folder);
        }
        let root = self.root(path, manifest);
        let Root::Found(top, workspace) = root else {
            if matches!(root, Root::None) && manifest.inherits {
                self.findings.push(CHECK.inside(
                    &sdist.file,
                    path,
                    "it takes values from a workspace that is not in the sdist".to_owned(),
                    "the `Cargo.toml` of the workspace",
                    REMEDY,
                ));
            }
            // A crate by itself is its own workspace.
            if self.seen.len() == 1 {
                self.for_members(path, manifest);
                self.patches(path, manifest);
            }
            return;
        };
        let above = folder_of(&top).to_owned();
        for name in &manifest.inherited {
            if let Some(folder) = workspace.dependencies.get(name) {
                self.enter_crate(&top, "the crate", &above, folder);
            }
        }
        let is_member = path == top || is_member(&above, workspace, own);
        if is_member {
            self.for_members(path, manifest);
        }
        if path == top {
            self.patches(path, manifest);
            for member in
                workspace.members.iter().filter(|member| !member.contains(['*', '?', '[']))
            {
                self.enter_crate(path, "the member", &above, member);
            }
        } else if self.seen.insert(top.clone()) {
            self.next.push(top);
        }
    }

    /// Cargo reads the dependencies for tests of members, and the place of their targets.
    fn for_members(&mut self, path: &str, manifest: &Manifest) {
        for folder in &manifest.depends_for_tests {
            self.enter_crate(path, "the crate", folder_of(path), folder);
        }
    }

    fn patches(&mut self, path: &str, manifest: &Manifest) {
        for folder in &manifest.patches {
            self.enter_crate(path, "the crate", folder_of(path), folder);
        }
    }

    /// Judges the source files that a manifest names.
    fn files(&mut self, path: &str, manifest: &Manifest) {
        let own = folder_of(path);
        for file in &manifest.files {
            if joined(own, file).is_none_or(|file| !self.has(&file)) {
                self.missing(path, "the file", file);
            }
        }
        for (folder, name) in &manifest.targets {
            let places = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
            let there = |place: &String| joined(own, place).is_some_and(|place| self.has(&place));
            if !places.iter().any(there) {
                self.missing(path, "the target", &places[0]);
            }
        }
    }

    /// The workspace of a manifest.
    fn root(&self, path: &str, manifest: &'a Manifest) -> Root<'a> {
        if let Some(workspace) = &manifest.workspace {
            return Root::Found(path.to_owned(), workspace);
        }
        let read = |path: &str| self.sdist.build.manifests.get(path);
        if let Some(folder) = &manifest.of_workspace {
            let top = joined(folder_of(path), folder).and_then(|top| joined(&top, "Cargo.toml"));
            return match top.as_deref().and_then(read) {
                Some(Found::Read(found)) => match &found.workspace {
                    Some(workspace) => Root::Found(top.unwrap_or_default(), workspace),
                    None => Root::None,
                },
                Some(_) => Root::Unknown,
                None => Root::None,
            };
        }
        let mut folder = folder_of(path);
        while !folder.is_empty() {
            folder = folder_of(folder);
            let above = joined(folder, "Cargo.toml").unwrap_or_default();
            match read(&above) {
                Some(Found::Read(found)) => {
                    if let Some(workspace) = &found.workspace {
                        return match is_excluded(folder, workspace, folder_of(path)) {
                            true => Root::None,
                            false => Root::Found(above, workspace),
                        };
                    }
                }
                Some(_) => return Root::Unknown,
                None => {}
            }
        }
        Root::None
    }
}

/// The place of a workspace.
enum Root<'a> {
    Found(String, &'a Workspace),
    /// A manifest on the way could not be read.
    Unknown,
    None,
}

/// Returns whether a folder is a member of the workspace in the folder `top`, as far as names and patterns say so.
fn is_member(top: &str, workspace: &Workspace, folder: &str) -> bool {
    workspace.members.iter().any(|member| match member.strip_suffix("/*") {
        Some(parent) => joined(top, parent).is_some_and(|parent| folder_of(folder) == parent),
        None => joined(top, member).is_some_and(|member| member == folder),
    })
}

/// Returns whether a workspace in the folder `top` leaves a folder out.
fn is_excluded(top: &str, workspace: &Workspace, folder: &str) -> bool {
    let below = |parent: &String| {
        joined(top, parent).is_some_and(|parent| {
            folder
                .strip_prefix(&parent)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    workspace.exclude.iter().any(below) && !is_member(top, workspace, folder)
}

/// A path in a folder of the sdist. `None` if it leads out of the sdist.
fn joined(folder: &str, path: &str) -> Option<String> {
    let path = path.replace('\\', "/");
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
