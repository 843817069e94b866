//! What stands around records on the wire, of a system, a record or a call: the nearest that says it counts.

use std::sync::Arc;

use super::paging;
use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Call, Paging};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{
    CallKey, CallParts, EnvelopeTree, PagingTree, RecordTree, SystemFile, path, single,
};
use crate::value::Path;
use crate::world::Method;

/// What bodies may be sent as.
const BODIES: [&str; 2] = ["json", "form"];

/// How a body is sent bare that others of the system wrap.
const BARE: &str = "nothing";

/// What a call does, as far as it decides what may stand around its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Gives rows.
    Lists,
    /// Gives a record.
    Reads,
    /// Sends a record, or a step of one, and may be answered with it.
    Writes,
}

/// What stands around the records of a call that says nothing of it.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    /// How lists come, where another way than the system's.
    paging: Option<Arc<Paging>>,
    /// How the system's lists come.
    of_system: Arc<Paging>,
    rows: Option<Path>,
    answer: Option<Path>,
    within: Option<Path>,
    is_form: bool,
}

impl Role {
    /// What a call of a record does.
    pub(super) fn of(key: &CallKey) -> Self {
        match key {
            CallKey::FindBy(_) => Self::Lists,
            CallKey::AddTo(_) => Self::Writes,
            CallKey::Once(name) if matches!(name.text.as_str(), "list" | "changed") => Self::Lists,
            CallKey::Once(name) if name.text == "read" => Self::Reads,
            CallKey::Once(_) => Self::Writes,
        }
    }
}

impl Envelope {
    /// That of a system.
    pub(super) fn of_system(resolver: &mut Resolver<'_>, file: &SystemFile) -> Self {
        let paging = file.paging.as_ref().map(|tree| paging::resolve(resolver, tree));
        let of_system = Arc::new(paging.unwrap_or_else(paging::default_paging));
        let none = Self { paging: None, of_system, rows: None, answer: None, within: None, is_form: false };
        Self { rows: None, ..none.over(resolver, (&file.envelope, None)) }
    }

    /// How lists come that nothing else is said of.
    pub(super) fn lists(&self) -> &Arc<Paging> {
        self.paging.as_ref().unwrap_or(&self.of_system)
    }

    /// Where the record stands in an answer that nothing else is said of.
    pub(super) fn answer(&self) -> Option<&Path> {
        self.answer.as_ref()
    }

    /// That of a kind of record.
    pub(super) fn of_record(&self, resolver: &mut Resolver<'_>, tree: &RecordTree) -> Self {
        let roles: Vec<Role> = tree.calls.iter().map(|(key, _)| Role::of(key)).collect();
        let moves = tree.states.iter().any(|states| !states.moves.is_empty());
        let has = |role: Role| roles.contains(&role) || moves && role == Role::Writes;
        idle(resolver, (&tree.envelope, tree.paging.as_ref()), has);
        self.over(resolver, (&tree.envelope, tree.paging.as_ref()))
    }

    /// Gives a call what stands around its records.
    pub(super) fn give(&self, resolver: &mut Resolver<'_>, (parts, role): (&CallParts, Role), call: &mut Call) {
        let written = (&parts.envelope, parts.paging.as_ref());
        idle(resolver, written, |one| one == role);
        let own = self.over(resolver, written);
        if role == Role::Lists {
            let paging = own.paging.as_ref().unwrap_or(&own.of_system);
            let rows = own.rows.clone().filter(|rows| *rows != paging.rows);
            call.paging = match rows {
                Some(rows) => Some(Arc::new(Paging { rows, ..Paging::clone(paging) })),
                None => own.paging,
            };
            call.is_form = own.is_form && call.method != Method::Get;
        } else {
            call.is_form = own.is_form && role == Role::Writes;
            call.answer = own.answer;
            call.within = own.within.filter(|_| role == Role::Writes);
        }
    }

    /// What is said nearer, over this.
    fn over(&self, resolver: &mut Resolver<'_>, (tree, paging): (&EnvelopeTree, Option<&PagingTree>)) -> Self {
        let mut own = self.clone();
        if let Some(paging) = paging {
            own.paging = Some(Arc::new(paging::resolve(resolver, paging)));
            // Pages that are said anew say where their rows stand.
            own.rows = None;
        }
        own.rows = tree.rows.as_ref().and_then(|rows| resolver.sink.keep(path(rows))).or(own.rows);
        if let Some((rows, said)) = own.rows.clone().zip(tree.rows.as_ref()) {
            let paging = own.paging.as_ref().unwrap_or(&own.of_system);
            paging::counts_rows(resolver, &Paging { rows, ..Paging::clone(paging) }, said.span);
        }
        own.answer = place(resolver, "`answer`", tree.answer.as_ref()).or(own.answer);
        own.within = match &tree.within {
            Some(within) if within.text == BARE => None,
            within => place(resolver, "`body within`", within.as_ref()).or(own.within),
        };
        if let Some(form) = &tree.form {
            own.is_form = form.text == "form";
            if !BODIES.contains(&form.text.as_str()) {
                let message = format!("no body is sent as `{}`", form.text);
                resolver.sink.unknown("unknown-value", message, (&form.text, form.span), BODIES);
            }
        }
        if let (Some(rows), Some(paging)) = (&tree.rows, paging)
            && !paging.word("rows").text.is_empty()
        {
            let message = "`rows` is said twice, here and under `paging`";
            let finding = Diagnostic::error(Code("idle-key"), message, rows.span, "said twice");
            resolver.sink.found.push(finding.label(paging.word("rows").span, "and here").help("keep one of the two"));
        }
        own
    }
}

/// Where a record stands.
fn place(resolver: &mut Resolver<'_>, key: &str, written: Option<&Name>) -> Option<Path> {
    resolver.sink.keep(single(key, written?))
}

/// What is said of calls that there are none of.
fn idle(resolver: &mut Resolver<'_>, (tree, paging): (&EnvelopeTree, Option<&PagingTree>), has: impl Fn(Role) -> bool) {
    let rows = tree.rows.as_ref().map(|name| ("rows", name.span, [Role::Lists; 2]));
    let pages = paging.map(|tree| ("paging", tree.span, [Role::Lists; 2]));
    let answer = tree.answer.as_ref().map(|name| ("answer", name.span, [Role::Reads, Role::Writes]));
    let within = tree.within.as_ref().map(|name| ("body within", name.span, [Role::Writes; 2]));
    let form = tree.form.as_ref().map(|name| ("body as", name.span, [Role::Writes; 2]));
    for (key, span, roles) in [rows, pages, answer, within, form].into_iter().flatten() {
        if roles.into_iter().any(&has) {
            continue;
        }
        let whom = match roles {
            [Role::Lists, _] => "lists: `list`, `changed` and `find by`",
            [Role::Reads, _] => "calls that are answered with one record: `read`, `create`, `update` and moves",
            _ => "calls that send a record: `create`, `update` and `add to`",
        };
        let message = format!("`{key}` says nothing here: it is for {whom}");
        let finding = Diagnostic::error(Code("idle-key"), message, span, "nobody would read it");
        resolver.sink.found.push(finding.help("take it out, or move it to a call that it is for"));
    }
}
