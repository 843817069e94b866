//! A system as its file describes it: how to call it and what its records look like.
//!
//! Pure data for the connector, which alone speaks HTTP. Knows no account and no secret.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::errors::ErrorRules;
use super::paging::Paging;
use crate::diagnostic::Span;
use crate::language::plan::auth::Auth;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::webhook::WebhookRules;
use crate::language::syntax::constant::Constant;
use crate::language::syntax::template::Template;
use crate::value::{Kind, Notation, Path, Record, Segment, Value, key};
use crate::world::Method;

/// A system.
#[derive(Clone, Debug)]
pub struct System {
    /// Its name in rules.
    pub name: String,
    /// Headers of every call, credentials among them (`Authorization` = `App {secrets.api_key}`).
    pub headers: Vec<(String, Template)>,
    /// What opens the account beside them.
    pub auth: Auth,
    /// How long one call may take.
    pub timeout: Duration,
    /// How long after a lost answer an effect may still appear.
    pub settle_after: Duration,
    /// What the peer allows.
    pub limits: Limits,
    /// Where it says what it still takes.
    pub allowance: Allowance,
    /// How failures are told apart.
    pub errors: ErrorRules,
    /// How lists come, unless a record or a call says otherwise.
    pub paging: Arc<Paging>,
    /// Under which key a single record stands; `None`: the body is the record.
    pub answer: Option<Path>,
    /// Messages that the system sends, if any.
    pub webhook: Option<WebhookRules>,
    /// Its kinds of records by name.
    pub records: BTreeMap<String, Arc<RecordType>>,
}

impl System {
    /// The templates of what every call has: headers, and what opens the account.
    pub fn templates(&self) -> impl Iterator<Item = &Template> {
        self.headers.iter().map(|(_, template)| template).chain(self.auth.templates())
    }
}

/// Calls allowed.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Calls a minute per account.
    pub per_minute: u32,
    /// Calls that may be made in one go after a rest.
    pub burst: u32,
    /// Calls under way at once per account.
    pub at_once: u32,
    /// How long after an update of a record the next change of what it follows waits, and is joined by those that come
    /// meanwhile.
    pub same_record: Duration,
}

/// The headers in which a peer says how many calls it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How many are left, as `8` or `8/40`.
    pub remaining: String,
    /// How many of how many were made, as `32/40`; counts in the place of what is left.
    pub used: Option<String>,
    /// When there are calls again.
    pub reset: String,
    /// How that is written.
    pub form: ResetForm,
}

/// How a peer says when there are calls again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResetForm {
    /// In so many seconds, or at this second since 1970: a number so large that no wait is meant is an instant.
    #[default]
    Either,
    /// In so many seconds.
    Seconds,
    /// In so many milliseconds.
    Milliseconds,
    /// At this second since 1970.
    Epoch,
}

impl Default for Allowance {
    fn default() -> Self {
        let (remaining, reset) = ("RateLimit-Remaining".to_owned(), "RateLimit-Reset".to_owned());
        Self { remaining, used: None, reset, form: ResetForm::default() }
    }
}

/// A kind of record.
#[derive(Clone, Debug, Default)]
pub struct RecordType {
    /// The system's name.
    pub system: String,
    /// Its name in rules.
    pub name: String,
    /// The field that identifies it.
    pub key: String,
    /// The field with the instant of creation, if any.
    pub created: Option<String>,
    /// The field with the instant of the last change, if any.
    pub modified: Option<String>,
    /// The field that says which version of the record it is, which every update shows.
    pub version: Option<String>,
    /// Where it holds what people name it by, beside its key.
    pub handles: Vec<Path>,
    /// Whether its work goes before other records' when calls are short.
    pub first: bool,
    /// Its fields in file order. Paths of nested fields are whole (`order_lines[].item`).
    pub fields: Vec<Field>,
    /// Reads one by key.
    pub read: Option<Call>,
    /// Lists those changed since an instant (`{since}`).
    pub changed: Option<Call>,
    /// The field whose equal values make one of several rows (`grouped by sku`): the record is then their list.
    pub grouped: Option<String>,
    /// Lists all.
    pub list: Option<Call>,
    /// Finds those whose field has a value, by field name.
    pub find: BTreeMap<String, Call>,
    /// Creates one.
    pub create: Option<Call>,
    /// Changes one.
    pub update: Option<Call>,
    /// Adds elements to a list of one, by the list's name: sends the new ones, and nothing takes them away.
    pub add: BTreeMap<String, Call>,
    /// Takes one away: deletes it, or has it count as gone.
    pub remove: Option<Call>,
    /// Over a record's own fields: the record is shown and counts as gone.
    pub gone_when: Option<CompiledExpression>,
    /// Its states, if a field has any.
    pub states: Option<States>,
    /// Which of the fields are references, once that was asked of the finished record.
    pub references: OnceLock<Vec<usize>>,
}

