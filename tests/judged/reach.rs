//! States are reached along the way, statuses are not kept back in silence, and tests can pass.

use super::{Rules, pipeline, rules};

const BETWEEN: &str = "shop.order.state, depot.parcel.stage";

const ROWS: &str = "  - Paid -> Open on create
  - Cancelled -> Void from Open, Packed
  - Cancelled -> park from Sent because it is on its way
  - Sent -> park from Open, Packed because nobody has packed it
  - otherwise -> nothing because the depot packs when it can
";

fn status(rule: &str) -> Rules {
    rules(&format!("    - {rule}\n")).table(BETWEEN, ROWS)
}

#[test]
fn a_condition_keeps_no_cancellation_back_in_silence() {
    let lost = |rule: &str| status(rule).refused("lost-status", "`shop.order` becomes Cancelled");
    status("shop.state -> depot.stage via table t").accepted();
    lost("shop.state -> depot.stage via table t when shop.gift");
    lost("shop.state -> depot.stage via table t unless shop.gift");
    lost("shop.state -> depot.stage via table t when depot.flag");
    status("shop.state -> depot.stage via table t when depot.stage != \"Open\"")
        .refused_with_more("lost-status", "`shop.order` becomes Cancelled");
    lost("shop.state -> depot.stage via table t when shop.customer.name == \"Kim\"");
    status("shop.state -> depot.stage via table t when shop.gift because others are moved by hand").accepted();
    // What the condition leaves out asks for nothing.
    status("shop.state -> depot.stage via table t when shop.state != null").accepted();
    let two = "shop.state -> depot.stage via table t when shop.gift\n    - shop.state -> depot.stage via table t unless shop.gift";
    status(two).accepted();
}

#[test]
fn a_cancellation_without_a_row_is_kept_back_too() {
    rules("    - shop.state -> depot.stage via table t when shop.state != \"Cancelled\"\n")
        .table(BETWEEN, "  - Paid -> Open on create\n  - New, Sent -> nothing because it goes its own way\n  - Paid -> nothing from Open, Packed, Sent, Void because it goes on\n")
        .refused_with_more("lost-status", "becomes Cancelled");
}

#[test]
fn a_switch_may_turn_a_status_off() {
    status("shop.state -> depot.stage via table t when settings.follow == \"yes\"")
        .file("settings.yaml", "settings:\n  follow: \"yes\"\ntypes:\n  follow: one of [yes, no]\n")
        .accepted();
}

/// The same states on both sides, all moves of the depot by calls.
fn alike(rule: &str) -> Rules {
    rules(&format!("    - {rule}\n"))
        .with("shop.yaml", "enum [New, Paid, Cancelled, Sent]", "enum [Open, Packed, Sent, Void]")
        .with("shop.yaml", "initial: New", "initial: Open")
        .with("shop.yaml", "New -> Paid: POST /orders/{number}/paid", "Open -> Packed: by people")
        .with("shop.yaml", "New, Paid -> Cancelled: by people", "Open, Packed -> Void: by people")
        .with("shop.yaml", "Paid -> Sent: POST /orders/{number}/sent", "Packed -> Sent: by people")
        .with("parcels.yaml", "shop.state == \"Paid\"", "shop.state == \"Open\"")
}

#[test]
fn a_state_without_a_table_is_asked_for_in_every_state() {
    alike("shop.state -> depot.stage").refused("unreachable-state", "from Packed to Open");
    let by_calls = |rule: &str| {
        alike(rule)
            .with("depot.yaml", "Open -> Packed: by people", "Open, Void -> Packed: POST /parcels/{id}/pack")
            .with("depot.yaml", "Packed -> Sent: by people", "Packed -> Sent: POST /parcels/{id}/send")
    };
    by_calls("shop.state -> depot.stage").refused("unreachable-state", "from Packed to Open");
    by_calls("shop.state -> depot.stage")
        .with("depot.yaml", "Open, Packed -> Void: POST", "Open, Packed, Sent -> Void: POST")
        .with(
            "depot.yaml",
            "initial: Open\n      moves:",
            "initial: Open\n      moves:\n        - Void, Packed, Sent -> Open: POST /parcels/{id}/open",
        )
        .accepted();
    rules("    - shop.extra -> depot.stage\n").refused("type-mismatch", "may be anything");
    rules("    - depot.stage <- \"Void\" always\n").refused("unreachable-state", "from Sent to Void");
    rules("    - depot.stage <- \"Open\" on create\n").accepted();
}

#[test]
fn a_row_holds_at_each_step_of_its_way() {
    let back = |rows: &str| {
        rules("    - shop.state <- depot.stage via table t\n").table("shop.order.state, depot.parcel.stage", rows)
    };
    let rows = "  - Sent <- Sent from New, Paid
  - park <- Void from New, Paid because nobody can call it off there
  - nothing <- otherwise because it is there already
";
    back(rows).accepted();
    back(&rows.replace("Sent <- Sent from New, Paid", "Sent <- Sent from New"))
        .refused_with_more("unreachable-state", "stops at Paid on its way from New to Sent");
    back(&rows.replace(
        "Sent <- Sent from New, Paid",
        "Sent <- Sent from New\n  - park <- Sent from Paid because it is late",
    ))
    .refused_with_more("unreachable-state", "speaks at Paid");
}

#[test]
fn a_move_by_update_needs_one_that_can_make_it() {
    let moved = || {
        status("shop.state -> depot.stage via table t").with(
            "depot.yaml",
            "Packed -> Void: POST /parcels/{id}/void",
            "Packed -> Void: update",
        )
    };
    moved().accepted();
    moved()
        .with("depot.yaml", "      update: PATCH /parcels/{id}\n    states", "    states")
        .refused("missing-key", "made by the update");
    moved()
        .with(
            "depot.yaml",
            "update: PATCH /parcels/{id}\n",
            "update:\n        request: PATCH /parcels/{id}\n        never: [stage]\n",
        )
        .refused_with_more("missing-key", "never sends `stage`");
}

fn tested(then: &str) -> Rules {
    let text = super::HEAD.to_owned()
        + "    - shop.buyer -> depot.label\n"
        + "tests:\n  - name: t\n    given:\n      shop.order: { number: 1, state: Paid, buyer: Kim }\n      linked: true\n"
        + "    when:\n      shop.order: { state: Cancelled, buyer: Lee }\n    then:\n      "
        + then
        + "\n";
    pipeline(&text)
}

#[test]
fn a_test_expects_what_can_come() {
    tested("depot.parcel: { label: Lee }").accepted();
    tested("depot.parcel: { stage: Open, note: null, flag: false, order_ref: 1 }").accepted();
    tested("shop.order: { state: Cancelled, buyer: Lee }").accepted();
    tested("depot.parcel: { stage: Void }").refused("hopeless-test", "`depot.parcel.stage` can never be Void");
    tested("depot.parcel: [{ label: Lee, note: hello }]").refused("hopeless-test", "note");
    tested("shop.order: { state: Sent }").refused("hopeless-test", "Sent");
    tested("depot.parcel: { flag: true }").refused("hopeless-test", "flag");
    tested("depot.parcel: { content: [{ sku: a }] }").refused("hopeless-test", "content");
}
