//! Looks at pages as a browser without scripts does: follows links, fills in forms, keeps what it is told to keep.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use petiole::connector::request::percent_encode;
use petiole::world::{Method, Response};

use super::http;

/// Somebody who looks at pages.
pub(crate) struct Visitor {
    url: String,
    kept: RefCell<BTreeMap<String, String>>,
}

/// A page that came.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) answer: Response,
}

/// A form of a page, with what stands in it.
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Visitor {
    pub(crate) fn of(url: &str) -> Self {
        Self { url: url.to_owned(), kept: RefCell::default() }
    }

    pub(crate) fn get(&self, path: &str) -> Page {
        self.ask(Method::Get, path, &[], b"")
    }

    /// A page that is there.
    #[track_caller]
    pub(crate) fn sees(&self, path: &str) -> Page {
        let page = self.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        page
    }

    /// Sends a form, and looks at the page that it leads to.
    pub(crate) fn send(&self, path: &str, fields: &[(String, String)]) -> Page {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value))).collect();
        let own = self.url.clone();
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", own.as_str()),
            ("Sec-Fetch-Site", "same-origin"),
        ];
        let page = self.ask(Method::Post, path, &headers, body.join("&").as_bytes());
        match page.answer.header("location").map(str::to_owned).filter(|_| page.status == 303) {
            Some(to) => self.get(&to),
            None => page,
        }
    }

    /// Presses the button of a page that says this, with some fields filled in.
    #[track_caller]
    pub(crate) fn presses(&self, page: &Page, button: &str, filled: &[(&str, &str)]) -> Page {
        let mut form = page.form(button).unwrap_or_else(|| panic!("no button says {button:?}: {}", page.body));
        for (name, value) in filled {
            form.fields.retain(|(known, _)| known != name);
            form.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.send(&form.action, &form.fields)
    }

    pub(crate) fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Page {
        let cookie: Vec<String> = self.kept.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = cookie.join("; ");
        let mut all = headers.to_vec();
        if !cookie.is_empty() {
            all.push(("Cookie", &cookie));
        }
        let answer = http(method, &format!("{}{path}", self.url), &all, body);
        for (_, set) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            let mut kept = self.kept.borrow_mut();
            if value.is_empty() {
                kept.remove(name);
            } else {
                kept.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = String::from_utf8(answer.body.clone()).unwrap();
        Page { status: answer.status, body, answer }
    }

    /// Keeps something under a name, as if it had been told to.
    pub(crate) fn keeps(&self, name: &str, value: &str) {
        self.kept.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn kept(&self, name: &str) -> Option<String> {
        self.kept.borrow().get(name).cloned()
    }
}

impl Page {
    /// The first form with a button that says this.
    pub(crate) fn form(&self, button: &str) -> Option<Form> {
        let mut forms = self.body.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next());
        forms.find_map(|form| form_of(form, button))
    }

    /// All that its links lead to on this service.
    pub(crate) fn links(&self) -> BTreeSet<String> {
        let found = self.body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(unescaped);
        found.map(|link| link.split('#').next().unwrap().to_owned()).filter(|link| link.starts_with('/')).collect()
    }

    /// What people read of it: its letters without tags.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for part in self.body.split('<').skip(1) {
            let (_, after) = part.split_once('>').unwrap_or(("", part));
            text.push_str(after);
        }
        unescaped(&text)
    }
}

fn form_of(form: &str, said: &str) -> Option<Form> {
    let button = form.split("<button").skip(1).find(|button| {
        let shown = button.split("</button>").next().and_then(|button| button.split_once('>')).map(|(_, shown)| shown);
        shown.is_some_and(|shown| shown.contains(said))
    })?;
    let tag = button.split('>').next()?;
    let inputs = form.split("<input").skip(1).filter_map(|input| input.split('>').next());
    let mut fields: Vec<(String, String)> =
        inputs.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))).collect();
    fields.extend(attribute(tag, "name").map(|name| (name, attribute(tag, "value").unwrap_or_default())));
    Some(Form { action: attribute(form.split('>').next()?, "action")?, fields })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    Some(unescaped(rest.split('"').next()?))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
