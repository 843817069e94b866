//! How lists end, by every way in which systems say it, and what is never taken for an end.

use super::*;
use petiole::language::plan::Constant;

/// A shop whose lists come so, as bare arrays unless `rows` says where.
fn paged(style: PageStyle, (rows, size): (&str, u32), count: Option<&str>) -> System {
    let rows = Path::parse(rows).unwrap_or_default();
    let count = count.map(|text| Place::parse(text).unwrap());
    System {
        paging: Arc::new(Paging { rows, may_lack_rows: false, size: Some(("size".to_owned(), size)), count, style }),
        ..shop()
    }
}

fn by_number(pages: Option<&str>, short: bool, beyond: Option<u16>) -> PageStyle {
    let pages = pages.map(|text| Place::parse(text).unwrap());
    PageStyle::Page { page: "page".to_owned(), first: 1, more: None, pages, short, beyond }
}

fn by_mark(next: Mark, more: Option<&str>) -> PageStyle {
    let more = more.map(path);
    PageStyle::Cursor { cursor: "after".to_owned(), next, more, short: false }
}

/// The rows of these numbers as an array; there is no row 0.
fn rows(ids: std::ops::RangeInclusive<u32>) -> String {
    let rows: Vec<String> = ids.filter(|id| *id > 0).map(|id| format!(r#"{{"id":"{id}"}}"#)).collect();
    format!("[{}]", rows.join(","))
}

fn bare(ids: std::ops::RangeInclusive<u32>) -> Result<Response, TransportError> {
    answer(200, &rows(ids))
}

async fn listed(
    system: System,
    answers: Vec<Result<Response, TransportError>>,
) -> Result<(usize, Vec<String>), String> {
    let bench = Bench::with(system, answers);
    let found = bench.connector.rows(&bench.order(), Listing::All).await.map_err(|found| found.to_string())?;
    let query = |line: &String| line.split_once('?').map_or("", |(_, query)| query).to_owned();
    Ok((found.len(), bench.lines().iter().map(query).collect()))
}

#[tokio::test]
async fn a_short_page_ends_a_list_only_where_it_can_be_no_cap() {
    let system = || paged(by_number(None, true, None), ("", 100), Some("header X-None"));
    // The count is there so that one look is enough: without any two looks are taken, which is tried below.
    let counted =
        |ids: std::ops::RangeInclusive<u32>, all: u32| answer_with(200, ("X-None", &all.to_string()), &rows(ids));
    assert_eq!(listed(system(), vec![counted(1..=7, 7)]).await.unwrap(), (7, vec!["size=100&page=1".to_owned()]));
    let short = || paged(by_number(None, true, None), ("", 100), None);
    assert_eq!(listed(short(), vec![bare(1..=7)]).await.unwrap().0, 7);
    // Thirty rows where a hundred were asked for may be all that the system ever gives in a page.
    let answers = || vec![bare(1..=30), bare(31..=60), bare(61..=64)];
    let (found, asked) = listed(short(), [answers(), answers()].concat()).await.unwrap();
    assert_eq!((found, asked.len()), (64, 6), "{asked:?}");
    assert_eq!(asked[1], "size=100&page=2");
    // Thirty that are all are asked on from once, and the empty page says so.
    let end = || vec![bare(1..=30), answer(200, "[]")];
    assert_eq!(listed(short(), [end(), end()].concat()).await.unwrap().0, 30);
    // A system that does not know the parameter gives the same page for ever.
    let same = listed(short(), vec![bare(1..=30), bare(1..=30)]).await.unwrap_err();
    assert!(same.contains("the same page again"), "{same}");
}

#[tokio::test]
async fn a_refused_page_is_the_end_only_where_something_else_says_so() {
    let system = |beyond| paged(by_number(None, true, beyond), ("", 2), None);
    let refused = |status| answer(status, r#"{"detail":"no such page"}"#);
    let full = || bare(1..=2);
    // Full, and then refused: a system may as well refuse to go on so deep.
    for status in [400, 404] {
        let found = listed(system(None), vec![full(), refused(status)]).await.unwrap_err();
        assert!(found.contains(&format!("say `beyond: {status}` under `paging`")), "{found}");
        let twice = vec![full(), refused(status), full(), refused(status)];
        assert_eq!(listed(system(Some(status)), twice).await.unwrap().0, 2, "{status}");
        assert!(listed(system(Some(status)), vec![refused(status)]).await.is_err(), "the first page is never behind");
    }
    let other = listed(system(Some(400)), vec![full(), refused(404)]).await.unwrap_err();
    assert!(other.contains("say `beyond: 404`"), "{other}");
    // A short page of a round number, and then refused: both say the same.
    let system = paged(by_number(None, true, None), ("", 100), None);
    let twice = || vec![bare(1..=20), refused(400)];
    assert_eq!(listed(system, [twice(), twice()].concat()).await.unwrap().0, 20);
}

#[tokio::test]
async fn a_header_or_a_count_says_how_far_pages_go() {
    let both = |ids, pages: u32, all: u32| {
        let headers = [("x-wp-totalpages", pages), ("X-WP-Total", all)];
        let headers = headers.map(|(name, number)| (name.to_owned(), number.to_string())).to_vec();
        Ok(Response { status: 200, headers, body: rows(ids).into_bytes() })
    };
    let system = |count| paged(by_number(Some("header X-WP-TotalPages"), false, None), ("", 2), count);
    let total = Some("header X-WP-Total");
    let pages = || vec![both(1..=2, 2, 4), both(3..=4, 2, 4)];
    assert_eq!(listed(system(total), pages()).await.unwrap().1, ["size=2&page=1", "size=2&page=2"]);
    // Rows that moved show in the number of all rows, and where none is said only a second look tells.
    let moved = vec![both(1..=2, 2, 4), both(4..=4, 2, 3), both(2..=3, 2, 3), both(4..=4, 2, 3)];
    assert_eq!(listed(system(total), moved).await.unwrap().1.len(), 4);
    assert_eq!(listed(system(None), [pages(), pages()].concat()).await.unwrap().1.len(), 4);
    // Without the header nobody knows, be the page full or not.
    for ids in [1..=2, 1..=1] {
        let found = listed(system(total), vec![bare(ids)]).await.unwrap_err();
        assert!(found.contains("does not say in the header `X-WP-TotalPages`"), "{found}");
    }
    assert_eq!(listed(system(total), vec![answer(200, "[]")]).await.unwrap().0, 0);
    // Rows that are promised and do not come are looked for again, and then missed.
    let short = || [both(1..=2, 2, 4), both(0..=0, 2, 4)];
    let system = paged(by_number(None, false, None), ("", 2), total);
    let found = listed(system, [short(), short(), short(), short()].concat()).await;
    assert_eq!(found.unwrap().0, 2, "a count that two looks cannot explain is of something else");
}

#[tokio::test]
async fn links_lead_on_and_a_full_page_without_one_is_looked_at_again() {
    let system = || paged(PageStyle::Link, ("", 3), None);
    let link = |text: &str, ids| answer_with(200, ("Link", text), &rows(ids));
    let next = r#"<https://peer.example/api/orders/?page_info=abc&size=3>; rel="next""#;
    let prev = r#"<https://peer.example/api/orders/?page_info=xyz>; rel="previous""#;
    let (found, asked) = listed(system(), vec![link(next, 1..=3), link(prev, 4..=6)]).await.unwrap();
    assert_eq!((found, asked), (6, vec!["size=3".to_owned(), "page_info=abc&size=3".to_owned()]));
    // Three rows of three, and no link at all: with one less to a page there must be one.
    let less = r#"</api/orders/?page_info=def&size=2>; rel="next""#;
    let (found, asked) = listed(system(), vec![bare(1..=3), link(less, 1..=2), link(prev, 3..=3)]).await.unwrap();
    assert_eq!((found, asked[1].as_str()), (3, "size=2"));
    let cut = listed(system(), vec![bare(1..=3), bare(1..=2)]).await.unwrap_err();
    assert!(cut.contains("a full page of 2 rows says nothing of a next page in a `Link` header"), "{cut}");
    // Another host gets nothing.
    let bench = Bench::with(system(), vec![link(r#"<https://evil.example/x?page=2>; rel="next""#, 1..=3), bare(4..=4)]);
    bench.connector.rows(&bench.order(), Listing::All).await.unwrap();
    assert_eq!(bench.lines()[1], "GET https://peer.example/api/orders/?page=2");
    // A page of HTML is no list.
    let html = answer_with(200, ("Content-Type", "text/html"), "<html>maintenance</html>");
    let found = listed(system(), vec![html]).await.unwrap_err();
    assert!(found.contains("is not JSON"), "{found}");
}

#[tokio::test]
async fn a_mark_is_handed_back_and_never_twice() {
    let said = || Mark::Said(Place::parse("cursor").unwrap());
    let page = |mark: &str, ids| answer(200, &format!(r#"{{"data":{},"cursor":{mark}}}"#, rows(ids)));
    let system = || paged(by_mark(said(), None), ("data", 3), None);
    let answers = vec![page(r#""a/b=""#, 1..=3), page("null", 4..=6)];
    let (found, asked) = listed(system(), answers).await.unwrap();
    assert_eq!((found, asked[1].as_str()), (6, "size=3&after=a%2Fb%3D"));
    // The last page of such systems has no mark; a full first page without one is asked for with a row less.
    let none = |ids| answer(200, &format!(r#"{{"data":{}}}"#, rows(ids)));
    let answers = vec![none(1..=3), page(r#""c""#, 1..=2), none(3..=3)];
    assert_eq!(listed(system(), answers).await.unwrap().0, 3);
    let cut = listed(system(), vec![none(1..=3), none(1..=2)]).await.unwrap_err();
    assert!(cut.contains("says nothing of a next page at `cursor`"), "{cut}");
    // Pages without a row lead on; the same mark again does not.
    let answers = vec![page(r#""a""#, 1..=2), page(r#""b""#, 0..=0), page(r#""c""#, 0..=0), page("null", 3..=3)];
    assert_eq!(listed(system(), answers).await.unwrap().0, 3);
    let same = listed(system(), vec![page(r#""a""#, 1..=3), page(r#""a""#, 4..=6)]).await.unwrap_err();
    assert!(same.contains("the same mark of a next page again"), "{same}");
    let empty = (0..101).map(|at| page(&format!(r#""m{at}""#), 0..=0)).collect();
    let endless = listed(system(), empty).await.unwrap_err();
    assert!(endless.contains("100 pages without a row"), "{endless}");
    // More without a mark is no end either.
    let system = paged(by_mark(said(), Some("more")), ("data", 3), None);
    let more = answer(200, r#"{"data":[{"id":"1"}],"more":true}"#);
    let found = listed(system, vec![more]).await.unwrap_err();
    assert!(found.contains("there is more, and no mark of it at `cursor`"), "{found}");
}

#[tokio::test]
async fn the_last_row_is_a_mark_too() {
    let system = || paged(by_mark(Mark::OfLastRow(path("id")), Some("has_more")), ("data", 2), None);
    let page = |more: bool, ids| answer(200, &format!(r#"{{"data":{},"has_more":{more}}}"#, rows(ids)));
    let (found, asked) = listed(system(), vec![page(true, 1..=2), page(false, 3..=4)]).await.unwrap();
    assert_eq!((found, asked[1].as_str()), (4, "size=2&after=2"));
    let nameless = answer(200, r#"{"data":[{"ref":"x"}],"has_more":true}"#);
    let found = listed(system(), vec![nameless]).await.unwrap_err();
    assert!(found.contains("the last row has no `id`"), "{found}");
}

#[tokio::test]
async fn a_list_that_is_asked_for_by_post_has_its_parameters_in_the_body() {
    let mut system = paged(by_mark(Mark::Said(Place::parse("cursor").unwrap()), None), ("data", 2), None);
    let mut order = order();
    let list = Call {
        body: vec![(path("query.kind"), Constant::Text(template("open")))],
        ..call(Method::Post, "/orders/search", &[])
    };
    order.list = Some(list);
    system.records.insert("order".to_owned(), Arc::new(order));
    let answers =
        vec![answer(200, r#"{"data":[{"id":"1"},{"id":"2"}],"cursor":"7"}"#), answer(200, r#"{"data":[{"id":"3"}]}"#)];
    let bench = Bench::with(system, answers);
    assert_eq!(keys(&bench.connector.rows(&bench.order(), Listing::All).await.unwrap()), ["1", "2", "3"]);
    assert_eq!(bench.lines(), ["POST https://peer.example/api/orders/search"; 2]);
    assert_eq!(bench.sent(0), serde_json::json!({"query": {"kind": "open"}, "size": 2}));
    assert_eq!(bench.sent(1), serde_json::json!({"query": {"kind": "open"}, "size": 2, "after": "7"}));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_cut_out_of_numbered_pages() {
    let system = paged(by_number(Some("pages"), false, None), ("data", 2), Some("count"));
    let page = |ids, pages: u32| answer(200, &format!(r#"{{"data":{},"pages":{pages},"count":5}}"#, rows(ids)));
    let broken = || answer(200, r#"{"data":[{"id":"4","ref":{"a":1]}"#);
    let answers = vec![page(1..=2, 3), broken(), page(3..=3, 5), broken(), page(5..=5, 5)];
    let (found, asked) = listed(system, answers).await.unwrap();
    assert_eq!(found, 5);
    assert_eq!(asked, ["size=2&page=1", "size=2&page=2", "size=1&page=3", "size=1&page=4", "size=1&page=5"]);
}

/// The keys of the rows at a place of an answer, or why there are none.
async fn at_place(rows: &str, may_lack: bool, body: &str) -> Result<Vec<String>, String> {
    let mut system = paged(PageStyle::Whole, (rows, 100), None);
    system.paging = Arc::new(Paging { may_lack_rows: may_lack, size: None, ..Paging::clone(&system.paging) });
    let bench = Bench::with(system, vec![answer(200, body)]);
    let found = bench.connector.rows(&bench.order(), Listing::All).await.map_err(|found| found.to_string())?;
    Ok(keys(&found).into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn rows_stand_where_it_is_said_and_nowhere_else() {
    let shops = r#"{"shops":[{"id":"A","orders":[{"id":"1"},{"id":"2"}]},{"id":"B","orders":[]},{"id":"C"},
        {"id":"D","orders":[{"id":"3"}]}]}"#;
    assert_eq!(at_place("shops[].orders", false, shops).await.unwrap(), ["1", "2", "3"]);
    assert_eq!(at_place("shops[3].orders", false, shops).await.unwrap(), ["3"]);
    assert_eq!(at_place("shops", false, shops).await.unwrap(), ["A", "B", "C", "D"]);
    assert_eq!(at_place("[0].orders", false, r#"[{"orders":[{"id":"7"}]}]"#).await.unwrap(), ["7"]);
    // A list that is bare after all is read, and one on the way to the rows is none.
    assert_eq!(at_place("orders", false, r#"[{"id":"1"}]"#).await.unwrap(), ["1"]);
    for (place, body) in [
        ("shops.orders", shops),
        ("shops[].sales", shops),
        ("shops[9].orders", shops),
        ("shops[].orders", r#"{"shops":{"orders":[]}}"#),
        ("shops[].orders", "{}"),
    ] {
        let why = at_place(place, false, body).await.unwrap_err();
        assert!(why.contains(&format!("it has no rows at {place}")), "{place} of {body}: {why}");
    }
    assert_eq!(at_place("shops[].orders", false, r#"{"shops":[]}"#).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn rows_are_left_out_only_where_the_system_file_says_so_and_nothing_else_stands_there() {
    for body in [r#"{"found":{}}"#, r#"{"found":{"max":0},"time":1}"#, "{}"] {
        assert_eq!(at_place("found.orders", true, body).await.unwrap(), [""; 0], "{body}");
        assert!(at_place("found.orders", false, body).await.is_err(), "{body}");
    }
    for body in [r#"{"found":{"orders":"none"}}"#, r#"{"found":"none"}"#, r#"{"found":[1]}"#, "3"] {
        assert!(at_place("found.orders", true, body).await.is_err(), "{body}");
    }
}
