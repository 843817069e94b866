//! Two invented systems: fields of every kind, some that cannot be read or written, lists, states with moves.
//!
//! Knows no rule. What a system has is told beside its file, so that rules can be made up over it.

use std::fmt::Write as _;

use crate::planner::choices::Choices;

/// The kind of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Integer,
    Decimal,
    Bool,
    Timestamp,
    Date,
    /// The words that both systems have.
    Word,
    /// The words that a system has by itself.
    OwnWord,
    Texts,
    Whom,
}

/// What rules may do with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Open,
    ReadOnly,
    WriteOnly,
    CreateOnly,
}

/// A field of the record.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) path: String,
    pub(super) sort: Sort,
    pub(super) access: Access,
}

/// A system with its file.
#[derive(Clone, Debug)]
pub(super) struct System {
    pub(super) name: &'static str,
    pub(super) record: &'static str,
    pub(super) fields: Vec<Field>,
    /// Its states, where the record has any.
    pub(super) states: Vec<&'static str>,
    /// The moves that calls make.
    moves: Vec<(&'static str, &'static str)>,
    /// Whether lists of rows have rows of their own.
    pub(super) nested: bool,
    pub(super) text: String,
}

const SORTS: [Sort; 10] = [
    Sort::Text,
    Sort::Text,
    Sort::Decimal,
    Sort::Bool,
    Sort::Integer,
    Sort::Word,
    Sort::OwnWord,
    Sort::Timestamp,
    Sort::Date,
    Sort::Texts,
];

/// Words that both systems know.
pub(super) const WORDS: [&str; 3] = ["Small", "Middle", "Large"];

/// Words and states of each system.
pub(super) const OWN_WORDS: [[&str; 4]; 2] = [["New", "Paid", "Late", "Gone"], ["Open", "Packed", "Sent", "Void"]];

impl System {
    /// The left system or the right one.
    pub(super) fn new(at: usize, choices: &mut Choices<'_>) -> Self {
        let [name, record, person] = [["shop", "order", "person"], ["depot", "parcel", "client"]][at];
        let states: Vec<&str> = match choices.below(3) {
            0 => Vec::new(),
            more => OWN_WORDS[at][..more + 2].to_vec(),
        };
        let nested = choices.one_in(4);
        let (moves, text) = (Vec::new(), String::new());
        let mut system = Self { name, record, fields: Vec::new(), states, moves, nested, text };
        system.fields = (0..4 + choices.below(6)).map(|number| field(number, choices)).collect();
        system.fields.push(Field { path: "whom".to_owned(), sort: Sort::Whom, access: Access::Open });
        system.text = system.written(at, person, choices);
        system
    }

