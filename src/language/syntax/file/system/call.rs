//! A call of a system file: a line, or a map with what goes with it.

use super::envelope::EnvelopeTree;
use super::paging::PagingTree;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::constant::Constant;
use crate::language::syntax::expression::{Expression, Name};
use crate::language::syntax::field_spec::CALL;
use crate::language::syntax::mapping::{Found, Mapping, keep, list, names, text};
use crate::language::syntax::rule_line;
use crate::language::syntax::system_line;
use crate::language::syntax::template::{Hole, Template};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::Path;
use crate::world::Method;

/// A call.
#[derive(Clone, Debug)]
pub struct CallTree {
    /// What it says, where it can be made of it.
    pub parts: Option<CallParts>,
    /// The names in it, whatever else is wrong with it.
    pub names: CallNames,
}

/// What a call says.
#[derive(Clone, Debug)]
pub struct CallParts {
    /// The method, the path and the query.
    pub request: Request,
    /// `headers:`
    pub headers: Vec<(String, Template)>,
    /// `body:`
    pub body: Vec<(Path, Constant)>,
    /// `query:`
    pub query: Option<QueryText>,
    /// `variables:`
    pub variables: Vec<(Path, Constant, Span)>,
    /// `each:`
    pub each: Option<EachLine>,
    /// `paging:`
    pub paging: Option<PagingTree>,
    /// What stands around its records.
    pub envelope: EnvelopeTree,
    /// `location:`
    pub location: Option<(Template, Name)>,
    /// `resend:`
    pub resend: Vec<Path>,
    /// `never:`
    pub never: Vec<Path>,
    /// `allowed when:`
    pub allowed_when: Option<Expression>,
}

/// The name under which the variables of a query stand beside it.
pub const VARIABLES: &str = "variables";

/// The text of a query, with the places of its parts.
#[derive(Clone, Debug)]
pub struct QueryText {
    /// The text.
    pub text: String,
    /// The whole.
    pub span: Span,
    written: Scalar,
}

impl QueryText {
    fn of(written: &Scalar) -> Self {
        Self { text: written.text.clone(), span: written.span, written: written.clone() }
    }

    /// Where a part of the text stands.
    pub fn part(&self, start: usize, end: usize) -> Span {
        self.written.part(start, end)
    }
}

/// `GET /path/{field}?name={value}`
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: Template,
    /// The query, in order.
    pub query: Vec<(String, Template)>,
    /// The whole line.
    pub span: Span,
}

/// `NAME in settings.LIST`
#[derive(Clone, Debug)]
pub struct EachLine {
    /// The hole that each value fills.
    pub name: String,
    /// The setting.
    pub setting: Name,
    /// The whole line.
    pub span: Span,
}

/// The names in a call.
#[derive(Clone, Debug, Default)]
pub struct CallNames {
    /// What `each` names: the hole, and the field under which rows carry its value.
    pub each: Option<Name>,
    /// The line and the headers as they are written.
    pub written: Vec<Name>,
    /// Holes of the line, the headers and the body.
    pub holes: Vec<Hole>,
    /// Fields of `resend` and `never`.
    pub fields: Vec<Name>,
    /// `allowed when:`, where it is an expression.
    pub allowed_when: Option<Expression>,
}

impl CallTree {
    /// Reads a call.
    pub(super) fn of(node: &Node, found: &mut Found) -> Self {
        let condition = scalar_of(node, "allowed when").map(rule_line::expression);
        let names = CallNames { allowed_when: condition.clone().and_then(Result::ok), ..CallNames::of(node) };
        let parts = match &node.kind {
            NodeKind::Scalar(scalar) => request(scalar, found).map(CallParts::of),
            _ => Mapping::of(node, &CALL, found).and_then(|map| parts(&map, condition, found)),
        };
        Self { parts, names }
    }
}

impl CallNames {
    /// The names of a call, without its condition.
    pub(super) fn of(node: &Node) -> Self {
        let lines = scalar(node).into_iter().chain(scalar_of(node, "request"));
        let lines = lines.chain(entry(node, "headers").into_iter().flat_map(scalars));
        let each = scalar_of(node, "each").and_then(|line| {
            let (name, _) = line.text.split_once(" in ")?;
            let begin = name.len() - name.trim_start().len();
            Some(line.named(begin, begin + name.trim().len()))
        });
        let fields = ["resend", "never"].into_iter().filter_map(|name| entry(node, name)).flat_map(scalars);
        let lines: Vec<&Scalar> = lines.collect();
        let body = ["body", "variables"].into_iter().filter_map(|name| entry(node, name)).flat_map(scalars);
        Self {
            each,
            written: lines.iter().copied().map(Scalar::name).collect(),
            holes: lines.iter().copied().chain(body).flat_map(Hole::all).collect(),
            fields: fields.map(Scalar::name).collect(),
            allowed_when: None,
        }
    }
}

impl CallParts {
    fn of(request: Request) -> Self {
        let (headers, body, each, paging, envelope) = Default::default();
        let (query, variables, location, resend, never, allowed_when) = Default::default();
        Self { request, headers, body, query, variables, each, paging, envelope, location, resend, never, allowed_when }
    }
}

