//! A release that is ready to be published, as `build` would leave it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::evidence::{BuildEvidence, BuiltFile, Receipt, SentStep};
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::stage::Machine;

use crate::PROGRAM;
use crate::index::{Index, PASSWORD, USER};
use wheel_fixtures::limited;
use wheel_fixtures::project::{ProgramRun, SampleProject};
use wheel_fixtures::release::{LINUX, MACOS, SDIST, WINDOWS, good};
use wheel_fixtures::stub;

/// The project's folder, and its files in the order of upload.
pub struct Release {
    pub project: SampleProject,
    pub files: Vec<(&'static str, Vec<u8>)>,
}

/// The patience in seconds: enough for one fault of any kind, and short enough for the tests of silence.
pub const PATIENCE: &str = "6";

const MANIFEST: &str =
    "[package]\nname = \"sum-up-to\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n";

impl Release {
    /// The whole release of three wheels and an sdist.
    pub fn whole() -> Self {
        let targets = "\"manylinux_2_17_x86_64\", \"macosx_11_0_arm64\", \"win_amd64\"";
        Self::new(targets, &[LINUX, MACOS, WINDOWS, SDIST])
    }

    /// One wheel and an sdist.
    pub fn small() -> Self {
        Self::new("\"manylinux_2_17_x86_64\"", &[LINUX, SDIST])
    }

    fn new(targets: &str, names: &[&'static str]) -> Self {
        let project = SampleProject::new(PROGRAM);
        project.write(
            "pyproject.toml",
            &format!(
                "[project]\nname = \"sum-up-to\"\nversion = \"1.0.0\"\nrequires-python = \">=3.10\"\n\n\
                 [tool.wheel-pipeline]\ntargets = [{targets}]\npythons = [\"3.10\", \"3.13\"]\nsmoke = \"smoke.py\"\n"
            ),
        );
        project.write("Cargo.toml", &format!("{MANIFEST}{}\n", stub::DEPENDENCY));
        project.write("Cargo.lock", &stub::lock("sum-up-to", "1.0.0"));
        project.link_tools();
        let made = good().files;
        let files: Vec<_> = names.iter().map(|&name| (name, made[name].clone())).collect();
        let release = Self { project, files };
        release.record();
        release
    }

    /// Writes `dist/` and the record of the build.
    pub fn record(&self) {
        let root = self.project.root();
        fs::create_dir_all(root.join("dist")).expect("a folder");
        let mut build = BuildEvidence::default();
        for (name, bytes) in &self.files {
            fs::write(root.join("dist").join(name), bytes).expect("a file");
            build.files.push(BuiltFile {
                file: (*name).to_owned(),
                sha256: Sha256Sum::digest(bytes),
                size: bytes.len() as u64,
                triple: None,
                builder: "maturin 1.16.0".to_owned(),
                cross_built: false,
                elsewhere: false,
                commit: None,
                dirty: true,
                epoch: 0,
            });
        }
        wheel_pipeline::evidence::write(&self.project.work().join("build.json"), &build)
            .expect("a record");
    }

    /// This machine, with the tools that the project uses.
    pub fn machine<'a>(&self, report: &'a Report) -> Machine<'a> {
        let project = wheel_pipeline::project::Project::read(self.project.root(), None);
        Machine::new(&project.expect("a project"), report)
    }

    /// The folder of the Python that the tools run on.
    fn tool_python_folder(&self) -> Option<PathBuf> {
        static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
        let find = || {
            let report = Report::new(Format::Human);
            let machine = self.machine(&report);
            let python = machine.tool_python().expect("a Python is there");
            python.executable.parent().map(Path::to_owned)
        };
        FOLDER.get_or_init(find).clone()
    }

    /// The command that publishes to an index behind a port.
    pub fn command(&self, port: u16) -> Command {
        let at = |path| format!("http://127.0.0.1:{port}/{path}/");
        self.command_to(&at("legacy"), &at("simple"), (USER, PASSWORD))
    }

    /// The command that publishes to an index at these addresses, by name and password.
    pub fn command_to(&self, repository: &str, simple: &str, who: (&str, &str)) -> Command {
        let mut command = self.project.command(&[
            "publish",
            "--repository-url",
            repository,
            "--index-url",
            simple,
            "--patience",
            PATIENCE,
        ]);
        command.env("TWINE_USERNAME", who.0).env("TWINE_PASSWORD", who.1);
        self.with_one_python(&mut command);
        command
    }

    /// Lets a command find one Python. Each run asks every Python that it finds. twine needs one, and there are hundreds of
    /// runs.
    pub fn with_one_python(&self, command: &mut Command) {
        let path = self.tool_python_folder().into_iter().chain(["/usr/bin".into(), "/bin".into()]);
        command.env("PATH", std::env::join_paths(path).expect("a folder without a colon"));
        for variable in ["PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"] {
            command.env(variable, self.project.root().join("no-pythons"));
        }
    }

    /// Publishes, and asserts that neither the output nor the receipt has the password in it.
    pub fn publish(&self, port: u16) -> ProgramRun {
        let run = self.project.finish(limited::output(&mut self.command(port)));
        let receipt = fs::read_to_string(self.receipt_path()).unwrap_or_default();
        for text in [&run.stdout, &run.stderr, &receipt] {
            assert!(!text.contains(PASSWORD), "the password is printed: {text}");
        }
        run
    }

    fn receipt_path(&self) -> PathBuf {
        self.project.work().join("receipt.json")
    }

    pub fn receipt(&self) -> Receipt {
        let receipt = wheel_pipeline::evidence::read(&self.receipt_path());
        receipt.expect("it is whole").expect("a receipt")
    }

    /// Asserts that index and receipt have each file of the release once, with its hash, wheels first.
    pub fn assert_published(&self, index: &Index, what: &str) {
        let wanted: Vec<_> = self
            .files
            .iter()
            .map(|(name, bytes)| ((*name).to_owned(), Sha256Sum::digest(bytes)))
            .collect();
        assert_eq!(index.files(), wanted.iter().cloned().collect(), "{what}");
        let uploads = index.uploads();
        for upload in &uploads {
            assert!(wanted.contains(upload), "{what}: {upload:?}");
        }
        // twine of a killed run may send its file once more, while another run goes on.
        let first = |name: &str| uploads.iter().position(|(sent, _)| sent == name);
        let sdist = first(SDIST);
        assert!(self.files.iter().all(|(name, _)| first(name) <= sdist), "{what}: {uploads:?}");
        let receipt = self.receipt();
        let recorded: Vec<_> =
            receipt.files.iter().map(|file| (file.file.clone(), file.sha256)).collect();
        assert_eq!(recorded, wanted, "{what}");
        for file in &receipt.files {
            assert_eq!(file.step, SentStep::Verified, "{what}");
            assert!(
                file.url.as_ref().is_some_and(|url| url.contains(&file.file)),
                "{what}: {file:?}"
            );
        }
    }
}
