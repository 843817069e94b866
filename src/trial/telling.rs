//! What the reconcile report tells of a test that nobody has to act on: values that go nowhere, that gave way or that
//! are kept otherwise, and what does not agree. In the report's own words; judges nothing.

use crate::runtime::Happening;
use crate::runtime::told_values;

/// Something that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Telling {
    /// In the words of the report.
    pub(super) text: String,
    /// The record, with its account and its key.
    pub(super) record: String,
    /// The rule line.
    pub(super) line: String,
    /// The name of what does not agree, if that is told.
    pub(super) disagreement: Option<String>,
}

/// All that is told, in order. What is told again with every look at a record stands once.
pub(super) fn tellings(happened: &[Happening]) -> Vec<Telling> {
    let mut found: Vec<Telling> = Vec::new();
    for happening in happened {
        let Some(telling) = of(happening) else { continue };
        if telling.disagreement.is_some() || !found.contains(&telling) {
            found.push(telling);
        }
    }
    found
}

fn of(happening: &Happening) -> Option<Telling> {
    let (target, line, text) = match happening {
        Happening::GaveWay { target, group, lost, won, line, .. } => {
            (target, line, format!("both sides changed: {target}: `{group}` {lost} gave way to {won}"))
        }
        Happening::Kept { target, text, line, .. } => (target, line, format!("kept otherwise: {target}: {text}")),
        Happening::Disagrees { target, name, values, line, .. } => {
            (target, line, format!("{target}: {name} do not agree: {}", told_values(values)))
        }
        Happening::LeftAlone { target, value, because, line, .. } => {
            (target, line, format!("left alone: {target}: {value} goes nowhere, because {because}"))
        }
        _ => return None,
    };
    let disagreement = if let Happening::Disagrees { name, .. } = happening { Some(name.clone()) } else { None };
    Some(Telling { text, record: target.to_string(), line: line.clone(), disagreement })
}
