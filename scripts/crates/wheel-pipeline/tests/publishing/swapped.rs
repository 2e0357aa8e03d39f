//! A file that is changed after the gate is not sent, at whatever moment it is changed, and nobody is told to raise
//! the version.

use std::fs;
use std::sync::Arc;

use wheel_audit::wheel::Sha256Sum;
use wheel_fixtures::release::SDIST;
use wheel_pipeline::evidence::SentStep;
use wheel_pipeline::report::{Format, Report};

use crate::index::Index;
use crate::proxy::{Moment, Proxy};
use crate::release::Release;
use crate::script::{asked, pretending, uploader};

/// Publishes to an index, and changes a file when the index has got a request. Gives what was printed.
fn swapped_at(release: &Release, index: &Index, request: usize, file: &str) -> String {
    let path = release.project.root().join("dist").join(file);
    let watch = move |number, moment| {
        if (number, moment) == (request, Moment::Before) {
            fs::write(&path, b"changed").expect("written");
        }
    };
    let proxy = Proxy { watch: Some(Arc::new(watch)), ..Proxy::default() };
    let run = release.publish(proxy.start(index.start()));
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(!run.stderr.contains("raise the version"), "{}", run.stderr);
    run.stderr
}

#[test]
fn a_file_that_is_swapped_before_the_first_upload_is_not_sent() {
    let (release, index) = (Release::small(), Index::default());
    let wheel = release.files[0].0;
    // The first request asks for the listing, after the files were hashed.
    let text = swapped_at(&release, &index, 1, wheel);
    let expected =
        format!("error: `{wheel}` is not the file that was judged; nothing was sent\nhint: ");
    assert!(text.contains(&expected), "{text}");
    assert_eq!(index.uploads(), []);
}

#[test]
fn a_file_that_is_swapped_between_two_uploads_is_not_sent() {
    let (release, index) = (Release::small(), Index::default());
    let text = swapped_at(&release, &index, 2, SDIST);
    let expected =
        format!("error: `{SDIST}` is not the file that was judged; nothing of it was sent\n");
    assert!(text.contains(&expected), "{text}");
    let sent: Vec<String> = index.uploads().into_iter().map(|(name, _)| name).collect();
    assert_eq!(sent, [release.files[0].0]);
    let steps: Vec<SentStep> = release.receipt().files.iter().map(|file| file.step).collect();
    assert_eq!(steps[0], SentStep::Verified);
    assert_ne!(steps[1], SentStep::Verified);
}

#[test]
fn a_file_that_is_swapped_after_the_comparison_is_sent_as_it_was() {
    let (release, index) = (Release::small(), Index::default());
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let repository = format!("http://127.0.0.1:{}/legacy/", index.start());
    let answer = asked(&release, &uploader(pretending(&machine, "swap"), &repository));
    let (name, bytes) = &release.files[0];
    let path = release.project.root().join("dist").join(name);
    assert_eq!(fs::read(path).expect("a file"), b"changed", "the swap did not happen");
    assert_eq!((&answer["answer"], &answer["status"]), (&"status".into(), &200.into()), "{answer}");
    assert_eq!(index.uploads(), [((*name).to_owned(), Sha256Sum::digest(bytes))]);
}

#[test]
fn other_bytes_on_the_index_after_an_upload_of_this_run_are_told_as_such() {
    let release = Release::small();
    let index = Index::default();
    let (name, _) = release.files[0];
    let changing = index.clone();
    // The index takes the file, and lists another one.
    let watch = move |number, moment| {
        if (number, moment) == (2, Moment::After) {
            changing.put(name, b"of somebody else");
        }
    };
    let proxy = Proxy { watch: Some(Arc::new(watch)), ..Proxy::default() };
    let run = release.publish(proxy.start(index.start()));
    assert_eq!(run.code, 1, "{}", run.stderr);
    let expected = format!(
        "error: this run sent `{name}`, and the index has it with another hash\n  SHA-256 on the index: {}\n",
        Sha256Sum::digest(b"of somebody else")
    );
    assert!(run.stderr.contains(&expected), "{}", run.stderr);
}
