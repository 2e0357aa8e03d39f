//! Texts of a wheel: headers, `RECORD`, entry points, bills of materials.

use super::{File, Generator, wheel, with_record};
use crate::METADATA;
use crate::elf::{Elf, X86_64};
use crate::release::LINUX;
use crate::zip::PackedMember;

pub(super) const ALL: &[Generator] = &[
    Generator { name: "metadata: one line", says: "is not a field", make: line },
    Generator { name: "metadata: fields without end", says: "names a URL", make: fields },
    Generator {
        name: "metadata: markers in each other",
        says: "is for an extra that is not declared",
        make: markers,
    },
    Generator {
        name: "metadata: a version without end",
        says: "`Requires-Python` is longer than 1024 bytes",
        make: version,
    },
    Generator {
        name: "metadata: licenses and members",
        says: "more findings of this check",
        make: licenses,
    },
    Generator {
        name: "metadata: requirements and libraries",
        says: "it has more than 100000 libraries together with the binaries before it",
        make: requirements,
    },
    Generator {
        name: "metadata: continuation lines without end",
        says: "holds no binary",
        make: continued,
    },
    Generator { name: "wheel: tags without end", says: "more", make: tags },
    Generator {
        name: "wheel: one tag that stands for long ones",
        says: "lists cp310.cp310",
        make: long_tag,
    },
    Generator { name: "record: one line", says: "it has more than 8192 bytes", make: record_line },
    Generator {
        name: "record: lines without end",
        says: "it has more than 100000 lines",
        make: record_lines,
    },
    Generator {
        name: "record: commas without end",
        says: "it has more than 8192 bytes",
        make: commas,
    },
    Generator {
        name: "record: files that are not there",
        says: "more findings of this check",
        make: missing,
    },
    Generator {
        name: "record: algorithms without end",
        says: "which this program does not compute",
        make: algorithms,
    },
    Generator {
        name: "entry points: lines and members",
        says: "more findings of this check",
        make: entry_points,
    },
    Generator {
        name: "entry points: one group and one line",
        says: "a line has more than 8192 bytes",
        make: entry_line,
    },
    Generator { name: "sbom: a text without end", says: "holds no binary", make: bill },
    Generator { name: "sbom: very many bills", says: "other members do", make: bills },
    Generator { name: "sbom: brackets without end", says: "holds no binary", make: brackets },
    Generator {
        name: "names: leftovers without end",
        says: "more findings of this check",
        make: leftovers,
    },
];

/// The most bytes of the texts that a reader takes. Beyond it, another refusal would come first.
const SHORT: usize = 4 << 20;

fn own(name: &str) -> String {
    format!("sum_up_to-1.0.0.dist-info/{name}")
}

/// A wheel with this text beside its other members.
fn with(name: &str, text: &str, mut members: Vec<PackedMember>) -> Vec<File> {
    members.push(PackedMember::stored(&own(name), text.as_bytes()));
    wheel(LINUX, members)
}

fn small(count: usize) -> Vec<PackedMember> {
    (0..count).map(|number| PackedMember::stored(&format!("sum_up_to/{number}.py"), b"")).collect()
}

/// The metadata with more fields.
fn metadata(fields: &str) -> String {
    METADATA.replacen("\n\n", &format!("\n{fields}\n"), 1)
}

fn line(size: usize) -> Vec<File> {
    with("METADATA", &metadata(&"\x01".repeat(size.min(SHORT - 1000))), Vec::new())
}

fn fields(size: usize) -> Vec<File> {
    let field = format!("Requires-Dist: x @ {}\n", "(".repeat(300));
    let count = 9_900.min(size.min(SHORT) / field.len());
    with("METADATA", &metadata(&field.repeat(count)), Vec::new())
}

/// Conditions that stand beside each other, in as many parentheses as a marker may have.
fn markers(size: usize) -> Vec<File> {
    let conditions: Vec<String> = (0..60).map(|at| format!("extra == 'x{at}'")).collect();
    let (open, shut) = ("(".repeat(199), ")".repeat(199));
    let field = format!("Requires-Dist: x; {open}{}{shut}\n", conditions.join(" or "));
    let count = 9_900.min(size.min(SHORT) / field.len());
    with("METADATA", &metadata(&field.repeat(count)), Vec::new())
}

fn version(size: usize) -> Vec<File> {
    let long = "1.".repeat(size.min(SHORT) / 6);
    let text =
        METADATA.replace("1.0.0", &format!("{long}0")).replace(">=3.10", &format!(">={long}0"));
    with("METADATA", &text, Vec::new())
}

fn licenses(size: usize) -> Vec<File> {
    let fields: String =
        (0..9_900).map(|number| format!("License-File: {number:0100}\n")).collect();
    let members = small(60_000.min(size / 100));
    with("METADATA", &metadata(&fields), members)
}

