//! Good wheels, broken in one way each: every mutant must be refused, for its own reason.
//!
//! The wheels are those of the folder that `WHEEL_PIPELINE_WHEELS` names (`ci` names what it built, `bench audit` some
//! of its corpus), or else three that are made in code. Nothing is known of a wheel but its bytes, so there is no plan.

#![expect(
    clippy::print_stdout,
    reason = "how many mutants there were is for the one who asked for them"
)]

mod archive;
mod bytes;
mod elf;
mod macho;
mod pe;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use wheel_audit::check::{CHECKS, CheckInput, NotJudged};
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::release::{DistFile, ReleaseFacts, WheelFacts};
use wheel_audit::wheel::zip;
use wheel_fixtures::elf::{Elf, X86_64};
use wheel_fixtures::macho::{ARM64, Macho};
use wheel_fixtures::release::{LINUX, MACOS, WINDOWS};
use wheel_fixtures::wheel::Wheel;

/// A way to break a wheel.
struct Mutation {
    name: &'static str,
    /// The check that must refuse the mutant.
    check: &'static str,
    /// The checks that may refuse it as well, since the same bytes break their rules.
    also: &'static [&'static str],
    /// The mutant's file name and bytes, unless a wheel of this kind cannot be broken in this way.
    make: fn(Wheel) -> Option<(String, Vec<u8>)>,
}

/// The findings in a wheel, by check.
type Findings = BTreeSet<(&'static str, String)>;

fn judge(file: &str, bytes: &[u8]) -> Findings {
    let facts = WheelFacts::read(file.to_owned(), bytes)
        .unwrap_or_else(|error| panic!("`{file}` cannot be read: {error}"));
    assert_eq!(facts.unread, [], "{file}");
    let size = bytes.len() as u64;
    let files = vec![DistFile { name: file.to_owned(), size, sum: Sha256Sum::digest(bytes) }];
    let release = ReleaseFacts { files, wheels: vec![facts], ..ReleaseFacts::default() };
    let mut findings = Findings::new();
    for check in CHECKS {
        match check.judge(CheckInput { release: &release, plan: None, built: None }) {
            Ok(found) => findings.extend(found.into_iter().map(|finding| {
                (check.name, finding.member.unwrap_or_default() + &finding.message)
            })),
            Err(NotJudged::NoSubject(_) | NotJudged::NotApplicable(_)) => {}
            Err(NotJudged::Unknown { unknown, .. }) => {
                panic!("{} cannot tell: {unknown:?}", check.name)
            }
        }
    }
    findings
}

/// The wheel as a fixture, which can be changed and packed again.
fn unpacked(file: &str, bytes: &[u8]) -> Wheel {
    let mut members = Vec::new();
    zip::visit(
        bytes,
        |_| false,
        |name, content| members.push((name.to_owned(), content.to_owned())),
    )
    .unwrap_or_else(|error| panic!("`{file}` cannot be read: {error}"));
    Wheel::from_members(file, members)
}

fn wheels() -> Vec<Wheel> {
    let Some(folder) = std::env::var_os("WHEEL_PIPELINE_WHEELS") else {
        let mut wheels = [LINUX, MACOS, WINDOWS].map(Wheel::new);
        let mut linux = Elf::new(X86_64);
        linux.imports.push("memcpy");
        wheels[0].set_module(linux.bytes());
        let mut macos = Macho::new(ARM64);
        macos.imports.push("_memcpy");
        wheels[1].set_module(macos.bytes());
        return wheels.into();
    };
    let mut wheels = Vec::new();
    for entry in Path::new(&folder).read_dir().expect("a folder of wheels") {
        let path = entry.expect("an entry").path();
        let file = path.file_name().expect("a name").to_string_lossy().into_owned();
        if file.ends_with(".whl") {
            wheels.push(unpacked(&file, &std::fs::read(&path).expect("a file")));
        }
    }
    assert!(!wheels.is_empty(), "`{}` holds no wheel", folder.to_string_lossy());
    wheels
}

#[test]
fn every_mutant_is_refused_for_its_own_reason() {
    let mutations = || {
        archive::MUTATIONS.iter().chain(elf::MUTATIONS).chain(macho::MUTATIONS).chain(pe::MUTATIONS)
    };
    let mut refused: BTreeMap<&str, usize> =
        mutations().map(|mutation| (mutation.name, 0)).collect();
    let mut wrong = Vec::new();
    for wheel in wheels() {
        let before = judge(&wheel.file, &wheel.bytes());
        for Mutation { name, check, also, make } in mutations() {
            let Some((file, bytes)) = make(wheel.clone()) else { continue };
            let found: BTreeSet<&str> =
                judge(&file, &bytes).difference(&before).map(|(check, _)| *check).collect();
            let others: Vec<_> =
                found.iter().filter(|found| *found != check && !also.contains(found)).collect();
            if !found.contains(check) || !others.is_empty() {
                wrong.push(format!("{}: {name}: refused by {found:?}, not {check}", wheel.file));
            }
            *refused.get_mut(name).expect("a mutation") += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, count) in &refused {
        println!("{count:>4} refused: {name}");
    }
    println!("{:>4} mutants in all", refused.values().sum::<usize>());
    if std::env::var_os("WHEEL_PIPELINE_WHEELS").is_none() {
        let never: Vec<_> = refused.iter().filter(|(_, count)| **count == 0).collect();
        assert!(never.is_empty(), "made of no wheel: {never:?}");
    }
}
