//! Creates, updates and moves: what is allowed, and what it does to the records.

use jiff::Timestamp;

use super::call_log::CallKind;
use super::defaults;
use super::peer::Peer;
use super::read_wire::{self, Sent};
use super::refusal::{Reason, Refusal};
use super::requirement;
use super::route::{Route, asks_this, fit};
use super::version;
use crate::language::plan::{Call, MoveBy, Presence, RecordType, Requirement, WritePlace};
use crate::value::{Path, Record, Segment, Value};
use crate::world::Request;

/// What a write came to.
pub(super) struct Done {
    /// What it was: an update that changes the state is a move.
    pub(super) kind: CallKind,
    pub(super) key: Option<String>,
    pub(super) written: Record,
    /// The status of success.
    pub(super) outcome: Result<u16, Refusal>,
}

pub(super) fn write(peer: &mut Peer, now: Timestamp, route: &Route, request: &Request) -> Done {
    let key = route.holes.iter().find(|hole| hole.name == route.record.key).map(|hole| hole.value.clone());
    let mut done = Done { kind: route.kind, key, written: Record::new(), outcome: Ok(200) };
    done.outcome = match route.kind {
        CallKind::Create => create(peer, now, (route, request), &mut done),
        CallKind::Move => step(peer, now, (route, request), &mut done),
        CallKind::Remove => remove(peer, now, route, &done),
        _ => update(peer, now, (route, request), &mut done),
    };
    done
}

fn create(
    peer: &mut Peer,
    now: Timestamp,
    (route, request): (&Route, &Request),
    done: &mut Done,
) -> Result<u16, Refusal> {
    let kind = &route.record;
    let Some(call) = &kind.create else { return Err(missing_call(kind)) };
    let mut fields = read_wire::fields(&peer.system, kind, (call, Sent::Create), request)?;
    done.written.clone_from(&fields);
    let value = Value::Record(fields.clone());
    let lacking = |field: &&crate::language::plan::Field| {
        let holds = |needed: &Requirement| requirement::holds(peer, kind, needed, &value);
        let needed = field.required_on_create || field.required_when.as_ref().is_some_and(holds);
        needed && lacks(&value, &field.path.0)
    };
    if let Some(field) = kind.fields.iter().find(lacking) {
        let place = match &field.write {
            WritePlace::Header(name) => format!(" (header {name})"),
            WritePlace::Body(_) => String::new(),
        };
        return Err(Refusal::invalid(format!("a new {} needs `{}`{place}", kind.name, field.path)));
    }
    let states = kind.states.as_ref().and_then(|states| Path::parse(&states.field));
    if let Some(field) = states.and_then(|path| kind.field(&path)).filter(|field| field.path.read(&value).is_null())
        && let Some(state) = defaults::state(kind, field)
    {
        field.path.write(&mut fields, state);
    }
    begins(kind, &value)?;
    if let Some(text) = fields.get(&kind.key).and_then(Value::to_key)
        && peer.record(&kind.name, &text).is_some()
    {
        return Err(Refusal::new(Reason::Conflict, format!("there is a {} {text} already", kind.name)));
    }
    as_empty(kind, &mut fields);
    done.key = peer.make(now, kind, fields).to_key();
    Ok(201)
}

/// Of the states that a create may send, one is sent.
fn begins(kind: &RecordType, sent: &Value) -> Result<(), Refusal> {
    let Some(states) = kind.states.as_ref().filter(|states| !states.sent.is_empty()) else { return Ok(()) };
    match sent.field(&states.field).as_text() {
        Some(state) if !states.sent.iter().any(|known| known == state) => {
            Err(Refusal::invalid(format!("no {} is made {state}, but {}", kind.name, states.sent.join(" or "))))
        }
        _ => Ok(()),
    }
}

/// Whether a value is missing at a place; inside lists, from any element.
fn lacks(value: &Value, steps: &[Segment]) -> bool {
    match steps {
        [] => value.is_null(),
        [Segment::Each, rest @ ..] => value.as_list().unwrap_or_default().iter().any(|element| lacks(element, rest)),
        [Segment::Field(name), rest @ ..] => lacks(value.field(name), rest),
        [Segment::Index(_), ..] => false,
    }
}

