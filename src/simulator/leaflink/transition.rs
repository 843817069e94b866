//! Legal moves of an order and what they do to stock.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{Answer, LeafLink, Refusal};

/// Action, from, to. `cancel` is the buyer's.
const MOVES: [(&str, &str, &str); 12] = [
    ("submit", "Draft", "Submitted"),
    ("accept", "Submitted", "Accepted"),
    ("accept", "Backorder", "Accepted"),
    ("fulfill", "Accepted", "Fulfilled"),
    ("ship", "Fulfilled", "Shipped"),
    ("complete", "Shipped", "Complete"),
    ("reject", "Submitted", "Rejected"),
    ("reject", "Backorder", "Rejected"),
    ("reject", "Accepted", "Rejected"),
    ("reject", "Fulfilled", "Rejected"),
    ("reject", "Shipped", "Rejected"),
    ("cancel", "Submitted", "Cancelled"),
];

/// States that an order can be moved to, as `available_transitions` lists them: lower case.
pub(super) fn targets(status: &str) -> Vec<String> {
    MOVES.iter().filter(|(_, from, _)| *from == status).map(|(_, _, to)| to.to_lowercase()).collect()
}

/// What people can do with an order that stands there.
pub(super) fn by_people(status: &str) -> Vec<&'static str> {
    MOVES
        .iter()
        .filter(|(action, from, _)| *from == status && *action != "submit")
        .map(|(action, ..)| *action)
        .collect()
}

impl LeafLink {
    /// `POST /orders-received/{number}/transition/{action}/`
    pub(super) fn transition(&mut self, now: Timestamp, number: &str, action: &str) -> Answer {
        let order = self.order(number)?;
        let step = MOVES.iter().find(|(name, from, _)| *name == action && *from == order.status);
        let Some((_, _, to)) = step else {
            return Err(Refusal::detail(400, &format!("Order cannot {action} from status {}.", order.status)));
        };
        self.set_status(now, number, to)?;
        self.view(number, &["line_items"])
    }

    /// Moves an order, whoever does it, with its effect on stock, and tells the subscriber.
    pub(super) fn set_status(&mut self, now: Timestamp, number: &str, to: &str) -> Result<(), Refusal> {
        self.move_to(now, number, to)?;
        self.tell_order("edit", number);
        Ok(())
    }

    /// The same without a word to the subscriber.
    pub(super) fn move_to(&mut self, now: Timestamp, number: &str, to: &str) -> Result<(), Refusal> {
        let order = self.order(number)?;
        let shipped = matches!(order.status.as_str(), "Fulfilled" | "Shipped");
        let lines: Vec<(i64, Decimal)> = order.lines.iter().map(|line| (line.product, line.quantity)).collect();
        let held = order.reserved;
        match to {
            "Submitted" => order.reserved = true,
            "Fulfilled" | "Rejected" | "Cancelled" | "Combined" => order.reserved = false,
            _ => {}
        }
        to.clone_into(&mut order.status);
        order.modified = now;
        for (product, quantity) in lines {
            let Some(product) = self.state.products.get_mut(&product) else { continue };
            match to {
                "Submitted" if !held => product.reserved += quantity,
                "Fulfilled" => {
                    product.reserved -= if held { quantity } else { Decimal::ZERO };
                    product.quantity -= quantity;
                }
                "Rejected" if shipped => product.quantity += quantity,
                "Rejected" | "Cancelled" | "Combined" if held => product.reserved -= quantity,
                _ => {}
            }
        }
        Ok(())
    }
}
