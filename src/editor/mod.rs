//! The language server: rule files while somebody writes them.
//!
//! One loop reads what the client says and answers from what the compiler makes of the texts as they are in the editor.
//! Has no meaning of its own: whatever it tells comes from `language`. Knows no command line.

pub mod address;
mod answer;
mod capabilities;
mod completion;
pub mod context;
pub mod documents;
pub mod encoding;
mod findings;
mod fixes;
mod hover;
mod lens;
mod lookup;
pub mod names;
mod rename;
mod server;
pub mod session;
pub mod study;
mod symbols;
mod tell;
mod tokens;

pub use server::{Over, serve};
