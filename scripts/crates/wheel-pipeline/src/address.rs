//! Addresses of web servers: strict parsing, links of an index, loopback.
//!
//! `Url` repairs what it reads, as browsers do. It drops tabs and line breaks, takes `\` for `/`, adds
//! missing slashes, and reads `127.1` and `0x7f.1` as `127.0.0.1`. twine, pip and ureq read such text in
//! other ways, so a judgement about the repaired text would not hold for them. Every text that `Url` would
//! repair before the path is refused here.

use std::net::{IpAddr, ToSocketAddrs};

use url::{Host, Url};

use crate::failure::Failure;

/// Parses an `http` or `https` address. Refuses credentials, and a scheme or host that `Url` would change.
///
/// The case of letters in the host may differ, as all clients ignore it.
pub fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| is_plain(text))?;
    let rest = text.strip_prefix(url.scheme())?.strip_prefix("://")?;
    let host = url.host_str()?;
    // Text with a user name before the host does not begin with the host.
    let (written, after) = rest.split_at_checked(host.len())?;
    let same = written.eq_ignore_ascii_case(host)
        && (after.is_empty() || after.starts_with(['/', ':', '?', '#']));
    (matches!(url.scheme(), "http" | "https") && same && !has_credentials(&url)).then_some(url)
}

/// Checks that text has no character that `Url` drops or replaces.
fn is_plain(text: &str) -> bool {
    text.trim() == text && !text.contains(|letter: char| letter.is_control() || letter == '\\')
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// Checks that an address leads to this machine alone, where an upload harms nobody.
///
/// The name `localhost` is looked up, as it may stand for another machine. Clients look again when they
/// connect: this answer is for the user, and theirs decides.
pub fn is_loopback(text: &str) -> bool {
    is_loopback_by(text, |name| {
        Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    })
}

/// [`is_loopback`], with the addresses that a name stands for.
fn is_loopback_by(text: &str, look_up: impl Fn(&str) -> std::io::Result<Vec<IpAddr>>) -> bool {
    let Some(url) = parse(text) else { return false };
    match url.host() {
        // The exact spelling: some resolver may take `LOCALHOST` for another name.
        Some(Host::Domain(LOCALHOST)) => {
            text.starts_with(&format!("{}://{LOCALHOST}", url.scheme()))
                && look_up(LOCALHOST)
                    .is_ok_and(|found| !found.is_empty() && found.iter().all(IpAddr::is_loopback))
        }
        _ => names_loopback(&url),
    }
}

/// Checks that the host of an address is `localhost` or an address of this machine, without a look at what
/// the name stands for.
pub fn names_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == LOCALHOST,
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    }
}

/// The only name that may stand for this machine.
const LOCALHOST: &str = "localhost";

/// Checks that an address is one of PyPI's or TestPyPI's.
pub fn is_pypi(text: &str) -> bool {
    let url = parse(text);
    let host = url.as_ref().and_then(Url::host_str);
    host.is_some_and(|host| ["pypi.org", "upload.pypi.org", "test.pypi.org"].contains(&host))
}

/// Refuses a value of `option` that is not the encrypted address of an index, or has a password in it.
///
/// Other users can read command lines, and logs keep them. The message never repeats the value.
pub fn check(option: &str, text: &str) -> Result<(), Failure> {
    let url = Url::parse(text).ok();
    if url.as_ref().is_some_and(has_credentials) {
        return Err(Failure::usage(format!(
            "`{option}` contains a user name or password, which other users can read"
        ))
        .hint("remove it, and set `TWINE_USERNAME` and `TWINE_PASSWORD` for twine"));
    }
    let Some(url) = parse(text) else {
        return Err(Failure::usage(format!("`{option}` is not the address of an index"))
            .hint("the address starts with `https://` and a host name"));
    };
    if url.scheme() == "http" && !is_loopback(text) {
        return Err(Failure::usage(format!(
            "`{option}` is not encrypted, so others can read and change what is sent"
        ))
        .hint("use `https://`"));
    }
    Ok(())
}

/// Checks that two addresses have the same scheme, host and port.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin().is_tuple() && one.origin() == other.origin()
}

