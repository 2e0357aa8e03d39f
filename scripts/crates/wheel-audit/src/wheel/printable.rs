//! Text from archives in a form that is safe to print.

/// The longest name or path that is kept, in bytes. The rest is cut off.
const NAME_LIMIT: usize = 4096;

/// A text that quotes an archive, with its control characters spelled out: printed as they are they
/// would move the cursor of a terminal, or be commands to a CI runner that reads the log.
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

/// A name from a file, fit to be printed.
pub(crate) fn printable_name(bytes: &[u8]) -> String {
    // Many names may lie in one long string, each a little shorter than the one before.
    printable(&String::from_utf8_lossy(&bytes[..bytes.len().min(NAME_LIMIT)]))
}
