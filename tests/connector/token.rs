//! Tokens against peers that answer as no peer should: how often they are asked for, what is told, what is sent.

use petiole::language::plan::{Grant, TokenRules};

use super::*;

const ISSUED: &str = "issued-token-1";

fn rules() -> TokenRules {
    TokenRules {
        url: template("/connect/token"),
        grant: Grant::ClientCredentials,
        client: "api_key".to_owned(),
        secret: "api_key".to_owned(),
        in_body: false,
        scope: Some("a b".to_owned()),
        body: vec![("audience".to_owned(), template("{account.facility_id}&x"))],
        header: ("Authorization".to_owned(), template("Bearer {token}")),
        span: Span::default(),
    }
}

fn with_rules(rules: TokenRules, limits: Limits, answers: Vec<Result<Response, TransportError>>) -> Bench {
    let auth = Auth { token: Some(rules), ..Auth::default() };
    Bench::with(System { headers: Vec::new(), auth, limits, ..shop() }, answers)
}

fn bench(answers: Vec<Result<Response, TransportError>>) -> Bench {
    with_rules(rules(), shop().limits, answers)
}

fn granted(token: &str, more: &str) -> Result<Response, TransportError> {
    answer(200, &format!("{{\"access_token\":\"{token}\",\"token_type\":\"bearer\"{more}}}"))
}

