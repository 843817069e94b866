//! A table is looked at at the very field of its rule, or at the values that its expression may give.

use super::rules;

const SMALL: &str = "shop.order.grade, depot.parcel.label";

fn in_lists(inner: &str) -> super::Rules {
    rules(&format!("    - shop.lines[] -> depot.content[] by [sku]:\n        - .sku -> .sku\n        - {inner}\n"))
}

#[test]
fn an_element_has_its_own_field_of_a_name_that_the_record_has_too() {
    let grades = "  - low -> l\n  - mid, high -> h\n";
    in_lists(".grade -> .label via table t").table("shop.order.grade, depot.parcel.label", grades).accepted();
    // The record's own states are other values.
    let states = "  - New -> n\n  - Paid -> p\n  - Cancelled -> c\n  - Sent -> s\n";
    in_lists(".state -> .label via table t")
        .table("\"shop.order.lines[].state\", depot.parcel.label", states)
        .refused("unmapped-value", "`shop.order.lines[].state` may hold any text");
    let stages = "  - low -> Open\n  - mid, high -> Sent\n";
    in_lists(".grade -> .stage via table t")
        .table("\"shop.order.lines[].grade\", \"depot.parcel.content[].stage\"", stages)
        .accepted();
    in_lists(".grade -> .stage via table t")
        .table("\"shop.order.lines[].grade\", \"depot.parcel.content[].stage\"", "  - low, mid -> Open\n")
        .refused("unmapped-value", "`shop.order.lines[].grade` is high");
}

#[test]
fn elements_are_always_written_as_new_ones() {
    let rows = "  - low -> Open\n  - mid, high -> Sent\n  - high -> Void from Open\n";
    in_lists(".grade -> .stage via table t")
        .table("\"shop.order.lines[].grade\", \"depot.parcel.content[].stage\"", rows)
        .refused("unreachable-row", "never applies");
}

#[test]
fn an_element_of_a_list_in_a_list_has_its_own_field() {
    let nested = |inner: &str| {
        in_lists(&format!(
            ".parts[] -> .bits[] by [name] as part:\n            - .name -> .name\n            - {inner}"
        ))
    };
    let between = "\"shop.order.lines[].parts[].grade\", \"depot.parcel.content[].bits[].label\"";
    nested(".grade -> .label via table t").table(between, "  - low, mid, high -> x\n").accepted();
    nested("part.grade -> .label via table t").table(between, "  - low, mid -> x\n").refused("unmapped-value", "high");
}

#[test]
fn an_expression_over_constants_has_the_values_that_it_can_give() {
    let two = "  - a -> A\n  - b -> B\n";
    let between = "shop.order.buyer, depot.parcel.class";
    let with =
        |source: &str, rows: &str| rules(&format!("    - {source} -> depot.class via table t\n")).table(between, rows);
    with("(if shop.gift then \"a\" else \"b\")", two).accepted();
    with("(if shop.total > 5 then \"a\" else \"b\")", two).accepted();
    with("(if shop.total > 5 then \"a\" else (if shop.gift then \"b\" else \"c\"))", two)
        .refused("unmapped-value", "is c");
    with("(shop.grade ?? \"none\")", "  - low, mid -> A\n  - high, none -> B\n").accepted();
    with("(shop.grade ?? \"none\")", "  - low, mid -> A\n  - high -> B\n").refused("unmapped-value", "is none");
    with("upper(shop.grade ?? \"low\")", "  - LOW, MID -> A\n  - HIGH -> B\n").accepted();
    with("(shop.customer.grade ?? \"low\")", "  - low, mid -> A\n  - high -> B\n").accepted();
    with("(shop.buyer ?? \"a\")", two).refused("unmapped-value", "may hold any text");
    with("(if shop.gift then \"a\" else \"b\")", "  - a -> A\n  - b, c -> B\n").accepted();
    with("(if shop.gift then \"a\" else \"b\")", "  - a -> A\n  - b -> B\n  - c -> B\n")
        .refused("unreachable-row", "never applies");
}

