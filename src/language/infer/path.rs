//! Paths: every head and field exists; references are gone through as if the referred record stood there.

use std::sync::Arc;

use super::given::{Given, Inference, Refers};
use super::habit;
use super::scope::{Meaning, Scope};
use super::setting::setting;
use crate::diagnostic::{Advice, Code, Diagnostic, Span};
use crate::language::plan::{Field, RecordType, System};
use crate::language::resolve::{Meant, unknown_field};
use crate::language::syntax::expression::{PathExpression, Step};
use crate::value::{Kind, Notation, Path, Segment};

/// What a path gives.
pub(super) fn path(on: &mut Inference<'_, '_>, scope: &Scope, path: &PathExpression, span: Span) -> Given {
    let told = on.sink.found.len();
    let given = unnarrowed(on, scope, path, span);
    if on.sink.found.len() > told {
        of_another(on, scope);
    }
    Given { nullable: (given.nullable || scope.may_miss(path)) && !scope.is_filled(path), ..given }
}

/// A field that a record does not have and another has that is named here.
fn of_another(on: &mut Inference<'_, '_>, scope: &Scope) {
    let Some(name) = on.sink.strays.last().map(|stray| stray.written.clone()) else { return };
    let Some(finding) = on.sink.found.last_mut() else { return };
    let is_helped = finding.help.as_deref().is_some_and(|help| help.starts_with("write"));
    if finding.code.0 != "unknown-field" || is_helped {
        return;
    }
    let has = |kind: &RecordType| kind.field(&Path::field(name.as_str())).is_some();
    let mut named: Vec<&String> = scope
        .heads
        .iter()
        .filter(|(_, meaning)| match meaning {
            Meaning::Record(kind, _) | Meaning::AtMostOne(kind) => has(kind),
            _ => false,
        })
        .map(|(head, _)| head)
        .collect();
    named.sort();
    if let Some(head) = named.first() {
        finding.advise(format!("`{head}` has it: write `{head}.{name}`"));
    }
}

fn unnarrowed(on: &mut Inference<'_, '_>, scope: &Scope, path: &PathExpression, span: Span) -> Given {
    let meaning = match &path.head {
        None => scope.element.as_ref(),
        Some(name) if name.text == "settings" => return setting(on, &path.steps, name),
        Some(name) => scope.heads.get(&name.text),
    };
    if let (Some(_), Some(name)) = (meaning, &path.head) {
        on.sink.meet(name.span, || Meant::Head(name.text.clone()));
    }
    match (meaning, &path.head) {
        (Some(Meaning::Any), _) => Given::or_null(Kind::Any),
        (Some(Meaning::Value(kind)), _) => single(on, kind, &path.steps),
        (Some(Meaning::Record(kind, at)), _) => walk(on, kind, at.clone(), &path.steps),
        (Some(Meaning::AtMostOne(kind)), _) => Given { nullable: true, ..walk(on, kind, Path::default(), &path.steps) },
        (Some(Meaning::Group(kind)), _) => group(on, kind, path),
        (Some(Meaning::System(system)), _) => record_of(on, system, &path.steps, span),
        (None, None) => {
            let message = "`.` means an element, and this is not inside a list";
            on.sink.error("unknown-name", message, span, "no element here");
            Given::or_null(Kind::Any)
        }
        (None, Some(name)) => {
            let known = scope.heads.keys().map(String::as_str).chain(["settings"]);
            let message = format!("nothing is called `{}` here", name.text);
            on.sink.unknown("unknown-name", message, (&name.text, name.span), known);
            if let Some(finding) = on.sink.found.last_mut() {
                let is_near = finding.help.as_deref().is_some_and(|help| help.starts_with("write"));
                let said = name.text.starts_with(char::is_uppercase) && path.steps.is_empty() && !is_near;
                let quoted = said.then(|| {
                    let meant = format!("\"{}\"", name.text);
                    Advice::sure(format!("write a text in quotes: `{meant}`"), meant)
                });
                let in_element = scope.element.as_ref().and_then(|element| own_field(element, &name.text));
                if let Some(help) = in_element.or_else(|| habit::of_value(&name.text)).or(quoted) {
                    finding.advise(help);
                }
            }
            Given::or_null(Kind::Any)
        }
    }
}

