//! `serve`: an empty package index on loopback, for uploads by hand, until Ctrl-C.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::process::command::check_interrupt;
use crate::project::Project;
use crate::report::{Mood, Output, Report};
use crate::stage::{Machine, RunLock};
use crate::tool::devpi::{IndexServer, check_port};

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The port on 127.0.0.1; 0 is any free one
    #[arg(long, default_value_t = 3141)]
    pub port: u16,
    #[command(flatten)]
    pub output: Output,
}

/// The stage: prints, as shell assignments, where twine and pip find the index, and serves.
pub fn run(args: &Args, project: &Project, machine: &Machine, report: &Report) -> Result<Verdict> {
    let port = args.port;
    check_port(port)?;
    // Other runs may work on the project as soon as the tools are there.
    let lock = RunLock::take(project)?;
    let tools = machine.tools()?;
    drop(lock);
    let mut server = IndexServer::start(tools, port)?;
    let address = {
        let _action = report.start("starting the index server");
        server.ready()?
    };
    // The password opens nothing but this index, which ends with this program.
    let variables = [
        ("TWINE_REPOSITORY_URL", &address.repository),
        ("TWINE_USERNAME", &server.uploader.user),
        ("TWINE_PASSWORD", &server.uploader.password),
        ("PIP_INDEX_URL", &address.simple),
    ];
    let lines: String =
        variables.iter().map(|(name, value)| format!("export {name}={value}\n")).collect();
    let object: serde_json::Map<_, _> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    report.result(&lines, &object)?;
    report.say(Mood::Good, "serving", &format!("{} until Ctrl-C", address.simple));
    loop {
        if check_interrupt().is_err() {
            return Ok(Verdict::Yes);
        }
        if !server.is_running()? {
            return Err(Failure::unknown("the index server ended by itself").into());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
