//! What a decision comes to: reads it still wants, or effects and stops.
//!
//! At most one effect reaches outside; the peer's answer is an input of the next decision.

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::park::{Stop, Wait};
use super::situation::{Fitting, Makeable, Want};
use crate::language::plan::{Action, RuleLine, Side};
use crate::value::{Record, Value, json};

/// The answer of one call of `decide`.
#[derive(Clone, Debug)]
pub enum Step<Reached = Box<Decision>> {
    /// Read these first.
    Need(Vec<Want>),
    /// Decided.
    Done(Reached),
}

/// What is to be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The one thing to do now, if anything.
    pub effect: Option<Effect>,
    /// What stops, and why.
    pub stops: Vec<Stop>,
    /// The rule lines that spoke.
    pub lines: Vec<RuleLine>,
    /// The pair is not linked and nothing is to be created.
    pub unmatched: Option<Unmatched>,
    /// Values that lost against the other side's.
    pub lost: Vec<Lost>,
    /// Values that go nowhere, and why.
    pub left_alone: Vec<LeftAlone>,
    /// A counterpart would be created, but its account does not carry the record: where that is said.
    pub not_carried: Option<RuleLine>,
    /// What does not agree and was not told yet.
    pub disagreements: Vec<Disagreement>,
    /// What is to be written waits, and which line says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<RuleLine>,
    /// What a person took and that is not written after all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untaken: Vec<Untaken>,
    /// Of the listings that were searched, the places of the rows that it was made from.
    #[serde(skip)]
    pub fitting: Fitting,
}

/// Two linked records do not agree in what each side works out by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// What people call it.
    pub name: String,
    /// What it is made from, by name.
    pub values: Vec<(String, Value)>,
    /// Its line.
    pub line: RuleLine,
}

/// Both sides changed one value, and this one gave way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The group.
    pub group: String,
    /// The side whose value gave way.
    pub side: Side,
    /// The value that gave way.
    pub value: Value,
    /// The value that stayed.
    pub winner: Value,
    /// The rule.
    pub line: RuleLine,
}

/// What a person took and that is not written after all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untaken {
    /// The group; where no rule carries it any more, the name under which the base had it.
    pub group: String,
    /// Why, as the rest of a sentence.
    pub why: String,
    /// The rule, or the match where there is none.
    pub line: RuleLine,
}

/// A value that goes nowhere because a rule says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftAlone {
    /// The group.
    pub group: String,
    /// The side that holds the value.
    pub side: Side,
    /// The value.
    pub value: Value,
    /// The rule's own words.
    pub because: String,
    /// The rule or row.
    pub line: RuleLine,
}

/// A counterpart was looked for and not found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// What was looked for; `None`: the record has nothing to match by.
    pub wait: Option<Wait>,
    /// The line of the match.
    pub line: RuleLine,
}

/// A record that is to be made beside a pair.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Making {
    /// Which.
    pub record: Makeable,
    /// Its fields.
    pub fields: Record,
    /// The line that asks for it.
    pub line: RuleLine,
}

/// The action of a record that is made beside a pair.
pub const MAKE: &str = Action::Make.as_str();

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Both sides exist already: link them.
    Link {
        /// The left key.
        left: Value,
        /// The right key.
        right: Value,
    },
    /// Nothing to write, but both sides are seen to agree: remember it.
    Settle {
        /// The new base, whole.
        base: Base,
    },
    /// Create the missing side.
    Create {
        /// The side.
        side: Side,
        /// Its fields.
        fields: Record,
        /// The rules that filled them.
        lines: Vec<RuleLine>,
    },
    /// Make a record beside the pair that rules need and that is not there.
    Make(Making),
    /// Change a side.
    Update {
        /// The side.
        side: Side,
        /// The fields to change.
        fields: Record,
        /// Rules whose base follows from the answer.
        rules: Vec<String>,
        /// Their groups.
        groups: Vec<String>,
        /// Their lines.
        lines: Vec<RuleLine>,
    },
    /// Take one legal step towards a state.
    Move {
        /// The side.
        side: Side,
        /// From.
        from: String,
        /// To.
        to: String,
        /// The state that is asked for; further steps follow where it is another than `to`.
        goal: String,
        /// The rule whose base follows from the answer.
        rule: String,
        /// Its group.
        group: String,
        /// Its line and those that spoke with it.
        lines: Vec<RuleLine>,
    },
    /// Take a record away whose counterpart is gone.
    Remove {
        /// Its side.
        side: Side,
        /// The key of the counterpart.
        gone: String,
        /// The line that says so, and those that spoke with it.
        lines: Vec<RuleLine>,
    },
}

impl Effect {
    /// The action of a record that is taken away.
    pub const REMOVE: &str = Action::Remove.as_str();

    /// The groups of fields that it writes; none where it is about the whole record.
    pub fn groups(&self) -> &[String] {
        match self {
            Self::Update { groups, .. } => groups,
            Self::Move { group, .. } => std::slice::from_ref(group),
            Self::Link { .. } | Self::Settle { .. } | Self::Create { .. } | Self::Make(_) | Self::Remove { .. } => &[],
        }
    }

    /// Whether something is written outside.
    pub fn writes(&self) -> bool {
        !matches!(self, Self::Link { .. } | Self::Settle { .. })
    }

    /// The side that a write outside goes to and the rule lines that caused it; `None`: it goes to no side.
    pub fn outward(&self) -> Option<(Side, &[RuleLine])> {
        match self {
            Self::Create { side, lines, .. }
            | Self::Update { side, lines, .. }
            | Self::Move { side, lines, .. }
            | Self::Remove { side, lines, .. } => Some((*side, lines)),
            Self::Link { .. } | Self::Settle { .. } | Self::Make(_) => None,
        }
    }

    /// What it does.
    pub fn action(&self) -> Action {
        match self {
            Self::Link { .. } => Action::Link,
            Self::Settle { .. } => Action::Settle,
            Self::Create { .. } => Action::Create,
            Self::Make(_) => Action::Make,
            Self::Update { .. } => Action::Update,
            Self::Move { .. } => Action::Move,
            Self::Remove { .. } => Action::Remove,
        }
    }

    /// The effect as a value for the journal.
    pub fn to_value(&self) -> Value {
        let detail = match self {
            Self::Link { left, right } => Value::List(ecow::eco_vec![left.clone(), right.clone()]),
            Self::Settle { .. } => Value::Null,
            Self::Create { fields, .. } | Self::Update { fields, .. } => Value::Record(fields.clone()),
            Self::Make(Making { fields, .. }) => Value::Record(fields.clone()),
            Self::Move { from, to, .. } => json::from_json(&serde_json::json!({ "from": from, "to": to })),
            Self::Remove { gone, .. } => Value::text(gone.as_str()),
        };
        Value::Record(Record::from([
            ("action".to_owned(), self.action().as_str().into()),
            ("detail".to_owned(), detail),
        ]))
    }
}
