//! Whether a webhook comes from who holds the account's secrets: by a signature over the exact bytes that arrived, or
//! by what it shows.
//!
//! Compared in a time that tells nothing. Knows nothing of what the bytes say.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

use super::account::ResolvedAccount;
use super::mac;
use super::request::{Holes, expand};
use crate::language::plan::{Algorithm, SignatureRules, Template, TemplatePart, Trust, WebhookRules};

/// The most signatures of one message that are tried: who changes a key signs with two for a while.
const SIGNATURES_MAX: usize = 8;

/// A number of more is of milliseconds.
const SECONDS_MAX: u64 = 100_000_000_000;

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// It shows nothing.
    Missing,
    /// What it shows is not what these bytes have, or the account has no secret to check it with.
    Wrong,
    /// It is signed, and its time is too far from ours.
    Stale,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Missing => "the message carries no signature",
            Self::Wrong => "the signature does not fit the message and the account's webhook secret",
            Self::Stale => "the signature is of another time than now: it was sent again, or a clock is wrong",
        })
    }
}

impl std::error::Error for SignatureError {}

/// Checks a message. `header` looks a header up by name, whatever its case.
///
/// # Errors
/// [`SignatureError`]; an empty secret verifies nothing.
pub fn verify<'a>(
    rules: &WebhookRules,
    account: &ResolvedAccount,
    header: impl Fn(&str) -> Option<&'a str>,
    (body, now): (&[u8], Timestamp),
) -> Result<(), SignatureError> {
    match &rules.trust {
        Trust::Nothing => Ok(()),
        Trust::Signed(rules) => signed(rules, account, header, (body, now)),
        Trust::Shown { headers, basic } => {
            for (name, template) in headers {
                let sent = header(name).map(str::trim).filter(|text| !text.is_empty());
                is_it(&wanted(template, account)?, sent.ok_or(SignatureError::Missing)?)?;
            }
            let Some(basic) = basic else { return Ok(()) };
            let sent = header("Authorization").ok_or(SignatureError::Missing)?;
            let (user, password) = (wanted(&basic.user, account)?, wanted(&basic.password, account)?);
            let sent = sent.trim().strip_prefix("Basic ").and_then(|text| STANDARD.decode(text.trim()).ok());
            let sent = sent.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(SignatureError::Wrong)?;
            is_it(&format!("{user}:{password}"), &sent)
        }
    }
}

/// What is to be shown.
fn wanted(template: &Template, account: &ResolvedAccount) -> Result<String, SignatureError> {
    let secrets = template.holes().filter_map(|hole| hole.strip_prefix("secrets."));
    if secrets.into_iter().any(|name| account.secrets.get(name).is_none_or(String::is_empty)) {
        return Err(SignatureError::Wrong);
    }
    expand(template, &Holes::of(account), str::to_owned).map_err(|_| SignatureError::Wrong)
}

/// By what a key makes of both, so that how far they are alike does not show.
fn is_it(wanted: &str, sent: &str) -> Result<(), SignatureError> {
    let made = mac::of(Algorithm::HmacSha256, wanted.as_bytes(), sent.as_bytes());
    let is_it = mac::is_of(Algorithm::HmacSha256, wanted.as_bytes(), (wanted.as_bytes(), &made));
    if is_it { Ok(()) } else { Err(SignatureError::Wrong) }
}

fn signed<'a>(
    rules: &SignatureRules,
    account: &ResolvedAccount,
    header: impl Fn(&str) -> Option<&'a str>,
    (body, now): (&[u8], Timestamp),
) -> Result<(), SignatureError> {
    let written = header(&rules.header).map(str::trim).filter(|text| !text.is_empty());
    let (signatures, time) = read(&rules.form, written.ok_or(SignatureError::Missing)?);
    let time = match &rules.time {
        Some(name) => header(name).map(str::trim),
        None => time,
    };
    let secret = account.secrets.get(&rules.secret).filter(|secret| !secret.is_empty());
    let secret = secret.ok_or(SignatureError::Wrong)?;
    let signs_time = rules.over.holes().any(|hole| hole == "time");
    if signs_time && time.is_none() {
        return Err(SignatureError::Missing);
    }
    let over = filled(&rules.over, account, (body, time.unwrap_or_default())).ok_or(SignatureError::Wrong)?;
    let fits = |written: &&str| {
        let bytes = mac::read(rules.encoding, written);
        bytes.is_some_and(|bytes| mac::is_of(rules.algorithm, secret.as_bytes(), (&over, &bytes)))
    };
    if !signatures.iter().take(SIGNATURES_MAX).any(fits) {
        return Err(SignatureError::Wrong);
    }
    let tolerance = SignedDuration::try_from(rules.tolerance).unwrap_or(SignedDuration::MAX);
    let is_now = |time: &str| instant(time).is_some_and(|at| now.duration_since(at).abs() <= tolerance);
    if signs_time && !time.is_some_and(is_now) {
        return Err(SignatureError::Stale);
    }
    Ok(())
}

/// The signatures and the time in a header. Parts between commas stand in any order, and may be there twice.
fn read<'t>(form: &Template, text: &'t str) -> (Vec<&'t str>, Option<&'t str>) {
    let parts = parts(form);
    let (mut signatures, mut time) = (Vec::new(), None);
    let pieces: Vec<&str> = if parts.len() > 1 { text.split(',').map(str::trim).collect() } else { vec![text] };
    for piece in pieces {
        for (before, hole, behind) in &parts {
            let value = piece.strip_prefix(before.as_str()).and_then(|rest| rest.strip_suffix(behind.as_str()));
            match (value, hole.as_str()) {
                (Some(value), "signature") => signatures.push(value),
                (Some(value), "time") => time = time.or(Some(value)),
                _ => {}
            }
        }
    }
    (signatures, time)
}

/// The parts of a form: what stands before and behind the hole of each.
fn parts(form: &Template) -> Vec<(String, String, String)> {
    let mut parts = vec![(String::new(), String::new(), String::new())];
    for part in &form.0 {
        match part {
            TemplatePart::Hole(name) => {
                if let Some(last) = parts.last_mut() {
                    last.1.clone_from(name);
                }
            }
            TemplatePart::Text(text) => {
                for (at, piece) in text.split(',').enumerate() {
                    if at > 0 {
                        parts.push((String::new(), String::new(), String::new()));
                    }
                    let Some(last) = parts.last_mut() else { continue };
                    let side = if last.1.is_empty() { &mut last.0 } else { &mut last.2 };
                    side.push_str(if at > 0 { piece.trim_start() } else { piece });
                }
            }
        }
    }
    parts
}

fn filled(over: &Template, account: &ResolvedAccount, (body, time): (&[u8], &str)) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for part in &over.0 {
        match part {
            TemplatePart::Text(literal) => bytes.extend_from_slice(literal.as_bytes()),
            TemplatePart::Hole(name) => match name.as_str() {
                "body" => bytes.extend_from_slice(body),
                "time" => bytes.extend_from_slice(time.as_bytes()),
                other => bytes.extend_from_slice(Holes::of(account).text(other).ok()?.as_bytes()),
            },
        }
    }
    Some(bytes)
}

/// Seconds or milliseconds since 1970, or a day and a time.
fn instant(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(number) if number.unsigned_abs() > SECONDS_MAX => Timestamp::from_millisecond(number).ok(),
        Ok(number) => Timestamp::from_second(number).ok(),
        Err(_) => text.parse().ok(),
    }
}
