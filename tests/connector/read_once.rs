//! Records are read in one walk over their text: whatever stands there, each value is found where it may stand, and
//! what is read without a doubt is what the schema takes.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

/// Everything that peers were ever seen to write where a value belongs, and worse.
fn value() -> impl Strategy<Value = Json> {
    let texts = ["", " ", "0", " 0 ", "5", "07", "1,080.50", "1e3", "much", "Open", "open", "2026-01-05T12:00:00Z"];
    let more = ["0001-01-01T00:00:00Z", "2026-01-05", "soon", "\u{e9}\"\\\n", "9".repeat(40).leak()];
    let numbers = ["0", "1", "-7", "2.50", "1.0", "1e3", "123456789012345678901234567890", "0.1", "1e400", "1E-7"];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        proptest::sample::select([&texts[..], &more[..]].concat()).prop_map(Json::from),
        proptest::sample::select(numbers.to_vec()).prop_map(|text| serde_json::from_str(text).unwrap()),
    ];
    let names = ["id", "amount", "currency", "qty", "item_id", "sku", "price", "lot", "else"];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Json::Array),
            proptest::collection::btree_map(proptest::sample::select(names.to_vec()), inner, 0..4).prop_map(|fields| {
                Json::Object(fields.into_iter().map(|(name, one)| (name.to_owned(), one)).collect())
            }),
        ]
    })
}

fn row() -> impl Strategy<Value = Json> {
    let names = ["id", "ref", "status", "ordered", "due", "origin_facility", "rep", "total", "lines", "new"];
    proptest::collection::btree_map(proptest::sample::select(names.to_vec()), value(), 0..10)
        .prop_map(|fields| Json::Object(fields.into_iter().map(|(name, one)| (name.to_owned(), one)).collect()))
}

/// The order, with more to read than calls need: places to fall back on, fields that are promised, a list of values.
fn much() -> RecordType {
    let mut kind = order();
    for field in &mut kind.fields {
        match field.path.to_string().as_str() {
            "ref" => field.read_also = vec![path("else"), path("rep.id")],
            "due" | "lines[].sku" => field.presence = Presence::Shown,
            "total" => field.presence = Presence::Filled,
            _ => {}
        }
    }
    kind.fields.push(field("names[]", Kind::Text));
    kind.fields.push(field("whole", Kind::Any));
    kind.fields.push(field("whole[].sku", Kind::Text));
    kind
}

proptest! {
    #[test]
    fn the_first_place_that_holds_something_wins(raw in row()) {
        let read = Shape::of(&shop(), &much()).text(&raw.to_string(), true).unwrap();
        let mut places = ["/ref", "/else", "/rep/id"].into_iter().filter_map(|place| raw.pointer(place));
        let first = places.find(|found| !found.is_null()).map(json::from_json).unwrap_or_default();
        prop_assert_eq!(read.value.field("ref"), &first);
    }

    #[test]
    fn what_is_read_without_a_doubt_was_documented(raw in row()) {
        let (system, kind) = (shop(), much());
        let all = kind.fields.iter().map(|field| field.path.clone()).collect();
        let misfits = Validator::new(&system, &kind, &all).unwrap().misfits(&raw);
        let read = Shape::of(&system, &kind).text(&raw.to_string(), true).unwrap();
        prop_assert!(misfits.is_empty() || !read.fits, "{} in {raw}", misfits[0].message);
    }

    #[test]
    fn a_field_of_an_answer_is_found_wherever_it_may_stand(raw in row()) {
        let (system, kind) = (shop(), much());
        let read = Shape::of(&system, &kind).text(&raw.to_string(), true).unwrap();
        let stands = |pointer: &str| raw.pointer(pointer).is_some();
        let named = |name: &str| read.gone.iter().any(|gone| gone.field == path(name));
        prop_assert_eq!(named("due"), !stands("/due"));
        prop_assert_eq!(named("total"), raw.pointer("/total").is_none_or(Json::is_null));
        let at = |name: &str| kind.fields.iter().position(|field| field.path == path(name)).unwrap();
        let shown = ["/ref", "/else", "/rep/id"].into_iter().any(stands);
        prop_assert_eq!(read.shown.contains(&at("ref")), shown);
        prop_assert_eq!(read.shown.contains(&at("facility")), stands("/origin_facility/id"));
        let below_null = raw.pointer("/origin_facility").is_some_and(Json::is_null);
        prop_assert_eq!(read.absent.contains(&at("facility")), !stands("/origin_facility/id") && !below_null);
        if let Some(Json::Array(items)) = raw.pointer("/lines") {
            prop_assert_eq!(read.value.field("lines").as_list().map(<[Value]>::len), Some(items.len()));
        }
    }
}

#[test]
fn of_a_name_that_comes_twice_the_last_counts() {
    let read = |text: &str| Shape::of(&shop(), &order()).text(text, true).unwrap().value;
    let twice =
        r#"{"origin_facility":{"id":"A"},"rep":4,"origin_facility":{"x":1},"rep":null,"lines":[{}],"lines":null}"#;
    assert_eq!(read(twice), read(r#"{"origin_facility":{"x":1},"rep":null,"lines":null}"#));
}
