//! Orders and lines as the API shows them.

use serde_json::{Value as Json, json};

use super::order::{Line, Order};
use super::payment::options;
use super::query::Query;
use super::state::{money, stamp};
use super::transition::targets;
use super::{Answer, LeafLink, Refusal};

impl LeafLink {
    /// `GET /orders-received/`
    pub(super) fn list_orders(&self, query: &Query) -> Answer {
        let statuses = query.list("status").map(|list| list.iter().map(|one| one.to_lowercase()).collect::<Vec<_>>());
        let mut orders: Vec<&Order> = self
            .state
            .orders
            .values()
            .filter(|order| query.spans("modified", order.modified) && query.spans("created_on", order.created))
            .filter(|order| statuses.as_ref().is_none_or(|list| list.contains(&order.status.to_lowercase())))
            .filter(|order| query.get("number").is_none_or(|number| number == order.number))
            .filter(|order| external(query, &order.external_ids))
            .collect();
        orders.sort_by(|a, b| (a.created, &a.number).cmp(&(b.created, &b.number)));
        let rows = orders.into_iter().map(|order| self.order_json(order, &children(query))).collect();
        Ok(query.page(rows))
    }

    /// `GET /orders-received/{number}/`
    pub(super) fn show_order(&self, number: &str, query: &Query) -> Answer {
        // A UUID is the same in capitals.
        Ok(query.select(self.view(&number.to_lowercase(), &children(query))?))
    }

    /// `GET /orders-received/{number}/line-items/`, a bare list.
    pub(super) fn lines_of(&self, number: &str) -> Answer {
        let order = self.state.orders.get(number).ok_or_else(Refusal::not_found)?;
        Ok(Json::Array(order.lines.iter().map(|line| line_json(line, order)).collect()))
    }

    /// `GET /line-items/`
    pub(super) fn list_lines(&self, query: &Query) -> Answer {
        let orders = query.list("order");
        let rows = self
            .state
            .orders
            .values()
            .filter(|order| orders.as_ref().is_none_or(|list| list.contains(&order.number.as_str())))
            .filter(|order| query.spans("order__modified", order.modified))
            .flat_map(|order| order.lines.iter().map(|line| line_json(line, order)))
            .collect();
        Ok(query.page(rows))
    }

    pub(super) fn view(&self, number: &str, children: &[&str]) -> Answer {
        let order = self.state.orders.get(number).ok_or_else(Refusal::not_found)?;
        Ok(self.order_json(order, children))
    }

    pub(super) fn order_json(&self, order: &Order, children: &[&str]) -> Json {
        let customer = self.state.customers.get(&order.customer);
        let rep = self.state.staff.iter().find(|one| one.get("id") == Some(&json!(order.rep)));
        let rep_name = rep.and_then(|rep| rep.get("display_name")).cloned().unwrap_or_default();
        let sales_reps = if rep.is_some() { json!([{ "id": order.rep, "user": rep_name }]) } else { json!([]) };
        let mut shown = json!({
            "number": order.number, "order_number": order.number, "short_id": order.number.get(28..),
            "created_on": stamp(order.created), "modified": stamp(order.modified), "status": order.status,
            "manual": false,
            "buyer": order.customer + 1000, "seller": self.state.company.id, "brand": null,
            "customer": { "id": order.customer, "display_name": customer.map(|one| one.name.clone()),
            "ext_acct_id": null, "delinquent": false },
            "total": { "amount": plain(order.total()), "currency": "USD" },
            "shipping_charge": { "amount": plain(order.money.shipping), "currency": "USD" },
            "discount": plain(order.money.discount), "discount_type": order.money.discount_type,
            "tax_amount": plain(order.money.tax), "tax_type": "%", "final_tax": format!("{:.2}", order.tax()),
            "payment_term": order.payment.name(), "payment_methods": order.payment.methods(),
            "selected_payment_option": order.payment.option(), "available_payment_options": options(),
            "payment_due_date": null, "paid": false,
            "ship_date": order.ship_date, "notes": order.notes, "internal_notes": order.internal_notes,
            "sales_reps": sales_reps,
            "classification": "Adult Use", "available_transitions": targets(&order.status),
            "is_combination": order.is_combination,
            "facility_id": 12, "external_ids": order.external_ids,
        });
        if let Some(fields) = shown.as_object_mut() {
            if children.contains(&"line_items") {
                let lines = order.lines.iter().map(|line| line_json(line, order)).collect();
                fields.insert("line_items".to_owned(), Json::Array(lines));
            }
            if let (true, Some(customer)) = (children.contains(&"customer"), customer) {
                fields.insert("customer".to_owned(), customer.fields.clone());
            }
        }
        shown
    }
}

fn children(query: &Query) -> Vec<&'static str> {
    ["line_items", "customer", "sales_reps"].into_iter().filter(|child| query.includes(child)).collect()
}

/// Both parameters are needed; one alone filters nothing.
pub(super) fn external(query: &Query, ids: &serde_json::Map<String, Json>) -> bool {
    match (query.get("external_id_key"), query.list("external_id_values")) {
        (Some(key), Some(values)) => ids.get(key).and_then(Json::as_str).is_some_and(|id| values.contains(&id)),
        _ => true,
    }
}

/// Orders write money as numbers, lines as text: both occur.
fn plain(amount: rust_decimal::Decimal) -> Json {
    serde_json::from_str(&amount.round_dp(2).normalize().to_string()).unwrap_or_default()
}

fn line_json(line: &Line, order: &Order) -> Json {
    let cases = line.quantity / rust_decimal::Decimal::from(line.unit_multiplier.max(1));
    json!({
        "id": line.id, "order": order.number, "order_id": order.number, "product": line.product,
        "quantity": format!("{:.4}", line.quantity), "unit_multiplier": line.unit_multiplier,
        "bulk_units": plain(cases.trunc()),
        "ordered_unit_price": money(line.ordered_unit_price), "sale_price": money(line.sale_price),
        "on_sale": !line.sale_price.is_zero(), "is_sample": line.is_sample, "is_backorder": false, "is_packed": false,
        "unit_of_measure": "Unit", "position": null, "notes": null, "batch": line.batch, "frozen_data": {},
    })
}
