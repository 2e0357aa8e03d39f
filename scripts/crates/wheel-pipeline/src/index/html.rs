//! The simple API in HTML ([PEP 503](https://peps.python.org/pep-0503/)): each link is a file.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use url::Url;

use super::error::{IndexError, for_message};
use super::listed_file::ListedFile;
use crate::address::{file_name, resolve};

/// The files of a page, which lies at `page`.
pub(super) fn parse(text: &str, page: &Url) -> Result<Vec<ListedFile>, IndexError> {
    // The content of scripts and styles is not markup.
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut base = page.clone();
    let mut files = Vec::new();
    let mut is_simple = false;
    let mut link: Option<(StartTag<()>, String)> = None;
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) if *tag.name == b"base" => {
                if let Some(to) = attribute(&tag, b"href") {
                    base = resolve(&to, page).ok_or_else(|| {
                        IndexError::permanent(format!(
                            "the `<base>` of `{page}` is not the address of a web server"
                        ))
                    })?;
                }
            }
            Token::StartTag(tag) if *tag.name == b"meta" => {
                is_simple |= attribute(&tag, b"name").as_deref() == Some(VERSION);
            }
            Token::StartTag(tag) if *tag.name == b"a" => link = Some((tag, String::new())),
            Token::String(part) => {
                if let Some((_, name)) = &mut link {
                    name.push_str(&String::from_utf8_lossy(&part.value));
                }
            }
            Token::EndTag(tag) if *tag.name == b"a" => {
                if let Some((tag, name)) = link.take() {
                    files.push(file(&tag, name.trim(), &base, page)?);
                }
            }
            _ => {}
        }
    }
    // A page of something else, such as a login, has no links to files either. It says nothing about the project.
    if files.is_empty() && !is_simple {
        return Err(IndexError::permanent(format!(
            "`{page}` is HTML without a file, and without `{VERSION}` it is not a page of the simple API"
        ))
        .advise("is the address that of the simple API, and does a proxy or a login stand before it?"));
    }
    Ok(files)
}

/// The name of the `<meta>` by which a page declares its version of the simple API
/// ([PEP 629](https://peps.python.org/pep-0629/)).
const VERSION: &str = "pypi:repository-version";

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = &tag.attributes.get(name)?.value;
    Some(String::from_utf8_lossy(value).into_owned())
}

