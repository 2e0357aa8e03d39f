//! Tables of the symbols that the libraries of promised systems define. Each says where it comes from.

/// A table of symbols: a row for each, sorted, with the name first.
pub(super) struct Table(&'static str);

pub(super) const GLIBC: Table = Table(include_str!("../../data/symbols/glibc.txt"));
pub(super) const GCC: Table = Table(include_str!("../../data/symbols/gcc.txt"));
pub(super) const MUSL: Table = Table(include_str!("../../data/symbols/musl.txt"));
pub(super) const MACOS: Table = Table(include_str!("../../data/symbols/macos.txt"));

impl Table {
    /// The rest of a symbol's row.
    pub(super) fn row(&self, symbol: &str) -> Option<&'static str> {
        let (text, mut low, mut high) = (self.0, 0, self.0.len());
        if symbol.starts_with('#') {
            return None; // a comment
        }
        while low < high {
            let middle = (low + high) / 2;
            let before = memchr::memrchr(b'\n', &text.as_bytes()[..middle]);
            let start = before.map_or(0, |at| at + 1);
            let rest = &text[start..];
            let row = rest.split_once('\n').map_or(rest, |(row, _)| row);
            let (name, about) = row.split_once(' ').unwrap_or((row, ""));
            match name.cmp(symbol) {
                std::cmp::Ordering::Equal => return Some(about),
                std::cmp::Ordering::Less => low = start + row.len() + 1,
                std::cmp::Ordering::Greater => high = start,
            }
        }
        None
    }
}

/// The first glibc that has a symbol.
pub(super) fn of_glibc(symbol: &str) -> Option<(u16, u16)> {
    let (major, minor) = GLIBC.row(symbol)?.split(' ').next()?.split_once('.')?;
    let minor = minor.split('.').next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The file of GCC's libraries that has a symbol.
pub(super) fn of_gcc(symbol: &str) -> Option<&'static str> {
    match GCC.row(symbol)? {
        "gcc_s" => Some("libgcc_s.so.1"),
        // Symbols of both are for programs that are linked with either.
        _ => Some("libstdc++.so.6"),
    }
}

/// Returns whether a library of Linux has its symbols in one of the tables.
pub(super) fn is_of_linux(file: &str) -> bool {
    const GLIBC: [&str; 9] = [
        "libc.so.6",
        "libm.so.6",
        "libpthread.so.0",
        "libdl.so.2",
        "librt.so.1",
        "libutil.so.1",
        "libresolv.so.2",
        "ld64.so.1",
        "ld64.so.2",
    ];
    GLIBC.contains(&file)
        || file.starts_with("ld-linux")
        || file.starts_with("ld-musl-")
        || file.starts_with("libc.musl-")
        || file == "libc.so"
        || is_of_gcc(file)
}

/// Returns whether it is one of GCC's libraries.
pub(super) fn is_of_gcc(file: &str) -> bool {
    file == "libgcc_s.so.1" || file == "libstdc++.so.6"
}

/// Returns whether the table of libSystem has a library's symbols. The other names are links to it, or parts of it.
pub(super) fn is_of_macos(path: &str) -> bool {
    const LINKS: [&str; 6] = ["libc", "libm", "libpthread", "libdl", "libinfo", "libpoll"];
    let Some(file) = path.strip_prefix("/usr/lib/") else { return false };
    file.starts_with("libSystem.")
        || file.starts_with("system/")
        || file.strip_suffix(".dylib").is_some_and(|stem| LINKS.contains(&stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_table_is_found() {
        for table in [GLIBC, GCC, MUSL, MACOS] {
            let rows: Vec<&str> = table.0.lines().filter(|row| !row.starts_with('#')).collect();
            assert!(rows.len() > 1000);
            for row in rows {
                let (name, about) = row.split_once(' ').unwrap_or((row, ""));
                assert_eq!(table.row(name), Some(about), "{name}");
            }
            for absent in ["", "#", "A", "malloc2", "zzz", "_Z", "mallo"] {
                assert_eq!(table.row(absent), None, "{absent}");
            }
        }
    }

    #[test]
    fn symbols_have_their_first_version_and_library() {
        assert_eq!(of_glibc("memfd_create"), Some((2, 27)));
        assert_eq!(of_glibc("malloc"), Some((2, 0)));
        assert_eq!(of_glibc("PyLong_FromLong"), None);
        assert_eq!(of_gcc("_ZSt4cout"), Some("libstdc++.so.6"));
        assert_eq!(of_gcc("_Unwind_Resume"), Some("libgcc_s.so.1"));
        assert!(MUSL.row("open64").is_none() && MUSL.row("open").is_some());
        assert!(MACOS.row("malloc").is_some() && MACOS.row("__kmpc_fork_call").is_none());
    }

    #[test]
    fn libraries_with_tables_are_known_by_their_names() {
        for file in ["libc.so.6", "ld-linux-x86-64.so.2", "libstdc++.so.6", "libc.musl-x86_64.so.1"]
        {
            assert!(is_of_linux(file), "{file}");
        }
        assert!(!is_of_linux("libz.so.1") && !is_of_linux("libGL.so.1"));
        assert!(is_of_macos("/usr/lib/libSystem.B.dylib"));
        assert!(is_of_macos("/usr/lib/system/libdispatch.dylib"));
        assert!(!is_of_macos("/usr/lib/libc++.1.dylib"));
        assert!(!is_of_macos("@rpath/libSystem.B.dylib"));
    }
}
