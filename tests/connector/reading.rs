//! Reads and lists: requests as they go out, records as they come in.

use super::*;

#[tokio::test]
async fn a_record_is_read_by_place_shape_and_kind() {
    let body = r#"{"id":"00042","ref":"r-1","status":"Open","ordered":"2026-02-10T09:15:03.776119-07:00","due":"",
        "origin_facility":{"id":"F9","name":"North"},"rep":{"id":"5","email":"a@b"},"total":{"amount":216,"currency":"USD"},
        "lines":[{"item_id":{"id":"4102","name":"Jar"},"sku":"S","qty":"24.0000","lot":null,"price":{"amount":"1.50"}},
                 {"item_id":"4103","qty":2,"price":3}],"unknown":{"kept":"raw"}}"#;
    let bench = Bench::new(vec![answer(200, body)]);
    let row = bench.connector.read(&bench.order(), "00042").await.unwrap().unwrap();
    assert_eq!(bench.lines(), ["GET https://peer.example/api/orders/00042/?include=lines,rep"]);
    assert_eq!(bench.asked()[0].header("authorization"), Some("App very-secret-key"));
    assert_eq!(
        row.value.to_string(),
        "{due: null, facility: \"F9\", id: \"00042\", lines: [\
         {item: \"4102\", lot: null, price: 1.50, qty: 24.0000, sku: \"S\"}, \
         {item: \"4103\", lot: null, price: 3, qty: 2, sku: null}], \
         ordered: 2026-02-10T16:15:03.776119Z, ref: \"r-1\", rep: 5, status: \"Open\", total: 216}"
    );
    assert_eq!(row.raw()["unknown"]["kept"], "raw");
    assert_eq!(row.key(&bench.order()).as_deref(), Some("00042"));
    assert!(row.is_whole);
}

