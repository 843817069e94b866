//! Calls of system files as the plan has them.

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Call, Each, Query};
use crate::language::syntax::file::system::{CallParts, EachLine};
use crate::value::Segment;
use crate::world::Method;

/// A call from what its file says.
pub(super) fn call(resolver: &mut Resolver<'_>, parts: &CallParts) -> Call {
    let request = parts.request.clone();
    Call {
        query: request.query,
        headers: parts.headers.clone(),
        body: parts.body.clone(),
        query_text: query(resolver, parts),
        each: parts.each.as_ref().map(|line| each(resolver, line)),
        resend: parts.resend.clone(),
        never: parts.never.clone(),
        allowed_when: parts.allowed_when.clone().map(|tree| resolver.names.compile(tree)),
        ..Call::new(request.method, request.path, request.span)
    }
}

/// `query:` and `variables:`, which belong to each other and to a body in JSON.
fn query(resolver: &mut Resolver<'_>, parts: &CallParts) -> Option<Query> {
    let mut refuse = |code: &'static str, message: String, span: Span, help: &str| {
        let finding = Diagnostic::error(Code(code), message, span, "not sent");
        resolver.sink.found.push(finding.help(help));
    };
    let Some(query) = &parts.query else {
        if let Some((_, _, span)) = parts.variables.first() {
            let message = "there are variables, and no query that has them".to_owned();
            refuse("idle-key", message, *span, "write `query:` above them, or send them in `body:`");
        }
        return None;
    };
    if parts.request.method != Method::Post {
        let message = format!("a query is sent in a body, and this is a {}", parts.request.method);
        refuse("idle-key", message, query.span, "write the request as `POST /path`");
    }
    if parts.envelope.form.as_ref().is_some_and(|form| form.text == "form") {
        let message = "a query is sent as JSON, and this call as a form".to_owned();
        refuse("idle-key", message, query.span, "leave `body as: form` out");
    }
    for (path, _, span) in &parts.variables {
        let name = path.0.get(1).map(|step| match step {
            Segment::Field(name) => name.to_string(),
            _ => String::new(),
        });
        let name = name.unwrap_or_default();
        let follows = |rest: &str| !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
        if !query.text.split(&format!("${name}")).skip(1).any(follows) {
            refuse("unknown-name", format!("the query has no variable `${name}`"), *span, "declare it in the query");
        }
    }
    let variables = parts.variables.iter().map(|(path, value, _)| (path.clone(), value.clone())).collect();
    Some(Query { text: query.text.trim().to_owned(), variables })
}

/// `NAME in settings.LIST`
fn each(resolver: &mut Resolver<'_>, line: &EachLine) -> Each {
    let setting = &line.setting;
    // A system file that is looked at alone has no settings beside it.
    if !resolver.names.settings.is_empty() && !resolver.names.settings.contains_key(&setting.text) {
        let known: Vec<String> = resolver.names.settings.keys().cloned().collect();
        let message = format!("there is no setting `{}`", setting.text);
        let known = known.iter().map(String::as_str);
        resolver.sink.unknown("unknown-setting", message, (&setting.text, setting.span), known);
    }
    if let Some(kind) = resolver.names.types.get(&setting.text)
        && kind.member().is_none()
    {
        let message = format!("`{}` is no list", setting.text);
        resolver.sink.error("type-list", message, line.span, "`each` needs a list of values");
    }
    Each { name: line.name.clone(), setting: setting.text.clone() }
}
