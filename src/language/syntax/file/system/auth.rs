//! `auth:` of a system file: what opens the account. Each line says one way; all of them are taken together.

use super::oauth2::Oauth2Tree;
use super::templates::Templates;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::AUTH;
use crate::language::syntax::mapping::{Found, Mapping, keep, list, text};
use crate::language::syntax::template::{Hole, Template};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};

/// How a line of `auth` is written.
const FORMS: &str = "write `NAME = VALUE` for a header, `query NAME = VALUE` for a parameter of every address, or \
                     `basic {secrets.USER} {secrets.PASSWORD}`; a token that is asked for is a map: `oauth2:`";

/// `auth:`
#[derive(Clone, Debug, Default)]
pub struct AuthTree {
    /// Headers, with the holes and the lines of all that is said.
    pub headers: Templates,
    /// Parameters of every address.
    pub query: Vec<(Name, Template)>,
    /// User and password.
    pub basic: Vec<BasicLine>,
    /// A token that is asked for.
    pub oauth2: Option<Oauth2Tree>,
}

/// `basic USER PASSWORD`
#[derive(Clone, Debug)]
pub struct BasicLine {
    /// The user.
    pub user: Template,
    /// The password, without which it is empty.
    pub password: Template,
    /// Whether the password stands in the file itself.
    pub is_open: bool,
    /// The whole line.
    pub span: Span,
}

impl AuthTree {
    /// Reads `auth:`.
    pub(super) fn of(node: &Node, found: &mut Found) -> Self {
        let mut auth = Self::default();
        if let NodeKind::Mapping(_) = node.kind {
            let map = Mapping::of(node, &AUTH, found);
            auth.oauth2 = map.and_then(|map| map.get("oauth2", found)).and_then(|node| Oauth2Tree::of(node, found));
            return auth;
        }
        Self::lines(node, found)
    }

    /// Reads what stands in lines.
    pub(super) fn lines(node: &Node, found: &mut Found) -> Self {
        let mut auth = Self::default();
        for node in list(node, "`auth`", found) {
            let Some(line) = text(node, "a line of `auth`", found) else { continue };
            auth.headers.holes.extend(Hole::all(line));
            auth.headers.written.push(line.name());
            match line.text.split_once(char::is_whitespace) {
                Some(("basic", _)) => auth.basic.extend(basic(line, found)),
                Some(("query", rest)) => auth.query.extend(query(line, rest, found)),
                _ if line.text.trim() == "basic" => found.push(not_basic(line.span)),
                _ => auth.headers.lines.extend(header(line, found)),
            }
        }
        auth
    }
}

fn header(line: &Scalar, found: &mut Found) -> Option<(String, Template)> {
    match line.text.split_once(" = ") {
        Some((name, value)) if !name.trim().contains(char::is_whitespace) => {
            Some((name.trim().to_owned(), keep(Template::parse(value.trim(), line.span), found)?))
        }
        Some((name, _)) => {
            let message = format!("`{}` is no name of a header", name.trim());
            found.push(wrong(message, line.span, "a header's name is one word").help(FORMS));
            None
        }
        None => {
            found.push(wrong("this opens nothing", line.span, "no ` = ` here").help(FORMS));
            None
        }
    }
}

fn query(line: &Scalar, rest: &str, found: &mut Found) -> Option<(Name, Template)> {
    let pair = rest.split_once(" = ").filter(|(name, value)| {
        let name = name.trim();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._~".contains(letter);
        !name.is_empty() && name.chars().all(plain) && !value.trim().is_empty()
    });
    let Some((name, value)) = pair else {
        let help = "write `query NAME = {secrets.NAME}`, the name in letters and digits";
        found.push(wrong("this is no parameter of an address", line.span, "not `query NAME = VALUE`").help(help));
        return None;
    };
    let value = keep(Template::parse(value.trim(), line.span), found)?;
    let behind = line.text.len().saturating_sub(rest.len());
    let at = behind.saturating_add(rest.find(name.trim()).unwrap_or_default());
    Some((line.named(at, at.saturating_add(name.trim().len())), value))
}

fn basic(line: &Scalar, found: &mut Found) -> Option<BasicLine> {
    let words = words(line.text.get("basic".len()..).unwrap_or_default());
    let (user, password) = match words.as_slice() {
        [user] if !user.contains("}:{") => (*user, ""),
        [user, password] => (*user, *password),
        _ => {
            found.push(not_basic(line.span));
            return None;
        }
    };
    let is_open = !password.is_empty() && !password.contains('{');
    let user = keep(Template::parse(user, line.span), found)?;
    let password = keep(Template::parse(password, line.span), found)?;
    Some(BasicLine { user, password, is_open, span: line.span })
}

fn not_basic(span: Span) -> Diagnostic {
    let help = "write `basic {secrets.USER} {secrets.PASSWORD}` with a blank between the two, or the user alone where \
                there is no password";
    wrong("`basic` has a user and a password", span, "not these two").help(help)
}

/// The words of a text; a blank inside braces parts nothing.
fn words(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let parts = text.split(move |letter: char| {
        match letter {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && letter.is_whitespace()
    });
    parts.filter(|word| !word.is_empty()).collect()
}

fn wrong(message: impl Into<String>, span: Span, at: &str) -> Diagnostic {
    Diagnostic::error(Code("syntax-system"), message, span, at)
}
