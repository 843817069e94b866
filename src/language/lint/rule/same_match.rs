//! Whether a field that is filled with an expression is found again by a match: both are worked out over samples.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::language::lint::model::View;
use crate::language::plan::expression::{CompiledExpression, Scope};
use crate::language::plan::{Pipeline, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Kind, Path, Record, Segment, Value, key, timestamp};

/// How many records are tried.
const SAMPLES: usize = 3;

/// What a comparison came to.
pub(super) enum Compared {
    /// It is found again.
    Same,
    /// It cannot be told.
    Untold,
    /// It is filled with what the match does not read.
    Unrelated,
    /// It is not found again.
    Other {
        /// The fields that were tried.
        from: String,
        /// What the record is then found by.
        becomes: String,
        /// What is looked for.
        sought: String,
    },
}

/// Records by the names at the head of paths.
struct Sample(BTreeMap<String, Value>);

impl Scope for Sample {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        let record = self.0.get(head?)?;
        Some(Path(segments.to_vec()).read(record))
    }
}

/// Compares what a side is found by, where an expression over the other side fills a field of it, with what is looked
/// for.
pub(super) fn compare(
    view: &View<'_>,
    pipeline: &Pipeline,
    (source, side, path): (&CompiledExpression, Side, &Path),
) -> Compared {
    let from = pipeline.record(side.other());
    let own = &pipeline.record(side).system;
    let sought = pipeline.match_of(side.other());
    let mut fields = fields_of(source.tree(), &from.system);
    let compared = fields_of(sought.tree(), &from.system);
    let related = compared.iter().any(|path| fields.contains(path));
    fields.extend(compared.iter().filter(|path| !fields.contains(path)).cloned().collect::<Vec<_>>());
    let mut same = false;
    for round in 0..SAMPLES {
        let mut record = Record::new();
        for (at, field) in fields.iter().enumerate() {
            let kind = from.field(field).map_or(Kind::Text, |field| field.kind.clone());
            let target = from.system.as_str();
            field.write(&mut record, sample(view, (target, &kind), (round + at) % SAMPLES));
        }
        let mut scope = Sample(BTreeMap::from([(from.system.clone(), Value::Record(record.clone()))]));
        let (Ok(filled), Ok(wanted)) = (source.evaluate(&scope), sought.evaluate(&scope)) else { continue };
        let Some(wanted) = text(&wanted) else { continue };
        let mut made = Record::new();
        path.write(&mut made, filled);
        scope.0.insert(own.clone(), Value::Record(made));
        let Ok(found) = pipeline.match_of(side).evaluate(&scope) else { continue };
        let becomes = text(&found).unwrap_or_else(|| "null".to_owned());
        if becomes != wanted {
            let name = |field: &Path| {
                let value = field.read(&Value::Record(record.clone()));
                format!("`{}.{field}` {}", from.system, value.to_key().map_or_else(String::new, |key| shown(&key)))
            };
            let from = fields.iter().map(name).collect::<Vec<_>>().join(" and ");
            return Compared::Other { from, becomes: shown(&becomes), sought: shown(&wanted) };
        }
        same = true;
    }
    match (same, related) {
        (true, _) => Compared::Same,
        (false, true) => Compared::Untold,
        (false, false) => Compared::Unrelated,
    }
}

fn text(value: &Value) -> Option<String> {
    value.to_key().map(|text| key::matched(&text)).filter(|text| !text.is_empty())
}

fn shown(text: &str) -> String {
    if text.trim() == text { text.to_owned() } else { format!("{text:?}") }
}

/// A value of a kind; for texts with what people write around and inside them.
fn sample(view: &View<'_>, (system, kind): (&str, &Kind), round: usize) -> Value {
    let number = [7, 12, 1_003].get(round).copied().unwrap_or(7);
    match kind {
        Kind::Bool => Value::Bool(round == 0),
        Kind::Integer => Value::Integer(number),
        Kind::Decimal => Value::Decimal(rust_decimal::Decimal::from(number)),
        Kind::Enum(values) => values.get(round % values.len().max(1)).map(Value::text).unwrap_or_default(),
        Kind::Reference(target) => {
            let kind = view.rules.systems.get(system).and_then(|system| system.records.get(target.as_ref()));
            let key = kind.and_then(|kind: &Arc<_>| kind.field(&Path::field(kind.key.as_str())));
            match key.map(|field| &field.kind) {
                Some(Kind::Integer) => Value::Integer(number),
                _ => Value::text(format!("key-{number}")),
            }
        }
        Kind::Date => timestamp::parse_date("2026-05-01").map(Value::Date).unwrap_or_default(),
        Kind::Timestamp => timestamp::parse("2026-05-01T12:30:00Z").map(Value::Timestamp).unwrap_or_default(),
        _ => Value::text(["Ab-7", " Some Text 12 ", "x@Example.com"].get(round).copied().unwrap_or("Ab-7")),
    }
}

/// The fields of a system's record that an expression reads.
pub(super) fn fields_of(tree: &Expression, system: &str) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    tree.visit(&mut |part| {
        if let ExpressionKind::Path(read) = &part.kind
            && read.head.as_ref().is_some_and(|head| head.text == system)
            && read.segments.iter().all(|step| matches!(step, Segment::Field(_)))
        {
            let path = Path(read.segments.clone());
            if !found.contains(&path) {
                found.push(path);
            }
        }
    });
    found
}
