//! `sign:` of `http`: how every request is signed.

use super::templates::Templates;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::Name;
use crate::language::syntax::field_spec::SIGN;
use crate::language::syntax::mapping::{Found, Mapping, keep};
use crate::language::syntax::template::{Hole, Template};
use crate::language::syntax::yaml::{Node, Scalar};

/// `sign:`
#[derive(Clone, Debug)]
pub struct SignTree {
    /// `header:`
    pub header: (String, Template, Span),
    /// `secret:`, a secret's name.
    pub secret: Name,
    /// `over:`, with its holes.
    pub over: (Template, Name, Vec<Hole>),
    /// `algorithm:`
    pub algorithm: Option<Name>,
    /// `encoding:`
    pub encoding: Option<Name>,
    /// `time:`
    pub time: Option<Name>,
    /// `headers:`
    pub headers: Templates,
}

impl SignTree {
    /// Reads `sign:`; without one of the keys that must be there it is none.
    pub(super) fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let map = Mapping::of(node, &SIGN, found)?;
        let header = map.text("header", "`header`", found).and_then(|line| header(line, found));
        let secret = map.text("secret", "`secret`", found).map(Scalar::name);
        let line = map.text("over", "`over`", found);
        let over = line.and_then(|line| {
            let template = keep(Template::parse(&line.text, line.span), found)?;
            Some((template, line.name(), Hole::all(line)))
        });
        let word = |key: &str, found: &mut Found| map.text(key, key, found).map(Scalar::name);
        let (algorithm, encoding) = (word("algorithm", found), word("encoding", found));
        let time = word("time", found);
        let headers = map.get("headers", found).map(|node| Templates::of(node, found)).unwrap_or_default();
        Some(Self { header: header?, secret: secret?, over: over?, algorithm, encoding, time, headers })
    }
}

/// `NAME = VALUE` with the signature in it and nothing else to fill in.
fn header(line: &Scalar, found: &mut Found) -> Option<(String, Template, Span)> {
    let pair = line.text.split_once(" = ").filter(|(name, _)| !name.trim().contains(char::is_whitespace));
    let template = pair.and_then(|(name, value)| Some((name.trim(), Template::parse(value.trim(), line.span).ok()?)));
    match template {
        Some((name, template)) if template.holes().eq(["signature"]) => Some((name.to_owned(), template, line.span)),
        _ => {
            let message = "`header` says how the signature is sent";
            let finding =
                Diagnostic::error(Code("syntax-system"), message, line.span, "not a header with the signature");
            found.push(finding.help("write `NAME = {signature}`, such as `X-Signature = sha256={signature}`"));
            None
        }
    }
}
