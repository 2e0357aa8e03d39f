//! Refusals end a run: each with the reason of the index and a hint, and nothing is sent after it.

use std::net::TcpListener;
use std::thread;

use wheel_pipeline::evidence::SentStep;

use crate::http;
use crate::index::Index;
use crate::release::Release;
use wheel_fixtures::release::{LINUX, MACOS, WINDOWS};

/// An index without files that gives every upload the same answer.
fn refusing(status: &'static str, headers: &'static str, body: &'static str) -> u16 {
    http::listen(move |mut stream| {
        let Some(head) = http::head(&mut stream) else { return };
        let Some(_) = http::body(&mut stream, http::length(&head)) else { return };
        let answer = if head.starts_with("POST") {
            http::answer(status, headers, body.as_bytes())
        } else {
            http::answer("404 Not Found", "", b"")
        };
        http::give(&mut stream, &answer);
    })
}

/// The output of a run that an index refuses. Asserts exit code 1, and one upload.
fn refused(status: &'static str, headers: &'static str, body: &'static str) -> String {
    let release = Release::small();
    let run = release.publish(refusing(status, headers, body));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let sends: Vec<u32> = release.receipt().files.iter().map(|file| file.sends).collect();
    assert_eq!(sends, [1, 0], "a refusal is not tried again");
    run.stderr.replace(LINUX, "[wheel]")
}

