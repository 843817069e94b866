//! Refresh tokens over several processes, against a peer that takes each of them once.

use std::collections::BTreeSet;

use petiole::connector::token_keeper::{Chain, TokenKeeper};
use petiole::language::plan::{Grant, TokenRules};
use petiole::runtime::coordination::keeper::Keeper;
use petiole::runtime::coordination::seal::SealKey;
use petiole::store::memory::MemoryStore;
use petiole::store::{Store, Tokens as _};

use super::*;

const FIRST: &str = "refresh-by-people";

/// A peer that changes the refresh token with each use, and forgets the access tokens before.
#[derive(Default)]
struct Rotating {
    state: Mutex<Rotated>,
}

#[derive(Default)]
struct Rotated {
    number: u32,
    refused: u32,
    /// What is answered in the place of a token, once, after it was changed.
    instead: VecDeque<Result<Response, TransportError>>,
}

fn refresh_of(number: u32) -> String {
    if number == 0 { FIRST.to_owned() } else { format!("refresh-number-{number}") }
}

#[async_trait]
impl Transport for Rotating {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        let mut state = self.state.lock().unwrap();
        if !request.url.ends_with("/token") {
            let good = format!("Bearer access-number-{}", state.number);
            let is_good = request.header("Authorization") == Some(good.as_str());
            return if is_good { answer(200, r#"{"id":"7"}"#) } else { answer(401, "{}") };
        }
        let body = String::from_utf8(request.body).unwrap();
        if !body.contains(&format!("refresh_token={}", refresh_of(state.number))) {
            state.refused += 1;
            return answer(400, "{\"error\":\"invalid_grant\"}");
        }
        state.number += 1;
        let number = state.number;
        let granted = format!(
            "{{\"access_token\":\"access-number-{number}\",\"refresh_token\":\"{}\",\"expires_in\":3600}}",
            refresh_of(number)
        );
        state.instead.pop_front().unwrap_or_else(|| answer(200, &granted))
    }
}

/// A store that processes share, one of them after another or together.
struct World {
    peer: Arc<Rotating>,
    store: Arc<MemoryStore>,
    clock: Arc<StoodClock>,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(StoodClock(Mutex::new("2026-01-05T12:00:00Z".parse().unwrap()), Mutex::default()));
        let store = Arc::new(MemoryStore::new(Arc::clone(&clock) as _));
        Self { peer: Arc::default(), store, clock }
    }

    fn keeper(&self) -> Keeper {
        self.keeper_with("07")
    }

    fn keeper_with(&self, byte: &str) -> Keeper {
        let key = SealKey::parse(&byte.repeat(32)).unwrap();
        Keeper::new("shop", Arc::clone(&self.store) as Arc<dyn Store>, Arc::clone(&self.clock) as _, key)
    }

    fn process(&self) -> Arc<Connector> {
        let peer = self.unkept();
        peer.keep_tokens(Arc::new(self.keeper()));
        peer
    }

    fn unkept(&self) -> Arc<Connector> {
        let rules = TokenRules {
            url: template("/token"),
            grant: Grant::RefreshToken("first".to_owned()),
            client: "api_key".to_owned(),
            secret: "api_key".to_owned(),
            in_body: false,
            scope: None,
            body: Vec::new(),
            header: ("Authorization".to_owned(), template("Bearer {token}")),
            span: Span::default(),
        };
        let limits = Limits { per_minute: 6_000, burst: 100, at_once: 8, same_record: Duration::ZERO };
        let auth = Auth { token: Some(rules), ..Auth::default() };
        let system = Arc::new(System { headers: Vec::new(), auth, limits, ..shop() });
        let mut account = account();
        account.secrets.insert("first".to_owned(), FIRST.to_owned());
        account.variables.insert("first".to_owned(), "SHOP_REFRESH".to_owned());
        let (transport, clock) = (Arc::clone(&self.peer) as _, Arc::clone(&self.clock) as _);
        Arc::new(Connector::new(system, account, transport, clock, Arc::new(SeededRandom::new(7))))
    }

