//! Nobody sees a page who may not, and no page of somebody else does anything here: sign-in, what a browser keeps of
//! it, and what pages are dressed in.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use petiole::world::Method;
use sha2::{Digest as _, Sha256};

use crate::support::pages::Visitor;
use crate::support::{Process, Trade, http};

const TOKEN: &str = "a-token-for-tests";
const SESSION: &str = "petiole_session";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn guarded(trade: &Trade) -> Process {
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "30s"]);
    Process::start(command.env("PETIOLE_ADMIN_TOKEN", TOKEN), "listening")
}

#[test]
fn pages_want_a_sign_in_that_is_never_the_token_itself() {
    let trade = Trade::start();
    let service = guarded(&trade);
    let visitor = Visitor::of(&service.url);
    for path in ["/", "/inbox", "/r/leaflink.order/1", "/changes", "/rules", "/live", "/find?text=a", "/none"] {
        let page = visitor.get(path);
        assert_eq!(page.status, 401, "{path}");
        assert!(page.text().contains("Admin token"), "{path}: {}", page.text());
        assert!(page.answer.header("content-security-policy").is_some(), "{path}");
    }
    let asked = visitor.get("/inbox?tab=held");
    let wrong = visitor.presses(&asked, "Sign in", &[("token", "a-token-for-test5")]);
    assert_eq!((wrong.status, wrong.text().contains("This is not the token")), (401, true));
    assert_eq!(visitor.kept(SESSION), None);
    let signed_in = visitor.presses(&wrong, "Sign in", &[("token", TOKEN)]);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text());
    assert!(signed_in.text().contains("Hold something"), "it leads to what was asked for: {}", signed_in.text());
    let kept = visitor.kept(SESSION).unwrap();
    assert!(!kept.contains(TOKEN), "{kept}");
    let url = format!("{}/api/v1/status", service.url);
    let api = http(Method::Get, &url, &[("Cookie", &format!("{SESSION}={kept}"))], b"");
    assert_eq!(api.status, 401, "programs bring the token itself");
    assert_eq!(visitor.presses(&signed_in, "Sign out", &[]).status, 200);
    assert_eq!((visitor.kept(SESSION), visitor.get("/").status), (None, 401));
    visitor.keeps(SESSION, &kept);
    assert_eq!(visitor.get("/").status, 401, "what was copied from a browser ends with the sign-in");
    let other = visitor.presses(&visitor.get("/"), "Sign in", &[("token", TOKEN)]);
    assert_eq!(other.status, 200, "another sign-in is none of it");
    let bearer = ("Authorization", &*format!("Bearer {TOKEN}"));
    assert_eq!(http(Method::Get, &format!("{}/", service.url), &[bearer], b"").status, 200);
}

#[test]
fn a_sign_in_says_how_it_is_kept_and_leads_nowhere_else() {
    let trade = Trade::start();
    let service = guarded(&trade);
    let sign_in = |to: &str| {
        let body = format!("token={TOKEN}&to={to}");
        http(Method::Post, &format!("{}/sign-in", service.url), &[FORM], body.as_bytes())
    };
    let cookie = sign_in("%2Finbox").header("set-cookie").unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Max-Age=43200", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(sign_in("%2Finbox").header("location"), Some("/inbox"));
    for elsewhere in ["https://evil.example", "%2F%2Fevil.example", "%2F%5Cevil.example", "%2F%0Aevil", "inbox", ""] {
        assert_eq!(sign_in(elsewhere).header("location"), Some("/"), "{elsewhere}");
    }
    let open = Trade::start();
    let open_service = open.run("30s");
    assert_eq!(Visitor::of(&open_service.url).get("/").status, 200, "on loopback without a token nobody is asked");
}

/// What a browser would keep of a sign-in until then.
fn sealed(token: &str, until: u64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(format!("petiole signed in until {until}-7").as_bytes());
    format!("{until}-7.{}", hex::encode(mac.finalize().into_bytes()))
}

#[test]
fn a_sign_in_that_is_over_forged_or_of_another_token_is_none() {
    let trade = Trade::start();
    let service = guarded(&trade);
    let visitor = Visitor::of(&service.url);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let good = sealed(TOKEN, now + 600);
    visitor.keeps(SESSION, &good);
    assert_eq!(visitor.get("/").status, 200);
    let later = good.replacen(&(now + 600).to_string(), &(now + 6_000).to_string(), 1);
    let over = sealed(TOKEN, now - 1);
    let other = sealed("another", now + 600);
    for bad in [&*over, &*later, &*other, TOKEN, "", ".", "9999999999.", "x.y", "-.-", &*format!("{}-7.00", now + 600)]
    {
        visitor.keeps(SESSION, bad);
        assert_eq!(visitor.get("/").status, 401, "{bad}");
    }
}

