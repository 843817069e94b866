//! Both simulators in this process, the shipped rules with the peers' limits lifted, and the service between them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use petiole::simulator::{self, Faults, Options, Served, Size, Trade};
use petiole::world::{HttpTransport, Method, Request, Response, SystemClock, Transport};
use serde_json::{Value as Json, json};

use crate::process::Service;

/// What signs the simulators' webhooks.
pub(crate) const WEBHOOK_KEY: &str = "simulated-webhook-key";

/// The longest anything may take, a busy machine included.
const PATIENCE: Duration = Duration::from_mins(20);

/// How often it is looked whether all is quiet: each look costs the service a little.
const LOOK: Duration = Duration::from_millis(200);

pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
    pub(crate) trade: Trade,
    sides: BTreeMap<&'static str, Served>,
    pub(crate) transport: Arc<dyn Transport>,
    environment: Vec<(&'static str, String)>,
}

impl Stage {
    /// Two systems that hold this many items and customers.
    pub(crate) async fn new(items: usize, customers: usize) -> Self {
        let folder = std::env::temp_dir().join(format!("petiole-bench-{}-{}", std::process::id(), fastrand::u64(..)));
        let size = Size { items, customers, ..Size::default() };
        let trade = Trade::from_seed(7, size);
        let transport: Arc<dyn Transport> = Arc::new(HttpTransport::direct().unwrap());
        let (mut sides, mut environment) = (BTreeMap::new(), Vec::new());
        for name in simulator::NAMES {
            let mut system = simulator::named(name, &trade, 7).unwrap();
            system.set_webhook_key(WEBHOOK_KEY.to_owned());
            let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let options = Options { listen, webhook: None, faults: Faults::default(), seed: 7 };
            let served =
                simulator::serve(system, options, Arc::new(SystemClock), Arc::clone(&transport)).await.unwrap();
            let base_url = format!("{}{}", served.origin(), simulator::base_path(name));
            environment.extend(simulator::environment(name, &base_url, WEBHOOK_KEY, &trade));
            sides.insert(name, served);
        }
        copy_rules(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")), &folder.join("rules"));
        Self { folder, trade, sides, transport, environment }
    }

    pub(crate) fn start(&self) -> Service {
        Service::start(&self.folder, &self.environment)
    }

    pub(crate) fn start_on(&self, store: &str) -> Service {
        Service::on(store, &self.folder, &self.environment)
    }

    /// Webhooks go to the service from now on.
    pub(crate) async fn subscribe(&self, service: &Service) {
        for name in simulator::NAMES {
            self.control(name, Method::Put, "webhook", &json!({ "url": format!("{}/webhooks/{name}", service.url) }))
                .await;
        }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        url: String,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
    ) -> Response {
        let request = Request { method, url, headers, body, timeout: PATIENCE };
        self.transport.send(request).await.unwrap()
    }

    /// What people do in a system, or ask of it.
    pub(crate) async fn control(&self, system: &str, method: Method, act: &str, body: &Json) -> Json {
        let url = format!("{}/_control/{act}", self.sides[system].origin());
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let answer = self.send(method, url, Vec::new(), body).await;
        assert_eq!(answer.status, 200, "{act}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    /// Calls so far at both systems by method and path.
    pub(crate) async fn calls(&self) -> BTreeMap<String, u64> {
        let mut calls = BTreeMap::new();
        for name in simulator::NAMES {
            let requests = self.control(name, Method::Get, "requests", &Json::Null).await;
            for (route, count) in requests["counts"].as_object().unwrap() {
                *calls.entry(format!("{name} {route}")).or_default() += count.as_u64().unwrap();
            }
        }
        calls
    }

    pub(crate) async fn forget_calls(&self) {
        for name in simulator::NAMES {
            self.control(name, Method::Delete, "requests", &Json::Null).await;
        }
    }

    pub(crate) async fn get(&self, service: &Service, path: &str) -> Json {
        let answer = self.send(Method::Get, format!("{}{path}", service.url), Vec::new(), Vec::new()).await;
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Waits until nothing waits, nothing is worked on and nothing is on its way, three looks in a row.
    pub(crate) async fn quiet(&self, service: &Service) {
        let mut looks = 0;
        while looks < 3 {
            tokio::time::sleep(LOOK).await;
            let queue = &self.get(service, "/api/v1/status").await["queue"];
            let mut is_quiet = queue["pending"] == 0 && queue["in_flight"] == 0;
            for name in simulator::NAMES {
                is_quiet &= self.control(name, Method::Get, "quiet", &Json::Null).await["quiet"] == true;
            }
            looks = if is_quiet { looks + 1 } else { 0 };
        }
    }

    /// Everything is compared, past the brake.
    pub(crate) async fn sweep(&self, service: &Service) -> Json {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        let body = json!({ "confirm": true }).to_string().into_bytes();
        let answer = self.send(Method::Post, format!("{}/api/v1/sweep", service.url), headers, body).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::env::var_os("PETIOLE_BENCH_KEEP").is_some() {
            println!("kept: {}", self.folder.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The rules as they ship, but for the peers' limits, which would be all that is measured, and the brake.
fn copy_rules(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_rules(&path, &place);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let lines = text.lines().map(|line| match line.trim_start().split(' ').next() {
                Some("per_minute:") => "  per_minute: 1000000".to_owned(),
                Some("burst:") => "  burst: 100000".to_owned(),
                Some("creates:") => "    creates: 0".to_owned(),
                _ => line.to_owned(),
            });
            std::fs::write(place, lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
        }
    }
}
