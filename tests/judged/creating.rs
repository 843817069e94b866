//! What is created is found again, and holds what creating needs.

use super::{Rules, pipeline, rules};

/// A pipeline matched like this, with these rules; the depot needs no field.
fn matched(by: &str, lines: &str) -> Rules {
    let lines: String = lines.lines().map(|line| format!("    - {line}\n")).collect();
    pipeline(&format!(
        "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: {by}\ncreate:\n  depot: shop.state == \"Paid\"\n\
         fields:\n  what:\n{lines}"
    ))
    .with("depot.yaml", "order_ref: integer, required on create", "order_ref: integer")
}

#[test]
fn what_is_created_holds_what_it_is_matched_by() {
    let by = "shop.number == depot.order_ref";
    let code = "unmatched-create";
    matched(by, "shop.number -> depot.order_ref on create\nshop.buyer -> depot.label").accepted();
    matched(by, "shop.number -> depot.order_ref").accepted();
    matched(by, "shop.buyer -> depot.label").refused(code, "add a rule `shop.number -> depot.order_ref   on create`");
    matched(by, "shop.number -> depot.order_ref on create when shop.gift").refused(code, "where the condition");
    let both = "shop.number -> depot.order_ref on create when shop.gift\nshop.number -> depot.order_ref on create unless shop.gift";
    matched(by, both).accepted();
    matched("depot.order_ref == shop.number", "shop.buyer -> depot.label").refused(code, "created without");
    matched(by, "shop.number <- depot.order_ref on create\nshop.buyer -> depot.label")
        .with("shop.yaml", "number: integer, read only", "number: integer")
        .refused(code, "created without");
}

#[test]
fn an_owner_that_mutes_the_match_leaves_it_out() {
    let owned = |who: &str| {
        pipeline(
            "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\n\
             create:\n  depot: always\nfields:\n  what:\n    - shop.buyer -> depot.label\n  ref:\n    - shop.number -> depot.order_ref\n",
        )
        .with("depot.yaml", "order_ref: integer, required on create", "order_ref: integer")
        .file("ownership.yaml", &format!("ownership:\n  parcels:\n    create: shop\n    what: shop\n    ref: {who}\n"))
    };
    owned("shop").accepted();
    owned("depot").refused_with_more("unmatched-create", "created without `order_ref`");
}

#[test]
fn it_holds_just_the_value_that_the_match_looks_for() {
    let code = "unmatched-create";
    let by = "shop.number == depot.order_ref";
    matched(by, "shop.number + 1000 -> depot.order_ref on create")
        .refused(code, "`shop.number` 7 makes `depot.order_ref` 1007, and the match looks for 7");
    matched("shop.number + 1000 == depot.order_ref", "shop.number + 1000 -> depot.order_ref on create").accepted();
    matched("shop.number == (depot.order_ref ?? 0) - 1000", "shop.number + 1000 -> depot.order_ref on create")
        .accepted();
    matched(by, "depot.order_ref <- 5 on create").refused(code, "depot.order_ref");
    let text = |by: &str, rule: &str| matched(by, &format!("{rule} -> depot.label on create"));
    text("trim(shop.buyer) == trim(depot.label)", "trim(shop.buyer)").accepted();
    text("trim(shop.buyer) == trim(depot.label)", "shop.buyer").accepted();
    text("lower(trim(shop.buyer)) == lower(trim(depot.label))", "trim(shop.buyer)").accepted();
    text("lower(shop.buyer) == depot.label", "shop.buyer").refused(code, "and the match looks for");
    text("shop.buyer == depot.label", "upper(shop.buyer)").refused(code, "AB-7");
    text("shop.buyer == depot.label", "shop.email").refused(code, "the match looks for");
    text("shop.buyer == depot.label", "(shop.buyer ?? \"nobody\")").accepted();
    // A list of orders shows nothing of their customers, so none would ever be found.
    text("shop.customer.email == depot.label", "shop.customer.email")
        .refused("type-match", "`customer` is another record");
    text("shop.grade == depot.label", "shop.grade")
        .with("parcels.yaml", "label on create", "label on create via table t")
        .table("shop.order.grade, depot.parcel.label", "  - low -> l\n  - mid, high -> h\n")
        .refused(code, "filled by a table");
    text("mapped(\"t\", shop.grade) == depot.label", "shop.grade")
        .with("parcels.yaml", "label on create", "label on create via table t")
        .table("shop.order.grade, depot.parcel.label", "  - low -> l\n  - mid, high -> h\n")
        .accepted();
}

#[test]
fn what_is_found_by_what_was_told_back_needs_no_more() {
    matched("shop.buyer == depot.id", "shop.buyer <- depot.id\nshop.email -> depot.label").accepted();
    matched("shop.buyer == depot.id", "shop.email -> depot.label").refused("unmatched-create", "created without `id`");
}

#[test]
fn a_table_gives_what_creating_needs() {
    let needs = |rows: &str| {
        rules("    - shop.grade -> depot.label via table t\n")
            .with("depot.yaml", "label: text\n      note", "label: text, required on create\n      note")
            .with(
                "shop.yaml",
                "buyer: text\n      email: text\n      grade: enum [low, mid, high]",
                "buyer: text\n      email: text\n      grade: enum [low, mid, high], always",
            )
            .table("shop.order.grade, depot.parcel.label", rows)
    };
    needs("  - low -> l\n  - mid, high -> h\n").accepted();
    needs("  - low -> l\n  - mid -> h\n  - high -> nothing because it has none\n")
        .refused("missing-required", "made without `label` where `shop.order` is high");
    needs("  - low -> l\n  - otherwise -> nothing because they have none\n").refused("missing-required", "is mid");
    needs("  - low -> l\n  - otherwise -> park because somebody has to say\n").accepted();
}

#[test]
fn a_table_gives_what_an_element_needs() {
    let needs = |rows: &str| {
        rules("    - shop.lines[] -> depot.content[] by [sku]:\n        - .sku -> .sku\n        - .grade -> .label via table t\n")
            .with("depot.yaml", "content[].label: text", "content[].label: text, required on create")
            .table("\"shop.order.lines[].grade\", \"depot.parcel.content[].label\"", rows)
            .with("shop.yaml", "lines[].grade: enum [low, mid, high]", "lines[].grade: enum [low, mid, high], always")
    };
    needs("  - low -> l\n  - mid, high -> h\n").accepted();
    needs("  - low -> l\n  - mid, high -> nothing because they have none\n")
        .refused("missing-required", "`depot.parcel` is made without `content[].label`");
}
