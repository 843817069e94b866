//! Runs the real binary and both simulators as processes, over real HTTP.

pub(crate) mod browser;
mod go_between;
pub(crate) mod pages;
pub(crate) mod postgres;

use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use petiole::world::{HttpTransport, Method, Request, Response, Transport, TransportError};
use serde_json::Value as Json;
use sha2::Sha256;

pub(crate) use go_between::{Change, GoBetween, Look, When};

/// How long anything may take before it counts as hanging; `PETIOLE_PATIENCE`, in seconds, for large worlds.
pub(crate) fn patience() -> Duration {
    let asked = std::env::var("PETIOLE_PATIENCE").ok().and_then(|text| text.parse().ok());
    asked.map_or(Duration::from_mins(2), Duration::from_secs)
}

/// The key that signs the simulators' webhooks unless told otherwise.
pub(crate) const WEBHOOK_KEY: &str = "simulated-webhook-key";

/// A folder that goes with its test.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("petiole-test-{}-{}", std::process::id(), fastrand::u64(..)));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The binary.
pub(crate) fn petiole() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_petiole"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// A process that is killed with its test.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) url: String,
    pub(crate) lines: Vec<String>,
}

impl Process {
    /// Starts a command and reads its output until a line begins with `until`.
    #[track_caller]
    pub(crate) fn start(command: &mut Command, until: &str) -> Self {
        Self::logging(command, until, Stdio::null())
    }

    /// The same, its log going where it is said.
    #[track_caller]
    pub(crate) fn logging(command: &mut Command, until: &str, log: impl Into<Stdio>) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(reader.read_line(&mut line).unwrap() > 0, "ended before it said {until:?}: {lines:?}");
            lines.push(line.trim().to_owned());
            if line.starts_with(until) {
                break;
            }
        }
        let url = lines.iter().find_map(|line| line.strip_prefix("listening on ")).unwrap().to_owned();
        // The rest is read away, so that the process never waits for us.
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        Self { child, url, lines }
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a command that ends with this code; all that it says.
#[track_caller]
pub(crate) fn says(trade: &Trade, arguments: &[&str], code: i32) -> String {
    let done = trade.command(arguments).output().unwrap();
    let told = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    assert_eq!(done.status.code(), Some(code), "{arguments:?}: {told}");
    told
}

/// The signature of a body as LeafLink makes it.
pub(crate) fn signed(body: &[u8], key: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body);
    BASE64.encode(mac.finalize().into_bytes())
}

/// One HTTP exchange.
pub(crate) fn http(method: Method, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    try_http(method, url, headers, body).unwrap()
}

/// One HTTP exchange with somebody who may be gone.
pub(crate) fn try_http(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Response, TransportError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request { method, url: url.to_owned(), headers, body: body.to_vec(), timeout: patience() };
    runtime.block_on(async { HttpTransport::new().unwrap().send(request).await })
}

pub(crate) async fn get_async(url: &str) -> Json {
    exchange(Method::Get, url, b"").await
}

pub(crate) async fn send_async(method: Method, url: &str, body: &Json) -> Json {
    exchange(method, url, body.to_string().as_bytes()).await
}