/// The longest link that is followed, in bytes. Servers answer 414 to longer ones.
const LINK_LIMIT: usize = 8192;

/// Resolves a link of the page at `page`, as a browser does.
///
/// A link to anything but a web server is refused, and so are credentials in a link, a link from `https`
/// to `http`, and a link that [`parse`] would refuse.
pub(super) fn resolve(link: &str, page: &Url) -> Option<Url> {
    if link.len() > LINK_LIMIT {
        return None;
    }
    let first = link.split(['/', '?', '#']).next().unwrap_or_default();
    let url = if first.contains(':') {
        parse(link)?
    } else if link.starts_with("//") {
        parse(&format!("{}:{link}", page.scheme()))?
    } else if is_plain(link) {
        page.join(link).ok()?
    } else {
        return None;
    };
    let encrypted = url.scheme() == "https" || page.scheme() == "http";
    (encrypted && !has_credentials(&url)).then_some(url)
}

/// The last part of an address's path, decoded. Nothing where that is not a file name.
pub fn file_name(url: &Url) -> Option<String> {
    let last = url.path().rsplit('/').next()?;
    let name = percent_encoding::percent_decode_str(last).decode_utf8().ok()?;
    is_file_name(&name).then(|| name.into_owned())
}

/// Checks that text can be the name of a file, on every system: 255 bytes is the limit of most.
pub fn is_file_name(name: &str) -> bool {
    let unsafe_part = |letter: char| letter.is_control() || letter == '/' || letter == '\\';
    !name.contains(unsafe_part) && !matches!(name, "" | "." | "..") && name.len() <= 255
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "http://127.0.0.1:1/root/release/+simple/a/";

    fn url(text: &str) -> Url {
        parse(text).expect("an address")
    }

    fn resolved(link: &str, page: &str) -> Option<String> {
        resolve(link, &url(page)).map(String::from)
    }

    #[test]
    fn addresses_are_resolved_as_in_a_browser() {
        for (link, expected) in [
            ("/f/a", "http://127.0.0.1:1/f/a"),
            ("a", "http://127.0.0.1:1/root/release/+simple/a/a"),
            (
                "../../+f/a.whl#sha256=x/../y",
                "http://127.0.0.1:1/root/release/+f/a.whl#sha256=x/../y",
            ),
            ("../../../../../../a", "http://127.0.0.1:1/a"),
            ("//files/a", "http://files/a"),
            ("https://files/a", "https://files/a"),
        ] {
            assert_eq!(resolved(link, PAGE).as_deref(), Some(expected), "{link}");
        }
        assert_eq!(resolved("b", "https://index/a?x=/c/").as_deref(), Some("https://index/b"));
    }

    #[test]
    fn a_link_to_no_web_server_or_out_of_encryption_is_refused() {
        for link in ["file:///etc/passwd", "javascript:alert(1)", "ftp://files/a", "https://"] {
            assert_eq!(resolved(link, PAGE), None, "{link}");
        }
        assert_eq!(resolved("http://files/a", "https://index/a/"), None);
    }

    #[test]
    fn a_link_that_clients_read_in_different_ways_is_refused() {
        for link in [
            "https:a",
            "https:/files/a",
            "https:///files/a",
            "HTTPS://files/a",
            "///files/a",
            "\\\\files\\a",
            "/\\files/a",
            "https:\\\\files\\a",
            "/f\t/a",
            "/\n/files/a",
            " /f/a",
            "/f/a\r\n",
            "https://user:password@files/a",
            "//user@files/a",
            "https://files@other/a",
            "https://%66iles/a",
            "https://bücher.example/a",
            "https://0x7f.1/a",
            "https://127.1/a",
            "https://files:99999/a",
        ] {
            assert_eq!(resolved(link, PAGE), None, "{link:?}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert!(same_origin(&url("https://a/x"), &url("https://A/y")));
        // The default port of the scheme leads to the same server.
        assert!(same_origin(&url("https://a/x"), &url("https://a:443/x")));
        for other in ["http://a/x", "https://a:444/x", "https://a.b/x", "https://a:80/x"] {
            assert!(!same_origin(&url("https://a/x"), &url(other)), "{other}");
        }
        for other in ["https://a@b/x", "/x"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    #[test]
    fn file_names_are_decoded() {
        let name = |text| file_name(&url(text));
        assert_eq!(name("https://f/a%2Bb.whl#sha256=0").as_deref(), Some("a+b.whl"));
        for text in [
            "https://f/",
            "https://f/%ff",
            "https://f/a/%2e%2E",
            "https://f/..%2Fa.whl",
            "https://f/a%5Cb.whl",
            "https://f/a%00.whl",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn loopback_is_distinguished_from_what_only_looks_like_it() {
        for text in [
            "http://127.0.0.1:3141/x",
            "http://localhost/",
            "http://[::1]:80/",
            "http://127.9.9.9/",
            "https://localhost:8443",
        ] {
            assert!(is_loopback(text), "{text}");
        }
        for text in [
            "https://upload.pypi.org/legacy/",
            "http://127.0.0.1.example.org/",
            "http://localhost@example.org/",
            "http://10.0.0.1/",
            "127.0.0.1",
            "",
            // `Url` reads each of these as an address of this machine.
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.1.",
            "http://%3127.0.0.1/",
            "http://１２７.0.0.1/",
            "http:127.0.0.1/",
            "http:/127.0.0.1/",
            "http:///127.0.0.1/",
            "http:\\\\127.0.0.1\\",
            "http://127.0.0.1\\@example.org/",
            "http://local\thost/",
            " http://localhost/",
            "http://localhost/\n",
            "http://LOCALHOST/",
            "http://user@localhost/",
            "HTTP://localhost/",
            // It leads to this machine, but not by a name that every client knows.
            "http://localhost./",
            "http://[::ffff:127.0.0.1]/",
            "ftp://127.0.0.1/",
        ] {
            assert!(!is_loopback(text), "{text:?}");
        }
    }

    #[test]
    fn localhost_is_loopback_only_where_it_leads_to_this_machine() {
        let by = |found: &[&str]| {
            let found: Vec<IpAddr> =
                found.iter().map(|text| text.parse().expect("an address")).collect();
            is_loopback_by("http://localhost:1/", |name| {
                assert_eq!(name, "localhost");
                Ok(found.clone())
            })
        };
        assert!(by(&["127.0.0.1"]) && by(&["::1"]) && by(&["127.0.0.1", "::1"]));
        assert!(!by(&[]) && !by(&["192.0.2.1"]) && !by(&["127.0.0.1", "192.0.2.1"]));
        let unknown = is_loopback_by("http://localhost/", |_| Err(std::io::Error::other("no")));
        assert!(!unknown);
        // An address is not looked up.
        assert!(is_loopback_by("http://[::1]:1/", |_| panic!("it is an address")));
    }

    #[test]
    fn pypi_is_known_by_its_host() {
        for text in [
            "https://upload.pypi.org/legacy/",
            "https://test.pypi.org/legacy/",
            "https://pypi.org/simple/",
        ] {
            assert!(is_pypi(text), "{text}");
        }
        for text in ["https://pypi.org.example.org/", "https://example.org/pypi.org/", "pypi.org"] {
            assert!(!is_pypi(text), "{text}");
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
            ("https://user:hush@index/", "contains a user name or password"),
            ("https://hush@index/", "contains a user name or password"),
            ("https:user:hush@index/", "contains a user name or password"),
            ("https:\\\\user:hush@index", "contains a user name or password"),
            ("http://index/hush", "is not encrypted"),
            ("http://127.1/hush", "is not the address of an index"),
            ("http://localhost\\hush", "is not the address of an index"),
            ("https://index/hush\n", "is not the address of an index"),
            ("HTTPS://index/hush", "is not the address of an index"),
            ("index/hush", "is not the address of an index"),
            ("file:///hush", "is not the address of an index"),
        ] {
            let message = check("--index-url", bad).expect_err(bad).to_string();
            assert!(message.starts_with(&format!("`--index-url` {why}")), "{message}");
            assert!(!message.contains("hush"), "{message}");
        }
    }
}