fn file(tag: &StartTag<()>, name: &str, base: &Url, page: &Url) -> Result<ListedFile, IndexError> {
    let wrong = |what: &str| {
        IndexError::permanent(format!("`{page}` gives {what} for `{}`", for_message(name)))
    };
    let href = attribute(tag, b"href").ok_or_else(|| wrong("no address"))?;
    let url = resolve(&href, base).ok_or_else(|| wrong("no address of a web server"))?;
    // pip takes the name from the address, and people read the text. Both must be the same.
    if file_name(&url).as_deref() != Some(name) {
        return Err(wrong(&format!("the address `{}`", for_message(url.as_str()))));
    }
    let sum = url
        .fragment()
        .and_then(|fragment| fragment.split('&').find_map(|part| part.strip_prefix("sha256=")));
    Ok(ListedFile {
        sum: sum
            .ok_or_else(|| wrong("no SHA-256"))?
            .parse()
            .map_err(|_| wrong("a wrong SHA-256"))?,
        uploaded: None,
        provenance: attribute(tag, b"data-provenance"),
        yanked: attribute(tag, b"data-yanked").is_some(),
        name: name.to_owned(),
        url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wheel_audit::wheel::Sha256Sum;

    fn page_url() -> Url {
        Url::parse("https://index/simple/a/").expect("an address")
    }

    fn sum() -> Sha256Sum {
        Sha256Sum::digest(b"")
    }

    fn names(body: &str) -> Vec<String> {
        let page = format!("<!DOCTYPE html><html><body>{body}</body></html>");
        let files = parse(&page, &page_url()).expect("a good page");
        files.into_iter().map(|file| file.name).collect()
    }

    fn link(name: &str) -> String {
        format!("<a href=\"/f/{name}#sha256={}\">{name}</a>", sum())
    }

    #[test]
    fn each_link_is_a_file() {
        let text = format!(
            "<a href='../../f/a%2B1.whl#sha256={}' data-yanked data-provenance=https://p/>a+1.whl</a>",
            sum()
        );
        let files = parse(&text, &page_url()).expect("a good page");
        assert_eq!(
            files,
            [ListedFile {
                name: "a+1.whl".into(),
                sum: sum(),
                url: Url::parse(&format!("https://index/f/a%2B1.whl#sha256={}", sum()))
                    .expect("an address"),
                uploaded: None,
                provenance: Some("https://p/".into()),
                yanked: true,
            }]
        );
    }

    #[test]
    fn only_what_a_browser_takes_for_a_link_is_one() {
        let real = link("a.whl");
        let body = format!(
            "<!-- {0} --><script>'{0}'</script><style>{0}</style><title>{0}</title>\
             <textarea>{0}</textarea>{real}&lt;a href=x&gt;x&lt;/a&gt;",
            link("b.whl")
        );
        assert_eq!(names(&body), ["a.whl"]);
    }

    #[test]
    fn a_link_with_another_text_than_its_address_is_refused() {
        let mismatch = link("b.whl").replace(">b.whl<", ">a.whl<");
        let error = parse(&mismatch, &page_url()).expect_err("two names").to_string();
        assert!(
            error
                .starts_with("`https://index/simple/a/` gives the address `https://index/f/b.whl#"),
            "{error}"
        );
        assert!(error.ends_with(" for `a.whl`"), "{error}");
    }

    #[test]
    fn a_link_without_a_hash_or_to_no_web_server_is_refused() {
        let refused = |text: &str| parse(text, &page_url()).expect_err("a bad link").to_string();
        assert_eq!(
            refused("<a href=a.whl>a.whl</a>"),
            "`https://index/simple/a/` gives no SHA-256 for `a.whl`"
        );
        assert_eq!(
            refused("<a>a.whl</a>"),
            "`https://index/simple/a/` gives no address for `a.whl`"
        );
        for to in ["file:///f/a.whl", "http://f/a.whl", "javascript:a.whl"] {
            assert_eq!(
                refused(&format!("<a href=\"{to}\">a.whl</a>")),
                "`https://index/simple/a/` gives no address of a web server for `a.whl`"
            );
        }
    }

    #[test]
    fn links_are_relative_to_the_base() {
        let text =
            format!("<base href=\"https://files/x/\"><a href=a.whl#sha256={}>a.whl</a>", sum());
        let files = parse(&text, &page_url()).expect("a good page");
        assert!(files[0].url.as_str().starts_with("https://files/x/a.whl#"), "{}", files[0].url);
    }

    #[test]
    fn a_page_that_ends_in_the_middle_gives_its_whole_links() {
        let page = format!("{}<a href=\"/f/b.whl#sha25", link("a.whl"));
        assert_eq!(names(&page), ["a.whl"]);
        let broken = parse(&"<a ".repeat(10_000), &page_url());
        assert!(matches!(broken, Err(IndexError::Permanent { .. })), "{broken:?}");
    }

    #[test]
    fn a_page_without_files_must_say_that_it_is_one_of_the_simple_api() {
        let empty =
            "<html><meta name='pypi:repository-version' content='1.3'><h1>Links for a</h1></html>";
        assert_eq!(parse(empty, &page_url()), Ok(Vec::new()));
        let login = "<html><form action=/login><input name=password></form></html>";
        let error = parse(login, &page_url()).expect_err("a login").to_string();
        assert_eq!(
            error,
            "`https://index/simple/a/` is HTML without a file, and without `pypi:repository-version` it is not \
             a page of the simple API"
        );
    }
}