/// Requirements with many words, and libraries that nobody has.
fn requirements(size: usize) -> Vec<File> {
    let word = |number: usize| {
        let letter = |at: usize| char::from(b'a' + (number >> (4 * at) & 15) as u8);
        (0..6).map(letter).collect::<String>()
    };
    let names: String = (0..9_900)
        .map(|number| {
            let words: Vec<String> = (0..30).map(|part| word(30 * number + part)).collect();
            format!("Requires-Dist: {}\n", words.join("-"))
        })
        .collect();
    let libraries: Vec<&'static str> = (0..900)
        .map(|number| &*Box::leak(format!("lib{}zzz.so", word(number * 7)).into_boxed_str()))
        .collect();
    let library = Elf { needed: libraries, versions: Vec::new(), ..Elf::new(X86_64) }.bytes();
    let count = 65_000.min(size / library.len()).max(1);
    let member = |number| PackedMember::stored(&format!("sum_up_to/m{number}.so"), &library);
    with("METADATA", &metadata(&names), (0..count).map(member).collect())
}

fn continued(size: usize) -> Vec<File> {
    let lines = " x\n".repeat(size.min(SHORT - 1000) / 3);
    with("METADATA", &metadata(&format!("License: x\n{lines}")), Vec::new())
}

fn tags(size: usize) -> Vec<File> {
    let count = 9_900.min(size / 40);
    let tags: String =
        (0..count).map(|number| format!("Tag: cp310.cp311-abi3.none-linux_{number}\n")).collect();
    let text = format!("Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: false\n{tags}");
    with("WHEEL", &text, Vec::new())
}

fn long_tag(size: usize) -> Vec<File> {
    let long = "x".repeat(size.min(SHORT - 10_000));
    let text = format!("Wheel-Version: 1.0\nTag: {}-abi3-{long}\n", vec!["cp310"; 999].join("."));
    with("WHEEL", &text, Vec::new())
}

/// A wheel with this `RECORD`.
fn record(text: &str) -> Vec<File> {
    with_record(LINUX, Vec::new(), text.as_bytes())
}

fn record_line(size: usize) -> Vec<File> {
    record(&"\x01".repeat(size.min(16 << 20)))
}

fn record_lines(size: usize) -> Vec<File> {
    record(&"x,,\n".repeat(size.min(16 << 20) / 4))
}

fn commas(size: usize) -> Vec<File> {
    record(&",".repeat(size.min(16 << 20)))
}

fn missing(size: usize) -> Vec<File> {
    let lines: String = (0..99_000).map(|number| format!("{number:0100},,\n")).collect();
    with_record(LINUX, small(60_000.min(size / 100)), lines.as_bytes())
}

fn algorithms(size: usize) -> Vec<File> {
    let count = 60_000.min(size / 300);
    let long = "\u{202e}".repeat(60);
    let lines: String =
        (0..count).map(|number| format!("sum_up_to/{number}.py,{long}=x,0\n")).collect();
    with_record(LINUX, small(count), lines.as_bytes())
}

fn entry_points(size: usize) -> Vec<File> {
    let lines: String =
        (0..9_900).map(|number| format!("c{number} = sum_up_to.m{number}:x\n")).collect();
    let text = format!("[console_scripts]\n{lines}");
    with("entry_points.txt", &text, small(50_000.min(size / 120)))
}

fn entry_line(size: usize) -> Vec<File> {
    let long = "x".repeat(size.min(SHORT) / 2 - 10);
    with("entry_points.txt", &format!("[{long}]\n{long}\n"), Vec::new())
}

fn bill(size: usize) -> Vec<File> {
    let text = "{\"a\": \"/home//Users/:\\\\Users\\\\\"},".repeat(size / 32);
    with("sboms/a.cyclonedx.json", &text, Vec::new())
}

fn bills(size: usize) -> Vec<File> {
    let count = 60_000.min(size / 600);
    let homes: String = (0..16).map(|number| format!("/home/user{number}/x ")).collect();
    let bill =
        |number| PackedMember::stored(&own(&format!("sboms/{number}.json")), homes.as_bytes());
    wheel(LINUX, (0..count).map(bill).collect())
}

fn brackets(size: usize) -> Vec<File> {
    with("sboms/a.cyclonedx.json", &"[".repeat(size), Vec::new())
}

fn leftovers(size: usize) -> Vec<File> {
    let name = |number| format!("sum_up_to/__pycache__/{number}-{}.pyc", "x".repeat(200));
    let member = |number| PackedMember::stored(&name(number), b"");
    wheel(LINUX, (0..65_000.min(size / 600)).map(member).collect())
}
