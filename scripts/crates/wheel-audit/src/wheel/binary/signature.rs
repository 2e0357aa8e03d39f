//! The code signature of Mach-O files.

use object::Endianness;
use object::macho as constants;
use sha2::{Digest, Sha256};

use super::facts::Signature;

/// The most parts of a signature. Real ones have five or six.
const PART_LIMIT: usize = 64;

/// Recomputes the hash of every page
/// ([`cs_blobs.h`](https://github.com/apple-oss-distributions/xnu/blob/main/osfmk/kern/cs_blobs.h)).
pub(super) fn signature(
    data: &[u8],
    place: &constants::LinkeditDataCommand<Endianness>,
    endian: Endianness,
) -> Signature {
    let broken = |error: object::read::Error| Signature::Broken(error.to_string());
    let parts = match place.code_signature(endian, data) {
        Ok(signature) => signature,
        Err(error) => return broken(error),
    };
    if parts.index().len() > PART_LIMIT {
        return Signature::Unknown(format!("it has more than {PART_LIMIT} parts"));
    }
    let mut outcome = Signature::Broken("it has no hashes of the code".to_owned());
    for blob in parts.blobs() {
        let directory = match blob.and_then(|blob| blob.code_directory()) {
            Ok(Some(directory)) => directory,
            Ok(None) => continue,
            Err(error) => return broken(error),
        };
        let header = directory.header();
        if header.hash_type != constants::CS_HASHTYPE_SHA256 || header.hash_size != 32 {
            // A signature with older hashes, for older systems, may lie beside a valid one.
            if !matches!(outcome, Signature::Whole) {
                outcome = Signature::Unknown("its hashes are not SHA-256".to_owned());
            }
            continue;
        }
        // Each list needs a pass over the file. A file has one list for each kind of hash.
        if matches!(outcome, Signature::Whole) {
            return Signature::Unknown("it has two lists of SHA-256 hashes".to_owned());
        }
        let limit = usize::try_from(directory.code_limit()).ok();
        let Some(code) = limit.and_then(|limit| data.get(..limit)) else {
            return Signature::Broken("it covers more code than the file has".to_owned());
        };
        let page = match header.page_size {
            0 => code.len().max(1),
            bits @ 10..=20 => 1 << bits,
            _ => return Signature::Unknown("its pages have an unusual size".to_owned()),
        };
        let mut pages = 0;
        for (number, page) in (0_u32..).zip(code.chunks(page)) {
            match directory.code_hash(number) {
                Ok(hash) if *hash == Sha256::digest(page)[..] => pages += 1,
                Ok(_) => return Signature::Broken(format!("the hash of page {number} differs")),
                Err(error) => return broken(error),
            }
        }
        if pages != header.n_code_slots.get(object::BigEndian) {
            return Signature::Broken("it has more hashes than the code has pages".to_owned());
        }
        outcome = Signature::Whole;
    }
    outcome
}