#[test]
fn values_that_the_condition_keeps_away_need_no_row() {
    let with = |rule: &str, rows: &str| rules(&format!("    - {rule}\n")).table(SMALL, rows);
    let two = "  - low -> l\n  - mid -> m\n";
    with("shop.grade -> depot.label via table t when shop.grade != \"high\"", two).accepted();
    with("shop.grade -> depot.label via table t unless shop.grade == \"high\"", two).accepted();
    with("shop.grade -> depot.label via table t when shop.grade in [\"low\", \"mid\"]", two).accepted();
    with("shop.grade -> depot.label via table t when shop.gift", two).refused("unmapped-value", "is high");
    with("shop.grade -> depot.label via table t when shop.gift or shop.grade != \"high\"", two)
        .refused("unmapped-value", "is high");
    with("shop.grade -> depot.label via table t when shop.customer.grade != \"high\"", two)
        .refused("unmapped-value", "is high");
    with(
        "shop.grade -> depot.label via table t when shop.grade != \"high\"",
        "  - low -> l\n  - mid -> m\n  - high -> h\n",
    )
    .refused("unreachable-row", "never applies");
}

#[test]
fn a_plain_target_has_a_present_value_too() {
    let rows = "  - low -> small
  - mid -> middle from small
  - mid -> other on create
  - high -> large
  - otherwise -> nothing because it is left as it is
";
    let with = |rows: &str| rules("    - shop.grade -> depot.label via table t\n").table(SMALL, rows);
    with(rows).accepted();
    with(&rows.replace("  - otherwise -> nothing because it is left as it is\n", ""))
        .refused("unmapped-value", "is mid while");
    with(&rows.replace("other on create", "other")).refused_with_more("ambiguous-row", "while `depot.parcel` is small");
    with(&rows.replace("middle from small", "small from small"))
        .refused_with_more("unreachable-row", "what is there already");
}

#[test]
fn otherwise_does_not_speak_for_null() {
    let between = "shop.order.buyer, depot.parcel.label";
    let with =
        |source: &str, rows: &str| rules(&format!("    - {source}\n")).table(between, &format!("  - A -> a\n{rows}"));
    let other = "  - otherwise -> other\n";
    with("shop.buyer -> depot.label via table t", other).refused("unmapped-value", "(shop.buyer ?? \"none\")");
    with("shop.buyer -> depot.label via table t", "  - otherwise -> nothing because it is left\n").accepted();
    with("shop.buyer -> depot.label via table t", "  - otherwise -> park because nobody knows it\n").accepted();
    with("(shop.buyer ?? \"none\") -> depot.label via table t", other).accepted();
    with("shop.buyer -> depot.label via table t when shop.buyer != null", other).accepted();
    with("shop.buyer -> depot.label via table t when shop.gift", other).refused("unmapped-value", "may be null");
    with("trim(shop.buyer) -> depot.label via table t", other).refused("unmapped-value", "may be null");
    with("shop.buyer -> depot.label via table t", other)
        .with("shop.yaml", "buyer: text", "buyer: text, always")
        .accepted();
    in_lists(".grade -> .label via table t")
        .table("\"shop.order.lines[].grade\", \"depot.parcel.content[].label\"", "  - low -> l\n  - otherwise -> o\n")
        .refused("unmapped-value", "`(.grade ?? \"none\")`");
}

#[test]
fn a_rule_on_create_asks_its_table_for_new_records_only() {
    let rows = "  - low -> small
  - mid, high -> large
  - high -> huge from large
";
    rules("    - shop.grade -> depot.label on create via table t\n")
        .table(SMALL, rows)
        .refused("unreachable-row", "rows of table `t` are for later");
    rules("    - shop.grade -> depot.label on create via table t\n")
        .table(SMALL, "  - low -> small\n  - mid, high -> large\n")
        .accepted();
}

#[test]
fn a_row_against_the_only_way_through_its_table_never_applies() {
    let rows = "  - low -> l\n  - mid, high -> h\n  - low <- l\n  - nothing <- otherwise because it stays\n";
    rules("    - shop.grade -> depot.label via table t\n")
        .table(SMALL, &rows.replace("  - nothing <- otherwise because it stays\n", ""))
        .refused("unreachable-row", "no rule goes this way");
    rules("    - shop.grade <-> depot.label via table t\n")
        .table(SMALL, "  - low <-> l\n  - mid <-> m\n  - high <-> h\n  - nothing <- otherwise because it stays\n")
        .accepted();
}
