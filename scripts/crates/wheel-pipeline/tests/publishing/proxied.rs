//! This machine is never reached through a proxy, whoever asks: the pipeline itself, twine, pip, uv or the
//! start of devpi. Other machines are reached as the user's variables say.

use std::io::Read;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use wheel_fixtures::limited;
use wheel_fixtures::project::ProgramRun;
use wheel_pipeline::process::command::Invocation;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::tool::pip::{self, InstallSource};
use wheel_pipeline::tool::python::environment::Environment;
use wheel_pipeline::tool::python::tools::Tool;
use wheel_pipeline::tool::uv;

use crate::http;
use crate::index::{Index, PASSWORD, USER};
use crate::matrix::each;
use crate::release::{PATIENCE, Release};
use crate::script::{asked, pretending, script, uploader};

/// A proxy that writes down the first line of each request, and serves none.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<String>>>);

impl Recorder {
    /// Serves on loopback. Gives the address.
    fn start(&self) -> String {
        let seen = self.0.clone();
        let port = http::listen(move |mut stream| {
            let Some(head) = http::head(&mut stream) else { return };
            let line = head.lines().next().unwrap_or_default().to_owned();
            seen.lock().expect("no holder panics").push(line);
            http::give(&mut stream, &http::answer("403 Forbidden", "", b""));
        });
        format!("http://127.0.0.1:{port}")
    }

    fn seen(&self) -> Vec<String> {
        self.0.lock().expect("no holder panics").clone()
    }
}

/// The variables that name a proxy.
const VARIABLES: &[&str] = &[
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "PIP_PROXY",
    "CARGO_HTTP_PROXY",
];

/// Sets a command to use a proxy by one variable, or by all of them.
fn through<'a>(command: &'a mut Command, proxy: &str, variable: Option<&str>) -> &'a mut Command {
    for name in VARIABLES.iter().chain(&["NO_PROXY", "no_proxy"]) {
        command.env_remove(name);
    }
    for &name in VARIABLES.iter().filter(|&&name| variable.is_none_or(|only| only == name)) {
        command.env(name, proxy);
    }
    command
}

fn publish(
    release: &Release,
    host: &str,
    port: u16,
    variable: Option<&str>,
) -> (ProgramRun, Vec<String>) {
    let recorder = Recorder::default();
    let at = |path| format!("http://{host}:{port}/{path}/");
    let mut command = release.command_to(&at("legacy"), &at("simple"), (USER, PASSWORD));
    through(&mut command, &recorder.start(), variable);
    (release.project.finish(limited::output(&mut command)), recorder.seen())
}

#[test]
fn an_upload_to_this_machine_is_not_proxied() {
    let variables = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(Some);
    let mut cases: Vec<_> = variables.map(|variable| ("127.0.0.1", variable)).to_vec();
    cases.extend([("127.0.0.1", None), ("localhost", None), ("[::1]", None)]);
    each(cases, |(host, variable)| {
        let (release, index) = (Release::small(), Index::default());
        let port = match host {
            "[::1]" => index.start_at("[::1]:0"),
            _ => index.start(),
        };
        let (run, seen) = publish(&release, host, port, variable);
        assert_eq!(run.code, 0, "{host}, {variable:?}: {}", run.stderr);
        release.assert_published(&index, host);
        assert_eq!(seen, [""; 0], "{host}, {variable:?}");
    });
}

#[test]
fn pip_installs_from_this_machine_without_a_proxy() {
    let (release, index) = (Release::whole(), Index::default());
    for (name, bytes) in &release.files {
        index.put(name, bytes);
    }
    let recorder = Recorder::default();
    let proxy = recorder.start();
    // pip heeds the machine's configuration even with `--isolated`.
    release.project.write("pip.conf", &format!("[global]\nproxy = {proxy}\n"));
    let simple = format!("http://127.0.0.1:{}/simple/", index.start());
    let line = ["verify", "--index", &simple, "--patience", PATIENCE, "--version", "1.0"];
    let mut command = release.project.command(&line);
    through(&mut command, &proxy, None);
    command.env("PIP_CONFIG_FILE", release.project.root().join("pip.conf"));
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stderr.contains(" installed sum_up_to-1.0.0-cp310-abi3-"), "{}", run.stderr);
    assert_eq!(recorder.seen(), [""; 0]);
}

#[test]
fn uv_installs_from_this_machine_without_a_proxy() {
    let release = Release::small();
    let recorder = Recorder::default();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let lines = asked.clone();
    let index = http::listen(move |mut stream| {
        let Some(head) = http::head(&mut stream) else { return };
        lines.lock().expect("no holder panics").push(head);
        http::give(&mut stream, &http::answer("404 Not Found", "", b""));
    });
    // The attester is installed by uv, before it is asked for an identity.
    let mut command = release.command(index);
    command.args(["--attestations", "always"]);
    through(&mut command, &recorder.start(), None);
    command
        .env("UV_DEFAULT_INDEX", format!("http://127.0.0.1:{index}/uv/"))
        .env("UV_CACHE_DIR", release.project.root().join("no-cache"));
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 3, "{}", run.stderr);
    let asked = asked.lock().expect("no holder panics");
    assert!(asked.iter().any(|head| head.starts_with("GET /uv/")), "{asked:?}");
    assert_eq!(recorder.seen(), [""; 0]);
}