#[test]
fn a_refusal_is_reported_with_the_reason_and_a_hint() {
    // Each run starts twine, so they run at the same time.
    let answers = [
        ("400 Invalid value for requires_dist.", "", "<html>"),
        ("403 Forbidden", "", "You are not allowed to upload to 'sum-up-to'."),
        ("413 Content Too Large", "", ""),
        ("404 Not Found", "", ""),
        ("301 Moved Permanently", "Location: https://elsewhere.example/\r\n", ""),
    ];
    let runs = answers
        .map(|(status, headers, body)| thread::spawn(move || refused(status, headers, body)));
    let [invalid, forbidden, large, not_found, moved] =
        runs.map(|run| run.join().expect("it was refused"));
    insta::assert_snapshot!(invalid, @"
    error: the index did not accept `[wheel]`
    it answered 400: Invalid value for requires_dist.
    hint: correct what the reason names; raise the version if the index has accepted files already
    hint: the receipt has the files that were sent; run the stage again to continue
    ");
    insta::assert_snapshot!(forbidden, @"
    error: the index did not accept `[wheel]`
    it answered 403: Forbidden: You are not allowed to upload to 'sum-up-to'.
    hint: is the token one for this project, or is the trusted publisher registered on the index with this repository, workflow and environment?
    hint: the receipt has the files that were sent; run the stage again to continue
    ");
    insta::assert_snapshot!(large, @"
    error: the index did not accept `[wheel]`
    it answered 413: Content Too Large
    hint: the file is too large for the index: ask it for a higher limit
    hint: the receipt has the files that were sent; run the stage again to continue
    ");
    insta::assert_snapshot!(not_found, @"
    error: the index did not accept `[wheel]`
    it answered 404: Not Found
    hint: is `--repository-url` the address for uploads, with its final slash?
    hint: the receipt has the files that were sent; run the stage again to continue
    ");
    insta::assert_snapshot!(moved, @"
    error: the index did not accept `[wheel]`
    it answered 301: Moved Permanently
    hint: the index redirects: use the new address if you trust it
    hint: the receipt has the files that were sent; run the stage again to continue
    ");
}

/// The most pauses that fit into a patience. Slow answers use up a part of it, so there may be fewer.
const PAUSES: usize = 8;

/// Text without the lines about pauses, of which there must be some.
fn without_pauses(text: &str) -> String {
    let (pauses, rest): (Vec<&str>, Vec<&str>) =
        text.lines().partition(|line| line.trim_start().starts_with("waiting "));
    assert!((1..=PAUSES).contains(&pauses.len()), "{text}");
    rest.join("\n")
}

#[test]
fn a_deleted_name_stays_used() {
    let reason = "400 This filename has already been used, use a different version.";
    insta::assert_snapshot!(without_pauses(&refused(reason, "", "")), @"
    error: the index says that the name `[wheel]` is used, but does not list such a file
    This filename has already been used, use a different version.
    hint: the file was deleted there; an index never frees a name: raise the version
    ");
}

#[test]
fn a_mismatch_ends_the_run_before_the_next_file_is_sent() {
    let (release, index) = (Release::whole(), Index::default());
    index.put(MACOS, b"something else");
    let run = release.publish(index.start());
    assert_eq!(run.code, 1);
    let expected =
        format!("error: the index has another file named `{MACOS}`\n  SHA-256 on the index: ");
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
    assert!(run.stderr.contains("\nhint: an index never frees a name: raise the version"));
    let sent: Vec<String> = index.uploads().into_iter().map(|(name, _)| name).collect();
    assert_eq!(sent, [LINUX]);
    let steps: Vec<SentStep> = release.receipt().files.iter().map(|file| file.step).collect();
    assert_eq!(
        steps,
        [SentStep::Verified, SentStep::Waiting, SentStep::Waiting, SentStep::Waiting]
    );
}

#[test]
fn an_index_that_is_down_for_longer_than_the_patience_is_no_verdict() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let release = Release::small();
    let run = release.publish(port);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let expected = format!("error: the index did not tell within 6 s whether it has `{LINUX}`: ");
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
    without_pauses(&run.stderr);
}

#[test]
fn a_pause_longer_than_the_patience_ends_the_run() {
    let release = Release::small();
    let port = refusing("429 Too Many Requests", "Retry-After: 3600\r\n", "");
    let started = std::time::Instant::now();
    let run = release.publish(port);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("; it asks for a pause of 3600 s\n"), "{}", run.stderr);
    assert!(started.elapsed().as_secs() < 600);
    // A run after the pause continues.
    let index = Index::default();
    assert_eq!(release.publish(index.start()).code, 0);
}

#[test]
fn an_index_with_html_only_is_understood() {
    let (release, index) = (Release::small(), Index::default());
    index.speak_html();
    let port = index.start();
    for _ in 0..2 {
        let run = release.publish(port);
        assert_eq!(run.code, 0, "{}", run.stderr);
        release.assert_published(&index, "HTML");
    }
    assert_eq!(index.uploads().len(), 2);
}

#[test]
fn two_runs_at_once_do_no_harm() {
    let index = Index::default();
    let port = index.start();
    let runs = [Release::whole(), Release::whole()].map(|release| {
        thread::spawn(move || {
            let run = release.publish(port);
            (release, run)
        })
    });
    for run in runs {
        let (release, run) = run.join().expect("it does not panic");
        assert_eq!(run.code, 0, "{}", run.stderr);
        let receipt = release.receipt();
        assert!(receipt.files.iter().all(|file| file.step == SentStep::Verified));
        assert_eq!(index.files().len(), release.files.len());
    }
}

#[test]
fn a_run_on_another_machine_continues() {
    let (first, index) = (Release::whole(), Index::default());
    let port = index.start();
    for (name, bytes) in &first.files[..2] {
        index.put(name, bytes);
    }
    let run = first.publish(port);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.stderr.matches("already there").count(), 2, "{}", run.stderr);
    let sent: Vec<String> = index.uploads().into_iter().map(|(name, _)| name).collect();
    assert_eq!(sent[0], WINDOWS);
    assert_eq!(sent.len(), 2);
}

/// The output for a release whose first file was uploaded `days` ago: of a dry run, and of `--execute`.
fn output_after(days: i64) -> (String, String) {
    let (release, index) = (Release::small(), Index::default());
    let (name, bytes) = &release.files[0];
    index.put(name, bytes);
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24 * days);
    index.date(&then.to_string());
    let simple = format!("http://127.0.0.1:{}/simple/", index.start());
    let line =
        ["publish", "--repository-url", "https://index.invalid/legacy/", "--index-url", &simple];
    let dry = release.project.run(&line);
    let real = release.project.run(&[&line[..], &["--execute"]].concat());
    assert_eq!((dry.code, real.code), (1, 1), "{}{}", dry.stderr, real.stderr);
    assert_eq!(index.uploads(), []);
    (format!("{}{}", dry.stdout, dry.stderr), real.stderr)
}

#[test]
fn a_release_that_is_too_old_for_more_files_is_refused() {
    let words = |days: i64| {
        format!(
            "the release has been on the index for {days} days, and 1 of its files are missing there: PyPI accepts none after 14 days"
        )
    };
    let [young, near, over] = [2, 11, 15]
        .map(|days| thread::spawn(move || output_after(days)))
        .map(|run| run.join().expect("it ends"));
    let (dry, real) = young;
    assert!(
        !dry.contains("has been on the index for") && !real.contains("has been on the index for"),
        "{dry}{real}"
    );
    let (dry, real) = near;
    assert!(dry.contains(&format!("warning: {}\n", words(11))), "{dry}");
    assert!(real.contains(&format!("warning: {}\n", words(11))), "{real}");
    let (dry, real) = over;
    let refusal = format!("{}, so raise the version\n", words(15));
    assert!(dry.contains(&format!("`--execute` would be refused: {refusal}")), "{dry}");
    assert!(
        real.contains(&refusal) && real.contains("the gate is closed, nothing was sent"),
        "{real}"
    );
}
