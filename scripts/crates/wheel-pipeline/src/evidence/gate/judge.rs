//! The judgement: every reason against an upload.

use super::audited::audited;
use super::built::{built, cross_built, present, unbuilt};
use super::seconded::seconded;
use super::smoked::{smoked, tested};
use super::{GateDecision, GateInput};
use crate::evidence::origin::FileOrigin;

/// Judges the evidence.
pub fn judge(release: &GateInput) -> GateDecision {
    let untagged = release.has_project && release.plan.tag.is_none();
    let files = FileOrigin::all(release.plan, release.evidence);
    let unpromised = release.plan.unpromised.clone();
    let mut judgement = GateDecision { untagged, files, unpromised, ..GateDecision::default() };
    if release.has_project && release.commit.is_none() {
        // Without this, files of no commit would agree with it.
        judgement.reasons.push("the source is not a git checkout with a commit".to_owned());
    }
    if release.dirty {
        judgement.reasons.push("the checkout differs from its commit".to_owned());
    }
    let unmatched = release.foreign.unmatched(release.dist.keys()).into_iter();
    judgement.reasons.extend(unmatched.map(|pattern| {
        format!("no file in `dist/` matches `{pattern}`, which `foreign` of the table promises")
    }));
    match &release.evidence.build {
        None => judgement.reasons.push("there is no record of a build".to_owned()),
        Some(build) => {
            judgement.reasons.extend(unbuilt(release));
            for file in release.plan.files() {
                let Some(record) = build.file(file) else { continue };
                judgement.reasons.extend(built(release, record));
                if record.cross_built {
                    judgement.reasons.extend(cross_built(release, record));
                }
                judgement.reasons.extend(present(file, record, release.dist.get(file)));
                if release.rebuild && !record.elsewhere && !build.rebuilt.contains(file) {
                    let reason = "was not built again, which `rebuild` of the table asks for";
                    judgement.reasons.push(format!("`{file}` {reason}"));
                }
            }
        }
    }
    match &release.evidence.audit {
        None => judgement.reasons.push("there was no audit".to_owned()),
        Some(audit) => {
            audited(release, audit, &mut judgement);
        }
    }
    judgement
        .reasons
        .extend(release.evidence.smoke.iter().filter_map(|smoke| tested(release, smoke)));
    smoked(release, &mut judgement);
    seconded(release, &mut judgement);
    judgement
}
