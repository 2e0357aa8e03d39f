//! What ends a run: each with the index's reason and what to do, and nothing sent after it.

use std::net::TcpListener;
use std::thread;

use wheel_pipeline::evidence::SentStep;

use crate::http;
use crate::index::Index;
use crate::release::Release;
use wheel_fixtures::release::{LINUX, MACOS, WINDOWS};

/// An index that has no file, and gives every upload the same answer.
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

/// What is said of a release that an index refuses, with exit code 1 and nothing more sent.
fn refused(status: &'static str, headers: &'static str, body: &'static str) -> String {
    let release = Release::small();
    let run = release.publish(refusing(status, headers, body));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let sends: Vec<u32> = release.receipt().files.iter().map(|file| file.sends).collect();
    assert_eq!(sends, [1, 0], "a refusal is not tried again");
    run.stderr.replace(LINUX, "[wheel]")
}

#[test]
fn a_refused_file_is_told_with_the_reason_and_what_to_do() {
    insta::assert_snapshot!(refused("400 Invalid value for requires_dist.", "", "<html>"), @"
    error: the index did not take `[wheel]`
    it answered 400: Invalid value for requires_dist.
    hint: do what the reason asks for, and raise the version if files were taken already
    hint: what was sent before is in the receipt; run the stage again to go on
    ");
    insta::assert_snapshot!(refused("403 Forbidden", "", "You are not allowed to upload to 'sum-up-to'."), @"
    error: the index did not take `[wheel]`
    it answered 403: Forbidden: You are not allowed to upload to 'sum-up-to'.
    hint: is the token one for this project, or the trusted publisher named on the index with this repository, workflow and environment?
    hint: what was sent before is in the receipt; run the stage again to go on
    ");
    insta::assert_snapshot!(refused("413 Content Too Large", "", ""), @"
    error: the index did not take `[wheel]`
    it answered 413: Content Too Large
    hint: the file is larger than the index takes: ask it for a higher limit
    hint: what was sent before is in the receipt; run the stage again to go on
    ");
    insta::assert_snapshot!(refused("404 Not Found", "", ""), @"
    error: the index did not take `[wheel]`
    it answered 404: Not Found
    hint: is `--repository-url` the address for uploads, with the slash at its end?
    hint: what was sent before is in the receipt; run the stage again to go on
    ");
    insta::assert_snapshot!(refused("301 Moved Permanently", "Location: https://elsewhere.example/\r\n", ""), @"
    error: the index did not take `[wheel]`
    it answered 301: Moved Permanently
    hint: the index leads elsewhere: name that address if it is the one that you mean
    hint: what was sent before is in the receipt; run the stage again to go on
    ");
}

#[test]
fn a_name_that_was_deleted_stays_taken() {
    insta::assert_snapshot!(refused("400 This filename has already been used, use a different version.", "", ""), @"
         waiting [wheel]: again in 0.0 s: 
         waiting [wheel]: again in 0.0 s: 
         waiting [wheel]: again in 0.1 s: 
         waiting [wheel]: again in 0.2 s: 
         waiting [wheel]: again in 0.3 s: 
         waiting [wheel]: again in 0.6 s: 
         waiting [wheel]: again in 1.3 s: 
         waiting [wheel]: again in 2.6 s: 
    error: the index says that `[wheel]` is a used name, and does not offer it
    This filename has already been used, use a different version.
    hint: it was deleted there, and a used name is taken for good: raise the version
    ");
}

#[test]
fn other_bytes_under_a_name_end_the_run_before_anything_more_is_sent() {
    let (release, index) = (Release::whole(), Index::default());
    index.put(MACOS, b"something else");
    let run = release.publish(index.start());
    assert_eq!(run.code, 1);
    let expected =
        format!("error: the index holds other bytes under the name `{MACOS}`\n  there: ");
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
    assert!(run.stderr.contains("\nhint: a used name is taken for good: raise the version"));
    let sent: Vec<String> = index.uploads().into_iter().map(|(name, _)| name).collect();
    assert_eq!(sent, [LINUX]);
    let steps: Vec<SentStep> = release.receipt().files.iter().map(|file| file.step).collect();
    assert_eq!(steps, [SentStep::Held, SentStep::Waiting, SentStep::Waiting, SentStep::Waiting]);
}

#[test]
fn an_index_that_is_down_for_longer_than_patience_is_no_verdict() {
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a port")
        .port();
    let release = Release::small();
    let run = release.publish(port);
    assert_eq!(run.code, 3, "{}", run.stderr);
    let expected =
        format!("error: whether the index holds `{LINUX}` could not be found out within 6 s: ");
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
    assert_eq!(run.stderr.matches("waiting").count(), 8, "{}", run.stderr);
}

#[test]
fn a_pause_longer_than_patience_is_told_and_not_waited_for() {
    let release = Release::small();
    let port = refusing("429 Too Many Requests", "Retry-After: 3600\r\n", "");
    let started = std::time::Instant::now();
    let run = release.publish(port);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("; it asks for a pause of 3600 s\n"), "{}", run.stderr);
    assert!(started.elapsed().as_secs() < 600);
    // A run after the pause goes on.
    let index = Index::default();
    assert_eq!(release.publish(index.start()).code, 0);
}

#[test]
fn an_index_that_speaks_html_alone_is_understood() {
    let (release, index) = (Release::small(), Index::default());
    index.speak_html();
    let port = index.start();
    for _ in 0..2 {
        let run = release.publish(port);
        assert_eq!(run.code, 0, "{}", run.stderr);
        release.is_published(&index, "HTML");
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
        assert!(receipt.files.iter().all(|file| file.step == SentStep::Held));
        assert_eq!(index.held().len(), release.files.len());
    }
}

#[test]
fn a_run_on_another_machine_goes_on_where_one_stopped() {
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

/// What is said of a release of which one file came so many days ago, by a dry run and by `--execute`.
fn begun(days: i64) -> (String, String) {
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
fn a_release_that_grows_too_old_for_more_files_is_told() {
    let words = |days: i64| {
        format!(
            "the release is on the index for {days} days, and 1 of its files are missing: PyPI takes none after 14 days"
        )
    };
    let (dry, real) = begun(2);
    assert!(
        !dry.contains("is on the index for") && !real.contains("is on the index for"),
        "{dry}{real}"
    );
    let (dry, real) = begun(11);
    assert!(dry.contains(&format!("warning: {}\n", words(11))), "{dry}");
    assert!(real.contains(&format!("warning: {}\n", words(11))), "{real}");
    let (dry, real) = begun(15);
    let over = format!("{}, so raise the version\n", words(15));
    assert!(dry.contains(&format!("`--execute` would be refused: {over}")), "{dry}");
    assert!(
        real.contains(&over) && real.contains("the gate is closed, nothing was sent"),
        "{real}"
    );
}
