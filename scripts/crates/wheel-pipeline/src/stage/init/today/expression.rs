//! The expressions of workflows, `${{ … }}`, evaluated as far as the files say what they are.
//!
//! GitHub's rules of evaluation are those of the crate. It evaluates constants, so every context is replaced by its value
//! first. An expression with a context that only a run knows, such as `steps`, has no value.

use github_actions_expressions::context::Context;
use github_actions_expressions::literal::Literal;
use github_actions_expressions::{Evaluation, Expr};
use serde_json::{Map, Value, json};

/// The values that a job knows: `matrix`, `env`, `inputs`, `runner`, and `github` as it is for a version tag.
#[derive(Clone, Debug, Default)]
pub struct Values(Map<String, Value>);

impl Values {
    /// The values of a workflow that an event with a version tag starts.
    pub fn of_a_tag(event: &str) -> Self {
        let github = json!({
            "event_name": event,
            "ref": "refs/tags/v1.0.0",
            "ref_name": "v1.0.0",
            "ref_type": "tag",
        });
        Self(Map::from_iter([("github".to_owned(), github)]))
    }

    /// Sets a context.
    pub fn set(&mut self, context: &str, value: Value) {
        self.0.insert(context.to_owned(), value);
    }

    /// Adds variables to the context `env`.
    pub fn add_variables(&mut self, variables: Option<&Value>) {
        let known: Vec<(String, Value)> = variables
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), self.as_text(value)))
            .collect();
        let env = self.0.entry("env").or_insert_with(|| json!({}));
        for (name, value) in known {
            env[name] = value;
        }
    }

    /// A setting as variables and the inputs of actions have it, which are texts.
    pub fn as_text(&self, setting: &Value) -> Value {
        let Some(value) = self.value(setting) else { return unknown() };
        Value::String(plain(&value).unwrap_or_default())
    }

    /// A variable of the context `env`.
    pub fn variable(&self, name: &str) -> Option<String> {
        self.0.get("env")?.get(name).and_then(plain)
    }

    /// The text of a setting. None if it is missing, or known only to a run.
    pub fn text(&self, setting: Option<&Value>) -> Option<String> {
        plain(&self.value(setting?)?)
    }

    /// The value of a setting. A text that is one expression has the value of the expression, which may be a list.
    pub fn value(&self, setting: &Value) -> Option<Value> {
        let Some(text) = setting.as_str() else { return Some(setting.clone()) };
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, behind) = after.split_once("}}")?;
            let value = self.evaluate(expression.trim())?;
            if before.is_empty() && filled.is_empty() && behind.is_empty() {
                return value.try_into().ok();
            }
            filled += before;
            filled += &value.sema().to_string();
            rest = behind;
        }
        Some(Value::String(filled + rest))
    }

    /// Returns true unless the condition is known to be false. It may stand with or without `${{ }}`.
    pub fn may_hold(&self, condition: Option<&Value>) -> bool {
        let Some(condition) = condition else { return true };
        let Some(text) = condition.as_str() else { return condition != &Value::Bool(false) };
        let text = text.trim();
        let inner = text.strip_prefix("${{").and_then(|text| text.strip_suffix("}}"));
        let value = self.evaluate(inner.unwrap_or(text).trim());
        value.is_none_or(|value| value.as_boolean())
    }

    /// The value of an expression without `${{ }}`.
    fn evaluate(&self, expression: &str) -> Option<Evaluation> {
        let parsed = Expr::parse(expression).ok()?;
        let mut constant = String::new();
        let mut at = 0;
        for (context, origin) in parsed.contexts() {
            let range = origin.span.as_range();
            // One inside of another, such as `matrix[inputs.key]`, is part of a value that is not known here.
            constant += expression.get(at..range.start)?;
            constant += &literal(&self.context(context)?);
            at = range.end;
        }
        constant += expression.get(at..)?;
        Expr::parse(&constant).ok()?.consteval()
    }

    /// The value of a context. A property that is missing is null, as on GitHub.
    fn context(&self, context: &Context) -> Option<Value> {
        let mut parts = context.parts.iter().map(|part| match &part.inner {
            Expr::Identifier(name) => Some(name.as_str().to_owned()),
            Expr::Index(index) => match &index.inner {
                Expr::Literal(Literal::String(name)) => Some(name.to_string()),
                _ => None,
            },
            _ => None,
        });
        let root = parts.next()??.to_lowercase();
        let mut value = self.0.get(&root)?;
        for part in parts {
            value = match property(value, &part?) {
                Some(value) => value,
                // Only a few properties of these are known here.
                None if root == "github" || root == "runner" => return None,
                None => &Value::Null,
            };
        }
        (*value != unknown()).then(|| value.clone())
    }
}

