//! Signed messages to the subscriber: new and changed orders and products.

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use super::super::simulator::Webhook;
use super::LeafLink;

impl LeafLink {
    /// Tells of an order as receivers saw it: in `data`, its lines with whole products.
    pub(super) fn tell_order(&mut self, action: &str, number: &str) {
        let Some(order) = self.state.orders.get(number) else { return };
        let mut data = self.order_json(order, &["customer"]);
        let lines: Vec<Json> = order
            .lines
            .iter()
            .map(|line| {
                let product = self.state.products.get(&line.product);
                json!({
                    "product": { "name": product.map(|one| one.name.clone()),
                    "sku": product.map(|one| one.sku.clone()) },
                    "quantity": format!("{:.4}", line.quantity), "unit_multiplier": line.unit_multiplier,
                })
            })
            .collect();
        if let Some(fields) = data.as_object_mut() {
            fields.insert("orderedproduct_set".to_owned(), Json::Array(lines));
        }
        self.tell(action, &data);
    }

    /// Signs and queues one message.
    pub(super) fn tell(&mut self, action: &str, data: &Json) {
        let body = json!({ "action": action, "data": data }).to_string().into_bytes();
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        let company = &self.state.company;
        let key = company.webhook_key.as_ref().unwrap_or(&self.webhook_key);
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
            mac.update(&body);
            let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
            headers.push(("LL-Signature".to_owned(), signature));
        }
        self.pending.push(Webhook { headers, body, company: Some(company.id) });
    }
}
