//! What the command line prints, as transcripts: `tests/cli/*.md`.
//!
//! A block ```` ```console ```` holds commands (`$ petiole …`), what they print on both streams, and their
//! exit code in brackets. They run in a folder with the shipped rules and no service. `UPDATE=1 cargo test
//! cli_transcripts` writes what is printed; look at the difference before it is kept.

use std::path::Path;
use std::process::Command;

use crate::support::{Folder, Trade, at_rest, copy, until};

fn run(folder: &Folder, line: &str) -> String {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("petiole"), "{line}");
    let done = Command::new(env!("CARGO_BIN_EXE_petiole"))
        .args(words)
        .current_dir(&folder.0)
        .env_clear()
        .env("PETIOLE_URL", "http://127.0.0.1:9")
        .output()
        .unwrap();
    let mut told = String::from_utf8_lossy(&done.stdout).into_owned();
    told.push_str(&String::from_utf8_lossy(&done.stderr));
    let told =
        told.replace(&folder.0.display().to_string(), "[FOLDER]").replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    let told: Vec<&str> = told.lines().map(str::trim_end).collect();
    format!("{}\n[{}]\n", told.join("\n"), done.status.code().unwrap_or(-1)).trim_start_matches('\n').to_owned()
}

fn refreshed(page: &str) -> (String, usize) {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &folder.0.join("rules"));
    let (mut out, mut inside, mut commands) = (String::new(), false, 0);
    for line in page.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if inside && !line.starts_with("$ ") && !line.starts_with("# ") => continue,
            _ => {}
        }
        out.extend([line, "\n"]);
        if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            commands += 1;
            out.push_str(&run(&folder, command));
        }
        // `# FILE: OLD => NEW` changes a rule file before the next command.
        if let Some(edit) = line.strip_prefix("# ").filter(|_| inside) {
            let (file, change) = edit.split_once(": ").unwrap();
            let (old, new) = change.split_once(" => ").unwrap();
            let path = folder.0.join(file);
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(old), "{file} has no {old}");
            std::fs::write(&path, text.replacen(old, new, 1)).unwrap();
        }
    }
    (out, commands)
}

#[test]
fn cli_transcripts() {
    let (mut wrong, mut commands) = (Vec::new(), 0);
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli")).unwrap() {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        let (now, count) = refreshed(&page);
        commands += count;
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &now).unwrap();
        } else if now != page {
            wrong.push(format!(
                "{}: {:?}",
                path.display(),
                page.lines().zip(now.lines()).find(|(old, new)| old != new)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}\nrefresh with UPDATE=1 cargo test cli_transcripts", wrong.join("\n"));
    assert!(commands > 15, "{commands} commands");
}

#[test]
fn a_store_in_use_is_said_to_be_so() {
    let trade = Trade::start();
    // Somebody who has it and says nothing of where it can be asked.
    let path = trade.folder.0.join("petiole.db");
    std::fs::write(&path, "").unwrap();
    let lock = std::fs::File::create(trade.folder.0.join("petiole.db.lock")).unwrap();
    lock.lock().unwrap();
    let done = trade.command(&["sync"]).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(3), "{told}");
    assert!(told.contains("in use"), "{told}");
}

/// Whoever writes a script finds what a command ends with where they look first.
#[test]
fn every_help_says_its_exit_codes() {
    let told = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_petiole")).args(arguments).arg("--help").output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}");
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let all = told(&[]);
    assert!(all.contains("Exit codes:\n  0  ") && all.contains("\n  4  "), "{all}");
    let commands = all.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let there = commands.filter(|line| !line.contains("not in this version"));
    let names: Vec<&str> = there.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() >= 8, "{names:?}");
    for name in names {
        let help = told(&[name]);
        let codes = help.split_once("Exit codes:\n").map(|(_, codes)| codes).unwrap_or_default();
        assert!(codes.contains("  0  ") && codes.contains("  2  wrong usage"), "{name}: {help}");
    }
    assert!(told(&["test"]).contains("  4  tests failed") && told(&["inbox", "retry"]).contains("Exit codes:"));
}

#[test]
fn a_second_service_on_a_store_does_not_start_though_the_lock_file_is_deleted() {
    let trade = Trade::start();
    let service = trade.run("200ms");
    until("the first sweep is over", || at_rest(&service.url));
    std::fs::remove_file(trade.folder.0.join("petiole.db.lock")).unwrap();
    let second = trade.command(&["run", "--listen", "127.0.0.1:0"]).output().unwrap();
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(3), "{told}");
    assert!(told.contains("in use"), "{told}");
    trade.people(&trade.leaflink, "submit", &serde_json::json!({ "count": 2 }));
    until("the first goes on", || trade.orders().len() == 2 && at_rest(&service.url));
    trade.assert_exactly_once();
}

/// What a shell, `man` and a script are given is theirs to read.
#[test]
fn shells_complete_and_man_shows_what_the_command_line_is() {
    let told = |arguments: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_petiole")).args(arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = told(&["completions", shell]);
        assert!(script.contains("inbox") && script.contains("deny-warnings"), "{shell}: {script}");
    }
    let asks = "COMP_WORDS=(petiole inb); COMP_CWORD=1; _petiole petiole inb petiole; echo \"${COMPREPLY[@]}\"";
    let script = format!("{}\n{asks}", told(&["completions", "bash"]));
    let completed = Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&completed.stdout), "inbox\n", "{completed:?}");
    let whole = told(&["man"]);
    assert!(whole.contains(".TH petiole 1") && whole.contains("petiole\\-inbox(1)"), "{whole}");
    let page = told(&["man", "sync"]);
    assert!(page.contains(".TH petiole-sync 1") && page.contains("Exit codes"), "{page}");
    let version: serde_json::Value = serde_json::from_str(&told(&["version", "--format", "json"])).unwrap();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert!(version["schemas"]["sqlite"].as_u64() > Some(9) && version["schemas"]["postgres"].as_u64() > Some(2));
}
