//! Ctrl-C and SIGKILL: the run ends, leaves no process behind, and can be repeated.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::PROGRAM;
use wheel_fixtures::limited::{self, Watchdog};
use wheel_fixtures::project::{ProgramRun, SampleProject};

#[test]
fn ctrl_c_while_compiling_leaves_no_files_and_no_evidence() {
    let project = SampleProject::with_tools(PROGRAM);
    let (reached, go) = (project.root().join("reached"), project.root().join("go"));
    project.write("build.rs", &waits(&reached, &go));
    let mut child = started(&project, &["rehearse"]);
    wait_until("cargo compiles", || reached.exists());
    signal(&child, "INT");
    let output = {
        wait_until("the run ends", || child.try_wait().expect("it can be asked").is_some());
        project.finish(child.wait_with_output().expect("it has ended"))
    };
    is_interrupted(&output);
    assert_eq!(project.dist(), [""; 0]);
    assert!(!project.work().join("build.json").exists());
    assert_eq!(processes_of(project.root()), [""; 0]);

    fs::write(go, "").expect("written");
    let again = project.run(&["build", "--format", "json"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(project.dist().len(), 2);
}

/// A build script that makes one file and waits for another.
fn waits(reached: &Path, go: &Path) -> String {
    format!(
        "fn main() {{\n    std::fs::write({reached:?}, \"\").unwrap();\n    \
         while !std::path::Path::new({go:?}).exists() {{\n        \
         std::thread::sleep(std::time::Duration::from_millis(50));\n    }}\n}}\n"
    )
}

#[test]
fn ctrl_c_ends_the_index_server() {
    let project = SampleProject::with_tools(PROGRAM);
    let (mut child, server) = serving(&project);
    signal(&child, "INT");
    assert_eq!(limited::wait(&mut child).code(), Some(0));
    wait_until("the server ends", || !is_alive(&server));
}

#[test]
fn a_killed_run_leaves_no_server_behind() {
    let project = SampleProject::with_tools(PROGRAM);
    let (mut child, server) = serving(&project);
    child.kill().expect("it runs");
    limited::wait(&mut child);
    wait_until("the server ends", || !is_alive(&server));
}

#[test]
fn ctrl_c_ends_the_wait_for_an_index_that_does_not_answer() {
    let project = SampleProject::new(PROGRAM);
    let index = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/simple/", index.local_addr().expect("an address"));
    let child = started(&project, &["publish", "--index-url", &address]);
    let _silent = index.accept().expect("it asks");
    signal(&child, "INT");
    let run = project.finish(limited::finished(child));
    is_interrupted(&run);
}

/// Hard links to one large file of nothing, which takes many times longer to read than a signal to arrive.
#[cfg(target_os = "linux")]
#[test]
fn ctrl_c_is_heard_while_archives_are_read() {
    let project = SampleProject::new(PROGRAM);
    let folder = project.root().join("large");
    fs::create_dir(&folder).expect("a folder");
    let first = folder.join("a-1-py3-none-any.whl");
    fs::File::create(&first).and_then(|file| file.set_len(256 << 20)).expect("a sparse file");
    for number in 0..60 {
        let link = folder.join(format!("a{number}-1-py3-none-any.whl"));
        fs::hard_link(&first, link).expect("a link");
    }
    let child = started(&project, &["audit", &folder.display().to_string()]);
    let counters = format!("/proc/{}/io", child.id());
    wait_until("it reads", || {
        let counters = fs::read_to_string(&counters).expect("it runs");
        let read = counters.lines().find_map(|line| line.strip_prefix("rchar: "));
        read.expect("a counter").parse::<u64>().expect("a number") > 64 << 20
    });
    signal(&child, "INT");
    let run = project.finish(limited::finished(child));
    is_interrupted(&run);
}

#[test]
fn a_second_ctrl_c_ends_a_run_that_hears_no_first() {
    let project = SampleProject::new(PROGRAM);
    let pipe = project.root().join("pyproject.toml");
    fs::remove_file(&pipe).expect("it is there");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let mut child = started(&project, &["plan"]);
    // The run waits here for text that never comes.
    let _writer = fs::OpenOptions::new().write(true).open(&pipe).expect("it reads");
    wait_until("the run ends", || {
        signal(&child, "INT");
        child.try_wait().expect("it can be asked").is_some()
    });
    assert_eq!(limited::wait(&mut child).code(), Some(3));
}

#[test]
fn ctrl_c_while_tools_are_installed_says_nothing_of_the_network() {
    let project = SampleProject::new(PROGRAM);
    let index = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}/simple/", index.local_addr().expect("an address"));
    let mut command = project.command(&["sdist"]);
    command
        .env("PIP_CONFIG_FILE", "/dev/null")
        .env("PIP_INDEX_URL", address)
        .env_remove("PIP_FIND_LINKS");
    let child = piped(&mut command);
    let _silent = index.accept().expect("pip asks");
    signal(&child, "INT");
    is_interrupted(&project.finish(limited::finished(child)));
    let tools = fs::read_dir(project.cache().join("tools")).expect("a folder");
    let left = tools.filter(|entry| entry.as_ref().expect("an entry").path().is_dir());
    assert_eq!(left.count(), 0, "nothing half-installed is left");
}

/// The programs are looked for on `PATH` in each way that there is, and what fails is taken for missing in each.
#[test]
fn ctrl_c_during_any_program_is_not_taken_for_its_failure() {
    for (program, arguments) in [
        ("git", &["plan"][..]),
        ("python3.99", &["sdist"]),
        ("qemu-aarch64-static", &["pythons", "arm64"]),
        ("apt-get", &["pythons", "arm64"]),
        ("make", &["pythons", "musl"]),
    ] {
        let project = SampleProject::new(PROGRAM);
        project.commit();
        let reached = project.root().join("reached");
        let waits = format!("touch '{}'; exec sleep 1000", reached.display());
        // Every other program works.
        let programs = ["qemu-aarch64-static", "ar", "tar"].map(|name| (name, "exit 0"));
        let programs = programs.into_iter().filter(|(name, _)| *name != program);
        let programs: Vec<_> = programs.chain([(program, &*waits)]).collect();
        let child = piped(project.command(arguments).env("PATH", project.programs(&programs)));
        wait_until(program, || reached.exists());
        signal(&child, "INT");
        is_interrupted(&project.finish(limited::finished(child)));
    }
}

/// The end of an interrupted run: one message, and one hint.
fn is_interrupted(run: &ProgramRun) {
    assert_eq!(run.code, 3, "{}", run.stderr);
    let at = run.stderr.find("error: ").unwrap_or_else(|| panic!("no error: {}", run.stderr));
    assert_eq!(
        run.stderr[at..],
        *"error: interrupted; nothing half-written is left behind\n\
          hint: run the same command again, it continues\n"
    );
    assert!(!run.stderr.contains("warning"), "{}", run.stderr);
}

fn started(project: &SampleProject, arguments: &[&str]) -> Child {
    piped(&mut project.command(arguments))
}

fn piped(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// A run of `serve` that is ready, and the process ID of its index server.
fn serving(project: &SampleProject) -> (Child, String) {
    let _watchdog = Watchdog::start();
    let mut child = started(project, &["serve", "--port", "0"]);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = lines.next().expect("it prints where it serves").expect("UTF-8");
    assert!(first.starts_with("export TWINE_REPOSITORY_URL=http://127.0.0.1:"), "{first}");
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id()));
    // Other systems than Linux have no `/proc`.
    let server = children.unwrap_or_else(|_| {
        let listed = Command::new("pgrep")
            .arg("-P")
            .arg(child.id().to_string())
            .output()
            .expect("pgrep runs");
        String::from_utf8(listed.stdout).expect("UTF-8")
    });
    let server = server.split_whitespace().next().expect("it has started a server").to_owned();
    assert!(is_alive(&server));
    (child, server)
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string()).status();
    assert!(sent.expect("kill runs").success());
}

fn is_alive(process: &str) -> bool {
    Command::new("kill")
        .args(["-0", process])
        .stderr(Stdio::null())
        .status()
        .expect("kill runs")
        .success()
}

/// The command lines of all processes that contain a folder's path.
fn processes_of(folder: &Path) -> Vec<String> {
    let listed = Command::new("ps").args(["-A", "-o", "args="]).output().expect("ps runs");
    let folder = folder.display().to_string();
    String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter(|line| line.contains(&folder))
        .map(str::to_owned)
        .collect()
}

fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < limited::LIMIT, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
