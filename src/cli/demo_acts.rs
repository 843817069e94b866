//! The acts of the demo's day: what people do in both systems, and what each act waits for.

use serde_json::{Value as Json, json};

use super::demo::{Awaited, QUIET, Stage, sides, text};
use super::demo_story::Story;
use crate::runtime::pairing::crosswalk::Word;

fn awaited(pipeline: &'static str, action: &'static str, count: usize) -> Awaited {
    Awaited { pipeline, action, count }
}

impl Stage {
    /// A day of trade.
    pub(super) async fn day(&mut self, story: &Story, orders: usize) -> Result<(), String> {
        story.act("What may be sold is offered on the marketplace");
        self.compare().await?;
        self.settle_in_short(story, QUIET).await?;
        self.new_item(story).await?;
        self.orders(story, orders).await?;
        self.cases_and_a_term(story).await?;
        self.combined(story).await?;
        self.parked(story).await
    }

    /// The morning of a day that goes on: something crossed, something waits for a person, and all was compared.
    pub(super) async fn opening(&mut self, story: &Story, orders: usize) -> Result<(), String> {
        story.act("What may be sold is offered on the marketplace");
        self.compare().await?;
        self.settle_in_short(story, QUIET).await?;
        self.orders(story, orders).await?;
        story.act("An order names an item that the warehouse spells otherwise");
        self.misspell(0).await?;
        self.settle(story, awaited("orders", "create", 1)).await?;
        self.compare().await.map(|_| ())
    }

    /// An item becomes a product, and its count is offered.
    async fn new_item(&mut self, story: &Story) -> Result<(), String> {
        let [_, erp] = sides();
        story.act("Somebody adds an item to sell on-line, and counts it");
        let item = json!({
            "sku": "SPRING-35", "name": "Blue Dream 3.5g Jar", "price": 17.5, "brand": self.brand,
            "strain": "Blue Dream",
        });
        self.control(erp, "item", &item).await?;
        self.settle(story, awaited("products", "create", 1)).await?;
        self.control(erp, "stock", &json!({ "sku": "SPRING-35", "qty": 120 })).await?;
        self.settle(story, awaited("stock", "update", 1)).await
    }

    async fn orders(&mut self, story: &Story, count: usize) -> Result<(), String> {
        let [seller, _] = sides();
        story.act("Buyers place orders on the marketplace");
        let made = self.control(seller, "submit", &json!({ "count": count })).await?;
        let orders = made.get("orders").and_then(Json::as_array).into_iter().flatten();
        story.placed(&orders.map(|order| text(order, "/short_id")).collect::<Vec<_>>());
        self.settle_in_short(story, awaited("orders", "create", count)).await
    }

    /// Cases become units, and the payment term follows.
    async fn cases_and_a_term(&mut self, story: &Story) -> Result<(), String> {
        let [seller, erp] = sides();
        let state = self.state(seller).await?;
        let in_cases = |one: &&Json| one.get("units_per_case").and_then(Json::as_i64).is_some_and(|units| units > 1);
        let products = state.get("products").and_then(Json::as_array).cloned().unwrap_or_default();
        let product = products.iter().find(in_cases).cloned().unwrap_or_default();
        let units = product.get("units_per_case").and_then(Json::as_i64).unwrap_or(1);
        story.act(&format!("Two cases of {units} are ordered; the warehouse counts units"));
        let line = json!({ "sku": text(&product, "/sku"), "quantity": units.saturating_mul(2) });
        self.control(seller, "submit", &json!({ "lines": [line] })).await?;
        self.settle(story, awaited("orders", "create", 1)).await?;

        story.act("The warehouse agrees on another payment term");
        let orders = self.state(erp).await?;
        let newest = orders.get("orders").and_then(Json::as_array).and_then(|all| all.last()).cloned();
        let order = newest.as_ref().map(|order| text(order, "/id")).unwrap_or_default();
        self.control(erp, "payment_term", &json!({ "order": order, "payment_term": "Cash on Delivery" })).await?;
        self.settle(story, awaited("orders", "update", 1)).await
    }

    /// Two orders of one buyer become one.
    async fn combined(&mut self, story: &Story) -> Result<(), String> {
        let [seller, _] = sides();
        story.act("The seller combines two orders of one buyer: both are called off, then the new one is made");
        let mut numbers = Vec::new();
        let state = self.state(seller).await?;
        let sku = text(&state, "/products/0/sku").to_owned();
        for quantity in [3, 4] {
            let body = json!({ "customer": 90_001, "lines": [{ "sku": sku, "quantity": quantity }] });
            let made = self.control(seller, "submit", &body).await?;
            numbers.push(text(&made, "/orders/0/number").to_owned());
            self.settle(story, awaited("orders", "create", 1)).await?;
        }
        self.control(seller, "combine", &json!({ "orders": numbers })).await?;
        self.settle(story, awaited("orders", "create", 1)).await
    }

    /// A line that cannot be matched waits, and a person says what is meant.
    async fn parked(&mut self, story: &Story) -> Result<(), String> {
        let [seller, erp] = sides();
        story.act("An order names an item that the warehouse spells otherwise");
        self.control(
            erp,
            "item",
            &json!({ "sku": "AUTUMN-1O", "name": "Autumn Release", "price": 10, "ecommerce_active": false }),
        )
        .await?;
        self.control(seller, "product", &json!({ "sku": "AUTUMN-10", "name": "Autumn Release" })).await?;
        let lines = json!([{ "sku": "AUTUMN-10", "quantity": 5 }]);
        self.control(seller, "submit", &json!({ "lines": lines })).await?;
        self.settle(story, awaited("orders", "create", 1)).await?;

        let parks = self.runtime.store.parks().await.map_err(|error| error.to_string())?;
        let Some((park, near)) = parks.first().and_then(|park| Some((park, park.draft.candidates.first()?))) else {
            return Err("nothing was parked".to_owned());
        };
        let target = format!("{}/{}", near.record, near.id);
        story.act("Somebody says which one is meant; the order goes on");
        story.command(&format!("petiole inbox match {} {target}", park.number));
        self.runtime
            .match_by_hand(Word { number: park.number, target: &target, relink: false })
            .await
            .map_err(|error| error.to_string())?;
        self.settle(story, awaited("orders", "create", 1)).await
    }
}
