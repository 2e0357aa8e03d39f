//! `bench opinions`: compares auditwheel and abi3audit with the audit, on the wheels in `dist/`.
//!
//! These tools check a part of what the audit checks, by rules of other authors. Results on the same question must
//! agree.

use std::fs;
use std::path::Path;

use anyhow::Result;
use wheel_audit::plan::PlannedWheel;
use wheel_audit::target::System;
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::failure::Failure;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::report::{Mood, Report, table};
use wheel_pipeline::stage::Machine;
use wheel_pipeline::tool::python::environment::Environment;

use super::audit::auditors;
use crate::auditors as opinion;
use crate::auditors::{PlatformOpinion, StableAbi};

/// The prefix of the only symbol that abi3audit does not know. Since 3.15, a module exports it in place of `PyInit_…`
/// ([PEP 793](https://peps.python.org/pep-0793/)).
const EXPORT: &str = "PyModExport_";

/// The result of a tool for a wheel.
enum Said {
    Agrees(String),
    Differs(String),
    /// The tool cannot read the file, with the reason.
    Nothing(String),
    /// The tool is not for such wheels.
    NotAsked,
}

/// Runs both tools on every planned wheel in `dist/`.
pub fn run(source: &Source, machine: &Machine, report: &Report) -> Result<Verdict> {
    let dist = source.project.dist();
    let there = |wheel: &&PlannedWheel| dist.join(&wheel.file).is_file();
    let wheels: Vec<&PlannedWheel> = source.plan.wheels.iter().filter(there).collect();
    if wheels.is_empty() {
        return Err(Failure::unknown("there is no wheel in `dist/`")
            .hint("run `cargo pipeline build --all` first")
            .into());
    }
    let place = tempfile::Builder::new().prefix("wheel-pipeline-bench-").tempdir()?;
    let tools = auditors(machine, place.path())?;
    let empty = place.path().join("empty");
    fs::create_dir(&empty)?;
    let (mut rows, mut verdict) = (Vec::new(), Verdict::Yes);
    let mut agreed = 0;
    for wheel in &wheels {
        let action = report.start(format!("asking about {}", wheel.file));
        let (platform, abi) = both(&tools, &dist, &empty, wheel)?;
        drop(action);
        for said in [&platform, &abi] {
            match said {
                Said::Agrees(_) => agreed += 1,
                Said::NotAsked => {}
                Said::Differs(what) => {
                    report.say(Mood::Bad, "differs", &format!("{}: {what}", wheel.file));
                    verdict = verdict.and(Verdict::No);
                }
                Said::Nothing(why) => {
                    report.say(Mood::Doubtful, "unread", &format!("{}: {why}", wheel.file));
                    verdict = verdict.and(Verdict::Unknown);
                }
            }
        }
        let target = format!("`{}`", wheel.target);
        rows.push(vec![target, format!("`{}`", wheel.family), cell(platform), cell(abi)]);
    }
    let header = ["target", "family", "auditwheel", "abi3audit"];
    report.data(&format!(
        "{} wheels, {agreed} opinions that agree\n\n{}",
        wheels.len(),
        table::markdown(&header, &rows)
    ))?;
    Ok(verdict)
}

fn both(
    tools: &Environment,
    dist: &Path,
    empty: &Path,
    wheel: &PlannedWheel,
) -> Result<(Said, Said)> {
    let file = dist.join(&wheel.file);
    let platform = match wheel.target.system() {
        System::Manylinux { .. } | System::Musllinux { .. } => {
            let said = opinion::auditwheel(tools, &file, empty)?;
            said.map_or_else(Said::Nothing, |said| judged(&wheel.target.to_string(), &said))
        }
        System::Macos { .. } | System::Windows => Said::NotAsked,
    };
    let abi = if wheel.family.to_string().contains("-abi3") {
        let said = opinion::abi3audit(tools, &file)?;
        said.map_or_else(Said::Nothing, |said| stable(&wheel.family.to_string(), &said))
    } else {
        Said::NotAsked
    };
    Ok((platform, abi))
}

fn judged(promised: &str, said: &PlatformOpinion) -> Said {
    if said.tag == promised && said.libraries.is_empty() {
        return Said::Agrees(format!("`{promised}`"));
    }
    let libraries = said.libraries.iter().map(|library| format!(", for `{library}`"));
    Said::Differs(format!("`{}`{}", said.tag, libraries.collect::<String>()))
}

fn stable(family: &str, said: &StableAbi) -> Said {
    if said.modules == 0 {
        return Said::Nothing("it read no module".to_owned());
    }
    let known = |symbol: &&String| family.starts_with("cp315-") && symbol.starts_with(EXPORT);
    let (known, unknown): (Vec<&String>, Vec<&String>) = said.symbols.iter().partition(known);
    match (unknown.iter().chain(&said.newer.iter().collect::<Vec<_>>()).next(), known.first()) {
        (Some(symbol), _) => Said::Differs(format!("`{symbol}` is not in the ABI")),
        (None, Some(symbol)) => Said::Agrees(format!("yes, but for `{symbol}`")),
        (None, None) => Said::Agrees("yes".to_owned()),
    }
}

fn cell(said: Said) -> String {
    match said {
        Said::Agrees(what) => what,
        Said::Differs(what) => format!("**differs**: {what}"),
        Said::Nothing(why) => format!("cannot read it: {why}"),
        Said::NotAsked => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abi(symbols: &[&str], newer: &[&str]) -> StableAbi {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        StableAbi { modules: 1, symbols: owned(symbols), newer: owned(newer) }
    }

    #[test]
    fn one_symbol_is_accepted_in_one_family_and_no_other() {
        let says = |family: &str, said: &StableAbi| cell(stable(family, said));
        assert_eq!(says("cp310-abi3", &abi(&[], &[])), "yes");
        let export = abi(&["PyModExport__native"], &[]);
        assert_eq!(says("cp315-abi3.abi3t", &export), "yes, but for `PyModExport__native`");
        let refused = "**differs**: `PyModExport__native` is not in the ABI";
        assert_eq!(says("cp310-abi3", &export), refused);
        let more = abi(&["PyModExport__native", "_PyLong_New"], &[]);
        assert_eq!(says("cp315-abi3.abi3t", &more), "**differs**: `_PyLong_New` is not in the ABI");
        let newer = abi(&[], &["PyX"]);
        assert_eq!(says("cp310-abi3", &newer), "**differs**: `PyX` is not in the ABI");
        assert_eq!(says("cp310-abi3", &StableAbi::default()), "cannot read it: it read no module");
    }

    #[test]
    fn another_platform_or_a_foreign_library_is_a_difference() {
        let says = |tag: &str, libraries: &[&str]| {
            let libraries = libraries.iter().map(|name| (*name).to_owned()).collect();
            cell(judged(
                "manylinux_2_17_s390x",
                &PlatformOpinion { tag: tag.to_owned(), libraries },
            ))
        };
        assert_eq!(says("manylinux_2_17_s390x", &[]), "`manylinux_2_17_s390x`");
        assert_eq!(says("manylinux_2_28_s390x", &[]), "**differs**: `manylinux_2_28_s390x`");
        assert_eq!(says("linux_s390x", &["libx.so"]), "**differs**: `linux_s390x`, for `libx.so`");
    }
}
