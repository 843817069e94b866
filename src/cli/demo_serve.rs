//! `petiole demo --serve`: the day of trade goes on until Ctrl-C, with the service's pages to look at it.
//!
//! Buyers order, the warehouse works and counts, and now and then somebody spells an item otherwise than the other
//! side, so that there is something to mend. What is refused in between is part of trade.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::demo::{Stage, sides, text};
use super::demo_story::Story;
use crate::world::Method;

/// How long people rest between two things that they do.
const TURN: Duration = Duration::from_secs(3);

/// After how many turns a buyer orders again.
const BUYERS_EVERY: u64 = 2;

/// After how many turns an item is spelt otherwise on both sides.
const MISSPELT_EVERY: u64 = 40;

/// After how many turns everything in the warehouse is counted.
const COUNTED_EVERY: u64 = 15;

/// What the warehouse has of each item after it counted.
const COUNT: u64 = 400;

/// What an order comes to after the warehouse had it in its hands.
const WORK: [(&str, &str); 2] = [("Created", "allocate"), ("Allocated", "ship")];

impl Stage {
    /// Trade until Ctrl-C.
    pub(super) async fn trade_on(&mut self, story: &Story) -> Result<(), String> {
        let [seller, erp] = sides();
        story.serving(&self.address, [seller, erp].map(|name| (name, self.origin(name))));
        let mut ended = std::pin::pin!(tokio::signal::ctrl_c());
        for turn in 1_u64.. {
            let pause = self.world.clock.sleep(TURN);
            tokio::select! {
                biased;
                _ = &mut ended => break,
                () = pause => {}
            }
            // Nobody tells of what happens here: the pages do.
            while self.happenings.try_recv().is_ok() {}
            if turn.is_multiple_of(BUYERS_EVERY) {
                self.tried(seller, "submit", &json!({ "count": 1 })).await;
            }
            if turn.is_multiple_of(MISSPELT_EVERY) {
                self.misspell(turn / MISSPELT_EVERY).await?;
            }
            if turn.is_multiple_of(COUNTED_EVERY) {
                self.count_stock().await;
            }
            self.work(turn).await;
        }
        Ok(())
    }

    /// An item that both sides spell differently, and an order of it.
    pub(super) async fn misspell(&mut self, number: u64) -> Result<(), String> {
        let [seller, erp] = sides();
        let name = format!("Autumn Release {number}");
        let item = json!({ "sku": format!("AUTUMN-{number}O"), "name": name, "price": 10, "ecommerce_active": false });
        self.tried(erp, "item", &item).await;
        let sku = format!("AUTUMN-{number}0");
        self.tried(seller, "product", &json!({ "sku": sku, "name": name })).await;
        self.tried(seller, "submit", &json!({ "lines": [{ "sku": sku, "quantity": 5 }] })).await;
        Ok(())
    }

    /// The warehouse takes up one order, another one each time.
    async fn work(&self, turn: u64) {
        let [_, erp] = sides();
        let state = self.state(erp).await.unwrap_or_default();
        let orders = state.get("orders").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let open = |order: &&Json| WORK.iter().any(|(status, _)| text(order, "/order_status") == *status);
        let open: Vec<&Json> = orders.iter().filter(open).collect();
        let at = usize::try_from(turn).unwrap_or_default().checked_rem(open.len()).unwrap_or_default();
        let Some(order) = open.get(at) else { return };
        let act = WORK.iter().find(|(status, _)| text(order, "/order_status") == *status);
        let Some((_, act)) = act else { return };
        self.tried(erp, act, &json!({ "order": text(order, "/id") })).await;
    }

    async fn count_stock(&self) {
        let [_, erp] = sides();
        let state = self.state(erp).await.unwrap_or_default();
        for item in state.get("items").and_then(Json::as_array).into_iter().flatten() {
            self.tried(erp, "stock", &json!({ "sku": text(item, "/sku"), "qty": COUNT })).await;
        }
    }

    /// What a person does where it is let be done: a system that fails, or refuses, is what the pages are for.
    async fn tried(&self, system: &str, act: &str, body: &Json) {
        if let Err(refused) = self.send(system, Method::Post, act, body).await {
            tracing::debug!(refused, "an act of the demo was refused");
        }
    }
}
