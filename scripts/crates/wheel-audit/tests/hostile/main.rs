//! No hostile file makes the readers and the checks use more memory or time than they say.
//!
//! One test goes through all generators, so that nothing else is in memory meanwhile. The allocator refuses what exceeds
//! the bound, so that a regression ends the test at once, on every system.

use std::alloc::System;
use std::io::Write;
use std::time::{Duration, Instant};

use cap::Cap;
use wheel_audit::check::{CHECKS, CheckInput, NotJudged};
use wheel_audit::wheel::release::ReleaseFacts;
use wheel_fixtures::hostile::{File, READ, generators};
use wheel_fixtures::release::plan;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The size of the files, about. At it, a quadratic reader needs minutes or gigabytes.
const SIZE: usize = 4 << 20;
/// The most memory beside the files themselves, in bytes. A bomb of 50 times its size is 200 MB.
const LIMIT: usize = 400 << 20;
/// The most seconds of processor time of one release. The slowest needs three without optimizations.
const SECONDS: Duration = Duration::from_secs(60);
/// The most bytes of all texts that are shown of one file.
const TEXT_LIMIT: usize = 1 << 20;

/// The processor time of this process. Where it cannot be told, the time that passed.
fn time(started: Instant) -> Duration {
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else { return started.elapsed() };
    // The name of the program, in parentheses, may have blanks. Times follow as hundredths of a second.
    let after = text.rsplit(") ").next().unwrap_or_default();
    let ticks = after.split(' ').skip(11).take(2).filter_map(|word| word.parse::<u64>().ok());
    Duration::from_millis(10 * ticks.sum::<u64>())
}

/// Reads and judges files, and returns all that is said of them.
fn judged(files: &[File]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        paths.push(path);
    }
    let (release, mut texts) = ReleaseFacts::read(&paths);
    let whole = release.flaws.is_empty() && texts.is_empty();
    if whole && release.wheels.iter().any(|wheel| !wheel.binaries.is_empty()) {
        texts.push(READ.to_owned());
    }
    let plan = plan();
    let input = CheckInput { release: &release, plan: Some(&plan), built: None };
    for check in CHECKS {
        let found = match check.judge(input) {
            Ok(found) => found,
            Err(NotJudged::Unknown { unknown, found }) => {
                texts.extend(unknown.iter().map(ToString::to_string));
                found
            }
            Err(NotJudged::NotApplicable(_) | NotJudged::NoSubject(_)) => Vec::new(),
        };
        let limit = 101 * files.len();
        assert!(found.len() <= limit, "{} has {} findings", check.name, found.len());
        // What is missing of the plan is no finding about the file.
        let about = found.iter().filter(|finding| finding.check != "dist-matches-plan");
        texts.extend(about.map(ToString::to_string));
    }
    texts
}

#[test]
fn no_hostile_file_takes_more_than_the_stated_memory_and_time() {
    let started = Instant::now();
    let mut count = 0;
    for generator in generators() {
        let files = (generator.make)(SIZE);
        let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
        // A bomb cannot be made smaller.
        assert!(size < SIZE + (48 << 20), "{} has {size} bytes", generator.name);
        let (before, begun) = (MEMORY.allocated(), time(started));
        MEMORY.set_limit(before + LIMIT).expect("less is used");
        let texts = judged(&files);
        let used = time(started) - begun;
        let shown: usize = texts.iter().map(String::len).sum();
        MEMORY.set_limit(usize::MAX).expect("a higher limit");
        let line = format!(
            "{:<50} {:>5.1} MB {:>5.2} s {shown:>6} bytes shown\n",
            generator.name,
            size as f64 / 1e6,
            used.as_secs_f64(),
        );
        std::io::stdout().write_all(line.as_bytes()).expect("printed");
        let named =
            generator.says.is_empty() || texts.iter().any(|text| text.contains(generator.says));
        assert!(named, "{}: {:?}", generator.name, texts.iter().take(5).collect::<Vec<_>>());
        assert!(shown < TEXT_LIMIT * files.len().min(8), "{} shows {shown} bytes", generator.name);
        assert!(used < SECONDS, "{} takes {} s", generator.name, used.as_secs());
        count += 1;
    }
    assert!(count > 85, "{count}");
}
