//! Who is let in: credentials as the system file says that they are sent, whatever they are.
//!
//! Takes from the address what opened it, so that a call is found by what is left.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::refusal::{Reason, Refusal};
use super::route;
use crate::connector::request::percent_decode;
use crate::language::plan::{Basic, System, Template, TemplatePart};
use crate::world::Request;

/// The request of somebody who is let in, without what opened the address.
pub(super) fn admit(system: &System, request: &Request) -> Result<Request, Refusal> {
    let secret = |part: &TemplatePart| matches!(part, TemplatePart::Hole(name) if name.starts_with("secrets."));
    let wanted = system.headers.iter().filter(|(_, template)| template.0.iter().any(secret));
    for (name, template) in wanted {
        if !request.header(name).is_some_and(|value| route::is_made_from(template, value)) {
            return Err(closed());
        }
    }
    if let Some(basic) = &system.auth.basic
        && !is_known(basic, request)
    {
        return Err(closed());
    }
    let mut request = request.clone();
    for (name, template) in &system.auth.query {
        request.url = opened(&request.url, name, template).ok_or_else(closed)?;
    }
    Ok(request)
}

fn closed() -> Refusal {
    Refusal::new(Reason::Unauthorised, "no credentials")
}

fn is_known(basic: &Basic, request: &Request) -> bool {
    let sent = request.header("Authorization").and_then(|value| value.strip_prefix("Basic "));
    let sent = sent.and_then(|text| STANDARD.decode(text).ok()).and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = sent.as_deref().and_then(|text| text.split_once(':'));
    pair.is_some_and(|(user, password)| {
        route::is_made_from(&basic.user, user) && route::is_made_from(&basic.password, password)
    })
}

/// The address without the one parameter of this name; `None` where there is none, or more than one.
fn opened(url: &str, name: &str, template: &Template) -> Option<String> {
    let (path, query) = url.split_once('?')?;
    let is_it = |pair: &&str| pair.split('=').next() == Some(name);
    let (own, rest): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_it);
    let [own] = own.as_slice() else { return None };
    let value = percent_decode(own.split_once('=')?.1);
    route::is_made_from(template, &value).then_some(())?;
    Some(if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) })
}
