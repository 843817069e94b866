//! What was never documented, and every spelling that was.

use super::*;

fn misfits(paths: &[&str], raw: &str) -> Vec<String> {
    let paths = paths.iter().map(|one| path(one)).collect();
    let validator = Validator::new(&shop(), &order(), &paths).unwrap();
    let shown = |misfit: Misfit| format!("{}: {}", misfit.path, misfit.message);
    validator.misfits(&serde_json::from_str(raw).unwrap()).into_iter().map(shown).collect()
}

#[test]
fn undocumented_values_are_named() {
    let raw = r#"{"status":"Frozen","ordered":"soon","rep":{"id":true},"total":{"amount":"much"},
        "lines":[{"item_id":"1","qty":"1"},{"item_id":[],"qty":"a few"}],"origin_facility":"F"}"#;
    assert_eq!(
        misfits(&["status", "ordered", "rep", "total", "lines", "facility"], raw),
        [
            "lines[1].item_id: [] was never documented here; expected -> item",
            "lines[1].qty: \"a few\" was never documented here; expected decimal",
            "ordered: \"soon\" was never documented here; expected timestamp",
            "origin_facility: \"F\" was never documented here; expected a record",
            "rep: {\"id\":true} was never documented here; expected -> rep",
            "status: \"Frozen\" was never documented here; expected enum [Open, Closed]",
            "total: {\"amount\":\"much\"} was never documented here; expected decimal",
        ]
    );
    assert_eq!(misfits(&["ref", "lines[0].sku"], raw), [] as [&str; 0], "only what rules read is looked at");
    assert_eq!(misfits(&["lines[].item"], raw).len(), 1);
}

#[test]
fn every_spelling_that_is_read_is_documented() {
    let all = ["id", "ref", "status", "ordered", "due", "facility", "rep", "total", "lines"];
    for raw in [
        r"{}",
        r#"{"id":null,"status":null,"ordered":null,"rep":null,"total":null,"lines":null,"origin_facility":null}"#,
        r#"{"ordered":"","due":"0001-01-01","rep":{"id":"0"},"total":"","lines":[]}"#,
        r#"{"ordered":"2020-06-10T16:14:49.494713-06:00","due":"2026-01-06T00:00:00Z","rep":5,"total":216,"new":[1]}"#,
        r#"{"rep":{"id":5,"email":"x"},"total":{"amount":"1,080.50","currency":"USD"},"origin_facility":{"id":"F"}}"#,
        r#"{"total":{"amount":216.25},"lines":[{"item_id":{"id":4},"qty":2.5,"price":"3"},{"item_id":4,"qty":1e3}]}"#,
    ] {
        assert_eq!(misfits(&all, raw), [] as [&str; 0], "{raw}");
    }
}
