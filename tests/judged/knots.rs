//! Nothing waits for itself, and what is created can be.

use super::{Rules, pipeline};

const FIELDS: &str = "fields:\n  what:\n    - shop.number -> depot.order_ref on create\n";

fn parcels(middle: &str, rules: &str) -> Rules {
    pipeline(&format!(
        "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\n{middle}{FIELDS}{rules}"
    ))
}

const PEOPLE: &str = "pipeline: people
between: [shop.customer, depot.person]
match: shop.email == depot.email
create:
  depot: on demand
fields:
  who:
    - shop.name ?? \"x\" -> depot.name on create
    - shop.email -> depot.email on create
";

fn with_people(rule: &str, more: &str) -> Rules {
    parcels("create:\n  depot: shop.state == \"Paid\"\n", rule).file("people.yaml", &format!("{PEOPLE}{more}")).file(
        "ownership.yaml",
        "ownership:\n  parcels:\n    create: shop\n    what: both\n  people:\n    create: shop\n    who: shop\n",
    )
}

#[test]
fn what_is_created_on_demand_is_demanded() {
    with_people("    - shop.customer -> depot.who via pipeline people\n", "").accepted();
    with_people("", "").refused("undemanded-create", "nobody demands");
    with_people("    - (if linked(\"people\", shop.customer) then \"known\" else \"new\") -> depot.label\n", "")
        .refused("undemanded-create", "nobody demands");
    with_people("    - shop.customer <- depot.who via pipeline people\n", "")
        .refused("undemanded-create", "via pipeline people");
    with_people("    - shop.customer -> depot.who via pipeline people\n", "")
        .with("ownership.yaml", "what: both", "what: depot")
        .refused_with_more("undemanded-create", "nobody demands");
    parcels("create:\n  depot: on demand\n", "").refused("undemanded-create", "nobody demands");
}

#[test]
fn a_create_can_hold() {
    let code = "impossible-create";
    let when = |condition: &str| parcels(&format!("create:\n  depot: {condition}\n"), "");
    when("shop.state == \"Paid\" and shop.state == \"New\"").refused(code, "never holds");
    when("shop.state in [\"Paid\", \"Sent\"] and not (shop.state != \"New\")").refused(code, "never holds");
    when("shop.gift and not shop.gift").refused(code, "never holds");
    when("shop.grade == \"low\" and shop.grade == null").refused(code, "never holds");
    when("shop.state == \"Paid\" and shop.customer.grade == \"low\" and shop.grade == \"high\"").accepted();
    when("shop.state == \"Paid\" or shop.state == \"New\"").accepted();
    when("shop.gift and shop.total > 3").accepted();
    parcels("when: shop.state == \"New\"\ncreate:\n  depot: shop.state == \"Paid\"\n", "").refused(code, "never holds");
}

#[test]
fn no_record_comes_after_itself() {
    let after = |condition: &str, create: &str| {
        parcels(
            &format!(
                "with:\n  mates: shop.order[] where {condition}\nafter:\n  depot: mates\ncreate:\n  depot: {create}\n"
            ),
            "",
        )
    };
    let code = "impossible-create";
    let paid = "shop.state == \"Paid\"";
    after(".buyer == shop.buyer", paid).refused(code, "`mates` holds the order itself");
    after("lower(.buyer) == lower(shop.buyer)", paid).refused(code, "itself");
    after(".buyer == shop.buyer and .state == \"Paid\"", paid).refused(code, "itself");
    after(".state == \"Paid\"", paid).refused(code, "itself");
    after(".buyer == shop.buyer and .state == \"New\"", paid).accepted();
    after(".buyer == shop.buyer and .number < shop.number", paid).accepted();
    let mutual = "neither goes first";
    after(".buyer == shop.buyer and .number != shop.number", paid).refused(code, mutual);
    after("shop.number != .number and .buyer == shop.buyer and .state == \"Paid\"", paid).refused(code, mutual);
    after(".buyer == shop.buyer and .number != shop.number and .state == \"New\"", paid).accepted();
    after(".buyer == shop.buyer and .number != shop.number and .number < shop.number", paid).accepted();
    after(".number == shop.parent", paid).accepted();
    after(".buyer == shop.buyer and not .gift and shop.gift", "shop.gift").accepted();
}

#[test]
fn a_tree_of_records_is_no_knot() {
    let tree = |rule: &str| parcels("create:\n  depot: shop.state == \"Paid\"\n", &format!("    - {rule}\n"));
    let rule = "shop.parent -> depot.parent via pipeline parcels";
    tree(rule).accepted();
    tree(rule)
        .with("depot.yaml", "parent: -> parcel", "parent: -> parcel, required on create")
        .with("shop.yaml", "parent: -> order", "parent: -> order, always")
        .refused("dependency-cycle", "parcels → parcels");
    with_people(
        "    - shop.customer -> depot.who via pipeline people\n",
        "    - shop.favourite -> depot.first via pipeline parcels\n",
    )
    .refused("dependency-cycle", "parcels → people → parcels");
}
