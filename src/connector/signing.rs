//! Signs a request as it goes out: the last thing that is done to it. Pure but for the instant that it is given.

use jiff::Timestamp;

use super::account::ResolvedAccount;
use super::failure::Failure;
use super::mac;
use super::request::{Holes, set_header};
use crate::language::plan::{SignRules, Template, TemplatePart, TimeForm};
use crate::world::Request;

/// The request with its signature, and with what is sent along.
pub(super) fn sign(
    rules: &SignRules,
    account: &ResolvedAccount,
    (request, now): (Request, Timestamp),
) -> Result<Request, Failure> {
    let mut request = request;
    let holes = Holes::of(account);
    let key = holes.text(&format!("secrets.{}", rules.secret))?;
    let time = written(rules.time, now);
    let signed = filled(&rules.over, (&request, &time), &holes)?;
    let signature = mac::written(rules.encoding, &mac::of(rules.algorithm, key.as_bytes(), &signed));
    for (name, value) in &rules.headers {
        let value = filled(value, (&request, &time), &holes)?;
        set_header(&mut request.headers, name, String::from_utf8_lossy(&value).into_owned())?;
    }
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(literal) => literal.clone(),
        TemplatePart::Hole(_) => signature.clone(),
    };
    let value = rules.header.1.0.iter().map(part).collect();
    set_header(&mut request.headers, &rules.header.0, value)?;
    Ok(request)
}

fn filled(template: &Template, (request, time): (&Request, &str), holes: &Holes) -> Result<Vec<u8>, Failure> {
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let path =
        path.split_once("://").map_or(path, |(_, rest)| rest.find('/').map_or("/", |at| rest.get(at..).unwrap_or("/")));
    let mut bytes = Vec::new();
    for part in &template.0 {
        match part {
            TemplatePart::Text(literal) => bytes.extend_from_slice(literal.as_bytes()),
            TemplatePart::Hole(name) => match name.as_str() {
                "method" => bytes.extend_from_slice(request.method.as_str().as_bytes()),
                "url" => bytes.extend_from_slice(request.url.as_bytes()),
                "path" => bytes.extend_from_slice(path.as_bytes()),
                "query" => bytes.extend_from_slice(query.as_bytes()),
                "body" => bytes.extend_from_slice(&request.body),
                "time" => bytes.extend_from_slice(time.as_bytes()),
                other => bytes.extend_from_slice(holes.text(other)?.as_bytes()),
            },
        }
    }
    Ok(bytes)
}

fn written(form: TimeForm, now: Timestamp) -> String {
    match form {
        TimeForm::Seconds => now.as_second().to_string(),
        TimeForm::Milliseconds => now.as_millisecond().to_string(),
        TimeForm::Timestamp => now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}
