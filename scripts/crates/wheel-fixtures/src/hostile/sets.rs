//! Releases of many hostile files, which are read at the same time.

use super::{File, Generator, elf, tar, zip};

pub(super) const ALL: &[Generator] = &[
    Generator {
        name: "set: forty wheels of fifty times their size",
        says: "is not listed in `RECORD`",
        make: dense,
    },
    Generator {
        name: "set: forty wheels of large libraries",
        says: "is not listed in `RECORD`",
        make: libraries,
    },
    Generator {
        name: "set: forty wheels of very many members",
        says: "holds no binary",
        make: members,
    },
    Generator {
        name: "set: forty wheels with names of Python",
        says: "its symbols have too many long names",
        make: names,
    },
    Generator {
        name: "set: source distributions of 255 MiB",
        says: "it has neither `pyproject.toml` nor `setup.py`",
        make: sources,
    },
    Generator {
        name: "set: a thousand wheels with very many findings",
        says: "more findings of this check",
        make: findings,
    },
];

const COUNT: usize = 40;

/// So many files, each made by the generator of this name. They have about so many bytes together.
fn times(count: usize, size: usize, all: &[Generator], name: &str) -> Vec<File> {
    let generator = all.iter().find(|generator| generator.name == name).expect("a generator");
    let (file, bytes) = (generator.make)(size / count).remove(0);
    let (_, tags) = file.split_once("-1.0.0-").expect("a wheel's name");
    // Wheels that differ in the build tag hold the same metadata.
    (0..count).map(|number| (format!("sum_up_to-1.0.0-{number}-{tags}"), bytes.clone())).collect()
}

fn dense(size: usize) -> Vec<File> {
    times(COUNT, size, zip::ALL, "zip: fifty times its size")
}

fn libraries(size: usize) -> Vec<File> {
    times(COUNT, size, zip::ALL, "zip: libraries of fifty times its size")
}

fn members(size: usize) -> Vec<File> {
    times(COUNT, size, zip::ALL, "zip: as many members as there can be")
}

fn names(size: usize) -> Vec<File> {
    times(COUNT, size, elf::ALL, "elf: long names of Python at every place")
}

fn sources(size: usize) -> Vec<File> {
    // Each has about a megabyte.
    (0..COUNT.min(size / 1_200_000).max(2))
        .map(|number| tar::zeros(&format!("sum_up_to-1.0.{number}"), 255))
        .collect()
}

fn findings(size: usize) -> Vec<File> {
    times(1000, size, zip::ALL, "zip: names that differ only in case")
}
