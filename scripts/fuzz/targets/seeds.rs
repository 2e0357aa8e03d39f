//! Writes good input of each kind, for the fuzzer to begin with: `fuzz/corpus/TARGET/NAME`.

use std::fs;
use std::io;
use std::path::Path;

use wheel_fixtures::elf::{self, Elf};
use wheel_fixtures::macho::{self, Macho};
use wheel_fixtures::pe::{self, Pe};
use wheel_fixtures::release::{LINUX, MACOS, SDIST, WINDOWS};
use wheel_fixtures::sdist::{Sdist, tar};
use wheel_fixtures::wheel::Wheel;

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(corpus.join(target))?;
        fs::write(corpus.join(target).join(name), bytes)
    };
    for name in [LINUX, MACOS, WINDOWS] {
        let wheel = Wheel::new(name);
        write("wheel", name, &wheel.bytes())?;
        write("filename", name, name.as_bytes())?;
        write("record", name, wheel.record().as_bytes())?;
    }
    write("entry_points", "commands", b"[console_scripts]\nsum-up-to = sum_up_to:main [fast]\n")?;
    write("headers", "METADATA", wheel_fixtures::METADATA.as_bytes())?;
    write("sdist", SDIST, &tar(&Sdist::new(SDIST).entries))?;
    let arm64 = Macho::new(macho::ARM64);
    let both = macho::fat(&[arm64.clone(), Macho::new(macho::X86_64)]);
    let binaries = [
        ("elf", Elf::new(elf::X86_64).bytes()),
        ("macho", arm64.bytes()),
        ("fat", both),
        ("pe", Pe::new(pe::AMD64).bytes()),
    ];
    for (name, bytes) in &binaries {
        write("binary", name, bytes)?;
        write("judge", name, bytes)?;
    }
    Ok(())
}
