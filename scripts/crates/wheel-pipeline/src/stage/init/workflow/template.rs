//! The template: lines under a condition, pieces of a line under a condition, and values.
//!
//! `#: if NAME`, `#: else` and `#: end` stand around lines, `<<NAME:text>>` around a piece of a line, and `<<=NAME>>` is a
//! value. Lines under a condition may have others inside.

/// The text of the template.
pub const RELEASE: &str = include_str!("release.yml");

/// Fills in a template. `holds` are the names of the conditions that hold, `values` those of the values.
pub fn fill(template: &str, holds: &[&str], values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut around: Vec<bool> = Vec::new();
    for line in template.lines() {
        match line.strip_prefix("#: ") {
            Some("else") => around.iter_mut().last().into_iter().for_each(|shown| *shown = !*shown),
            Some("end") => drop(around.pop()),
            Some(condition) => {
                let name = condition.strip_prefix("if ").expect("a test fills in every condition");
                around.push(holds.contains(&name));
            }
            None if around.iter().all(|shown| *shown) => {
                text += &piece(line, holds, values);
                text.push('\n');
            }
            None => {}
        }
    }
    text
}

fn piece(line: &str, holds: &[&str], values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("<<") {
        let (inner, behind) = after.split_once(">>").expect("a test fills in every piece");
        text += before;
        match inner.strip_prefix('=') {
            Some(name) => {
                let value = values.iter().find(|(known, _)| *known == name);
                text += value.expect("a test fills in every value").1;
            }
            None => {
                let (name, inner) = inner.split_once(':').expect("a test fills in every piece");
                text += if holds.contains(&name) { inner } else { "" };
            }
        }
        rest = behind;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_pieces_and_values_are_filled_in() {
        let template = "a: [<<x:b, >><<y:c, >>d]\n#: if x\nx: <<=value>>\n#: else\nno x\n#: end\n#: if y\ny\n#: if x\nboth\n#: end\ny again\n#: end\nend >> all\n";
        assert_eq!(fill(template, &["x"], &[("value", "1")]), "a: [b, d]\nx: 1\nend >> all\n");
        assert_eq!(fill(template, &["y"], &[]), "a: [c, d]\nno x\ny\ny again\nend >> all\n");
    }
}
