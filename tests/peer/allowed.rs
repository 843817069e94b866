//! Peers that say how many calls they take, and where what was made is.

use super::*;

const GATE: &str = "
system: gate
http:
  auth: X-Key = {secrets.token}
limits:
  per_second: 1
  burst: 3
  used: X-Made
records:
  box:
    fields:
      id: integer, read only
      label: text
    calls:
      read: GET /boxes/{id}
      create:
        request: POST /v1/boxes
        location: /v1/boxes/{id}
";

fn gate(text: &str) -> Arc<System> {
    let folder = Folder::new();
    let path = folder.0.join("gate.yaml");
    std::fs::write(&path, text).unwrap();
    system(path)
}

#[tokio::test]
async fn the_key_of_what_was_made_is_read_from_its_place() {
    let bench = Bench::new(gate(GATE));
    let kind = bench.record("box");
    let made = bench.connector.create(&kind, &fields_of(json!({ "label": "x" }))).await.unwrap().unwrap();
    assert_eq!((made.key(&kind).as_deref(), made.is_whole, made.broken), (Some("1"), false, None));
}

#[test]
fn a_full_bucket_takes_no_more() {
    let mut peer = Peer::new(gate(GATE));
    let mut asked = |at: &str| {
        let headers = vec![("X-Key".to_owned(), "open".to_owned())];
        let (url, timeout) = ("/boxes/1".to_owned(), Duration::from_secs(1));
        let request = Request { method: Method::Get, url, headers, body: Vec::new(), timeout };
        let answer = peer.handle(at.parse().unwrap(), &request).response;
        (answer.status, answer.header("X-Made").unwrap().to_owned())
    };
    let first = "2026-01-05T12:00:00Z";
    let found: Vec<(u16, String)> = (0..4).map(|_| asked(first)).collect();
    let wanted =
        [(404, "1/3"), (404, "2/3"), (404, "3/3"), (429, "3/3")].map(|(status, made)| (status, made.to_owned()));
    assert_eq!(found, wanted);
    assert_eq!(asked("2026-01-05T12:00:01Z"), (404, "3/3".to_owned()));
    assert_eq!(asked("2026-01-05T12:00:09Z"), (404, "1/3".to_owned()));
}

#[test]
fn calls_in_a_second_and_in_a_minute_are_both_kept() {
    let limits = |said: &str| gate(&GATE.replace("  per_second: 1\n  burst: 3\n", said)).limits;
    for (said, per_minute, burst) in [
        ("", 300, 5),
        ("  per_second: 2\n", 120, 1),
        ("  per_second: 10\n  per_minute: 500\n", 500, 1),
        ("  per_second: 10\n  per_minute: 60\n", 60, 5),
        ("  per_second: 2\n  per_minute: 500\n", 120, 1),
        ("  per_second: 2\n  burst: 40\n", 120, 40),
    ] {
        let found = limits(said);
        assert_eq!((found.per_minute, found.burst), (per_minute, burst), "{said:?}");
    }
}
