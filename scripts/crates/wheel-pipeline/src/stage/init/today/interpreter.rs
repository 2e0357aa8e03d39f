//! The Pythons that the arguments of a builder name.

use std::collections::BTreeSet;

use wheel_audit::family::PythonVersion;

use super::facts::{Place, Pythons, Today};
use crate::tool::python::{OLDEST, OLDEST_PYPY};

/// An interpreter as a workflow names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interpreter {
    Python(PythonVersion),
    /// An implementation, or an old version of one, that cannot be promised, in words.
    Other(String),
    /// `python3`, or the result of another step.
    Unknown,
}

impl Interpreter {
    /// The interpreter of a word such as `3.12`, `python3.14t`, `pypy3.11` or `/opt/python/cp312-cp312/bin/python`.
    pub fn of(word: &str) -> Self {
        let word = word.trim_matches(['"', '\'']).replace('\\', "/");
        let named = word.split('/').filter(|part| !part.is_empty()).map(Self::of_part);
        let mut known = named.filter(|part| *part != Self::Unknown);
        known.next_back().unwrap_or(Self::Unknown)
    }

    fn of_part(part: &str) -> Self {
        let version = |text: &str| text.parse().map(Self::Python).ok();
        if let Some(pypy) = pypy(part) {
            return pypy;
        }
        for (start, name) in [("graalpy", "GraalPy"), ("gp3", "GraalPy 3.")] {
            if let Some(rest) = part.strip_prefix(start) {
                let rest = rest.trim_start_matches('-').trim_start_matches('v');
                let rest = rest.split(['-', '_']).next().unwrap_or_default();
                let gap = if name.ends_with('.') || rest.is_empty() { "" } else { " " };
                return Self::Other(format!("{name}{gap}{rest}"));
            }
        }
        let plain = part.strip_suffix(".exe").unwrap_or(part);
        let plain = plain.strip_prefix("python").unwrap_or(plain).trim_start_matches('-');
        // `cp314-cp314t`: the second part is the ABI.
        let tag = plain.rsplit('-').next().and_then(|tag| tag.strip_prefix("cp3"));
        let of_tag = tag.and_then(|minor| version(&format!("3.{minor}")));
        // A patch release has the wheels of its series.
        let numbers: Vec<&str> = plain.split('.').collect();
        let of_patch = match numbers[..] {
            [major, minor, _] => version(&format!("{major}.{minor}")),
            _ => None,
        };
        version(plain).or(of_tag).or(of_patch).unwrap_or(Self::Unknown)
    }
}

/// The PyPy of a word such as `pypy3.11`, `pypy-3.11-v8.0.1`, `pp311` or `pp311-pypy311_pp73`. None for another word.
fn pypy(part: &str) -> Option<Interpreter> {
    let rest = match part.strip_prefix("pp3") {
        Some(rest) => format!("3.{}", rest.replace("_pp", "-v")),
        None => part.strip_prefix("pypy")?.trim_start_matches('-').to_owned(),
    };
    let other = |version: &str| {
        let gap = if version.is_empty() { "" } else { " " };
        Some(Interpreter::Other(format!("PyPy{gap}{version}")))
    };
    let mut words = rest.split('-');
    let series = words.next().unwrap_or_default().trim_start_matches('v');
    let Ok(python) = series.parse::<PythonVersion>() else { return other(series) };
    if !python.is_usual() || python < OLDEST_PYPY {
        return other(series);
    }
    // `v8.0.1`, or `v80` of an ABI tag.
    let own = words.next_back().and_then(|word| word.strip_prefix('v')).unwrap_or_default();
    let own: Vec<u8> = match own.parse::<u8>() {
        Ok(abi) if abi >= 10 => vec![abi / 10, abi % 10],
        _ => own.split('.').map_while(|number| number.parse().ok()).collect(),
    };
    Some(Interpreter::Python(match own[..] {
        [major, minor, ..] => python.pypy(major, minor),
        // `v8.x`: all of 8 have one ABI so far.
        [major] if major > 7 => python.pypy(major, 0),
        _ => by_maturin(python),
    }))
}

/// The PyPy for which maturin builds where only the Python is named: the one of its own table, and of the images of
/// manylinux2014.
fn by_maturin(python: PythonVersion) -> PythonVersion {
    if python > OLDEST_PYPY { python.pypy(8, 0) } else { python.pypy(7, 3) }
}

