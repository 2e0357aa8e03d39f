//! The rules for the workflows under `.github/`.
//!
//! Workflows run only on GitHub, so tests check their text. Each rule is a function from a workflow to its
//! violations. Each rule is tested with workflows that it must refuse, so that no rule accepts everything.

mod release_rules;
mod rules;
mod workflow;

use std::collections::BTreeSet;
use std::fs;

use rules::RULES;
use workflow::{Workflow, promise, read, root};

#[test]
fn every_workflow_keeps_every_rule() {
    let promise = promise();
    let folder = fs::read_dir(root().join(".github/workflows")).expect("the folder is there");
    let files: BTreeSet<String> = folder
        .map(|entry| entry.expect("listed").file_name().into_string().expect("UTF-8"))
        .collect();
    let mut wrong = Vec::new();
    for (name, only, rule) in RULES {
        assert!(only.is_none_or(|file| files.contains(file)), "rule `{name}` has no workflow");
        for file in files.iter().filter(|file| only.is_none_or(|only| only == *file)) {
            let found = rule(&Workflow::new(&read(file)), &promise);
            wrong.extend(found.into_iter().map(|what| format!("{file}: {what} [{name}]")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_refuses_its_violations() {
    let checkout = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1";
    // The rule, the workflow, the old and the new text, and the expected violation.
    let cases = [
        (
            "commands",
            "ci.yml",
            "xtask ci",
            "test",
            "`cargo test` is not one command of the pipeline",
        ),
        (
            "commands",
            "ci.yml",
            "xtask ci",
            "xtask ci && true",
            "`cargo xtask ci && true` is not one command of the pipeline",
        ),
        (
            "commands",
            "ci.yml",
            "xtask ci",
            "xtask cii",
            "`cargo xtask cii` is not one command of the pipeline",
        ),
        (
            "commands",
            "ci.yml",
            "- run: cargo xtask ci",
            "- run: cargo xtask ci\n      - run: cargo xtask ci",
            "job `ci` runs 2 commands",
        ),
        ("commands", "ci.yml", "- run: cargo xtask ci", "", "job `ci` runs 0 commands"),
        (
            "actions",
            "ci.yml",
            "@3d3c42e5",
            "@v7 # ",
            "`actions/checkout@v7` is not pinned to a commit",
        ),
        ("actions", "ci.yml", "@3d3c", "@zzzz", "is not pinned to a commit"),
        ("actions", "ci.yml", " # v7.0.1", "", "has no comment with its version"),
        ("actions", "release.yml", " # v7.0.1", " # v7", "has no comment with its version"),
        ("permissions", "ci.yml", "permissions: {}\n", "", "does not begin with `permissions: {}`"),
        (
            "permissions",
            "ci.yml",
            "permissions: {}",
            "permissions: read-all",
            "does not begin with `permissions: {}`",
        ),
        ("credentials", "ci.yml", "credentials: false", "credentials: true", "of job `ci` keeps"),
        ("credentials", "ci.yml", checkout, "actions/download@1", "job `ci` has no checkout"),
        (
            "failures",
            "ci.yml",
            "- run:",
            "- continue-on-error: true\n        run:",
            "`continue-on-error` hides failures",
        ),
        ("failures", "ci.yml", "  ci:\n", "  ci:\n    continue-on-error: true\n", "hides failures"),
        ("pythons", "ci.yml", "            3.15\n", "", "job `ci` has Pythons [[\"3.10\","),
        ("pythons", "ci.yml", "actions/setup-python@", "actions/other@", "job `ci` has Pythons []"),
        ("pythons", "release.yml", "${{ matrix.pythons }}", "3.10", "job `verify` has"),
        ("pythons", "release.yml", "\"3.13\"", "\"3.9\"", "job `sdist` has Pythons [[\"3.9\"]]"),
        (
            "pythons",
            "release.yml",
            "-version: ${{ matrix.python }}\n",
            "-version: \"3.13\"\n",
            "job `smoke` has",
        ),
        ("runners", "ci.yml", ", windows-2025]", "]", "the jobs have runners {\"macos-15\","),
        ("runners", "ci.yml", "windows-11-arm]", "windows-11-arm, macos-15]", "as another does"),
        ("runners", "ci.yml", "on: ${{ matrix.runner }}", "on: macos-15", "not run on the runner"),
        ("events", "ci.yml", "  pull_request:\n", "", "does not run on `pull_request`"),
        ("matrix", "release.yml", "github-matrix", "json", "no job runs `cargo pipeline plan"),
        (
            "matrix",
            "release.yml",
            "${{ fromJSON(needs.plan.outputs.build) }}",
            "\n        target: [win_amd64]",
            "the matrix of job `build` is not an output of the plan",
        ),
        (
            "matrix",
            "release.yml",
            "needs.plan.outputs.smoke",
            "needs.plan.outputs.build",
            "the matrix of job `smoke` is not",
        ),
        (
            "matrix",
            "release.yml",
            "needs: [plan, sdist]",
            "needs: sdist",
            "`build` does not wait for the plan",
        ),
        (
            "matrix",
            "release.yml",
            "on: ${{ matrix.runner }}",
            "on: macos-15",
            "not run on the runner",
        ),
        (
            "artifacts",
            "release.yml",
            "name: audit\n          path",
            "name: sdist\n          path",
            "two jobs upload an artifact `sdist`",
        ),
        (
            "artifacts",
            "release.yml",
            "name: build-${{ matrix.target }}\n          path",
            "name: builds\n          path",
            "the jobs `build` overwrite",
        ),
        (
            "artifacts",
            "release.yml",
            "smoke-${{ matrix.target }}-${{ matrix.python }}",
            "smoke-${{ matrix.target }}",
            "the jobs `smoke` overwrite",
        ),
        (
            "artifacts",
            "release.yml",
            "          if-no-files-found: error\n",
            "",
            "job `sdist` may upload nothing",
        ),
        (
            "conditions",
            "release.yml",
            "    name: Gate\n",
            "    name: Gate\n    if: always()\n",
            "job `gate` has another condition",
        ),
        (
            "conditions",
            "release.yml",
            "github.event_name == 'push' || inputs.publish",
            "always()",
            "job `publish` has another condition",
        ),
        (
            "conditions",
            "release.yml",
            "${{ !cancelled() }}",
            "${{ always() }}",
            "a step of job `second-build` has a condition",
        ),
        (
            "conditions",
            "release.yml",
            "- run: cargo pipeline gate",
            "- if: ${{ !cancelled() }}\n        run: cargo pipeline gate",
            "a step of job `gate`",
        ),
        (
            "order",
            "release.yml",
            "    needs: gate\n    runs-on: ubuntu-24.04\n    timeout-minutes: 60",
            "    needs: build\n    runs-on: ubuntu-24.04\n    timeout-minutes: 60",
            "job `publish` does not wait for job `gate`",
        ),
        (
            "order",
            "release.yml",
            "audit, smoke, smoke-container]",
            "audit, smoke-container]",
            "job `gate` does not wait for job `smoke`",
        ),
        (
            "order",
            "release.yml",
            "audit, smoke, smoke-container]",
            "audit, smoke]",
            "job `gate` does not wait for job `smoke-container`",
        ),
        (
            "order",
            "release.yml",
            "build, rebuild, second-build,",
            "build, second-build,",
            "job `gate` does not wait for job `rebuild`",
        ),
        (
            "order",
            "release.yml",
            "rebuild, second-build, audit",
            "rebuild, audit",
            "job `gate` does not wait for job `second-build`",
        ),
        (
            "order",
            "release.yml",
            "needs: verify",
            "needs: gate",
            "job `announce` does not wait for job `verify`",
        ),
        (
            "rights",
            "release.yml",
            "      id-token: write # to prove to PyPI that this is its trusted publisher\n",
            "",
            "job `publish` has the rights {(\"contents\", \"read\")}, not",
        ),
        (
            "rights",
            "release.yml",
            "contents: read # to check out the source\n    outputs",
            "id-token: write\n    outputs",
            "job `plan` has the rights",
        ),
        (
            "rights",
            "release.yml",
            "    environment: pypi\n",
            "",
            "the environment of job `publish`",
        ),
        (
            "by-hand",
            "release.yml",
            "default: false",
            "default: true",
            "started by hand, it is not a dry run",
        ),
        (
            "caches",
            "release.yml",
            "allow-prereleases: true",
            "cache: pip",
            "`cache` adds a cache to a release",
        ),
        ("caches", "release.yml", checkout, "actions/cache@1", "`uses` adds a cache"),
        (
            "caches",
            "release.yml",
            "cache-image: false",
            "cache-image: true",
            "`cache-image` adds a cache",
        ),
        (
            "surroundings",
            "release.yml",
            "cache-image: false",
            "platforms: all",
            "job `smoke-container` keeps the image of QEMU",
        ),
        (
            "surroundings",
            "release.yml",
            "binfmt:qemu-v10.2.3-68@sha256:",
            "binfmt:",
            "job `smoke-container` does not pin the image of QEMU",
        ),
        (
            "surroundings",
            "release.yml",
            "          architecture: ${{ matrix.architecture }}\n",
            "",
            "job `smoke` does not select the processor of its Python",
        ),
        (
            "surroundings",
            "release.yml",
            "- run: cargo pipeline smoke\n        env:\n          PIPELINE_TARGET: ${{ matrix.target }}\n",
            "- run: cargo pipeline smoke\n",
            "job `smoke` is not for the target of its matrix",
        ),
        ("tags", "release.yml", "[\"v*\"]", "[\"*\"]", "does not run on tags `v*` only"),
        ("tags", "release.yml", "tags: [", "branches: [", "does not run on tags `v*` only"),
    ];
    let promise = promise();
    for (name, file, from, to, refusal) in cases {
        let good = read(file);
        assert!(good.contains(from), "{file} has no `{from}`");
        let (_, _, rule) = RULES.iter().find(|(rule, ..)| *rule == name).expect(name);
        let found = rule(&Workflow::new(&good.replacen(from, to, 1)), &promise);
        assert!(
            found.len() == 1 && found[0].contains(refusal),
            "rule `{name}` on `{from}` replaced by `{to}` says {found:?}, not `{refusal}`"
        );
    }
    let shown: BTreeSet<&str> = cases.iter().map(|case| case.0).collect();
    let all: BTreeSet<&str> = RULES.iter().map(|(name, ..)| *name).collect();
    assert_eq!(shown, all, "every rule needs a workflow that it refuses");
}
