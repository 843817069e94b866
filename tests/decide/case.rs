//! A case as it is written, and what the engine is given of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petiole::engine::{self, Base, Found, Listed, Made, Makeable, Reads, Seen, Situation, Want};
use petiole::language::plan::{Pipeline, RecordType, Side};
use petiole::value::{Kind, Path, Record, Segment, Value};
use serde::Deserialize;
use serde_yaml::Value as Yaml;

use super::Rules;

/// What stands in a block ```` ```case ````.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "main")]
    pipeline: String,
    /// The system whose record changed.
    changed: String,
    /// Both records; none where there is none.
    #[serde(default)]
    shop: Yaml,
    #[serde(default)]
    depot: Yaml,
    /// Where the two are linked: what was otherwise when they were last in step.
    base: Option<BTreeMap<String, Yaml>>,
    /// The key of the linked counterpart that is not there any more.
    gone: Option<String>,
    /// Settings that differ, by dotted name.
    #[serde(default)]
    settings: BTreeMap<String, Yaml>,
    #[serde(default)]
    sweep: bool,
    #[serde(default)]
    demanded: bool,
    #[serde(default)]
    apart: bool,
    #[serde(default)]
    held: BTreeSet<String>,
    /// What reads answer: all records of a kind that there are, by `SYSTEM.RECORD`.
    #[serde(default)]
    found: BTreeMap<String, Vec<Yaml>>,
    /// What look-ups of counterparts answer: by pipeline, the key of one side and that of the other; none: there is none.
    #[serde(default)]
    counterparts: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// What became of records that were to be made, by `SYSTEM.RECORD KEY`: its fields, `refused`, or `withheld` with
    /// what it would be made with.
    #[serde(default)]
    made: BTreeMap<String, Yaml>,
}

fn main() -> String {
    "parcels".to_owned()
}

/// A case with its title.
pub(super) struct Case {
    pub(super) title: String,
    written: Written,
}

impl Case {
    pub(super) fn parse(title: &str, text: &str) -> Self {
        let written = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{title}: {error}\n{text}"));
        Self { title: title.to_owned(), written }
    }

