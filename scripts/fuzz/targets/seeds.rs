//! Writes good input of each kind, for the fuzzer to begin with: `fuzz/corpus/TARGET/NAME`.

use std::path::Path;
use std::{fs, io};

use wheel_fixtures::fuzz::{regressions, seeds};

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let found = regressions().into_iter().enumerate();
    let found = found.map(|(number, (target, bytes))| (target, format!("found-{number}"), bytes));
    for (target, name, bytes) in seeds().into_iter().chain(found) {
        fs::create_dir_all(corpus.join(target))?;
        fs::write(corpus.join(target).join(name), bytes)?;
    }
    Ok(())
}
