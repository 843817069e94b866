//! Arrow lines and expressions: paths by what they reach, functions with how they are written, settings, and the words
//! that may stand behind the two sides.

use lsp_types::CompletionItemKind as Kind;

use super::reach::{Reach, sides_of};
use super::{Offer, Place, is_word, word};
use crate::editor::tell;
use crate::language::function::registry;
use crate::language::plan::{Field, RecordType};
use crate::value::Kind as ValueKind;

/// Words behind the two sides of a rule, each with what it says.
const MODIFIERS: [(&str, &str); 10] = [
    ("via table ", "the value is carried over by a table"),
    ("via pipeline ", "the linked counterpart, brought over first where it is missing"),
    ("on create", "only when the record is created"),
    ("always", "a constant that stands at every change"),
    ("when ", "only while this holds"),
    ("unless ", "only while this does not hold"),
    ("or clear", "an empty value may take the place of one"),
    ("also when gone", "speaks even where the linked record is not there any more"),
    ("reported once", "what the peer refuses is told once for all records"),
    ("because ", "why it is so: runs to the end of the line"),
];

/// Words of expressions.
const WORDS: [&str; 8] = ["if ", "then ", "else ", "and ", "or ", "not ", "in ", "where "];

/// Words that stand in the place of what is looked up for someone else.
const NAMING: [&str; 2] = ["via table ", "via pipeline "];

/// What may stand in an arrow line.
pub(super) fn offers(place: &Place<'_>) -> (Vec<Offer>, usize) {
    let before = place.context.before;
    let (left, right) = sides_of(before).map_or((before, None), |(left, right)| (left, Some(right)));
    let own = word(before, is_word);
    let said = before.get(..before.len() - own).unwrap_or_default();
    if said.ends_with(NAMING[0]) || said.ends_with("mapped(\"") {
        return (named(place.rules.tables.keys(), Kind::ENUM), own);
    }
    if said.ends_with(NAMING[1]) || said.ends_with("linked(\"") || said.ends_with("counterpart(\"") {
        return (named(place.rules.pipelines.keys(), Kind::MODULE), own);
    }
    let behind = right.unwrap_or(left);
    let is_begun = behind.get(..behind.len().saturating_sub(own)).unwrap_or_default();
    let is_whole = is_begun.ends_with(' ') && ends_side(is_begun);
    match right {
        Some(_) if is_whole => {
            let (expression, length) = expression(place);
            let asks = [" when ", " unless "].iter().any(|word| is_begun.contains(word));
            let words = MODIFIERS.iter().map(|(word, about)| Offer::word(word).about(*about).rank(2));
            (words.chain(expression.into_iter().filter(|_| asks)).collect(), length)
        }
        None if is_whole => {
            let arrows = [("-> ", "from left to right"), ("<- ", "from right to left"), ("<-> ", "both ways")];
            let arrows = arrows.map(|(arrow, about)| Offer::new(arrow, Kind::OPERATOR).about(about).rank(1));
            let (expression, length) = expression(place);
            (arrows.into_iter().chain(expression).collect(), length)
        }
        _ => expression(place),
    }
}

/// Whether a side may end where a text ends: no operator, no comma and no open bracket stands there.
fn ends_side(text: &str) -> bool {
    let open = ['(', '[']
        .iter()
        .zip([')', ']'])
        .any(|(open, close)| text.matches(*open).count() > text.matches(close).count());
    let last = text.split_whitespace().last().unwrap_or_default();
    let goes_on = [
        "if", "then", "else", "and", "or", "not", "in", "where", "==", "!=", "<", ">", "<=", ">=", "??", "+", "-", "*",
        "/",
    ];
    !open && !last.is_empty() && !goes_on.contains(&last) && !last.ends_with(',')
}

/// What may stand in an expression.
pub(super) fn expression(place: &Place<'_>) -> (Vec<Offer>, usize) {
    let before = place.context.before;
    let path = word(before, |letter| is_word(letter) || ".[]".contains(letter));
    let path = before.get(before.len() - path..).unwrap_or_default();
    let own = word(before, is_word);
    let reach = Reach::of(place);
    let is_right = sides_of(before).is_some();
    if let Some(texts) = texts(place, &reach, before) {
        let offers = texts.into_iter().map(|text| Offer::new(text, Kind::ENUM_MEMBER)).collect();
        return (offers, quoted(before).map_or(0, str::len));
    }
    if let Some((outer, _)) = path.rsplit_once('.') {
        if let Some(settings) = outer.strip_prefix("settings") {
            return (settings_below(place, settings.trim_start_matches('.')), own);
        }
        let element = candidate(place, &reach).or_else(|| reach.element(is_right));
        let Some(at) = reach.path(outer, element.as_ref()).or_else(|| element.filter(|_| outer.is_empty())) else {
            return (Vec::new(), own);
        };
        let fields = reach
            .names(&at)
            .into_iter()
            .map(|(name, kind, field)| offered(name, (&kind, field.as_ref()), is_right && is_target(before)));
        return (fields.collect(), own);
    }
    let mut found = heads(&reach, is_right);
    found.push(Offer::new("settings", Kind::VARIABLE).writes("settings.").detail("the switches"));
    found.extend(functions(place));
    found.extend(WORDS.iter().map(|word| Offer::word(word).rank(8)));
    (found, own)
}

