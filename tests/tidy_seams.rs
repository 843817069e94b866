//! Nobody reaches past the seams: clock, randomness, files, environment and tasks are had through `world/` alone, so that
//! a simulation that brings its own sees everything.

use crate::tidy::{files, without_tests};
use crate::tidy_circles::used;

/// What is asked of the outside itself, as it is written with its whole path or called.
const FORBIDDEN: [(&str, &str); 24] = [
    ("tokio::time", "the clock of `world`"),
    ("tokio::spawn", "the spawner of `world`"),
    ("tokio::task::spawn", "the spawner of `world`"),
    ("tokio::task::JoinSet", "`world::Tasks`"),
    ("tokio::task::LocalSet", "`world::Tasks`"),
    ("tokio::runtime", "`world::threads`"),
    ("tokio::fs", "the files of `world`"),
    ("tokio::process", "nobody starts a process"),
    ("std::thread", "`world::threads`"),
    ("std::fs", "the files of `world`"),
    ("std::env", "the environment of `world`"),
    ("std::process::Command", "nobody starts a process"),
    ("std::process::id", "the files of `world`"),
    ("std::time::Instant", "the clock of `world`"),
    ("std::time::SystemTime", "the clock of `world`"),
    ("Timestamp::now", "the clock of `world`"),
    ("Zoned::now", "the clock of `world`"),
    ("fastrand", "the randomness of `world`"),
    (".exists()", "the files of `world`"),
    (".is_file()", "the files of `world`"),
    (".is_dir()", "the files of `world`"),
    (".canonicalize()", "the files of `world`"),
    ("std::net::Tcp", "a transport, or the server"),
    ("tokio::net", "a transport, or the server"),
];

/// Where that is done on purpose, and why.
const ALLOWED: [(&str, &str, &str); 6] = [
    ("src/world/", "", "the seams themselves"),
    ("src/main.rs", "", "the process itself"),
    ("src/store/", "", "an engine has its own files and threads; a simulation fills the trait with one in memory"),
    ("src/simulator/", "", "the peers' side of the wire: a simulation calls its systems without their server"),
    ("src/server/", "tokio::net", "the one place that listens; a simulation calls `receive` instead"),
    ("src/language/script/bars.rs", "std::time::Instant", "a watchdog: it stops a decision and never makes a value"),
];

fn is_allowed(path: &str, call: &str) -> bool {
    ALLOWED.iter().any(|(place, what, _)| path.starts_with(place) && (what.is_empty() || *what == call))
}

/// What of the outside a text asks for, with what to ask instead.
fn reached_for(text: &str) -> Vec<(&'static str, &'static str)> {
    let text = without_tests(text);
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let imported: Vec<String> = used(text).into_iter().map(|path| path.steps.join("::")).collect();
    let written = |what: &str| {
        code.match_indices(what).any(|(at, _)| {
            let before = code[..at].chars().next_back().unwrap_or(' ');
            what.starts_with('.') || !(before.is_alphanumeric() || before == '_')
        })
    };
    let is_asked = |what: &str| {
        let own = imported.iter().any(|path| path == what || path.starts_with(what));
        // `use std::time::Instant;` and then `Instant::now()`, or `use std::fs;` and then `fs::read`.
        own || written(what)
    };
    FORBIDDEN.into_iter().filter(|(what, _)| is_asked(what)).collect()
}

/// Where a `select!` looks at its branches in an order of chance.
fn unbiased(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let begins = |at: &usize| lines[*at].contains("select!") && !lines[*at].starts_with("//");
    let is_biased = |at: usize| {
        let rest = lines[at].split("select!").nth(1).unwrap_or_default().trim_start_matches(['{', ' ']);
        let next = if rest.is_empty() { lines.get(at + 1).copied().unwrap_or_default() } else { rest };
        next.starts_with("biased;")
    };
    (0..lines.len()).filter(begins).filter(|at| !is_biased(*at)).map(|at| at + 1).collect()
}

