//! The template of a release workflow, filled in for this repository and for others.

use saphyr::YamlOwned as Yaml;
use wheel_pipeline::project::source::Source;
use wheel_pipeline::stage::init::workflow::Settings;

use crate::program_rules::{CHECK, INSTALL, RUST};
use crate::rules::{INSTALLED, PIPELINE};
use crate::workflow::{OTHERS, Workflow, is_action, others, read, root, steps, text};

#[test]
fn the_release_of_this_repository_is_made_from_the_template() {
    let source = Source::open(&root(), None).expect("the repository is a project");
    let made = xtask::readme::settings(&source).render();
    assert!(made == read("release.yml"), "run `cargo xtask readme`");
}

/// A job without the steps that set up Python, Rust and the program, and with one name for the program.
fn rest(job: &Yaml) -> Vec<String> {
    let is_setup = |step: &&Yaml| {
        let run = text(step, "run").unwrap_or_default();
        let name = step.as_mapping_get("with").and_then(|with| text(with, "name"));
        is_action(step, "actions/setup-python")
            || [CHECK, INSTALL, RUST].contains(&run)
            || is_action(step, "actions/download-artifact") && name == Some("program")
    };
    let others = job.as_mapping().into_iter().flatten().filter_map(|(key, value)| {
        let key = key.as_str()?;
        (key != "steps").then(|| format!("{key}: {value:?}"))
    });
    let steps = steps(job).filter(|step| !is_setup(step)).map(|step| format!("{step:?}"));
    let one_name = |line: String| {
        let line = PIPELINE.iter().fold(line, |line, program| line.replace(program, INSTALLED));
        // The job that compiles the program is waited for in one of them.
        line.replace("Value(String(\"program\")), ", "")
    };
    others.chain(steps).map(one_name).collect()
}

#[test]
fn the_release_of_others_is_the_same_but_for_the_program() {
    let (ours, theirs) = (Workflow::new(&read("release.yml")), Workflow::new(&read(OTHERS)));
    let (ours, theirs) = (ours.jobs(), theirs.jobs());
    let names = |jobs: &[(&str, &Yaml)]| {
        jobs.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()
    };
    let mut expected = names(&ours);
    expected.retain(|name| name != "program");
    assert_eq!(names(&theirs), expected);
    for (name, job) in theirs {
        let own = ours.iter().find(|(own, _)| *own == name).expect("both have it").1;
        let (own, other) = (rest(own), rest(job));
        // The plan waits for the program alone, so that it waits for nothing here.
        let own: Vec<String> = own
            .into_iter()
            .filter(|line| !line.starts_with("needs: Value(String(\"program\"))"))
            .collect();
        assert_eq!(other, own, "{name}");
    }
}

#[test]
fn nothing_in_the_release_of_others_needs_this_repository() {
    let text = read(OTHERS);
    for ours in ["cargo pipeline", "cargo xtask", "scripts/", "target/program", "sha256sum"] {
        assert!(!text.contains(ours), "{ours}");
    }
}

#[test]
fn a_project_below_the_top_names_its_folder_and_changes_nothing_else() {
    let below = Settings { below: "bindings/python".to_owned(), ..others() }.render();
    let lines = |word: &str| below.lines().filter(|line| line.contains(word)).count();
    let runs = lines("run: wheel-pipeline ");
    assert_eq!(lines("run: wheel-pipeline --project bindings/python "), runs);
    assert!(runs > 10, "{runs} commands");
    let same = below.replace(" --project bindings/python", "").replace("bindings/python/", "");
    assert_eq!(same, others().render());
    // The artifacts of other jobs are unpacked at the top, which is where commands run.
    assert_eq!(lines("path: target/jobs"), others().render().matches("path: target/jobs").count());
}

#[test]
fn jobs_that_the_table_does_not_ask_for_leave_no_trace() {
    let some = |rebuild, second_build| Settings { rebuild, second_build, ..others() }.render();
    let names = |text: &str| {
        Workflow::new(text).jobs().iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()
    };
    let neither = some(false, false);
    let words = ["second build", "second-build", "outputs.second"];
    let has_second = |text: &str| words.into_iter().find(|word| text.contains(word));
    assert!(!neither.contains("rebuild"));
    assert_eq!(has_second(&neither), None);
    assert_eq!(
        names(&neither),
        [
            "plan",
            "sdist",
            "build",
            "audit",
            "smoke",
            "smoke-container",
            "gate",
            "dry-run",
            "publish",
            "verify",
            "announce"
        ]
    );
    assert!(names(&some(true, false)).contains(&"rebuild".to_owned()));
    assert_eq!(has_second(&some(true, false)), None);
    assert!(names(&some(false, true)).contains(&"second-build".to_owned()));
    assert!(!some(false, true).contains("rebuild"));
}

#[test]
fn the_tags_are_those_that_the_table_spells() {
    let tags = |tag: &str| {
        let text = Settings { tag: Some(tag.to_owned()), ..others() }.render();
        text.lines()
            .find_map(|line| line.trim().strip_prefix("tags: "))
            .expect("it has tags")
            .to_owned()
    };
    assert_eq!(tags("py-v{version}"), "[\"py-v*\"]");
    assert_eq!(tags("{version}"), "[\"[0-9]*\"]");
    assert_eq!(tags("name/{version}"), "[\"name/*\"]");
}

#[test]
fn a_project_that_names_its_rust_keeps_it() {
    let own = Settings { own_rust: true, ..others() }.render();
    assert!(!own.contains("RUSTUP_TOOLCHAIN"));
    assert!(others().render().contains("  RUSTUP_TOOLCHAIN: 1.95.0\n"));
}
