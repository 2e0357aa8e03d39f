//! A command line as a value, and the one way to run it: with a time limit, and interruptible together with
//! every process that it starts.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::process::clock::Busy;
use crate::process::environment::{self, Grant, Passed};
use crate::process::interrupt::check_interrupt;
use crate::process::no_proxy;
use crate::process::running::Running;
use crate::process::secret::Secrets;

/// A command line that has not been run.
#[derive(Clone, PartialEq, Eq)]
pub struct Invocation {
    program: OsString,
    arguments: Vec<OsString>,
    /// Variables to set, or to remove, relative to those that the command is given.
    environment: Vec<(String, Option<OsString>)>,
    /// The reasons for which the command gets more variables than others.
    grants: Vec<Grant>,
    /// The variables that the project asks for.
    passed: Passed,
    /// True if the command's server is on this machine.
    own_server: bool,
    folder: Option<PathBuf>,
    limit: Duration,
}

/// The result of a finished command.
#[derive(Debug)]
pub struct Finished {
    status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    command: String,
    /// Advice for a build that failed.
    hint: Option<String>,
}

/// The time limit of a command. A cold `cargo build` on a slow machine takes longest.
const LIMIT: Duration = Duration::from_secs(3600);
/// The number of lines shown from the end of a failed tool's output.
const TAIL: usize = 30;

impl Invocation {
    /// A command without arguments.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            grants: Grant::of_program(program.as_ref()).into_iter().collect(),
            passed: Passed::default(),
            own_server: false,
            folder: None,
            limit: LIMIT,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds several arguments.
    #[must_use]
    pub fn args<T: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable for the command.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((key.to_owned(), Some(value.as_ref().to_owned())));
        self
    }

    /// Removes a variable for the command.
    #[must_use]
    pub fn without(mut self, key: &str) -> Self {
        self.environment.push((key.to_owned(), None));
        self
    }

    /// Gives the command the variables of a tool that needs more than others.
    #[must_use]
    pub fn grant(mut self, grant: Grant) -> Self {
        self.grants.push(grant);
        self
    }

    /// Gives a build the variables that the project asks for. Those with the name of a secret are among them
    /// if the project names them in full.
    #[must_use]
    pub fn pass_to_build(mut self, patterns: &[String]) -> Self {
        self.passed = Passed { patterns: patterns.to_owned(), secrets: true };
        self
    }

    /// Gives a test the variables that the project asks for, without secrets.
    #[must_use]
    pub fn pass_to_test(mut self, patterns: &[String]) -> Self {
        self.passed = Passed { patterns: patterns.to_owned(), secrets: false };
        self
    }

    /// Tells that the command's server is on this machine, so that no proxy is used for it.
    #[must_use]
    pub fn own_server(mut self) -> Self {
        self.own_server = true;
        self
    }

    /// Runs the command in a folder.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    /// Sets the time limit of the command.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The variables to set or to remove. They may be secret, so that only tests read them.
    #[cfg(test)]
    pub(crate) fn environment(&self) -> &[(String, Option<OsString>)] {
        &self.environment
    }

    /// Runs the command to its end, with its output kept in memory.
    pub fn run(&self) -> Result<Finished> {
        check_interrupt()?;
        let (mut stdout, mut stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(stdout.try_clone()?).stderr(stderr.try_clone()?);
        let _busy = Busy::start();
        let status = self.wait(&mut spawn(command, self)?)?;
        Ok(Finished {
            status,
            stdout: rewound(&mut stdout)?,
            stderr: rewound(&mut stderr)?,
            command: self.to_string(),
            hint: self.hint(),
        })
    }

    /// Runs the command. A failed command is an error that shows the end of its output.
    pub fn check(&self) -> Result<Finished> {
        self.run()?.check()
    }

    /// Starts the command as a server. Its `stdin` is a pipe, which closes even when this program is killed.
    /// Its output goes to a file.
    pub fn serve(&self, log: &Path) -> Result<Server> {
        check_interrupt()?;
        let output =
            File::create(log).with_context(|| format!("cannot write `{}`", log.display()))?;
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(output.try_clone()?).stderr(output);
        Ok(Server(spawn(command, self)?))
    }

    /// Starts the command for a [`Conversation`](super::conversation::Conversation).
    pub(super) fn converse(&self, errors: Stdio) -> Result<Server> {
        check_interrupt()?;
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        Ok(Server(spawn(command, self)?))
    }

    /// The process, with its own environment. For a command that must run even after an interrupt.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command.env_clear().envs(self.given(std::env::vars_os()));
        for (key, value) in &self.environment {
            match value {
                Some(value) => command.env(key, value),
                None => command.env_remove(key),
            };
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }

    /// The variables of this program that the command gets.
    fn given(&self, ours: impl Iterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
        let passed = |name: &OsStr, value: &OsStr| {
            // A name that is not UTF-8 is on no list.
            name.to_str()
                .is_some_and(|name| environment::is_passed(name, value, &self.grants, &self.passed))
        };
        let mut given: Vec<_> = ours.filter(|(name, value)| passed(name, value)).collect();
        no_proxy::without_proxy_to_loopback(&mut given, self.own_server);
        given
    }

    /// Advice for a build that may miss a variable.
    fn hint(&self) -> Option<String> {
        const MOST: usize = 10;
        if !self.passed.secrets {
            return None;
        }
        let withheld = environment::withheld(std::env::vars_os(), &self.passed);
        let names: Vec<String> =
            withheld.iter().take(MOST).map(|name| format!("`{name}`")).collect();
        let more = if withheld.len() > MOST { ", …" } else { "" };
        (!names.is_empty()).then(|| {
            format!(
                "these variables are set, and the build does not get them: {}{more}; if it needs one, \
                 name it in `pass-env` of `[tool.wheel-pipeline]`",
                names.join(", ")
            )
        })
    }

    fn wait(&self, tool: &mut Running) -> Result<ExitStatus> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = tool.child.try_wait()? {
                return Ok(status);
            }
            let stop = match check_interrupt() {
                Err(stop) => Some(stop),
                Ok(()) if started.elapsed() > self.limit => Some(Failure::unknown(format!(
                    "`{self}` did not end within {} s",
                    self.limit.as_secs()
                ))),
                Ok(()) => None,
            };
            if let Some(stop) = stop {
                tool.end()?;
                return Err(stop.into());
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(20));
        }
    }
}

