//! Peers whose lists come in pages of every style, read by the real connector.

use super::*;

/// A system with one kind of record whose lists come so.
fn paged(paging: &str, list: &str) -> Arc<System> {
    let text = format!(
        "system: depot\nhttp:\n  auth: X-Key = {{secrets.token}}\npaging:\n{paging}records:\n  crate:\n    fields:\n      \
         id: integer, read only\n      label: text\n    calls:\n      list: {list}\n      create: POST /crates\n"
    );
    let folder = Folder::new();
    let path = folder.0.join("depot.yaml");
    std::fs::write(&path, text).unwrap();
    system(path)
}

/// How many calls it takes to read this many rows.
async fn calls_for(system: &Arc<System>, rows: i64) -> usize {
    let bench = Bench::new(Arc::clone(system));
    for id in 1..=rows {
        bench.put("crate", json!({ "id": id, "label": "x" }));
    }
    let found = bench.connector.rows(&bench.record("crate"), Listing::All).await.unwrap();
    let ids: Vec<i64> = found.iter().filter_map(|row| row.value.field("id").to_key()?.parse().ok()).collect();
    assert_eq!(ids, (1..=rows).collect::<Vec<_>>());
    bench.kinds().len()
}

#[tokio::test]
async fn every_style_reads_every_row() {
    let get = "GET /crates";
    let post = "{ request: POST /crates/search, body: [kind = open] }";
    let size = "  size: limit = 10\n";
    // With the calls for no row, seven, ten, eleven and twenty rows.
    let cases = [
        ("  style: next_url\n  rows: rows\n  next: next\n", get, [1, 1, 1, 2, 3]),
        // Where a row of the page before is asked for again, two full pages make three.
        ("  style: offset\n  rows: rows\n  more: more\n  offset: skip\n", get, [1, 1, 1, 2, 3]),
        ("  style: offset\n  rows: rows\n  count: all\n  offset: skip\n", get, [1, 1, 1, 2, 2]),
        ("  style: page\n  page: page\n  pages: header X-Pages\n  count: header X-All\n", get, [1, 1, 1, 2, 2]),
        ("  style: page\n  rows: rows\n  page: no\n  first: 0\n  pages: pages\n  count: all\n", get, [1, 1, 1, 2, 2]),
        // Without a count pages by number are read twice once there are several.
        ("  style: page\n  page: page\n  until: short page\n", get, [1, 1, 4, 4, 6]),
        ("  style: page\n  page: page\n  until: short page\n  beyond: 400\n", get, [1, 1, 2, 4, 6]),
        ("  style: link\n", get, [1, 1, 3, 2, 3]),
        ("  style: cursor\n  rows: rows\n  cursor: after\n  next: mark\n", get, [1, 1, 3, 2, 2]),
        ("  style: cursor\n  cursor: after\n  next: header X-Mark\n", get, [1, 1, 3, 2, 2]),
        ("  style: cursor\n  rows: rows\n  cursor: page.after\n  next: mark\n", post, [1, 1, 3, 2, 2]),
        (
            "  style: cursor\n  rows: rows\n  cursor: after\n  next: id of the last row\n  more: more\n",
            get,
            [1, 1, 1, 2, 2],
        ),
        ("  style: cursor\n  cursor: after\n  next: id of the last row\n  until: short page\n", get, [1, 1, 2, 2, 3]),
        ("  style: page\n  page: page\n  rows: found.crates\n  empty: left out\n  count: all\n", get, [1, 1, 1, 2, 2]),
        ("  style: next_url\n  rows: shelves[].crates\n  empty: left out\n  next: next\n", get, [1, 1, 1, 2, 3]),
    ];
    for (paging, list, calls) in cases {
        let system = paged(&format!("{paging}{size}"), list);
        let mut found = Vec::new();
        for rows in [0, 7, 10, 11, 20] {
            found.push(calls_for(&system, rows).await);
        }
        assert_eq!(found, calls, "{paging}");
    }
}

#[tokio::test]
async fn a_call_and_a_record_have_pages_of_their_own() {
    let text = "system: depot\nhttp:\n  auth: X-Key = {secrets.token}\npaging:\n  style: whole\nrecords:\n  crate:\n    \
        paging: { style: page, page: page, size: rows = 2, until: short page }\n    fields:\n      id: integer, read only\n      \
        label: text\n    calls:\n      list: GET /crates\n      find by label:\n        request: GET /crates/named?label={label}\n        \
        paging: { style: cursor, cursor: after, next: id of the last row, size: few = 3, until: short page }\n  tag:\n    \
        fields:\n      id: integer, read only\n    calls:\n      list: GET /tags\n";
    let folder = Folder::new();
    let path = folder.0.join("depot.yaml");
    std::fs::write(&path, text).unwrap();
    let bench = Bench::new(system(path));
    for id in 1..=4 {
        bench.put("crate", json!({ "id": id, "label": "x" }));
        bench.put("tag", json!({ "id": id }));
    }
    let count = |rows: Vec<petiole::connector::Row>| rows.len();
    let crates = bench.record("crate");
    let named = Listing::Find { field: "label".to_owned(), value: Value::text("x") };
    assert_eq!(count(bench.connector.rows(&crates, Listing::All).await.unwrap()), 4);
    assert_eq!(count(bench.connector.rows(&crates, named).await.unwrap()), 4);
    assert_eq!(count(bench.connector.rows(&bench.record("tag"), Listing::All).await.unwrap()), 4);
    let kinds = bench.kinds();
    let listed = |kind| kinds.iter().filter(|one| **one == kind).count();
    // Three pages twice and one that comes whole; three rows and one.
    assert_eq!((listed(CallKind::List), listed(CallKind::Find)), (7, 2));
}
