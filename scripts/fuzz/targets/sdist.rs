//! A tar archive, packed as an sdist; a random gzip stream would hardly get that far.
#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use wheel_audit::wheel::sdist;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("memory takes everything");
    let packed = packed.finish().expect("memory takes everything");
    if let Ok(files) = sdist::read("sum_up_to-1.0.0.tar.gz", &packed) {
        let _read_or_refused = sdist::metadata(&files);
        let _read_or_refused = sdist::versions(&files);
    }
});