#[test]
fn no_page_of_somebody_else_does_or_reads_anything() {
    let trade = Trade::start();
    let service = trade.run("30s");
    let url = |path: &str| format!("{}{path}", service.url);
    let own = service.url.clone();
    let post = |headers: &[(&str, &str)]| http(Method::Post, &url("/rules"), headers, b"").status;
    for foreign in [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ] {
        assert_eq!(post(&[foreign, FORM]), 403, "{foreign:?}");
        let sign_in = http(Method::Post, &url("/sign-in"), &[foreign, FORM], b"token=x");
        assert_eq!(sign_in.status, 403, "{foreign:?}");
    }
    assert_eq!(post(&[("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), FORM]), 403);
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
        assert_eq!(post(&[("Content-Type", kind)]), 415, "{kind}");
    }
    assert_eq!(post(&[("Origin", &own), ("Sec-Fetch-Site", "same-origin"), FORM]), 303);
    assert_eq!(
        post(&[("Origin", "null"), ("Sec-Fetch-Site", "same-origin"), FORM]),
        303,
        "a form of a page of its own"
    );
    let api = [("Origin", "null"), ("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/json")];
    assert_eq!(http(Method::Post, &url("/api/v1/reload"), &api, b"{}").status, 403, "programs have an origin");
    for path in ["/", "/inbox", "/sign-in", "/live"] {
        assert_eq!(http(Method::Get, &url(path), &[("Host", "evil.example")], b"").status, 421, "{path}");
    }
    for act in ["/inbox", "/changes", "/sweep", "/r/leaflink.order/1"] {
        let answer = http(Method::Post, &url(act), &[FORM, ("Sec-Fetch-Site", "cross-site")], b"do=retry&id=1");
        assert_eq!(answer.status, 403, "{act}");
        let put = http(Method::Put, &url(act), &[FORM], b"");
        assert_eq!(put.status, 405, "{act}");
    }
}

#[test]
fn what_others_made_is_as_it_was_published_and_small() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/page");
    let told = std::fs::read_to_string(folder.join("vendor/README.md")).unwrap();
    let rows = told.lines().filter(|line| line.starts_with("| `"));
    let mut named = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let bytes = std::fs::read(folder.join("vendor").join(cells[1])).unwrap();
        assert_eq!(hex::encode(Sha256::digest(&bytes)), cells[3], "{}", cells[1]);
        assert!(cells[2].split(' ').any(|word| word.starts_with(|first: char| first.is_ascii_digit())), "{row}");
        named.push(cells[1].to_owned());
    }
    assert!(told.contains("Zero-Clause BSD"), "the licence is named");
    let vendored = std::fs::read_dir(folder.join("vendor")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut vendored: Vec<String> = vendored.map(|name| name.into_string().unwrap()).collect();
    vendored.retain(|name| name != "README.md");
    named.sort();
    vendored.sort();
    assert_eq!(named, vendored, "each file is named");
    let own = ["style.css", "mark.svg", "live.js", "vendor/htmx.min.js"];
    let bytes: usize = own.iter().map(|name| std::fs::read(folder.join(name)).unwrap().len()).sum();
    assert!(bytes <= 150 * 1024, "{bytes} bytes");
    let trade = Trade::start();
    let service = trade.run("30s");
    for name in ["style.css", "mark.svg", "live.js", "htmx.min.js"] {
        let url = format!("{}/assets/{name}", service.url);
        let first = http(Method::Get, &url, &[], b"");
        let tag = first.header("etag").unwrap().to_owned();
        assert_eq!((first.status, first.body.is_empty()), (200, false), "{name}");
        let again = http(Method::Get, &url, &[("If-None-Match", &tag)], b"");
        assert_eq!((again.status, again.body.is_empty()), (304, true), "{name}");
        assert_eq!(http(Method::Get, &url, &[("If-None-Match", "\"other\"")], b"").status, 200);
    }
    assert_eq!(http(Method::Get, &format!("{}/assets/..%2Fmod.rs", service.url), &[], b"").status, 404);
}
