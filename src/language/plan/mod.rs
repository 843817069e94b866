//! Meaning as an immutable, printable program: what runtime, engine and connector work from.
//!
//! A plan is made whole from checked rules and replaced whole, never edited. No validation
//! happens here; an error in this room is a bug. Holds references to secrets, never secrets.

pub mod account;
pub mod action;
pub mod agreement;
pub mod auth;
pub mod derived_state;
pub mod errors;
pub mod expression;
pub mod folded;
pub mod fuel;
pub mod heard;
pub mod otherwise;
pub mod ownership;
pub mod paging;
pub mod pipeline;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod plan;
mod printed;
pub mod rule_line;
pub mod setting_type;
pub mod side;
pub mod sign;
pub mod standing;
pub mod states;
pub mod system;
pub mod table;
pub mod test;
pub mod volume;
pub mod webhook;
pub mod when_gone;

pub use crate::language::syntax::arrow::Arrow;
pub use crate::language::syntax::constant::Constant;
pub use crate::language::syntax::template::{Template, TemplatePart};
pub use account::{Account, Carries, Setting};
pub use action::Action;
pub use agreement::Agreement;
pub use auth::{Auth, Basic, Grant, TokenRules, is_private};
pub use errors::{ErrorMeaning, ErrorRules, WordedError};
pub use folded::Folded;
pub use ownership::Owner;
pub use paging::{Mark, PageStyle, Paging, Place};
pub use pipeline::{Cardinality, Create, FieldRule, ListRule, Narrowing, Pipeline, RuleBody, WithRead};
pub use plan::{Interest, Plan};
pub use rule_line::RuleLine;
pub use setting_type::{Misfit, SettingType, SettingTypes};
pub use side::Side;
pub use sign::{Algorithm, Encoding, SignRules, TimeForm};
pub use standing::Switches;
pub use system::{
    Allowance, Call, Each, Field, FieldShape, Limits, Move, MoveBy, Presence, Query, RecordType, Requirement,
    ResetForm, StateRow, States, System, WritePlace,
};
pub use table::{Instead, Outcome, Row, Table};
pub use volume::Volume;
pub use webhook::{SignatureRules, Told, Trust, WebhookRecord, WebhookRules};
pub use when_gone::{Parting, WhenGone};
