//! Payment terms and methods in all the ways in which the API speaks of them.
//!
//! An order has one term and one method; both the payment option and the two deprecated fields show them.

use serde_json::{Value as Json, json};

use super::Refusal;

/// A term: id, what people read, days, code.
type Term = (i64, &'static str, Option<i64>, &'static str);

/// Those that the API lists; the first is what an order has unless somebody chooses.
const TERMS: [Term; 16] = [
    (3, "Net 15", Some(15), "net15"),
    (20, "COD", None, "cod"),
    (2, "Net 7", Some(7), "net7"),
    (4, "Net 30", Some(30), "net30"),
    (5, "Net 10", Some(10), "net10"),
    (6, "Net 20", Some(20), "net20"),
    (7, "Net 60", Some(60), "net60"),
    (8, "Net 3", Some(3), "net3"),
    (9, "Net 14", Some(14), "net14"),
    (10, "Pre-Payment", None, "prepay"),
    (12, "Consignment", None, "consign"),
    (14, "Net 90", Some(90), "net90"),
    (11, "LeafLink Financial - Net 30", Some(30), "llf"),
    (13, "LeafLink Financial - Net 15", Some(15), "llf"),
    (15, "Wire on Delivery", None, "cod"),
    (21, "LeafLink Financial", None, "llf"),
];

/// Methods of payment; the ids of the second and third are not published.
const METHODS: [(i64, &str); 4] = [(1, "Cash"), (2, "Check"), (3, "Wire"), (4, "ACH")];

/// What was agreed on paying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Payment {
    term: Term,
    method: (i64, &'static str),
}

impl Default for Payment {
    fn default() -> Self {
        let [term, ..] = TERMS;
        Self { term, method: (4, "ACH") }
    }
}

impl Payment {
    /// What people read.
    pub(super) fn name(self) -> &'static str {
        self.term.1
    }

    /// The same method with another term, in any of the ways to say it.
    pub(super) fn with_term(self, said: &Json) -> Option<Self> {
        let fits = |(id, name, _, code): &&Term| match said {
            Json::Number(number) => number.as_i64() == Some(*id),
            Json::String(text) => text == name || text == code || *text == id.to_string(),
            _ => false,
        };
        Some(Self { term: *TERMS.iter().find(fits)?, ..self })
    }

    /// `{payment_method_id, payment_term_id}`; both are needed.
    pub(super) fn from_option(option: &Json) -> Result<Self, Refusal> {
        let id = |name: &str| {
            let given = option.get(name).filter(|id| !id.is_null());
            let text = given.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
            let refuse = |text: &str| Refusal::new(400, json!({ "selected_payment_option": { name: [text] } }));
            let text = text.ok_or_else(|| refuse("This field is required."))?;
            text.parse::<i64>().map_err(|_| refuse("A valid integer is required."))
        };
        let unknown = |name: &str, id: i64| {
            let text = format!("Invalid pk \"{id}\" - object does not exist.");
            Refusal::new(400, json!({ "selected_payment_option": { name: [text] } }))
        };
        let (method, term) = (id("payment_method_id")?, id("payment_term_id")?);
        let method =
            METHODS.iter().find(|(known, _)| *known == method).ok_or_else(|| unknown("payment_method_id", method))?;
        let term = TERMS.iter().find(|(known, ..)| *known == term).ok_or_else(|| unknown("payment_term_id", term))?;
        Ok(Self { term: *term, method: *method })
    }

    /// The payment option as it is read.
    pub(super) fn option(self) -> Json {
        let (id, name, days, code) = self.term;
        json!({
            "id": 216_000 + id * 10 + self.method.0, "is_default": false, "payment_program": null,
            "payment_strategy": null,
            "payment_method": { "id": self.method.0, "method": self.method.1 },
            "payment_term": { "id": id, "term": name, "days": days, "code": code },
        })
    }

    /// The deprecated list of methods.
    pub(super) fn methods(self) -> Json {
        json!([self.method.1])
    }
}

/// Every option that an order may be given.
pub(super) fn options() -> Json {
    TERMS.iter().map(|term| Payment { term: *term, ..Payment::default() }.option()).collect()
}
