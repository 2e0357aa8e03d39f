//! Reporting. No other module prints. Data goes to stdout, everything else to stderr.

pub mod github;
pub mod group;
pub mod human;
mod printable;
pub mod sarif;
pub mod table;

use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use self::printable::Printable;
use crate::failure::hints;

/// The form in which a stage gives its result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tables and sentences.
    #[default]
    Human,
    /// The stage's evidence, as written under `target/pipeline/`.
    Json,
}

/// The form of the result on stdout.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub struct Output {
    /// Format of the result on stdout
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();

/// The messages of a run: a line for each finished action, and on a terminal a progress line with the running
/// actions.
#[derive(Debug)]
pub struct Report {
    format: Format,
    progress: ProgressBar,
    running: Mutex<Vec<String>>,
}

/// The outcome of an action, shown as a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Good,
    Bad,
    Doubtful,
}

/// A running action. Dropping it removes it from the progress line without a message.
#[must_use = "an action ends when it is dropped"]
pub struct Progress<'a> {
    report: &'a Report,
    doing: String,
    started: Instant,
}

impl Report {
    /// A report to this process's own streams.
    pub fn new(format: Format) -> Self {
        // Narrower than any terminal: the `^C` that a terminal writes must not start a new line.
        let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg:70!}")
            .expect("the template is a constant, and every test that starts the program makes it");
        Self {
            format,
            progress: ProgressBar::new_spinner().with_style(style),
            running: Mutex::default(),
        }
    }

    /// Starts an action. The progress line shows `doing` until the action ends.
    pub fn start(&self, doing: impl Into<String>) -> Progress<'_> {
        let doing = doing.into();
        self.change(|running| running.push(doing.clone()));
        Progress { report: self, doing, started: Instant::now() }
    }

    /// Prints a line without a duration.
    pub fn say(&self, mood: Mood, verb: &str, what: &str) {
        self.line(mood, verb, what, None);
    }

    /// Prints a warning. It does not change the exit code.
    pub fn warn(&self, message: &str) {
        self.print(DOUBTFUL, "warning", ": ", message);
    }

    /// Prints a warning with advice.
    pub fn warn_and_advise(&self, message: &str, hint: &str) {
        self.warn(&format!("{message}\nhint: {hint}"));
    }

    /// Prints the error that ends the run, its causes, and all hints.
    pub fn error(&self, error: &anyhow::Error) {
        let mut causes = error.chain().map(|cause| cause.to_string().replace('\n', "\n  "));
        let mut message = error.to_string();
        let _first = causes.next();
        causes.for_each(|cause| message += &format!("\n  cause: {cause}"));
        hints(error).iter().for_each(|hint| message += &format!("\nhint: {hint}"));
        self.print(BAD, "error", ": ", &message);
    }

    /// Prints the result of a stage on stdout: `human` for people, or `evidence` as JSON.
    pub fn result<T: Serialize>(&self, human: &str, evidence: &T) -> anyhow::Result<()> {
        match self.format {
            Format::Human => self.data(human),
            Format::Json => self.json(evidence),
        }
    }

    /// Prints text for people on stdout.
    pub fn data(&self, text: &str) -> anyhow::Result<()> {
        self.out(&Printable::text(text))
    }

    /// Prints JSON on stdout.
    pub fn json<T: Serialize>(&self, value: &T) -> anyhow::Result<()> {
        self.out(&Printable::json(value)?)
    }

    /// Prints commands for GitHub's runner on stdout.
    pub fn commands(&self, commands: &github::Commands) -> anyhow::Result<()> {
        self.out(&Printable::commands(commands))
    }

    /// A result that cannot be written is not given, so this is an error.
    fn out(&self, text: &Printable) -> anyhow::Result<()> {
        let write = || {
            let mut out = anstream::stdout().lock();
            write!(out, "{text}")?;
            out.flush()
        };
        self.progress.suspend(write).context("cannot write the result to the standard output")
    }

    fn line(&self, mood: Mood, verb: &str, what: &str, took: Option<Duration>) {
        let style = match mood {
            Mood::Good => GOOD,
            Mood::Bad => BAD,
            Mood::Doubtful => DOUBTFUL,
        };
        let took = took.map(|took| format!(" ({:.1} s)", took.as_secs_f64())).unwrap_or_default();
        self.print(style, &format!("{verb:>12}"), " ", &format!("{what}{took}"));
    }

    /// Prints a coloured word and a text. Nobody can be told if that fails; the exit code tells how the run ended.
    fn print(&self, style: Style, word: &str, between: &str, text: &str) {
        let text = Printable::text(text);
        self.progress.suspend(|| {
            let _unseen =
                writeln!(anstream::stderr().lock(), "{style}{word}{style:#}{between}{text}");
        });
    }

    fn change(&self, change: impl FnOnce(&mut Vec<String>)) {
        let mut running = self.running.lock().expect("no holder of the list panics");
        change(&mut running);
        if running.is_empty() {
            self.progress.disable_steady_tick();
            self.progress.set_message("");
        } else {
            self.progress.set_message(Printable::text(&running.join(", ")).to_string());
            self.progress.enable_steady_tick(Duration::from_millis(120));
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        self.progress.finish_and_clear();
    }
}

impl Progress<'_> {
    /// Ends the action, and prints a line with its result and its duration.
    pub fn done(self, mood: Mood, verb: &str, what: &str) {
        self.report.line(mood, verb, what, Some(self.started.elapsed()));
    }

    /// The time since the action began.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.report.change(|running| {
            if let Some(at) = running.iter().position(|doing| *doing == self.doing) {
                running.remove(at);
            }
        });
    }
}