/// Whether the place is the path that an arrow points at.
fn is_target(before: &str) -> bool {
    let right = sides_of(before).map_or("", |(_, right)| right);
    !before.contains(" <- ") && !right.trim_start().contains(' ')
}

fn heads(reach: &Reach<'_>, is_right: bool) -> Vec<Offer> {
    let wanted = reach.sides.get(usize::from(is_right));
    let head = |(name, (kind, _)): (&String, &super::reach::Reached)| {
        let rank = if Some(name) == wanted { 0 } else { 3 };
        let whole = format!("{}.{}", kind.system, kind.name);
        Offer::new(name.as_str(), Kind::VARIABLE).writes(format!("{name}.")).detail(whole).rank(rank)
    };
    reach.heads.iter().map(head).collect()
}

fn functions(place: &Place<'_>) -> Vec<Offer> {
    let library = registry::all().iter().map(|function| {
        let offer = Offer::new(function.name, Kind::FUNCTION).writes(format!("{}(", function.name));
        offer.detail(function.written()).about(function.about).rank(6)
    });
    let asked = registry::ASKED.iter().map(|name| {
        Offer::new(*name, Kind::FUNCTION).writes(format!("{name}(\"")).detail("asks what links and tables know").rank(6)
    });
    let scripts = place.rules.scripts.functions().map(|script| {
        let offer = Offer::new(script.name.as_str(), Kind::FUNCTION).writes(format!("{}(", script.name));
        offer.detail(tell::of_script(script)).rank(6)
    });
    library.chain(asked).chain(scripts).collect()
}

/// A field, what can be written before what cannot where it is to be.
fn offered(name: String, (kind, field): (&RecordType, Option<&Field>), is_written: bool) -> Offer {
    let Some(field) = field else { return Offer::new(name, Kind::STRUCT) };
    let can_be = field.on_create || field.on_update || field.on_add;
    let rank = match is_written {
        true if field.required_on_create => 1,
        true if can_be => 2,
        true => 7,
        false => 2,
    };
    Offer::new(name, Kind::FIELD).detail(field.kind.to_string()).about(tell::field(kind, field)).rank(rank)
}

/// The candidate's record in `with:`, which `.` means there.
fn candidate(place: &Place<'_>, reach: &Reach<'_>) -> Option<super::reach::Reached> {
    if place.context.key(0) != Some("with") {
        return None;
    }
    let named = place.context.before.split(" where ").next()?.trim().trim_end_matches("[]");
    let (system, record) = named.split_once('.')?;
    let _ = reach;
    let kind = place.rules.systems.get(system)?.records.get(record)?;
    Some((std::sync::Arc::clone(kind), crate::value::Path::default()))
}

/// The settings below a name, and the groups.
pub(super) fn settings_below(place: &Place<'_>, above: &str) -> Vec<Offer> {
    let begins = if above.is_empty() { String::new() } else { format!("{above}.") };
    let mut found: Vec<Offer> = Vec::new();
    let mut groups = Vec::new();
    for name in place.rules.settings.keys() {
        let Some(rest) = name.strip_prefix(&begins) else { continue };
        match rest.split_once('.') {
            None => found.push(Offer::new(rest, Kind::PROPERTY).detail("setting").rank(2)),
            Some((group, _)) if !groups.contains(&group) => {
                groups.push(group);
                found.push(Offer::new(group, Kind::MODULE).writes(format!("{group}.")).detail("settings"));
            }
            Some(_) => {}
        }
    }
    found
}

/// An open quote at the end of a text, and what stands in it.
fn quoted(before: &str) -> Option<&str> {
    let at = before.rfind('"').filter(|_| before.matches('"').count() % 2 == 1)?;
    before.get(at + 1..)
}

/// The values that a text in quotes may be, by what it is compared with.
fn texts(place: &Place<'_>, reach: &Reach<'_>, before: &str) -> Option<Vec<String>> {
    let inside = quoted(before)?;
    let said = before.get(..before.len() - inside.len() - 1)?.trim_end();
    let said = said
        .rsplit_once('[')
        .filter(|(head, _)| head.trim_end().ends_with(" in"))
        .map_or(said, |(head, _)| head.trim_end());
    let said = ["==", "!=", "in"].iter().find_map(|operator| said.strip_suffix(operator))?.trim_end();
    let path = word(said, |letter| is_word(letter) || ".[]".contains(letter));
    let path = said.get(said.len() - path..)?;
    if let Some(name) = path.strip_prefix("settings.") {
        return Some(place.rules.types.get(name)?.values().to_vec());
    }
    let (kind, at) = reach.path(path, reach.element(false).as_ref())?;
    match &kind.field(&at)?.kind {
        ValueKind::Enum(values) => Some(values.to_vec()),
        _ => None,
    }
}

fn named<'n>(names: impl Iterator<Item = &'n String>, kind: Kind) -> Vec<Offer> {
    names.map(|name| Offer::new(name.as_str(), kind)).collect()
}
