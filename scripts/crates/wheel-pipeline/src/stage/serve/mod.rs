//! `serve`: serves an empty package index on loopback until Ctrl-C, for uploads by hand.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::exit::Verdict;
use crate::failure::Failure;
use crate::process::interrupt::check_interrupt;
use crate::process::no_proxy::no_proxy_for_users;
use crate::project::Project;
use crate::report::{Mood, Output, Report};
use crate::stage::{Machine, RunLock};
use crate::tool::devpi::{IndexServer, check_port};

/// The arguments of `serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The port on 127.0.0.1; 0 is any free port
    #[arg(long, default_value_t = 3141)]
    pub port: u16,
    #[command(flatten)]
    pub output: Output,
}

/// Runs `serve`: prints the variables for twine and pip as shell commands, and serves the index.
pub fn run(args: &Args, project: &Project, machine: &Machine, report: &Report) -> Result<Verdict> {
    let port = args.port;
    check_port(port)?;
    // The lock protects only the installation of the tools. Other runs may use the index later.
    let lock = RunLock::take(project)?;
    let tools = machine.tools()?;
    drop(lock);
    let mut server = IndexServer::start(tools, port)?;
    let address = {
        let _action = report.start("starting the index server");
        server.ready()?
    };
    // The password may be printed: it is only for this index, which ends with this program.
    let mut variables = vec![
        ("TWINE_REPOSITORY_URL", &address.repository),
        ("TWINE_USERNAME", &server.uploader.user),
        ("TWINE_PASSWORD", &server.uploader.password),
        ("PIP_INDEX_URL", &address.simple),
    ];
    // The user's own twine and pip would send everything to the proxy.
    let no_proxy = no_proxy_for_users();
    if let Some(list) = &no_proxy {
        variables.extend([("NO_PROXY", list), ("no_proxy", list)]);
    }
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
