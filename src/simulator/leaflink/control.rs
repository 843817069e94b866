//! What people do: buyers submit and cancel, sellers edit and combine, menus change.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use super::acts::ACTS;
use super::order::{Line, Order};
use super::order_money::Money;
use super::payment::Payment;
use super::state::{Customer, Product, stamp};
use super::{Answer, LeafLink, Refusal};
use crate::simulator::act::Act;
use crate::world::Method;

/// Orders submitted in one request.
const SUBMIT_MAX: u64 = 10_000;

fn refuse(text: impl Into<String>) -> Refusal {
    Refusal::new(400, json!({ "message": text.into() }))
}

fn word<'a>(body: &'a Json, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Json::as_str)
}

fn number(body: &Json, name: &str) -> Option<Decimal> {
    body.get(name).and_then(|value| value.to_string().trim_matches('"').parse().ok())
}

impl LeafLink {
    pub(super) fn control(&mut self, now: Timestamp, (method, act): (Method, &str), body: &[u8]) -> Answer {
        if method != Method::Post {
            return Err(Refusal::new(405, json!({ "message": "POST it" })));
        }
        let body: Json = if body.is_empty() {
            json!({})
        } else {
            serde_json::from_slice(body).map_err(|error| refuse(error.to_string()))?
        };
        let known = Act::posted(ACTS, act);
        let known =
            known.ok_or_else(|| refuse(format!("nobody can `{act}`; GET /_control/ lists what people can do")))?;
        if let Some(name) = known.stranger(body.as_object().into_iter().flat_map(Map::keys).map(String::as_str)) {
            return Err(refuse(format!("`{act}` takes no field `{name}`; GET /_control/ lists them")));
        }
        match act {
            "submit" => self.submit(now, &body),
            "edit" => self.edit_lines(now, &body),
            "combine" => self.combine(now, &body),
            "split" => self.split(now, &body),
            "customer" => self.add_customer(now, &body),
            "cancel" | "accept" | "reject" | "fulfill" | "ship" | "complete" => {
                let order = word(&body, "order").unwrap_or_default().to_owned();
                self.transition(now, &order, act).map(|_| json!({ "order": order }))
            }
            other => self.catalogue_act(now, other, &body),
        }
    }

    fn submit(&mut self, now: Timestamp, body: &Json) -> Answer {
        let count = body.get("count").and_then(Json::as_u64).unwrap_or(1).min(SUBMIT_MAX);
        let mut made = Vec::new();
        for _ in 0..count {
            let order = self.draw_order(now, body)?;
            let (number, draft) = (order.number.clone(), body.get("draft") == Some(&json!(true)));
            made.push(json!({ "number": number, "short_id": number.get(28..) }));
            self.state.orders.insert(number.clone(), order);
            if !draft {
                self.move_to(now, &number, "Submitted")?;
            }
            self.tell_order("create", &number);
        }
        Ok(json!({ "orders": made }))
    }

