//! The judgement of the comparison with a second builder.

use super::{GateDecision, GateInput};

/// Adds the result of the second builder. A missing result closes the gate if the table asks for one. A difference does
/// so in any case.
pub(super) fn seconded(release: &GateInput, judgement: &mut GateDecision) {
    let Some(second) = &release.evidence.second_build else {
        if release.second_build {
            let reason = "no wheels of a second builder were compared, which `second-build` of the table asks for";
            judgement.reasons.push(reason.to_owned());
        }
        return;
    };
    let build = release.evidence.build.as_ref();
    let sdist = build.and_then(|build| build.file(release.plan.sdist.as_deref()?));
    if sdist.is_none() || second.sdist != sdist.map(|sdist| sdist.sha256) {
        let other =
            "the comparison with the second builder's wheels is of another build".to_owned();
        if release.second_build {
            judgement.reasons.push(other);
        } else {
            judgement.warnings.push(other);
        }
        return;
    }
    for unmatched in &second.unmatched {
        let reason = format!("the second builder made `{unmatched}`, which is not in the plan");
        judgement.reasons.push(reason);
    }
    for one in &second.compared {
        judgement.reasons.extend(one.differences.iter().map(|difference| {
            format!("the second builder's `{}` differs: {difference}", one.ours)
        }));
        let built = release.evidence.build.as_ref().and_then(|build| build.file(&one.ours));
        if built.map(|built| built.sha256) != second.files.get(&one.ours).copied() {
            let warning =
                format!("the second builder's wheel was compared with another `{}`", one.ours);
            judgement.warnings.push(warning);
            continue;
        }
        let planned = release.plan.wheels.iter().any(|wheel| wheel.file == one.ours);
        if planned && one.differences.is_empty() && !judgement.seconded.contains(&one.ours) {
            judgement.seconded.push(one.ours.clone());
        }
    }
}