/// Elements that are sent hold what each needs, also where the record is there already.
fn elements_whole(kind: &RecordType, sent: &Record) -> Result<(), Refusal> {
    let value = Value::Record(sent.clone());
    let inside = |path: &Path| path.0.iter().any(|step| matches!(step, Segment::Each));
    let mut needed = kind.fields.iter().filter(|field| field.required_on_create && inside(&field.path));
    match needed.find(|field| lacks(&value, &field.path.0)) {
        None => Ok(()),
        Some(field) => Err(Refusal::invalid(format!("each element needs `{}`", field.path))),
    }
}

/// What a create leaves out stays empty: defaults are for records that people make up.
fn as_empty(kind: &RecordType, fields: &mut Record) {
    let stamps = [&kind.created, &kind.modified].into_iter().flatten().chain([&kind.key]);
    let stamped: Vec<&str> = stamps.map(String::as_str).collect();
    for field in &kind.fields {
        // What every answer shows the system fills by itself.
        if let [Segment::Field(name)] = field.path.0.as_slice()
            && !stamped.contains(&name.as_str())
            && field.presence != Presence::Filled
        {
            fields.slot(name.clone());
        }
    }
}

fn update(
    peer: &mut Peer,
    now: Timestamp,
    (route, request): (&Route, &Request),
    done: &mut Done,
) -> Result<u16, Refusal> {
    let kind = &route.record;
    let (key, present) = present(peer, kind, done.key.as_deref())?;
    if let Some((list, call)) = kind.add.iter().find(|(_, call)| is_made_by(call, request)) {
        allowed(kind, call, &present)?;
        let rows = added(peer, (kind, call, list), request)?;
        done.written = Record::from([(list.clone(), rows.clone().into())]);
        let held = present.field(list).as_list().unwrap_or_default().iter().cloned();
        let whole = Value::List(held.chain(rows).collect());
        peer.change(now, kind, &key, &Record::from([(list.clone(), whole)]));
        return Ok(200);
    }
    let Some(call) = &kind.update else { return Err(missing_call(kind)) };
    let sent = read_wire::fields(&peer.system, kind, (call, Sent::Update), request)?;
    resent(kind, call, (&sent, &present))?;
    version::of_update(kind, (&sent, &present))?;
    let mut fields = changeable(kind, sent);
    done.written = changed(&fields, &present);
    elements_whole(kind, &done.written)?;
    let state = kind.states.as_ref().map(|states| states.field.clone());
    let goal = state.as_ref().and_then(|name| done.written.get(name)).and_then(Value::to_key);
    let rest = done.written.keys().any(|name| Some(name.as_str()) != state.as_deref());
    if let (Some(goal), Some(states)) = (&goal, &kind.states) {
        done.kind = CallKind::Move;
        let from = present.field(&states.field).to_key().unwrap_or_default();
        let legal =
            states.moves.iter().any(|step| step.from == from && step.to == *goal && matches!(step.by, MoveBy::Update));
        if !legal {
            return Err(Refusal::new(Reason::Conflict, format!("no update leads from {from} to {goal}")));
        }
    }
    if rest || goal.is_none() {
        allowed(kind, call, &present)?;
    }
    fields.retain(|name, _| done.written.contains_key(name));
    peer.change(now, kind, &key, &fields);
    Ok(200)
}

fn is_made_by(call: &Call, request: &Request) -> bool {
    let path = request.url.split('?').next().unwrap_or_default();
    call.method == request.method && fit(&call.path.0, path, true).is_some() && asks_this(call, request)
}

/// The elements that a request adds to a list.
fn added(
    peer: &Peer,
    (kind, call, list): (&RecordType, &Call, &str),
    request: &Request,
) -> Result<Vec<Value>, Refusal> {
    let sent = read_wire::fields(&peer.system, kind, (call, Sent::Add(list)), request)?;
    elements_whole(kind, &sent)?;
    Ok(sent.get(list).and_then(Value::as_list).unwrap_or_default().to_vec())
}