impl Finished {
    /// Returns true if the command exited with 0.
    pub fn succeeded(&self) -> bool {
        self.status.success()
    }

    /// The exit code. None if a signal ended the command.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The whole output, stdout first.
    pub fn output(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// The last lines of stderr, or of stdout if stderr is empty.
    pub fn tail(&self) -> String {
        let text = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let lines: Vec<&str> = text.trim_end().lines().collect();
        lines[lines.len().saturating_sub(TAIL)..].join("\n")
    }

    /// The command itself if it failed.
    pub fn failed(self) -> Option<Self> {
        (!self.succeeded()).then_some(self)
    }

    /// Returns an error with the status and the end of the output if the command failed.
    pub fn check(self) -> Result<Self> {
        if self.succeeded() {
            return Ok(self);
        }
        let failure = Failure::unknown(format!(
            "`{}` failed ({})\n{}",
            self.command,
            self.status,
            self.tail()
        ));
        Err(match self.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
        .into())
    }
}

/// A running server. Dropping it ends the server and every process that it started.
#[derive(Debug)]
pub struct Server(Running);

impl Server {
    /// Returns true while the server runs.
    pub fn is_running(&mut self) -> Result<bool> {
        Ok(self.0.child.try_wait()?.is_none())
    }

    /// The pipe to the server. Later calls return none.
    pub(super) fn stdin(&mut self) -> Option<ChildStdin> {
        self.0.child.stdin().take()
    }

    /// The pipe from the server. Later calls return none.
    pub(super) fn stdout(&mut self) -> Option<ChildStdout> {
        self.0.child.stdout().take()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A failure is ignored: the server also ends when its `stdin` closes.
        let _ended = self.0.end();
    }
}

/// The output of a server so far, without the secrets of the environment. Nothing where there is none yet.
pub fn server_log(path: &Path) -> String {
    Secrets::of_environment().remove(&std::fs::read(path).unwrap_or_default())
}

impl fmt::Debug for Invocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Invocation({self})")
    }
}

impl fmt::Display for Invocation {
    /// The arguments only. Secrets are passed in the environment, which is never shown.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let program = Path::new(&self.program).file_name().unwrap_or(&self.program);
        formatter.write_str(&program.to_string_lossy())?;
        for argument in &self.arguments {
            let argument = argument.to_string_lossy();
            if argument.is_empty() || argument.contains([' ', '"', '\'', '\n']) {
                write!(formatter, " {argument:?}")?;
            } else {
                write!(formatter, " {argument}")?;
            }
        }
        Ok(())
    }
}

fn spawn(command: Command, invocation: &Invocation) -> Result<Running> {
    Running::start(command).map_err(|error| not_started(invocation, error))
}

/// The failure of a command that did not start. A program that is looked for on `PATH` may be missing.
fn not_started(invocation: &Invocation, error: std::io::Error) -> anyhow::Error {
    let program = Path::new(&invocation.program);
    let searched = program.components().count() == 1;
    let is_missing = error.kind() == ErrorKind::NotFound
        && invocation.folder.as_ref().is_none_or(|folder| folder.is_dir());
    if searched && is_missing {
        return Failure::unknown(format!("there is no program `{}` on `PATH`", program.display()))
            .hint("install it, or add its folder to `PATH`")
            .into();
    }
    anyhow::Error::from(error).context(format!("cannot start `{invocation}`"))
}

fn rewound(file: &mut File) -> Result<String> {
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Secrets::of_environment().remove(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cargo(argument: &str) -> Invocation {
        Invocation::new(env!("CARGO")).arg(argument)
    }

    #[test]
    fn output_is_kept_and_failure_shows_its_end() {
        let good = cargo("--version").check().expect("cargo runs these tests");
        assert!(good.stdout.starts_with("cargo "));
        let bad = cargo("no-such-command").check().expect_err("there is none").to_string();
        assert!(bad.contains("cargo no-such-command` failed (exit"), "{bad}");
        assert!(bad.contains("no such command"), "{bad}");
    }

    #[test]
    fn a_program_that_cannot_start_is_named() {
        let error = Invocation::new("/no/such/program").run().expect_err("there is none");
        assert_eq!(error.to_string(), "cannot start `program`");
        let error = Invocation::new("no-such-program").run().expect_err("there is none");
        assert_eq!(error.to_string(), "there is no program `no-such-program` on `PATH`");
    }

    #[test]
    fn a_command_is_ended_at_its_limit() {
        let error = cargo("--list").limit(Duration::ZERO).run();
        // The command may end before the first look at it.
        if let Err(error) = error {
            assert!(error.to_string().ends_with("did not end within 0 s"), "{error}");
        }
    }

    #[test]
    fn shown_arguments_are_quoted_and_variables_hidden() {
        let shown =
            Invocation::new("/usr/bin/twine").arg("a b").env("PASSWORD", "hidden").to_string();
        assert_eq!(shown, "twine \"a b\"");
    }
}