async fn exchange(method: Method, url: &str, body: &[u8]) -> Json {
    let request =
        Request { method, url: url.to_owned(), headers: Vec::new(), body: body.to_vec(), timeout: patience() };
    let answer = HttpTransport::new().unwrap().send(request).await.unwrap();
    assert_eq!(answer.status, 200, "{url}: {}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

#[track_caller]
pub(crate) fn get(url: &str) -> Json {
    let answer = http(Method::Get, url, &[], b"");
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{url}: {}", String::from_utf8_lossy(&answer.body)))
}

#[track_caller]
pub(crate) fn send(method: Method, url: &str, body: &Json) -> Json {
    let answer = http(method, url, &[("Content-Type", "application/json")], body.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{url}: {}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// Waits until a condition holds.
#[track_caller]
pub(crate) fn until(what: &str, holds: impl FnMut() -> bool) {
    assert!(seen(holds), "never came true: {what}");
}

/// The same of a condition that is asked for.
pub(crate) async fn until_async(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !holds().await {
        assert!(begin.elapsed() < patience(), "never came true: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until a condition holds; false where it never did.
pub(crate) fn seen(mut holds: impl FnMut() -> bool) -> bool {
    let begin = Instant::now();
    while !holds() {
        if begin.elapsed() > patience() {
            return false;
        }
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(50));
    }
    true
}

/// Whether the service answers and has nothing to do.
pub(crate) fn at_rest(url: &str) -> bool {
    let Ok(answer) = try_http(Method::Get, &format!("{url}/api/v1/status"), &[], b"") else { return false };
    let status: Json = serde_json::from_slice(&answer.body).unwrap_or_default();
    status["queue"]["pending"] == 0 && status["queue"]["in_flight"] == 0
}

/// Whether the service has nothing to do and has looked for the changes of every account of the shipped rules: what
/// people do before that is still seen by the look of its start, however rarely it looks.
pub(crate) fn has_looked(url: &str) -> bool {
    let Ok(answer) = try_http(Method::Get, &format!("{url}/metrics"), &[], b"") else { return false };
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let looked = |account| text.contains(&format!("petiole_last_poll_seconds{{account=\"{account}\"}}"));
    looked("flourish") && looked("leaflink") && at_rest(url)
}

/// The shipped rules, with limits that let a test run at full speed, and stock left to the marketplace, so that what
/// is counted is about orders; stock has tests of its own.
pub(crate) fn fast_rules(folder: &Path) -> PathBuf {
    let rules = folder.join("rules");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("rules"), &rules);
    for name in ["leaflink", "flourish"] {
        let path = rules.join(format!("systems/{name}.yaml"));
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().map(|line| match line.trim().split(':').next() {
            Some("per_minute") => "  per_minute: 600000".to_owned(),
            Some("burst") => "  burst: 60000".to_owned(),
            Some("settle_after") => "  settle_after: 200ms".to_owned(),
            _ => line.to_owned(),
        });
        std::fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
    }
    // The tests that are about stock or products say otherwise.
    own(&rules, "inventory", "leaflink");
    own(&rules, "products", "leaflink");
    rules
}

/// Says who owns what: `inventory` or `products`.
pub(crate) fn own(rules: &Path, what: &str, owner: &str) {
    let path = rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text.lines().map(|line| match line.trim().split_once(": ") {
        Some((name, "flourish" | "leaflink")) if name == what => format!("    {what}: {owner}"),
        _ => line.to_owned(),
    });
    std::fs::write(&path, lines.collect::<Vec<_>>().join("\n")).unwrap();
}

/// A folder with all that is below it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Both simulators, a rule set and a store.
pub(crate) struct Trade {
    pub(crate) folder: Folder,
    pub(crate) rules: PathBuf,
    pub(crate) flourish: Process,
    pub(crate) leaflink: Process,
}

impl Trade {
    pub(crate) fn start() -> Self {
        let folder = Folder::new();
        let rules = fast_rules(&folder.0);
        let simulate = |name: &str| Process::start(petiole().args(["simulate", name, "--seed", "7"]), "base url");
        Self { rules, flourish: simulate("flourish"), leaflink: simulate("leaflink"), folder }
    }

    /// A command with the environment that the shipped accounts want.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = petiole();
        command
            .args(arguments)
            .env("PETIOLE_RULES", &self.rules)
            .env("PETIOLE_STORE", format!("sqlite:{}", self.folder.0.join("petiole.db").display()))
            .env("FLOURISH_BASE_URL", format!("{}/external/api", self.flourish.url))
            .env("LEAFLINK_BASE_URL", format!("{}/api/v2", self.leaflink.url))
            .env("FLOURISH_FACILITY_ID", "60aa00000000000000000001")
            .env("LEAFLINK_COMPANY_ID", "501");
        for name in ["FLOURISH_API_KEY", "LEAFLINK_API_KEY"] {
            command.env(name, "key-for-tests");
        }
        for name in ["FLOURISH_WEBHOOK_KEY", "LEAFLINK_WEBHOOK_KEY"] {
            command.env(name, WEBHOOK_KEY);
        }
        command
    }

    pub(crate) fn run(&self, poll: &str) -> Process {
        Process::start(&mut self.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", poll]), "listening")
    }

    /// Webhooks of both systems go to the service.
    pub(crate) fn subscribe(&self, service: &Process) {
        for (name, side) in [("leaflink", &self.leaflink), ("flourish", &self.flourish)] {
            let body = serde_json::json!({ "url": format!("{}/webhooks/{name}", service.url) });
            send(Method::Put, &format!("{}/_control/webhook", side.url), &body);
        }
    }

    pub(crate) fn people(&self, side: &Process, act: &str, body: &Json) -> Json {
        send(Method::Post, &format!("{}/_control/{act}", side.url), body)
    }

    pub(crate) fn faults(&self, side: &Process, body: &Json) {
        send(Method::Put, &format!("{}/_control/faults", side.url), body);
    }

    pub(crate) fn orders(&self) -> Vec<Json> {
        get(&format!("{}/_control/state", self.flourish.url))["orders"].as_array().unwrap().clone()
    }

    /// Asserts that every submitted order stands in Flourish once, with its lines.
    #[track_caller]
    pub(crate) fn assert_exactly_once(&self) {
        let wanted = get(&format!("{}/_control/state", self.leaflink.url))["orders"].as_array().unwrap().clone();
        let found = self.orders();
        assert_eq!(found.len(), wanted.len(), "as many orders on both sides");
        for order in wanted {
            let twins: Vec<&Json> = found.iter().filter(|one| one["original_order_id"] == order["number"]).collect();
            assert_eq!(twins.len(), 1, "{order}");
            let lines = |order: &Json, quantity: &str| {
                let mut lines: Vec<(String, String)> = order["lines"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|line| (line["sku"].to_string(), line[quantity].to_string().replace('"', "")))
                    .collect();
                lines.sort();
                lines
            };
            assert_eq!(lines(twins[0], "qty"), lines(&order, "quantity"));
        }
    }
}

/// A library that the dynamic linker can put before a process, from a file under `tests/`.
pub(crate) fn preloadable(folder: &Path, source: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(source);
    let library = folder.join(source.file_name().unwrap()).with_extension("so");
    // What builds SQLite builds this.
    let mut compiler = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".to_owned()));
    let built = compiler.args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).arg("-ldl").status();
    assert!(built.unwrap().success(), "{} cannot be compiled", source.display());
    library
}

/// Reads a request that somebody sends: its first lines, and its body.
pub(crate) fn heard(stream: &std::net::TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (head, body)
}
