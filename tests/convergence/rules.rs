//! Rules made up over two systems: arrows of every form, each with what it reads and writes.
//!
//! No field gets two writers, but by rules that exclude one another. Rules that lead a value round and back to the field
//! it came from are left out: lint passes such a round where a rule of it reads several fields, a table or a list (a list
//! that is doubled on its way and carried back grows for ever). `<->` itself is a round, and must come to rest.

use std::collections::BTreeSet;

use super::systems::{Access, Field, OWN_WORDS, Sort, System, WORDS};
use super::tables::{Table, TableSide};
use crate::planner::choices::Choices;

/// A field of a side, by the number of the side and its path.
type Place = (usize, String);

/// A rule of the pipeline.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// Its line, and those of the rules inside it.
    pub(super) lines: Vec<String>,
    pub(super) group: usize,
    pub(super) table: Option<Table>,
}

/// An expression over one side, with the fields that it reads.
struct Source {
    text: String,
    reads: Vec<String>,
}

/// Makes rules up, one after the other.
pub(super) struct Maker<'c, 'b> {
    pub(super) systems: &'c [System; 2],
    pub(super) choices: &'c mut Choices<'b>,
    pub(super) written: BTreeSet<Place>,
    ways: Vec<(Place, Place)>,
    tables: usize,
}

impl<'c, 'b> Maker<'c, 'b> {
    pub(super) fn new(systems: &'c [System; 2], choices: &'c mut Choices<'b>) -> Self {
        Self { systems, choices, written: BTreeSet::new(), ways: Vec::new(), tables: 0 }
    }

    /// A rule, or two that exclude one another; none where nothing fits.
    pub(super) fn rules(&mut self, group: usize) -> Vec<Rule> {
        let target = self.choices.below(2);
        match self.choices.below(15) {
            0 | 1 => self.copied(group, target),
            2 | 3 => self.both_ways(group),
            4 | 5 => self.worked_out(group, target),
            6 => self.constant(group, target),
            7 | 8 | 13 => self.mapped(group, target),
            9 | 14 => self.states(group),
            10 => self.list(group),
            11 => self.counterpart(group),
            _ => self.either_or(group, target),
        }
    }

    /// A field of a side that nobody writes yet, of a kind.
    fn free(&mut self, side: usize, fits: impl Fn(&Field) -> bool) -> Option<Field> {
        let free = |field: &&Field| {
            field.access != Access::ReadOnly && fits(field) && !self.written.contains(&(side, field.path.clone()))
        };
        let fields: Vec<&Field> = self.systems[side].fields.iter().filter(free).collect();
        (!fields.is_empty()).then(|| fields[self.choices.below(fields.len())].clone())
    }

    fn read(&mut self, side: usize, sort: Sort) -> Option<Field> {
        let fields: Vec<&Field> = self.systems[side].readable(sort).collect();
        (!fields.is_empty()).then(|| fields[self.choices.below(fields.len())].clone())
    }

    fn name(&self, side: usize, path: &str) -> String {
        format!("{}.{path}", self.systems[side].name)
    }

    /// Notes what is written from what, unless that would lead a value round.
    fn noted(&mut self, ways: Vec<(Place, Place)>) -> bool {
        if ways.iter().any(|(from, to)| self.leads(to, from)) {
            return false;
        }
        self.written.extend(ways.iter().map(|(_, to)| to.clone()));
        self.ways.extend(ways);
        true
    }

