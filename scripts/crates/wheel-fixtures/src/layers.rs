//! The order of a crate's modules, read from its imports: each leads down, and no two files import each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each file by its module path, with the module paths that it imports: `wheel/zip` imports `wheel/error`.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

/// The violations of the order, in words. `layers` are the top-level modules from the ground up; a module may
/// import those of lower layers only.
pub fn violations(imports: &Imports, layers: &[&[&str]]) -> Vec<String> {
    let layer = |module: &str| {
        let top = module.split('/').next().unwrap_or(module);
        layers.iter().position(|modules| modules.contains(&top))
    };
    let mut wrong = Vec::new();
    for (module, imported) in imports {
        let Some(own) = layer(module) else {
            wrong.push(format!("`{module}` is in no layer"));
            continue;
        };
        for other in imported.iter().filter(|other| top(other) != top(module)) {
            if layer(other).is_some_and(|other| other >= own) {
                wrong.push(format!("`{module}` imports `{other}`, which is not below it"));
            }
        }
    }
    let known = |name: &str| imports.keys().any(|module| top(module) == name);
    let listed = layers.iter().flat_map(|modules| modules.iter());
    wrong.extend(
        listed.filter(|name| !known(name)).map(|name| format!("there is no module `{name}`")),
    );
    wrong.extend(circle(imports).map(|files| format!("a circle: {}", files.join(" → "))));
    wrong
}

fn top(module: &str) -> &str {
    module.split('/').next().unwrap_or(module)
}

/// A way from a file back to itself, if there is one.
fn circle(imports: &Imports) -> Option<Vec<String>> {
    fn visit(
        module: &str,
        imports: &Imports,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|earlier| earlier == module) {
            return Some(path[start..].iter().cloned().chain([module.to_owned()]).collect());
        }
        if done.contains(module) {
            return None;
        }
        path.push(module.to_owned());
        let found = imports
            .get(module)
            .into_iter()
            .flatten()
            .find_map(|next| visit(next, imports, path, done));
        path.pop();
        done.insert(module.to_owned());
        found
    }
    let mut done = BTreeSet::new();
    imports.keys().find_map(|module| visit(module, imports, &mut Vec::new(), &mut done))
}

/// The imports of each file. A `mod.rs` stands for its folder, and imports what it re-exports.
fn read(sources: &[(String, String)]) -> Imports {
    let modules: BTreeSet<&str> = sources.iter().map(|(module, _)| module.as_str()).collect();
    let imports_of = |module: &str, text: &str| {
        paths(text)
            .into_iter()
            .filter_map(|path| resolved(module, &path, &modules))
            .filter(|other| other != module)
            .collect()
    };
    sources.iter().map(|(module, text)| (module.clone(), imports_of(module, text))).collect()
}

/// Every path that a file names: in `use` declarations, with braces multiplied out, and elsewhere after `crate::`. What
/// comments and tests name does not count.
fn paths(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or(text);
    let code: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    let code = code.join("\n");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].lines().last().unwrap_or_default();
        let starts = code[..at].ends_with('\n') || at == 0 || before.starts_with("pub");
        if starts && let Some((tree, _)) = code[at + 4..].split_once(';') {
            expand("", tree.trim(), &mut paths);
        }
    }
    for (at, _) in code.match_indices("crate::") {
        let end = |character: char| !character.is_alphanumeric() && !"_:".contains(character);
        let path = code[at..].split(end).next().unwrap_or_default();
        paths.push(path.trim_end_matches(':').to_owned());
    }
    paths
}

fn expand(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    match tree.split_once('{') {
        None => paths.push(format!("{prefix}{tree}")),
        Some((head, rest)) => {
            let prefix = format!("{prefix}{head}");
            let mut depth = 0;
            let mut item = String::new();
            for character in rest.chars() {
                match character {
                    '}' if depth == 0 => break,
                    ',' if depth == 0 => {
                        expand(&prefix, item.trim(), paths);
                        item.clear();
                    }
                    _ => {
                        depth += i32::from(character == '{') - i32::from(character == '}');
                        item.push(character);
                    }
                }
            }
            if !item.trim().is_empty() {
                expand(&prefix, item.trim(), paths);
            }
        }
    }
}