#[tokio::test]
async fn spellings_of_nothing_read_as_null() {
    let body = r#"{"id":"1","status":null,"ordered":"0001-01-01T00:00:00Z","due":"0001-01-01","rep":{"id":"0"},
        "origin_facility":{"id":""},"total":{"amount":""},"lines":null}"#;
    let bench = Bench::new(vec![answer(200, body)]);
    let row = bench.connector.read(&bench.order(), "1").await.unwrap().unwrap();
    assert_eq!(row.value, Value::Record(fields(r#"{"id":"1"}"#)));
    assert!(!row.is_whole, "ref did not come");
}

#[tokio::test]
async fn a_value_that_does_not_fit_stays_as_it_came() {
    let body = r#"{"id":"1","ordered":"soon","total":"much","lines":"none"}"#;
    let bench = Bench::new(vec![answer(200, body)]);
    let row = bench.connector.read(&bench.order(), "1").await.unwrap().unwrap();
    assert_eq!(row.value, Value::Record(fields(body)));
}

#[tokio::test]
async fn envelopes_are_opened_and_gone_is_none() {
    let bench = Bench::with(
        wrapped(),
        vec![
            answer(200, r#"{"message":"Success","data":{"id":"7"}}"#),
            answer(200, r#"{"data":[{"id":"8"}]}"#),
            answer(200, r#"{"data":[]}"#),
            answer(204, ""),
            answer(404, r#"{"message":"no"}"#),
            answer(200, "<html>down</html>"),
            answer(200, r#"{"message":"Success","status":200}"#),
            answer(200, r#"{"data":{"id":"8"}}"#),
        ],
    );
    let order = bench.order();
    for expected in [Some("7"), Some("8"), None, None, None] {
        let row = bench.connector.read(&order, expected.unwrap_or("x")).await.unwrap();
        assert_eq!(row.as_ref().and_then(|row| row.value.field("id").as_text()), expected);
    }
    let not_json = bench.connector.read(&order, "x").await.unwrap_err();
    assert!(not_json.is_transient() && not_json.to_string().contains("the answer is not JSON"), "{not_json}");
    let no_key = bench.connector.read(&order, "x").await.unwrap_err();
    assert_eq!(no_key.to_string(), "failed for now: the answer is no order: it has no id");
    let another = bench.connector.read(&order, "7").await.unwrap_err();
    assert_eq!(another.to_string(), "failed for now: the answer is another order: 8 where 7 was asked for");
}

#[tokio::test]
async fn only_the_apis_own_answer_says_gone() {
    let html = "<html><body>404 Not Found</body></html>";
    for foreign in [
        answer_with(404, ("Content-Type", "text/html"), html),
        answer_with(404, ("Content-Type", "text/html"), r#"{"message":"no"}"#),
        answer(404, html),
        answer(404, r#"{"fault":"no route"}"#),
        answer(404, ""),
    ] {
        let bench = Bench::new(vec![foreign.clone(), foreign]);
        let order = bench.order();
        let read = bench.connector.read(&order, "1").await.unwrap_err();
        assert!(read.is_transient() && read.to_string().contains("not an answer of the API's own"), "{read}");
        let change = bench.connector.update(&order, "1", &Record::new(), &Value::Null).await.unwrap_err();
        assert!(change.is_transient(), "{change}");
    }
    let own = answer_with(404, ("Content-Type", "application/problem+json; charset=utf-8"), NOT_THERE);
    let bench = Bench::new(vec![own]);
    assert_eq!(bench.connector.read(&bench.order(), "1").await.unwrap(), None);
}

#[tokio::test]
async fn next_urls_are_followed_but_never_to_another_host() {
    let bench = Bench::new(vec![
        answer(
            200,
            r#"{"next":"https://peer.example/api/orders/?limit=2&offset=2","results":[{"id":"1"},{"id":"2"}]}"#,
        ),
        answer(200, r#"{"next":"http://evil.example/steal/?limit=2&offset=4","results":[{"id":"3"}]}"#),
        answer(200, r#"{"next":null,"results":[{"id":"4"}]}"#),
    ]);
    let since = "2026-01-06T15:04:05.1239Z".parse().unwrap();
    let rows = bench.connector.rows(&bench.order(), Listing::ChangedSince(since)).await.unwrap();
    assert_eq!(keys(&rows), ["1", "2", "3", "4"]);
    assert_eq!(
        bench.lines(),
        [
            "GET https://peer.example/api/orders/?since=2026-01-06T15%3A04%3A05.123Z&limit=2",
            "GET https://peer.example/api/orders/?limit=2&offset=2",
            "GET https://peer.example/api/orders/?limit=2&offset=4",
        ]
    );
    assert_eq!(bench.connector.calls(), BTreeMap::from([("GET", 3)]));
}

#[tokio::test]
async fn offsets_count_rows_that_came() {
    let bench = Bench::with(
        wrapped(),
        vec![
            answer(200, r#"{"meta":{"next":"https://x/?offset=9"},"data":[{"id":"1"},{"id":"2"}]}"#),
            answer(200, r#"{"meta":{"next":"y"},"data":[{"id":"3"}]}"#),
            answer(200, r#"{"meta":{"next":""},"data":[{"id":"4"}]}"#),
        ],
    );
    let find = Listing::Find { field: "ref".to_owned(), value: Value::text("a/b c") };
    let rows = bench.connector.rows(&bench.order(), find).await.unwrap();
    assert_eq!(keys(&rows), ["1", "2", "3", "4"]);
    assert_eq!(
        bench.lines(),
        [
            "GET https://peer.example/api/orders/?ref=a%2Fb%20c&limit=2",
            "GET https://peer.example/api/orders/?ref=a%2Fb%20c&limit=2&offset=2",
            "GET https://peer.example/api/orders/?ref=a%2Fb%20c&limit=2&offset=3",
        ]
    );
}

#[tokio::test]
async fn a_short_bare_array_is_one_page_and_a_page_twice_is_an_error() {
    let page = r#"{"next":"https://peer.example/api/orders/?page=2","results":[{"id":"1"}]}"#;
    let bench = Bench::new(vec![answer(200, r#"[{"id":"1"}]"#), answer(200, page), answer(200, page)]);
    let rows = bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(keys(&rows), ["1"]);
    let again = bench.connector.rows(&bench.order(), Listing::All).await.unwrap_err();
    assert!(
        again
            .to_string()
            .contains("page 2 of GET /api/orders/?page=2, after 1 rows: the peer sends the same page again"),
        "{again}"
    );
}

#[tokio::test]
async fn a_full_page_that_says_nothing_of_a_next_one_is_an_error() {
    for page in [r#"[{"id":"1"},{"id":"2"}]"#, r#"{"results":[{"id":"1"},{"id":"2"}],"links":{"next":"x"}}"#] {
        let bench = Bench::new(vec![answer(200, page)]);
        let cut = bench.connector.rows(&bench.order(), Listing::All).await.unwrap_err().to_string();
        assert!(cut.contains("a full page of 2 rows says nothing of a next page at `next`"), "{cut}");
    }
    let odd = answer(200, r#"{"results":[{"id":"1"}],"next":{"href":"x"}}"#);
    let bench = Bench::new(vec![odd]);
    let odd = bench.connector.rows(&bench.order(), Listing::All).await.unwrap_err().to_string();
    assert!(odd.contains("`next` holds no URL of a next page"), "{odd}");
    // A peer that says so where there is more may leave it out where there is none.
    let bench = Bench::new(vec![
        answer(200, r#"{"next":"/api/orders/?p=2","results":[{"id":"1"},{"id":"2"}]}"#),
        answer(200, r#"{"results":[{"id":"3"},{"id":"4"}]}"#),
    ]);
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["1", "2", "3", "4"]);
}

#[tokio::test]
async fn a_full_page_without_a_mark_is_asked_on_from() {
    let pages = [r#"[{"id":"1"},{"id":"2"}]"#, r#"[{"id":"3"},{"id":"4"}]"#, "[]"];
    let bench = Bench::with(wrapped(), pages.map(|page| answer(200, page)).into());
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["1", "2", "3", "4"]);
    // One that does not know the offset sends the same again.
    let bench = Bench::with(wrapped(), vec![answer(200, pages[0]), answer(200, pages[0])]);
    let same = bench.connector.rows(&bench.order(), Listing::All).await.unwrap_err();
    assert!(same.to_string().contains("the same page again"), "{same}");
}

#[tokio::test]
async fn a_list_that_comes_whole_is_asked_for_once() {
    let system = System { paging: whole(), ..shop() };
    let bench = Bench::with(system, vec![answer(200, r#"[{"id":"1"},{"id":"2"},{"id":"3"}]"#)]);
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["1", "2", "3"]);
    assert_eq!(bench.lines(), ["GET https://peer.example/api/orders/"]);
}

#[tokio::test]
async fn the_clock_of_a_peer_is_read_from_its_answers() {
    let date = ("Date", "Mon, 05 Jan 2026 14:00:00 GMT");
    let bench = Bench::new(vec![answer_with(200, date, r#"{"results":[],"next":null}"#)]);
    assert_eq!(bench.connector.peer_now(), bench.clock.now());
    bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(bench.connector.peer_now(), "2026-01-05T14:00:00Z".parse::<Timestamp>().unwrap());
}

#[tokio::test]
async fn a_failed_page_is_asked_again() {
    let bench = Bench::new(vec![
        answer(200, r#"{"next":"https://peer.example/api/orders/?p=2","results":[{"id":"1"}]}"#),
        answer(502, ""),
        answer(200, r#"{"next":null,"results":[{"id":"2"}]}"#),
    ]);
    let order = bench.order();
    let mut pager = bench.connector.pages(&order, &Listing::All).unwrap();
    assert_eq!(keys(&bench.connector.next_page(&order, &mut pager).await.unwrap().unwrap()), ["1"]);
    assert!(bench.connector.next_page(&order, &mut pager).await.unwrap_err().is_transient());
    assert_eq!(keys(&bench.connector.next_page(&order, &mut pager).await.unwrap().unwrap()), ["2"]);
    assert!(bench.connector.next_page(&order, &mut pager).await.unwrap().is_none());
}

#[tokio::test]
async fn a_value_that_no_parser_takes_takes_no_other_row_with_it() {
    let mut body = br#"{"next":null,"results":[{"id":"1","ref":"a"},{"id":"2","ref":"x\ud83d"},{"id":"3","total":NaN},
        {"id":"4","ref":"\ud83d\ude00 NaN \" {"},{"id":"5","ref":""#
        .to_vec();
    body.extend(b"\xff\"}]}");
    let answer = Ok(Response { status: 200, headers: Vec::new(), body });
    let bench = Bench::new(vec![answer]);
    let rows = bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(keys(&rows), ["1", "2", "3", "4", "5"]);
    let places: Vec<Option<String>> = rows.iter().map(|row| row.unreadable.as_ref().map(Path::to_string)).collect();
    let at = |place: &str| Some(place.to_owned());
    assert_eq!(places, [None, at("ref"), at("total"), None, at("ref")]);
    assert_eq!(rows[3].value.field("ref"), &Value::text("😀 NaN \" {"));
    assert_eq!(rows[1].value.field("ref"), &Value::Null);
}

#[tokio::test]
async fn a_list_that_moved_between_two_pages_is_read_again() {
    let page = |ids: [&str; 2], next: &str| {
        let rows = ids.map(|id| format!(r#"{{"id":"{id}"}}"#)).join(",");
        answer(200, &format!(r#"{{"count":4,"next":{next},"results":[{rows}]}}"#))
    };
    let next = r#""/api/orders/?offset=2""#;
    // 1 moved to the end once it was read, so 3 is on neither page.
    let moved = [page(["1", "2"], next), page(["4", "1"], "null")];
    let again = [page(["2", "3"], next), page(["4", "1"], "null")];
    let bench = Bench::new(moved.into_iter().chain(again).collect());
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["2", "3", "4", "1"]);
    // A count that a second look cannot explain is of something else.
    let short = || [page(["1", "2"], next), page(["3", "1"], "null")];
    let bench = Bench::new(short().into_iter().chain(short()).collect());
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["1", "2", "3", "1"]);
}

#[tokio::test]
async fn a_row_that_left_its_place_is_noticed_by_every_sign() {
    let page = |count: usize, ids: [&str; 2], next: &str| {
        let rows = ids.map(|id| format!(r#"{{"id":"{id}"}}"#)).join(",");
        answer(200, &format!(r#"{{"count":{count},"next":{next},"results":[{rows}]}}"#))
    };
    let next = r#""/api/orders/?offset=2""#;
    // 1 was deleted once it was read: 3 is on neither page, and as many came as there are.
    let deleted = [page(5, ["1", "2"], next), page(4, ["4", "5"], "null")];
    let again = [page(4, ["2", "3"], next), page(4, ["4", "5"], "null")];
    let bench = Bench::new(deleted.into_iter().chain(again).collect());
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["2", "3", "4", "5"]);
    // It moves each time that it is read, each time elsewhere; what the looks brought together is everything.
    let walks = [[["1", "2"], ["4", "1"]], [["2", "3"], ["1", "2"]], [["3", "4"], ["2", "3"]]];
    let pages = walks.into_iter().flat_map(|[first, second]| [page(4, first, next), page(4, second, "null")]);
    let bench = Bench::new(pages.collect());
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["1", "2", "4", "3"]);
    // It never comes to rest, and rows are missing: that is no list.
    let walks =
        [[["1", "2"], ["4", "1"]], [["2", "4"], ["1", "2"]], [["4", "1"], ["2", "4"]], [["1", "2"], ["4", "1"]]];
    let pages = walks.into_iter().flat_map(|[first, second]| [page(4, first, next), page(4, second, "null")]);
    let bench = Bench::new(pages.collect());
    let moved = bench.connector.rows(&bench.order(), Listing::All).await.unwrap_err();
    assert!(moved.is_transient() && moved.to_string().contains("rows may be missing"), "{moved}");
}

#[tokio::test]
async fn a_row_that_came_while_another_left_leaves_the_count_and_is_noticed() {
    let mut system = shop();
    let order = RecordType { created: Some("ordered".to_owned()), ..order() };
    system.records.insert("order".to_owned(), Arc::new(order));
    let page = |ids: [(&str, &str); 2], next: &str| {
        let rows = ids.map(|(id, at)| format!(r#"{{"id":"{id}","ordered":"2026-01-05T{at}Z"}}"#)).join(",");
        answer(200, &format!(r#"{{"count":4,"next":{next},"results":[{rows}]}}"#))
    };
    let (old, new, next) = ("10:00:00", "12:00:01", r#""/api/orders/?offset=2""#);
    let pages = [
        page([("1", old), ("2", old)], next),
        page([("4", old), ("5", new)], "null"),
        page([("2", old), ("3", old)], next),
        page([("4", old), ("5", new)], "null"),
        page([("2", old), ("3", old)], next),
        page([("4", old), ("5", new)], "null"),
    ];
    let bench = Bench::with(system, pages.into());
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["2", "3", "4", "5"]);
}

#[tokio::test]
async fn a_broken_row_is_cut_out_with_smaller_pages() {
    let row = |id: &str, next: &str| answer(200, &format!(r#"{{"next":{next},"results":[{{"id":"{id}"}}]}}"#));
    let broken = r#"{"next":"/api/orders/?limit=1&offset=2","results":[{"rep":{"id":"9"},"id":"2","ref":{"a":1]}"#;
    let bench = Bench::new(vec![
        answer(200, broken),
        row("1", r#""/api/orders/?limit=1&offset=1""#),
        answer(200, broken),
        answer(200, broken),
        row("3", r#""/api/orders/?limit=1&offset=3""#),
        answer(200, r#"{"next":null,"results":[{"id":"4"},{"id":"5"}]}"#),
    ]);
    let order = bench.order();
    let rows = bench.connector.rows(&order, Listing::All).await.unwrap();
    assert_eq!(keys(&rows), ["1", "2", "3", "4", "5"]);
    assert_eq!(rows.iter().map(|row| row.unreadable.is_some()).collect::<Vec<_>>(), [false, true, false, false, false]);
    let why = rows[1].broken.as_deref().unwrap();
    assert!(
        why.starts_with("page 2 of GET /api/orders/?limit=1&offset=1, after 1 rows: the answer is not JSON"),
        "{why}"
    );
    let asked = ["limit=2", "limit=1", "limit=2&offset=1", "limit=1&offset=1", "limit=1&offset=2", "limit=2&offset=3"];
    assert_eq!(bench.lines(), asked.map(|query| format!("GET https://peer.example/api/orders/?{query}")));
    assert_eq!(bench.connector.breaker(), BreakerState::Closed);
}

#[tokio::test]
async fn a_page_over_the_limit_is_asked_for_in_smaller_ones_and_else_named() {
    let large = || Err(TransportError::TooLarge(10));
    let one = |id: &str| answer(200, &format!(r#"{{"meta":{{"next":"x"}},"data":[{{"id":"{id}"}}]}}"#));
    let bench = Bench::with(
        wrapped(),
        vec![large(), one("1"), large(), large(), answer(200, r#"{"meta":{"next":""},"data":[{"id":"3"}]}"#)],
    );
    let order = bench.order();
    let rows = bench.connector.rows(&order, Listing::All).await.unwrap();
    assert_eq!(keys(&rows), ["1", "3"]);
    assert!(rows[1].broken.as_deref().unwrap().contains("offset=1, after 1 rows: the answer is larger than 10 bytes"));
    // Where lists come whole nothing smaller can be asked for; what broke off may be whole next time.
    let unpaged = System { paging: whole(), ..shop() };
    let cut = || Err(TransportError::BrokenOff("closed".to_owned()));
    for (system, answers) in [(unpaged, vec![large()]), (shop(), vec![cut(), cut()])] {
        let bench = Bench::with(system, answers);
        let named = bench.connector.rows(&order, Listing::All).await.unwrap_err();
        assert!(named.is_transient() && named.to_string().contains("page 1 of GET /api/orders/"), "{named}");
    }
    // An opaque mark tells no place that smaller pages could begin at.
    let marked = r#"{"next":"/api/orders/?cursor=cD0y&limit=2","results":[{"id":"1"},{"id":"2"}]}"#;
    let bench = Bench::new(vec![answer(200, marked), large()]);
    let named = bench.connector.rows(&order, Listing::All).await.unwrap_err();
    assert!(named.to_string().contains("page 2 of GET /api/orders/?cursor=cD0y&limit=2, after 2 rows"), "{named}");
}

#[tokio::test]
async fn a_record_of_broken_structure_is_there_and_cannot_be_read() {
    let bench = Bench::new(vec![answer(200, r#"{"id":"7","ref":{"a":1"#), Err(TransportError::TooLarge(10))]);
    for _ in 0..2 {
        let row = bench.connector.read(&bench.order(), "7").await.unwrap().unwrap();
        assert_eq!(row.key(&bench.order()).as_deref(), Some("7"));
        assert!(row.unreadable.is_some() && row.broken.unwrap().starts_with("GET /orders/{id}/: "));
    }
}

#[tokio::test]
async fn a_broken_row_is_cut_out_where_pages_have_numbers() {
    let rows = |ids: &[&str], next: &str| {
        let rows: Vec<String> = ids.iter().map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
        answer(200, &format!(r#"{{"next":{next},"results":[{}]}}"#, rows.join(",")))
    };
    let broken = || answer(200, r#"{"results":[{"id":"4","ref":{"a":1]}"#);
    let bench = Bench::new(vec![
        rows(&["1", "2"], r#""/api/orders/?limit=2&page=2""#),
        broken(),
        // A page of two begins where the third page of one does.
        rows(&["3"], r#""/api/orders/?limit=1&page=4""#),
        broken(),
        rows(&["5"], r#""/api/orders/?limit=1&page=6""#),
        // And the seventh row, larger again, is on the fourth page of two.
        rows(&["6"], r#""/api/orders/?limit=1&page=7""#),
        rows(&["7", "8"], "null"),
    ]);
    let found = bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(keys(&found), ["1", "2", "3", "4", "5", "6", "7", "8"]);
    let cut_out: Vec<&str> =
        found.iter().filter(|row| row.broken.is_some()).map(|row| row.value.field("id").as_text().unwrap()).collect();
    assert_eq!(cut_out, ["4"]);
    let asked = [
        "limit=2",
        "limit=2&page=2",
        "limit=1&page=3",
        "limit=1&page=4",
        "limit=1&page=5",
        "limit=1&page=6",
        "limit=2&page=4",
    ];
    assert_eq!(bench.lines(), asked.map(|query| format!("GET https://peer.example/api/orders/?{query}")));
    // An opaque mark tells no place: the page is named.
    let bench = Bench::new(vec![rows(&["1", "2"], r#""/api/orders/?cursor=cD0y""#), broken()]);
    let named = bench.connector.rows(&bench.order(), Listing::All).await.unwrap_err().to_string();
    assert!(named.contains("page 2 of GET /api/orders/?cursor=cD0y, after 2 rows"), "{named}");
}

#[tokio::test]
async fn a_row_that_is_deleted_between_two_pages_is_noticed_without_a_count() {
    let page = |ids: std::ops::RangeInclusive<u32>, without: u32, next: &str| {
        let ids = ids.filter(|id| *id != without);
        let rows: Vec<String> = ids.map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
        answer(200, &format!(r#"{{"meta":{{"next":"{next}"}},"data":[{}]}}"#, rows.join(",")))
    };
    let system = || System { paging: Arc::new(by_offset(10)), ..wrapped() };
    let all = |without: u32| (1..=12).filter(|id| *id != without).map(|id: u32| id.to_string()).collect::<Vec<_>>();
    // Nothing moves: each page begins with the last row before it, and no call is made for that.
    let bench = Bench::with(system(), vec![page(1..=10, 0, "x"), page(10..=12, 0, "")]);
    let rows = bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(keys(&rows), all(0));
    let asked = ["limit=10", "limit=10&offset=9"];
    assert_eq!(bench.lines(), asked.map(|query| format!("GET https://peer.example/api/orders/?{query}")));
    // 3 is deleted once it was read, and 11 would be on neither page.
    let bench = Bench::with(
        system(),
        vec![page(1..=10, 0, "x"), page(11..=12, 0, ""), page(1..=11, 3, "x"), page(11..=12, 0, "")],
    );
    let rows = bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(keys(&rows), all(3));
    // All that was to come is gone.
    let bench = Bench::with(system(), vec![page(1..=10, 0, "x"), page(0..=0, 0, ""), page(1..=4, 0, "")]);
    let rows = bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(keys(&rows), ["1", "2", "3", "4"]);
}
