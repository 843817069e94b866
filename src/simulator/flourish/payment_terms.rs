//! Payment terms, which orders name rather than number.
//!
//! The header is required but the terms are the whole company's. That an order's term must be
//! one of these is assumed.

use serde_json::{Value as Json, json};

use super::call::Call;
use super::company::Company;
use super::facilities;
use super::fields::Fields;
use super::paging;
use super::reply::{Answer, Refusal, Reply};

/// When an order falls due.
#[derive(Clone, Debug)]
pub(super) struct PaymentTerm {
    /// A number.
    pub(super) id: u64,
    /// What orders show.
    pub(super) name: String,
    /// Days until due.
    pub(super) due_num_days: i64,
    /// Or the day of the month on which it is due.
    pub(super) due_day_of_month: i64,
    /// Orders made this many days before that day are due a month later.
    pub(super) due_next_month_cond_num_days: i64,
}

pub(super) fn list(company: &Company, call: &Call) -> Answer {
    facilities::required(company, call)?;
    let pattern = call.query.first("search").unwrap_or_default().to_lowercase();
    let terms: Vec<&PaymentTerm> = company
        .payment_terms
        .values()
        .filter(|term| call.query.accepts("order_payment_term", &term.name))
        .filter(|term| term.name.to_lowercase().contains(&pattern))
        .collect();
    paging::page(call, &terms, |term| view(term))
}

pub(super) fn one(company: &Company, call: &Call, id: &str) -> Answer {
    facilities::required(company, call)?;
    let term = id.parse().ok().and_then(|id: u64| company.payment_terms.get(&id)).ok_or_else(Refusal::not_found)?;
    Ok(Reply::Data(view(term)))
}

pub(super) fn create(company: &mut Company, call: &Call) -> Answer {
    facilities::required(company, call)?;
    let body = call.body()?;
    let fields = Fields::body(&body)?;
    fields.only(&[&["order_payment_term", "due_num_days", "due_day_of_month", "due_next_month_cond_num_days"]])?;
    let name = fields.required_text("order_payment_term")?;
    let days = fields.integer("due_num_days")?;
    let day = fields.integer("due_day_of_month")?;
    let condition = fields.integer("due_next_month_cond_num_days")?;
    let (days, day, condition) = match (days, day, condition) {
        (Some(days), None, None) => (days, 0, 0),
        (None, Some(day), Some(condition)) => (0, day, condition),
        _ => {
            return Err(Refusal::bad(
                "either due_num_days or both due_day_of_month and due_next_month_cond_num_days are required",
            ));
        }
    };
    if known(company, &name) {
        return Err(Refusal::bad(format!("order_payment_term \"{name}\" already exists")));
    }
    let term = add(company, name, days);
    term.due_day_of_month = day;
    term.due_next_month_cond_num_days = condition;
    Ok(Reply::Data(view(term)))
}

/// Enters a term under a new number.
pub(super) fn add(company: &mut Company, name: String, due_num_days: i64) -> &mut PaymentTerm {
    let id = company.payment_terms.last_key_value().map_or(1, |(last, _)| last + 1);
    let (due_day_of_month, due_next_month_cond_num_days) = (0, 0);
    company.payment_terms.entry(id).or_insert(PaymentTerm {
        id,
        name,
        due_num_days,
        due_day_of_month,
        due_next_month_cond_num_days,
    })
}

/// Reads an order's `payment_term`; empty text means none.
pub(super) fn read(company: &Company, fields: &Fields) -> Result<Option<String>, Refusal> {
    let name = fields.text("payment_term")?.filter(|name| !name.is_empty());
    match name {
        Some(name) if !known(company, &name) => {
            Err(Refusal::bad(format!("{} \"{name}\" does not exist", fields.name("payment_term"))))
        }
        name => Ok(name),
    }
}

fn known(company: &Company, name: &str) -> bool {
    company.payment_terms.values().any(|term| term.name == name)
}

fn view(term: &PaymentTerm) -> Json {
    json!({
        "order_payment_term_id": term.id, "order_payment_term": term.name, "due_num_days": term.due_num_days,
        "due_day_of_month": term.due_day_of_month,
        "due_next_month_cond_num_days": term.due_next_month_cond_num_days,
    })
}
