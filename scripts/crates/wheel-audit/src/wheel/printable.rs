//! Text from archives in a form that is safe to print.

/// The longest name or path that is kept, in bytes. The rest is cut off.
const NAME_LIMIT: usize = 4096;

/// Spells out the control characters of a text that quotes an archive.
///
/// Printed as they are, they could move the cursor of a terminal, or be commands to a CI runner that reads the log.
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            printable.extend(character.escape_default());
        } else {
            printable.push(character);
        }
    }
    printable
}

/// A name from a file in a form that is safe to print, cut off at the limit.
pub(crate) fn printable_name(bytes: &[u8]) -> String {
    // A symbol table may point at every place in one long string. Whole names would then need quadratic memory.
    printable(&String::from_utf8_lossy(&bytes[..bytes.len().min(NAME_LIMIT)]))
}
