//! Settings in expressions: each exists, and gives what its type says.

use super::given::{Given, Inference};
use super::literal::literal;
use crate::language::plan::setting_type::is_truth;
use crate::language::plan::{Setting, SettingType};
use crate::language::resolve::Meant;
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Step};
use crate::value::{Kind, Path, Segment};

/// What a setting gives; a number may be left empty.
pub(super) fn setting(on: &mut Inference<'_, '_>, steps: &[Step], head: &Name) -> Given {
    let parts: Vec<&str> = steps
        .iter()
        .filter_map(|step| if let Segment::Field(name) = &step.segment { Some(name.as_str()) } else { None })
        .collect();
    let name = parts.join(".");
    if let Some(said) = on.names.settings.get(&name) {
        let places = steps.iter().map(|step| step.span);
        if let Some(span) = places.reduce(crate::diagnostic::Span::to) {
            on.sink.meet(span, || Meant::Setting(name.clone()));
        }
        return match (on.names.types.get(&name), said) {
            (Some(kind), _) => {
                let nullable = matches!(kind, SettingType::Number { .. });
                Given { nullable, ..Given::always(type_kind(kind)) }
            }
            (None, Setting::List(_)) => Given::always(Kind::List(Box::new(Kind::Any))),
            (None, Setting::Value(value)) => {
                Given { texts: None, longest: None, ..Given::constant(value, literal(value)) }
            }
            (None, Setting::Env { .. }) => Given::always(Kind::Text),
        };
    }
    // The first step that leads nowhere is the one to point at.
    let mut known: Vec<String> = Vec::new();
    let mut span = head.span;
    let mut written = String::new();
    for count in 1..=parts.len() {
        let prefix = parts.get(..count).unwrap_or_default().join(".");
        let leads = on.names.settings.keys().any(|name| *name == prefix || name.starts_with(&format!("{prefix}.")));
        if !leads {
            let before = parts.get(..count - 1).unwrap_or_default().join(".");
            let tail = |name: &String| {
                let rest = if before.is_empty() { name.as_str() } else { name.strip_prefix(&format!("{before}."))? };
                rest.split('.').next().map(str::to_owned)
            };
            known = on.names.settings.keys().filter_map(tail).collect();
            span = steps.get(count - 1).map_or(span, |step| step.span);
            parts.get(count - 1).copied().unwrap_or_default().clone_into(&mut written);
            break;
        }
    }
    let message = if written.is_empty() {
        let begins = if name.is_empty() { String::new() } else { format!("{name}.") };
        let tail = |known: &String| known.strip_prefix(&begins)?.split('.').next().map(str::to_owned);
        known = on.names.settings.keys().filter_map(tail).collect();
        known.dedup();
        format!("`settings{}{name}` is no single setting", if name.is_empty() { "" } else { "." })
    } else {
        format!("there is no setting `{name}`")
    };
    on.sink.unknown("unknown-setting", message, (&written, span), known.iter().map(String::as_str));
    Given::or_null(Kind::Any)
}

/// Whether an expression is a setting whose type says that it spells a day, or nothing.
pub(super) fn is_date(on: &Inference<'_, '_>, tree: &Expression) -> bool {
    matches!(type_of(on, tree).map(SettingType::plain), Some(SettingType::Date))
}

/// Whether it is one that is never left empty.
pub(super) fn is_a_day(on: &Inference<'_, '_>, tree: &Expression) -> bool {
    is_date(on, tree) && matches!(type_of(on, tree), Some(SettingType::Filled(_)))
}

/// The type of a setting, where an expression is one.
fn type_of<'n>(on: &'n Inference<'_, '_>, tree: &Expression) -> Option<&'n SettingType> {
    let ExpressionKind::Path(path) = &tree.kind else { return None };
    path.head.as_ref().filter(|head| head.text == "settings")?;
    on.names.types.get(&Path(path.segments.clone()).to_string())
}

fn type_kind(kind: &SettingType) -> Kind {
    match kind {
        SettingType::OneOf(values) if is_truth(values) => Kind::Bool,
        SettingType::Filled(inner) => type_kind(inner),
        SettingType::OneOf(values) => Kind::Enum(values.clone().into()),
        SettingType::List(inner) => Kind::List(Box::new(type_kind(inner))),
        SettingType::Number { whole: true, .. } => Kind::Integer,
        SettingType::Number { .. } => Kind::Decimal,
        SettingType::Text | SettingType::Duration | SettingType::Date | SettingType::Url | SettingType::Place => {
            Kind::Text
        }
    }
}
