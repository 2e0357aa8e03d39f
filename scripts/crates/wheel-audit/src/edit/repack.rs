//! Replacing members of a wheel. The others keep their bytes, order and times, and `RECORD` is updated.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use ::zip::result::ZipError;
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::wheel::{HELD_LIMIT, ReadError, quoted, record};

/// Replaces the content of each member for which `change` returns new content.
///
/// # Errors
///
/// When the archive or its `RECORD` cannot be read, or `change` fails.
pub(super) fn changed(
    bytes: &[u8],
    change: impl Fn(&str, &[u8]) -> Result<Option<Vec<u8>>, ReadError>,
) -> Result<Vec<u8>, ReadError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut replaced = BTreeMap::new();
    let mut record = None;
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    for name in names {
        let mut content = Vec::new();
        let member = archive.by_name(&name).map_err(unreadable)?;
        member
            .take(HELD_LIMIT + 1)
            .read_to_end(&mut content)
            .map_err(|error| unread(&name, &error))?;
        if content.len() as u64 > HELD_LIMIT {
            let why = format!("`{}` is larger than {HELD_LIMIT} bytes", quoted(&name));
            return Err(ReadError::new(why));
        }
        if name.ends_with(".dist-info/RECORD") {
            record = Some((name, content));
        } else if let Some(content) =
            change(&name, &content).map_err(|error| unread(&name, &error))?
        {
            replaced.insert(name, content);
        }
    }
    let (record, lines) = record.ok_or_else(|| ReadError::new("it has no `RECORD`"))?;
    let mut text = String::new();
    for old in String::from_utf8_lossy(&lines).lines() {
        let entries = record::read(old.as_bytes())?;
        let new = entries.first().and_then(|entry| Some((entry, replaced.get(&entry.path)?)));
        text += &new.map_or_else(|| old.to_owned(), |(entry, new)| record::line(&entry.path, new));
        text.push('\n');
    }
    replaced.insert(record, text.into_bytes());

    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for position in 0..archive.len() {
        let member = archive.by_index_raw(position).map_err(unreadable)?;
        let Some(content) = replaced.get(member.name()) else {
            writer.raw_copy_file(member).map_err(unreadable)?;
            continue;
        };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(member.last_modified().unwrap_or_default())
            .unix_permissions(member.unix_mode().unwrap_or(0o644));
        writer.start_file(member.name(), options).map_err(unreadable)?;
        writer.write_all(content).map_err(|error| unread(member.name(), &error))?;
    }
    Ok(writer.finish().map_err(unreadable)?.into_inner())
}

fn unreadable(error: ZipError) -> ReadError {
    ReadError::new(format!("it is not a valid zip archive: {error}"))
}

fn unread(member: &str, error: &dyn std::error::Error) -> ReadError {
    ReadError::new(format!("`{}`: {error}", quoted(member)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wheel::Sha256Sum;
    use crate::wheel::record::RecordedHash;
    use crate::wheel::release::WheelFacts;
    use crate::wheel::zip;

    fn archive(members: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            let options = SimpleFileOptions::default().unix_permissions(0o755);
            writer.start_file(*name, options).expect("memory takes it");
            writer.write_all(content.as_bytes()).expect("memory takes it");
        }
        writer.finish().expect("memory takes it").into_inner()
    }

    #[test]
    fn one_member_changes_and_record_tells_of_it() {
        let old = archive(&[
            ("own/__init__.py", "1"),
            ("own-1.dist-info/METADATA", "Name: own\nVersion: 1\n"),
            ("own-1.dist-info/WHEEL", "Wheel-Version: 1.0\n"),
            ("own-1.dist-info/sboms/a,b.json", "long before"),
            ("own-1.dist-info/RECORD", "own/__init__.py,,\n\"own-1.dist-info/sboms/a,b.json\",sha256=AAAA,1\nown-1.dist-info/RECORD,,\n".replace(",sha256=AAAA,1", ",,").as_str()),
        ]);
        let new = changed(&old, |name, content| {
            Ok((name.ends_with("json") && content == b"long before").then(|| b"now".to_vec()))
        });
        let new = new.expect("it is a wheel");
        let facts = WheelFacts::read("own-1-py3-none-any.whl".into(), &new).expect("a wheel");
        let entry = facts.record.iter().flatten().find(|entry| entry.path.ends_with("a,b.json"));
        let entry = entry.expect("it is recorded");
        assert_eq!(entry.hash, RecordedHash::Sha256(Sha256Sum::digest(b"now")));
        assert_eq!(entry.size, Some(3));
        let names = |bytes: &[u8]| -> Vec<String> {
            zip::read(bytes, |_| false)
                .expect("a zip")
                .into_iter()
                .map(|member| member.name)
                .collect()
        };
        assert_eq!(names(&old), names(&new));
        // Nothing to change, nothing changed but how it is packed.
        assert_eq!(changed(&new, |_, _| Ok(None)).expect("a wheel"), new);
    }

    #[test]
    fn what_is_no_wheel_is_refused() {
        let none = |_: &str, _: &[u8]| Ok(None);
        assert!(changed(b"PK", none).is_err());
        let error = changed(&archive(&[("a", "1")]), none).expect_err("no RECORD");
        assert_eq!(error.to_string(), "it has no `RECORD`");
    }
}
