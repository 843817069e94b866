//! The same order mapped over types, as somebody would write it who knows what is needed: the floor.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use petiole::value::{Record, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Value as Json, json};

/// The order, read already.
pub(crate) struct Order {
    number: String,
    created_on: Timestamp,
    customer: i64,
    email: String,
    ship_date: String,
    notes: [String; 2],
    discount: Decimal,
    shipping: Decimal,
    tax: Decimal,
    term: i64,
    lines: Vec<Line>,
}

struct Line {
    product: i64,
    quantity: Decimal,
    units: i64,
    ordered: Decimal,
    sale: Option<Decimal>,
    batch: i64,
}

/// What the order is looked up in.
pub(crate) struct Known {
    customers: HashMap<i64, String>,
    products: HashMap<i64, String>,
    batches: HashMap<i64, String>,
    reps: HashMap<String, (i64, String)>,
    zones: HashMap<String, TimeZone>,
    terms: HashMap<i64, &'static str>,
}

/// What it becomes.
#[derive(PartialEq)]
pub(crate) struct Parcel {
    number: String,
    created_on: Timestamp,
    destination: String,
    sales_rep: i64,
    facility: String,
    day: Date,
    notes: Vec<(&'static str, String, bool)>,
    discount: Decimal,
    charges: Vec<Decimal>,
    term: &'static str,
    lines: Vec<(String, String, Decimal, Decimal)>,
}

/// The order of the bench.
pub(crate) fn order(lines: usize) -> Order {
    let line = |at: usize| {
        let number = i64::try_from(at).expect("few lines");
        Line {
            product: 1_000 + number,
            quantity: Decimal::from(number % 40 + 1),
            units: number % 3 * 6,
            ordered: Decimal::new((number % 90 + 10) * 100 + 40, 2),
            sale: (at.is_multiple_of(4)).then(|| Decimal::new(995, 2)),
            batch: 5_000 + number,
        }
    };
    Order {
        number: "4c1d3b0e-6b0f-4d41-9d44-0f5e7a21bc90".to_owned(),
        created_on: "2026-03-01T10:00:00Z".parse().expect("an instant"),
        customer: 5,
        email: "Kim@Example.com ".to_owned(),
        ship_date: "2026-03-04T06:00:00-05:00".to_owned(),
        notes: ["ring twice".to_owned(), "a good client".to_owned()],
        discount: Decimal::from(10),
        shipping: Decimal::new(2500, 2),
        tax: Decimal::new(1250, 2),
        term: 4,
        lines: (0..lines).map(line).collect(),
    }
}

impl Known {
    /// What there is for an order of so many lines.
    pub(crate) fn new(lines: usize) -> Self {
        let numbers = |from: usize| (from..from + lines).map(|at| i64::try_from(at).expect("few lines"));
        let rep = |email: &str, id: i64, facility: &str| (email.to_owned(), (id, facility.to_owned()));
        let zone = TimeZone::get("America/Los_Angeles").expect("a zone");
        Self {
            customers: HashMap::from([(5, "dest-5".to_owned())]),
            products: numbers(1_000).map(|id| (id, format!("item-{id}"))).collect(),
            batches: numbers(5_000).map(|id| (id, format!("B-{id} "))).collect(),
            reps: HashMap::from([rep("lee@example.com", 3, "south"), rep("kim@example.com", 4, "north")]),
            zones: HashMap::from([("south".to_owned(), zone.clone()), ("north".to_owned(), zone)]),
            terms: HashMap::from([(4, "Net 30"), (1, "COD")]),
        }
    }
}

/// The order as it is made at the other side.
pub(crate) fn parcel(order: &Order, known: &Known) -> Parcel {
    let (rep, facility) = &known.reps[order.email.trim().to_lowercase().as_str()];
    let instant: Timestamp = order.ship_date.parse().expect("an instant");
    let subjects = [("LeafLink", false), ("LeafLink, internal", true)];
    let notes = order.notes.iter().zip(subjects).filter(|(note, _)| !note.is_empty());
    let line = |line: &Line| {
        let price = line.sale.filter(|price| *price > Decimal::ZERO).unwrap_or(line.ordered);
        let price = match line.units {
            units if units < 2 => price,
            units => (price / Decimal::from(units)).round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero),
        };
        let lot = known.batches[&line.batch].trim().to_owned();
        (known.products[&line.product].clone(), lot, line.quantity, price)
    };
    Parcel {
        number: order.number.clone(),
        created_on: order.created_on,
        destination: known.customers[&order.customer].clone(),
        sales_rep: *rep,
        facility: facility.clone(),
        day: instant.to_zoned(known.zones[facility].clone()).date(),
        notes: notes.map(|(note, (subject, internal))| (subject, note.clone(), internal)).collect(),
        discount: order.discount,
        charges: [order.shipping, order.tax].into_iter().filter(|money| !money.is_zero()).collect(),
        term: known.terms[&order.term],
        lines: order.lines.iter().map(line).collect(),
    }
}

impl Parcel {
    /// As [`plain`] tells what the rules make.
    pub(crate) fn to_json(&self) -> Json {
        let money = |amount: &Decimal| json!({ "amount": amount.normalize().to_string(), "method": "dollar" });
        let note = |(subject, note, internal): &(&str, String, bool)| json!({ "subject": subject, "note": note, "internal_only": internal.to_string() });
        let line = |(item, lot, quantity, price): &(String, String, Decimal, Decimal)| {
            let [quantity, price] = [quantity, price].map(|number| number.normalize().to_string());
            json!({ "item": item, "lot_number": lot, "order_qty": quantity, "unit_price": price })
        };
        json!({
            "original_order_id": self.number, "order_timestamp": self.created_on.to_string(),
            "destination": self.destination, "sales_rep": self.sales_rep.to_string(), "facility": self.facility,
            "requested_delivery_date": self.day.to_string(), "notes": self.notes.iter().map(note).collect::<Vec<_>>(),
            "discounts": [money(&self.discount)], "charges": self.charges.iter().map(money).collect::<Vec<_>>(),
            "payment_term": self.term, "order_lines": self.lines.iter().map(line).collect::<Vec<_>>(),
        })
    }
}

/// Fields with every number, instant and truth as its text, numbers without zeros at their ends.
pub(crate) fn plain(fields: &Record) -> Json {
    fn text(value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Integer(number) => Json::String(number.to_string()),
            Value::Decimal(number) => Json::String(number.normalize().to_string()),
            Value::List(items) => items.iter().map(text).collect(),
            Value::Record(fields) => plain(fields),
            other => Json::String(other.to_key().unwrap_or_default()),
        }
    }
    Json::Object(fields.iter().map(|(name, value)| (name.to_string(), text(value))).collect())
}
