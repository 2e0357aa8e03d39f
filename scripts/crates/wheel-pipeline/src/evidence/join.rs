//! The evidence of several jobs, joined as if one machine had made it.
//!
//! The order of the jobs does not matter. Two jobs with different evidence of one file contradict each other. All
//! contradictions are reported.

use std::collections::{BTreeMap, BTreeSet};

use wheel_audit::check::Outcome;

use crate::evidence::job::{Job, REBUILD};
use crate::evidence::{
    AuditEvidence, BuildEvidence, Evidence, SecondBuildEvidence, SmokeEvidence, VerifyEvidence,
};

/// Joins the evidence of jobs, or returns all contradictions.
pub fn join(jobs: &[Job]) -> Result<Evidence, Vec<String>> {
    let mut contradictions = Vec::new();
    let builds: Vec<_> = jobs
        .iter()
        .filter_map(|job| Some((job.name.as_str(), job.evidence.build.as_ref()?)))
        .collect();
    let audits: Vec<_> = jobs.iter().filter_map(|job| job.evidence.audit.as_ref()).collect();
    let smokes: Vec<_> = jobs.iter().filter_map(|job| job.evidence.smoke.as_ref()).collect();
    let seconds: Vec<_> =
        jobs.iter().filter_map(|job| job.evidence.second_build.as_ref()).collect();
    let receipts: Vec<_> = jobs
        .iter()
        .filter_map(|job| Some((job.name.as_str(), job.evidence.receipt.as_ref()?)))
        .collect();
    let verified: Vec<_> = jobs.iter().filter_map(|job| job.evidence.verify.as_ref()).collect();
    let joined = Evidence {
        build: (!builds.is_empty()).then(|| join_builds(&builds, &mut contradictions)),
        audit: (!audits.is_empty()).then(|| join_audits(&audits, &mut contradictions)),
        smoke: (!smokes.is_empty()).then(|| join_smokes(&smokes, &mut contradictions)),
        second_build: (!seconds.is_empty()).then(|| join_seconds(&seconds, &mut contradictions)),
        receipt: receipts.first().map(|(_, receipt)| (*receipt).clone()),
        verify: (!verified.is_empty()).then(|| join_verified(&verified, &mut contradictions)),
    };
    if let [(first, receipt), others @ ..] = &receipts[..] {
        let other = others.iter().filter(|(_, other)| other != receipt);
        contradictions
            .extend(other.map(|(job, _)| format!("`{first}` and `{job}` have different receipts")));
    }
    if contradictions.is_empty() { Ok(joined) } else { Err(contradictions) }
}

fn join_builds(builds: &[(&str, &BuildEvidence)], wrong: &mut Vec<String>) -> BuildEvidence {
    let elsewhere = |job: &str, name: &str| {
        builds.iter().any(|(other, build)| *other != job && build.file(name).is_some())
    };
    let mut by_name = BTreeMap::new();
    let mut rebuilt = BTreeSet::new();
    for &(job, build) in builds {
        rebuilt.extend(build.rebuilt.iter().cloned());
        for file in &build.files {
            // The other job that built it has the same bytes, or the two contradict each other.
            if job.starts_with(REBUILD) && elsewhere(job, &file.file) {
                rebuilt.insert(file.file.clone());
            }
            let (first, known) = by_name.entry(file.file.as_str()).or_insert((job, file));
            let same = known.sha256 == file.sha256 && known.commit == file.commit;
            if !same {
                let described = |sum, commit: &Option<String>| {
                    format!("{sum} of {}", commit.as_deref().unwrap_or("no commit"))
                };
                wrong.push(format!(
                    "`{first}` and `{job}` built different files named `{}`: {}, and {}",
                    file.file,
                    described(known.sha256, &known.commit),
                    described(file.sha256, &file.commit)
                ));
            }
            // Of two records of the same bytes, the worse one counts.
            if same && (file.dirty || file.cross_built) {
                *known = file;
            }
        }
    }
    let files = by_name.into_values().map(|(_, file)| file.clone()).collect();
    BuildEvidence { files, rebuilt, ..BuildEvidence::default() }
}

fn join_audits(audits: &[&AuditEvidence], wrong: &mut Vec<String>) -> AuditEvidence {
    let mut joined = AuditEvidence::default();
    for audit in audits {
        for (file, &sum) in &audit.files {
            if joined.files.insert(file.clone(), sum).is_some_and(|known| known != sum) {
                wrong.push(format!("two audits saw different files named `{file}`"));
            }
        }
        joined.findings.extend(audit.findings.iter().cloned());
        joined.unknown.extend(audit.unknown.iter().cloned());
        joined.accepted.extend(audit.accepted.iter().cloned());
        joined.unread.extend(audit.unread.iter().cloned());
        for (library, count) in &audit.untabled {
            *joined.untabled.entry(library.clone()).or_default() += count;
        }
        for (check, outcome) in &audit.checks {
            match joined.checks.iter_mut().find(|(known, _)| known == check) {
                Some((_, known)) => *known = worse(known, outcome),
                None => joined.checks.push((check.clone(), outcome.clone())),
            }
        }
    }
    // A check that is missing in one audit has not run on that audit's files.
    let in_all = |check: &str| {
        audits.iter().all(|audit| audit.checks.iter().any(|(known, _)| known == check))
    };
    joined.checks.retain(|(check, _)| in_all(check));
    joined
}

