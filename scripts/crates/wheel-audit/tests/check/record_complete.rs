//! `record-complete`: every way in which `RECORD` can be wrong about a wheel.

use wheel_audit::check::NotJudged;

use crate::{Case, judge, refusals};
use wheel_fixtures::release::{Dist, LINUX, WINDOWS, good, release};
use wheel_fixtures::wheel::{Wheel, hash};
use wheel_fixtures::zip::archive;

const MEMBER: &str = "sum_up_to/__init__.py";

fn listed(edit: fn(&str) -> String) -> Dist {
    release(|parts| parts.windows.relist(MEMBER, edit))
}

pub const CASES: &[Case] = &[
    Case { name: "a member is not listed", broken: || listed(|_| String::new()) },
    Case {
        name: "a member is listed twice",
        broken: || listed(|line| format!("{line}\n{line}\n")),
    },
    Case {
        name: "a file is listed that is not there",
        broken: || listed(|line| format!("{line}\nsum_up_to/py.typed,{},0\n", hash(b""))),
    },
    Case {
        name: "a member has no hash",
        broken: || listed(|line| line.replace(&hash(b"from ._native import *\n"), "") + "\n"),
    },
    Case {
        name: "a member has another hash",
        broken: || {
            listed(|line| line.replace(&hash(b"from ._native import *\n"), &hash(b"")) + "\n")
        },
    },
    Case {
        name: "a member has another size",
        broken: || listed(|line| line.replace(",23", ",24") + "\n"),
    },
    Case {
        name: "a member has no size",
        broken: || listed(|line| line.replace(",23", ",") + "\n"),
    },
    Case { name: "there is no `RECORD`", broken: || without_record() },
    Case {
        name: "a line that is not CSV",
        broken: || listed(|line| format!("{line}\n\"sum_up_to/x\n")),
    },
];

fn without_record() -> Dist {
    let mut members = Wheel::new(WINDOWS).packed();
    members.retain(|member| !member.name.ends_with(b"RECORD"));
    let mut dist = good();
    dist.replace(WINDOWS, archive(&members));
    dist
}

#[test]
fn a_record_that_does_not_list_itself_is_normal() {
    let dist = release(|parts| {
        let record = parts.windows.own("RECORD");
        parts.windows.relist(&record, |_| String::new());
    });
    assert_eq!(judge("record-complete", &dist), Ok(Vec::new()));
}

#[test]
fn each_broken_release_is_refused() {
    insta::assert_snapshot!(refusals("record-complete", CASES), @r#"
    # a member is not listed
    error[record-complete]: it is not listed in `RECORD`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/__init__.py
       = expected: one line for each member
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # a member is listed twice
    error[record-complete]: it is listed 2 times in `RECORD`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/__init__.py
       = expected: one line for each member
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # a file is listed that is not there
    error[record-complete]: `RECORD` lists it, and it is not in the wheel
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/py.typed
       = expected: members of the wheel only
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # a member has no hash
    error[record-complete]: `RECORD` gives no hash for it
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/__init__.py
       = expected: sha256=ytCnNOe8BvRXJDa1W9ckM4U_k_vsFTdfdMmr4cEiQNE
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # a member has another hash
    error[record-complete]: `RECORD` gives `sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU` for it
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/__init__.py
       = expected: sha256=ytCnNOe8BvRXJDa1W9ckM4U_k_vsFTdfdMmr4cEiQNE
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # a member has another size
    error[record-complete]: `RECORD` gives 24 bytes for it
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/__init__.py
       = expected: 23 bytes
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # a member has no size
    error[record-complete]: `RECORD` gives no size for it
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to/__init__.py
       = expected: 23 bytes
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # there is no `RECORD`
    error[record-complete]: it has no member `sum_up_to-1.0.0.dist-info/RECORD`
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl
       = expected: a line for each member: path, hash, size
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    # a line that is not CSV
    error[record-complete]: it cannot be read: line 2, `"sum_up_to/x`: a quote is not closed
      --> sum_up_to-1.0.0-cp310-abi3-win_amd64.whl: sum_up_to-1.0.0.dist-info/RECORD
       = expected: a line for each member: path, hash, size
       = remedy: build the wheel again; a tool that changes wheels must rewrite `RECORD`
    "#);
}

/// The line with a hash of a kind that is not computed here.
fn hashed_otherwise(line: &str) -> String {
    let hash = line.split(',').nth(1).expect("a hash");
    line.replace(hash, "sha512=AAAA") + "\n"
}

#[test]
fn a_hash_that_is_not_computed_here_is_no_pass() {
    let dist = listed(hashed_otherwise);
    let Err(NotJudged::Unknown { unknown, found }) = judge("record-complete", &dist) else {
        panic!("it is no pass")
    };
    assert_eq!(found, []);
    let told: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    let why = "`RECORD` hashes it by sha512, which this program does not compute";
    assert_eq!(told, [format!("`{WINDOWS}`: `{MEMBER}`: {why}")]);
}

#[test]
fn what_cannot_be_told_of_one_wheel_hides_nothing_about_another() {
    let dist = release(|parts| {
        parts.macos.relist(MEMBER, hashed_otherwise);
        parts.linux.relist(MEMBER, |_| String::new());
        parts.windows.relist(MEMBER, |_| String::new());
    });
    let Err(NotJudged::Unknown { found, .. }) = judge("record-complete", &dist) else {
        panic!("one hash is not computed here");
    };
    let files: Vec<&str> = found.iter().map(|finding| finding.file.as_str()).collect();
    assert_eq!(files, [LINUX, WINDOWS]);
}

#[test]
fn quoted_names_and_windows_line_ends_are_normal() {
    let mut wheel = Wheel::new(WINDOWS);
    wheel.members.push(("sum_up_to/a,b.txt".to_owned(), b"x".to_vec()));
    wheel.relist("sum_up_to/a,b.txt", |line| {
        line.replace("sum_up_to/a,b.txt", "\"sum_up_to/a,b.txt\"") + "\r\n"
    });
    let mut dist = good();
    dist.add(WINDOWS, wheel.bytes());
    assert_eq!(judge("record-complete", &dist), Ok(Vec::new()));
}

#[test]
fn a_signature_of_the_record_need_not_be_listed_in_it() {
    let dist = release(|parts| {
        let signatures = ["RECORD.jws", "RECORD.p7s"].map(|name| parts.windows.own(name));
        for path in &signatures {
            parts.windows.members.push((path.clone(), b"signed".to_vec()));
        }
        for path in &signatures {
            parts.windows.relist(path, |_| String::new());
        }
    });
    assert_eq!(judge("record-complete", &dist), Ok(Vec::new()));
}
