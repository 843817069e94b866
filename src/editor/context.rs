//! Where a place of a rule file is, by its text alone: the keys above it by their indentation, and what the table of
//! keys says of them. Text that is no YAML yet has a place all the same.
//!
//! Knows the shape of files, no rule.

use crate::language::syntax::field_spec::{FILES, FieldSpec, MapSpec, Shape};

/// A step from the top of a file to a place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Behind a key.
    Key(String),
    /// In an element of a list.
    Item,
}

/// A place in a rule file.
#[derive(Clone, Debug)]
pub struct Context<'t> {
    /// The kind of the file, by its first key; none where it has none yet.
    pub kind: Option<&'static str>,
    /// The steps to it, from the top; the key of the line itself is the last where something stands behind it.
    pub steps: Vec<Step>,
    /// What stands on the line before the place, without dashes, and without the key where there is one.
    pub before: &'t str,
    /// Whether a key may stand here: nothing but the beginning of a word stands before the place.
    pub is_key: bool,
    /// The keys that stand beside it already.
    pub beside: Vec<String>,
    /// What its place may hold, by the table of keys; several where that is open.
    pub shapes: Vec<&'static Shape>,
    /// The maps that its line may be a key of.
    pub maps: Vec<&'static MapSpec>,
}

/// A line that has something to say.
struct Line<'t> {
    /// Blanks before its first dash, or before its text.
    dash: Option<usize>,
    /// Blanks and dashes before its text.
    indent: usize,
    text: &'t str,
}

impl<'t> Line<'t> {
    fn of(line: &'t str) -> Self {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let mut text = line.get(blanks..).unwrap_or_default();
        let mut indent = blanks;
        let mut dash = None;
        while let Some(rest) = text.strip_prefix("- ").or(if text == "-" { Some("") } else { None }) {
            dash = dash.or(Some(indent));
            let rest_trimmed = rest.trim_start_matches(' ');
            indent += text.len() - rest_trimmed.len();
            text = rest_trimmed;
        }
        Self { dash, indent, text }
    }

    fn says_something(&self) -> bool {
        !self.text.is_empty() && !self.text.starts_with('#') || self.dash.is_some()
    }

    fn key(&self) -> Option<&'t str> {
        key_of(self.text)
    }
}

/// The key at the beginning of a line's text.
fn key_of(text: &str) -> Option<&str> {
    let text = text.split(" #").next().unwrap_or_default().trim_end();
    let key = text.strip_suffix(':').or_else(|| text.split_once(": ").map(|(key, _)| key))?;
    Some(key.trim_matches(['"', '\'']))
}

impl<'t> Context<'t> {
    /// The place at a byte of a text.
    pub fn at(text: &'t str, offset: usize) -> Self {
        let above = text.get(..offset).unwrap_or(text);
        let start = above.rfind('\n').map_or(0, |end| end + 1);
        let written = above.get(start..).unwrap_or_default();
        let line = Line::of(written);
        let before: Vec<Line<'t>> = text.get(..start).unwrap_or_default().lines().map(Line::of).collect();
        let kind = text.lines().find_map(|line| {
            let key = key_of(line).filter(|_| !line.starts_with([' ', '-', '#']))?;
            FILES.iter().map(|(kind, _)| *kind).find(|kind| *kind == key)
        });
        let (mut steps, mut beside) = steps(&before, &line);
        let rest = text.get(offset..).unwrap_or_default();
        let below = rest
            .lines()
            .skip(1)
            .map(Line::of)
            .take_while(|below| below.indent >= line.indent || !below.says_something());
        beside.extend(
            below
                .take_while(|below| below.dash.is_none_or(|dash| dash > line.indent))
                .filter(|below| below.dash.is_none() && below.indent == line.indent)
                .filter_map(|below| below.key().map(str::to_owned)),
        );
        let is_line = [" -> ", " <- ", " <-> "].iter().any(|arrow| line.text.contains(arrow));
        let value = line.text.split_once(": ").filter(|_| !is_line);
        let spec = FILES.iter().find(|(known, _)| Some(*known) == kind).map(|(_, spec)| *spec);
        if let Some((key, _)) = value {
            steps.push(Step::Key(key.trim_matches(['"', '\'']).to_owned()));
        }
        let before = value.map_or(line.text, |(_, value)| value.trim_start());
        let is_key =
            value.is_none() && line.text.chars().all(|letter| letter.is_alphanumeric() || "_ .".contains(letter));
        let shapes = spec.map(|spec| shapes(spec, &steps)).unwrap_or_default();
        let mut maps: Vec<&'static MapSpec> = shapes.iter().flat_map(|shape| maps_of(shape)).collect();
        if steps.is_empty() {
            maps.extend(spec);
        }
        Self { kind, steps, before, is_key, beside, shapes, maps }
    }

    /// The key at some depth from the top.
    pub fn key(&self, depth: usize) -> Option<&str> {
        let mut keys =
            self.steps.iter().filter_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None });
        keys.nth(depth)
    }

    /// What is said of the key that the place is in.
    pub fn said_of(&self, key: &str) -> Option<&'static FieldSpec> {
        self.maps.iter().find_map(|map| map.field(key))
    }
}

