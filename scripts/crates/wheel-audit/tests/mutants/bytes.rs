//! Single bytes of a module, found and changed in place.

use crate::archive::done;
use wheel_fixtures::wheel::Wheel;

/// The wheel with its first module changed, which begins with `magic` and names `export`; none if there is none, or it
/// cannot be changed so.
pub fn patched(
    mut wheel: Wheel,
    magic: &[u8],
    export: &[u8],
    change: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<(String, Vec<u8>)> {
    let module = |content: &[u8]| content.starts_with(magic) && find(content, export).is_some();
    let (_, content) = wheel.members.iter_mut().find(|(_, content)| module(content))?;
    change(content)?;
    done(&wheel)
}

pub fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

pub fn word(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

pub fn put(bytes: &mut [u8], at: usize, new: &[u8]) -> Option<()> {
    bytes.get_mut(at..at + new.len())?.copy_from_slice(new);
    Some(())
}
