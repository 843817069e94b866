//! What opens an account is on every call once, wherever its address came from.

use petiole::language::plan::Basic;

use super::*;

fn opened(answers: Vec<Result<Response, TransportError>>) -> Bench {
    let basic = Basic { user: template("{account.facility_id}"), password: template("{secrets.api_key}") };
    let auth =
        Auth { basic: Some(basic), query: vec![("key".to_owned(), template("{secrets.api_key}"))], ..Auth::default() };
    Bench::with(System { headers: Vec::new(), auth, ..shop() }, answers)
}

#[tokio::test]
async fn a_next_page_has_the_key_once_whether_the_peer_repeats_it_or_not() {
    let page = |next: &str, id: u32| format!("{{\"results\":[{{\"id\":\"{id}\"}}],\"next\":{next}}}");
    let bench = opened(vec![
        answer(200, &page("\"https://peer.example/api/orders/?page=2\"", 1)),
        answer(200, &page("\"https://peer.example/api/orders/?key=very-secret-key&page=3&key=other\"", 2)),
        answer(200, &page("\"https://elsewhere.example/steal?page=4\"", 3)),
        answer(200, &page("null", 4)),
    ]);
    let rows = bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(keys(&rows), ["1", "2", "3", "4"]);
    let base = "GET https://peer.example/api/orders/";
    assert_eq!(
        bench.lines(),
        [
            format!("{base}?limit=2&key={SECRET}"),
            format!("{base}?page=2&key={SECRET}"),
            format!("{base}?page=3&key={SECRET}"),
            format!("{base}?page=4&key={SECRET}"),
        ]
    );
    for request in bench.asked() {
        assert_eq!(request.header("authorization"), Some("Basic RjE6dmVyeS1zZWNyZXQta2V5"));
    }
}

#[tokio::test]
async fn a_refusal_that_repeats_the_address_is_told_without_the_key() {
    let said = format!("{{\"detail\":\"GET /orders/?key={SECRET} as RjE6dmVyeS1zZWNyZXQta2V5 is not allowed\"}}");
    let bench = opened(vec![answer(400, &said)]);
    let failure = bench.connector.rows(&bench.order(), Listing::All).await.unwrap_err().to_string();
    assert!(failure.contains("is not allowed"), "{failure}");
    assert!(!failure.contains(SECRET) && !failure.contains("dmVyeS1zZWNyZXQta2V5"), "{failure}");
}