#[test]
fn the_index_of_serve_starts_without_a_proxy() {
    let release = Release::small();
    let recorder = Recorder::default();
    let mut command = release.project.command(&["serve", "--port", "0"]);
    through(&mut command, &recorder.start(), None);
    let mut server =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut stdout = server.stdout.take().expect("a pipe");
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        let mut byte = [0];
        while stdout.read(&mut byte).is_ok_and(|count| count == 1) {
            text.push(byte[0]);
            if text.ends_with(b"\nexport no_proxy=localhost,127.0.0.1,127.0.0.0/8,::1\n") {
                break;
            }
        }
        String::from_utf8(text).expect("UTF-8")
    });
    let started = std::time::Instant::now();
    while !reader.is_finished() && started.elapsed() < limited::LIMIT {
        thread::sleep(std::time::Duration::from_millis(20));
    }
    server.kill().expect("it was started");
    server.wait().expect("it ends");
    let text = reader.join().expect("it is read");
    assert!(text.contains("export PIP_INDEX_URL=http://127.0.0.1:"), "{text}");
    assert_eq!(recorder.seen(), [""; 0]);
}

/// A command that uses a proxy by its own variables, whatever the list of this process has.
fn proxied(command: Invocation, proxy: &str) -> Invocation {
    let command = ["NO_PROXY", "no_proxy"].into_iter().fold(command, Invocation::without);
    VARIABLES.iter().fold(command, |command, name| command.env(name, proxy))
}

#[test]
fn another_machine_is_reached_through_the_proxy() {
    let release = Release::small();
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let tools = machine.tools().expect("the tools");
    let recorder = Recorder::default();
    let proxy = recorder.start();
    let saw = |host: &str| {
        let line = format!("CONNECT {host}:443 HTTP/1.");
        let seen = recorder.seen();
        assert!(seen.iter().any(|seen| seen.starts_with(&line)), "{line}: {seen:?}");
    };

    let line = ["verify", "--index", "https://own.example/simple/", "--patience", "1"];
    let mut command = release.project.command(&[&line[..], &["--version", "1.0"]].concat());
    through(&mut command, &proxy, None);
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 3, "{}", run.stderr);
    saw("own.example");

    let at = |name: &str| release.project.root().join(name);
    let environment = Environment::create(machine.tool_python().expect("a Python"), &at("fresh"))
        .expect("an environment");
    let source = InstallSource::Index("https://pip.example/simple/");
    let command =
        pip::install(tools, &environment, source, &["none", "--retries", "0"]).expect("pip");
    let finished = proxied(command, &proxy).run().expect("it runs");
    assert!(!finished.succeeded());
    saw("pip.example");

    let lock = format!("none==1 --hash=sha256:{}\n", "0".repeat(64));
    release.project.write("none.lock", &lock);
    let uv = tools.program(Tool::Uv).expect("uv");
    let command = uv::install(&uv, &environment.python(), &at("none.lock"));
    let command = command
        .env("UV_DEFAULT_INDEX", "https://uv.example/simple/")
        .env("UV_CACHE_DIR", at("no-cache"))
        .env("UV_HTTP_RETRIES", "0");
    assert!(!proxied(command, &proxy).run().expect("it runs").succeeded());
    saw("uv.example");

    let twine = uploader(
        tools.python(Tool::Twine).expect("twine").arg(script()),
        "https://twine.example/legacy/",
    );
    let answer = asked(&release, &proxied(twine, &proxy));
    assert_eq!(answer["answer"], "lost", "{answer}");
    saw("twine.example");
}

#[test]
fn twine_sends_nothing_to_a_localhost_that_leads_elsewhere() {
    let release = Release::small();
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let received = Arc::new(Mutex::new(Vec::new()));
    let bytes = received.clone();
    let port = http::listen(move |mut stream: TcpStream| {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).ok();
        bytes.lock().expect("no holder panics").push(all);
    });
    let pretending = pretending(&machine, "elsewhere");
    for scheme in ["http", "https"] {
        let repository = format!("{scheme}://localhost:{port}/legacy/");
        let answer = asked(&release, &uploader(pretending.clone(), &repository));
        assert_eq!(answer["answer"], "unreachable", "{answer}");
        assert_eq!(
            answer["why"],
            "ElsewhereError: `localhost` leads to 192.0.2.1, which is not this machine"
        );
    }
    // The server has seen the end of both connections when twine has ended.
    let started = std::time::Instant::now();
    while received.lock().expect("no holder panics").len() < 2 && started.elapsed() < http::SILENCE
    {
        thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(*received.lock().expect("no holder panics"), [b"", b""]);
}
