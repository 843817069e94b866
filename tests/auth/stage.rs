//! The small rule set of the quick start, whose depot is opened as a test says, with both peers as processes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Folder, Process, copy, get, petiole, send};

/// Peers, rules, and what is kept and logged.
pub(super) struct Stage {
    pub(super) folder: Folder,
    pub(super) shop: Process,
    pub(super) depot: Process,
    pub(super) secrets: Vec<(&'static str, &'static str)>,
}

impl Stage {
    /// The depot with this under `http:`, and its account's secrets by name.
    pub(super) fn new(http: &str, secrets: &[(&'static str, &'static str)]) -> Self {
        let folder = Folder::new();
        let rules = folder.0.join("rules");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/rules"), &rules);
        change(&rules.join("depot.yaml"), "  auth: X-Key = {secrets.key}\n", http);
        let named: Vec<String> = secrets.iter().map(|(name, _)| format!("      {name}: ${{{}}}\n", of(name))).collect();
        change(&rules.join("accounts.yaml"), "      key: ${DEPOT_KEY}\n", &named.concat());
        let peer = |name: &str| Process::start(petiole().arg("simulate").arg(rules.join(name)), "base url");
        let (shop, depot) = (peer("shop.yaml"), peer("depot.yaml"));
        Self { shop, depot, secrets: secrets.to_vec(), folder }
    }

    pub(super) fn rules(&self) -> PathBuf {
        self.folder.0.join("rules")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.folder.0.join("log")
    }

    /// A command in the environment that the accounts want; its log is added to the others.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = petiole();
        let log = std::fs::File::options().create(true).append(true).open(self.log()).unwrap();
        command
            .args(arguments)
            .env("PETIOLE_RULES", self.rules())
            .env("PETIOLE_STORE", format!("sqlite:{}", self.folder.0.join("petiole.db").display()))
            .env("PETIOLE_LOG", "trace")
            .env("SHOP_URL", &self.shop.url)
            .env("SHOP_KEY", "key-of-the-shop")
            .env("DEPOT_URL", &self.depot.url)
            .stderr(Stdio::from(log));
        command.envs(self.secrets.iter().map(|(name, value)| (of(name), value)));
        command
    }

    /// Exit code and what is printed.
    pub(super) fn says(&self, arguments: &[&str]) -> (i32, String) {
        let done = self.command(arguments).output().unwrap();
        (done.status.code().unwrap(), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Somebody pays an order.
    pub(super) fn pays(&self, number: i64) {
        let order = json!({ "number": number, "state": "Paid", "buyer": "Ada" });
        send(Method::Put, &format!("{}/_control/put", self.shop.url), &json!({ "record": "order", "fields": order }));
    }

    pub(super) fn parcels(&self) -> Vec<Json> {
        get(&format!("{}/_control/state", self.depot.url))["parcel"].as_array().cloned().unwrap_or_default()
    }

    /// Both sides in step.
    #[track_caller]
    pub(super) fn syncs(&self) -> String {
        let (code, told) = self.says(&["sync", "--full", "--yes"]);
        assert_eq!(code, 0, "{told}\n{}", self.logged());
        told
    }

    pub(super) fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// None of the texts is in what was printed, logged or kept.
    #[track_caller]
    pub(super) fn keeps_quiet(&self, said: &[&str], told: &[&str]) {
        let store = std::fs::read(self.folder.0.join("petiole.db")).unwrap_or_default();
        let wal = std::fs::read(self.folder.0.join("petiole.db-wal")).unwrap_or_default();
        let kept = [store, wal].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let all = told.iter().map(|text| (*text).to_owned()).chain([self.logged()]).chain(kept);
        for text in all {
            for secret in said {
                let at =
                    text.find(secret).map(|at| text[text.floor_char_boundary(at.saturating_sub(200))..].to_owned());
                assert!(at.is_none(), "{secret}: {}", at.unwrap_or_default().chars().take(600).collect::<String>());
            }
        }
    }
}

/// The variable of a secret.
pub(super) fn of(name: &str) -> String {
    format!("DEPOT_{}", name.to_uppercase())
}

#[track_caller]
pub(super) fn change(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{from:?} is not in {text}");
    std::fs::write(file, text.replace(from, to)).unwrap();
}
