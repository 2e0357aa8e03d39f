//! The judgement of files by the evidence of their build.

use wheel_audit::wheel::Sha256Sum;

use super::GateInput;
use crate::evidence::{BuiltFile, SmokeResult};
use crate::project::CrossBuilt;

/// Returns true if a record of a build is there, and a planned file is not in it. One reason speaks of all such files, so
/// that nothing else is said of each.
pub(super) fn is_unbuilt(release: &GateInput, file: &str) -> bool {
    release.evidence.build.as_ref().is_some_and(|build| build.file(file).is_none())
        && release.plan.files().any(|planned| planned == file)
}

/// The reason against an upload without some files of the plan, with the first of them.
pub(super) fn unbuilt(release: &GateInput) -> Option<String> {
    const SHOWN: usize = 3;
    let missing: Vec<&str> =
        release.plan.files().filter(|file| is_unbuilt(release, file)).collect();
    let names: Vec<String> = missing.iter().take(SHOWN).map(|file| format!("`{file}`")).collect();
    let (count, all) = (missing.len(), release.plan.files().count());
    match count {
        0 => None,
        1 => Some(format!("{} was not built", names[0])),
        _ if count <= SHOWN => {
            Some(format!("{count} of {all} files were not built: {}", names.join(", ")))
        }
        _ => Some(format!(
            "{count} of {all} files were not built: {} and {} more",
            names.join(", "),
            count - SHOWN
        )),
    }
}

/// The reason against the upload of a file, from the evidence of its build.
pub(super) fn built(release: &GateInput, built: &BuiltFile) -> Option<String> {
    let file = &built.file;
    if built.elsewhere {
        let why = "was built elsewhere, and no pattern in `foreign` of the table matches it";
        return (!release.plan.is_foreign(file)).then(|| format!("`{file}` {why}"));
    }
    if built.dirty {
        return Some(format!("`{file}` was built from a dirty tree"));
    }
    (built.commit.as_deref() != release.commit).then(|| {
        format!(
            "`{file}` was built from {}, but the checkout is at {}",
            built.commit.as_deref().unwrap_or("no commit"),
            release.commit.unwrap_or("no commit")
        )
    })
}

/// The reason against the upload of a file that another linker made than its system's own.
pub(super) fn cross_built(release: &GateInput, built: &BuiltFile) -> Option<String> {
    let cross_built = format!("`{}` was cross-built, by {}", built.file, built.builder);
    if release.cross_built == CrossBuilt::Never {
        return Some(format!("{cross_built}, which `cross-built` of the table refuses"));
    }
    let untested: Vec<String> = release
        .plan
        .environments
        .iter()
        .filter(|promise| promise.file == built.file)
        .filter(|promise| {
            let mut outcomes = release.evidence.smoke.iter().flat_map(|smoke| &smoke.outcomes);
            !outcomes.any(|outcome| {
                (outcome.target, outcome.python) == (promise.target, promise.python)
                    && outcome.sha256 == built.sha256
                    && outcome.native
                    && outcome.result == SmokeResult::Passed
            })
        })
        .map(|promise| format!("{} on {}", promise.target, promise.python.title()))
        .collect();
    (!untested.is_empty()).then(|| {
        let untested = untested.join(", ");
        format!("{cross_built}, and not tested on its own platform: {untested}")
    })
}

/// The reason against the upload of the bytes that are there.
pub(super) fn present(file: &str, built: &BuiltFile, there: Option<&Sha256Sum>) -> Option<String> {
    match there {
        Some(&sum) if sum != built.sha256 => Some(match built.elsewhere {
            true => format!("`{file}` is not the file that was recorded"),
            false => format!("`{file}` is not the file that `build` recorded"),
        }),
        None => Some(format!("`{file}` is missing")),
        Some(_) => None,
    }
}