/// The file that a path leads to: its longest beginning that is a module.
fn resolved(module: &str, path: &str, modules: &BTreeSet<&str>) -> Option<String> {
    let mut place: Vec<&str> = module.split('/').collect();
    let mut parts: Vec<&str> = path.split("::").map(str::trim).collect();
    match parts[0] {
        "crate" => {
            place.clear();
            parts.remove(0);
        }
        "super" => {
            while parts.first() == Some(&"super") {
                place.pop();
                parts.remove(0);
            }
        }
        "self" => {
            parts.remove(0);
        }
        // A module's own child; anything else is another crate.
        child if modules.contains(format!("{module}/{child}").as_str()) => {}
        _ => return None,
    }
    place.extend(parts);
    while !place.is_empty() {
        let candidate = place.join("/");
        if modules.contains(candidate.as_str()) {
            return Some(candidate);
        }
        place.pop();
    }
    None
}

/// The imports of each file below a crate's `src`, except those of `lib.rs` and `main.rs`, which see everything.
pub fn imports(src: &Path) -> Imports {
    let mut sources = Vec::new();
    collect(src, "", &mut sources);
    read(&sources)
}

fn collect(folder: &Path, module: &str, sources: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let inner = if module.is_empty() { stem } else { format!("{module}/{stem}") };
        if path.is_dir() {
            collect(&path, &inner, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !["lib", "main"].contains(&inner.as_str())
        {
            let module = if path.ends_with("mod.rs") { module.to_owned() } else { inner };
            sources.push((module, fs::read_to_string(&path).expect("a text")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A house of two layers whose files have these texts.
    fn judged(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> =
            files.iter().map(|(module, text)| ((*module).to_owned(), (*text).to_owned())).collect();
        violations(&read(&files), &[&["low"], &["high"]])
    }

    #[test]
    fn each_violation_is_seen() {
        let (low, high) = (("low", ""), ("high", "use crate::low::{Thing, other};"));
        assert_eq!(judged(&[low, high]), Vec::<String>::new());
        assert_eq!(
            judged(&[("low", "use crate::high::Thing;"), ("high", "")]),
            ["`low` imports `high`, which is not below it"]
        );
        assert_eq!(judged(&[low, high, ("extra", "")]), ["`extra` is in no layer"]);
        assert_eq!(judged(&[low]), ["there is no module `high`"]);
        let (one, other) = (("high/one", "use super::other::Thing;"), ("high/other", ""));
        assert_eq!(judged(&[low, one, other]), Vec::<String>::new());
        let back = ("high/other", "/// Text.\npub(crate) use super::{low, one::{Thing, Other}};");
        assert_eq!(judged(&[low, one, back]), ["a circle: high/one → high/other → high/one"]);
        // A folder re-exports what lies in it.
        let face = ("high", "mod one;\npub use one::Thing;");
        assert_eq!(judged(&[low, face, ("high/one", "")]), Vec::<String>::new());
        let up = ("low", "fn thing() -> crate::high::Thing {}");
        assert_eq!(
            judged(&[up, face, one, other]),
            ["`low` imports `high`, which is not below it"]
        );
        let through = ("high/other", "use super::Thing;");
        let circle = "a circle: high → high/one → high/other → high";
        assert_eq!(judged(&[low, face, one, through]), [circle]);
        // What comments and tests name does not count.
        let only = "/// [`Thing`](crate::high::Thing)\n#[cfg(test)]\nmod tests { use crate::high::Thing; }";
        assert_eq!(judged(&[("low", only), face, one, other]), Vec::<String>::new());
    }
}
