//! GraphQL calls: what a query asks for holds together with what is sent beside it and what is read of its answer.
//!
//! The text itself is read by `syntax`; here it is held against the record, its paging and its envelope. Of a text that
//! is not understood nothing is said but where its brackets break.

use std::collections::BTreeSet;
use std::ops::Range;

use super::envelope::Role;
use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Call, Field, Mark, MoveBy, PageStyle, Paging, Place, Presence, RecordType};
use crate::language::syntax::file::system::{CallKey, CallParts, MoverTree, QueryText, RecordTree, VARIABLES};
use crate::language::syntax::graphql::{Query, Selection};
use crate::value::{Path, Segment};

/// Under which name an answer holds what was asked for.
const DATA: &str = "data";

/// Judges the GraphQL calls of a record, whose lists come so where nothing else is said of them.
pub(super) fn judge(resolver: &mut Resolver<'_>, record: &RecordType, tree: &RecordTree, lists: &Paging) {
    let mut calls = Calls { record, lists, found: Vec::new() };
    for (key, call) in &tree.calls {
        let made = match key {
            CallKey::FindBy(field) => record.find.get(&field.text),
            CallKey::AddTo(list) => record.add.get(&list.text),
            CallKey::Once(name) => match name.text.as_str() {
                "read" => record.read.as_ref(),
                "changed" => record.changed.as_ref(),
                "list" => record.list.as_ref(),
                "create" => record.create.as_ref(),
                "update" => record.update.as_ref(),
                "delete" | "archive" => record.remove.as_ref(),
                _ => None,
            },
        };
        if let Some((parts, made)) = call.parts.as_ref().zip(made) {
            let makes = matches!(key, CallKey::Once(name) if name.text == "create");
            calls.judge(parts, made, Role::of(key), makes);
        }
    }
    let moves = record.states.iter().flat_map(|states| &states.moves);
    let by_call: Vec<_> =
        moves.filter_map(|one| if let MoveBy::Call(call) = &one.by { Some(call) } else { None }).collect();
    for tree in tree.states.iter().flat_map(|states| &states.moves) {
        let MoverTree::Call(parts) = &tree.by else { continue };
        if let Some(made) = by_call.iter().find(|call| call.span == parts.request.span) {
            calls.judge(parts, made, Role::Writes, false);
        }
    }
    resolver.sink.found.append(&mut calls.found);
}

/// The calls of a record, while they are judged.
struct Calls<'a> {
    record: &'a RecordType,
    lists: &'a Paging,
    found: Vec<Diagnostic>,
}

impl Calls<'_> {
    fn judge(&mut self, parts: &CallParts, call: &Call, role: Role, makes: bool) {
        let Some(text) = &parts.query else { return };
        let query = Query::read(&text.text);
        if let Some(place) = &query.unbalanced {
            let sign = text.text.get(place.clone()).unwrap_or_default();
            let (message, help) = if matches!(sign, "{" | "(" | "[") {
                (format!("the `{sign}` of this query is not closed"), "close it where what it holds ends")
            } else {
                (format!("the `{sign}` of this query closes nothing that is open"), "take it out, or open it before")
            };
            let span = text.part(place.start, place.end);
            return self.found.push(Diagnostic::error(Code("syntax-system"), message, span, "here").help(help));
        }
        if !query.is_understood {
            return;
        }
        let paging = (role == Role::Lists).then(|| call.paging.as_deref().unwrap_or(self.lists));
        variables(&query, (parts, call), paging, &mut self.found);
        let asked = Asked { record: self.record, text, query: &query, found: &mut self.found };
        match (role, paging) {
            (Role::Lists, Some(paging)) => asked.lists(call, paging),
            _ => asked.one(call, role, makes),
        }
    }
}

