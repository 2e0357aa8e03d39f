//! A whole release: a plan, the files that it promises, and what `build` recorded of them.

use std::collections::BTreeMap;
use std::str::FromStr;

use pep440_rs::Version;
use wheel_audit::family::{Family, PythonVersion};
use wheel_audit::plan::{Plan, Promise};
use wheel_audit::wheel::Sha256Sum;
use wheel_audit::wheel::release::ReleaseFacts;

use crate::sdist::Sdist;
use crate::wheel::Wheel;

pub const LINUX: &str = "sum_up_to-1.0.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl";
pub const MACOS: &str = "sum_up_to-1.0.0-cp310-abi3-macosx_11_0_arm64.whl";
pub const WINDOWS: &str = "sum_up_to-1.0.0-cp310-abi3-win_amd64.whl";
pub const SDIST: &str = "sum_up_to-1.0.0.tar.gz";

/// A folder `dist/` in memory.
#[derive(Clone, Debug)]
pub struct Dist {
    pub plan: Plan,
    pub files: BTreeMap<String, Vec<u8>>,
    pub built: Vec<(String, Sha256Sum)>,
}

/// The files of a release before they are packed.
#[derive(Clone, Debug)]
pub struct Parts {
    pub linux: Wheel,
    pub macos: Wheel,
    pub windows: Wheel,
    pub sdist: Sdist,
}

impl Parts {
    /// Replaces the one occurrence of `from` in the metadata of every file.
    pub fn edit_metadata(&mut self, from: &str, to: &str) {
        self.linux.edit("METADATA", from, to);
        self.macos.edit("METADATA", from, to);
        self.windows.edit("METADATA", from, to);
        self.sdist.edit(from, to);
        // Its own files no longer state the version.
        self.sdist.state_nothing();
    }
}

/// A good release of one tag, three targets and two Pythons.
pub fn good() -> Dist {
    release(|_| {})
}

/// A release whose files were changed before they were packed, hashed and recorded.
pub fn release(change: impl FnOnce(&mut Parts)) -> Dist {
    let mut parts = Parts {
        linux: Wheel::new(LINUX),
        macos: Wheel::new(MACOS),
        windows: Wheel::new(WINDOWS),
        sdist: Sdist::new(SDIST),
    };
    change(&mut parts);
    let Parts { linux, macos, windows, sdist } = parts;
    let files = BTreeMap::from([
        (linux.file.clone(), linux.bytes()),
        (macos.file.clone(), macos.bytes()),
        (windows.file.clone(), windows.bytes()),
        (sdist.file.clone(), sdist.bytes()),
    ]);
    let built =
        files.iter().map(|(name, bytes)| (name.clone(), Sha256Sum::digest(bytes))).collect();
    Dist { plan: plan(), files, built }
}

impl Dist {
    /// Adds a file, as if `build` had made it.
    pub fn add(&mut self, file: &str, bytes: Vec<u8>) {
        self.built.push((file.to_owned(), Sha256Sum::digest(&bytes)));
        self.files.insert(file.to_owned(), bytes);
    }

    /// Puts other bytes in the place of a file's, as if `build` had made them.
    pub fn replace(&mut self, file: &str, bytes: Vec<u8>) {
        self.built.retain(|(name, _)| name != file);
        self.remove(file);
        self.add(file, bytes);
    }

    /// Takes a file away.
    pub fn remove(&mut self, file: &str) {
        self.files.remove(file).expect("a file of the release");
    }

    /// The facts of all files, which must be readable.
    pub fn read(&self) -> ReleaseFacts {
        let folder = tempfile::tempdir().expect("a folder");
        let mut release = ReleaseFacts::default();
        for (name, bytes) in &self.files {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            release.add(&path).unwrap_or_else(|error| panic!("`{name}`: {error}"));
        }
        for wheel in &release.wheels {
            assert_eq!(wheel.unread, [], "{}", wheel.file);
        }
        release
    }
}

/// The plan that a good release fulfils.
pub fn plan() -> Plan {
    let floor = PythonVersion::new(3, 10);
    let targets = ["manylinux_2_17_x86_64", "macosx_11_0_arm64", "win_amd64"];
    let promise = Promise {
        name: "sum-up-to".into(),
        version: Version::from_str("1.0.0").expect("a version"),
        tag: Some("v1.0.0".into()),
        families: vec![Family::Abi3 { floor }],
        targets: targets.iter().map(|tag| tag.parse().expect("a target")).collect(),
        pythons: vec![floor, PythonVersion::new(3, 13)],
    };
    Plan::new(&promise).expect("every Python is served")
}
