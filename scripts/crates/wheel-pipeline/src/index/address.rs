//! Addresses: which of them stay on this machine, which stay with an index, and which say too much.

use std::net::IpAddr;

use crate::failure::Failure;

/// Whether an address leads to this machine alone, where an upload harms nobody.
pub fn is_loopback(url: &str) -> bool {
    let Ok(uri) = url.parse::<ureq::http::Uri>() else {
        return false;
    };
    // Without a scheme, a client may well take it for something else.
    if uri.scheme().is_none() {
        return false;
    }
    match uri.host().map(|host| host.trim_matches(['[', ']'])) {
        Some("localhost") => true,
        Some(host) => host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

/// Whether an address is one of PyPI's, or of the index that it keeps for trials.
pub fn is_pypi(url: &str) -> bool {
    let host = url.parse::<ureq::http::Uri>().ok().and_then(|uri| uri.host().map(str::to_owned));
    host.is_some_and(|host| {
        ["pypi.org", "upload.pypi.org", "test.pypi.org"].contains(&host.as_str())
    })
}

/// Refuses what is not the address of an index, and one with a password in it: other users can read
/// command lines, and logs keep them.
pub fn check(option: &str, url: &str) -> Result<(), Failure> {
    let Some((scheme, host, _)) = parts(url)
        .filter(|(scheme, host, _)| matches!(*scheme, "http" | "https") && !host.is_empty())
    else {
        return Err(Failure::usage(format!("`{option}` is not the address of an index"))
            .hint("it starts with `https://` and a host"));
    };
    if host.contains('@') {
        return Err(Failure::usage(format!(
            "`{option}` has a name or password in it, which others can read"
        ))
        .hint("leave it out, and set `TWINE_USERNAME` and `TWINE_PASSWORD` for twine"));
    }
    if scheme == "http" && !is_loopback(url) {
        return Err(Failure::usage(format!(
            "`{option}` is not encrypted, so anybody on the way can read and change what \
is sent"
        ))
        .hint("use `https://`"));
    }
    Ok(())
}

/// Scheme, host with port, and the rest from the first slash on.
fn parts(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    Some((scheme, host, path))
}

/// Whether two addresses have the same scheme, host and port.
pub(super) fn same_origin(one: &str, other: &str) -> bool {
    let origin =
        |url| parts(url).map(|(scheme, host, _)| (scheme.to_lowercase(), host.to_lowercase()));
    origin(one).is_some() && origin(one) == origin(other)
}

/// An address that may be relative to its page, as a browser resolves it; none if it does not lead to a
/// web server, or out of encryption.
pub(super) fn absolute(url: &str, page: &str) -> Option<String> {
    let (scheme, host, path) = parts(page)?;
    if let Some((own, own_host, _)) = parts(url).filter(|(own, ..)| is_scheme(own)) {
        let safe = own == "https" || (own == "http" && scheme == "http");
        return (safe && !own_host.is_empty()).then(|| url.to_owned());
    }
    if url.starts_with("//") {
        return Some(format!("{scheme}:{url}"));
    }
    if url.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':')) {
        return None;
    }
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (steps, rest) = url.split_at(end);
    let folder = path.split(['?', '#']).next().and_then(|path| path.rsplit_once('/'));
    let mut kept: Vec<&str> = match folder {
        Some((folder, _)) if !steps.starts_with('/') => {
            folder.split('/').filter(|part| !part.is_empty()).collect()
        }
        _ => Vec::new(),
    };
    for part in steps.split('/').filter(|part| !part.is_empty()) {
        match part {
            "." => {}
            ".." => drop(kept.pop()),
            part => kept.push(part),
        }
    }
    let slash = if steps.ends_with('/') { "/" } else { "" };
    Some(format!("{scheme}://{host}/{}{slash}{rest}", kept.join("/")))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// The last part of an address's path, as a file name.
pub fn file_name(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let last = path.rsplit('/').next()?;
    let name = percent_encoding::percent_decode_str(last).decode_utf8().ok()?;
    (!name.is_empty()).then(|| name.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "http://127.0.0.1:1/root/release/+simple/a/";

    #[test]
    fn addresses_are_resolved_as_in_a_browser() {
        let resolved = |url| absolute(url, PAGE).expect("it leads to a web server");
        assert_eq!(resolved("/f/a"), "http://127.0.0.1:1/f/a");
        assert_eq!(resolved("a"), format!("{PAGE}a"));
        assert_eq!(
            resolved("../../+f/a.whl#sha256=x/../y"),
            "http://127.0.0.1:1/root/release/+f/a.whl#sha256=x/../y"
        );
        assert_eq!(resolved("../../../../../../a"), "http://127.0.0.1:1/a");
        assert_eq!(resolved("//files/a"), "http://files/a");
        assert_eq!(resolved("https://files/a"), "https://files/a");
        assert_eq!(absolute("b", "https://index/a?x=/c/").as_deref(), Some("https://index/b"));
    }

    #[test]
    fn what_leads_to_no_web_server_or_out_of_encryption_leads_nowhere() {
        for url in ["file:///etc/passwd", "javascript:alert(1)", "ftp://files/a", "https://"] {
            assert_eq!(absolute(url, PAGE), None, "{url}");
        }
        assert_eq!(absolute("http://files/a", "https://index/a/"), None);
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert!(same_origin("https://a/x", "https://A/y"));
        for other in ["http://a/x", "https://a:444/x", "https://a.b/x", "https://a@b/x", "/x"] {
            assert!(!same_origin("https://a/x", other), "{other}");
        }
    }

    #[test]
    fn file_names_are_decoded() {
        assert_eq!(file_name("https://f/a%2Bb.whl#sha256=0").as_deref(), Some("a+b.whl"));
        assert_eq!(file_name("https://f/"), None);
        assert_eq!(file_name("https://f/%ff"), None);
    }

    #[test]
    fn loopback_is_told_from_what_only_looks_like_it() {
        for url in [
            "http://127.0.0.1:3141/x",
            "http://localhost/",
            "http://[::1]:80/",
            "http://127.9.9.9/",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://upload.pypi.org/legacy/",
            "http://127.0.0.1.example.org/",
            "http://localhost@example.org/",
            "http://10.0.0.1/",
            "127.0.0.1",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn an_address_with_a_password_or_without_encryption_is_refused_and_not_repeated() {
        for good in
            ["https://upload.pypi.org/legacy/", "http://127.0.0.1:1/x/", "http://localhost/"]
        {
            check("--index-url", good).expect(good);
        }
        for (bad, why) in [
            ("https://user:hush@index/", "has a name or password in it"),
            ("https://hush@index/", "has a name or password in it"),
            ("http://index/hush", "is not encrypted"),
            ("index/hush", "is not the address of an index"),
            ("file:///hush", "is not the address of an index"),
        ] {
            let said = check("--index-url", bad).expect_err(bad).to_string();
            assert!(said.starts_with(&format!("`--index-url` {why}")), "{said}");
            assert!(!said.contains("hush"), "{said}");
        }
    }
}
