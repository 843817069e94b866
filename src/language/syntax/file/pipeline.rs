//! A `pipeline:` file: two sides, how they pair, what is read beside them, what is created, and the rules.

use super::rule_entry::{RuleEntry, entries};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name};
use crate::language::syntax::field_spec::{
    AFTER, AGREE, CREATE, FIELDS, MapSpec, NEEDS, PASSED_BY, PIPELINE_FILE, UNTOUCHED, VOLUME, WHEN_GONE, WITH,
};
use crate::language::syntax::mapping::{Found, Mapping, expression, keep, list, text};
use crate::language::syntax::rule_line::{self, WithLine};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::Value;

/// What a pipeline file says.
#[derive(Clone, Debug, Default)]
pub struct PipelineFile {
    /// Its name; without it nothing else is read.
    pub name: Option<Name>,
    /// Its sides, left and right, and where they stand; without two of them nothing else is read.
    pub between: Option<Between>,
    /// `match:`
    pub matching: Option<Condition>,
    /// `with:`, by name; a line that could not be read leaves its name.
    pub with: Vec<(Name, Option<WithEntry>)>,
    /// `create:`, by system.
    pub create: Vec<(Name, Option<CreateLine>)>,
    /// `when:`
    pub when: Option<Condition>,
    /// `hold when:`
    pub hold: Option<Condition>,
    /// `untouched:`, by system.
    pub untouched: Vec<(Name, Option<Expression>)>,
    /// `passed by:`, by system.
    pub passed_by: Vec<(Name, Option<Condition>)>,
    /// `after:`, by system.
    pub after: Vec<(Name, Option<Condition>)>,
    /// `needs:`, by system.
    pub needs: Vec<(Name, Option<Condition>)>,
    /// `when gone:`, by the system whose record is gone.
    pub when_gone: Vec<(Name, Option<Name>)>,
    /// `volume:`, by system.
    pub volume: Vec<(Name, Option<Name>)>,
    /// `agree:`, by name.
    pub agree: Vec<(Name, Option<Condition>)>,
    /// `shared:`
    pub shared: Option<Name>,
    /// Rules by group.
    pub groups: Vec<(Name, Vec<RuleEntry>)>,
}

/// `between:`
#[derive(Clone, Debug)]
pub struct Between {
    /// The sides; one that is no text is none.
    pub sides: [Option<SideLine>; 2],
    /// Where they stand.
    pub span: Span,
}

/// `SYSTEM.RECORD`, or `SYSTEM.RECORD grouped by FIELD`.
#[derive(Clone, Debug)]
pub struct SideLine {
    /// The system.
    pub system: Name,
    /// The kind of record.
    pub record: Name,
    /// The field by which its rows are grouped.
    pub grouped: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// An expression with the text that it is.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The expression.
    pub tree: Expression,
    /// The text, quotes included.
    pub span: Span,
}

/// An entry of `with:`.
#[derive(Clone, Debug)]
pub struct WithEntry {
    /// What it says.
    pub line: WithLine,
    /// The text.
    pub span: Span,
}

/// An entry of `create:`.
#[derive(Clone, Debug)]
pub struct CreateLine {
    /// The condition; `None`: on demand.
    pub when: Option<Expression>,
    /// The text.
    pub span: Span,
}

/// Reads a pipeline file.
pub(super) fn parse(node: &Node, found: &mut Found) -> PipelineFile {
    let mut pipeline = PipelineFile::default();
    let Some(file) = Mapping::of(node, &PIPELINE_FILE, found) else { return pipeline };
    pipeline.name = file.text("pipeline", "`pipeline`", found).map(Scalar::name);
    if pipeline.name.is_none() {
        return pipeline;
    }
    pipeline.between = file.get("between", found).and_then(|node| Between::of(node, found));
    if pipeline.between.is_none() {
        return pipeline;
    }
    pipeline.matching = file.text("match", "`match`", found).and_then(|scalar| Condition::of(scalar, found));
    pipeline.with = named(&file, ("with", &WITH), found, |node, found| {
        let scalar = text(node, "an entry", found)?;
        Some(WithEntry { line: keep(rule_line::with_line(scalar), found)?, span: scalar.span })
    });
    pipeline.create = named(&file, ("create", &CREATE), found, CreateLine::of);
    pipeline.when = file.text("when", "`when`", found).and_then(|scalar| Condition::of(scalar, found));
    pipeline.hold = file.text("hold when", "`hold when`", found).and_then(|scalar| Condition::of(scalar, found));
    pipeline.untouched = named(&file, ("untouched", &UNTOUCHED), found, fields);
    pipeline.passed_by = conditions(&file, ("passed by", &PASSED_BY, "`passed by`"), found);
    pipeline.after = conditions(&file, ("after", &AFTER, "records"), found);
    pipeline.needs = conditions(&file, ("needs", &NEEDS, "a name of `with:`"), found);
    pipeline.when_gone =
        named(&file, ("when gone", &WHEN_GONE), found, |node, found| text(node, "a word", found).map(Scalar::name));
    pipeline.volume =
        named(&file, ("volume", &VOLUME), found, |node, found| text(node, "a volume", found).map(Scalar::name));
    pipeline.agree = conditions(&file, ("agree", &AGREE, "`agree`"), found);
    pipeline.groups = groups(&file, found);
    pipeline.shared = file.text("shared", "`shared`", found).map(Scalar::name);
    pipeline
}

