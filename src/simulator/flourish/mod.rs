//! Flourish's external API in miniature, with what people do in Flourish's own pages beside it.
//!
//! Owns one company's records and answers requests against them; where the published
//! documentation is silent, the file that decides says what it assumes. Knows nothing of rules.
//! The same records, instant and request always give the same answer and the same webhooks.

mod acts;
mod call;
mod catalogue;
mod company;
mod contacts;
mod control;
mod control_items;
mod control_orders;
mod control_state;
mod destination_input;
mod destinations;
mod facilities;
mod fields;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
mod flourish;
mod inventory;
mod inventory_view;
mod item_view;
mod items;
mod order;
mod order_input;
mod order_lines;
mod order_view;
mod orders;
mod paging;
mod payment_terms;
mod query;
mod reply;
mod route;
mod sales_reps;
mod seed;
mod spelling;
mod stock;
mod webhooks;
mod whims;

pub use flourish::Flourish;
