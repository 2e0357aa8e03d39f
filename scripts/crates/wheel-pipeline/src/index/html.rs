//! The simple API in HTML ([PEP 503](https://peps.python.org/pep-0503/)): each link is a file.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use super::address::{absolute, file_name};
use super::{OfferedFile, Trouble, shown};

/// The files of a page, which lies at `page`.
pub(super) fn parse(text: &str, page: &str) -> Result<Vec<OfferedFile>, Trouble> {
    // Scripts and styles are not markup, whatever they contain.
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut base = page.to_owned();
    let mut files = Vec::new();
    let mut link: Option<(StartTag<()>, String)> = None;
    for Ok(token) in Tokenizer::new_with_emitter(text, emitter) {
        match token {
            Token::StartTag(tag) if *tag.name == b"base" => {
                if let Some(to) = attribute(&tag, b"href") {
                    base = absolute(&to, page).ok_or_else(|| {
                        Trouble::Lasting(format!("the base of `{page}` is no address"))
                    })?;
                }
            }
            Token::StartTag(tag) if *tag.name == b"a" => link = Some((tag, String::new())),
            Token::String(part) => {
                if let Some((_, called)) = &mut link {
                    called.push_str(&String::from_utf8_lossy(&part.value));
                }
            }
            Token::EndTag(tag) if *tag.name == b"a" => {
                if let Some((tag, called)) = link.take() {
                    files.push(file(&tag, called.trim(), &base, page)?);
                }
            }
            _ => {}
        }
    }
    Ok(files)
}

fn attribute(tag: &StartTag<()>, name: &[u8]) -> Option<String> {
    let value = &tag.attributes.get(name)?.value;
    Some(String::from_utf8_lossy(value).into_owned())
}

fn file(tag: &StartTag<()>, called: &str, base: &str, page: &str) -> Result<OfferedFile, Trouble> {
    let wrong =
        |what: &str| Trouble::Lasting(format!("`{page}` gives {what} for `{}`", shown(called)));
    let href = attribute(tag, b"href").ok_or_else(|| wrong("no address"))?;
    let url = absolute(&href, base).ok_or_else(|| wrong("no address of a web server"))?;
    // pip goes by the address and people by the text: they have to be the same.
    if file_name(&url).as_deref() != Some(called) {
        return Err(wrong(&format!("the address `{}`", shown(&url))));
    }
    let sum = url.split_once('#').and_then(|(_, fragment)| {
        fragment.split('&').find_map(|part| part.strip_prefix("sha256="))
    });
    Ok(OfferedFile {
        sum: sum
            .ok_or_else(|| wrong("no SHA-256"))?
            .parse()
            .map_err(|_| wrong("a wrong SHA-256"))?,
        uploaded: None,
        provenance: attribute(tag, b"data-provenance"),
        yanked: attribute(tag, b"data-yanked").is_some(),
        name: called.to_owned(),
        url,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wheel_audit::wheel::Sha256Sum;

    const PAGE: &str = "https://index/simple/a/";

    fn sum() -> Sha256Sum {
        Sha256Sum::digest(b"")
    }

    fn names(body: &str) -> Vec<String> {
        let page = format!("<!DOCTYPE html><html><body>{body}</body></html>");
        let files = parse(&page, PAGE).expect("a good page");
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
        let files = parse(&text, PAGE).expect("a good page");
        assert_eq!(
            files,
            [OfferedFile {
                name: "a+1.whl".into(),
                sum: sum(),
                url: format!("https://index/f/a%2B1.whl#sha256={}", sum()),
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
    fn a_link_that_calls_itself_something_else_is_refused() {
        let lie = link("b.whl").replace(">b.whl<", ">a.whl<");
        let error = parse(&lie, PAGE).expect_err("two names").to_string();
        assert!(
            error
                .starts_with("`https://index/simple/a/` gives the address `https://index/f/b.whl#"),
            "{error}"
        );
        assert!(error.ends_with(" for `a.whl`"), "{error}");
    }

    #[test]
    fn a_link_without_a_hash_or_to_no_web_server_is_refused() {
        let refused = |text: &str| parse(text, PAGE).expect_err("a bad link").to_string();
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
    fn a_base_is_heard() {
        let text =
            format!("<base href=\"https://files/x/\"><a href=a.whl#sha256={}>a.whl</a>", sum());
        let files = parse(&text, PAGE).expect("a good page");
        assert!(files[0].url.starts_with("https://files/x/a.whl#"), "{}", files[0].url);
    }

    #[test]
    fn a_page_that_ends_in_the_middle_gives_what_it_has() {
        let page = format!("{}<a href=\"/f/b.whl#sha25", link("a.whl"));
        assert_eq!(names(&page), ["a.whl"]);
        assert_eq!(names(&"<a ".repeat(10_000)), [""; 0]);
    }
}
