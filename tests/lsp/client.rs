//! An editor made of JSON: it starts the real binary and speaks the protocol with it over standard input and output.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value as Json, json};

use crate::support::patience;

/// A language server, and what it told so far.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Json>,
    /// The newest findings of each file, by address.
    pub(crate) findings: BTreeMap<String, Vec<Json>>,
    /// How often findings were told.
    pub(crate) tellings: usize,
    /// What the server says it can do.
    pub(crate) offers: Json,
    root: PathBuf,
    numbered: i64,
}

impl Client {
    /// A server for a folder, by a client that counts columns so.
    #[track_caller]
    pub(crate) fn start(root: &Path, encodings: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_petiole"))
            .arg("lsp")
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        let mut client = Self {
            child,
            input,
            messages,
            findings: BTreeMap::new(),
            tellings: 0,
            offers: Json::Null,
            root: root.to_owned(),
            numbered: 0,
        };
        let told = client.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": address(root),
                "workspaceFolders": [{ "uri": address(root), "name": "rules" }],
                "capabilities": {
                    "general": { "positionEncodings": encodings },
                    "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
                },
            }),
        );
        client.offers = told["capabilities"].clone();
        client.tell("initialized", json!({}));
        client
    }

    /// The address of a file below the folder.
    pub(crate) fn at(&self, file: &str) -> String {
        address(&self.root.join(file))
    }

    /// Sends a notification.
    pub(crate) fn tell(&mut self, method: &str, params: Json) {
        self.send(&asked(json!({ "jsonrpc": "2.0", "method": method }), params));
    }

    /// Sends a request and waits for its answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: Json) -> Json {
        let answer = self.answered(method, params);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The same with whatever is answered, be it a refusal.
    #[track_caller]
    pub(crate) fn answered(&mut self, method: &str, params: Json) -> Json {
        self.numbered += 1;
        let id = self.numbered;
        self.send(&asked(json!({ "jsonrpc": "2.0", "id": id, "method": method }), params));
        loop {
            let message = self.next();
            if message["id"] == json!(id) && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// Asks about a place of a file.
    #[track_caller]
    pub(crate) fn ask_at(&mut self, method: &str, file: &str, (line, character): (usize, usize)) -> Json {
        let params = json!({
            "textDocument": { "uri": self.at(file) },
            "position": { "line": line, "character": character },
        });
        self.ask(method, params)
    }

    /// Opens a file with a text.
    pub(crate) fn open(&mut self, file: &str, text: &str) {
        let document = json!({ "uri": self.at(file), "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Opens a file as it is saved; gives its text.
    #[track_caller]
    pub(crate) fn open_saved(&mut self, file: &str) -> String {
        let text = std::fs::read_to_string(self.root.join(file)).unwrap();
        self.open(file, &text);
        text
    }

    /// Changes a part of a file: from a place up to another, each as line and column from 0.
    pub(crate) fn change(&mut self, file: &str, version: i32, range: [(usize, usize); 2], text: &str) {
        let place = |(line, character): (usize, usize)| json!({ "line": line, "character": character });
        let change = json!({ "range": { "start": place(range[0]), "end": place(range[1]) }, "text": text });
        let document = json!({ "uri": self.at(file), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    /// Puts another text in the place of a file's.
    pub(crate) fn replace(&mut self, file: &str, version: i32, text: &str) {
        let document = json!({ "uri": self.at(file), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    /// Waits until the findings of a file are told by a text of this version or a later one; gives them.
    #[track_caller]
    pub(crate) fn findings_of(&mut self, file: &str, version: i32) -> Vec<Json> {
        let address = self.at(file);
        loop {
            let message = self.next();
            let params = &message["params"];
            let is_new = params["version"].as_i64().is_some_and(|told| told >= i64::from(version));
            if message["method"] == "textDocument/publishDiagnostics" && params["uri"] == json!(address) && is_new {
                return self.findings[&address].clone();
            }
        }
    }

    /// The codes of a file's findings.
    pub(crate) fn codes(findings: &[Json]) -> Vec<String> {
        findings.iter().map(|one| one["code"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The next message of the server; what it asks is granted.
    #[track_caller]
    pub(crate) fn next(&mut self) -> Json {
        let message = self.messages.recv_timeout(patience()).expect("the server says something");
        if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().unwrap().to_owned();
            self.findings.insert(uri, message["params"]["diagnostics"].as_array().unwrap().clone());
            self.tellings += 1;
        }
        message
    }

    /// Ends the conversation as the protocol wants it; gives the exit code.
    #[track_caller]
    pub(crate) fn end(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", Json::Null), Json::Null);
        self.tell("exit", Json::Null);
        self.child.wait().unwrap().code()
    }

    /// Goes away without a word; gives the exit code.
    pub(crate) fn leave(mut self) -> Option<i32> {
        self.input = None;
        self.child.wait().unwrap().code()
    }

    /// Sends several messages at once, so that the server has them all before it answers the first.
    pub(crate) fn send_together(&mut self, messages: &[Json]) {
        let framed: String = messages.iter().map(framed).collect();
        self.input.as_mut().unwrap().write_all(framed.as_bytes()).unwrap();
    }

    fn send(&mut self, message: &Json) {
        self.send_together(std::slice::from_ref(message));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A message with what it asks for.
fn asked(mut message: Json, params: Json) -> Json {
    message["params"] = params;
    message
}

/// The address of a path.
pub(crate) fn address(path: &Path) -> String {
    format!("file://{}", path.display())
}

fn framed(message: &Json) -> String {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len())
}

fn read(output: &mut BufReader<std::process::ChildStdout>) -> Option<Json> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ")?.parse().ok()?,
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
