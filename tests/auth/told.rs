//! What cannot open anything is a finding: where it stands, what is wrong, what to write.

use petiole::diagnostic::{Diagnostic, Severity, Sources as _};
use petiole::language::compile_texts;
use petiole::language::source::{SourceFile, SourceMap};

const REST: &str = "
records:
  parcel:
    fields:
      id: text, read only
    calls:
      list: GET /parcels?by={secrets.key}
";

const ACCOUNT: &str = "accounts:
  depot:
    system: depot
    base_url: https://depot.example
    secrets:
      key: ${KEY}
      user: ${SHOWN}
      word: ${WORD}
      refresh: ${REFRESH}
";

/// The errors of a system with this under `http:`: code, what is marked, message and help.
pub(super) fn errors(http: &str) -> Vec<(String, String, String, String)> {
    let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), text: text.to_owned() };
    let system = format!("system: depot\nhttp:\n{http}{REST}");
    let sources = SourceMap::new(vec![file("depot.yaml", &system), file("accounts.yaml", ACCOUNT)]);
    let compiled = compile_texts(sources);
    let told = |one: &Diagnostic| {
        let span = one.primary.span;
        let marked = compiled.sources.text(span.file)[span.start..span.end].to_owned();
        let help = one.help.as_ref().map(ToString::to_string).unwrap_or_default();
        (one.code.0.to_owned(), marked, one.message.clone(), help)
    };
    compiled.findings.iter().filter(|one| one.severity == Severity::Error).map(told).collect()
}

/// Exactly one error, with this marked and these words in message and help.
#[track_caller]
pub(super) fn tells(http: &str, code: &str, marked: &str, message: &str, help: &str) {
    let found = errors(http);
    let [(own_code, own_marked, own_message, own_help)] = found.as_slice() else { panic!("{http}: {found:#?}") };
    assert_eq!((own_code.as_str(), own_marked.as_str()), (code, marked), "{http}: {found:#?}");
    assert!(own_message.contains(message) && own_help.contains(help), "{http}: {found:#?}");
}

#[test]
fn ways_that_there_are_pass() {
    for http in [
        "  auth: Authorization = Bearer {secrets.key}\n",
        "  auth: basic {secrets.user} {secrets.word}\n",
        "  auth: basic {secrets.key}\n",
        "  auth: basic {account.mail}/token {secrets.key}\n",
        "  auth: basic { secrets.user } { secrets.word }\n",
        "  auth: query api_key = {secrets.key}\n",
        "  auth:\n    - query k = {secrets.key}\n    - query s = {secrets.word}\n    - X-Other = {secrets.user}\n",
        "  auth:\n    - basic {secrets.user} {secrets.word}\n    - X-Other = {secrets.key}\n",
    ] {
        let found: Vec<_> = errors(http).into_iter().filter(|found| found.0 != "unknown-property").collect();
        assert!(found.is_empty(), "{http}: {found:#?}");
    }
}

#[test]
fn ways_that_there_are_not_are_told_with_those_that_there_are() {
    let system = "syntax-system";
    tells("  auth: basic\n", system, "basic", "a user and a password", "write `basic {secrets.USER}");
    let three = "basic {secrets.user} {secrets.word} {secrets.key}";
    tells(&format!("  auth: {three}\n"), system, three, "a user and a password", "or the user alone");
    let colon = "basic {secrets.user}:{secrets.word}";
    tells(&format!("  auth: {colon}\n"), system, colon, "a user and a password", "with a blank between the two");
    let bearer = "bearer {secrets.key}";
    tells(&format!("  auth: {bearer}\n"), system, bearer, "opens nothing", "`NAME = VALUE` for a header");
    let digest = "digest key = {secrets.key}";
    tells(
        &format!("  auth: {digest}\n"),
        system,
        digest,
        "`digest key` is no name of a header",
        "`query NAME = VALUE`",
    );
    let unnamed = "query {secrets.key}";
    tells(&format!("  auth: {unnamed}\n"), system, unnamed, "no parameter", "write `query NAME = {secrets.NAME}`");
    let odd = "query a&b = {secrets.key}";
    tells(&format!("  auth: {odd}\n"), system, odd, "no parameter", "the name in letters and digits");
}

#[test]
fn ways_that_contradict_each_other_are_told() {
    let system = "syntax-system";
    let basic = "basic {secrets.user} {secrets.word}";
    let bearer = "Authorization = Bearer {secrets.key}";
    let both = format!("  auth:\n    - {basic}\n    - {bearer}\n");
    tells(&both, system, basic, "and so is the header `Authorization`", "keep the one");
    let beside = format!("  auth: {basic}\n  headers: authorization = Bearer {{secrets.key}}\n");
    tells(&beside, system, basic, "and so is the header `authorization`", "keep the one");
    let again = "  auth:\n    - query k = {secrets.key}\n    - query k = {secrets.word}\n";
    tells(again, system, "k", "the parameter `k` is said before", "take one of the two out");
    let twice = format!("  auth:\n    - basic {{secrets.key}}\n    - {basic}\n");
    tells(&twice, system, basic, "one user and one password", "take the other");
    let call = "  auth: query by = {secrets.key}\n";
    tells(
        call,
        system,
        "GET /parcels?by={secrets.key}",
        "every call has the parameter `by`",
        "take it out of the call",
    );
}

#[test]
fn a_secret_in_the_file_is_told_and_not_shown() {
    for (http, hidden) in [
        ("  auth: basic {secrets.user} hunter2\n", "hunter2"),
        ("  auth: query api_key = hunter2\n", "hunter2"),
        ("  auth: X-Key = hunter2\n", "hunter2"),
    ] {
        let found = errors(http);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].0, "secret-in-file", "{found:#?}");
        assert!(!found[0].2.contains(hidden) && !found[0].3.contains(hidden), "{found:#?}");
    }
}