/// The PyPy that maturin finds.
pub fn found_pypy() -> PythonVersion {
    by_maturin(OLDEST_PYPY)
}

/// The Pythons of the interpreters that a build names, apart from each other as wheels are. Empty if it builds for none
/// that can be promised; what it builds for is noted.
pub fn pythons(
    named: &[Interpreter],
    place: &Place,
    today: &mut Today,
    file: &str,
) -> Vec<Pythons> {
    let (mut all, mut pypys) = (BTreeSet::new(), BTreeSet::new());
    for interpreter in named {
        match interpreter {
            Interpreter::Python(python) if python.is_pypy() => {
                pypys.insert(*python);
            }
            Interpreter::Python(python) if *python >= OLDEST => {
                all.insert(*python);
            }
            Interpreter::Python(python) => leave_out_old(*python, place, today, file),
            Interpreter::Other(name) => leave_out_other(name, today, file),
            Interpreter::Unknown => {}
        }
    }
    let any = |is: fn(&Interpreter) -> bool| named.iter().any(is);
    let with_gil =
        |one: &Interpreter| matches!(one, Interpreter::Python(python) if python.is_usual());
    let is_unknown = any(|one| *one == Interpreter::Unknown);
    let cpythons = if place.serves_later && (any(with_gil) || all.is_empty() && is_unknown) {
        Some(Pythons::Stable)
    } else if !all.is_empty() {
        Some(Pythons::Named(all))
    } else {
        is_unknown.then_some(Pythons::Unknown)
    };
    let pypys = (!pypys.is_empty()).then_some(Pythons::Named(pypys));
    cpythons.into_iter().chain(pypys).collect()
}

/// Notes an implementation that cannot be promised.
pub fn leave_out_other(name: &str, today: &mut Today, file: &str) {
    let what = "a release has wheels for CPython, and for PyPy";
    today.leave_out(format!("{name}: {what} {OLDEST_PYPY} and later"), file);
}

/// Notes a Python that is too old, if the project still admits it.
pub fn leave_out_old(python: PythonVersion, place: &Place, today: &mut Today, file: &str) {
    if place.requires_python.is_none_or(|wanted| python.is_admitted_by(wanted)) {
        today.leave_out(
            format!("Python {python}: a release has wheels for {OLDEST} and later"),
            file,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_an_interpreter() {
        let cpython = |text: &str| Interpreter::Python(text.parse().expect("a version"));
        let pypy = cpython;
        let other = |text: &str| Interpreter::Other(text.to_owned());
        for (word, expected) in [
            ("3.12", cpython("3.12")),
            ("python3.14t", cpython("3.14t")),
            ("'3.9'", cpython("3.9")),
            ("3.13.2", cpython("3.13")),
            ("cp314-cp314t", cpython("3.14t")),
            ("/opt/python/cp312-cp312/bin/python", cpython("3.12")),
            ("C:\\Python311\\python.exe", Interpreter::Unknown),
            ("python3.11.exe", cpython("3.11")),
            ("pypy3.11", pypy("pypy3.11-v7.3")),
            ("pypy3.12", pypy("pypy3.12-v8.0")),
            ("pypy-3.11-v7.3", pypy("pypy3.11-v7.3")),
            ("pypy3.11-v8.0.1", pypy("pypy3.11-v8.0")),
            ("pypy3.11-v8.x", pypy("pypy3.11-v8.0")),
            ("pypy3.11-v7.x", pypy("pypy3.11-v7.3")),
            ("pypy-3.11-nightly", pypy("pypy3.11-v7.3")),
            ("pp311-pypy311_pp80", pypy("pypy3.11-v8.0")),
            ("/opt/python/pp311-pypy311_pp73/bin/python", pypy("pypy3.11-v7.3")),
            ("pp311", pypy("pypy3.11-v7.3")),
            ("pypy3.10", other("PyPy 3.10")),
            ("pp39-pypy39_pp73", other("PyPy 3.9")),
            ("pypy", other("PyPy")),
            ("pypy3", other("PyPy 3")),
            ("graalpy3.12", other("GraalPy 3.12")),
            ("python", Interpreter::Unknown),
            ("python3", Interpreter::Unknown),
            ("3.x", Interpreter::Unknown),
        ] {
            assert_eq!(Interpreter::of(word), expected, "{word}");
        }
    }
}
