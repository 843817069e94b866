//! A real editor: Neovim without a screen attaches to the server and says what it shows.

use std::process::Command;

use serde_json::Value as Json;

use super::shipped;
use crate::support::patience;

/// Whether Neovim is installed; the test says so where it is not.
fn has_neovim() -> bool {
    let found = Command::new("nvim").arg("--version").output().is_ok_and(|done| done.status.success());
    if !found {
        eprintln!("skipped: there is no `nvim` here (Debian: apt-get install neovim)");
    }
    found
}

#[test]
fn neovim_shows_findings_hover_completion_and_another_name() {
    if !has_neovim() {
        return;
    }
    let folder = shipped();
    let shown = folder.0.join("shown.json");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lsp/neovim.lua");
    let done = Command::new("nvim")
        .args(["--headless", "--clean", "-n", "-c", &format!("luafile {script}")])
        .current_dir(&folder.0)
        .env("XDG_STATE_HOME", folder.0.join("state"))
        .env("PETIOLE", env!("CARGO_BIN_EXE_petiole"))
        .env("PETIOLE_SHOWN", &shown)
        .env("PETIOLE_PATIENCE_MS", patience().as_millis().to_string())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    let text = std::fs::read_to_string(&shown).unwrap_or_else(|_| panic!("Neovim said: {said}"));
    let shown: Json = serde_json::from_str(&text).unwrap();
    assert!(shown["error"].is_null(), "{shown:#}\n{said}");
    assert_eq!(shown["finding"]["code"], "unknown-table");
    assert_eq!(shown["finding"]["row"], shown["finding"]["wanted"]);
    let hover = shown["hover"].as_str().unwrap();
    assert!(hover.contains("leaflink.order.payment_term"), "{hover}");
    assert!(hover.contains("leaflink → flourish: live"), "{hover}");
    let labels = shown["completion"].as_array().unwrap();
    assert!(labels.contains(&Json::from("payment_term")), "{labels:?}");
    let renamed: Vec<&str> = shown["renamed"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    assert_eq!(renamed, ["rules/pipelines/orders.yaml", "rules/tables/payment_terms.yaml"]);
}