#[test]
fn a_secret_that_no_account_has_is_told() {
    let found = errors("  auth: basic {secrets.usr} {secrets.word}\n");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].0.as_str(), found[0].1.as_str()), ("unknown-secret", "secrets.usr"), "{found:#?}");
}

const OAUTH2: &str = "  auth:
    oauth2:
      token: https://login.example/connect/token
      grant: client_credentials
      client: user
      secret: word
";

#[test]
fn a_token_is_said_as_it_can_be_asked_for() {
    for http in [
        OAUTH2.to_owned(),
        format!("{OAUTH2}      scope: a b\n      credentials: body\n      header: X-Access-Token = {{token}}\n"),
        format!("{OAUTH2}      body: audience = {{secrets.key}}\n"),
        OAUTH2.replace("https://login.example/connect/token", "/connect/token"),
        OAUTH2.replace("https://login.example", "http://127.0.0.1:9000"),
        OAUTH2.replace("https://login.example", "https://{secrets.key}.login.example"),
    ] {
        assert!(errors(&http).is_empty(), "{http}: {:#?}", errors(&http));
    }
}

#[test]
fn what_a_token_cannot_be_asked_for_with_is_told() {
    let system = "syntax-system";
    let with = |from: &str, to: &str| {
        assert!(OAUTH2.contains(from), "{from}");
        OAUTH2.replace(from, to)
    };
    let open = "http://login.example/connect/token";
    tells(&with("https://", "http://"), system, open, "could be read on the way", "write `https://HOST/PATH`");
    let odd = "login.example/connect/token";
    tells(&with("https://", ""), system, odd, "is no address", "or `/PATH` below");
    let local = "http://localhost.example/connect/token";
    tells(&with("https://login", "http://localhost"), system, local, "could be read on the way", "write `https://");
    let same = with("secret: word", "secret: user");
    tells(&same, system, "user", "the client's name and its secret at once", "name the two secrets");
    let filled = with("client: user", "client: \"{secrets.user}\"");
    tells(&filled, system, "\"{secrets.user}\"", "names a secret and is not filled in", "`client: NAME`");
    let variable = with("client: user", "client: ${DEPOT_CLIENT}");
    tells(&variable, system, "${DEPOT_CLIENT}", "names a secret", "`client: NAME`");
    let grant = with("client_credentials", "client_credential");
    tells(&grant, "unknown-value", "client_credential", "`grant` cannot be", "client_credentials");
    let missing = errors(&with("      secret: word\n", ""));
    assert!(missing.len() == 1 && missing[0].2.contains("needs the key `secret`"), "{missing:#?}");
    let unknown = with("client: user", "client: usr");
    tells(&unknown, "unknown-secret", "usr", "has no secret `usr`", "user");
    let near = with("grant:", "grants:");
    tells(&near, "unknown-key", "grants", "has no key `grants`", "grant");
}

#[test]
fn what_a_token_is_said_with_twice_is_told() {
    let system = "syntax-system";
    let body = format!("{OAUTH2}      body: scope = all\n");
    tells(&body, system, "scope = all", "said by another key", "take it out of `body`");
    let header = format!("{OAUTH2}      header: X-Token = {{secrets.key}}\n");
    tells(&header, system, "X-Token = {secrets.key}", "says how the token is sent", "write `NAME = {token}`");
    let blank = format!("{OAUTH2}      header: Authorization Bearer = {{token}}\n");
    tells(&blank, system, "Authorization Bearer = {token}", "says how the token is sent", "write `NAME = {token}`");
    let twice = format!("{OAUTH2}  headers: authorization = Bearer {{secrets.key}}\n");
    tells(&twice, system, "https://login.example/connect/token", "`headers` has another", "take it out of `headers`");
    let form = format!("{OAUTH2}      credentials: form\n");
    tells(&form, "unknown-value", "form", "`credentials` cannot be `form`", "header");
}

const SIGN: &str = "  auth: X-Key = {secrets.key}
  sign:
    header: X-Signature = {signature}
    secret: word
    over: '{method}{path}{body}'
";

#[test]
fn what_signs_nothing_or_cannot_be_checked_is_told() {
    assert!(errors(SIGN).is_empty(), "{:#?}", errors(SIGN));
    let system = "syntax-system";
    let with = |from: &str, to: &str| {
        assert!(SIGN.contains(from), "{from}");
        SIGN.replace(from, to)
    };
    let header = with("X-Signature = {signature}", "X-Signature");
    tells(&header, system, "X-Signature", "says how the signature is sent", "write `NAME = {signature}`");
    let other = with("{signature}", "{signature}{secrets.key}");
    tells(&other, system, "X-Signature = {signature}{secrets.key}", "says how", "write `NAME = {signature}`");
    let nothing = with("'{method}{path}{body}'", "'{method}'");
    tells(&nothing, system, "'{method}'", "signs nothing of the request", "write what the system signs");
    let time = with("{path}", "{path}{time}");
    tells(&time, system, "'{method}{path}{time}{body}'", "never sent", "`headers: X-Timestamp = {time}`");
    let sent = format!("{time}    headers: X-Timestamp = {{time}}\n");
    assert!(errors(&sent).is_empty(), "{:#?}", errors(&sent));
    let hole = with("{path}", "{paht}");
    tells(&hole, "unknown-field", "paht", "nothing fills `{paht}`", "path");
    let algorithm = format!("{SIGN}    algorithm: sha256\n");
    tells(&algorithm, "unknown-value", "sha256", "`algorithm` cannot be `sha256`", "hmac-sha256");
    let secret = with("secret: word", "secret: wrd");
    tells(&secret, "unknown-secret", "wrd", "has no secret `wrd`", "word");
}
