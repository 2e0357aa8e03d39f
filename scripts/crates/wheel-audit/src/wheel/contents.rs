//! The modules and programs that a wheel installs.

use std::collections::BTreeSet;

use super::release::WheelFacts;

impl WheelFacts {
    /// The modules at the top of the wheel, as Python imports them. A folder without `__init__` is a namespace, and gives
    /// the modules in it.
    pub fn modules(&self) -> BTreeSet<String> {
        // A library that Python does not load may lie anywhere.
        let libraries = self.binaries.iter().filter(|binary| !binary.has_module());
        let libraries: BTreeSet<&str> = libraries.map(|binary| binary.member.as_str()).collect();
        let members = self.members.iter().map(|member| member.name.as_str());
        let members = members.filter(|member| !libraries.contains(member));
        modules(members.filter_map(|member| self.installed(member)))
    }

    /// The programs that an installation puts on `PATH`: those of entry points, and those that the wheel holds.
    pub fn programs(&self) -> BTreeSet<String> {
        let console = self.entry_points.iter().filter(|point| point.group == "console_scripts");
        let console = console.map(|point| point.name.as_str());
        let scripts = self.data("scripts");
        let held = self.members.iter().filter_map(|member| member.name.strip_prefix(&scripts));
        let held = held.map(|name| name.strip_suffix(".exe").unwrap_or(name));
        console
            .chain(held)
            .filter(|name| !name.is_empty() && !name.contains('/'))
            .map(str::to_owned)
            .collect()
    }

    /// The requirements of the metadata, as they are written: `anyio>=3`, `numpy; extra == "array"`.
    pub fn requirements(&self) -> Vec<&str> {
        self.metadata.iter().flat_map(|metadata| metadata.all("Requires-Dist")).collect()
    }

    /// The path below `site-packages`. None if the member is installed elsewhere.
    pub(crate) fn installed<'a>(&self, member: &'a str) -> Option<&'a str> {
        let data = self.dist_info.strip_suffix(".dist-info").map(|stem| format!("{stem}.data/"));
        let pure =
            ["purelib", "platlib"].iter().find_map(|part| member.strip_prefix(&self.data(part)));
        pure.or_else(|| {
            let elsewhere = data.is_some_and(|data| member.starts_with(&data));
            (!elsewhere).then_some(member)
        })
    }

    /// A folder of `.data`, with a slash.
    pub(crate) fn data(&self, part: &str) -> String {
        format!("{}.data/{part}/", self.dist_info.trim_end_matches(".dist-info"))
    }
}

fn modules<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let files: Vec<(Vec<&str>, &str)> = paths
        .filter_map(|path| {
            let mut folders: Vec<&str> = path.split('/').collect();
            let module = module_of(folders.pop()?)?;
            folders.iter().all(|folder| is_identifier(folder)).then_some((folders, module))
        })
        .collect();
    let packages: BTreeSet<&[&str]> = files
        .iter()
        .filter(|(_, module)| *module == "__init__")
        .map(|(folders, _)| &folders[..])
        .collect();
    files
        .iter()
        .filter_map(|(folders, module)| {
            let package = (1..=folders.len()).find(|length| packages.contains(&folders[..*length]));
            match package {
                Some(length) => Some(folders[..length].join(".")),
                None if module.starts_with("__") => None,
                None => Some(folders.iter().chain([module]).copied().collect::<Vec<_>>().join(".")),
            }
        })
        .collect()
}

/// The name of the module in a file: `a` of `a.py`, `a.so`, `a.abi3.so`, `a.cp310-win_amd64.pyd`.
fn module_of(file: &str) -> Option<&str> {
    let (stem, ending) = file.rsplit_once('.')?;
    let name = match ending {
        "py" => stem,
        "so" | "pyd" => stem.split('.').next().unwrap_or_default(),
        _ => return None,
    };
    is_identifier(name).then_some(name)
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str]) -> Vec<String> {
        modules(paths.iter().copied()).into_iter().collect()
    }

    #[test]
    fn packages_modules_and_extensions_are_imported_by_their_first_name() {
        let paths = [
            "one/__init__.py",
            "one/deep/__init__.py",
            "one/part.py",
            "two.py",
            "_three.cpython-310-x86_64-linux-gnu.so",
            "four.abi3.so",
            "five.pyd",
            "six/__init__.abi3.so",
            "six/six.abi3.so",
        ];
        assert_eq!(found(&paths), ["_three", "five", "four", "one", "six", "two"]);
    }

    #[test]
    fn a_namespace_gives_the_modules_in_it() {
        let paths = ["ns/part/__init__.py", "ns/part/more.py", "ns/alone.py", "ns/deep/er/mod.so"];
        assert_eq!(found(&paths), ["ns.alone", "ns.deep.er.mod", "ns.part"]);
    }

    #[test]
    fn what_python_cannot_import_is_left_out() {
        let paths = [
            "a-b.py",
            "own.libs/libc.so",
            "own-1.0.dist-info/METADATA",
            "stubs/__init__.pyi",
            "data/file.json",
            "1st/mod.py",
            "__main__.py",
            "lib.so.6",
        ];
        assert_eq!(found(&paths), [""; 0]);
    }
}
