//! An order of the marketplace: new, or come to rest with its counterpart; and what is read for it.

use std::sync::Arc;

use petiole::engine::{self, Effect, Found, Listed, Seen, Situation, Want};
use petiole::language::plan::Side;
use petiole::value::{Record, Value};
use serde_json::{Value as Json, json};

use super::rules;

/// The order as its system sends it. Each line has a product and a batch of its own.
pub(crate) fn sent(lines: usize) -> Json {
    let line = |at: usize| {
        json!({
            "id": at + 1, "product": 1_000 + at, "quantity": format!("{}", at % 40 + 1), "unit_multiplier": at % 3 * 6,
            "ordered_unit_price": { "amount": format!("{}.40", at % 90 + 10), "currency": "USD" },
            "sale_price": if at.is_multiple_of(4) { json!({ "amount": "9.95", "currency": "USD" }) } else { Json::Null },
            "batch": 5_000 + at, "is_sample": false, "notes": null,
        })
    };
    json!({
        "number": "4c1d3b0e-6b0f-4d41-9d44-0f5e7a21bc90", "short_id": "4c1d3b0e", "status": "Submitted",
        "created_on": "2026-03-01T10:00:00Z", "modified": "2026-03-01T10:00:00Z", "customer": { "id": 5 },
        "sales_reps": [{ "id": 9 }], "is_combination": false, "classification": "Adult", "discount": "10",
        "discount_type": "$", "final_tax": "12.50", "shipping_charge": { "amount": "25.00", "currency": "USD" },
        "notes": "ring twice", "internal_notes": "a good client", "ship_date": "2026-03-04T06:00:00-05:00",
        "selected_payment_option": { "payment_term": { "id": 4 }, "payment_method": { "id": 2 } }, "payment_term": 4,
        "total": { "amount": "1000.00", "currency": "USD" }, "external_ids": {},
        "line_items": (0..lines).map(line).collect::<Vec<_>>(),
    })
}

/// A new order.
pub(crate) fn begun(lines: usize) -> Situation {
    let order = rules::record("leaflink", "order", &sent(lines));
    rules::situation(rules::pipeline("orders"), Side::Left, [Some(order), None])
}

/// The order and its counterpart, once nothing is left to do, with nothing read yet.
pub(crate) fn rested(lines: usize) -> Situation {
    let pipeline = rules::pipeline("orders");
    let plan = &rules::live().plan;
    let mut at = begun(lines);
    while let Some(effect) = rules::decided(&mut at, &answer).effect {
        let (side, sent, rules, partial) = match effect {
            Effect::Create { side, fields, .. } => (side, Value::Record(fields), None, false),
            Effect::Update { side, fields, rules, .. } => (side, Value::Record(fields), Some(rules), false),
            Effect::Move { side, from, to, goal, rule, .. } => {
                let moved = Record::from([("from", Value::text(from)), ("to", Value::text(to.as_str()))]);
                (side, Value::Record(moved), Some(vec![rule]), goal != to)
            }
            Effect::Settle { base } => {
                at.base = Some(base);
                continue;
            }
            other => panic!("{other:?}"),
        };
        let before = at.record(side).cloned().unwrap_or_default();
        *at.record_mut(side) = Some(held(&before, &sent));
        let seen = Seen { side, sent: &sent, rules: rules.as_deref(), partial, before: &before, touched: true };
        at.base = Some(engine::base_of(plan, pipeline, &at, &seen));
        at.reads.clear();
    }
    at.reads.clear();
    at
}

/// A record after a write, as its peer shows it: without lot numbers.
fn held(before: &Value, sent: &Value) -> Value {
    let mut record = before.as_record().cloned().unwrap_or_default();
    if before.is_null() {
        record.insert("id", Value::text("out-1"));
        record.insert("order_status", Value::text("Created"));
    }
    for (name, value) in sent.as_record().expect("fields") {
        match name.as_str() {
            "from" => {}
            "to" => {
                record.insert("status", value.clone());
            }
            "order_lines" => {
                let shown = value.as_list().expect("lines").iter().map(|line| {
                    let mut line = line.as_record().cloned().unwrap_or_default();
                    line.remove("lot_number");
                    Value::Record(line)
                });
                record.insert("order_lines", shown.collect::<Vec<_>>().into());
            }
            _ => {
                record.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Record(record)
}

/// What is read for an order, whatever its lines.
pub(crate) fn answer(want: &Want) -> Found {
    let plan = &rules::live().plan;
    match want {
        Want::Match { .. } | Want::Linked { .. } | Want::Settled { .. } => Found::Records(Vec::new()),
        Want::Counterpart { pipeline, id, .. } if pipeline == "customers" => {
            Found::Key(Value::text(format!("dest-{id}")))
        }
        Want::Counterpart { id, .. } => Found::Key(Value::text(format!("item-{id}"))),
        Want::Record { account, record, id } => {
            let row = match record.as_str() {
                "company_staff" => json!({ "id": 9, "email": "Kim@Example.com " }),
                "batch" => {
                    json!({ "id": id.parse::<i64>().expect("a number"), "production_batch_number": format!("B-{id} ") })
                }
                _ => json!({ "id": id, "timezone": "America/Los_Angeles", "active": true }),
            };
            Found::Records(vec![rules::record(account, record, &row)])
        }
        Want::Find { .. } => Found::Records(Vec::new()),
        Want::List { account, record, .. } => {
            let rows = match record.as_str() {
                "sales_rep" => json!([
                    { "sales_rep_id": 3, "email": "lee@example.com", "facility_id": "south", "active": true },
                    { "sales_rep_id": 4, "email": "kim@example.com", "facility_id": "north", "active": true },
                ]),
                "facility" => json!([
                    { "id": "south", "timezone": "America/Los_Angeles", "active": true },
                    { "id": "north", "timezone": "America/Los_Angeles", "active": true },
                ]),
                "payment_term" => json!([{ "order_payment_term": "Net 30", "due_num_days": 30 }]),
                _ => json!([]),
            };
            let kind = plan.record(account, record).expect("a record");
            let rows: Vec<Value> =
                rows.as_array().expect("rows").iter().map(|row| rules::record(account, record, row)).collect();
            Found::Listed(Arc::new(Listed::new(kind, account, rows.into_iter())))
        }
    }
}