    fn leads(&self, from: &Place, to: &Place) -> bool {
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if at == to {
                return true;
            }
            for (_, next) in self.ways.iter().filter(|(source, _)| source == at) {
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }

    fn one_way(&mut self, (group, target): (usize, usize), source: &Source, path: &str, more: &str) -> Option<Rule> {
        let mut reads = source.reads.clone();
        let create_only =
            self.systems[target].fields.iter().any(|field| field.path == path && field.access == Access::CreateOnly);
        let constant = source.reads.is_empty() && !source.text.contains('.');
        let (condition, read) = if self.choices.one_in(4) { self.condition(1 - target) } else { Default::default() };
        reads.extend(read);
        let when = if create_only || self.choices.one_in(5) {
            " on create"
        } else if constant || self.choices.one_in(8) {
            " always"
        } else if self.choices.one_in(8) {
            " also when gone"
        } else {
            ""
        };
        let ways = reads.into_iter().map(|read| ((1 - target, read), (target, path.to_owned())));
        let mut ways: Vec<(Place, Place)> = ways.collect();
        if ways.is_empty() {
            ways.push(((1 - target, String::new()), (target, path.to_owned())));
        }
        if !self.noted(ways) {
            return None;
        }
        let (target_name, text) = (self.name(target, path), &source.text);
        let line = if constant || self.choices.one_in(2) {
            format!("{target_name} <- {text}{more}{when}{condition}")
        } else {
            format!("{text} -> {target_name}{more}{when}{condition}")
        };
        Some(Rule { lines: vec![line], group, table: None })
    }

    /// A condition over a side, with what it reads.
    fn condition(&mut self, side: usize) -> (String, Vec<String>) {
        let word = ["when", "unless"][self.choices.below(2)];
        let sort = [Sort::Bool, Sort::Text, Sort::Word, Sort::Decimal][self.choices.below(4)];
        let Some(field) = self.read(side, sort) else { return Default::default() };
        let name = self.name(side, &field.path);
        let says = match sort {
            Sort::Bool => format!("{name} == true"),
            Sort::Text => format!("{name} == \"1\""),
            Sort::Word => format!("{name} in [\"Small\", \"Large\"]"),
            _ => format!("{name} == null"),
        };
        let because = if self.choices.one_in(3) { " because somebody said so" } else { "" };
        (format!(" {word} {says}{because}"), vec![field.path])
    }

    fn copied(&mut self, group: usize, target: usize) -> Vec<Rule> {
        let Some(field) = self.free(target, |field| field.sort != Sort::Whom && field.sort != Sort::OwnWord) else {
            return Vec::new();
        };
        let Some(source) = self.read(1 - target, field.sort) else { return Vec::new() };
        let source = Source { text: self.name(1 - target, &source.path), reads: vec![source.path] };
        self.one_way((group, target), &source, &field.path, "").into_iter().collect()
    }

    fn both_ways(&mut self, group: usize) -> Vec<Rule> {
        let is_open = |field: &Field| field.access == Access::Open && field.sort != Sort::Whom;
        let Some(left) = self.free(0, |field| is_open(field) && field.sort != Sort::OwnWord) else { return Vec::new() };
        let Some(right) = self.free(1, |field| is_open(field) && field.sort == left.sort) else { return Vec::new() };
        let (one, other) = ((0, left.path.clone()), (1, right.path.clone()));
        if self.leads(&one, &other) || self.leads(&other, &one) {
            return Vec::new();
        }
        let (condition, read) = if self.choices.one_in(5) { self.condition(0) } else { Default::default() };
        let conditions =
            read.into_iter().flat_map(|read| [one.clone(), other.clone()].map(|to| ((0, read.clone()), to)));
        if !self.noted(conditions.collect()) {
            return Vec::new();
        }
        self.written.extend([one.clone(), other.clone()]);
        self.ways.extend([(one.clone(), other.clone()), (other, one)]);
        let line = format!("{} <-> {}{condition}", self.name(0, &left.path), self.name(1, &right.path));
        vec![Rule { lines: vec![line], group, table: None }]
    }

    fn worked_out(&mut self, group: usize, target: usize) -> Vec<Rule> {
        let Some(field) = self.free(target, |field| !matches!(field.sort, Sort::Whom | Sort::OwnWord)) else {
            return Vec::new();
        };
        let Some(source) = self.expression(1 - target, field.sort) else { return Vec::new() };
        self.one_way((group, target), &source, &field.path, "").into_iter().collect()
    }

    fn expression(&mut self, side: usize, sort: Sort) -> Option<Source> {
        let form = self.choices.below(6);
        let wants = match (sort, form) {
            (Sort::Text, 2) | (Sort::Integer, 1) | (Sort::Bool, 0) => Sort::Bool,
            (Sort::Text, 3) | (Sort::Decimal, 2) => Sort::Integer,
            (Sort::Decimal, 3) | (Sort::Bool, 1) | (Sort::Texts, 0) | (Sort::Text, _) => Sort::Text,
            (Sort::Decimal, _) => Sort::Decimal,
            (other, _) => other,
        };
        let other = self.systems[side ^ 1].name;
        let own = self.systems[side].name;
        let field = self.read(side, wants);
        let name = field.as_ref().map(|field| self.name(side, &field.path)).unwrap_or_default();
        let text = match (sort, form) {
            (Sort::Text, 0) => format!("trim({name})"),
            (Sort::Text, 1) => format!("({name} ?? \"none\")"),
            (Sort::Text, 2) => format!("(if {name} then \"yes\" else \"no\")"),
            (Sort::Text, 3) => format!("text({name} ?? 0)"),
            (Sort::Text, 4) if side == 0 => ["rep.email", "tag.name"][self.choices.below(2)].to_owned(),
            (Sort::Text, 4) => format!("{own}.whom.name"),
            (Sort::Text, _) => format!("upper({name}) ?? park \"no text\""),
            (Sort::Decimal, 0) => format!("round(({name} ?? 0) * 1.15, 1)"),
            (Sort::Decimal, 1) => format!("max(0, ({name} ?? 0) - settings.spare)"),
            (Sort::Decimal, 2) => format!("({name} ?? 0) / 4"),
            (Sort::Decimal, 3) => format!("number({name}) ?? 0"),
            (Sort::Decimal, 4) => {
                return Some(Source { text: format!("sum({own}.rows[].many) ?? 0"), reads: vec!["rows".to_owned()] });
            }
            (Sort::Decimal, _) => format!("{name} ?? park \"no number\""),
            (Sort::Integer, 0) => {
                return Some(Source { text: format!("count({own}.rows)"), reads: vec!["rows".to_owned()] });
            }
            (Sort::Integer, 1) => format!("(if {name} then 1 else 2)"),
            (Sort::Integer, _) => format!("({name} ?? 0) + 1"),
            (Sort::Bool, 0) => format!("(not {name})"),
            (Sort::Bool, 1) => format!("({name} == \"1\")"),
            (Sort::Bool, 2) if side == 0 => "(count(reps) > 0)".to_owned(),
            (Sort::Bool, 2) => {
                return Some(Source { text: format!("(count({own}.rows) > 1)"), reads: vec!["rows".to_owned()] });
            }
            (Sort::Texts, 0) => format!("split({name} ?? \"\", \"-\")"),
            (Sort::Texts, _) => format!("unique({name} ?? [])"),
            _ => name.clone(),
        };
        debug_assert!(!text.contains(&format!("{other}.")));
        let reads: Vec<String> = field.map(|field| field.path).into_iter().collect();
        let known =
            text.starts_with("rep") || text.starts_with("tag") || text.contains("reps") || text.contains(".whom.");
        let reads = if known { vec!["whom".to_owned(), "f0".to_owned()] } else { reads };
        (known || !reads.is_empty()).then_some(Source { text, reads })
    }

    fn constant(&mut self, group: usize, target: usize) -> Vec<Rule> {
        let Some(field) =
            self.free(target, |field| !matches!(field.sort, Sort::Timestamp | Sort::Date | Sort::Texts | Sort::Whom))
        else {
            return Vec::new();
        };
        let text = match field.sort {
            Sort::Text => "\"made here\"",
            Sort::Integer => "3",
            Sort::Decimal => "1.25",
            Sort::Bool => "true",
            Sort::Word => "\"Middle\"",
            _ => ["\"Paid\"", "\"Packed\""][target],
        };
        let source = Source { text: text.to_owned(), reads: Vec::new() };
        self.one_way((group, target), &source, &field.path, "").into_iter().collect()
    }

    fn table_of(&mut self, sides: [(&str, &[&'static str], bool); 2], towards: [bool; 2]) -> Table {
        self.tables += 1;
        let [left, right] = [0, 1].map(|side| {
            let (path, values, states) = sides[side];
            let system = &self.systems[side];
            let field = format!("{}.{}.{path}", system.name, system.record);
            TableSide { field, values, states: states.then_some(system) }
        });
        Table::new(format!("map{}", self.tables), &[left, right], towards, self.choices)
    }

    fn mapped(&mut self, group: usize, target: usize) -> Vec<Rule> {
        let sorts = [Sort::OwnWord, Sort::Word, Sort::OwnWord];
        let [from, to] = [sorts[self.choices.below(3)], sorts[self.choices.below(3)]];
        let Some(to) = self.free(target, |field| field.sort == to) else { return Vec::new() };
        let both = self.choices.one_in(2) && to.access == Access::Open;
        let source = 1 - target;
        let from = if both {
            self.free(source, |field| field.sort == from && field.access == Access::Open)
        } else {
            self.read(source, from)
        };
        let Some(from) = from else { return Vec::new() };
        let values =
            |side: usize, field: &Field| if field.sort == Sort::Word { &WORDS[..] } else { &OWN_WORDS[side][..] };
        let (left, right) = if target == 1 { (&from, &to) } else { (&to, &from) };
        let sides = [(left.path.as_str(), values(0, left), false), (right.path.as_str(), values(1, right), false)];
        let towards = if both { [true, true] } else { [target == 0, target == 1] };
        let table = self.table_of(sides, towards);
        let more = format!(" via table {}", table.name);
        if !both {
            let source = Source { text: self.name(source, &from.path), reads: vec![from.path.clone()] };
            let rule = self.one_way((group, target), &source, &to.path, &more);
            return rule.map(|rule| Rule { table: Some(table), ..rule }).into_iter().collect();
        }
        let (one, other) = ((0, left.path.clone()), (1, right.path.clone()));
        if self.leads(&one, &other) || self.leads(&other, &one) {
            return Vec::new();
        }
        self.written.extend([one.clone(), other.clone()]);
        self.ways.extend([(one.clone(), other.clone()), (other, one)]);
        let line = format!("{} <-> {}{more}", self.name(0, &left.path), self.name(1, &right.path));
        vec![Rule { lines: vec![line], group, table: Some(table) }]
    }

    fn states(&mut self, group: usize) -> Vec<Rule> {
        let [left, right] = self.systems;
        if left.states.is_empty() || right.states.is_empty() || self.written.contains(&(0, "state".to_owned())) {
            return Vec::new();
        }
        let arrow = self.choices.below(3);
        let towards = [[true, true], [false, true], [true, false]][arrow];
        let table = self.table_of([("state", &left.states, true), ("state", &right.states, true)], towards);
        self.written.extend([(0, "state".to_owned()), (1, "state".to_owned())]);
        let arrow = ["<->", "->", "<-"][arrow];
        let line = format!("shop.state {arrow} depot.state via table {}", table.name);
        vec![Rule { lines: vec![line], group, table: Some(table) }]
    }

    fn list(&mut self, group: usize) -> Vec<Rule> {
        let target = self.choices.below(2);
        let both = self.choices.one_in(4);
        let (one, other) = ((1 - target, "rows".to_owned()), (target, "rows".to_owned()));
        if self.written.contains(&other)
            || both && self.written.contains(&one)
            || !self.noted(vec![(one.clone(), other)])
        {
            return Vec::new();
        }
        if both {
            self.written.insert(one);
        }
        let arrow = if both { "<->" } else { ["<-", "->"][target] };
        // The depot may call the key otherwise.
        let named = if self.choices.one_in(3) { "code" } else { "key" };
        let with_note = self.choices.one_in(3);
        let mut key = if target == 1 { named } else { "key" }.to_owned();
        if with_note {
            key += ", note";
        }
        let create = if !both && self.choices.one_in(8) { " on create" } else { "" };
        let mut lines = vec![format!("shop.rows[] {arrow} depot.rows[] by [{key}]{create}:")];
        let own = |left: &str, right: &str| format!("- {left} {arrow} {right}");
        lines.push(match self.choices.below(3) {
            1 if !both && target == 1 => own("trim(.key)", &format!(".{named}")),
            _ => own(".key", &format!(".{named}")),
        });
        if with_note || self.choices.one_in(2) {
            lines.push(match self.choices.below(2) {
                1 if !both && target == 1 => own("(.note ?? \"\")", ".note"),
                _ => own(".note", ".note"),
            });
        }
        let many =
            if both { ".many" } else { [".many", "(.many ?? 0) * 2", "max(0, .many ?? 1)"][self.choices.below(3)] };
        let when = ["", "", " when .key != \"1\"", " unless .many == null"][self.choices.below(4)];
        let many = if target == 1 { own(many, ".many") } else { own(".many", many) };
        lines.push(many + if when.contains("key") && target == 0 { "" } else { when });
        if self.systems.iter().all(|system| system.nested) {
            lines.push(format!("- .parts[] {arrow} .parts[] by [key]:"));
            lines.push(format!("    {}", own(".key", ".key")));
            lines.push(format!("    {}", own(".many", ".many")));
        }
        vec![Rule { lines, group, table: None }]
    }

    fn counterpart(&mut self, group: usize) -> Vec<Rule> {
        if self.written.iter().any(|(_, path)| path == "whom") {
            return Vec::new();
        }
        let arrow = ["->", "<->", "<-"][self.choices.below(3)];
        self.written.extend([(0, "whom".to_owned()), (1, "whom".to_owned())]);
        let create = if self.choices.one_in(3) && arrow != "<->" { " on create" } else { "" };
        vec![Rule {
            lines: vec![format!("shop.whom {arrow} depot.whom via pipeline people{create}")],
            group,
            table: None,
        }]
    }

    /// Two rules that write one field in turn.
    fn either_or(&mut self, group: usize, target: usize) -> Vec<Rule> {
        let source = 1 - target;
        let Some(field) =
            self.free(target, |field| matches!(field.sort, Sort::Text | Sort::Decimal) && field.access == Access::Open)
        else {
            return Vec::new();
        };
        let (Some(says), Some(one)) = (self.read(source, Sort::Bool), self.expression(source, field.sort)) else {
            return Vec::new();
        };
        let Some(two) = self.expression(source, field.sort) else { return Vec::new() };
        let place = (target, field.path.clone());
        let reads = one.reads.iter().chain(&two.reads).chain([&says.path]);
        let ways = reads.map(|read| ((source, read.clone()), place.clone())).collect();
        if !self.noted(ways) {
            return Vec::new();
        }
        let (name, says) = (self.name(target, &field.path), self.name(source, &says.path));
        let rule = |text: &str, word: &str| Rule {
            lines: vec![format!("{text} -> {name} {word} {says} == true")],
            group,
            table: None,
        };
        vec![rule(&one.text, "when"), rule(&two.text, "unless")]
    }
}
