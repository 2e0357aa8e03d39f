//! YAML as the values that expressions work with.

use saphyr::{LoadableYamlNode, ScalarOwned, YamlOwned};
use serde_json::{Map, Number, Value};

/// Reads a file of one document.
pub fn read(text: &str) -> Result<Value, String> {
    let mut documents = YamlOwned::load_from_str(text).map_err(|error| error.to_string())?;
    match documents.len() {
        1 => Ok(value(documents.remove(0))),
        many => Err(format!("it has {many} documents, expected one")),
    }
}

fn value(node: YamlOwned) -> Value {
    match node {
        YamlOwned::Value(scalar) => match scalar {
            ScalarOwned::Null => Value::Null,
            ScalarOwned::Boolean(truth) => truth.into(),
            ScalarOwned::Integer(number) => number.into(),
            // As on GitHub, 3.10 without quotes is 3.1.
            ScalarOwned::FloatingPoint(number) => {
                Number::from_f64(number.into_inner()).map_or(Value::Null, Value::Number)
            }
            ScalarOwned::String(text) => text.into(),
        },
        YamlOwned::Sequence(items) => items.into_iter().map(value).collect(),
        YamlOwned::Mapping(entries) => {
            let entry = |(key, entry)| Some((super::expression::plain(&value(key))?, value(entry)));
            entries.into_iter().filter_map(entry).collect::<Map<_, _>>().into()
        }
        YamlOwned::Tagged(_, node) => value(*node),
        YamlOwned::Representation(text, ..) => text.into(),
        YamlOwned::Alias(_) | YamlOwned::BadValue => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_those_that_github_sees() {
        let text =
            "on: push\nlist: [3.10, '3.10', 3, true, ~]\nanchor: &a { x: 1 }\nalias: *a\n1: one\n";
        assert_eq!(
            read(text),
            Ok(json!({
                "on": "push",
                "list": [3.1, "3.10", 3, true, null],
                "anchor": { "x": 1 },
                "alias": { "x": 1 },
                "1": "one",
            }))
        );
        assert_eq!(read(""), Err("it has 0 documents, expected one".to_owned()));
        assert!(read("a: [").is_err());
    }
}
