//! What opens the system, from the document's security schemes: the first that the language has a word for.

use serde_yaml::Value as Yaml;

use super::document::{Document, entries, items, pointed, word};

/// How an account is opened.
pub(super) struct Opening {
    /// The lines of `http:`, without their indentation.
    pub(super) lines: Vec<String>,
    /// The secrets that an account needs.
    pub(super) secrets: Vec<&'static str>,
    /// What a person has to see to.
    pub(super) remark: Option<String>,
}

/// The scheme that is asked for everywhere, else the first one that can be said.
pub(super) fn of(document: &Document) -> Opening {
    let root = document.root();
    let schemes = pointed(root, "/components/securitySchemes").or_else(|| root.get("securityDefinitions"));
    let wanted: Vec<&str> =
        items(root.get("security")).flat_map(|one| entries(Some(one))).map(|(name, _)| name).collect();
    let mut all: Vec<(&str, &Yaml)> = entries(schemes).map(|(name, scheme)| (name, document.at(scheme))).collect();
    all.sort_by_key(|(name, _)| !wanted.contains(name));
    all.iter().find_map(|(_, scheme)| opening(scheme)).unwrap_or_else(|| Opening {
        lines: vec!["auth: Authorization = Bearer {secrets.api_key}".to_owned()],
        secrets: vec!["api_key"],
        remark: Some("how the system is opened: the document does not say it in a way that this knows".to_owned()),
    })
}

fn opening(scheme: &Yaml) -> Option<Opening> {
    let plain = |line: String, secrets: &[&'static str]| {
        Some(Opening { lines: vec![format!("auth: {line}")], secrets: secrets.to_vec(), remark: None })
    };
    let name = word(scheme, "name");
    let is_name =
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_".contains(letter));
    match (word(scheme, "type"), word(scheme, "in"), word(scheme, "scheme").to_ascii_lowercase().as_str()) {
        ("apiKey", "header", _) if is_name => {
            let opening = plain(format!("{name} = {{secrets.api_key}}"), &["api_key"])?;
            let is_usual = name.eq_ignore_ascii_case("authorization");
            let remark =
                "`Authorization` usually has a word before the key: `auth: Authorization = App {secrets.api_key}`";
            Some(Opening { remark: is_usual.then(|| remark.to_owned()), ..opening })
        }
        ("apiKey", "query", _) if is_name => plain(format!("query {name} = {{secrets.api_key}}"), &["api_key"]),
        ("http", _, "bearer") => plain("Authorization = Bearer {secrets.api_key}".to_owned(), &["api_key"]),
        ("http", _, "basic") | ("basic", ..) => {
            plain("basic {secrets.user} {secrets.password}".to_owned(), &["user", "password"])
        }
        ("oauth2", ..) => oauth2(scheme),
        _ => None,
    }
}

/// Client credentials; another flow wants a person, and what it ends with is a token.
fn oauth2(scheme: &Yaml) -> Option<Opening> {
    let flow = pointed(scheme, "/flows/clientCredentials");
    let flow = flow.or_else(|| Some(scheme).filter(|scheme| word(scheme, "flow") == "application"));
    let token =
        flow.map(|flow| word(flow, "tokenUrl")).filter(|url| url.starts_with("https://") || url.starts_with('/'));
    let Some(token) =
        token.filter(|url| url.chars().all(|letter| letter.is_ascii_graphic() && !"#'\"{}".contains(letter)))
    else {
        return Some(Opening {
            lines: vec!["auth: Authorization = Bearer {secrets.token}".to_owned()],
            secrets: vec!["token"],
            remark: Some(
                "the document opens it by OAuth2 with a person at a browser: give the account a token".to_owned(),
            ),
        });
    };
    let lines = [
        "auth:".to_owned(),
        "  oauth2:".to_owned(),
        format!("    token: {token}"),
        "    grant: client_credentials".to_owned(),
        "    client: client_id".to_owned(),
        "    secret: client_secret".to_owned(),
    ];
    Some(Opening { lines: lines.to_vec(), secrets: vec!["client_id", "client_secret"], remark: None })
}