    /// The fields that can be read, of a kind.
    pub(super) fn readable(&self, sort: Sort) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.sort == sort && field.access != Access::WriteOnly)
    }

    fn written(&mut self, at: usize, person: &str, choices: &mut Choices<'_>) -> String {
        let Self { name, record, .. } = *self;
        let mut text = format!("system: {name}\nhttp: {{}}\nrecords:\n  {record}:\n    key: id\n");
        // Without an instant of change nobody can tell who was later.
        let modified = !choices.one_in(4);
        text.push_str(if modified { "    modified: changed_at\n" } else { "" });
        text.push_str("    fields:\n      id: text, read only\n      changed_at: timestamp, read only\n");
        text.push_str(if choices.one_in(3) { "      ref: text, required on create\n" } else { "      ref: text\n" });
        for field in &self.fields {
            let _ =
                writeln!(text, "      {}: {}{}", field.path, self.kind(at, person, field.sort), suffix(field.access));
        }
        let by_update = choices.one_in(3);
        if !self.states.is_empty() {
            let when = if by_update { "write on update" } else { "read only" };
            let _ = writeln!(text, "      state: enum [{}], {when}", self.states.join(", "));
        }
        let hidden = if choices.one_in(5) { ", write only" } else { "" };
        text.push_str("      rows[].no: integer, read only\n      rows[].key: text\n      rows[].many: decimal\n");
        let _ = writeln!(text, "      rows[].note: text{hidden}");
        text.push_str(if at == 1 { "      rows[].code: text\n" } else { "" });
        if self.nested {
            text.push_str("      rows[].parts[].key: text\n      rows[].parts[].many: decimal\n");
        }
        let path = format!("/{record}s");
        let _ = writeln!(
            text,
            "    calls:\n      read: GET {path}/{{id}}\n      list: GET {path}\n      create: POST {path}"
        );
        let _ = writeln!(text, "      update: PATCH {path}/{{id}}");
        if choices.one_in(6) {
            let _ = writeln!(text, "      add to rows: POST {path}/{{id}}/rows");
        }
        if !self.states.is_empty() {
            text.push_str("    states:\n      field: state\n");
            if !choices.one_in(4) {
                let _ = writeln!(text, "      initial: {}", self.states[0]);
            }
            text.push_str("      moves:\n");
            self.moves(&mut text, (&path, by_update), choices);
        }
        let _ = write!(
            text,
            "  {person}:\n    key: code\n    fields:\n      code: text\n      name: text\n      email: text\n      \
             weight: decimal\n    calls:\n      read: GET /{person}/{{code}}\n      list: GET /{person}\n      \
             create: POST /{person}\n      update: PATCH /{person}/{{code}}\n"
        );
        text
    }

    fn kind(&self, at: usize, person: &str, sort: Sort) -> String {
        match sort {
            Sort::Text => "text".to_owned(),
            Sort::Integer => "integer".to_owned(),
            Sort::Decimal => "decimal".to_owned(),
            Sort::Bool => "bool".to_owned(),
            Sort::Timestamp => "timestamp".to_owned(),
            Sort::Date => "date".to_owned(),
            Sort::Word => format!("enum [{}]", WORDS.join(", ")),
            Sort::OwnWord => format!("enum [{}]", OWN_WORDS[at].join(", ")),
            Sort::Texts => "list of text".to_owned(),
            Sort::Whom => format!("-> {person}"),
        }
    }

    /// Moves mostly lead on, and now and then back.
    fn moves(&mut self, text: &mut String, (path, by_update): (&str, bool), choices: &mut Choices<'_>) {
        let states = self.states.clone();
        for (at, from) in states.iter().enumerate() {
            for (to_at, to) in states.iter().enumerate().filter(|(to_at, _)| *to_at != at) {
                let likely = if to_at == at + 1 { 1 } else { 2 };
                if to_at < at && !choices.one_in(6) || to_at > at && likely > 1 && !choices.one_in(likely) {
                    continue;
                }
                let by = match choices.below(6) {
                    0 if to_at < at => "by people".to_owned(),
                    5 => "by people".to_owned(),
                    _ if by_update => "update".to_owned(),
                    _ => format!("POST {path}/{{id}}/to-{}", to.to_lowercase()),
                };
                if by != "by people" {
                    self.moves.push((from, to));
                }
                let _ = writeln!(text, "        - {from} -> {to}: {by}");
            }
        }
    }

    /// Whether calls lead from one state to another.
    pub(super) fn leads(&self, from: &str, to: &str) -> bool {
        let mut seen = vec![from];
        let mut at = 0;
        while at < seen.len() {
            let next = self.moves.iter().filter(|(begin, _)| *begin == seen[at]).map(|(_, end)| *end);
            let next: Vec<&str> = next.filter(|end| !seen.contains(end)).collect();
            seen.extend(next);
            at += 1;
        }
        from != to && seen.contains(&to)
    }
}

fn field(number: usize, choices: &mut Choices<'_>) -> Field {
    let sort = SORTS[choices.below(SORTS.len())];
    let access = match choices.below(12) {
        9 => Access::ReadOnly,
        10 => Access::WriteOnly,
        11 => Access::CreateOnly,
        _ => Access::Open,
    };
    let path = if choices.one_in(6) { format!("inner.f{number}") } else { format!("f{number}") };
    Field { path, sort, access }
}

fn suffix(access: Access) -> &'static str {
    match access {
        Access::Open => "",
        Access::ReadOnly => ", read only",
        Access::WriteOnly => ", write only",
        Access::CreateOnly => ", write on create",
    }
}
