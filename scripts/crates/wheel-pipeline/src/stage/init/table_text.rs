//! `pyproject.toml` with a table. Nothing else in it changes.

use toml_edit::{Array, DocumentMut, Item, Value, value};

use super::proposal::Proposal;

/// The table's name in messages, and its header.
pub const HEADER: &str = "[tool.wheel-pipeline]";

/// The keys of a proposal with their values, in the order of the table.
fn keys(proposal: &Proposal) -> Vec<(&'static str, Value)> {
    let texts = |items: Vec<String>| Value::Array(items.into_iter().collect::<Array>());
    let mut targets: Array = proposal.targets.iter().map(ToString::to_string).collect();
    for target in targets.iter_mut() {
        target.decor_mut().set_prefix("\n    ");
    }
    targets.set_trailing_comma(true);
    targets.set_trailing("\n");
    let mut keys = vec![
        ("targets", Value::Array(targets)),
        ("pythons", texts(proposal.pythons.iter().map(ToString::to_string).collect())),
    ];
    keys.extend(proposal.tag.iter().map(|tag| ("tag", Value::from(tag))));
    for (key, setting) in &proposal.test {
        let setting = match setting {
            toml::Value::Array(list) => {
                texts(list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
            }
            other => Value::from(other.as_str().unwrap_or_default()),
        };
        keys.push((key, setting));
    }
    keys
}

/// The file with the table behind everything else. It keeps its line ends.
pub fn with_new(text: &str, proposal: &Proposal) -> String {
    let mut table = format!("\n{HEADER}\n");
    for (key, setting) in keys(proposal) {
        table += &format!("{key} = {}\n", setting.to_string().trim());
    }
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let added = format!("{gap}{table}");
    let added = if text.contains("\r\n") { added.replace('\n', "\r\n") } else { added };
    format!("{text}{added}")
}

/// The file whose table has the proposed values, to show the difference. Other keys of the table stay. None if the
/// table has these values already, or if the file cannot be changed.
pub fn with_changed(text: &str, proposal: &Proposal) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let table = document.get_mut("tool")?.get_mut("wheel-pipeline")?.as_table_like_mut()?;
    let mut changed = false;
    for (key, setting) in keys(proposal) {
        let own = table.get(key).and_then(Item::as_value);
        if own.is_none_or(|own| plain(own) != plain(&setting)) {
            table.insert(key, value(setting));
            changed = true;
        }
    }
    changed.then(|| document.to_string())
}

/// A value without its layout. The order of a list of targets or Pythons has no meaning.
fn plain(setting: &Value) -> (Option<&str>, Vec<&str>) {
    let list = setting.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut list: Vec<&str> = list.collect();
    list.sort_unstable();
    (setting.as_str(), list)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use insta::assert_snapshot;

    use super::*;

    fn proposal() -> Proposal {
        Proposal {
            targets: ["manylinux_2_17_x86_64", "win_amd64"]
                .map(|tag| tag.parse().expect("a tag"))
                .to_vec(),
            pythons: ["3.12", "3.14t"].map(|python| python.parse().expect("a version")).to_vec(),
            tag: Some("py-v{version}".to_owned()),
            test: BTreeMap::from([
                ("test-command", toml::Value::from("python -c \"import a\"")),
                ("test-requires", toml::Value::Array(vec!["pytest".into(), "numpy".into()])),
            ]),
            usual: false,
        }
    }

    #[test]
    fn the_table_comes_behind_everything_else() {
        let text = "# mine\n[project]\nname    = \"a\" # here";
        assert_snapshot!(with_new(text, &proposal()), @r#"
        # mine
        [project]
        name    = "a" # here

        [tool.wheel-pipeline]
        targets = [
            "manylinux_2_17_x86_64",
            "win_amd64",
        ]
        pythons = ["3.12", "3.14t"]
        tag = "py-v{version}"
        test-command = 'python -c "import a"'
        test-requires = ["pytest", "numpy"]
        "#);
        let of_windows = with_new("[project]\r\nname = \"a\"\r\n", &proposal());
        assert!(!of_windows.replace("\r\n", "").contains('\n'), "{of_windows:?}");
        let read: toml::Table = toml::from_str(&of_windows).expect("TOML");
        assert_eq!(read["tool"]["wheel-pipeline"]["pythons"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_table_that_is_there_keeps_its_other_keys_in_the_difference() {
        let text = with_new("", &proposal());
        assert_eq!(with_changed(&text, &proposal()), None);
        let sorted = text.replace("\"3.12\", \"3.14t\"", "\"3.14t\", \"3.12\"");
        assert_eq!(with_changed(&sorted, &proposal()), None);
        let own = text.replace(", \"3.14t\"", "") + "smoke = \"smoke.py\" # mine\n";
        let changed = with_changed(&own, &proposal()).expect("it differs");
        assert_eq!(changed, text + "smoke = \"smoke.py\" # mine\n");
    }
}