fn parts(map: &Mapping<'_>, condition: Option<Result<Expression, Diagnostic>>, found: &mut Found) -> Option<CallParts> {
    let line = map.text("request", "`request`", found)?;
    let mut call = CallParts::of(request(line, found)?);
    call.headers = map.get("headers", found).map(|node| named_templates(node, found)).unwrap_or_default();
    for (name, value) in map.get("body", found).map(|node| named_constants(node, found)).unwrap_or_default() {
        match Path::parse(&name) {
            Some(path) => call.body.push((path, value)),
            None => {
                let message = format!("`{name}` is no path");
                let span = call.request.span;
                found.push(Diagnostic::error(Code("syntax-system"), message, span, "in the body of this call"));
            }
        }
    }
    call.query = map.text("query", "`query`", found).map(QueryText::of);
    let variables = map.get("variables", found);
    for (name, value) in variables.map(|node| named_constants(node, found)).unwrap_or_default() {
        let place = Path::parse(&format!("{VARIABLES}.{name}"));
        let written = variables.into_iter().flat_map(scalars).find(|line| line.text.trim_start().starts_with(&name));
        let span = written.map_or(call.request.span, |line| line.span);
        call.variables.extend(place.map(|place| (place, value, span)));
    }
    call.each = map.text("each", "`each`", found).and_then(|line| each(line, found));
    call.paging = map.get("paging", found).and_then(|node| PagingTree::of(node, found));
    call.envelope = EnvelopeTree::of(map, found);
    if let Some(line) = map.text("location", "`location`", found) {
        call.location = keep(Template::parse(line.text.trim(), line.span), found).map(|path| (path, line.name()));
    }
    call.resend = map.get("resend", found).map(|node| paths(node, found)).unwrap_or_default();
    call.never = map.get("never", found).map(|node| paths(node, found)).unwrap_or_default();
    if map.text("allowed when", "`allowed when`", found).is_some() {
        call.allowed_when = condition.and_then(|condition| keep(condition, found));
    }
    Some(call)
}

fn request(scalar: &Scalar, found: &mut Found) -> Option<Request> {
    let (method, target) = keep(system_line::call(scalar), found)?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| Some((name.to_owned(), keep(Template::parse(value, scalar.span), found)?)))
        .collect::<Option<Vec<_>>>()?;
    let path = keep(Template::parse(path, scalar.span), found)?;
    Some(Request { method: Method::parse(&method)?, path, query, span: scalar.span })
}

fn each(scalar: &Scalar, found: &mut Found) -> Option<EachLine> {
    let Some((name, setting)) = scalar.text.split_once(" in settings.") else {
        let message = "`each` reads `NAME in settings.LIST`";
        found.push(Diagnostic::error(Code("syntax-system"), message, scalar.span, "not understood"));
        return None;
    };
    let end = scalar.text.trim_end().len();
    let setting = scalar.named(end - setting.trim().len(), end);
    Some(EachLine { name: name.trim().to_owned(), setting, span: scalar.span })
}

/// `PATH = VALUE` lines.
fn named_constants(node: &Node, found: &mut Found) -> Vec<(String, Constant)> {
    let mut constants = Vec::new();
    for node in list(node, "a list of `PATH = VALUE`", found) {
        let Some(scalar) = text(node, "`PATH = VALUE`", found) else { continue };
        match scalar.text.split_once(" = ") {
            Some((name, value)) => {
                let value = keep(Constant::parse(value, scalar.span), found);
                constants.extend(value.map(|value| (name.trim().to_owned(), value)));
            }
            None => {
                let message = "this reads `PATH = VALUE`";
                found.push(Diagnostic::error(Code("syntax-system"), message, scalar.span, "no ` = ` here"));
            }
        }
    }
    constants
}

/// `NAME = TEXT {hole}` lines.
pub(super) fn named_templates(node: &Node, found: &mut Found) -> Vec<(String, Template)> {
    let mut templates = Vec::new();
    for node in list(node, "a list of `NAME = VALUE`", found) {
        let Some(scalar) = text(node, "`NAME = VALUE`", found) else { continue };
        match scalar.text.split_once(" = ") {
            Some((name, value)) => {
                let value = keep(Template::parse(value.trim(), scalar.span), found);
                templates.extend(value.map(|value| (name.trim().to_owned(), value)));
            }
            None => {
                let message = "this reads `NAME = VALUE`";
                found.push(Diagnostic::error(Code("syntax-system"), message, scalar.span, "no ` = ` here"));
            }
        }
    }
    templates
}

fn paths(node: &Node, found: &mut Found) -> Vec<Path> {
    let fields = names(list(node, "a list of fields", found), "a field", found);
    fields.iter().filter_map(|name| Path::parse(&name.text)).collect()
}

fn entry<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    match &node.kind {
        NodeKind::Mapping(entries) => entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node),
        _ => None,
    }
}

fn scalar(node: &Node) -> Option<&Scalar> {
    match &node.kind {
        NodeKind::Scalar(scalar) => Some(scalar),
        _ => None,
    }
}

fn scalar_of<'a>(node: &'a Node, name: &str) -> Option<&'a Scalar> {
    entry(node, name).and_then(scalar)
}

/// The texts of a list; a single text is a list of one.
pub(super) fn scalars(node: &Node) -> Vec<&Scalar> {
    match &node.kind {
        NodeKind::Sequence(items) => items.iter().filter_map(scalar).collect(),
        _ => scalar(node).into_iter().collect(),
    }
}
