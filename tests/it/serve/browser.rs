//! What a browser does with the page, without one: it asks, fills in the form, and follows where it is led.

use super::client::{Answer, Client};

/// What a browser says that asks for a page.
const ACCEPT: &str = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";

/// What it says when it sends the form of a page that `Client::call` has asked for.
const OWN: [&str; 2] = ["Origin: http://test", "Sec-Fetch-Site: same-origin"];

impl Client {
    /// Asks for a page, in this language.
    pub(super) fn page_in(&self, language: &str, path: &str) -> Answer {
        let language = format!("Accept-Language: {language}");
        self.call(&format!("GET {path}"), &[ACCEPT, &language], "")
    }

    pub(super) fn page(&self, path: &str) -> Answer {
        self.page_in("en", path)
    }

    /// Sends a form from the page itself.
    pub(super) fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.submit_with(path, fields, &OWN)
    }

    /// Sends a form with these headers.
    pub(super) fn submit_with(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[&str],
    ) -> Answer {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encoded(value)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let mut text =
            format!("POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{ACCEPT}\r\n");
        for header in headers {
            text.extend([*header, "\r\n"]);
        }
        let length = body.len();
        let kind = "Content-Type: application/x-www-form-urlencoded";
        self.raw(format!("{text}{kind}\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes())
    }

    /// Fills in the form of a new page: buys so many. The answer, and the form's key.
    pub(super) fn buy(&self, buyer: &str, quantity: &str) -> (Answer, String) {
        let key = self.page("/").key();
        let fields = [("key", &*key), ("buyer", buyer), ("quantity", quantity)];
        (self.submit("/book", &fields), key)
    }
}

impl Answer {
    /// The key in the form of this page.
    #[track_caller]
    pub(super) fn key(&self) -> String {
        let start = "name=\"key\" value=\"";
        let key = self
            .body
            .split_once(start)
            .and_then(|it| it.1.split_once('"'));
        key.unwrap_or_else(|| panic!("no key: {self:?}"))
            .0
            .to_owned()
    }

    /// The one form of this page: where it is sent to, and what its hidden fields send.
    #[track_caller]
    pub(super) fn form(&self) -> (String, Vec<(String, String)>) {
        let forms: Vec<&str> = self.body.split("<form").skip(1).collect();
        let [form] = forms[..] else {
            panic!("not one form: {self:?}");
        };
        let (head, rest) = form.split_once('>').unwrap();
        let (content, _) = rest.split_once("</form>").unwrap();
        let inputs = content.split("<input").skip(1);
        let fields = inputs.filter_map(|input| {
            let (tag, _) = input.split_once('>')?;
            let is_hidden = attribute(tag, "type")? == "hidden";
            is_hidden.then_some((attribute(tag, "name")?, attribute(tag, "value")?))
        });
        (attribute(head, "action").unwrap(), fields.collect())
    }

    /// Where it leads.
    #[track_caller]
    pub(super) fn leads(&self) -> String {
        assert_eq!(self.status, 303, "{self:?}");
        self.header("location")
    }

    /// What a header says; empty: it is not there.
    pub(super) fn header(&self, name: &str) -> String {
        let start = format!("{name}: ");
        let mut lines = self.head.lines();
        lines
            .find_map(|line| line.strip_prefix(&start))
            .unwrap_or_default()
            .to_owned()
    }

    /// A page with this status, that says all of this.
    #[track_caller]
    pub(super) fn says(&self, status: u16, texts: &[&str]) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "text/html; charset=utf-8",
            "{self:?}"
        );
        for text in texts {
            assert!(self.body.contains(text), "{text}: {self:?}");
        }
    }
}

/// An attribute of this tag, as the browser reads it.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    let read = |text: String, (from, to)| text.replace(from, to);
    Some(plain.into_iter().fold(value.to_owned(), read))
}

/// As it stands in a form that is sent.
fn encoded(text: &str) -> String {
    let bytes: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    bytes.concat()
}
