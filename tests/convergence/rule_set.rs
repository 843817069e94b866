//! A rule set made up from a row of bytes, kept only where lint passes it.
//!
//! Rules that lint finds fault with are taken out, a few times over; what is left is a set that a user could run.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use petiole::diagnostic::{Diagnostic, Severity};
use petiole::language::plan::Plan;
use petiole::language::source::{SourceFile, SourceMap};
use petiole::language::{Compilation, compile_texts};
use petiole::value::{Record, Value};

use super::rules::{Maker, Rule};
use super::systems::System;
use super::tables::HEAD;
use crate::planner::choices::Choices;

/// How often rules are taken out before a set is given up.
const MENDS_MAX: usize = 6;

/// How often only rows are taken out of a table before its rule is.
const ROWS_MENDED: usize = 3;

/// Groups of rules, at most.
const GROUPS_MAX: usize = 4;

/// A rule set.
#[derive(Debug)]
pub(super) struct RuleSet {
    systems: [System; 2],
    rules: Vec<Rule>,
    /// Who owns each group, and who creates.
    owners: Vec<&'static str>,
    creates: [Option<String>; 2],
    matching: &'static str,
    reference: &'static str,
    /// Keys of the pipeline that few have.
    more: String,
    carries: &'static str,
    owner: &'static str,
}