fn one() -> Result<Response, TransportError> {
    answer(200, r#"{"id":"7"}"#)
}

impl Bench {
    async fn reads(&self) -> Result<String, Failure> {
        let row = self.connector.read(&self.order(), "7").await?;
        Ok(row.map(|row| row.value.field("id").to_key().unwrap_or_default()).unwrap_or_default())
    }

    fn passes(&self, seconds: i64) {
        let mut now = self.clock.0.lock().unwrap();
        *now = now.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap();
    }

    /// How often a token was asked for.
    fn tokens(&self) -> usize {
        self.lines().iter().filter(|line| line.starts_with("POST") && line.ends_with("/connect/token")).count()
    }
}

#[tokio::test]
async fn a_token_is_asked_for_as_the_file_says_and_used_until_shortly_before_its_end() {
    let bench = bench(vec![granted(ISSUED, ",\"expires_in\":600"), one(), one(), granted("second", ""), one(), one()]);
    assert_eq!(bench.reads().await.unwrap(), "7");
    let asked = &bench.asked()[0];
    assert_eq!(asked.url, "https://peer.example/api/connect/token");
    let said = "grant_type=client_credentials&scope=a%20b&audience=F1%26x";
    assert_eq!(String::from_utf8_lossy(&asked.body), said);
    assert_eq!(asked.header("Content-Type"), Some("application/x-www-form-urlencoded"));
    // What is no letter is escaped before it is parted by a colon.
    assert_eq!(asked.header("Authorization"), Some("Basic dmVyeS1zZWNyZXQta2V5OnZlcnktc2VjcmV0LWtleQ=="));
    assert_eq!(bench.asked()[1].header("Authorization"), Some("Bearer issued-token-1"));
    bench.passes(530);
    bench.reads().await.unwrap();
    assert_eq!(bench.tokens(), 1, "a minute before its end it is good");
    bench.passes(20);
    bench.reads().await.unwrap();
    assert_eq!(bench.asked().last().unwrap().header("Authorization"), Some("Bearer second"));
    bench.passes(1_000_000);
    bench.reads().await.unwrap();
    assert_eq!(bench.tokens(), 2, "one without an end is used until it is refused");
}

#[tokio::test]
async fn the_client_stands_in_the_body_where_the_file_says_so_and_the_token_where_it_says() {
    let header = ("X-Access-Token".to_owned(), template("{token}"));
    let rules = TokenRules { in_body: true, scope: None, body: Vec::new(), header, ..rules() };
    let bench = with_rules(rules, shop().limits, vec![granted(ISSUED, ""), one()]);
    bench.reads().await.unwrap();
    let asked = bench.asked();
    let said = "grant_type=client_credentials&client_id=very-secret-key&client_secret=very-secret-key";
    assert_eq!(String::from_utf8_lossy(&asked[0].body), said);
    assert_eq!(asked[0].header("Authorization"), None);
    assert_eq!((asked[1].header("X-Access-Token"), asked[1].header("Authorization")), (Some(ISSUED), None));
}

#[tokio::test]
async fn an_answer_that_is_no_token_is_told_as_what_it_is_and_nothing_is_called() {
    let long = format!("{{\"access_token\":\"{}\"}}", "x".repeat(9_000));
    let html = ("Content-Type", "text/html");
    for (given, told) in [
        (answer(200, "<html>Sign in</html>"), "a web page where a token should be"),
        (answer_with(200, html, "Sign in"), "a web page where a token should be"),
        (answer(200, ""), "empty where a token should be"),
        (answer(204, ""), "empty where a token should be"),
        (answer(200, "null"), "no JSON object where a token should be"),
        (answer(200, "[\"very-secret-token\"]"), "no JSON object where a token should be"),
        (answer(200, "very-secret-token"), "no JSON object where a token should be"),
        (answer(200, "{\"token\":\"very-secret-token\"}"), "has no `access_token`"),
        (answer(200, "{\"access_token\":null}"), "has no `access_token`"),
        (answer(200, "{\"access_token\":17}"), "has no `access_token`"),
        (answer(200, "{\"access_token\":\" \"}"), "has no `access_token`"),
        (answer(200, "{\"access_token\":\"a b\"}"), "cannot be sent in a header"),
        (answer(200, "{\"access_token\":\"a\\r\\nX-Evil: 1\"}"), "cannot be sent in a header"),
        (answer(200, &long), "cannot be sent in a header"),
        (answer(200, "{\"access_token\":\"a\",\"token_type\":\"mac\"}"), "type `mac`"),
        (
            answer(200, "{\"access_token\":\"a\",\"expires_in\":\"soon\"}"),
            "`expires_in` is no number of seconds: \"soon\"",
        ),
        (answer(200, "{\"access_token\":\"a\",\"expires_in\":-5}"), "`expires_in` is no number of seconds: -5"),
        (answer(200, "{\"access_token\":\"a\",\"expires_in\":{}}"), "`expires_in` is no number of seconds: {}"),
        (answer(503, "gone fishing"), "no token was granted: no reason given"),
        (answer_with(302, ("Location", "https://elsewhere.example"), ""), "sends us elsewhere; correct `token`"),
        (answer(200, "{\"error\":\"invalid_client\",\"error_description\":\"who?\"}"), "granted: invalid_client: who?"),
        (answer(400, "{\"error\":\"invalid_client\"}"), "no token was granted: invalid_client"),
        (answer(401, "very-secret-token"), "no token was granted: no reason given"),
    ] {
        let shown = format!("{given:?}");
        let bench = bench(vec![given]);
        let failure = bench.reads().await.unwrap_err();
        let text = failure.to_string();
        assert!(text.contains("POST https://peer.example/api/connect/token: "), "{shown}: {text}");
        assert!(text.contains(told), "{shown}: {text}");
        assert!(!text.contains("very-secret"), "{shown}: {text}");
        assert!(!failure.maybe_done(), "{shown}");
        assert_eq!(bench.asked().len(), 1, "{shown}: nothing is called without a token");
    }
}

#[tokio::test]
async fn how_long_a_token_lasts_may_be_said_as_a_text_or_be_more_than_anybody_can_count() {
    for (said, used) in [("\"600\"", 530), ("600.9", 530), ("99999999999999999999999", 2_000_000), ("10", 8)] {
        let more = format!(",\"expires_in\":{said}");
        let bench = bench(vec![granted(ISSUED, &more), one(), one(), granted("second", &more), one()]);
        bench.reads().await.unwrap();
        bench.passes(used);
        bench.reads().await.unwrap();
        assert_eq!(bench.tokens(), 1, "{said}");
        bench.passes(1_000_000);
        bench.reads().await.unwrap();
        assert_eq!(bench.tokens(), 2, "{said}: a token is used for a month at most");
    }
}

#[tokio::test]
async fn a_refused_token_is_asked_for_once_more_and_the_call_is_made_once_more() {
    let refused = || answer(401, "{\"detail\":\"token issued-token-1 expired\"}");
    let bench = bench(vec![granted(ISSUED, ""), refused(), granted("second", ""), one(), one()]);
    assert_eq!(bench.reads().await.unwrap(), "7");
    assert_eq!(bench.asked()[3].header("Authorization"), Some("Bearer second"));
    bench.reads().await.unwrap();
    assert_eq!(bench.tokens(), 2);
}

#[tokio::test]
async fn a_peer_that_refuses_every_token_is_asked_twice_and_no_more() {
    let refused = || answer(401, "{\"detail\":\"token issued-token-1 is no good\"}");
    let bench = bench(vec![granted(ISSUED, ""), refused(), granted("issued-token-2", ""), refused()]);
    let failure = bench.reads().await.unwrap_err();
    assert!(matches!(failure, Failure::Unauthorised { status: 401, .. }), "{failure:?}");
    assert!(failure.to_string().contains("token *** is no good"), "{failure}");
    assert_eq!((bench.tokens(), bench.asked().len()), (2, 4));
}

#[tokio::test]
async fn a_peer_that_gives_no_token_is_not_asked_again_for_a_minute() {
    let bench = bench(vec![answer(400, "{\"error\":\"invalid_client\"}"), granted(ISSUED, ""), one()]);
    let first = bench.reads().await.unwrap_err();
    bench.passes(50);
    assert_eq!(bench.reads().await.unwrap_err(), first);
    assert_eq!(bench.asked().len(), 1);
    bench.passes(20);
    assert_eq!(bench.reads().await.unwrap(), "7");
}

#[tokio::test]
async fn a_write_whose_token_cannot_be_asked_for_was_not_made() {
    for broken in [
        TransportError::Unreachable("refused".to_owned()),
        TransportError::Interrupted("reset".to_owned()),
        TransportError::BrokenOff("early".to_owned()),
        TransportError::TooLarge(7),
    ] {
        let bench = bench(vec![Err(broken.clone())]);
        let failure = bench.connector.create(&bench.order(), &fields(r#"{"ref":"A"}"#)).await.unwrap_err();
        assert!(failure.is_transient() && !failure.maybe_done(), "{broken:?}: {failure:?}");
        assert_eq!(bench.asked().len(), 1, "{broken:?}");
    }
}

#[tokio::test]
async fn asking_counts_among_the_calls_and_heeds_what_the_peer_allows() {
    let limits = Limits { per_minute: 60, burst: 1, at_once: 1, same_record: Duration::ZERO };
    let bench = with_rules(rules(), limits, vec![granted(ISSUED, ""), one()]);
    let begin = bench.clock.steady();
    bench.reads().await.unwrap();
    assert_eq!(bench.clock.steady().duration_since(begin).as_secs(), 1, "the call waited for its turn behind it");
    let bench = with_rules(rules(), limits, vec![answer_with(429, ("Retry-After", "3600"), "")]);
    let failure = bench.reads().await.unwrap_err();
    assert_eq!(failure.retry_after(), Some(Duration::from_hours(1)), "{failure:?}");
    let failure = bench.reads().await.unwrap_err();
    assert!(failure.to_string().contains("the peer asked for a pause"), "{failure}");
    assert_eq!(bench.asked().len(), 1);
}

#[tokio::test]
async fn other_rules_or_another_secret_ask_for_another_token() {
    let bench = bench(vec![granted(ISSUED, ""), one(), one(), granted("second", ""), one()]);
    bench.reads().await.unwrap();
    let same = bench.connector.renewed(Arc::clone(&bench.system), account());
    same.read(&bench.order(), "7").await.unwrap();
    assert_eq!(bench.tokens(), 1);
    let mut other = account();
    other.secrets.insert("api_key".to_owned(), "another-key".to_owned());
    let renewed = bench.connector.renewed(Arc::clone(&bench.system), other);
    renewed.read(&bench.order(), "7").await.unwrap();
    assert_eq!(bench.tokens(), 2);
    assert_eq!(renewed.redact("issued-token-1 second another-key"), "*** *** ***");
}

#[tokio::test]
async fn no_secret_is_sent_where_anybody_could_read_it() {
    let rules = TokenRules { url: template("{account.login}/token"), ..rules() };
    for (login, shown) in [
        ("http://login.example", "http://login.example/token"),
        ("http://localhost.example", "http://localhost.example/token"),
        ("http://127.0.0.1@login.example", "http://login.example/token"),
        ("ftp://login.example", "ftp://login.example/token"),
    ] {
        let bench = with_rules(rules.clone(), shop().limits, Vec::new());
        let mut other = account();
        other.properties.insert("login".to_owned(), login.to_owned());
        let failure = bench.connector.renewed(Arc::clone(&bench.system), other);
        let failure = failure.read(&bench.order(), "7").await.unwrap_err().to_string();
        assert!(failure.contains(shown) && failure.contains("https://"), "{login}: {failure}");
        assert!(bench.asked().is_empty(), "{login}");
    }
}

/// Answers only after others had their turn.
struct Slow(Arc<Script>);

#[async_trait]
impl Transport for Slow {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        self.0.send(request).await
    }
}

#[tokio::test]
async fn calls_that_need_a_token_together_ask_for_one() {
    let answers: Vec<_> = std::iter::once(granted(ISSUED, "")).chain((0..20).map(|_| one())).collect();
    let script = Arc::new(Script { answers: Mutex::new(answers.into()), ..Script::default() });
    let limits = Limits { per_minute: 6_000, burst: 100, at_once: 8, same_record: Duration::ZERO };
    let auth = Auth { token: Some(rules()), ..Auth::default() };
    let system = Arc::new(System { headers: Vec::new(), auth, limits, ..shop() });
    let clock = Arc::new(StoodClock(Mutex::new("2026-01-05T12:00:00Z".parse().unwrap()), Mutex::default()));
    let slow = Arc::new(Slow(Arc::clone(&script)));
    let peer = Arc::new(Connector::new(system, account(), slow, clock, Arc::new(SeededRandom::new(7))));
    let calls = (0..20).map(|_| {
        let peer = Arc::clone(&peer);
        tokio::spawn(async move { peer.read(&order(), "7").await.map(|row| row.is_some()) })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), Ok(true));
    }
    let asked = script.asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|request| request.method == Method::Post).count(), 1);
    assert!(asked.iter().skip(1).all(|one| one.header("Authorization") == Some("Bearer issued-token-1")));
}