/// The value of a variable or an input that only a run knows. No workflow can have it: a name is never empty.
pub fn unknown() -> Value {
    json!({ "": "known to a run" })
}

/// A property. Its name is the same in any case.
fn property<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let properties = value.as_object()?;
    properties.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A value as it stands in an expression.
fn literal(value: &Value) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) | Value::Object(_) => format!("fromJSON({})", quoted(&value.to_string())),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// A single value as text. None for null, lists and tables.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::of_a_tag("push");
        values.set(
            "matrix",
            json!({ "os": "linux", "manylinux": "auto", "platform": { "target": "x64" } }),
        );
        values.add_variables(Some(
            &json!({ "PYTHON": "3.11", "FLAG": true, "OTHER": "${{ secrets.x }}" }),
        ));
        values
    }

    fn text(setting: &str) -> Option<String> {
        values().text(Some(&json!(setting)))
    }

    #[test]
    fn contexts_operators_and_functions_are_those_of_github() {
        for (setting, expected) in [
            ("--out dist", "--out dist"),
            ("-i ${{ matrix.interpreter || '3.10 3.11' }} -m a", "-i 3.10 3.11 -m a"),
            ("${{ matrix.Platform['target'] }}", "x64"),
            ("${{ env.PYTHON }}", "3.11"),
            ("${{ (matrix.os == 'linux' && 'ubuntu') || matrix.os }}-latest", "ubuntu-latest"),
            ("${{ format('{0}-latest', matrix.os) }}", "linux-latest"),
            ("${{ matrix.manylinux || 'off' }}", "auto"),
            ("${{ startsWith(github.ref, 'refs/tags/') }}", "true"),
            ("${{ env.FLAG == 'true' && 'on' || 'off' }}", "on"),
        ] {
            assert_eq!(text(setting).as_deref(), Some(expected), "{setting}");
        }
    }

    #[test]
    fn a_value_that_only_a_run_knows_is_none() {
        for setting in [
            "${{ steps.cp311.outputs.python-path }}",
            "${{ needs.plan.outputs.targets }}",
            "${{ github.actor }}",
            "${{ matrix[inputs.key] }}",
            "${{ broken ( }}",
            "${{ matrix.os",
            "${{ env.OTHER }}",
            "${{ env.OTHER || 'x' }}",
        ] {
            assert_eq!(text(setting), None, "{setting}");
        }
        assert_eq!(values().variable("OTHER"), None);
    }

    #[test]
    fn a_condition_holds_unless_it_is_known_to_be_false() {
        let holds = |condition: &str| values().may_hold(Some(&json!(condition)));
        assert!(holds("matrix.os == 'linux'"));
        assert!(holds("${{ !startsWith(matrix.os, 'win') }}"));
        assert!(holds("contains(github.event.pull_request.labels.*.name, 'Full')"));
        assert!(!holds("github.event_name == 'pull_request'"));
        assert!(!holds("${{ matrix.pypy }}"));
        assert!(values().may_hold(None));
        assert!(!values().may_hold(Some(&json!(false))));
    }
}
