//! The commit, the changes and the clone of a project, wherever it lies in its repository.

use std::fs;
use std::path::{Path, PathBuf};

use wheel_fixtures::project::SampleProject;
use wheel_pipeline::project::OUTPUTS;
use wheel_pipeline::tool::git::{self, Revision};

const PLACE: &str = "bindings/python";

fn revision(root: &Path) -> Option<Revision> {
    git::revision(root, &OUTPUTS).expect("git can read it")
}

fn is_dirty(project: &SampleProject) -> bool {
    revision(project.root()).expect("a commit").dirty
}

/// A committed project in a folder of its repository, with another crate beside it.
fn below(path: &str) -> SampleProject {
    let project = SampleProject::below("no program", path);
    beside(&project, "core/src/lib.rs", "// one\n");
    project.commit();
    project
}

/// Writes a file of the repository.
fn beside(project: &SampleProject, path: &str, text: &str) {
    let path = project.repository().join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, text).expect("written");
}

#[test]
fn a_project_in_a_folder_of_its_repository_has_its_commit_and_tags() {
    let project = below(PLACE);
    project.git(&["tag", "py-v1.0"]);
    project.git(&["tag", "nightly"]);
    let found = revision(project.root()).expect("a commit");
    assert_eq!(found.commit, project.git(&["rev-parse", "HEAD"]).trim());
    assert_eq!(found.tags, ["nightly", "py-v1.0"]);
    let real = |path: &Path| path.canonicalize().expect("it is there");
    assert_eq!(real(&found.checkout.top), real(project.repository()));
    assert_eq!(found.checkout.prefix, "bindings/python/");
    assert_eq!(found.checkout.project_in(Path::new("clone")), Path::new("clone").join(PLACE));
    assert!(!found.dirty);

    let top = below("");
    let found = revision(top.root()).expect("a commit");
    assert_eq!(found.checkout.project_in(Path::new("clone")), Path::new("clone"));
}

#[test]
fn a_change_anywhere_in_the_repository_counts() {
    for (path, what) in [
        ("core/src/lib.rs", "a tracked file outside of the project"),
        ("core/src/more.rs", "an untracked one there"),
        ("dist/a.whl", "a folder of another project"),
        ("bindings/python/src/lib.rs", "a tracked file of the project"),
        ("bindings/python/more.py", "an untracked one"),
        ("bindings/python/src/dist/a.py", "a folder of the same name"),
        ("bindings/python/target/other/a", "another folder below `target`"),
        ("bindings/python/dist.txt", "a name that begins alike"),
    ] {
        let project = below(PLACE);
        assert!(!is_dirty(&project));
        beside(&project, path, "changed\n");
        assert!(is_dirty(&project), "{what}: {path}");
    }
}

#[test]
fn a_staged_or_hidden_change_outside_of_the_project_counts() {
    let staged = below(PLACE);
    beside(&staged, "core/src/lib.rs", "// two\n");
    staged.git(&["add", "core"]);
    beside(&staged, "core/src/lib.rs", "// one\n");
    assert!(is_dirty(&staged));
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let hidden = below(PLACE);
        hidden.git(&["update-index", flag, "core/src/lib.rs"]);
        beside(&hidden, "core/src/lib.rs", "// two\n");
        assert_eq!(hidden.git(&["status", "--porcelain"]), "", "git is fooled");
        assert!(is_dirty(&hidden), "{flag}");
    }
}

#[test]
fn the_own_outputs_are_no_change_unless_they_are_tracked() {
    // A folder can be named like a pattern of git, on most systems.
    let strange = if cfg!(windows) { "50% [x] off" } else { "50% [x]* \\off?/python" };
    for place in ["", PLACE, strange] {
        let project = below(place);
        project.write("dist/half_of-2.0.0rc1.tar.gz", "an sdist");
        project.write("target/pipeline/plan.json", "{}");
        project.write("target/pipeline/source/a/Cargo.toml", "");
        assert!(!is_dirty(&project), "{place}");
    }
    let project = below(PLACE);
    project.write("dist/notes", "one");
    project.git(&["add", "--force", "."]);
    project.git(&["commit", "--quiet", "--message", "more"]);
    assert!(!is_dirty(&project));
    project.write("dist/notes", "two");
    assert!(is_dirty(&project));
}

