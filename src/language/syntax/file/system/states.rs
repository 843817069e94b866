//! The states of a record, and the moves between them.

use super::call::{CallNames, CallParts, CallTree};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::{Expression, Name};
use crate::language::syntax::expression_parser::{self, Origin};
use crate::language::syntax::field_spec::STATES;
use crate::language::syntax::mapping::{Found, Mapping, keep, text};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};

/// `states:`
#[derive(Clone, Debug)]
pub struct StatesTree {
    /// The field that holds the state, or that `from` makes.
    pub field: Name,
    /// `from:`, in file order; empty where the field is the record's own.
    pub rows: Vec<StateRowTree>,
    /// The states that `initial` names, each with its place.
    pub begins: Vec<Name>,
    /// Moves in file order.
    pub moves: Vec<MoveTree>,
}

/// `CONDITION -> STATE`
#[derive(Clone, Debug)]
pub struct StateRowTree {
    /// When it is the row; `None`: `otherwise`.
    pub when: Option<Expression>,
    /// The state that it makes.
    pub state: Name,
    /// The whole row.
    pub span: Span,
}

/// `A, B -> C: BY`
#[derive(Clone, Debug)]
pub struct MoveTree {
    /// The states that it names, each with its place; none where it has no arrow.
    pub named: Vec<Name>,
    /// From any of these.
    pub from: Vec<String>,
    /// To any of these.
    pub to: Vec<String>,
    /// Who makes it.
    pub by: MoverTree,
    /// The names in its call.
    pub names: CallNames,
}

/// Who makes a move.
#[derive(Clone, Debug)]
pub enum MoverTree {
    /// Only people, or a call that could not be read.
    People,
    /// The update.
    Update,
    /// A call of its own.
    Call(Box<CallParts>),
}

impl StatesTree {
    /// Reads `states:`; without its field there are none.
    pub(super) fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let map = Mapping::of(node, &STATES, found)?;
        let field = map.text("field", "`field`", found)?.name();
        let begins = map.list("initial", "initial", found).into_iter().flat_map(|node| match &node.kind {
            NodeKind::Scalar(scalar) => state_names(scalar),
            _ => Vec::new(),
        });
        let begins: Vec<Name> = begins.collect();
        let rows = map.list("from", "`from`", found);
        let rows = rows.into_iter().filter_map(|node| StateRowTree::of(text(node, "a row", found)?, found)).collect();
        let mut moves = Vec::new();
        for node in map.list("moves", "`moves`", found) {
            let NodeKind::Mapping(entries) = &node.kind else {
                let message = "a move reads `A -> B: by people` or `A -> B: POST /path`";
                found.push(Diagnostic::error(Code("syntax-system"), message, node.span, "not a move"));
                continue;
            };
            moves.extend(entries.iter().map(|(key, node)| MoveTree::of(key, node, found)));
        }
        Some(Self { field, rows, begins, moves })
    }
}

impl StateRowTree {
    fn of(row: &Scalar, found: &mut Found) -> Option<Self> {
        let Some((condition, state)) = row.text.rsplit_once(" -> ") else {
            let message = "a row of `from` reads `CONDITION -> STATE`, the last one `otherwise -> STATE`";
            found.push(Diagnostic::error(Code("syntax-system"), message, row.span, "no ` -> ` here"));
            return None;
        };
        let end = row.text.trim_end().len();
        let state = row.named(end - state.trim().len(), end);
        let when = match condition.trim() {
            "otherwise" => None,
            _ => {
                let map = |at: usize| row.offset(at);
                let origin = Origin { file: row.span.file, map: &map };
                Some(keep(expression_parser::parse(condition, &origin), found)?)
            }
        };
        Some(Self { when, state, span: row.span })
    }
}

impl MoveTree {
    fn of(key: &Scalar, node: &Node, found: &mut Found) -> Self {
        let Some((from, to)) = key.text.split_once(" -> ") else {
            let message = "a move has an arrow with blanks around it";
            found.push(Diagnostic::error(Code("syntax-system"), message, key.span, "no ` -> ` here"));
            let names = CallNames::of(node);
            return Self { named: Vec::new(), from: Vec::new(), to: Vec::new(), by: MoverTree::People, names };
        };
        let (by, names) = match &node.kind {
            NodeKind::Scalar(scalar) if scalar.text == "by people" => (MoverTree::People, CallNames::default()),
            NodeKind::Scalar(scalar) if scalar.text == "update" => (MoverTree::Update, CallNames::default()),
            _ => {
                let call = CallTree::of(node, found);
                (call.parts.map_or(MoverTree::People, |parts| MoverTree::Call(Box::new(parts))), call.names)
            }
        };
        let cells = |cell: &str| cell.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
        Self { named: state_names(key), from: cells(from), to: cells(to), by, names }
    }
}

/// The states that a line names.
fn state_names(line: &Scalar) -> Vec<Name> {
    let mut found = Vec::new();
    let mut at = 0;
    for cell in line.text.split(" -> ").flat_map(|cell| cell.split_inclusive(',').chain([""])) {
        let name = cell.trim_end_matches(',').trim();
        if !name.is_empty() {
            let from = at + line.text.get(at..).and_then(|rest| rest.find(name)).unwrap_or_default();
            found.push(line.named(from, from + name.len()));
        }
        at += if cell.is_empty() { " -> ".len() } else { cell.len() };
    }
    found
}
