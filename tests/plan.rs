//! What a plan answers of itself: which fields rules read, who owns what under which settings, ways between states.

use petiole::diagnostic::Sources as _;
use petiole::language::compile_texts;
use petiole::language::plan::{Owner, Plan, Side};
use petiole::language::source::{SourceFile, SourceMap};
use petiole::value::{Path, Value};

const SYSTEM: &str = "system: NAME
http:
  auth: [\"Authorization = {secrets.key}\"]
records:
  thing:
    key: id
    fields:
      id: text
      status: enum [New, Packed, Sent, Lost]
      status_code: text
      status_codes[].code: text
      owner.name: text
      owners: text
    calls:
      read: GET /things/{id}
      list: GET /things
      find by id: GET /things?id={id}
      update: PATCH /things/{id}
    states:
      field: status
      moves:
        - New -> Packed: POST /things/{id}/pack
        - Packed -> Sent: POST /things/{id}/send
        - Sent -> Lost: by people
";

const PIPELINE: &str = "pipeline: things
between: [shop.thing, depot.thing]
match: shop.id == depot.id
fields:
  words:
    - shop.status -> depot.status_code
    - shop.owner.name -> depot.owners
";

fn plan(accounts: &str, more: &[(&str, &str)]) -> Plan {
    let mut texts = vec![
        ("shop.yaml".to_owned(), SYSTEM.replace("NAME", "shop")),
        ("depot.yaml".to_owned(), SYSTEM.replace("NAME", "depot")),
        ("accounts.yaml".to_owned(), accounts.to_owned()),
        ("things.yaml".to_owned(), PIPELINE.to_owned()),
    ];
    texts.extend(more.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    let files = texts.into_iter().map(|(name, text)| SourceFile { name, text }).collect();
    let compiled = compile_texts(SourceMap::new(files));
    let told: Vec<String> = compiled
        .findings
        .iter()
        .map(|one| format!("{}: {} {}", compiled.sources.name(one.primary.span.file), one.code.0, one.message))
        .collect();
    compiled.plan.unwrap_or_else(|| panic!("{told:#?}"))
}

fn accounts(of_shop: &str) -> String {
    let account = |name: &str, more: &str| {
        format!(
            "  {name}:\n    system: {name}\n    base_url: https://{name}.example\n    secrets: {{ key: \"${{KEY}}\" }}\n{more}"
        )
    };
    format!("accounts:\n{}{}", account("shop", of_shop), account("depot", ""))
}

const OWNERSHIP: &str = "ownership:\n  things:\n    words: settings.owner\n";

#[test]
fn a_field_whose_name_only_begins_like_one_that_is_read_is_not_read() {
    let plan = plan(&accounts(""), &[("own.yaml", OWNERSHIP), ("set.yaml", "settings:\n  owner: shop\n")]);
    let read = plan.paths_read(plan.record("shop", "thing").unwrap());
    let read: Vec<String> = read.iter().map(ToString::to_string).collect();
    assert_eq!(read, ["id", "owner.name", "status"]);
}

#[test]
fn who_owns_what_is_asked_under_every_value_that_a_setting_may_take() {
    let setting = Owner::Setting("owner".to_owned());
    let owners = |plan: &Plan| -> Vec<String> {
        let worlds = plan.switches().worlds([&setting]);
        worlds.iter().filter_map(|world| setting.under(world)).collect()
    };
    let typed = "settings:\n  owner: shop\ntypes:\n  owner: one of [shop, depot, both]\n";
    let by_type = plan(&accounts(""), &[("own.yaml", OWNERSHIP), ("set.yaml", typed)]);
    assert_eq!(owners(&by_type), ["shop", "depot", "both"]);
    // Without a type, what the file and the accounts say.
    let own = accounts("    settings: { owner: both }\n");
    let by_account = plan(&own, &[("own.yaml", OWNERSHIP), ("set.yaml", "settings:\n  owner: shop\n")]);
    assert_eq!(owners(&by_account), ["shop", "both"]);
    let pipeline = &by_account.pipelines["things"];
    let flows = |side: Side, world: &Value| pipeline.flows(&pipeline.rules[0], side, world);
    let worlds = by_account.switches().worlds([&setting]);
    assert!(worlds.iter().all(|world| flows(Side::Right, world)));
    assert!(worlds.iter().all(|world| !flows(Side::Left, world)), "the arrow points to the right");
}

#[test]
fn a_way_between_states_goes_over_calls_and_only_people_go_further() {
    let plan = plan(&accounts(""), &[("own.yaml", OWNERSHIP), ("set.yaml", "settings:\n  owner: shop\n")]);
    let states = plan.record("shop", "thing").unwrap().states.as_ref().unwrap();
    assert_eq!(states.first_step("New", "Sent").map(|step| step.to.as_str()), Some("Packed"));
    assert!(states.first_step("Packed", "Lost").is_none());
    assert!(states.first_step("New", "New").is_none());
    let from = ["New".to_owned()];
    assert_eq!(Vec::from_iter(states.reachable_by_calls(&from)), ["New", "Packed", "Sent"]);
    assert_eq!(Vec::from_iter(states.reachable(&from)), ["Lost", "New", "Packed", "Sent"]);
}

#[test]
fn a_place_is_within_another_by_its_steps_and_not_by_its_letters() {
    let path = |text: &str| Path::parse(text).unwrap();
    for (one, other, within) in [
        ("status", "status", true),
        ("status_code", "status", false),
        ("owner.name", "owner", true),
        ("owner", "owner.name", false),
        ("lines[].sku", "lines", true),
        ("lines[].sku", "lines[]", true),
        ("liness", "lines", false),
    ] {
        assert_eq!(path(one).is_within(&path(other)), within, "{one} in {other}");
    }
}
