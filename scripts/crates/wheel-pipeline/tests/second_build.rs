//! The second builder: the verdict on its wheels beside ours.

use wheel_pipeline::evidence::{Comparison, SecondBuildEvidence};
use wheel_pipeline::exit::Verdict;
use wheel_pipeline::stage::second_build::verdict;

fn evidence(differences: &[&str], alone: &[&str]) -> SecondBuildEvidence {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let compared = vec![Comparison { differences: texts(differences), ..Comparison::default() }];
    SecondBuildEvidence { compared, alone: texts(alone), ..SecondBuildEvidence::default() }
}

#[test]
fn a_difference_or_a_wheel_without_counterpart_is_a_no() {
    assert_eq!(verdict(&evidence(&[], &[])), Verdict::Yes);
    assert_eq!(verdict(&evidence(&["exports"], &[])), Verdict::No);
    assert_eq!(verdict(&evidence(&[], &["a.whl"])), Verdict::No);
}

#[test]
fn notes_are_no_difference() {
    let mut noted = evidence(&[], &[]);
    noted.compared[0].notes.push("another floor".to_owned());
    assert_eq!(verdict(&noted), Verdict::Yes);
}

#[test]
fn nothing_compared_is_no_agreement() {
    assert_eq!(verdict(&SecondBuildEvidence::default()), Verdict::Unknown);
}
