//! Who is let in: credentials as the system file says that they are sent, whatever they are.
//!
//! Takes from the address what opened it, so that a call is found by what is left.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::refusal::{Reason, Refusal};
use super::route;
use crate::connector::request::form_decode;
use crate::language::plan::{Basic, Encoding, SignRules, System, Template, TemplatePart, TimeForm};
use crate::world::Request;

/// How far the time of a signed call may be from the peer's own.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// The request of somebody who is let in, without what opened the address.
pub(super) fn admit(system: &System, request: &Request, now: Timestamp) -> Result<Request, Refusal> {
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
    if let Some(rules) = &system.auth.sign
        && !is_signed(rules, request, now)
    {
        return Err(Refusal::new(Reason::Unauthorised, "no signature"));
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
    let value = form_decode(own.split_once('=')?.1);
    route::is_made_from(template, &value).then_some(())?;
    Some(if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) })
}

/// Whether there is a signature of the right form, whatever made it, and what is sent with it, of this time.
fn is_signed(rules: &SignRules, request: &Request, now: Timestamp) -> bool {
    let (name, template) = &rules.header;
    let read = |value: &str| route::fit(&template.0, value, false)?.into_iter().find(|hole| hole.name == "signature");
    let signature = request.header(name).and_then(read).and_then(|hole| match rules.encoding {
        Encoding::Hex => hex::decode(&hole.value).ok(),
        Encoding::Base64 => STANDARD.decode(&hole.value).ok(),
    });
    let instant = |text: &str| match rules.time {
        TimeForm::Seconds => text.parse().ok().and_then(|second| Timestamp::from_second(second).ok()),
        TimeForm::Milliseconds => text.parse().ok().and_then(|number| Timestamp::from_millisecond(number).ok()),
        TimeForm::Timestamp => text.parse().ok(),
    };
    let is_now = |text: &str| instant(text).is_some_and(|at| now.duration_since(at).abs() <= TOLERANCE);
    let fits = |(name, template): &(String, Template)| {
        let holes = request.header(name).and_then(|value| route::fit(&template.0, value, false));
        holes.is_some_and(|holes| holes.iter().all(|hole| hole.name != "time" || is_now(&hole.value)))
    };
    signature.is_some_and(|bytes| bytes.len() == rules.algorithm.bytes()) && rules.headers.iter().all(fits)
}
