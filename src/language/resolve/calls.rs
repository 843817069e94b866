//! Calls of system files as the plan has them.

use super::resolver::Resolver;
use crate::language::plan::{Call, Each};
use crate::language::syntax::file::system::{CallParts, EachLine};

/// A call from what its file says.
pub(super) fn call(resolver: &mut Resolver<'_>, parts: &CallParts) -> Call {
    let request = parts.request.clone();
    Call {
        query: request.query,
        headers: parts.headers.clone(),
        body: parts.body.clone(),
        each: parts.each.as_ref().map(|line| each(resolver, line)),
        resend: parts.resend.clone(),
        never: parts.never.clone(),
        allowed_when: parts.allowed_when.clone().map(|tree| resolver.names.compile(tree)),
        ..Call::new(request.method, request.path, request.span)
    }
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
