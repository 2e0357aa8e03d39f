//! The same faults in front of devpi, the index server of a rehearsal, which stores files in its own way.

use std::collections::BTreeMap;

use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::index;
use wheel_pipeline::report::{Format, Report};
use wheel_pipeline::tool::devpi::IndexServer;

use crate::matrix::each;
use crate::proxy::{FAULTS, Fault, Proxy};
use crate::release::Release;
use wheel_fixtures::limited::{self, Watchdog};
use wheel_fixtures::project::ProgramRun;

/// The numbers of the requests that upload a release of two files. All other requests are questions.
const UPLOADS: [usize; 2] = [2, 4];
const REQUESTS: usize = 5;

fn publish_through((request, fault): (usize, Fault)) {
    let _watchdog = Watchdog::start();
    let what = format!("{fault:?} at request {request}");
    let release = Release::small();
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let mut server =
        IndexServer::start(machine.tools().expect("the tools"), 0).expect("the server starts");
    let address = server.ready().expect("the server answers");
    let port = address.simple.split(['/', ':']).find_map(|part| part.parse().ok());
    let port: u16 = port.expect("the address has a port");
    let proxy = Proxy { fault: Some((request, fault, 1)), ..Proxy::default() };
    let through_proxy =
        |url: &str, proxy: u16| url.replace(&format!(":{port}/"), &format!(":{proxy}/"));
    let proxy_port = proxy.start(port);
    let publish = || -> ProgramRun {
        let (repository, simple) = (
            through_proxy(&address.repository, proxy_port),
            through_proxy(&address.simple, proxy_port),
        );
        let who = (server.uploader.user.as_str(), server.uploader.password.as_str());
        let mut command = release.command_to(&repository, &simple, who);
        release.project.finish(limited::output(&mut command))
    };
    let listed = || -> BTreeMap<String, Sha256Sum> {
        let files = index::listing(&address.simple, "sum-up-to").expect("the server answers");
        files.into_iter().map(|file| (file.name, file.sum)).collect()
    };
    let wanted: BTreeMap<String, Sha256Sum> = release
        .files
        .iter()
        .map(|(name, bytes)| ((*name).to_owned(), Sha256Sum::digest(bytes)))
        .collect();
    let first = publish();
    assert_eq!(first.code, 0, "{what}: {}", first.stderr);
    assert!(proxy.count() >= request, "{what}: the request never came");
    assert_eq!(listed(), wanted, "{what}");
    let sends: u32 = release.receipt().files.iter().map(|file| file.sends).sum();
    let again = publish();
    assert_eq!(again.code, 0, "{what}: {}", again.stderr);
    let after: u32 = release.receipt().files.iter().map(|file| file.sends).sum();
    assert_eq!(after, sends, "{what}: a listed file was sent again");
    assert_eq!(listed(), wanted, "{what}");
}

#[test]
fn an_upload_that_devpi_stored_or_lost_is_completed() {
    let faults = [Fault::CutInBody, Fault::CutAfterStore];
    let cases = UPLOADS.iter().flat_map(|&request| faults.map(|fault| (request, fault)));
    let count = each(cases.collect(), publish_through);
    println!("faults in front of devpi overcome: {count}");
    assert_eq!(count, 4);
}

#[test]
fn a_machine_with_ipv6_alone_has_an_index_too() {
    let _watchdog = Watchdog::start();
    let release = Release::small();
    let report = Report::new(Format::Human);
    let machine = release.machine(&report);
    let tools = machine.tools().expect("the tools");
    let at = "[::1]:0".parse().expect("an address");
    let mut server = IndexServer::start_at(tools, at).expect("the server starts");
    let address = server.ready().expect("the server answers");
    assert!(address.simple.starts_with("http://[::1]:"), "{address:?}");
    let who = (server.uploader.user.as_str(), server.uploader.password.as_str());
    let mut command = release.command_to(&address.repository, &address.simple, who);
    let run = release.project.finish(limited::output(&mut command));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let listed = index::listing(&address.simple, "sum-up-to").expect("the server answers");
    assert_eq!(listed.len(), 2);
    let content = index::content(&listed[0]).expect("it has the file");
    assert_eq!(Sha256Sum::digest(&content), listed[0].sum);
}

#[test]
#[ignore = "it takes minutes; the command is in CONTRIBUTING.md"]
fn every_fault_at_every_request_to_devpi_is_overcome() {
    let at = |request| FAULTS.iter().map(move |&fault| (request, fault));
    let count = each((1..=REQUESTS).flat_map(at).collect(), publish_through);
    println!("faults in front of devpi overcome: {count}");
    assert_eq!(count, REQUESTS * FAULTS.len());
}