/// What is sent beside a query is what it declares.
fn variables(query: &Query, (parts, call): (&CallParts, &Call), paging: Option<&Paging>, found: &mut Vec<Diagnostic>) {
    let Some(text) = &parts.query else { return };
    let mut tell = |code, message: String, span: Span, help: String| {
        found.push(Diagnostic::error(Code(code), message, span, "does not fit").help(help));
    };
    let declares = |name: &str| query.variables.contains_key(name);
    let mut given: BTreeSet<String> = parts.variables.iter().filter_map(|(path, ..)| variable(path)).collect();
    let by_page = paging.into_iter().flat_map(|paging| [paging.turns_by(), paging.size().map(|(name, _)| name)]);
    for name in by_page.flatten() {
        let Some(own) = name.strip_prefix(VARIABLES).and_then(|rest| rest.strip_prefix('.')) else {
            let message = format!("pages are asked for by `{name}`, which would stand beside the query and not in it");
            tell("unknown-name", message, begin(text), format!("write `{VARIABLES}.{name}` under `paging:`"));
            continue;
        };
        if !declares(own) {
            let message = format!("pages are asked for by `${own}`, which the query does not declare");
            let help = format!("declare it, as in `query Name(${own}: TYPE)`, and pass it on to what is listed");
            tell("unknown-name", message, begin(text), help);
        }
        given.insert(own.to_owned());
    }
    if let Some(within) = &call.within {
        match variable(within) {
            Some(own) if declares(&own) => {
                given.insert(own);
            }
            Some(own) => {
                let message = format!("what is sent goes into `${own}`, which the query does not declare");
                tell("unknown-name", message, begin(text), format!("declare it, as in `mutation Name(${own}: TYPE!)`"));
            }
            None => {
                let message = format!("what is sent would stand at `{within}`, beside the query and not in it");
                tell("unknown-name", message, begin(text), format!("write `body within: {VARIABLES}.{within}`"));
            }
        }
    }
    for name in query.used.iter().filter(|name| !declares(name)) {
        let message = format!("the query uses `${name}` and does not declare it");
        tell("unknown-name", message, begin(text), format!("declare it, as in `query Name(${name}: TYPE)`"));
    }
    for (name, (is_needed, place)) in &query.variables {
        let span = text.part(place.start, place.end);
        if !query.used.contains(name) {
            let message = format!("the query declares `${name}` and does not use it, which GraphQL refuses");
            tell("unknown-name", message, span, "use it where it belongs, or take it out".to_owned());
        } else if *is_needed && !given.contains(name) {
            let message = format!("nothing gives `${name}`, without which the query is refused");
            let help = format!("write `- {name} = VALUE` under `variables:`, or declare it without `!`");
            tell("unknown-name", message, span, help);
        }
    }
}

/// The variable that a place in the body is, or stands in.
fn variable(path: &Path) -> Option<String> {
    match path.0.as_slice() {
        [Segment::Field(first), Segment::Field(name), ..] if first == VARIABLES => Some(name.to_string()),
        _ => None,
    }
}

/// The first line of a query.
fn begin(text: &QueryText) -> Span {
    let line = text.text.lines().next().unwrap_or_default();
    text.part(0, line.trim_end().len())
}

/// A query, while what is read of its answer is held against what it asks for.
struct Asked<'a> {
    record: &'a RecordType,
    text: &'a QueryText,
    query: &'a Query,
    found: &'a mut Vec<Diagnostic>,
}