impl RecordType {
    /// The key of a record of this kind, as text; none where what stands there cannot be one. A group's key is what its
    /// rows share.
    pub fn id_of(&self, record: &Value) -> Option<String> {
        self.key_in(record).to_key().filter(|key| key::can_be(key))
    }

    /// What stands in the place of a record's key and cannot be one, empty where nothing does.
    pub fn impossible_key(&self, record: &Value) -> Option<String> {
        let stands = self.key_in(record).to_key().unwrap_or_default();
        (!key::can_be(&stands)).then_some(stands)
    }

    /// The key of a record of this kind.
    pub fn key_in<'v>(&self, record: &'v Value) -> &'v Value {
        match record {
            Value::List(rows) if self.grouped.is_some() => {
                rows.first().map_or(&Value::Null, |row| row.field(&self.key))
            }
            other => other.field(&self.key),
        }
    }

    /// Rows as records of this kind: one by one, or those with equal keys together.
    pub fn grouped_rows(&self, rows: impl Iterator<Item = Value>) -> Vec<Value> {
        if self.grouped.is_none() {
            return rows.collect();
        }
        let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for row in rows {
            if let Some(key) = row.field(&self.key).to_key().filter(|key| !key.is_empty()) {
                groups.entry(key).or_default().push(row);
            }
        }
        groups.into_values().map(Value::from).collect()
    }

    /// Every call of this kind of record.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        let moves = self.states.iter().flat_map(|states| &states.moves);
        let by_call = moves.filter_map(|one| if let MoveBy::Call(call) = &one.by { Some(call.as_ref()) } else { None });
        [&self.read, &self.changed, &self.list, &self.create, &self.update, &self.remove]
            .into_iter()
            .flatten()
            .chain(self.find.values())
            .chain(self.add.values())
            .chain(by_call)
    }

    /// Whether a field goes out with updates alone, and not with the create. A state follows by moves.
    pub fn sends_later(&self, path: &Path) -> bool {
        let is_state = self.states.as_ref().is_some_and(|states| path.is_field(&states.field));
        self.field(path).is_some_and(|field| field.on_update && !field.on_create) && !is_state
    }

    /// Whether this is a list that a call of its own adds to.
    pub fn adds_to(&self, path: &Path) -> bool {
        matches!(path.0.as_slice(), [Segment::Field(name)] if self.add.contains_key(name.as_str()))
    }

    /// The call that changes these fields: the update, or the one that adds to the list that is the only one of them.
    pub fn change(&self, fields: &Record) -> Option<&Call> {
        let alone = fields.keys().next().filter(|_| fields.len() == 1);
        alone.and_then(|name| self.add.get(name.as_str())).or(self.update.as_ref())
    }

    /// Whether a path from a place in a record may lead through a reference into another record.
    pub fn refers_within(&self, at: &[Segment], steps: &[Segment]) -> bool {
        let leads = |place: &[Segment]| {
            let (own, rest) = place.split_at(at.len().min(place.len()));
            let before = at.get(..own.len()) == Some(own);
            before && rest.len() < steps.len() && rest.iter().zip(steps).all(|(one, other)| is_alike(one, other))
        };
        let references = self.references.get_or_init(|| {
            let fields = self.fields.iter().enumerate();
            fields.filter(|(_, field)| matches!(field.kind, Kind::Reference(_))).map(|(at, _)| at).collect()
        });
        let references = references.iter().filter_map(|at| self.fields.get(*at));
        // Beside a key inside a record stand the names of what it refers to, which are not declared.
        let beside = |place: &[Segment]| {
            let Some((_, around)) = place.split_last().filter(|(_, around)| !around.is_empty()) else { return false };
            let next = around.len().checked_sub(at.len()).and_then(|rest| steps.get(rest));
            let is_declared = |field: &Field| field.path.0.split_last() == next.map(|next| (next, around));
            leads(around) && !self.fields.iter().any(is_declared)
        };
        references.map(|field| field.path.0.as_slice()).any(|place| leads(place) || beside(place))
    }

    /// Whether every record has a value in one of its fields: the system file says so, or no record is without it: the
    /// key, the state, and the instants of its creation and last change.
    pub fn is_filled(&self, field: &Field) -> bool {
        let is = |name: &str| field.path.is_field(name);
        field.presence == Presence::Filled
            || is(&self.key)
            || self.modified.iter().chain(&self.created).any(|name| is(name))
            || self.states.as_ref().is_some_and(|states| is(&states.field))
    }

    /// The field declared at this path (`order_lines[].item`).
    pub fn field(&self, path: &Path) -> Option<&Field> {
        self.fields.iter().find(|field| field.path == *path)
    }
}

