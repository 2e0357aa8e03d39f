//! The combinations of a job's matrix, by
//! [GitHub's rules](https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix).

use serde_json::{Map, Value};

use super::expression::Values;

/// The values of one job of a matrix.
pub type Combination = Map<String, Value>;

/// More combinations than [a matrix may have](https://docs.github.com/en/actions/reference/limits).
const MOST: usize = 256;

/// The combinations of a job. A job without a matrix has one without values. None if only a run knows them, or if there
/// are more than GitHub allows.
pub fn combinations(job: &Value, values: &Values) -> Option<Vec<Combination>> {
    let Some(matrix) = job.get("strategy").and_then(|strategy| strategy.get("matrix")) else {
        return Some(vec![Combination::new()]);
    };
    let matrix = values.value(matrix)?;
    let matrix = matrix.as_object()?;
    let list = |key: &str| match matrix.get(key) {
        Some(list) => values.value(list)?.as_array().cloned(),
        None => Some(Vec::new()),
    };
    let (exclude, include) = (list("exclude")?, list("include")?);
    let mut all = vec![Combination::new()];
    for (key, list) in
        matrix.iter().filter(|(key, _)| !["include", "exclude"].contains(&key.as_str()))
    {
        let list = values.value(list)?;
        let list = list.as_array()?;
        let with = |one: &Combination, value: &Value| {
            let mut one = one.clone();
            one.insert(key.clone(), value.clone());
            one
        };
        if all.len() * list.len() > MOST {
            return None;
        }
        all = all.iter().flat_map(|one| list.iter().map(|value| with(one, value))).collect();
    }
    all.retain(|one| !exclude.iter().any(|pattern| matches(one, pattern)));
    if all == [Combination::new()] && !include.is_empty() {
        // There is nothing that a row of `include` could be added to.
        all.clear();
    }
    let original = all.clone();
    for row in &include {
        let row = row.as_object()?;
        let mut added = false;
        for (one, original) in all.iter_mut().zip(&original) {
            // A row may add to a combination, and never changes a value of the matrix.
            if row.iter().all(|(key, value)| original.get(key).is_none_or(|own| own == value)) {
                one.extend(row.clone());
                added = true;
            }
        }
        if !added {
            all.push(row.clone());
        }
    }
    (all.len() <= MOST).then_some(all)
}

/// Returns true if the combination has every value of the pattern.
fn matches(combination: &Combination, pattern: &Value) -> bool {
    let Some(pattern) = pattern.as_object() else { return false };
    let same = |(key, value): (&String, &Value)| match (combination.get(key), value) {
        (Some(Value::Object(own)), value @ Value::Object(_)) => matches(own, value),
        (own, value) => own == Some(value),
    };
    pattern.iter().all(same)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(matrix: Value) -> Option<Value> {
        let job = json!({ "strategy": { "matrix": matrix } });
        combinations(&job, &Values::of_a_tag("push")).map(|all| json!(all))
    }

    #[test]
    fn lists_are_multiplied_and_excluded() {
        assert_eq!(
            of(
                json!({ "os": ["a", "b"], "target": ["x", "y"], "exclude": [{ "os": "b", "target": "y" }] })
            ),
            Some(json!([
                { "os": "a", "target": "x" },
                { "os": "a", "target": "y" },
                { "os": "b", "target": "x" },
            ]))
        );
        assert_eq!(combinations(&json!({}), &Values::default()), Some(vec![Combination::new()]));
    }

    #[test]
    fn a_row_of_include_adds_to_what_it_fits_or_is_a_combination_of_its_own() {
        assert_eq!(
            of(json!({
                "os": ["a", "b"],
                "include": [
                    { "os": "a", "pypy": true },
                    { "os": "a", "more": 1 },
                    { "os": "c" },
                    { "os": "c", "apart": true },
                ],
            })),
            Some(json!([
                { "os": "a", "pypy": true, "more": 1 },
                { "os": "b" },
                { "os": "c" },
                { "os": "c", "apart": true },
            ]))
        );
        assert_eq!(
            of(json!({ "include": [{ "os": "a" }, { "os": "b" }] })),
            Some(json!([{ "os": "a" }, { "os": "b" }]))
        );
    }

    #[test]
    fn a_matrix_that_only_a_run_knows_is_none() {
        assert_eq!(of(json!("${{ fromJSON(needs.plan.outputs.build) }}")), None);
        assert_eq!(of(json!({ "os": "${{ fromJSON(inputs.list) }}" })), None);
        assert_eq!(of(json!({ "os": "${{ fromJSON('[\"a\"]') }}" })), Some(json!([{ "os": "a" }])));
        let many: Vec<usize> = (0..17).collect();
        assert_eq!(of(json!({ "a": many, "b": many })), None);
    }
}