impl Asked<'_> {
    fn lists(mut self, call: &Call, paging: &Paging) {
        let next = match &paging.style {
            PageStyle::NextUrl { next } | PageStyle::Cursor { next: Mark::Said(Place::Body(next)), .. } => Some(next),
            _ => None,
        };
        let count = if let Some(Place::Body(count)) = &paging.count { Some(count) } else { None };
        let before = self.found.len();
        let rows = self.place("rows", &paging.rows);
        if self.found.len() > before {
            return;
        }
        for (key, path) in [("next", next), ("more", paging.more()), ("count", count)] {
            if let Some(path) = path {
                self.place(key, path);
            }
        }
        if let Some(rows) = rows {
            let is_all = self.record.read.is_none();
            self.fields(call, &rows, |record, field| {
                let is = |name: &str| field.path.is_field(name);
                is_all || is(&record.key) || record.modified.iter().any(|name| is(name))
            });
        }
    }

    fn one(mut self, call: &Call, role: Role, makes: bool) {
        let Some(answer) = &call.answer else {
            if role == Role::Reads {
                let message = "the answer to a query holds the record inside, and nothing says where".to_owned();
                self.tell(message, begin(self.text), "write `answer: data.NAME`, as the query names it".to_owned());
            }
            return;
        };
        if let Some(selection) = self.place("answer", answer) {
            let reads = role == Role::Reads;
            self.fields(call, &selection, |record, field| reads || makes && field.path.is_field(&record.key));
        }
    }

    /// The selection at a place; none where it has no parts or is not asked for, which is told.
    fn place(&mut self, key: &str, path: &Path) -> Option<(Selection, Span)> {
        let text = self.text;
        let at =
            |place: Option<Range<usize>>| place.map_or_else(|| begin(text), |place| text.part(place.start, place.end));
        match path.0.split_first() {
            Some((Segment::Field(first), rest)) if first == DATA => match within(&self.query.selected, rest) {
                Ok(found) => found.map(|(selection, place)| (selection.clone(), at(place))),
                Err(missing) => {
                    let message = format!("`{key}` is `{path}`, and the query does not ask for `{}`", missing.name);
                    self.tell(
                        message,
                        at(missing.after),
                        format!("add `{}` here, or say where it stands", missing.name),
                    );
                    None
                }
            },
            _ => {
                let message = format!("what a query asks for stands under `{DATA}`, and `{key}` is `{path}`");
                let help = format!("write `{key}: {DATA}.…`, as the query names it");
                self.tell(message, begin(self.text), help);
                None
            }
        }
    }

    fn fields(&mut self, call: &Call, held: &(Selection, Span), needs: impl Fn(&RecordType, &Field) -> bool) {
        let (selection, span) = held;
        let record = self.record;
        let is_read = |field: &&Field| {
            let came = call.each.as_ref().is_some_and(|each| field.path.is_field(&each.name));
            let elsewhere = field.derived || field.write_only || field.read_header.is_some() || came;
            !elsewhere && field.presence != Presence::Sparse && needs(record, field)
        };
        let lacks = |field: &&Field| {
            let mut places = std::iter::once(&field.read_at).chain(&field.read_also);
            places.all(|place| within(selection, &whole(field, place)).is_err())
        };
        let missing: Vec<&Field> = record.fields.iter().filter(is_read).filter(lacks).collect();
        let Some(first) = missing.first() else { return };
        let named: Vec<String> = missing.iter().map(|field| format!("`{}`", field.path)).collect();
        let places: Vec<String> = missing.iter().map(|field| Path(whole(field, &field.read_at)).to_string()).collect();
        let message = format!("the query does not ask for {} of `{}`", named.join(", "), record.name);
        let help = format!("add what stands at `{}` to it, or take the field out of the record", places.join("`, `"));
        let finding = Diagnostic::error(Code("unknown-field"), message, *span, "not asked for");
        self.found.push(finding.label(first.span, "this field").help(help));
    }

    fn tell(&mut self, message: String, span: Span, help: String) {
        self.found.push(Diagnostic::error(Code("unknown-field"), message, span, "not asked for").help(help));
    }
}

/// Where a field stands in a record, from its top.
fn whole(field: &Field, place: &Path) -> Vec<Segment> {
    let list = field.path.0.iter().rposition(|segment| *segment == Segment::Each);
    let before = list.and_then(|at| field.path.0.get(..at)).unwrap_or_default();
    before.iter().chain(&place.0).cloned().collect()
}

/// What a selection lacks.
struct Missing {
    name: String,
    /// Where the last name before it is asked for.
    after: Option<Range<usize>>,
}

/// A selection, and where the name before it is asked for.
type Within<'s> = (&'s Selection, Option<Range<usize>>);

/// What stands at a place of a selection; nothing where the query asks for a whole whose parts nobody knows.
fn within<'s>(selection: &'s Selection, steps: &[Segment]) -> Result<Option<Within<'s>>, Missing> {
    let (mut here, mut after) = (selection, None);
    for step in steps {
        let Segment::Field(name) = step else { continue };
        match here.names.get(name.as_str()) {
            None => return Err(Missing { name: name.to_string(), after }),
            Some((None, _)) => return Ok(None),
            Some((Some(inner), place)) => (here, after) = (inner, Some(place.clone())),
        }
    }
    Ok(Some((here, after)))
}