/// A single value has no fields.
fn single(on: &mut Inference<'_, '_>, kind: &Kind, steps: &[Step]) -> Given {
    let Some(step) = steps.first() else { return Given::or_null(kind.clone()) };
    let message = format!("`.` is {kind} here, an element of the innermost list, and has no fields");
    let finding = Diagnostic::error(Code("unknown-field"), message, step.span, "a field of what?");
    on.sink
        .found
        .push(finding.help("write `.` for the element itself; what stands outside goes into an entry of `with:`"));
    Given::or_null(Kind::Any)
}

/// A field of the element, written without its point.
fn own_field(element: &Meaning, name: &str) -> Option<Advice> {
    let Meaning::Record(kind, at) = element else { return None };
    kind.field(&at.join(name)).map(|_| Advice::write(format!(".{name}")))
}

/// `record.field` behind a system's name.
fn record_of(on: &mut Inference<'_, '_>, system: &System, steps: &[Step], span: Span) -> Given {
    let Some((Step { segment: Segment::Field(name), span }, rest)) = steps.split_first() else {
        let message = format!("which record of `{}`?", system.name);
        on.sink.error("unknown-record", message, span, "write `SYSTEM.RECORD.FIELD`");
        return Given::or_null(Kind::Any);
    };
    match system.records.get(name.as_str()) {
        Some(kind) => {
            on.sink.meet(*span, || Meant::Record(Arc::clone(kind)));
            walk(on, kind, Path::default(), rest)
        }
        None => {
            let message = format!("system `{}` has no record `{name}`", system.name);
            on.sink.unknown("unknown-record", message, (name, *span), system.records.keys().map(String::as_str));
            Given::or_null(Kind::Any)
        }
    }
}

/// A group is the list of its rows; of itself it has only the field that they share.
fn group(on: &mut Inference<'_, '_>, kind: &Arc<RecordType>, path: &PathExpression) -> Given {
    let shared = kind.grouped.as_deref().unwrap_or_default();
    match path.steps.split_first() {
        None => Given::always(Kind::List(Box::new(Kind::Record("".into())))),
        Some((Step { segment: Segment::Field(name), .. }, _)) if name == shared => {
            walk(on, kind, Path::default(), &path.steps)
        }
        Some((Step { segment: Segment::Field(name), span }, _)) => {
            let head = path.head.as_ref().map_or(kind.system.as_str(), |name| name.text.as_str());
            let message = format!("`{head}` is several records here, and `{name}` is a value of each of them");
            let finding = Diagnostic::error(Code("type-list"), message, *span, "one value is asked for");
            on.sink
                .found
                .push(finding.help(format!("write `{head}[].{name}` inside `sum`, `max`, `first` and the like")));
            Given::or_null(Kind::Any)
        }
        Some((step, rest)) => {
            let found = walk(on, kind, Path::default(), rest);
            // The list of rows is there, though there may be no row.
            let nullable = step.segment != Segment::Each;
            Given { nullable, ..listed(&step.segment, rest, found) }
        }
    }
}

/// `[]` gives the list of what stands in each element, `[0]` what stands in one. There may be no list, and no such
/// element in it.
fn listed(step: &Segment, rest: &[Step], found: Given) -> Given {
    // Several `[]` give one list; a list that is a field of each element gives a list of lists.
    let is_spread = rest.iter().any(|step| step.segment == Segment::Each);
    match (step, found.kind) {
        (Segment::Each, kind) => {
            let inner = match kind {
                Kind::List(inner) if is_spread => inner,
                kind => Box::new(kind),
            };
            Given { refers: found.refers, places: found.places, ..Given::or_null(Kind::List(inner)) }
        }
        (_, kind) => Given { kind, nullable: true, ..found },
    }
}

/// Follows steps through fields and references.
fn walk(on: &mut Inference<'_, '_>, kind: &Arc<RecordType>, at: Path, steps: &[Step]) -> Given {
    let Some((step, rest)) = steps.split_first() else { return here(kind, &at) };
    let name = match &step.segment {
        Segment::Index(_) | Segment::Each => {
            let mut inner = at;
            inner.0.push(Segment::Each);
            let found = walk(on, kind, inner, rest);
            return listed(&step.segment, rest, found);
        }
        Segment::Field(name) => name,
    };
    let place = at.join(name.as_str());
    if let Some(field) = kind.field(&place) {
        on.sink.meet(step.span, || Meant::Field(Arc::clone(kind), place.clone()));
        return match (&field.kind, rest.is_empty()) {
            (Kind::Reference(record), false) => {
                let Some(target) = on.names.record(&kind.system, record) else { return Given::or_null(Kind::Any) };
                let found = walk(on, target, Path::default(), rest);
                Given { nullable: found.nullable || !kind.is_filled(field), ..found }
            }
            (Kind::Record(_) | Kind::Any, false) => Given::or_null(Kind::Any),
            _ => walk(on, kind, place, rest),
        };
    }
    if kind.fields.iter().any(|field| field.path.0.starts_with(&place.0)) {
        on.sink.meet(step.span, || Meant::Field(Arc::clone(kind), place.clone()));
        return walk(on, kind, place, rest);
    }
    if let Some(target) = sibling(on, kind, &at) {
        return Given { nullable: true, ..walk(on, &target, Path::default(), steps) };
    }
    unknown_field(on.sink, kind, &at, (name, step.span));
    let next = rest.first().map(|step| &step.segment);
    if let (Some(help), Some(finding)) = (meant(kind, (&at, name), next), on.sink.found.last_mut()) {
        finding.advise(help);
    }
    Given::or_null(Kind::Any)
}

