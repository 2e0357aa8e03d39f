//! The verdict of the comparison with the second builder's wheels.

use wheel_pipeline::evidence::{Comparison, SecondBuildEvidence};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::stage::second_build::verdict;

fn evidence(differences: &[&str], unmatched: &[&str]) -> SecondBuildEvidence {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let compared = vec![Comparison { differences: texts(differences), ..Comparison::default() }];
    SecondBuildEvidence { compared, unmatched: texts(unmatched), ..SecondBuildEvidence::default() }
}

#[test]
fn a_difference_or_an_unmatched_wheel_is_a_no() {
    assert_eq!(verdict(&evidence(&[], &[])), Verdict::Yes);
    assert_eq!(verdict(&evidence(&["exports"], &[])), Verdict::No);
    assert_eq!(verdict(&evidence(&[], &["a.whl"])), Verdict::No);
}

#[test]
fn notes_are_not_differences() {
    let mut noted = evidence(&[], &[]);
    noted.compared[0].notes.push("another floor".to_owned());
    assert_eq!(verdict(&noted), Verdict::Yes);
}

#[test]
fn a_comparison_of_nothing_is_unknown() {
    assert_eq!(verdict(&SecondBuildEvidence::default()), Verdict::Unknown);
}
