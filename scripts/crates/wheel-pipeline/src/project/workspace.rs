//! The cargo workspace of the project's crate: the folder of the `Cargo.lock` that builds use.
//!
//! cargo is not asked, because a job that only plans or uploads has none.

use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

/// The `Cargo.lock` of the crate of `manifest`. It may not be there.
///
/// It lies beside the crate, or in the top folder of a workspace, which cargo looks for upwards. So does maturin, which
/// packs it.
pub fn lock(manifest: &Path) -> PathBuf {
    let beside = manifest.with_file_name("Cargo.lock");
    if beside.exists() {
        return beside;
    }
    // Without links and `..`, so that the folders above are the real ones.
    let real = manifest.canonicalize().unwrap_or_else(|_| manifest.to_owned());
    let root = root(&real);
    if Some(&*root) == real.parent() { beside } else { root.join("Cargo.lock") }
}

/// The top folder of the crate's workspace. Without one, the crate's own folder.
fn root(manifest: &Path) -> PathBuf {
    let own = manifest.parent().unwrap_or(Path::new(""));
    let Some(table) = read(manifest) else { return own.to_owned() };
    if table.contains_key("workspace") {
        return own.to_owned();
    }
    let named = table.get("package").and_then(|package| package.get("workspace")?.as_str());
    if let Some(named) = named {
        let folder = own.join(named);
        return folder.canonicalize().unwrap_or(folder);
    }
    own.ancestors()
        .skip(1)
        .find(|folder| {
            let above = read(&folder.join("Cargo.toml"));
            let workspace = above.as_ref().and_then(|table| table.get("workspace"));
            workspace.is_some_and(|workspace| !leaves_out(workspace, folder, own))
        })
        .unwrap_or(own)
        .to_owned()
}

/// Returns true if `exclude` of a workspace in `folder` has the crate in `own`, and `members` has not.
fn leaves_out(workspace: &toml::Value, folder: &Path, own: &Path) -> bool {
    let has = |key: &str| {
        let paths = workspace.get(key).and_then(|paths| paths.as_array()).into_iter().flatten();
        paths.filter_map(|path| path.as_str()).any(|path| own.starts_with(folder.join(path)))
    };
    has("exclude") && !has("members")
}

/// A manifest. Whoever needs it tells what is wrong with it.
fn read(manifest: &Path) -> Option<Table> {
    toml::from_str(&fs::read_to_string(manifest).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lock file of the crate in `crate_folder`, among some files, as a path below their folder.
    fn lock_among(files: &[(&str, &str)], crate_folder: &str) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("it is there");
        for (path, text) in files {
            let path = top.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        let found = lock(&top.join(crate_folder).join("Cargo.toml"));
        found.strip_prefix(&top).expect("below").display().to_string().replace('\\', "/")
    }

    const CRATE: &str = "[package]\nname = \"a\"\n";

    #[test]
    fn the_lock_is_that_of_the_workspace() {
        let member = ("rust/a/Cargo.toml", CRATE);
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[], "rust/a/Cargo.lock"),
            (&[("Cargo.toml", "[workspace]\n")], "Cargo.lock"),
            (&[("Cargo.toml", "[package]\nname = \"b\"\n")], "rust/a/Cargo.lock"),
            (&[("Cargo.toml", "[workspace]\nexclude = [\"rust\"]\n")], "rust/a/Cargo.lock"),
            (
                &[("Cargo.toml", "[workspace]\nexclude = [\"rust\"]\nmembers = [\"rust/a\"]\n")],
                "Cargo.lock",
            ),
            (&[("Cargo.toml", "[workspace]\n"), ("rust/a/Cargo.lock", "")], "rust/a/Cargo.lock"),
            (
                &[("Cargo.toml", "[workspace]\n"), ("rust/Cargo.toml", "[workspace]\n")],
                "rust/Cargo.lock",
            ),
        ];
        for (files, expected) in cases {
            let files: Vec<_> = files.iter().copied().chain([member]).collect();
            assert_eq!(lock_among(&files, "rust/a"), *expected, "{files:?}");
        }
        let own = [("Cargo.toml", "[workspace]\n"), ("a/Cargo.toml", "[package]\n[workspace]\n")];
        assert_eq!(lock_among(&own, "a"), "a/Cargo.lock");
        let named = "[package]\nname = \"a\"\nworkspace = \"../all\"\n";
        let named = [("all/Cargo.toml", "[workspace]\n"), ("a/Cargo.toml", named)];
        assert_eq!(lock_among(&named, "a"), "all/Cargo.lock");
    }
}
