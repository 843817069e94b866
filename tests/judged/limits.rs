//! Secrets are references wherever they stand, and numbers are what they seem.

use petiole::value::Value;
use petiole::value::decimal;
use petiole::value::json::from_json;

use super::rules;

#[test]
fn a_secret_is_a_reference_wherever_it_stands() {
    let code = "secret-in-file";
    let base = || rules("    - shop.buyer -> depot.label\n");
    let hidden = |found: super::Rules| found.refused_and_hidden(code, "s3cr3t");
    hidden(base().with("shop.yaml", "X-Key = {secrets.key}", "X-Key = s3cr3t").with(
        "accounts.yaml",
        "      key: ${SHOP_KEY}",
        "      unused: ${SHOP_KEY}",
    ));
    hidden(base().with("shop.yaml", "  auth:", "  headers:\n    - X-Api-Token = s3cr3t\n  auth:"));
    hidden(base().with("shop.yaml", "list: GET /orders\n", "list: GET /orders?api_key=s3cr3t\n"));
    hidden(base().with("accounts.yaml", "${SHOP_URL}", "https://me:s3cr3t@shop.example"));
    hidden(base().with("accounts.yaml", "${SHOP_URL}", "https://shop.example?token=s3cr3t"));
    base()
        .with(
            "shop.yaml",
            "  auth:",
            "  headers:\n    - User-Agent = petiole\n    - Idempotency-Key = {secrets.key}\n  auth:",
        )
        .accepted();
    base().with("accounts.yaml", "${SHOP_URL}", "https://shop.example:8443/api").accepted();
}

#[test]
fn a_limit_of_zero_is_none() {
    let limits = |line: &str| {
        rules("    - shop.buyer -> depot.label\n").with(
            "shop.yaml",
            "records:\n  order",
            &format!("limits:\n  {line}\nrecords:\n  order"),
        )
    };
    limits("per_minute: 1").accepted();
    for line in ["per_minute: 0", "burst: 0", "at_once: 0"] {
        limits(line).refused("type-number", "no call would ever be made");
    }
}

#[test]
fn a_number_is_never_rounded() {
    let kept = "1234567890123456789012345.678";
    assert_eq!(decimal::parse(kept).unwrap().to_string(), kept);
    for beyond in [
        "1.00000000000000000000000000001",
        "123456789012345678901234567890",
        "1.00000000000000000000000000001e0",
        "12345678901234567890123456789.5",
        "1e-29",
        "1e400",
    ] {
        assert_eq!(decimal::parse(beyond), None, "{beyond}");
        if let Ok(number) = serde_json::from_str(beyond) {
            assert_eq!(from_json(&number), Value::text(number.to_string()), "{beyond}");
        }
    }
    for (written, number) in [("1.5e3", "1500"), ("-2.50E-2", "-0.025"), ("+7e0", "7"), ("0.1e1", "1")] {
        assert_eq!(decimal::parse(written).unwrap().to_string(), number, "{written}");
    }
    rules("    - depot.label <- 1.00000000000000000000000000001 always\n").refused("syntax-expression", "28 digits");
}

#[test]
fn a_stated_volume_fits_the_limits_of_the_systems() {
    let stated = |volume: &str| {
        rules("    - shop.buyer -> depot.label\n")
            .with("parcels.yaml", "create:\n", &format!("volume: {{ {volume} }}\ncreate:\n"))
            .with("shop.yaml", "records:\n  order", "limits:\n  per_minute: 60\nrecords:\n  order")
            .file("settings.yaml", "settings:\n  reconcile:\n    every: 1h\n")
    };
    let code = "over-budget";
    // One read for each order that changes.
    stated("shop: 60 a minute").accepted();
    stated("shop: 61 a minute").refused(code, "`shop` is called 61 times a minute, and allows 60");
    stated("shop: 3600 an hour").accepted();
    stated("shop: 3661 an hour").refused(code, "and allows 60");
    stated("shop: 80000 a day").accepted();
    stated("shop: 90000 a day").refused(code, "and allows 60");
    // A parcel that changes has its order read.
    stated("shop: 30 a minute, depot: 31 a minute").refused(code, "61 times a minute");
    // Pages of a hundred, where nothing is said.
    stated("shop: 1 a day of 360000").accepted();
    stated("shop: 1 a day of 400000").refused(code, "a sweep of `shop` takes 4000 calls");
    let paged = |records: &str| {
        stated(&format!("shop: 30 a minute of {records}")).with(
            "shop.yaml",
            "limits:",
            "paging:\n  style: next_url\n  rows: rows\n  next: next\n  size: limit = 10\nlimits:",
        )
    };
    paged("18000").accepted();
    paged("18010").refused(code, "a sweep of `shop` takes 1801 calls, and until the next one there are 1800");
    for none in ["shop: many a day", "shop: 30", "shop: 30 a week", "shop: 3 a day of all"] {
        stated(none).refused("type-number", "says no volume");
    }
    stated("shed: 30 a day").refused("unknown-system", "this pipeline has no side `shed`");
}

#[test]
fn what_a_system_allows_can_hold() {
    let allowed = |condition: &str| {
        rules("    - shop.buyer -> depot.label\n").with(
            "shop.yaml",
            "update: PATCH /orders/{number}\n",
            &format!("update:\n        request: PATCH /orders/{{number}}\n        allowed when: {condition}\n"),
        )
    };
    allowed("state in [\"New\", \"Paid\"] and not gift").accepted();
    allowed("state == \"New\" or state == \"Paid\"").accepted();
    allowed("state == \"New\" and state == \"Paid\"").refused("hopeless-condition", "the call is never made");
    allowed("gift and not gift").refused("hopeless-condition", "the call is never made");
}
