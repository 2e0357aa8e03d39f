//! Limits of time, so that no test waits for ever.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The longest time of one child process, or of one test with a [`Watchdog`]. The slowest child needs less
/// than a minute; a machine under heavy load may be many times slower.
pub const LIMIT: Duration = Duration::from_secs(900);
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Runs a command to its end, without input. Kills it, and fails the test, after [`LIMIT`].
pub fn output(command: &mut Command) -> Output {
    output_of(command, |_| {})
}

/// The same as [`output`]. `started` gets the number of the process.
pub fn output_of(command: &mut Command, started: impl FnOnce(u32)) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    started(child.id());
    finished(child)
}

/// Waits for a child that was started with pipes for its output, in the same way.
pub fn finished(mut child: Child) -> Output {
    // The pipes must be read meanwhile, or the child may wait for a reader.
    let stdout = thread::spawn(read(child.stdout.take()));
    let stderr = thread::spawn(read(child.stderr.take()));
    let status = wait(&mut child);
    let text = |thread: thread::JoinHandle<Vec<u8>>| thread.join().expect("the pipe is read");
    Output { status, stdout: text(stdout), stderr: text(stderr) }
}

fn read(pipe: Option<impl Read>) -> impl FnOnce() -> Vec<u8> {
    let mut pipe = pipe.expect("it was started with a pipe");
    move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("the pipe is read");
        bytes
    }
}

/// Waits for a child. Kills it, and fails the test, after [`LIMIT`].
pub fn wait(child: &mut Child) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the child can be asked") {
            return status;
        }
        if started.elapsed() > LIMIT {
            child.kill().expect("the child is running");
            child.wait().expect("the child ends");
            panic!("the child did not end within {} s", LIMIT.as_secs());
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// Aborts the test program unless it is dropped within [`LIMIT`]. It is for calls of the library that wait
/// for a process or a socket themselves.
pub struct Watchdog {
    _end: Sender<()>,
}

impl Watchdog {
    /// Starts the time.
    pub fn start() -> Self {
        let (sender, receiver) = channel::<()>();
        let name = thread::current().name().unwrap_or("a test").to_owned();
        thread::spawn(move || {
            if receiver.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
                // A thread cannot be ended from outside, so the whole program goes.
                std::fs::write("/dev/stderr", format!("{name} did not end in time\n")).ok();
                std::process::abort();
            }
        });
        Self { _end: sender }
    }
}
