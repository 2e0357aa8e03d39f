//! An extension asks for musl by the name that musl systems have.

use wheel_audit::edit::musl_name;
use wheel_audit::wheel::elf;

use wheel_fixtures::elf::Elf;

const NAME: &str = "libc.musl-x86_64.so.1";
const X86_64: u16 = 62;

fn linked(needed: &[&'static str], soname: Option<&'static str>) -> Vec<u8> {
    let versions = Vec::new();
    Elf { needed: needed.to_vec(), versions, soname, ..Elf::new(X86_64) }.bytes()
}

fn libraries(bytes: &[u8]) -> Vec<String> {
    let images = elf::read(bytes).expect("it is ELF");
    images[0].libraries.iter().map(|library| library.name.clone()).collect()
}

#[test]
fn it_loses_its_own_name_and_gives_it_to_musl() {
    let before = linked(&["liba.so", "libc.so", "libz.so.1"], Some(NAME));
    let after = musl_name::renamed(&before, NAME).expect("it was linked for it");
    assert_eq!(libraries(&after), ["liba.so", NAME, "libz.so.1"]);
    assert_eq!(after.len(), before.len());
    // Nothing is left to rename, and the name is no longer its own.
    let again = musl_name::renamed(&after, NAME).expect("it is ELF");
    assert_eq!(again, after);
    let images = [&before, &after].map(|bytes| elf::read(bytes).expect("it is ELF"));
    assert_eq!(images[0][0].imports, images[1][0].imports);
    assert_eq!(images[0][0].exports, images[1][0].exports);
}

#[test]
fn what_was_linked_without_the_name_is_refused() {
    for soname in [None, Some("libother.so")] {
        let error = musl_name::renamed(&linked(&["libc.so"], soname), NAME).expect_err("no room");
        let expected = format!("its dynamic section does not hold the name `{NAME}`");
        assert_eq!(error.to_string(), expected);
    }
    assert!(musl_name::renamed(b"no ELF", NAME).is_err());
}