/// The outcome of a check that ran on two parts of a release.
fn worse(one: &Outcome, other: &Outcome) -> Outcome {
    match (one, other) {
        (Outcome::Ran { findings: one }, Outcome::Ran { findings: other }) => {
            Outcome::Ran { findings: one + other }
        }
        (Outcome::NoSubject(_), other) => other.clone(),
        (one, Outcome::NoSubject(_) | Outcome::Ran { .. }) => one.clone(),
        (_, other) => other.clone(),
    }
}

fn join_verified(verified: &[&VerifyEvidence], wrong: &mut Vec<String>) -> VerifyEvidence {
    let mut joined = VerifyEvidence::default();
    for one in verified {
        joined.differences.extend(one.differences.iter().cloned());
        let new = one.provenance.iter().filter(|line| !joined.provenance.contains(line));
        let new: Vec<String> = new.cloned().collect();
        joined.provenance.extend(new);
    }
    joined.runs = join_smokes(&verified.iter().map(|one| &one.runs).collect::<Vec<_>>(), wrong);
    joined
}

fn join_smokes(smokes: &[&SmokeEvidence], wrong: &mut Vec<String>) -> SmokeEvidence {
    let source = smokes.first().and_then(|smoke| smoke.source.clone());
    let mut joined = SmokeEvidence { source, ..SmokeEvidence::default() };
    for smoke in smokes {
        if smoke.source != joined.source {
            wrong.push(
                "two jobs tested with the tests or the plans of different sources".to_owned(),
            );
        }
        for outcome in &smoke.outcomes {
            if !joined.outcomes.contains(outcome) {
                joined.outcomes.push(outcome.clone());
            }
        }
        joined.passed_over.extend(smoke.passed_over.iter().cloned());
    }
    // `not_here` stays empty: another machine may have the environments that one machine does not have.
    joined.outcomes.sort_by(|one, other| {
        (one.target, one.python, &one.release).cmp(&(other.target, other.python, &other.release))
    });
    joined
}

