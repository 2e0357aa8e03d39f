//! `readme`: writes the derived parts of the documentation, and the workflow of a release. They are tables from the plan,
//! the page of checks, which consists of the text beside each check, and the template that `init` fills in for others.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wheel_audit::check;
use wheel_audit::plan::Plan;
use wheel_audit::target::{Architecture, System, Target};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::project::schema;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::stage::init::workflow::{Program, Settings};
use wheel_pipeline::stage::plan::families;
use wheel_pipeline::tool::pythons::images::Image;

/// A table, with the marks around it.
struct Table {
    start: &'static str,
    end: &'static str,
}

const WHEELS: Table = Table {
    start: "<!-- wheels: made by `cargo xtask readme` -->\n",
    end: "<!-- end of wheels -->\n",
};
const TESTED: Table = Table {
    start: "<!-- tested: made by `cargo xtask readme` -->\n",
    end: "<!-- end of tested -->\n",
};

/// The page with the table of wheels.
const PLATFORMS: &str = "docs/platforms.md";
/// The page of checks. Its sections are in the source.
const CHECKS: &str = "docs/checks.md";
/// The page of the keys of the table, from its JSON schema.
const KEYS: &str = "docs/table.md";
/// The workflow of a release.
const RELEASE: &str = ".github/workflows/release.yml";

/// Runs `readme`: writes the tables and the page of checks, or with `only_check` compares them.
pub fn run(source: &Source, report: &Report, only_check: bool) -> Result<Verdict> {
    let (header, rows) = families(&source.plan);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let wheels = table::markdown(&header, &rows);
    let tested = table::markdown(&TESTED_HEADER, &tested(&source.plan)?);
    let root = &source.project.root;
    let (readme, platforms) = (root.join("README.md"), root.join(PLATFORMS));
    let has_wheels =
        fs::read_to_string(&platforms).is_ok_and(|text| WHEELS.replace(&text, &wheels).is_some());
    if !has_wheels {
        return Err(Failure::usage(format!(
            "`{}` has no marks for the table of wheels",
            platforms.display()
        ))
        .hint(format!(
            "add these two lines at the place of the table:\n{}{}",
            WHEELS.start, WHEELS.end
        ))
        .into());
    }
    let mut verdict = Verdict::Yes;
    let release = root.join(RELEASE);
    let workflow = release.is_file().then(|| release.clone());
    let derived = std::iter::once(readme).chain(workflow);
    for path in derived.chain(documents(&root.join("docs"))?) {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let with_wheels = WHEELS.replace(&text, &wheels);
        let with_tested =
            TESTED.replace(with_wheels.as_ref().unwrap_or(&text), &tested).or(with_wheels);
        let page = (path == root.join(CHECKS)).then(check::page);
        let page = page.or_else(|| (path == root.join(KEYS)).then(schema::page));
        let workflow = (path == release).then(|| settings(source).render());
        let Some(current) = page.or(workflow).or(with_tested) else { continue };
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if current == text {
            report.say(Mood::Good, "current", &name);
        } else if only_check {
            report.say(Mood::Bad, "stale", &format!("{name}: run `cargo xtask readme`"));
            verdict = Verdict::No;
        } else {
            fs::write(&path, current)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            report.say(Mood::Good, "wrote", &name);
        }
    }
    Ok(verdict)
}

/// The settings of this repository's workflow. It compiles the program that it uses.
pub fn settings(source: &Source) -> Settings {
    let table = &source.project.table;
    Settings {
        program: Program::Built("cargo pipeline"),
        below: String::new(),
        tag: None,
        rebuild: table.rebuild,
        second_build: table.second_build,
        own_rust: false,
    }
}

/// The documents in a folder. A missing folder has none.
fn documents(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut documents = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            documents.push(path);
        }
    }
    documents.sort();
    Ok(documents)
}

const TESTED_HEADER: [&str; 3] = ["Platform tag", "By the Pythons of the runner", "In an image"];

/// The rows of a table with the places where a release's jobs test the wheels of each target.
fn tested(plan: &Plan) -> Result<Vec<Vec<String>>> {
    let images = Image::all()?;
    let row = |target: Target| {
        let runner = target.runner_python().map(|architecture| match architecture {
            "x86" => format!("`{}`, 32 bits", target.runner()),
            _ => format!("`{}`", target.runner()),
        });
        let image = Image::for_target(target, &images).map(|image| {
            let libc = match image.platform.system() {
                System::Musllinux { major, minor } => format!("musl {major}.{minor}"),
                System::Manylinux { major, minor } => format!("glibc {major}.{minor}"),
                System::Macos { .. } | System::Windows => String::new(),
            };
            let native = matches!(
                target.architecture(),
                Architecture::X86_64 | Architecture::I686 | Architecture::Aarch64
            );
            let how = if native { "" } else { ", by QEMU" };
            format!("`{}`: {libc}{how}", image.name())
        });
        let cell = |place: Option<String>| place.unwrap_or_else(|| "—".to_owned());
        vec![format!("`{target}`"), cell(runner), cell(image)]
    };
    Ok(plan.targets().into_iter().map(row).collect())
}

impl Table {
    /// The text with a new table between the marks. None if the text has no marks.
    fn replace(&self, text: &str, table: &str) -> Option<String> {
        let Self { start, end } = self;
        // git may check files out with the line ends of Windows.
        let text = text.replace("\r\n", "\n");
        let (before, rest) = text.split_once(start)?;
        let (_, after) = rest.split_once(end)?;
        Some(format!("{before}{start}\n{table}\n{end}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_part_between_the_marks_changes() {
        let Table { start, end } = WHEELS;
        let text = format!("before\n{start}old\n{end}after\n");
        let once = WHEELS.replace(&text, "new\n").expect("it has marks");
        assert_eq!(once, format!("before\n{start}\nnew\n\n{end}after\n"));
        assert_eq!(WHEELS.replace(&once, "new\n"), Some(once));
        assert_eq!(WHEELS.replace("no marks", "new\n"), None);
        assert_eq!(TESTED.replace(&text, "new\n"), None);
    }
}
