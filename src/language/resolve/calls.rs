//! Calls and templates of system files.

use std::sync::Arc;

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Call, Each, Template, TemplatePart};
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::rule_line;
use crate::language::syntax::system_line;
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::Path;
use crate::world::Method;

/// Reads a call: `GET /path` or a map with `request`, `headers`, `body`, `resend`, `never`, `allowed when`.
pub(super) fn call(resolver: &mut Resolver<'_>, node: &Node) -> Option<Call> {
    if let NodeKind::Scalar(scalar) = &node.kind {
        return request(resolver, scalar);
    }
    let allowed = ["request", "headers", "body", "each", "resend", "never", "allowed when"];
    let map = Mapping::of(node, "a call", &allowed, &mut resolver.sink.found)?;
    let line = map
        .require("request", &mut resolver.sink.found)
        .and_then(|node| text(node, "`request`", &mut resolver.sink.found))?;
    let mut call = request(resolver, line)?;
    if let Some(headers) = map.get("headers") {
        call.headers = named_templates(resolver, headers);
    }
    for (name, value) in map.get("body").map(|node| named_templates(resolver, node)).unwrap_or_default() {
        match Path::parse(&name) {
            Some(path) => call.body.push((path, value)),
            None => {
                resolver.sink.error(
                    "syntax-system",
                    format!("`{name}` is no path"),
                    call.span,
                    "in the body of this call",
                );
            }
        }
    }
    call.each = map
        .get("each")
        .and_then(|node| text(node, "`each`", &mut resolver.sink.found))
        .and_then(|line| each(resolver, line));
    call.resend = map.get("resend").map(|node| paths(resolver, node)).unwrap_or_default();
    call.never = map.get("never").map(|node| paths(resolver, node)).unwrap_or_default();
    if let Some(scalar) =
        map.get("allowed when").and_then(|node| text(node, "`allowed when`", &mut resolver.sink.found))
    {
        call.allowed_when = resolver.sink.keep(rule_line::expression(scalar)).map(|tree| resolver.names.compile(tree));
    }
    Some(call)
}

fn request(resolver: &mut Resolver<'_>, scalar: &Scalar) -> Option<Call> {
    let (method, target) = resolver.sink.keep(system_line::call(scalar))?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| Some((name.to_owned(), resolver.sink.keep(template(value, scalar.span))?)))
        .collect::<Option<Vec<_>>>()?;
    let path = resolver.sink.keep(template(path, scalar.span))?;
    Some(Call { query, ..Call::new(Method::parse(&method)?, path, scalar.span) })
}

/// `NAME in settings.LIST`
fn each(resolver: &mut Resolver<'_>, scalar: &Scalar) -> Option<Each> {
    let Some((name, setting)) = scalar.text.split_once(" in settings.") else {
        resolver.sink.error("syntax-system", "`each` reads `NAME in settings.LIST`", scalar.span, "not understood");
        return None;
    };
    let (name, setting) = (name.trim().to_owned(), setting.trim().to_owned());
    // A system file that is looked at alone has no settings beside it.
    if !resolver.names.settings.is_empty() && !resolver.names.settings.contains_key(&setting) {
        let known: Vec<String> = resolver.names.settings.keys().cloned().collect();
        let start = scalar.text.len() - scalar.text.trim_end().len();
        let span = scalar.part(scalar.text.len() - start - setting.len(), scalar.text.len() - start);
        let message = format!("there is no setting `{setting}`");
        resolver.sink.unknown("unknown-setting", message, (&setting, span), known.iter().map(String::as_str));
    }
    if let Some(kind) = resolver.names.types.get(&setting)
        && kind.member().is_none()
    {
        resolver.sink.error(
            "type-list",
            format!("`{setting}` is no list"),
            scalar.span,
            "`each` needs a list of values",
        );
    }
    Some(Each { name, setting })
}

/// `NAME = TEXT {hole}` lines.
pub(super) fn named_templates(resolver: &mut Resolver<'_>, node: &Node) -> Vec<(String, Template)> {
    let mut found = Vec::new();
    for node in list(node, "a list of `NAME = VALUE`", &mut resolver.sink.found) {
        let Some(scalar) = text(node, "`NAME = VALUE`", &mut resolver.sink.found) else { continue };
        match scalar.text.split_once(" = ") {
            Some((name, value)) => {
                if let Some(value) = resolver.sink.keep(template(value.trim(), scalar.span)) {
                    found.push((name.trim().to_owned(), value));
                }
            }
            None => resolver.sink.error("syntax-system", "this reads `NAME = VALUE`", scalar.span, "no ` = ` here"),
        }
    }
    found
}

/// Text with `{holes}`.
///
/// # Errors
/// A finding where a brace is not closed.
pub(super) fn template(written: &str, span: Span) -> Result<Template, Diagnostic> {
    let mut parts = Vec::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            parts.push(TemplatePart::Text(before.to_owned()));
        }
        let Some((hole, behind)) = after.split_once('}') else {
            return Err(Diagnostic::error(Code("syntax-system"), "a `{` is not closed", span, "here"));
        };
        parts.push(TemplatePart::Hole(hole.trim().to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        parts.push(TemplatePart::Text(rest.to_owned()));
    }
    Ok(Template(parts))
}

fn paths(resolver: &mut Resolver<'_>, node: &Node) -> Vec<Path> {
    let nodes = list(node, "a list of fields", &mut resolver.sink.found);
    nodes
        .into_iter()
        .filter_map(|node| text(node, "a field", &mut resolver.sink.found))
        .filter_map(|scalar| Path::parse(&scalar.text))
        .collect()
}

/// A shared call, for moves that use the same one.
pub(super) fn shared(call: Call) -> Arc<Call> {
    Arc::new(call)
}
