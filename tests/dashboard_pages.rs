//! Pages as they are sent, from one seeded day: `tests/dashboard/NAME.html`, a tag a line, with times, folders and what
//! else differs from run to run left out. `UPDATE=1 cargo test dashboard_pages` writes them; look at the difference
//! before it is kept.

use std::path::Path;

use petiole::connector::request::percent_encode;

use crate::dashboard::Day;

/// A page, as far as it is the same in every run.
fn steady(day: &Day, body: &str) -> String {
    let rules = day.trade.rules.display().to_string();
    let mut text = body.replace(&percent_encode(&rules), "RULES").replace(&rules, "RULES");
    if let Some(cause) = text.split("cause=").nth(1).and_then(|rest| rest.split('"').next()).map(str::to_owned) {
        text = text.replace(&cause, "CAUSE");
    }
    let mut out = String::new();
    for (at, part) in text.split("<time ").enumerate() {
        out.push_str(if at == 0 { part } else { part.split_once("</time>").map_or(part, |(_, after)| after) });
    }
    let tried = |line: &str| match line.split_once(", tried ") {
        Some((before, after)) => {
            format!("{before}, tried{}", after.split_once("time").map_or("", |(_, rest)| rest.trim_start_matches('s')))
        }
        None => line.to_owned(),
    };
    out.replace('<', "\n<").lines().map(tried).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn pages_are_as_they_were_looked_at() {
    let day = Day::begin("300ms");
    let pages = [
        ("inbox", "/inbox"),
        ("held", "/inbox?tab=held"),
        ("changes", "/changes"),
        ("nobody", "/find?text=nobody-is-called-so"),
        ("not_there", "/no/such/page"),
    ];
    let mut wrong = Vec::new();
    for (name, path) in pages {
        let found = steady(&day, &day.visitor.get(path).body);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/dashboard/{name}.html"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(file, found).unwrap();
        } else if std::fs::read_to_string(&file).unwrap_or_default() != found {
            wrong.push(format!("{name} is now\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "{}\nrefresh with UPDATE=1 cargo test dashboard_pages", wrong.join("\n"));
}
