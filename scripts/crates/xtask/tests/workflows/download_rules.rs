//! The rules for the artifacts that a job takes in.
//!
//! Whoever can add an artifact could otherwise replace files of the checkout, or add a job that never ran.

use saphyr::YamlOwned as Yaml;

use crate::release_rules::all_before;
use crate::rules::verb;
use crate::workflow::{PromisedRuns, Workflow, is_action, steps, text};

/// Every download names the artifacts that it expects, of jobs that have ended, and unpacks each into an empty folder of
/// its name: `target/jobs/NAME`, and `target/program` for the program.
pub fn downloads(workflow: &Workflow, _: &PromisedRuns) -> Vec<String> {
    let jobs = workflow.jobs();
    let mut wrong = Vec::new();
    for &(name, job) in &jobs {
        let before = all_before(&jobs, name);
        let uploaded: Vec<&str> = jobs
            .iter()
            .filter(|(earlier, _)| before.contains(earlier))
            .flat_map(|(_, earlier)| uploads(earlier))
            .collect();
        let mut paths = Vec::new();
        for step in steps(job).filter(|step| is_action(step, "actions/download-artifact")) {
            let with = step.as_mapping_get("with");
            let of = |key| with.and_then(|with| text(with, key)).unwrap_or_default();
            let known = ["name", "pattern", "path"];
            let options = with.and_then(Yaml::as_mapping).into_iter().flatten();
            for (option, _) in
                options.filter(|(key, _)| !known.contains(&key.as_str().unwrap_or_default()))
            {
                let option = option.as_str().unwrap_or_default();
                wrong.push(format!("a download of job `{name}` has the option `{option}`"));
            }
            let (artifact, pattern, path) = (of("name"), of("pattern"), of("path"));
            let wanted = match (artifact, pattern) {
                ("program", "") => "target/program".to_owned(),
                (artifact, "") if !artifact.is_empty() => format!("target/jobs/{artifact}"),
                ("", pattern) if !pattern.is_empty() => "target/jobs".to_owned(),
                _ => {
                    wrong.push(format!("a download of job `{name}` does not name what it expects"));
                    continue;
                }
            };
            if path != wanted {
                wrong.push(format!("job `{name}` unpacks into `{path}`, not into `{wanted}`"));
            }
            if paths.contains(&path) {
                wrong.push(format!("job `{name}` unpacks twice into `{path}`"));
            }
            paths.push(path);
            if pattern.is_empty() {
                if !uploaded.contains(&artifact) {
                    wrong.push(format!("job `{name}` waits for no job that uploads `{artifact}`"));
                }
            } else {
                wrong.extend(pattern_faults(name, pattern, &uploaded));
                // The gate cannot miss a second build that it does not know of.
                let rest =
                    uploaded.iter().filter(|one| **one != "program" && !matches(pattern, one));
                let rest = rest.filter(|_| verb(job) == "gate");
                wrong.extend(rest.map(|one| format!("job `{name}` leaves out `{one}`")));
            }
        }
    }
    wrong
}

/// The names of the artifacts that a job uploads.
fn uploads(job: &Yaml) -> impl Iterator<Item = &str> {
    steps(job)
        .filter(|step| is_action(step, "actions/upload-artifact"))
        .filter_map(|step| text(step.as_mapping_get("with")?, "name"))
}

/// Faults of a pattern: `{sdist,build-*}`. Each part is of a job that has ended, and there are always two artifacts: if a
/// pattern matches one alone, the action makes no folder for it.
fn pattern_faults(job: &str, pattern: &str, uploaded: &[&str]) -> Vec<String> {
    let (whole, starts): (Vec<&str>, Vec<&str>) =
        parts(pattern).partition(|part| !part.contains('*'));
    if whole.is_empty() || whole.len() + starts.len() < 2 {
        return vec![format!(
            "the pattern `{pattern}` of job `{job}` may match one artifact alone"
        )];
    }
    let comes = |part: &&str| match part.strip_suffix('*') {
        // A part such as `*` would take anything.
        Some(start) => start.ends_with('-') && uploaded.iter().any(|name| name.starts_with(start)),
        None => uploaded.contains(part),
    };
    let missing = whole.iter().chain(&starts).filter(|part| !comes(part));
    missing.map(|part| format!("job `{job}` waits for no job that uploads `{part}`")).collect()
}

/// The parts of a pattern: `{sdist,build-*}`. None for another kind of pattern.
fn parts(pattern: &str) -> impl Iterator<Item = &str> {
    let inside = pattern.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    inside.into_iter().flat_map(|inside| inside.split(','))
}

/// Returns true if a pattern matches the name of an artifact.
fn matches(pattern: &str, name: &str) -> bool {
    parts(pattern).any(|part| match part.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => part == name,
    })
}