    pub(super) fn pipeline<'r>(&self, rules: &'r Rules) -> &'r Pipeline {
        &rules.live.plan.pipelines[&self.written.pipeline]
    }

    fn of_system(&self, system: &str) -> &Yaml {
        if system == "shop" { &self.written.shop } else { &self.written.depot }
    }

    pub(super) fn situation(&self, rules: &Rules) -> Situation {
        let pipeline = self.pipeline(rules);
        let written = &self.written;
        let side = if pipeline.record(Side::Left).system == written.changed { Side::Left } else { Side::Right };
        assert_eq!(pipeline.record(side).system, written.changed, "{}: changed: shop or depot", self.title);
        let [left_account, right_account] = [Side::Left, Side::Right].map(|side| pipeline.record(side).system.clone());
        let mut settings = rules.live.pair_settings(&left_account, &right_account);
        if let Value::Record(settings) = &mut settings {
            for (name, value) in &written.settings {
                Path::parse(name).unwrap().write(settings, plain(value));
            }
        }
        let record = |side: Side| {
            let kind = pipeline.record(side);
            let said = self.of_system(&kind.system);
            (!said.is_null()).then(|| self.typed(kind, said))
        };
        let mut situation = Situation {
            changed: side,
            left: record(Side::Left),
            right: record(Side::Right),
            left_account,
            right_account,
            base: None,
            gone: written.gone.clone(),
            settings,
            demanded: written.demanded,
            sweep: written.sweep,
            asked: false,
            held: written.held.clone(),
            apart: written.apart,
            reads: Reads::new(),
            made: self.made(rules),
        };
        situation.base = written.base.as_ref().map(|before| self.base(rules, &situation, before));
        situation
    }

    /// What both sides held when they were last in step: what they hold now, but for what is said.
    fn base(&self, rules: &Rules, now: &Situation, before: &BTreeMap<String, Yaml>) -> Base {
        let pipeline = self.pipeline(rules);
        let mut then = now.clone();
        then.base = Some(Base::new());
        for (system, fields) in before {
            let kind = [&pipeline.left, &pipeline.right].into_iter().find(|kind| kind.system == *system);
            let kind = kind.unwrap_or_else(|| panic!("{}: base: shop and depot", self.title));
            let side = if kind.system == pipeline.left.system { Side::Left } else { Side::Right };
            let record = then.record_mut(side).get_or_insert_with(|| Value::Record(Record::new()));
            let (Value::Record(held), Value::Record(fields)) = (record, self.typed(kind, fields)) else { panic!() };
            held.extend(fields);
        }
        let names: Vec<String> = pipeline.rules.iter().map(|rule| rule.id.clone()).collect();
        let sent = then.right.clone().unwrap_or_default();
        let seen = Seen {
            side: Side::Right,
            sent: &sent,
            rules: Some(&names),
            partial: false,
            before: &Value::Null,
            touched: true,
        };
        engine::base_of(&rules.live.plan, pipeline, &then, &seen)
    }

    /// The answer to a want; none where the case says nothing of such records.
    pub(super) fn answer(&self, rules: &Rules, want: &Want) -> Option<Found> {
        let plan = &rules.live.plan;
        let rows = |system: &str, record: &str| {
            let rows = self.written.found.get(&format!("{system}.{record}"))?;
            let kind = plan.record(system, record)?;
            Some((kind, rows.iter().map(|row| self.typed(kind, row)).collect::<Vec<Value>>()))
        };
        let whose = |system: &str, record: &str, fits: &dyn Fn(&Value) -> bool| {
            let (_, mut rows) = rows(system, record)?;
            rows.retain(|row| fits(row));
            Some(Found::Records(rows))
        };
        let field = |row: &Value, name: &str| Path::parse(name).and_then(|path| path.read(row).to_key());
        match want {
            Want::Record { account, record, id } => {
                let key = plan.record(account, record)?.key.clone();
                whose(account, record, &|row| field(row, &key).as_ref() == Some(id))
            }
            Want::Find { account, record, field: name, value } => {
                whose(account, record, &|row| field(row, name).as_ref() == Some(value))
            }
            Want::List { account, record, .. } => {
                let (kind, rows) = rows(account, record)?;
                Some(Found::Listed(Arc::new(Listed::new(kind, account, rows.into_iter()))))
            }
            Want::Match { pipeline, side, account, value, .. } => {
                let pipeline = &plan.pipelines[pipeline];
                let key = |row: &Value| engine::match_value(plan, pipeline, *side, row);
                whose(account, &pipeline.record(*side).name, &|row| key(row).as_ref() == Some(value))
            }
            Want::Linked { pipeline, side, id, .. } | Want::Counterpart { pipeline, side, id, .. } => {
                let known = self.written.counterparts.get(pipeline)?.get(id)?;
                Some(match known {
                    Some(key) => Found::Key(self.key(plan.pipelines[pipeline].record(side.other()), key)),
                    None if matches!(want, Want::Linked { .. }) => Found::Records(Vec::new()),
                    None => Found::Nothing {
                        code: "missing-counterpart".into(),
                        message: format!("{pipeline} knows no counterpart of {id}"),
                        waits: Vec::new(),
                        candidates: Vec::new(),
                    },
                })
            }
            Want::Settled { pipeline, id, .. } => {
                self.written.counterparts.get(pipeline)?.get(id)?.as_ref().map(|_| Found::Records(Vec::new()))
            }
        }
    }

    fn made(&self, rules: &Rules) -> BTreeMap<Makeable, Made> {
        let one = |(name, what): (&String, &Yaml)| {
            let (kind, id) = name.split_once(' ').unwrap_or_else(|| panic!("{}: made: SYSTEM.RECORD KEY", self.title));
            let (system, record) = kind.split_once('.').unwrap();
            let kind = rules.live.plan.record(system, record).unwrap();
            let made = match (what.as_str(), what.get("withheld")) {
                (Some("refused"), _) => Made::Refused,
                (_, Some(fields)) => Made::Withheld(self.typed(kind, fields)),
                _ => Made::There(self.typed(kind, what)),
            };
            (Makeable { account: system.to_owned(), record: record.to_owned(), id: id.to_owned() }, made)
        };
        self.written.made.iter().map(one).collect()
    }

    fn key(&self, kind: &RecordType, text: &str) -> Value {
        let kind = kind.field(&Path::field(kind.key.as_str())).map(|field| &field.kind);
        self.leaf(kind, &Yaml::from(text))
    }

    /// A record as the connector would have read it.
    fn typed(&self, kind: &RecordType, said: &Yaml) -> Value {
        self.level(kind, &mut Vec::new(), said)
    }

    fn level(&self, kind: &RecordType, at: &mut Vec<Segment>, said: &Yaml) -> Value {
        let found = kind.field(&Path(at.clone()));
        match said {
            Yaml::Mapping(fields) if found.is_none() => {
                let fields = fields.iter().map(|(name, value)| {
                    let name = name.as_str().unwrap_or_else(|| panic!("{}: {name:?}", self.title)).to_owned();
                    at.push(Segment::Field(name.as_str().into()));
                    let value = self.level(kind, at, value);
                    at.pop();
                    (name, value)
                });
                Value::Record(fields.collect::<Record>())
            }
            Yaml::Sequence(rows) if found.is_none() => {
                at.push(Segment::Each);
                let rows: Vec<Value> = rows.iter().map(|row| self.level(kind, at, row)).collect();
                at.pop();
                rows.into()
            }
            leaf => {
                let known = found.unwrap_or_else(|| panic!("{}: {} has no {at:?}", self.title, kind.name));
                self.leaf(Some(&known.kind), leaf)
            }
        }
    }

    fn leaf(&self, kind: Option<&Kind>, said: &Yaml) -> Value {
        let text = match said {
            Yaml::String(text) => text.clone(),
            Yaml::Number(number) => number.to_string(),
            other => return plain(other),
        };
        let wrong = || -> Value { panic!("{}: {text} is not {kind:?}", self.title) };
        match kind {
            Some(Kind::Integer) => text.parse().map_or_else(|_| wrong(), Value::Integer),
            Some(Kind::Decimal) => text.parse().map_or_else(|_| wrong(), Value::Decimal),
            Some(Kind::Timestamp) => text.parse().map_or_else(|_| wrong(), Value::Timestamp),
            Some(Kind::Date) => text.parse().map_or_else(|_| wrong(), Value::Date),
            Some(Kind::Reference(_)) => text.parse().map_or_else(|_| Value::text(&text), Value::Integer),
            _ => Value::text(&text),
        }
    }
}

/// A value of no declared kind.
fn plain(said: &Yaml) -> Value {
    match said {
        Yaml::Null => Value::Null,
        Yaml::Bool(is) => Value::Bool(*is),
        Yaml::Number(number) => Value::Integer(number.as_i64().unwrap()),
        Yaml::String(text) => Value::text(text),
        Yaml::Sequence(items) => items.iter().map(plain).collect::<Vec<_>>().into(),
        other => panic!("{other:?}"),
    }
}