/// Whether two steps lead to the same field: one element of a list is declared as every element is.
fn is_alike(one: &Segment, other: &Segment) -> bool {
    match (one, other) {
        (Segment::Field(one), Segment::Field(other)) => one == other,
        (Segment::Each | Segment::Index(_), Segment::Each | Segment::Index(_)) => true,
        _ => false,
    }
}

/// A field of a record. Values inside petiole stand at `path`; `read_at` and `write` say where
/// the peer has them.
#[derive(Clone, Debug)]
pub struct Field {
    /// Where rules find it.
    pub path: Path,
    /// What it holds.
    pub kind: Kind,
    /// How the peer spells it.
    pub shape: FieldShape,
    /// How it spells the value itself, where not as others are.
    pub notation: Option<Notation>,
    /// Where it stands in what the peer sends, from the record; inside lists from the element.
    pub read_at: Path,
    /// Where else it may stand, in order, where it is not there.
    pub read_also: Vec<Path>,
    /// The header of an answer about one record in which it stands, where it stands in no body.
    pub read_header: Option<String>,
    /// How it is written, where another way than it is read.
    pub write_kind: Option<Kind>,
    /// The field that updates send again with it.
    pub together: Option<Path>,
    /// Where it goes in what the peer is sent; inside lists from the element.
    pub write: WritePlace,
    /// Needed by the create call.
    pub required_on_create: bool,
    /// Needed by the create call where this holds over the record sent.
    pub required_when: Option<Requirement>,
    /// Never given back: what was sent last counts as what the peer holds.
    pub write_only: bool,
    /// Sent by the create call.
    pub on_create: bool,
    /// Sent by the update call.
    pub on_update: bool,
    /// Sent by the call that adds to its list, and by no other.
    pub on_add: bool,
    /// Longest text, in characters.
    pub max: Option<usize>,
    /// Whether every answer shows it.
    pub presence: Presence,
    /// Not settled by the reference.
    pub assumed: bool,
    /// Made from other fields: no answer holds it, and no call sends it.
    pub derived: bool,
    /// Where the system file declares it.
    pub span: Span,
}

/// When the create call needs a field.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Over the fields of the record sent, and what they refer to.
    pub condition: CompiledExpression,
    /// As it is written.
    pub text: String,
}

/// Whether a field is in every answer that shows its record, or the element of the list that it is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// Nothing is said of it.
    #[default]
    Open,
    /// Answers leave it out where it has no value.
    Sparse,
    /// It is always there, null where it has no value.
    Shown,
    /// It is always there and has a value.
    Filled,
}

