//! A `system:` file: what an API offers.

mod auth;
mod call;
mod envelope;
mod errors;
mod oauth2;
mod paging;
mod place;
mod record;
mod sign;
mod states;
mod system_file;
mod templates;
mod webhook;

pub use auth::{AuthTree, BasicLine};
pub use call::{CallNames, CallParts, CallTree, EachLine, QueryText, Request, VARIABLES};
pub use envelope::EnvelopeTree;
pub use errors::{ErrorsTree, RefusalLine};
pub use oauth2::{Oauth2Tree, TOKEN};
pub use paging::PagingTree;
pub use place::{path, single};
pub use record::{CallKey, FieldTree, RecordTree};
pub use sign::SignTree;
pub use states::{MoveTree, MoverTree, StateRowTree, StatesTree};
pub(super) use system_file::parse;
pub use system_file::{HttpTree, LimitsTree, SystemFile};
pub use templates::Templates;
pub use webhook::{ToldTree, WebhookLine, WebhookTree};
