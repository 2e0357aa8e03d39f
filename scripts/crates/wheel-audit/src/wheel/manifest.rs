//! A `Cargo.toml`, as far as it names other files
//! ([the manifest format](https://doc.rust-lang.org/cargo/reference/manifest.html)).

use std::collections::BTreeMap;

use super::toml_values::{at, texts};

/// The files that a manifest names, and what it takes from its workspace. Paths are relative to its folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manifest {
    pub(crate) workspace: Option<Workspace>,
    /// `package.workspace`: the folder of its workspace.
    pub(crate) of_workspace: Option<String>,
    /// True if it takes a value from a workspace.
    pub(crate) inherits: bool,
    /// The folders of the crates that it depends on.
    pub(crate) depends: Vec<String>,
    /// The same of dependencies for tests.
    pub(crate) depends_for_tests: Vec<String>,
    /// The dependencies whose place the workspace gives.
    pub(crate) inherited: Vec<String>,
    /// The folders of crates that stand in for others.
    pub(crate) patches: Vec<String>,
    /// The source files that it names.
    pub(crate) files: Vec<String>,
    /// Benches, examples and tests without a path, each by the folder that Cargo looks into and its name.
    pub(crate) targets: Vec<(&'static str, String)>,
}

/// `[workspace]`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Workspace {
    /// Folders, and patterns of folders.
    pub(crate) members: Vec<String>,
    pub(crate) exclude: Vec<String>,
    /// The folders of the crates that members may depend on, by name.
    pub(crate) dependencies: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn read(table: &toml::Table) -> Self {
        let mut manifest = Self::default();
        if let Some(workspace) = table.get("workspace").and_then(toml::Value::as_table) {
            manifest.workspace = Some(Workspace {
                members: texts(workspace.get("members")),
                exclude: texts(workspace.get("exclude")),
                dependencies: paths(workspace.get("dependencies")).collect(),
            });
        }
        let package = table.get("package").and_then(toml::Value::as_table);
        if let Some(package) = package {
            let text = |key| Some(package.get(key)?.as_str()?.to_owned());
            manifest.of_workspace = text("workspace");
            manifest.files.extend(text("build"));
            manifest.inherits = package.values().any(is_inherited);
        }
        manifest.inherits |= table.get("lints").is_some_and(is_inherited);
        let targets = table.get("target").and_then(toml::Value::as_table);
        let targets = targets.into_iter().flat_map(toml::Table::values);
        for place in std::iter::once(table).chain(targets.filter_map(toml::Value::as_table)) {
            for kind in ["dependencies", "build-dependencies", "build_dependencies"] {
                manifest.depends.extend(paths(place.get(kind)).map(|(_, path)| path));
                manifest.inherited.extend(inherited(place.get(kind)));
            }
            for kind in ["dev-dependencies", "dev_dependencies"] {
                manifest.depends_for_tests.extend(paths(place.get(kind)).map(|(_, path)| path));
                manifest.inherited.extend(inherited(place.get(kind)));
            }
        }
        manifest.inherits |= !manifest.inherited.is_empty();
        let patches = table.get("patch").and_then(toml::Value::as_table);
        for source in patches.into_iter().flat_map(toml::Table::values) {
            manifest.patches.extend(paths(Some(source)).map(|(_, path)| path));
        }
        manifest.files.extend(at(table, &["lib", "path"]).and_then(text));
        for target in list(table, "bin") {
            manifest.files.extend(target.get("path").and_then(text));
        }
        for (kind, folder) in [("bench", "benches"), ("example", "examples"), ("test", "tests")] {
            let plain = list(table, kind).filter(|target| target.get("path").is_none());
            let names = plain.filter_map(|target| target.get("name").and_then(text));
            manifest.targets.extend(names.map(|name| (folder, name)));
        }
        manifest
    }

    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> u64 {
        let lists =
            [&self.depends, &self.depends_for_tests, &self.inherited, &self.patches, &self.files];
        let texts = lists.into_iter().flatten().map(|text| text.len() + 64).sum::<usize>();
        let targets = self.targets.iter().map(|(_, name)| name.len() + 64).sum::<usize>();
        let workspace = self.workspace.as_ref().map_or(0, |workspace| {
            let lists = workspace.members.iter().chain(&workspace.exclude);
            let places =
                workspace.dependencies.iter().map(|(name, path)| name.len() + path.len() + 96);
            lists.map(|text| text.len() + 64).sum::<usize>() + places.sum::<usize>()
        });
        (texts + targets + workspace + 256) as u64
    }
}

fn text(value: &toml::Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The tables of a list: `[[bin]]`.
fn list<'a>(table: &'a toml::Table, key: &str) -> impl Iterator<Item = &'a toml::Value> {
    table.get(key).and_then(toml::Value::as_array).into_iter().flatten()
}

/// The names and paths of those dependencies that have a path.
fn paths(dependencies: Option<&toml::Value>) -> impl Iterator<Item = (String, String)> {
    let all = dependencies.and_then(toml::Value::as_table).into_iter().flatten();
    all.filter_map(|(name, value)| Some((name.clone(), text(value.get("path")?)?)))
}

/// The names of those dependencies that a workspace describes.
fn inherited(dependencies: Option<&toml::Value>) -> impl Iterator<Item = String> {
    let all = dependencies.and_then(toml::Value::as_table).into_iter().flatten();
    all.filter(|(_, value)| is_inherited(value)).map(|(name, _)| name.clone())
}

fn is_inherited(value: &toml::Value) -> bool {
    value.get("workspace").and_then(toml::Value::as_bool) == Some(true)
}