/// The steps to a line from what stands above it, and the keys above that stand beside its own.
fn steps(above: &[Line<'_>], line: &Line<'_>) -> (Vec<Step>, Vec<String>) {
    let (mut steps, mut beside) = (Vec::new(), Vec::new());
    let (mut limit, mut in_item) = match line.dash {
        Some(dash) => (dash, true),
        None => (line.indent, false),
    };
    let own = line.indent;
    let mut is_own = line.dash.is_none();
    if in_item {
        steps.push(Step::Item);
    }
    for one in above.iter().rev().filter(|one| one.says_something()) {
        if limit == 0 && !in_item {
            break;
        }
        if let Some(dash) = one.dash {
            if one.indent == limit && !in_item {
                // The first key of the same element.
                beside.extend(one.key().filter(|_| is_own && one.indent == own).map(str::to_owned));
                (limit, in_item, is_own) = (dash, true, false);
                steps.push(Step::Item);
            } else if one.indent < limit {
                steps.extend(one.key().map(|key| Step::Key(key.to_owned())));
                steps.push(Step::Item);
                (limit, in_item, is_own) = (dash, true, false);
            }
        } else if one.indent < limit || in_item && one.indent == limit {
            if let Some(key) = one.key() {
                steps.push(Step::Key(key.to_owned()));
                (limit, in_item, is_own) = (one.indent, false, false);
            }
        } else if is_own && one.indent == own {
            beside.extend(one.key().map(str::to_owned));
        }
    }
    if is_own && limit == 0 {
        let top = above.iter().filter(|one| one.dash.is_none() && one.indent == 0);
        beside.extend(top.filter_map(|one| one.key().map(str::to_owned)));
    }
    steps.reverse();
    (steps, beside)
}

/// What may stand behind steps from a map.
fn shapes(spec: &'static MapSpec, steps: &[Step]) -> Vec<&'static Shape> {
    let Some((first, rest)) = steps.split_first() else { return Vec::new() };
    let Step::Key(key) = first else { return Vec::new() };
    let Some(shape) = behind(spec, key) else { return Vec::new() };
    let mut open = vec![shape];
    for step in rest {
        open = open.into_iter().flat_map(|shape| inside(shape, step)).collect();
    }
    open
}

fn behind(spec: &'static MapSpec, key: &str) -> Option<&'static Shape> {
    spec.field(key).map(|field| &field.shape).or_else(|| spec.named.as_ref().map(|named| &named.shape))
}

fn inside(shape: &'static Shape, step: &Step) -> Vec<&'static Shape> {
    match (shape, step) {
        (Shape::Either(one, other), _) => [inside(one, step), inside(other, step)].concat(),
        (Shape::List(inner), Step::Item) => vec![inner],
        (Shape::Map(spec), Step::Key(key)) => behind(spec, key).into_iter().collect(),
        (Shape::Data, _) => vec![shape],
        _ => Vec::new(),
    }
}

fn maps_of(shape: &'static Shape) -> Vec<&'static MapSpec> {
    match shape {
        Shape::Map(spec) => vec![spec],
        Shape::Either(one, other) => [maps_of(one), maps_of(other)].concat(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Context, Step};

    /// The context at the mark `|` of a text.
    fn at(marked: &str) -> (Vec<Step>, String, bool, Vec<String>, Vec<&'static str>) {
        let offset = marked.find('|').unwrap_or(marked.len());
        let text = marked.replacen('|', "", 1);
        let context = Context::at(&text, offset);
        let maps = context.maps.iter().map(|map| map.what).collect();
        (context.steps, context.before.to_owned(), context.is_key, context.beside, maps)
    }

    fn key(key: &str) -> Step {
        Step::Key(key.to_owned())
    }

    #[test]
    fn a_place_is_known_by_its_indentation() {
        let (steps, before, is_key, beside, maps) = at("pipeline: a\nbetween: [x.y, z.w]\ncr|");
        assert_eq!((steps, before.as_str(), is_key), (vec![], "cr", true));
        assert_eq!((beside, maps), (vec!["pipeline".to_owned(), "between".to_owned()], vec!["a pipeline"]));
        let (steps, before, ..) = at("pipeline: a\nfields:\n  status:\n    - x.a -> |\n  other:\n");
        assert_eq!((steps, before.as_str()), (vec![key("fields"), key("status"), Step::Item], "x.a -> "));
        let (steps, _, is_key, beside, maps) =
            at("tests:\n  - name: a\n    given:\n      linked: true\n    wh|\n    then:\n  - name: b\n    calls: 1\n");
        assert_eq!((steps, is_key), (vec![key("tests"), Step::Item], true));
        assert_eq!(beside, ["given", "name", "then"]);
        assert_eq!(maps, ["a test"]);
        let (steps, before, ..) = at("tests:\n- name: a\n  given:\n    linked: |");
        assert_eq!(steps, [key("tests"), Step::Item, key("given"), key("linked")]);
        assert_eq!(before, "");
    }

    #[test]
    fn rules_inside_a_list_stand_below_its_line() {
        let text = "pipeline: a\nfields:\n  lines:\n    - x.l[] -> z.l[] by [k]:\n        - .a -> .|\n";
        let (steps, before, ..) = at(text);
        let line = key("x.l[] -> z.l[] by [k]");
        assert_eq!(steps, [key("fields"), key("lines"), Step::Item, line, Step::Item]);
        assert_eq!(before, ".a -> .");
    }
}