/// How a peer spells a field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldShape {
    /// The value itself; money and decimals as number or text, both read.
    Plain,
    /// A record with the key in one field: `{id: 5}`. A bare value is read too.
    KeyIn(String),
    /// A record of amount and currency; amount as number or text. A bare amount is read too.
    Money {
        /// The field of the amount.
        amount: String,
        /// The field of the currency.
        currency: String,
    },
}

/// Where a written value goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WritePlace {
    /// Into the body at this path.
    Body(Path),
    /// Into a header.
    Header(String),
}

/// One call of a system.
#[derive(Clone, Debug)]
pub struct Call {
    /// GET, POST, PUT, PATCH, DELETE.
    pub method: Method,
    /// The path below the account's base URL.
    pub path: Template,
    /// Query parameters in order.
    pub query: Vec<(String, Template)>,
    /// Headers beyond the system's own.
    pub headers: Vec<(String, Template)>,
    /// What the body holds beside the record's fields: paths and values, written as the field of that path is.
    pub body: Vec<(Path, Constant)>,
    /// What is asked in GraphQL, with what is sent beside it.
    pub query_text: Option<Query>,
    /// Fields sent again with every update, whether they changed or not.
    pub resend: Vec<Path>,
    /// Fields never sent.
    pub never: Vec<Path>,
    /// Made once for each value of a list, if it is.
    pub each: Option<Each>,
    /// How what it lists comes in pages, where another way than the system's lists do.
    pub paging: Option<Arc<Paging>>,
    /// Where in its answer the record stands, where another place than in the system's answers.
    pub answer: Option<Path>,
    /// The path of what it made, with its key as the hole, by which a `Location` header is read.
    pub location: Option<Template>,
    /// Where in its body what is sent stands; the whole body without it.
    pub within: Option<Path>,
    /// Whether its body is a form and not JSON.
    pub is_form: bool,
    /// When the peer allows it; reads the record's own fields by bare name.
    pub allowed_when: Option<CompiledExpression>,
    /// Where the system file declares it.
    pub span: Span,
}

impl Call {
    /// A call that sends nothing beyond its path.
    pub fn new(method: Method, path: Template, span: Span) -> Self {
        let (query, headers, body) = Default::default();
        let (resend, never, each, paging, allowed_when) = Default::default();
        let (query_text, answer, location, within, is_form) = Default::default();
        Self {
            method,
            path,
            query,
            headers,
            body,
            query_text,
            resend,
            never,
            each,
            paging,
            answer,
            location,
            within,
            is_form,
            allowed_when,
            span,
        }
    }
}

/// What is asked in GraphQL.
#[derive(Clone, Debug)]
pub struct Query {
    /// Its text.
    pub text: String,
    /// What stands beside it, from the top of the body.
    pub variables: Vec<(Path, Constant)>,
}

/// A call made once for each value of a setting: `facility in settings.stock.facilities`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Each {
    /// The hole that the value fills, and the field under which rows carry it.
    pub name: String,
    /// The setting, a list, by dotted name.
    pub setting: String,
}

/// The states of a record.
#[derive(Clone, Debug)]
pub struct States {
    /// The field that holds the state, or that the rows make.
    pub field: String,
    /// How the state follows from other fields; empty where the field is the peer's own.
    pub rows: Vec<StateRow>,
    /// The state a created record begins in, where nobody says another.
    pub initial: Option<String>,
    /// The states of which the create call sends one; empty where the peer sets it.
    pub sent: Vec<String>,
    /// Legal moves.
    pub moves: Vec<Move>,
}

/// A row by which a state follows from other fields.
#[derive(Clone, Debug)]
pub struct StateRow {
    /// When it is the row, if those above are not; `None`: always.
    pub when: Option<CompiledExpression>,
    /// The state.
    pub state: String,
}

/// One legal step from a state to another.
#[derive(Clone, Debug)]
pub struct Move {
    /// From.
    pub from: String,
    /// To.
    pub to: String,
    /// Who makes it, and how.
    pub by: MoveBy,
}

/// Who makes a move.
#[derive(Clone, Debug)]
pub enum MoveBy {
    /// Only people; never tried.
    People,
    /// This call.
    Call(Arc<Call>),
    /// The record's update call, with the state field set to the target.
    Update,
}
