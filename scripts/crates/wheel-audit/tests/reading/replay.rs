//! The targets of the fuzzer on its seeds and on inputs that it found once.

use wheel_fixtures::fuzz::{TARGETS, regressions, seeds};

#[test]
fn no_target_fails_on_its_seeds_and_on_what_was_found() {
    let seeds = seeds().into_iter().map(|(target, _, bytes)| (target, bytes));
    let inputs: Vec<_> = seeds.chain(regressions()).collect();
    for target in TARGETS {
        let own: Vec<_> = inputs.iter().filter(|(name, _)| *name == target.name).collect();
        assert!(!own.is_empty(), "{} has no input", target.name);
        for (_, bytes) in own {
            (target.run)(bytes);
            // Half of an input is an input too.
            (target.run)(&bytes[..bytes.len() / 2]);
        }
    }
}
