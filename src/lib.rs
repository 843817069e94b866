//! petiole joins business systems by rules: YAML files say what maps to what, a generic runtime
//! keeps both sides in step.
//!
//! # The two walks
//!
//! ```text
//! rule files ─source─▶ SourceMap ─syntax─▶ RuleTree ─resolve─▶ Names ─infer, check─▶ CheckedRules ─lower─▶ Plan
//!                                                                                   └─lint─▶ findings
//! webhook / poll ─server, runtime─▶ hint ─engine(Plan, Situation)─▶ effect ─store (intent)─▶ connector ─▶ peer
//! ```
//!
//! # Rooms, from ground to roof
//!
//! A room uses only rooms above it in this list; `tests/tidy.rs` holds the order.
//!
//! - [`value`]: data that flows through pipelines. No floats.
//! - [`diagnostic`]: what is wrong, where, and how to mend it. Knows no rule.
//! - [`world`]: time, randomness, transport, files, environment, tasks; everything that acts reaches the outside
//!   through these traits.
//! - [`language`]: from rule text to an immutable [`language::plan::Plan`]. `compile.rs` is the walk on one page.
//! - [`engine`]: decides, purely: the same situation gives the same answer. No clock, no I/O.
//! - [`store`]: what must survive a restart. A trait for each concern; SQLite fills them, and so do PostgreSQL and
//!   plain maps in memory.
//! - [`connector`]: HTTP out, described by system files. Alone speaks HTTP outward.
//! - [`runtime`]: moves. `memory` is what a generation, or the process, may forget at any instant; `pairing` takes one
//!   piece of work to its end; `service` looks for work and reloads the rules.
//! - [`view`]: what people are shown, whoever asks: why a record stands as it does, what is parked.
//! - [`server`]: HTTP in: webhooks, health, administration. `receive` is the whole of a webhook, without a connection;
//!   `page` is the dashboard, which shows what `view` tells.
//! - [`simulator`]: both systems in miniature; uses only `value` and `world`. The only room that names systems.
//! - [`peer`]: a system in memory, made from its system file; for tests and for authors without a sandbox.
//! - [`trial`]: runs the tests beside the rules: the real runtime between peers in memory.
//! - [`simulation`]: the whole service on a seeded clock, network, store and people; finds what no single test sees.
//! - [`editor`]: the language server: rule files while somebody writes them. Has no meaning of its own.
//! - [`cli`]: one file per command.

pub mod cli;
pub mod connector;
pub mod diagnostic;
pub mod editor;
pub mod engine;
pub mod language;
pub mod peer;
pub mod runtime;
pub mod server;
pub mod simulation;
pub mod simulator;
pub mod store;
pub mod trial;
pub mod value;
pub mod view;
pub mod world;