#[test]
fn a_change_in_a_submodule_counts() {
    let core = below("");
    let project = below(PLACE);
    let address = core.repository().display().to_string();
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &address, "sub"];
    project.git(&add);
    project.git(&["commit", "--quiet", "--all", "--message", "submodule"]);
    assert!(!is_dirty(&project));
    beside(&project, "sub/untracked", "");
    assert!(is_dirty(&project));
    fs::remove_file(project.repository().join("sub/untracked")).expect("removed");
    beside(&project, "sub/core/src/lib.rs", "// two\n");
    assert!(is_dirty(&project));
}

#[test]
fn a_project_in_a_submodule_has_the_commit_of_the_submodule() {
    let inner = below(PLACE);
    let outer = below("");
    let address = inner.repository().display().to_string();
    outer.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &address,
        "sub",
    ]);
    let root = outer.repository().join("sub").join(PLACE);
    let found = revision(&root).expect("a commit");
    assert_eq!(found.commit, revision(inner.root()).expect("a commit").commit);
    assert!(!found.dirty);
    clone_has_the_project(&found);
}

#[test]
fn a_project_in_a_work_tree_of_its_own_has_its_commit() {
    let project = below(PLACE);
    let folder = tempfile::tempdir().expect("a folder");
    let tree = folder.path().join("tree");
    project.git(&["worktree", "add", "--quiet", &tree.display().to_string()]);
    let found = revision(&tree.join(PLACE)).expect("a commit");
    assert!(!found.dirty);
    clone_has_the_project(&found);
    // Its repository is gone: that is not the same as no repository.
    drop(project);
    let error = git::revision(&tree.join(PLACE), &OUTPUTS).expect_err("it is broken").to_string();
    assert!(error.starts_with("git cannot read the checkout `"), "{error}");
    assert!(error.contains("\nfatal: not a git repository: "), "{error}");
}

#[cfg(unix)]
#[test]
fn a_project_behind_a_link_has_its_commit() {
    let project = below(PLACE);
    let folder = tempfile::tempdir().expect("a folder");
    for (name, to) in [("repository", project.repository()), ("project", project.root())] {
        std::os::unix::fs::symlink(to, folder.path().join(name)).expect("a link");
    }
    for path in [folder.path().join("repository").join(PLACE), folder.path().join("project")] {
        let found = revision(&path).expect("a commit");
        assert_eq!(found.checkout.prefix, "bindings/python/");
        assert!(!found.dirty);
        clone_has_the_project(&found);
    }
}

/// Clones the checkout, and looks for the project where it must be.
fn clone_has_the_project(found: &Revision) {
    let folder = tempfile::tempdir().expect("a folder");
    let clone: PathBuf = folder.path().join("a clone");
    git::clone(&found.checkout, &clone).check().expect("cloned");
    let root = found.checkout.project_in(&clone);
    assert_eq!(revision(&root).expect("a commit").commit, found.commit);
}

#[test]
fn a_repository_with_any_name_is_cloned() {
    let project = SampleProject::below("no program", "50%20off/repository/python");
    let top = project.root().parent().expect("a folder");
    let git = |arguments: &[&str]| {
        let place = top.display().to_string();
        project.git(&[&["-C", &place], arguments].concat());
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "all"]);
    clone_has_the_project(&revision(project.root()).expect("a commit"));
}

#[test]
fn a_project_that_the_repository_above_ignores_is_not_part_of_it() {
    let project = below(PLACE);
    // As a home folder in git, or an sdist that was unpacked in the `target` of another project.
    beside(&project, ".gitignore", "/elsewhere/\n");
    project.git(&["add", ".gitignore"]);
    project.git(&["commit", "--quiet", "--message", "ignore"]);
    beside(&project, "elsewhere/pyproject.toml", "");
    assert_eq!(revision(&project.repository().join("elsewhere")), None);
    // One that is only not committed yet makes the tree dirty.
    beside(&project, "new/pyproject.toml", "");
    assert!(revision(&project.repository().join("new")).expect("a commit").dirty);
}

#[test]
fn without_a_repository_or_a_commit_there_is_no_revision() {
    let project = SampleProject::below("no program", PLACE);
    assert_eq!(revision(project.root()), None);
    // Some programs put an empty folder there, so that nobody looks further up.
    fs::create_dir(project.repository().join(".git")).expect("made");
    assert_eq!(revision(project.root()), None);
    project.git(&["init", "--quiet"]);
    assert_eq!(revision(project.root()), None);
}
