//! The uploader's script, started by itself: as the program starts it, or with connections that pretend.

use std::path::{Path, PathBuf};

use serde_json::json;
use wheel_audit::wheel::Sha256Sum;
use wheel_fixtures::limited;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::process::conversation::{Conversation, Reply};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::python::tools::Tool;

use crate::index::{PASSWORD, USER};
use crate::release::Release;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The path of the script.
pub fn script() -> PathBuf {
    here().join("src/tool/twine/upload.py")
}

/// The command of the script whose connections pretend, in this way.
pub fn pretending(machine: &Machine, way: &str) -> Invocation {
    let python = machine.tools().expect("the tools").python(Tool::Twine).expect("twine");
    python.arg(here().join("tests/publishing/pretend.py")).arg(way).arg(script())
}

/// The uploader's script with its arguments and credentials.
pub fn uploader(command: Invocation, repository: &str) -> Invocation {
    command
        .args(["--non-interactive", "--disable-progress-bar", "--repository-url", repository])
        // The script is in the source tree.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("TWINE_USERNAME", USER)
        .env("TWINE_PASSWORD", PASSWORD)
}

/// The answer of the uploader's script to the first file of a release.
pub fn asked(release: &Release, twine: &Invocation) -> serde_json::Value {
    let (name, bytes) = &release.files[0];
    let question = json!({
        "file": release.project.root().join("dist").join(name),
        "sha256": Sha256Sum::digest(bytes).to_string(),
        "attestation": null,
        "limit": 60.0,
    });
    let mut twine = Conversation::start(twine).expect("it starts");
    let reply = twine.ask(&question.to_string(), limited::LIMIT).expect("no interrupt");
    let Reply::Line(line) = reply else { panic!("{reply:?}") };
    serde_json::from_str(&line).expect("JSON")
}
