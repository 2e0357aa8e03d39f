//! The workflows of a repository that may release something.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::yaml;

/// The folder of workflows, below the top of the repository.
pub const FOLDER: &str = ".github/workflows";

/// A workflow.
#[derive(Clone, Debug)]
pub struct Workflow {
    /// The name of its file.
    pub file: String,
    pub text: String,
    /// Its content, or the reason why it is not YAML.
    pub data: Result<Value, String>,
}

/// The events on which a release may be built. A workflow that others call has the event of its caller.
const EVENTS: [&str; 6] =
    ["push", "release", "create", "workflow_dispatch", "workflow_call", "repository_dispatch"];

impl Workflow {
    /// Every workflow of the repository, sorted by name.
    pub fn all(repository: &Path) -> Result<Vec<Self>> {
        let folder = repository.join(FOLDER);
        let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry.with_context(|| format!("cannot read `{}`", folder.display()))?.path();
            let is_workflow = path.extension().is_some_and(|end| end == "yml" || end == "yaml");
            if !is_workflow || !path.is_file() {
                continue;
            }
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            let name = path.file_name().unwrap_or_default();
            all.push(Self::new(&name.to_string_lossy(), &text));
        }
        all.sort_by(|one, other| one.file.cmp(&other.file));
        Ok(all)
    }

    /// A workflow of this text.
    pub fn new(file: &str, text: &str) -> Self {
        Self { file: file.to_owned(), text: text.to_owned(), data: yaml::read(text) }
    }

    /// Returns true if it may run for a release: on an event of a release, and not only for some branches.
    pub fn may_release(&self) -> bool {
        let Ok(data) = &self.data else { return false };
        match data.get("on") {
            Some(Value::String(event)) => EVENTS.contains(&event.as_str()),
            Some(Value::Array(events)) => {
                events.iter().filter_map(Value::as_str).any(|event| EVENTS.contains(&event))
            }
            Some(Value::Object(events)) => events.iter().any(|(event, filter)| {
                let of_branches = filter.get("branches").or_else(|| filter.get("branches-ignore"));
                let only_branches = of_branches.is_some() && filter.get("tags").is_none();
                EVENTS.contains(&event.as_str()) && !(event == "push" && only_branches)
            }),
            _ => false,
        }
    }

    /// The event of a release: the push of a tag, or the first of the others that the workflow runs on.
    pub fn event(&self) -> &'static str {
        let on = self.data.as_ref().ok().and_then(|data| data.get("on"));
        let has = |event: &&&str| match on {
            Some(Value::String(only)) => only == **event,
            Some(Value::Array(events)) => events.iter().any(|one| one == **event),
            Some(Value::Object(events)) => events.contains_key(**event),
            _ => false,
        };
        match EVENTS.iter().find(has) {
            // It has the event of its caller.
            Some(&"workflow_call") | None => "push",
            Some(event) => event,
        }
    }

    /// The patterns of the tags on which it runs.
    pub fn tags(&self) -> Vec<&str> {
        let push = self.data.as_ref().ok().and_then(|data| data.get("on")?.get("push"));
        let tags = push.and_then(|push| push.get("tags"));
        let listed = tags.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        listed.chain(tags.and_then(Value::as_str)).filter(|tag| !tag.starts_with('!')).collect()
    }

    /// Its jobs by name.
    pub fn jobs(&self) -> impl Iterator<Item = (&str, &Value)> {
        let jobs = self.data.as_ref().ok().and_then(|data| data.get("jobs")?.as_object());
        jobs.into_iter().flatten().map(|(name, job)| (name.as_str(), job))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflows_for_branches_and_pull_requests_release_nothing() {
        let releases =
            |on: &str| Workflow::new("a.yml", &format!("on: {on}\njobs: {{}}\n")).may_release();
        assert!(releases("push"));
        assert!(releases("[pull_request, push]"));
        assert!(releases("{ push: { branches: [main], tags: ['v*'] } }"));
        assert!(releases("{ push: , pull_request: }"));
        assert!(releases("{ push: { branches: [main] }, release: { types: [published] } }"));
        assert!(releases("{ workflow_call: { inputs: { plan: { type: string } } } }"));
        assert!(!releases("{ push: { branches: [main] }, pull_request: }"));
        assert!(!releases("{ push: { branches-ignore: [main] } }"));
        assert!(!releases("pull_request"));
        assert!(!Workflow::new("a.yml", "on: [").may_release());
    }

    #[test]
    fn the_event_is_the_push_of_a_tag_before_any_other() {
        let event = |on: &str| Workflow::new("a.yml", &format!("on: {on}\n")).event();
        assert_eq!(event("{ workflow_dispatch: , push: { tags: ['v*'] } }"), "push");
        assert_eq!(event("{ release: { types: [published] }, workflow_dispatch: }"), "release");
        assert_eq!(event("[pull_request, workflow_dispatch]"), "workflow_dispatch");
        assert_eq!(event("release"), "release");
        assert_eq!(event("workflow_call"), "push");
    }

    #[test]
    fn the_tags_are_those_of_its_trigger() {
        let workflow = Workflow::new("a.yml", "on: { push: { tags: ['py-v*', '!py-v0*'] } }\n");
        assert_eq!(workflow.tags(), ["py-v*"]);
        assert_eq!(Workflow::new("a.yml", "on: push\n").tags(), [""; 0]);
    }
}