/// What is meant by a name that is no field: the record once more, or a field of the elements of a list.
fn meant(kind: &RecordType, (at, name): (&Path, &str), next: Option<&Segment>) -> Option<String> {
    if at.0.is_empty() && name == kind.name {
        let field = match next {
            Some(Segment::Field(field)) => field.as_str(),
            _ => "FIELD",
        };
        return Some(format!("`{}` is the {name} already: write `{}.{field}`", kind.system, kind.system));
    }
    let mut element = at.clone();
    element.0.push(Segment::Each);
    let list = at.0.last().and_then(|last| if let Segment::Field(list) = last { Some(list) } else { None })?;
    kind.field(&element.join(name)).map(|_| format!("`{at}` is a list: write `{list}[].{name}` for the field of each"))
}

/// What stands at a place of a record: a field, the record itself, an element of a list, or a record inside it, which
/// is there where a field of it always is.
fn here(kind: &RecordType, at: &Path) -> Given {
    if let Some(field) = kind.field(at) {
        return of_field(kind, field);
    }
    let whole = matches!(at.0.last(), None | Some(Segment::Each));
    let inside = |field: &&Field| {
        let rest = field.path.0.strip_prefix(at.0.as_slice());
        rest.is_some_and(|rest| !rest.contains(&Segment::Each)) && kind.is_filled(field)
    };
    let nullable = !whole && !kind.fields.iter().any(|field| inside(&field));
    let under = |steps: &[Segment]| kind.fields.iter().any(|field| field.path.0.starts_with(steps));
    let elements: Vec<Segment> = at.0.iter().cloned().chain([Segment::Each]).collect();
    let record = Kind::Record("".into());
    let kind = match (at.0.is_empty() || under(&at.0), under(&elements)) {
        (true, true) => Kind::List(Box::new(record)),
        (true, false) => record,
        (false, _) => Kind::Any,
    };
    Given { nullable, ..Given::always(kind) }
}

/// What a field gives.
pub(in crate::language) fn of_field(kind: &RecordType, field: &Field) -> Given {
    let given = Given { nullable: !kind.is_filled(field), ..Given::always(field.kind.clone()) };
    let refers = |system: &str, record: &str| Refers { system: system.to_owned(), record: record.to_owned() };
    let refers = match &field.kind {
        Kind::Reference(record) => Some(refers(&kind.system, record)),
        Kind::List(inner) => match inner.as_ref() {
            Kind::Reference(record) => Some(refers(&kind.system, record)),
            _ => None,
        },
        _ if field.path.is_field(&kind.key) && kind.grouped.is_none() => Some(refers(&kind.system, &kind.name)),
        _ => None,
    };
    let places = match field.notation {
        Some(Notation::MinorUnits(places)) => Some(places),
        _ => given.places,
    };
    Given { refers, longest: given.longest.or(field.max), places, ..given }
}

/// In `{id, user}` whose `id` refers to a record, other names are that record's.
fn sibling(on: &Inference<'_, '_>, kind: &RecordType, at: &Path) -> Option<Arc<RecordType>> {
    if at.0.is_empty() {
        return None;
    }
    let parent = |field: &&Field| field.path.0.split_last().is_some_and(|(_, parent)| parent == at.0.as_slice());
    let records = &on.names.systems.get(&kind.system)?.records;
    kind.fields.iter().filter(parent).find_map(|field| match &field.kind {
        Kind::Reference(record) => records
            .get(record.as_ref())
            .filter(|target| field.path.0.last() == Some(&Segment::Field(target.key.as_str().into())))
            .cloned(),
        _ => None,
    })
}
