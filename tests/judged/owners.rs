//! Names and owners mean what they say, and nobody writes what another owns.

use super::{Rules, pipeline, rules};

#[test]
fn a_name_that_rules_give_is_nobodys_already() {
    let named = |name: &str| {
        pipeline(&format!(
            "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\nwith:\n  {name}: depot.person where .email == shop.email, at most one\ncreate:\n  depot: always\nfields:\n  what:\n    - shop.number -> depot.order_ref on create\n    - {name}.name -> depot.label\n"
        ))
    };
    named("person").accepted();
    named("settings").refused_with_more("reserved-name", "the settings are called `settings`");
    named("shop").refused_with_more("reserved-name", "a system is called `shop`");
    named("depot").refused_with_more("reserved-name", "a system is called `depot`");
    let list = |name: &str| {
        rules(&format!("    - shop.lines[] -> depot.content[] by [sku] as {name}:\n        - .sku -> .sku\n"))
    };
    list("line").accepted();
    list("settings").refused_with_more("reserved-name", "settings");
}

fn owned(groups: &str) -> Rules {
    rules("    - shop.buyer -> depot.label\n").file("ownership.yaml", &format!("ownership:\n  parcels:\n{groups}"))
}

#[test]
fn a_lost_header_does_not_hand_a_group_to_its_neighbour() {
    owned("    create: shop\n    what: shop\n").accepted();
    owned("    create: shop\n    what: shop\n    words: depot\n")
        .refused("unused-owner", "put `words:` above the rules that it is meant for");
    owned("    what: shop\n    words: shop\n").refused("unused-owner", "no group `words`");
}

#[test]
fn an_owner_is_a_side_of_its_pipeline_under_every_setting() {
    let third = |rules: Rules| {
        let shop =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judged/base/shop.yaml")).unwrap();
        rules.file("third.yaml", &shop.replace("system: shop", "system: third"))
    };
    third(owned("    create: shop\n    what: third\n"))
        .refused("unknown-owner", "`third` is no side of pipeline `parcels`");
    third(owned("    create: third\n    what: shop\n")).refused("unknown-owner", "`third` is no side");
    let setting = |values: &str| {
        third(owned("    create: shop\n    what: settings.owner\n"))
            .file("settings.yaml", &format!("settings:\n  owner: shop\ntypes:\n  owner: one of [{values}]\n"))
    };
    setting("shop, both").accepted();
    setting("shop, third").refused("type-setting", "may be `third`");
    let plain =
        owned("    create: shop\n    what: settings.owner\n").file("settings.yaml", "settings:\n  owner: shop\n");
    plain
        .with(
            "accounts.yaml",
            "      key: ${SHOP_KEY}\n",
            "      key: ${SHOP_KEY}\n    settings:\n      owner: nobody\n",
        )
        .refused("type-setting", "may be `nobody`");
}

#[test]
fn a_key_of_an_account_that_nothing_reads_is_wrong() {
    owned("    create: shop\n    what: shop\n")
        .with("accounts.yaml", "    system: shop\n", "    system: shop\n    carrys: always\n")
        .refused("unused-property", "write `carries`");
}

fn made(who: &str, needs: &str) -> Rules {
    pipeline(&format!(
        "pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: shop.number == depot.order_ref\nwith:\n  \
         person: depot.person where .id == shop.buyer, at most one, or made by maker(shop.buyer)\n{needs}create:\n  \
         depot: shop.state == \"Paid\"\nfields:\n  what:\n    - shop.number -> depot.order_ref on create\n  who:\n    \
         - person.id -> depot.who\n"
    ))
    .with("depot.yaml", "      id: text, read only\n      name", "      id: text, required on create\n      name")
    .file(
        "make.rhai",
        "/// maker(code: text) -> record\nfn maker(code) { if code == () { return (); } #{ id: code, name: code } }\n",
    )
    .file("ownership.yaml", &format!("ownership:\n  parcels:\n    create: shop\n    what: shop\n    who: {who}\n"))
}

#[test]
fn what_is_made_beside_asks_the_owner() {
    made("shop", "needs:\n  depot: person\n").accepted();
    made("both", "").accepted();
    made("depot", "needs:\n  depot: person\n")
        .refused_with_more("unowned-make", "made in depot, which owns what it is for");
    made("depot", "").refused_with_more("unowned-make", "which owns");
    let setting = |needs: &str| {
        made("settings.owner", needs)
            .file("settings.yaml", "settings:\n  owner: shop\ntypes:\n  owner: one of [shop, depot]\n")
    };
    setting("").accepted();
    setting("needs:\n  depot: person\n").refused("unowned-make", "while `owner` is depot");
}
