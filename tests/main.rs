//! Behaviour of petiole, seen from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod accounts;
mod admission;
mod bad_answers;
mod base;
mod behaviours;
mod catalogue;
mod cli;
mod conflict;
mod connector;
mod diagnostics;
mod expression;
mod function;
mod killed;
mod lint;
mod lint_edits;
mod lint_fixtures;
mod lint_rows;
mod log;
mod notify;
mod order_status;
mod orders_cross;
mod overtaken;
mod peer;
mod products;
mod promise_stock;
mod promises;
mod recovery;
mod reference;
mod reload;
mod retention;
mod rule_test;

mod scenario;
mod script;
mod settings;
mod simulator_flourish;
mod simulator_leaflink;
mod simulator_leaflink_catalogue;
mod slips;
mod stock;
mod store;
mod support;
mod sweep;
mod tidy;
mod trade;
