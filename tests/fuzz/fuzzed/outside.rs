//! What stands in for the outside: the shipped rules in service, a clock that stands, a peer that says what it is told.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use petiole::language;
use petiole::language::plan::Plan;
use petiole::runtime::Live;
use petiole::world::{
    Clock, Request, Response, SeededRandom, SystemFiles, ThreadSpawner, Transport, TransportError, World,
};

/// How often a peer answers; then it is gone.
const ANSWERS_MAX: usize = 4;

/// What opens an account of this name: never the same for two.
pub fn secret(account: &str) -> String {
    format!("secret of {account}")
}

/// The shipped rules.
pub static PLAN: LazyLock<Arc<Plan>> = LazyLock::new(|| {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let rules = above.map(|folder| folder.join("rules")).find(|rules| rules.join("accounts.yaml").is_file());
    let rules: PathBuf = rules.expect("the rules stand beside the tests");
    Arc::new(language::compile(&SystemFiles, &[rules]).plan.expect("the shipped rules are sound"))
});

/// A clock that moves only where somebody sleeps.
pub struct StoodClock(Mutex<Timestamp>);

impl StoodClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-01-05T12:00:00Z".parse().unwrap())))
    }
}

#[async_trait]
impl Clock for StoodClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.saturating_add(duration).unwrap();
    }
}

/// A peer that answers everything alike, a few times.
pub struct Parrot {
    says: Response,
    asked: Mutex<Vec<Request>>,
}

impl Parrot {
    pub fn new(status: u16, body: &[u8]) -> Arc<Self> {
        let says = Response { status, headers: Vec::new(), body: body.to_vec() };
        Arc::new(Self { says, asked: Mutex::default() })
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Parrot {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(request);
        if asked.len() > ANSWERS_MAX {
            Err(TransportError::Unreachable("gone".to_owned()))
        } else {
            Ok(self.says.clone())
        }
    }
}

/// An outside in which this peer answers.
pub fn world(transport: Arc<dyn Transport>) -> World {
    let environment = |name: &str| {
        let account = name.split('_').next().unwrap_or_default().to_lowercase();
        Some(match name {
            _ if name.ends_with("URL") => "http://127.0.0.1:9".to_owned(),
            _ if name.ends_with("WEBHOOK_KEY") => secret(&account),
            _ => "1".to_owned(),
        })
    };
    World {
        clock: StoodClock::new(),
        random: Arc::new(SeededRandom::new(7)),
        transport,
        files: Arc::new(SystemFiles),
        environment: Arc::new(environment),
        spawner: Arc::new(ThreadSpawner),
        planted: None,
    }
}

/// The shipped rules in service with this peer behind every account.
pub fn live(transport: Arc<dyn Transport>) -> Live {
    let world = world(transport);
    Live::new(1, Arc::clone(&PLAN), &world, None).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

/// Does what waits for nothing.
pub fn done<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static ONE: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    }
    ONE.with(|one| one.block_on(work))
}