/// The groups of rules. A key of the pipeline itself that slipped in among them is told as that.
fn groups(file: &Mapping<'_>, found: &mut Found) -> Vec<(Name, Vec<RuleEntry>)> {
    let map = file.get("fields", found).and_then(|node| Mapping::of(node, &FIELDS, found));
    let mut groups = Vec::new();
    for (key, node) in map.iter().flat_map(Mapping::named) {
        let is_rule = |text: &str| [" -> ", " <- ", " <-> "].iter().any(|arrow| text.contains(arrow));
        let slipped = match &node.kind {
            NodeKind::Scalar(scalar) => PIPELINE_FILE.field(&key.text).is_some() && !is_rule(&scalar.text),
            _ => false,
        };
        if slipped {
            let message = format!("`{}` is no group of rules: the pipeline itself has this key", key.text);
            let finding = Diagnostic::error(Code("unknown-key"), message, key.span, "among the groups");
            found.push(finding.help(format!("write `{}:` without blanks before it, above `fields:`", key.text)));
            continue;
        }
        groups.push((key.name(), entries(list(node, "a group of rules", found), found)));
    }
    groups
}

/// The entries of a key's map, each with what could be read of it.
fn named<T>(
    file: &Mapping<'_>,
    (key, spec): (&str, &'static MapSpec),
    found: &mut Found,
    read: impl Fn(&Node, &mut Found) -> Option<T>,
) -> Vec<(Name, Option<T>)> {
    let map = file.get(key, found).and_then(|node| Mapping::of(node, spec, found));
    let entries = map.iter().flat_map(Mapping::named);
    entries.map(|(key, node)| (key.name(), read(node, found))).collect()
}

fn conditions(
    file: &Mapping<'_>,
    (key, spec, what): (&str, &'static MapSpec, &str),
    found: &mut Found,
) -> Vec<(Name, Option<Condition>)> {
    named(file, (key, spec), found, |node, found| {
        text(node, what, found).and_then(|scalar| Condition::of(scalar, found))
    })
}

impl Condition {
    fn of(scalar: &Scalar, found: &mut Found) -> Option<Self> {
        Some(Self { tree: expression(scalar, found)?, span: scalar.span })
    }
}

impl Between {
    fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let nodes = list(node, "`between`", found);
        let sides: Vec<_> = nodes.into_iter().map(|node| text(node, "a side", found).map(SideLine::of)).collect();
        let sides = <[Option<SideLine>; 2]>::try_from(sides).ok();
        if sides.is_none() {
            let at = "write `[SYSTEM.RECORD, SYSTEM.RECORD]`";
            let message = "a pipeline stands between two records";
            found.push(Diagnostic::error(Code("type-shape"), message, node.span, at));
        }
        sides.map(|sides| Self { sides, span: node.span })
    }
}

impl SideLine {
    fn of(scalar: &Scalar) -> Self {
        let end = scalar.text.len();
        let (named, grouped) = match scalar.text.split_once(" grouped by ") {
            Some((named, shared)) => (named.trim_end(), Some(shared.trim())),
            None => (scalar.text.as_str(), None),
        };
        let (system, record) = named.split_once('.').unwrap_or((named, ""));
        let from = (system.len() + 1).min(end);
        let place = scalar.part(from, (system.len() + 1 + record.len()).min(end));
        let shared = |shared: &str| Name { text: shared.to_owned(), span: scalar.part(end - shared.len(), end) };
        Self {
            system: scalar.named(0, system.len()),
            record: Name { text: record.to_owned(), span: place },
            grouped: grouped.map(shared),
            span: scalar.span,
        }
    }
}

impl CreateLine {
    /// A condition, `always`, which is one that holds, or `on demand`.
    fn of(node: &Node, found: &mut Found) -> Option<Self> {
        let scalar = text(node, "a create condition", found)?;
        let span = scalar.span;
        let when = match scalar.text.trim() {
            "on demand" => None,
            "always" => Some(Expression { kind: ExpressionKind::Literal(Value::Bool(true)), span }),
            _ => Some(expression(scalar, found)?),
        };
        Some(Self { when, span })
    }
}

/// `[name, name]`, or an expression that gives a list.
fn fields(node: &Node, found: &mut Found) -> Option<Expression> {
    let NodeKind::Sequence(items) = &node.kind else {
        return text(node, "a list of fields", found).and_then(|scalar| expression(scalar, found));
    };
    let names = items.iter().filter_map(|item| text(item, "a field", found));
    let literal = |scalar: &Scalar| {
        let kind = ExpressionKind::Literal(Value::text(scalar.text.as_str()));
        Expression { kind, span: scalar.span }
    };
    Some(Expression { kind: ExpressionKind::List(names.map(literal).collect()), span: node.span })
}
