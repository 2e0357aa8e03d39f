//! A file that is taken from an index is the one that the index gives the hash of.

use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::index;

use crate::index::{Index, Lie};

#[test]
fn a_file_comes_with_its_hash_or_not_at_all() {
    let bytes = b"\x00\xff no text at all";
    let server = Index::default();
    server.put("sum_up_to-1.tar.gz", bytes);
    let simple = format!("http://127.0.0.1:{}/simple/", server.start());
    let offered = || index::files(&simple, "sum-up-to").expect("it answers").remove(0);
    assert_eq!(index::content(&offered()).expect("it is there"), bytes);

    server.lie(Lie::Hash);
    let error = index::content(&offered()).expect_err("another hash").to_string();
    let (is, says) = (Sha256Sum::digest(bytes), Sha256Sum::digest(b"lie"));
    let expected =
        format!("`sum_up_to-1.tar.gz` comes with the hash {is}, and the index says {says}");
    assert_eq!(error, expected);

    let gone = index::OfferedFile { url: format!("{simple}gone"), ..offered() };
    let error = index::content(&gone).expect_err("it is not there").to_string();
    assert_eq!(error, "the index has no `sum_up_to-1.tar.gz` after all");
}
