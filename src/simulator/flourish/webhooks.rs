//! Messages to the subscriber: what changed, in the shape of its GET, signed.
//!
//! Owns the body and the signature. One request can lead to several messages; a record that
//! changed twice in one request is told once, as it is at the end. The action `update` is assumed.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::company::Company;
use super::{inventory_view, item_view, order_view};
use crate::simulator::Webhook;

/// Which record changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    /// An item, by id.
    Item(u64),
    /// An outbound order, by number.
    Order(u64),
    /// An item's stock at one facility, by item id and the facility's place in the list.
    Stock(u64, usize),
}

/// A change that the subscriber will hear of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Notice {
    /// `create` or `update`.
    pub(super) action: &'static str,
    /// The record.
    pub(super) subject: Subject,
}

/// Turns the notices gathered so far into messages.
pub(super) fn take(company: &mut Company, key: Option<&str>) -> Vec<Webhook> {
    let notices = std::mem::take(&mut company.notices);
    notices.iter().filter_map(|notice| message(company, *notice, key)).collect()
}

fn message(company: &Company, notice: Notice, key: Option<&str>) -> Option<Webhook> {
    let (resource_type, data) = match notice.subject {
        Subject::Item(id) => ("item", item_view::full(company.items.get(&id)?)),
        Subject::Order(number) => ("order", order_view::full(company, company.orders.get(&number)?)),
        Subject::Stock(item, facility) => {
            let stock = company.stock.get(&(item, facility))?;
            ("inventory_summary", inventory_view::summary(company.items.get(&item)?, facility, stock))
        }
    };
    let body = json!({"action": notice.action, "resource_type": resource_type, "data": data}).to_string().into_bytes();
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    if let Some(signature) = key.and_then(|key| sign(key, &body)) {
        headers.push(("Auth-Signature".to_owned(), signature));
    }
    Some(Webhook { headers, body, company: None })
}

/// HMAC-SHA256 of the whole body in lower-case hex.
fn sign(key: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).ok()?;
    mac.update(body);
    Some(hex::encode(mac.finalize().into_bytes()))
}