#[test]
fn nothing_reaches_past_the_seams() {
    let mut wrong = Vec::new();
    for (path, text) in files("src") {
        let path = path.display().to_string();
        for (call, instead) in reached_for(&text).into_iter().filter(|(call, _)| !is_allowed(&path, call)) {
            wrong.push(format!("{path}: `{call}`; there is {instead}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whoever_waits_for_several_things_looks_at_them_in_order() {
    let mut wrong = Vec::new();
    for (path, text) in files("src") {
        wrong.extend(unbiased(&text).into_iter().map(|line| format!("{}:{line}: not biased", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A hash map is walked in an order of chance, which then is in what is called and kept.
#[test]
fn what_acts_keeps_what_it_walks_in_order() {
    let mut wrong = Vec::new();
    for room in ["cli", "connector", "peer", "runtime", "server", "simulation", "store/memory", "trial", "world"] {
        for (path, text) in files(&format!("src/{room}")) {
            let text = without_tests(&text);
            let hashed = ["HashMap", "HashSet"].into_iter().filter(|kind| text.contains(kind));
            wrong.extend(hashed.map(|kind| format!("{}: `{kind}`; a `BTreeMap` or a `BTreeSet`", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_allowed_past_the_seams_is_used_there() {
    for (place, what, why) in ALLOWED.iter().filter(|(_, what, _)| !what.is_empty()) {
        let mut inside = files("src").into_iter().filter(|(path, _)| path.display().to_string().starts_with(place));
        let used = inside.any(|(_, text)| reached_for(&text).iter().any(|(call, _)| call == what));
        assert!(used, "{place} needs no `{what}` any more ({why}); the exception can go");
    }
}

#[test]
fn what_reaches_past_the_seams_is_seen_however_it_is_written() {
    for (text, call) in [
        ("fn of() { let _ = std::fs::read(\"x\"); }", "std::fs"),
        ("use std::fs;\nfn of() { fs::read(\"x\"); }", "std::fs"),
        ("use std::{env, io};\n", "std::env"),
        ("use std::fs::{self, File};\n", "std::fs"),
        ("use std::{\n    io,\n    time::{Duration, Instant},\n};\n", "std::time::Instant"),
        ("use tokio::task::{Id, JoinSet};\n", "tokio::task::JoinSet"),
        ("fn of() { tokio::task::spawn_blocking(|| {}); }", "tokio::task::spawn"),
        ("use tokio::{spawn, time::sleep};\n", "tokio::spawn"),
        ("use tokio as async_runtime;\nuse tokio::time as later;\n", "tokio::time"),
        ("fn of() { let at = jiff::Timestamp::now(); }", "Timestamp::now"),
        ("fn of(path: &Path) -> bool { path.exists() }", ".exists()"),
        ("    std::thread::scope(|scope| {});\n", "std::thread"),
        ("fn of() { fastrand::u64(..); }", "fastrand"),
    ] {
        let found = reached_for(text);
        assert!(found.iter().any(|(found, _)| *found == call), "{text} asks for {call}: {found:?}");
    }
    for text in [
        "// std::fs is not for us\n",
        "use std::time::Duration;\nuse tokio::sync::watch;\n",
        "fn of() { my_std::fsx(); self.files.list(folder); env!(\"CARGO_PKG_VERSION\"); }",
        "fn of() {}\n\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n",
        "fn of(world: &World) { world.spawner.start(async {}); }",
    ] {
        assert_eq!(reached_for(text), [], "{text}");
    }
    let apart = "fn of() {}\n\n#[cfg(target_os = \"linux\")]\nfn own() { std::fs::read(\"x\"); }\n";
    assert_eq!(reached_for(apart).len(), 1, "what is for one system is code, too");
    assert!(is_allowed("src/server/server.rs", "tokio::net") && !is_allowed("src/server/server.rs", "tokio::spawn"));
}

#[test]
fn a_select_in_an_order_of_chance_is_seen() {
    assert_eq!(unbiased("tokio::select! {\n    biased;\n    a => {}\n}\n"), Vec::<usize>::new());
    assert_eq!(unbiased("let x = tokio::select! {\n    a => {}\n}\n"), [1]);
    assert_eq!(unbiased("select! { a => {} }\n"), [1]);
    assert_eq!(unbiased("select! { biased; a => {} }\n// select! {\n"), Vec::<usize>::new());
}
