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