    fn seen(&self) -> (u32, u32) {
        let state = self.peer.state.lock().unwrap();
        (state.number, state.refused)
    }
}

async fn reads(peer: &Connector) -> Result<(), Failure> {
    peer.read(&order(), "7").await.map(|row| assert!(row.is_some()))
}

async fn all_read(peers: &[Arc<Connector>]) {
    let calls = (0..30).map(|number| {
        let peer = Arc::clone(&peers[number % peers.len()]);
        tokio::spawn(async move { reads(&peer).await })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
}

#[tokio::test]
async fn of_all_processes_one_asks_and_the_others_use_what_it_got() {
    let world = World::new();
    let peers = [world.process(), world.process(), world.process()];
    all_read(&peers).await;
    assert_eq!(world.seen(), (1, 0));
    // The token comes to its end for all of them at once.
    *world.clock.0.lock().unwrap() += jiff::SignedDuration::from_hours(1);
    all_read(&peers).await;
    assert_eq!(world.seen(), (2, 0));
    // One refreshes, and the peer forgets what the others hold.
    let kept = world.keeper();
    let chain = kept.begin(FIRST).await.unwrap();
    kept.keep(&Chain { access: None, ..chain }).await.unwrap();
    kept.end().await;
    let fresh = world.process();
    reads(&fresh).await.unwrap();
    assert_eq!(world.seen(), (3, 0));
    all_read(&peers).await;
    assert_eq!(world.seen(), (3, 0), "who is refused finds the newer one in the store");
}

#[tokio::test]
async fn what_is_kept_shows_no_token() {
    let world = World::new();
    reads(&world.process()).await.unwrap();
    let kept = world.store.kept_token("shop").await.unwrap().unwrap();
    let shown = format!("{kept:?}");
    let sealed = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &kept.sealed[2..]).unwrap();
    let texts = [shown, String::from_utf8_lossy(&sealed).into_owned()];
    for secret in [FIRST, "refresh-number-1", "access-number-1", SECRET] {
        assert!(texts.iter().all(|text| !text.contains(secret)), "{secret}: {texts:?}");
    }
    assert_eq!((kept.number, kept.asked), (2, None), "once before it was sent, once with the answer");
}

#[tokio::test]
async fn an_answer_that_was_lost_is_told_as_that_and_what_to_do() {
    for lost in [
        Err(TransportError::Interrupted("reset".to_owned())),
        Err(TransportError::BrokenOff("early".to_owned())),
        answer(200, "<html>Thank you</html>"),
    ] {
        let world = World::new();
        world.peer.state.lock().unwrap().instead.push_back(lost);
        let failure = reads(&world.process()).await.unwrap_err();
        assert!(failure.is_transient(), "{failure}");
        // The process ended; the next one has only what was kept.
        let failure = reads(&world.process()).await.unwrap_err();
        assert!(matches!(failure, Failure::Unauthorised { status: 400, .. }), "{failure:?}");
        let text = failure.to_string();
        for words in
            ["was sent at 2026-01-05T12:00:00Z", "was never kept", "authorise the application anew", "SHOP_REFRESH"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains(FIRST), "{text}");
        assert_eq!(world.seen(), (1, 1));
        // Nobody else is told otherwise.
        let again = reads(&world.process()).await.unwrap_err().to_string();
        assert!(again.contains("was never kept"), "{again}");
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_before_the_peer_did_anything_costs_nothing() {
    let world = World::new();
    let broken = Arc::new(Script { answers: Mutex::new(vec![answer(503, "")].into()), ..Script::default() });
    let kept = world.keeper();
    // Somebody was about to ask, and ended.
    let chain = kept.begin(FIRST).await.unwrap();
    kept.keep(&Chain { asked: Some("2026-01-05T11:00:00Z".parse().unwrap()), ..chain }).await.unwrap();
    kept.end().await;
    drop(broken);
    reads(&world.process()).await.unwrap();
    assert_eq!(world.seen(), (1, 0));
    assert_eq!(world.store.kept_token("shop").await.unwrap().unwrap().asked, None);
}

#[tokio::test]
async fn a_token_that_is_no_good_from_the_beginning_is_told_as_that() {
    let world = World::new();
    world.peer.state.lock().unwrap().number = 5;
    let peer = world.process();
    let text = reads(&peer).await.unwrap_err().to_string();
    assert!(text.contains("the refresh token is not taken any more: authorise the application anew"), "{text}");
    assert!(text.contains("set SHOP_REFRESH"), "{text}");
    reads(&peer).await.unwrap_err();
    assert_eq!(world.seen(), (5, 1), "it is not asked again for a minute");
    assert_eq!(world.store.kept_token("shop").await.unwrap().unwrap().asked, None, "it answered");
}

#[tokio::test]
async fn nothing_is_asked_where_nothing_can_be_kept() {
    let world = World::new();
    let failure = reads(&world.unkept()).await.unwrap_err();
    assert!(failure.to_string().contains("its tokens are kept in the store"), "{failure}");
    // Another process has the turn.
    let other = world.keeper();
    other.begin(FIRST).await.unwrap();
    let failure = reads(&world.process()).await.unwrap_err();
    assert!(failure.to_string().contains("another process asks for it"), "{failure}");
    assert!(failure.is_transient() && world.seen() == (0, 0), "{failure}");
    other.end().await;
    reads(&world.process()).await.unwrap();
}

#[tokio::test]
async fn who_kept_something_else_meanwhile_is_not_written_over() {
    let world = World::new();
    let (one, other) = (world.keeper(), world.keeper());
    let chain = one.begin(FIRST).await.unwrap();
    *world.clock.0.lock().unwrap() += jiff::SignedDuration::from_mins(5);
    let later = other.begin(FIRST).await.unwrap();
    other.keep(&Chain { refresh: "refresh-of-the-other".to_owned(), ..later }).await.unwrap();
    let told = one.keep(&Chain { refresh: "refresh-of-the-one".to_owned(), ..chain }).await.unwrap_err();
    assert!(told.contains("another process has changed"), "{told}");
    other.end().await;
    let now = world.keeper().begin(FIRST).await.unwrap();
    assert_eq!(now.refresh, "refresh-of-the-other");
}

#[tokio::test]
async fn another_key_is_told_and_a_token_that_is_authorised_anew_begins_again() {
    let world = World::new();
    reads(&world.process()).await.unwrap();
    let other = world.keeper_with("08");
    let Err(failure) = other.begin(FIRST).await else { panic!("it was sealed with another key") };
    other.end().await;
    let told = failure.to_string();
    assert!(told.contains("sealed with another key. Set PETIOLE_TOKEN_KEY as it was, or authorise"), "{told}");
    let anew = other.begin("refresh-of-a-second-day").await.unwrap();
    assert!(anew == Chain { refresh: "refresh-of-a-second-day".to_owned(), ..Chain::default() });
    other.keep(&Chain { refresh: "the-next".to_owned(), ..anew }).await.unwrap();
    other.end().await;
    let now = world.keeper_with("08").begin("refresh-of-a-second-day").await.unwrap();
    assert_eq!(now.refresh, "the-next");
}

#[test]
fn a_seal_is_bound_to_its_key_and_to_what_it_is_about() {
    let key = SealKey::parse(&"07".repeat(32)).unwrap();
    let sealed = key.seal("about", "text").unwrap();
    assert_eq!(key.open("about", &sealed).as_deref(), Some("text"));
    assert_eq!(key.open("something else", &sealed), None);
    assert_eq!(SealKey::parse(&"08".repeat(32)).unwrap().open("about", &sealed), None);
    for at in 2..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(key.open("about", std::str::from_utf8(&changed).unwrap()), None, "{at}");
    }
    for broken in ["", "1.", "2.AAAA", "1.AAAA", "no base64"] {
        assert_eq!(key.open("about", broken), None, "{broken}");
    }
    let texts: BTreeSet<String> = (0..100).filter_map(|number| key.seal("about", &number.to_string())).collect();
    assert_eq!(texts.len(), 100);
    for bad in ["", "07", "zz", &"07".repeat(31), &"07".repeat(33)] {
        assert!(SealKey::parse(bad).is_none(), "{bad}");
    }
}