fn join_seconds(seconds: &[&SecondBuildEvidence], wrong: &mut Vec<String>) -> SecondBuildEvidence {
    let mut joined = SecondBuildEvidence::default();
    for second in seconds {
        if joined.sdist.is_some() && joined.sdist != second.sdist {
            wrong.push("two second builders built from different sdists".to_owned());
        }
        joined.sdist = second.sdist;
        for (file, &sum) in &second.files {
            if joined.files.insert(file.clone(), sum).is_some_and(|known| known != sum) {
                wrong.push(format!(
                    "two second builders compared with different files named `{file}`"
                ));
            }
        }
        joined.compared.extend(second.compared.iter().cloned());
        joined.unmatched.extend(second.unmatched.iter().cloned());
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::BuiltFile;
    use crate::evidence::{Kind, Receipt, SentFile, SentStep};
    use wheel_audit::wheel::Sha256Sum;

    fn audit(checks: &[(&str, Outcome)]) -> AuditEvidence {
        AuditEvidence {
            files: BTreeMap::from([("a.whl".to_owned(), Sha256Sum::digest(b"a"))]),
            checks: checks
                .iter()
                .map(|(name, outcome)| ((*name).to_owned(), outcome.clone()))
                .collect(),
            ..AuditEvidence::default()
        }
    }

    fn job<T: Kind>(name: &str, evidence: T) -> Job {
        Job { name: name.to_owned(), evidence: evidence.into() }
    }

    #[test]
    fn no_jobs_give_no_evidence() {
        let joined = join(&[]).expect("no contradiction");
        assert!(joined.build.is_none() && joined.audit.is_none() && joined.smoke.is_none());
    }

    #[test]
    fn a_file_of_a_job_that_builds_again_and_of_another_is_rebuilt() {
        let built = |name: &str, files: &[&str]| {
            let record = |file: &&str| BuiltFile {
                file: (*file).to_owned(),
                sha256: Sha256Sum::digest(b"a"),
                size: 1,
                triple: None,
                builder: "maturin".to_owned(),
                cross_built: false,
                elsewhere: false,
                commit: None,
                dirty: false,
                epoch: 0,
            };
            let files = files.iter().map(record).collect();
            job(name, BuildEvidence { files, ..BuildEvidence::default() })
        };
        let rebuilt = |jobs: &[Job]| {
            let joined = join(jobs).expect("no contradiction").build.expect("a build");
            joined.rebuilt.into_iter().collect::<Vec<_>>()
        };
        let (one, again) =
            (built("build-win32", &["a.whl", "a.tar.gz"]), built("rebuild-win32", &["a.whl"]));
        assert_eq!(rebuilt(&[one.clone(), again.clone()]), ["a.whl"]);
        assert_eq!(rebuilt(&[one.clone(), built("sdist", &["a.tar.gz"])]), [""; 0]);
        assert_eq!(rebuilt(std::slice::from_ref(&again)), [""; 0]);
        // The jobs after the gate get it with the joined evidence.
        let joined = join(&[one, again]).expect("no contradiction").build.expect("a build");
        assert_eq!(rebuilt(&[job("release", joined)]), ["a.whl"]);
    }

    #[test]
    fn a_check_is_as_good_as_its_worst_run() {
        let ran = || Outcome::Ran { findings: 1 };
        let unknown = || Outcome::Unknown("why".to_owned());
        let none = || Outcome::NoSubject("no ELF".to_owned());
        let of = |one: Outcome, other: Outcome| {
            let jobs = [one, other].map(|outcome| job("j", audit(&[("c", outcome)])));
            join(&jobs).expect("no contradiction").audit.expect("an audit").checks[0].1.clone()
        };
        assert_eq!(of(ran(), ran()), Outcome::Ran { findings: 2 });
        assert_eq!(of(ran(), unknown()), unknown());
        assert_eq!(of(unknown(), ran()), unknown());
        assert_eq!(of(none(), ran()), ran());
        assert_eq!(of(ran(), none()), ran());
        assert_eq!(of(unknown(), none()), unknown());
    }

    #[test]
    fn a_check_that_is_missing_in_one_audit_did_not_run() {
        let both =
            audit(&[("c", Outcome::Ran { findings: 0 }), ("d", Outcome::Ran { findings: 0 })]);
        let one = audit(&[("c", Outcome::Ran { findings: 0 })]);
        let jobs = [both, one].map(|audit| job("j", audit));
        let joined = join(&jobs).expect("no contradiction").audit.expect("an audit");
        let checks: Vec<&str> = joined.checks.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(checks, ["c"]);
    }

    #[test]
    fn audits_of_different_files_of_one_name_contradict_each_other() {
        let mut other = audit(&[]);
        other.files.insert("a.whl".to_owned(), Sha256Sum::digest(b"other"));
        let jobs = [audit(&[]), other].map(|audit| job("j", audit));
        assert_eq!(
            join(&jobs).expect_err("two files"),
            ["two audits saw different files named `a.whl`"]
        );
    }

    #[test]
    fn equal_receipts_are_joined_and_different_ones_are_a_contradiction() {
        let receipt = Receipt { release: "a 1".to_owned(), ..Receipt::default() };
        let with = |name, receipt: &Receipt| job(name, receipt.clone());
        let joined = join(&[with("one", &receipt), with("other", &receipt)]);
        assert_eq!(joined.expect("no contradiction").receipt, Some(receipt.clone()));
        let mut other = receipt.clone();
        other.files.push(SentFile {
            file: "a.whl".to_owned(),
            sha256: Sha256Sum::digest(b"a"),
            step: SentStep::Verified,
            url: None,
            sends: 1,
            faults: Vec::new(),
        });
        let jobs = [with("one", &receipt), with("other", &other)];
        assert_eq!(
            join(&jobs).expect_err("two receipts"),
            ["`one` and `other` have different receipts"]
        );
    }

    #[test]
    fn second_builds_of_one_sdist_are_joined_and_of_several_are_a_contradiction() {
        let with = |sdist: &[u8], unmatched: &str| {
            let sdist = Some(Sha256Sum::digest(sdist));
            let unmatched = vec![unmatched.to_owned()];
            job("j", SecondBuildEvidence { sdist, unmatched, ..SecondBuildEvidence::default() })
        };
        let joined = join(&[with(b"1", "a"), with(b"1", "b")]).expect("no contradiction");
        assert_eq!(joined.second_build.expect("compared").unmatched, ["a", "b"]);
        assert_eq!(
            join(&[with(b"1", "a"), with(b"2", "b")]).expect_err("two of them"),
            ["two second builders built from different sdists"]
        );
    }

    #[test]
    fn differences_of_every_job_are_kept() {
        let verified = |difference: &[&str]| VerifyEvidence {
            differences: difference.iter().map(|line| (*line).to_owned()).collect(),
            provenance: vec!["none".to_owned()],
            ..VerifyEvidence::default()
        };
        let jobs = [verified(&[]), verified(&["a.whl"])].map(|verify| job("j", verify));
        let joined = join(&jobs).expect("no contradiction").verify.expect("verified");
        assert_eq!(joined.differences, ["a.whl"]);
        assert_eq!(joined.provenance, ["none"]);
    }
}