impl RuleSet {
    /// A rule set of these choices.
    pub(super) fn new(choices: &mut Choices<'_>) -> Self {
        let systems = [System::new(0, choices), System::new(1, choices)];
        let owners = ["shop", "depot", "both", "settings.owner"];
        let groups = 1 + choices.below(GROUPS_MAX);
        let mut maker = Maker::new(&systems, choices);
        let rules = (0..groups).flat_map(|group| {
            let count = 1 + maker.choices.below(4);
            (0..count).flat_map(|_| maker.rules(group)).collect::<Vec<_>>()
        });
        let rules: Vec<Rule> = rules.collect();
        let owned = (0..=groups).map(|_| owners[choices.below(owners.len())]).collect();
        let condition = |side: usize, choices: &mut Choices<'_>| match choices.below(5) {
            0 | 1 => Some("always".to_owned()),
            2 => Some("on demand".to_owned()),
            3 => Some(format!("{}.ref != \"1\"", ["depot", "shop"][side])),
            _ => None,
        };
        let mut creates = [condition(0, choices), condition(1, choices)];
        let (matching, reference) = [
            ("shop.ref == depot.ref", "shop.ref <-> depot.ref on create"),
            ("lower(shop.ref) == lower(depot.ref)", "shop.ref <-> depot.ref on create"),
            ("trim(shop.ref) == trim(depot.ref)", "trim(shop.ref) -> depot.ref on create"),
            ("shop.ref == depot.ref", "shop.ref -> depot.ref on create"),
        ][choices.below(4)];
        if !reference.contains("<->") {
            // Lint lets a side be created although no rule fills what it is matched by; it would be made anew for ever.
            creates[0] = None;
        }
        let more = [
            "",
            "",
            "",
            "untouched: { depot: settings.untouched }\n",
            "agree: { refs: shop.ref == depot.ref }\n",
            "when: shop.ref != \"Net 30\"\n",
            "needs: { depot: tag }\n",
            "needs: { depot: tag }\n",
        ][choices.below(8)];
        let carries = ["", "", "", ", carries: 'shop.order.ref != \"net60\"'"][choices.below(4)];
        let owner = ["shop", "depot", "both"][choices.below(3)];
        Self { systems, rules, owners: owned, creates, matching, reference, more: more.to_owned(), carries, owner }
    }

    /// Settings that the set may be run with: lint has passed it for all of them.
    pub(super) fn settings(choices: &mut Choices<'_>) -> Value {
        let untouched = ["whom", "ref", "rows"].map(Value::text);
        Value::Record(Record::from([
            ("owner", Value::text(["shop", "depot", "both"][choices.below(3)])),
            ("spare", Value::Integer(i64::try_from(choices.below(3)).unwrap())),
            ("untouched", untouched[..choices.below(3)].to_vec().into()),
        ]))
    }

    /// Its files by name.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let Self { owner, carries, .. } = self;
        let mut files = vec![
            ("parcels.yaml".to_owned(), self.parcels().0),
            ("people.yaml".to_owned(), self.people()),
            ("people.rhai".to_owned(), SCRIPT.to_owned()),
            (
                "accounts.yaml".to_owned(),
                format!(
                    "accounts:\n  shop: {{ system: shop, base_url: \"http://127.0.0.1:1\" }}\n  \
                     depot: {{ system: depot, base_url: \"http://127.0.0.1:2\"{carries} }}\n"
                ),
            ),
            (
                "settings.yaml".to_owned(),
                format!(
                    "settings:\n  owner: {owner}\n  spare: 1\n  untouched: [whom]\ntypes:\n  \
                     owner: one of [shop, depot, both]\n  spare: number, not empty\n  untouched: list of text\n"
                ),
            ),
            ("ownership.yaml".to_owned(), self.ownership()),
        ];
        files.extend(self.systems.iter().map(|system| (format!("{}.yaml", system.name), system.text.clone())));
        let tables = self.rules.iter().filter_map(|rule| rule.table.as_ref());
        files.extend(tables.map(|table| (format!("{}.yaml", table.name), table.text())));
        files
    }

    fn ownership(&self) -> String {
        let mut text = format!(
            "ownership:\n  people: {{ create: both, who: both }}\n  parcels:\n    create: {}\n    head: both\n",
            self.owners[0]
        );
        for group in self.groups() {
            let _ = writeln!(text, "    group{group}: {}", self.owners[group + 1]);
        }
        text
    }

    fn groups(&self) -> BTreeSet<usize> {
        self.rules.iter().map(|rule| rule.group).collect()
    }

    /// The pipeline of people, which makes those that a rule of the other asks for.
    fn people(&self) -> String {
        let demands = |arrow: &str| {
            let lines = self.rules.iter().flat_map(|rule| &rule.lines);
            lines.clone().any(|line| line.contains("via pipeline people") && line.contains(arrow))
        };
        let demanded = [("->", "depot"), ("<-", "shop")].map(|(arrow, side)| {
            let asks = demands(arrow) || demands("<->");
            if asks { format!("  {side}: on demand\n") } else { String::new() }
        });
        let creates = demanded.concat();
        let create = if creates.is_empty() { String::new() } else { format!("create:\n{creates}") };
        PEOPLE.replace("CREATE", &create)
    }

    /// The pipeline's file, with the number of the rule that stands in each line and the sides created in each.
    fn parcels(&self) -> (String, Vec<(usize, usize)>, Vec<(usize, usize)>) {
        let mut text = format!("pipeline: parcels\nbetween: [shop.order, depot.parcel]\nmatch: {}\n", self.matching);
        let (mut rules, mut creates) = (Vec::new(), Vec::new());
        text.push_str(&self.more);
        let used = |name: &str| self.rules.iter().flat_map(|rule| &rule.lines).any(|line| line.contains(name));
        let read = [
            ("rep", "depot.client where .name == shop.whom.name, at most one"),
            ("reps", "depot.client[] where .name == shop.f0"),
            ("tag", "depot.client where .code == shop.ref, at most one, or made by tagged(shop.ref)"),
        ];
        let read: Vec<String> = read
            .iter()
            .filter(|(name, _)| used(&format!("{name}.")) || used(&format!("{name})")) || self.more.contains(name))
            .map(|(name, what)| format!("  {name}: {what}\n"))
            .collect();
        if !read.is_empty() {
            let _ = write!(text, "with:\n{}", read.concat());
        }
        if self.creates.iter().any(Option::is_some) {
            text.push_str("create:\n");
            for (side, create) in self.creates.iter().enumerate() {
                let Some(create) = create else { continue };
                creates.push((text.lines().count() + 1, side));
                let _ = writeln!(text, "  {}: {create}", self.systems[side].name);
            }
        }
        let _ = writeln!(text, "fields:\n  head:\n    - {}", self.reference);
        for group in self.groups() {
            let _ = writeln!(text, "  group{group}:");
            for (at, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.group == group) {
                for (number, line) in rule.lines.iter().enumerate() {
                    rules.push((text.lines().count() + 1, at));
                    let _ = match number {
                        0 => writeln!(text, "    - {line}"),
                        _ => writeln!(text, "        {line}"),
                    };
                }
            }
        }
        (text, rules, creates)
    }

    /// The plan of the set, once what lint finds fault with is taken out; else the codes of what it found.
    pub(super) fn plan(&mut self) -> Result<Plan, Vec<&'static str>> {
        let mut codes = Vec::new();
        for mend in 0..MENDS_MAX {
            let sources =
                SourceMap::new(self.files().into_iter().map(|(name, text)| SourceFile { name, text }).collect());
            let Compilation { sources, findings, plan, .. } = compile_texts(sources);
            if let Some(plan) = plan {
                return Ok(plan);
            }
            let errors: Vec<Diagnostic> =
                findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
            codes = errors.iter().map(|finding| finding.code.0).collect();
            if !self.mended(&sources, &errors, mend) {
                break;
            }
        }
        Err(codes)
    }

    /// Takes out what the findings point at; false where that is no rule.
    fn mended(&mut self, sources: &SourceMap, errors: &[Diagnostic], mend: usize) -> bool {
        let (_, lines, creates) = self.parcels();
        let mut faulty = BTreeSet::new();
        for error in errors {
            let spans = std::iter::once(error.primary.span).chain(error.labels.iter().map(|label| label.span));
            for span in spans.take(1) {
                let Some(file) = sources.files().find(|(id, _)| *id == span.file).map(|(_, file)| &file.name) else {
                    continue;
                };
                let line = sources.line_of(span);
                if file == "parcels.yaml" {
                    faulty.extend(lines.iter().filter(|(at, _)| *at == line).map(|(_, rule)| *rule));
                    for (_, side) in creates.iter().filter(|(at, _)| *at == line) {
                        self.creates[*side] = None;
                        faulty.insert(usize::MAX);
                    }
                }
                for (at, rule) in self.rules.iter_mut().enumerate() {
                    let Some(table) = rule.table.as_mut().filter(|table| *file == format!("{}.yaml", table.name))
                    else {
                        continue;
                    };
                    faulty.insert(usize::MAX);
                    let row = line.checked_sub(HEAD + 1).filter(|row| mend < ROWS_MENDED && *row < table.rows.len());
                    match row {
                        Some(row) if table.rows.len() > 1 => table.rows[row].clear(),
                        _ => drop(faulty.insert(at)),
                    }
                }
            }
        }
        for table in self.rules.iter_mut().filter_map(|rule| rule.table.as_mut()) {
            table.rows.retain(|row| !row.is_empty());
        }
        let mut at = 0;
        self.rules.retain(|_| {
            at += 1;
            !faulty.contains(&(at - 1))
        });
        !faulty.is_empty()
    }

    /// All files in one text, to be read by people.
    pub(super) fn shown(&self) -> String {
        self.files().iter().map(|(name, text)| format!("# {name}\n{text}\n")).collect()
    }
}

const SCRIPT: &str = "/// tagged(name: text) -> record\nfn tagged(name) {\n    if name == () { return (); }\n    \
#{ code: name, name: name, weight: 3 }\n}\n";

const PEOPLE: &str = "pipeline: people\nbetween: [shop.person, depot.client]\nmatch: shop.email == depot.email\n\
CREATEfields:\n  who:\n    - shop.name <-> depot.name on create\n    \
- shop.email <-> depot.email on create\n";
