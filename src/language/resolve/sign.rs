//! `sign:` of `http`: what it says fits together.

use super::resolver::{Resolver, Wanted};
use super::system_names;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Algorithm, Encoding, SignRules, TimeForm};
use crate::language::syntax::file::system::SignTree;

/// What fills the holes of what is signed.
const OVER: [&str; 6] = ["method", "url", "path", "query", "body", "time"];

/// How the requests of a system are signed.
pub(super) fn resolve(resolver: &mut Resolver<'_>, system: &str, tree: &SignTree) -> SignRules {
    let (over, written, holes) = &tree.over;
    let known = OVER.map(str::to_owned);
    system_names::holes(resolver, system, holes, &known);
    system_names::holes(resolver, system, &tree.headers.holes, &["time".to_owned()]);
    resolver.wanted.push(Wanted {
        system: system.to_owned(),
        name: format!("secrets.{}", tree.secret.text),
        span: tree.secret.span,
    });
    let signs = |hole: &str| over.holes().any(|one| one == hole);
    if !signs("body") && !signs("path") && !signs("url") {
        let message = "this signs nothing of the request";
        let finding = Diagnostic::error(Code("syntax-system"), message, written.span, "neither path nor body");
        resolver.sink.found.push(finding.help("write what the system signs, such as `{method}{path}{time}{body}`"));
    }
    let sends = tree.headers.lines.iter().any(|(_, value)| value.holes().any(|one| one == "time"));
    if signs("time") && !sends {
        let message = "the time is signed and never sent, so nobody can check it";
        let finding = Diagnostic::error(Code("syntax-system"), message, written.span, "`{time}` here");
        resolver.sink.found.push(finding.help("add the header in which it is sent: `headers: X-Timestamp = {time}`"));
    }
    let algorithm = resolver.sink.one_of("algorithm", tree.algorithm.as_ref(), &Algorithm::NAMES);
    let encoding = resolver.sink.one_of("encoding", tree.encoding.as_ref(), &["hex", "base64"]);
    let time = resolver.sink.one_of("time", tree.time.as_ref(), &["seconds", "milliseconds", "timestamp"]);
    SignRules {
        header: (tree.header.0.clone(), tree.header.1.clone()),
        algorithm: algorithm.and_then(Algorithm::parse).unwrap_or_default(),
        encoding: if encoding == Some("base64") { Encoding::Base64 } else { Encoding::Hex },
        secret: tree.secret.text.clone(),
        over: over.clone(),
        headers: tree.headers.lines.clone(),
        time: match time {
            Some("milliseconds") => TimeForm::Milliseconds,
            Some("timestamp") => TimeForm::Timestamp,
            _ => TimeForm::Seconds,
        },
    }
}
