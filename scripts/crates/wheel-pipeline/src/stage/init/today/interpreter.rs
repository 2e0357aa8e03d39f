//! The Pythons that the arguments of a builder name.

use std::collections::BTreeSet;

use wheel_audit::family::PythonVersion;

use super::facts::{Place, Pythons, Today};
use crate::tool::python::OLDEST;

/// An interpreter as a workflow names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interpreter {
    CPython(PythonVersion),
    /// An implementation that cannot be promised, in words.
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
        let version = |text: &str| text.parse().map(Self::CPython).ok();
        for (start, name) in
            [("graalpy", "GraalPy"), ("pypy", "PyPy"), ("pp3", "PyPy 3."), ("gp3", "GraalPy 3.")]
        {
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

/// The Pythons of the interpreters that a build names. None if it builds for none that can be promised; what it builds
/// for is noted.
pub fn pythons(
    named: &[Interpreter],
    place: &Place,
    today: &mut Today,
    file: &str,
) -> Option<Pythons> {
    let mut all = BTreeSet::new();
    for interpreter in named {
        match interpreter {
            Interpreter::CPython(python) if *python >= OLDEST => {
                all.insert(*python);
            }
            Interpreter::CPython(python) => leave_out_old(*python, place, today, file),
            Interpreter::Other(name) => {
                today.leave_out(format!("{name}: a release has wheels for CPython"), file);
            }
            Interpreter::Unknown => {}
        }
    }
    let any = |is: fn(&Interpreter) -> bool| named.iter().any(is);
    let with_gil = |one: &Interpreter| matches!(one, Interpreter::CPython(python) if !python.is_free_threaded());
    if place.serves_later && any(with_gil) {
        return Some(Pythons::Stable);
    }
    match all.is_empty() {
        false => Some(Pythons::Named(all)),
        true if any(|one| *one == Interpreter::Unknown) => {
            Some(if place.serves_later { Pythons::Stable } else { Pythons::Unknown })
        }
        true => None,
    }
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
        let cpython = |text: &str| Interpreter::CPython(text.parse().expect("a version"));
        for (word, expected) in [
            ("3.12", cpython("3.12")),
            ("python3.14t", cpython("3.14t")),
            ("'3.9'", cpython("3.9")),
            ("3.13.2", cpython("3.13")),
            ("cp314-cp314t", cpython("3.14t")),
            ("/opt/python/cp312-cp312/bin/python", cpython("3.12")),
            ("C:\\Python311\\python.exe", Interpreter::Unknown),
            ("python3.11.exe", cpython("3.11")),
            ("pypy3.11", Interpreter::Other("PyPy 3.11".to_owned())),
            ("pypy-3.11-v7.3", Interpreter::Other("PyPy 3.11".to_owned())),
            ("pp311-pypy311_pp73", Interpreter::Other("PyPy 3.11".to_owned())),
            ("graalpy3.12", Interpreter::Other("GraalPy 3.12".to_owned())),
            ("python", Interpreter::Unknown),
            ("python3", Interpreter::Unknown),
            ("3.x", Interpreter::Unknown),
        ] {
            assert_eq!(Interpreter::of(word), expected, "{word}");
        }
    }
}
