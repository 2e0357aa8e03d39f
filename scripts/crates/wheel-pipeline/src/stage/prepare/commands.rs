//! The commands that `prepare` leaves to a person, as a shell takes them.

use std::path::{Component, Path, PathBuf};

/// The commands that commit the changed files and tag the commit. They work in the project's folder, wherever in the
/// repository it is. `here` is the folder of this run.
pub fn remaining(
    root: &Path,
    here: &Path,
    changed: &[PathBuf],
    version: &str,
    tag: &str,
    signed: bool,
) -> String {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let go = match real(here) == real(root) {
        true => String::new(),
        false => format!("cd {}\n", quoted(&root.display().to_string())),
    };
    let root = real(root);
    let names: Vec<String> =
        changed.iter().map(|path| quoted(&relative(&root, &real(path)))).collect();
    let sign = match signed {
        true => format!("--sign --message \"Release {version}\" "),
        false => String::new(),
    };
    format!(
        "# run the tests of the project\n{go}git add {}\ngit commit -m \"Release {version}\"\n\
         git tag {sign}{tag}\ngit push origin HEAD {tag}\n",
        names.join(" ")
    )
}

/// The path of a file, seen from a folder. A lock file may lie above the project.
fn relative(folder: &Path, file: &Path) -> String {
    let common = folder.components().zip(file.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(common).map(|_| Component::ParentDir);
    let path: PathBuf = up.chain(file.components().skip(common)).collect();
    path.display().to_string().replace('\\', "/")
}

fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./+@%=:,\\".contains(&byte);
    match word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_seen_from_the_project_and_is_one_word() {
        let seen = |file: &str| quoted(&relative(Path::new("/all/a b"), Path::new(file)));
        assert_eq!(seen("/all/a b/Cargo.toml"), "Cargo.toml");
        assert_eq!(seen("/all/Cargo.lock"), "../Cargo.lock");
        assert_eq!(seen("/all/it's/Cargo.lock"), "'../it'\\''s/Cargo.lock'");
    }
}
