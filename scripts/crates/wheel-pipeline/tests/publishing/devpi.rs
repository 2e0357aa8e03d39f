//! The same faults before the index server of a rehearsal, which keeps files in its own way.

use std::collections::BTreeMap;

use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::index;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::stage::Session;
use wheel_pipeline::tool::devpi::IndexServer;

use crate::matrix::each;
use crate::proxy::{FAULTS, Fault, Proxy};
use crate::release::Release;
use wheel_fixtures::project::ProgramRun;

/// The requests in which a release of two files is uploaded; before, between and after them are questions.
const UPLOADS: [usize; 2] = [2, 4];
const REQUESTS: usize = 5;

fn survives((request, fault): (usize, Fault)) {
    let what = format!("{fault:?} at request {request}");
    let release = Release::small();
    let session =
        Session::open(release.project.root(), Report::new(Format::Human)).expect("a project");
    let mut server =
        IndexServer::start(session.tools().expect("the tools"), 0).expect("the server starts");
    // It would keep others out of the project.
    drop(session);
    let address = server.ready().expect("the server answers");
    let port = address.simple.split(['/', ':']).find_map(|part| part.parse().ok());
    let port: u16 = port.expect("the address has a port");
    let proxy = Proxy { fault: Some((request, fault, 1)), ..Proxy::default() };
    let before = |url: &str, proxy: u16| url.replace(&format!(":{port}/"), &format!(":{proxy}/"));
    let proxy_port = proxy.start(port);
    let publish = || -> ProgramRun {
        let (repository, simple) =
            (before(&address.repository, proxy_port), before(&address.simple, proxy_port));
        let who = (server.uploader.user.as_str(), server.uploader.password.as_str());
        let mut command = release.command_to(&repository, &simple, who);
        release.project.finish(command.output().expect("the program starts"))
    };
    let held = || -> BTreeMap<String, Sha256Sum> {
        let offered = index::files(&address.simple, "sum-up-to").expect("the server answers");
        offered.into_iter().map(|file| (file.name, file.sum)).collect()
    };
    let wanted: BTreeMap<String, Sha256Sum> = release
        .files
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), Sha256Sum::digest(bytes)))
        .collect();
    let first = publish();
    assert_eq!(first.code, 0, "{what}: {}", first.stderr);
    assert!(proxy.count() >= request, "{what}: it never came");
    assert_eq!(held(), wanted, "{what}");
    let sends: u32 = release.receipt().files.iter().map(|file| file.sends).sum();
    let again = publish();
    assert_eq!(again.code, 0, "{what}: {}", again.stderr);
    let after: u32 = release.receipt().files.iter().map(|file| file.sends).sum();
    assert_eq!(after, sends, "{what}: what was there was sent again");
    assert_eq!(held(), wanted, "{what}");
}

#[test]
fn an_upload_that_devpi_kept_or_lost_is_survived() {
    let faults = [Fault::CutInBody, Fault::CutAfterStore];
    let cases = UPLOADS.iter().flat_map(|&request| faults.map(|fault| (request, fault)));
    let survived = each(cases.collect(), survives);
    println!("faults before devpi survived: {survived}");
    assert_eq!(survived, 4);
}

#[test]
#[ignore = "it takes minutes; the command is in CONTRIBUTING.md"]
fn every_fault_at_every_request_to_devpi_is_survived() {
    let at = |request| FAULTS.iter().map(move |&fault| (request, fault));
    let survived = each((1..=REQUESTS).flat_map(at).collect(), survives);
    println!("faults before devpi survived: {survived}");
    assert_eq!(survived, REQUESTS * FAULTS.len());
}