    /// What the buyer does not say is left to chance.
    fn draw_order(&mut self, now: Timestamp, body: &Json) -> Result<Order, Refusal> {
        let customers: Vec<i64> = self.state.customers.keys().copied().collect();
        let drawn = customers.get(self.state.random.usize(0..customers.len().max(1))).copied();
        let customer = body.get("customer").and_then(Json::as_i64).or(drawn).ok_or_else(|| refuse("no customer"))?;
        let rep = self.state.customers.get(&customer).ok_or_else(|| refuse("no such customer"))?.rep;
        let lines = match body.get("lines").and_then(Json::as_array) {
            Some(lines) => lines.clone().iter().map(|line| self.line(line)).collect::<Result<Vec<_>, _>>()?,
            None => self.draw_lines(),
        };
        let number = format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
            self.state.random.u32(..),
            self.state.random.u16(..),
            self.state.random.u16(0..4096),
            self.state.random.u16(0..4096),
            self.state.random.u64(0..1 << 48)
        );
        let mut order = Order {
            number,
            created: now,
            modified: now,
            status: "Draft".to_owned(),
            customer,
            rep: body.get("sales_rep").and_then(Json::as_i64).unwrap_or(rep),
            lines,
            notes: String::new(),
            internal_notes: String::new(),
            payment: Payment::default(),
            money: Money::default(),
            is_combination: false,
            external_ids: Map::new(),
            ship_date: Json::Null,
            reserved: false,
        };
        order.agree(body.as_object().unwrap_or(&Map::new()))?;
        Ok(order)
    }

    fn draw_lines(&mut self) -> Vec<Line> {
        let count = self.state.random.usize(1..4);
        let mut ids: Vec<i64> =
            self.state.products.values().filter(|one| one.listing_state == "Available").map(|one| one.id).collect();
        self.state.random.shuffle(&mut ids);
        ids.truncate(count);
        let mut lines = Vec::new();
        for id in ids {
            let cases = self.state.random.i64(1..4);
            if let Some(product) = self.state.products.get(&id).cloned() {
                lines.push(self.line_of(&product, Decimal::from(cases * product.units_per_case)));
            }
        }
        lines
    }

    fn line(&mut self, body: &Json) -> Result<Line, Refusal> {
        let sku = word(body, "sku").unwrap_or_default().to_owned();
        let id = body.get("product").and_then(Json::as_i64);
        let found = self.state.products.values().find(|one| Some(one.id) == id || one.sku == sku).cloned();
        let product = found.ok_or_else(|| refuse(format!("no product {sku}")))?;
        let quantity = number(body, "quantity").ok_or_else(|| refuse("quantity is a number"))?;
        let mut line = self.line_of(&product, quantity);
        line.sale_price = number(body, "sale_price").unwrap_or_default();
        line.is_sample = body.get("is_sample") == Some(&json!(true));
        let batches = &self.state.batches;
        line.batch = word(body, "batch").and_then(|wanted| {
            let fits = |batch: &Json| word(batch, "production_batch_number") == Some(wanted);
            batches.iter().find(|(_, batch)| fits(batch)).map(|(id, _)| *id)
        });
        Ok(line)
    }

    fn line_of(&mut self, product: &Product, quantity: Decimal) -> Line {
        self.state.next_line += 1;
        Line {
            id: self.state.next_line,
            product: product.id,
            quantity,
            unit_multiplier: product.units_per_case,
            ordered_unit_price: product.case_price,
            sale_price: Decimal::ZERO,
            batch: None,
            is_sample: false,
        }
    }

    /// Lines by SKU: a quantity sets, `remove` takes out, an unknown one is added.
    fn edit_lines(&mut self, now: Timestamp, body: &Json) -> Answer {
        let order = word(body, "order").unwrap_or_default().to_owned();
        let held = self.order(&order)?.clone();
        for change in body.get("lines").and_then(Json::as_array).cloned().unwrap_or_default() {
            let line = self.line(&change)?;
            let remove = change.get("remove") == Some(&json!(true));
            let lines = &mut self.order(&order)?.lines;
            match lines.iter_mut().find(|known| known.product == line.product) {
                _ if remove => lines.retain(|known| known.product != line.product),
                Some(known) => {
                    known.quantity = line.quantity;
                    known.batch = line.batch.or(known.batch);
                }
                None => lines.push(line),
            }
        }
        // What is reserved follows the lines.
        let lines = self.order(&order)?.lines.clone();
        for (line, sign) in
            held.lines.iter().map(|line| (line, -Decimal::ONE)).chain(lines.iter().map(|line| (line, Decimal::ONE)))
        {
            if let Some(product) = self.state.products.get_mut(&line.product).filter(|_| held.reserved) {
                product.reserved += sign * line.quantity;
            }
        }
        let found = self.order(&order)?;
        found.modified = now;
        found.agree(body.as_object().unwrap_or(&Map::new()))?;
        self.tell_order("edit", &order);
        Ok(json!({ "order": order }))
    }

    /// Sources become `Combined`, their goods one new order.
    fn combine(&mut self, now: Timestamp, body: &Json) -> Answer {
        let names: Vec<String> = body
            .get("orders")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .map(str::to_owned)
            .collect();
        let mut lines = Vec::new();
        let mut customer = None;
        for name in &names {
            let order = self.order(name)?;
            if customer.is_some_and(|known| known != order.customer) {
                return Err(refuse("orders of one customer can be combined"));
            }
            customer = Some(order.customer);
            lines.extend(order.lines.clone());
        }
        let mut order = self.draw_order(now, &json!({ "customer": customer, "lines": [] }))?;
        (order.lines, order.is_combination) = (lines, true);
        for name in &names {
            self.set_status(now, name, "Combined")?;
        }
        let number = order.number.clone();
        self.state.orders.insert(number.clone(), order);
        self.move_to(now, &number, "Submitted")?;
        self.tell_order("create", &number);
        Ok(json!({ "order": number }))
    }

    /// Lines of these SKUs leave an order and wait in one of their own.
    fn split(&mut self, now: Timestamp, body: &Json) -> Answer {
        let name = word(body, "order").unwrap_or_default().to_owned();
        let skus: Vec<&str> =
            body.get("skus").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let known = |id: i64| self.state.products.get(&id).is_some_and(|one| skus.contains(&one.sku.as_str()));
        let source = self.state.orders.get(&name).ok_or_else(Refusal::not_found)?;
        let (left, kept): (Vec<Line>, Vec<Line>) = source.lines.iter().cloned().partition(|line| known(line.product));
        let (customer, reserved) = (source.customer, source.reserved);
        if left.is_empty() || kept.is_empty() {
            return Err(refuse("a split leaves lines on both sides"));
        }
        for line in left.iter().filter(|_| reserved) {
            if let Some(product) = self.state.products.get_mut(&line.product) {
                product.reserved -= line.quantity;
            }
        }
        let source = self.order(&name)?;
        (source.lines, source.modified) = (kept, now);
        self.tell_order("edit", &name);
        let mut order = self.draw_order(now, &json!({ "customer": customer, "lines": [] }))?;
        (order.lines, order.status) = (left, "Backorder".to_owned());
        let number = order.number.clone();
        self.state.orders.insert(number.clone(), order);
        self.tell_order("create", &number);
        Ok(json!({ "order": number }))
    }

    fn add_customer(&mut self, now: Timestamp, body: &Json) -> Answer {
        if let Some(id) = body.get("customer").and_then(Json::as_i64) {
            return self.edit_customer(now, id, body);
        }
        let id = self.next_id(90_001, |state| state.customers.keys().last().copied());
        let name = word(body, "name").unwrap_or("New Store").to_owned();
        let fields = json!({
            "id": id, "name": name, "nickname": null, "dba": name, "owner": self.state.company.id,
            "license_number": body.get("license_number"),
            "email": null, "phone": null, "website": null, "address": "1 New St", "unit_number": null,
            "city": "Oakland",
            "state": "CA", "zipcode": "94607", "corporate_address": body.get("corporate_address"),
            "managers": [self.state.first_rep()], "external_ids": {}, "created_on": stamp(now), "modified": stamp(now),
        });
        let contacts = body.get("contacts").and_then(Json::as_array).cloned().unwrap_or_default();
        self.state.customers.insert(id, Customer { id, name, fields, contacts, rep: self.state.first_rep() });
        Ok(json!({ "id": id }))
    }

    /// People change what is known of a buyer.
    fn edit_customer(&mut self, now: Timestamp, id: i64, body: &Json) -> Answer {
        let customer = self.state.customers.get_mut(&id).ok_or_else(|| refuse("there is no such customer"))?;
        for (key, value) in body.as_object().into_iter().flatten().filter(|(key, _)| *key != "customer") {
            let known = customer.fields.get_mut(key.as_str()).filter(|_| !matches!(key.as_str(), "id" | "created_on"));
            *known.ok_or_else(|| refuse(format!("a customer has no `{key}` to change")))? = value.clone();
        }
        if let Some(name) = word(body, "name") {
            name.clone_into(&mut customer.name);
        }
        if let Some(fields) = customer.fields.as_object_mut() {
            fields.insert("modified".to_owned(), stamp(now).into());
        }
        Ok(json!({ "id": id }))
    }

    /// The e-mail address of somebody on the staff.
    fn mail_of(&self, id: i64) -> Json {
        let person = self.state.staff.iter().find(|one| one.get("id").and_then(Json::as_i64) == Some(id));
        person.and_then(|one| one.get("email")).cloned().unwrap_or_default()
    }

    /// For tests: what is there, in short.
    pub(super) fn summary(&self) -> Json {
        let sku = |id: i64| self.state.products.get(&id).map(|one| one.sku.clone());
        let orders: Vec<Json> = self
            .state
            .orders
            .values()
            .map(|order| {
                let lines: Vec<Json> = order
                    .lines
                    .iter()
                    .map(|line| {
                        json!({ "sku": sku(line.product), "quantity": line.quantity.normalize().to_string(),
                    "unit_multiplier": line.unit_multiplier, "price": line.ordered_unit_price.to_string() })
                    })
                    .collect();
                json!({ "number": order.number, "status": order.status, "customer": order.customer, "lines": lines,
                "sales_rep": self.mail_of(order.rep), "total": order.total().to_string(),
                    "external_ids": order.external_ids,
                    "payment_term": order.payment.name(), "payment_methods": order.payment.methods(),
                    "is_combination": order.is_combination })
            })
            .collect();
        let products: Vec<Json> = self
            .state
            .products
            .values()
            .map(|one| {
                json!({ "id": one.id, "sku": one.sku, "quantity": one.quantity.to_string(),
            "reserved": one.reserved.to_string(), "listing_state": one.listing_state,
            "units_per_case": one.units_per_case })
            })
            .collect();
        let license = |one: &Customer| one.fields.get("license_number").cloned().unwrap_or_default();
        let customer = |one: &Customer| json!({ "id": one.id, "name": one.name, "license_number": license(one) });
        let customers: Vec<Json> = self.state.customers.values().map(customer).collect();
        json!({ "orders": orders, "products": products, "customers": customers })
    }
}