fn step(
    peer: &mut Peer,
    now: Timestamp,
    (route, request): (&Route, &Request),
    done: &mut Done,
) -> Result<u16, Refusal> {
    let kind = &route.record;
    let Some(states) = &kind.states else { return Err(missing_call(kind)) };
    let (key, present) = present(peer, kind, done.key.as_deref())?;
    let from = present.field(&states.field).to_key().unwrap_or_default();
    let found = states.moves.iter().find_map(|step| match &step.by {
        MoveBy::Call(call) if step.from == from && is_made_by(call, request) => Some((step, call)),
        _ => None,
    });
    let Some((step, call)) = found else {
        return Err(Refusal::new(Reason::Conflict, format!("a {} that is {from} cannot make this move", kind.name)));
    };
    version::of_move(route, &present)?;
    allowed(kind, call, &present)?;
    let goal = Record::from([(states.field.clone(), Value::text(step.to.as_str()))]);
    done.written.clone_from(&goal);
    peer.change(now, kind, &key, &goal);
    Ok(200)
}

/// What is gone cannot be taken away again; what is archived is still shown.
fn remove(peer: &mut Peer, now: Timestamp, route: &Route, done: &Done) -> Result<u16, Refusal> {
    let kind = &route.record;
    let (key, present) = present(peer, kind, done.key.as_deref())?;
    if kind.is_gone(&present) {
        return Err(Refusal::new(Reason::Gone, format!("this {} is gone", kind.name)));
    }
    kind.remove.iter().try_for_each(|call| allowed(kind, call, &present))?;
    peer.take_away(now, &kind.name, &key);
    Ok(if peer.record(&kind.name, &key).is_some() { 200 } else { 204 })
}

fn missing_call(kind: &RecordType) -> Refusal {
    Refusal::new(Reason::Unknown, format!("a {} has no such call", kind.name))
}

fn present(peer: &Peer, kind: &RecordType, key: Option<&str>) -> Result<(String, Value), Refusal> {
    let found = key.and_then(|key| peer.record(&kind.name, key).map(|value| (key.to_owned(), value.clone())));
    found.ok_or_else(|| Refusal::new(Reason::Gone, format!("there is no such {}", kind.name)))
}

/// What must be sent again with every update and is there must be in it.
fn resent(kind: &RecordType, call: &Call, (sent, present): (&Record, &Value)) -> Result<(), Refusal> {
    let sent = Value::Record(sent.clone());
    let left_out = |path: &&Path| {
        let held = path.read(present);
        let empty = held.is_null() || held.as_list().is_some_and(<[Value]>::is_empty);
        !empty && path.read(&sent).is_null()
    };
    match call.resend.iter().find(left_out) {
        None => Ok(()),
        Some(path) => Err(Refusal::invalid(format!("an update of a {} sends `{path}` again", kind.name))),
    }
}

/// Without the fields that are only repeated.
fn changeable(kind: &RecordType, sent: Record) -> Record {
    let fixed = kind.fields.iter().filter(|field| !field.on_update);
    let names: Vec<&str> = fixed
        .filter_map(|field| match field.path.0.as_slice() {
            [Segment::Field(name)] => Some(name.as_str()),
            _ => None,
        })
        .collect();
    sent.into_iter().filter(|(name, _)| !names.contains(&name.as_str())).collect()
}

/// The top-level fields whose value is another one now.
fn changed(fields: &Record, present: &Value) -> Record {
    let differs = |name: &str, value: &Value| !same(value, present.field(name));
    fields
        .iter()
        .filter(|(name, value)| differs(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// What is sent is what is held, as far as it is sent: elements hold fields that no call sends.
fn same(sent: &Value, held: &Value) -> bool {
    match (sent, held) {
        (Value::Record(sent), Value::Record(_)) => sent.iter().all(|(name, value)| same(value, held.field(name))),
        (Value::List(sent), Value::List(held)) => {
            sent.len() == held.len() && sent.iter().zip(held).all(|(sent, held)| same(sent, held))
        }
        _ => sent == held,
    }
}

fn allowed(kind: &RecordType, call: &Call, present: &Value) -> Result<(), Refusal> {
    let Some(condition) = &call.allowed_when else { return Ok(()) };
    match condition.evaluate_in(present) {
        Ok(Value::Bool(true)) => Ok(()),
        _ => Err(Refusal::new(Reason::Conflict, format!("this {} cannot be changed now", kind.name))),
    }
}
