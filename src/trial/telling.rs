//! What the reconcile report tells of a test that nobody has to act on: values that go nowhere, that gave way or that
//! are kept otherwise, and what does not agree. In the report's own words; judges nothing.

use crate::runtime::Happening;
use crate::runtime::told_values;

/// Something that is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Telling {
    /// In the words of the report.
    pub(super) text: String,
    /// The rule line.
    pub(super) line: String,
    /// The name of what does not agree, and of which record, if that is told.
    pub(super) disagreement: Option<(String, String)>,
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
    let (text, line, disagreement) = match happening {
        Happening::GaveWay { target, group, lost, won, line, .. } => {
            (format!("both sides changed: {target}: `{group}` {lost} gave way to {won}"), line, None)
        }
        Happening::Kept { target, text, line, .. } => (format!("kept otherwise: {target}: {text}"), line, None),
        Happening::Disagrees { target, name, values, line, .. } => {
            let named = (name.clone(), target.to_string());
            (format!("{target}: {name} do not agree: {}", told_values(values)), line, Some(named))
        }
        Happening::LeftAlone { target, value, because, line, .. } => {
            (format!("left alone: {target}: {value} goes nowhere, because {because}"), line, None)
        }
        _ => return None,
    };
    Some(Telling { text, line: line.clone(), disagreement })
}
