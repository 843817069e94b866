//! A `system:` file: what an API offers.

mod call;
mod record;
mod states;
mod system_file;
mod webhook;

pub use call::{CallNames, CallParts, CallTree, EachLine, Request};
pub use record::{CallKey, FieldTree, RecordTree};
pub use states::{MoveTree, MoverTree, StatesTree};
pub(super) use system_file::parse;
pub use system_file::{ErrorsTree, HttpTree, LimitsTree, PagingTree, SystemFile, Templates};
pub use webhook::{WebhookLine, WebhookTree};
