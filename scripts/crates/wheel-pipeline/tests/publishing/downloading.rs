//! A file from an index is accepted only with the hash that the index lists.

use wheel_audit::wheel::Sha256Sum;
use wheel_pipeline::{address, index};

use crate::index::{Index, Mismatch};

#[test]
fn a_file_with_another_hash_is_refused() {
    let bytes = b"\x00\xff no text at all";
    let server = Index::default();
    server.put("sum_up_to-1.tar.gz", bytes);
    let simple = format!("http://127.0.0.1:{}/simple/", server.start());
    let listed = || index::listing(&simple, "sum-up-to").expect("it answers").remove(0);
    assert_eq!(index::content(&listed()).expect("it is there"), bytes);

    server.mismatch(Mismatch::Hash);
    let error = index::content(&listed()).expect_err("another hash").to_string();
    let (is, says) = (Sha256Sum::digest(bytes), Sha256Sum::digest(b"mismatch"));
    let expected =
        format!("`sum_up_to-1.tar.gz` has SHA-256 {is}, but the index lists it with {says}");
    assert_eq!(error, expected);

    let gone = index::ListedFile {
        url: address::parse(&format!("{simple}gone")).expect("an address"),
        ..listed()
    };
    let error = index::content(&gone).expect_err("it is not there").to_string();
    assert_eq!(error, "the index lists `sum_up_to-1.tar.gz`, but has no such file");
}
