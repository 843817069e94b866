//! A record of the document: where its lists and single records are, what it holds and by what it is known.

use super::asked::Asked;
use super::call::Call;
use super::document::{Document, Property};
use super::field::{Line, Stands, is_name, lines};
use super::guess;
use super::list::{self, Paging};

/// Records that are named where one is not there.
const KNOWN_SHOWN: usize = 60;

/// A record with its calls, as they are written.
pub(super) struct Record {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) key: String,
    pub(super) created: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) handles: Vec<String>,
    pub(super) lines: Vec<Line>,
    /// The calls, as `NAME: METHOD /path`, each with a remark.
    pub(super) calls: Vec<(String, String)>,
    pub(super) paging: Paging,
    /// The enum of a state that people and calls move, where a field has one.
    pub(super) states: Option<String>,
    /// Fields that no rule can name.
    pub(super) left_out: Vec<String>,
    /// Whether what is sent goes as a form.
    pub(super) is_form: bool,
}

/// The schemas of a record by the calls that have them.
struct Schemas<'d> {
    read: Vec<Property<'d>>,
    create: Option<Vec<Property<'d>>>,
    update: Option<Vec<Property<'d>>>,
}

/// The names of the records that a document's paths are about.
pub(super) fn known(paths: &[(&str, &serde_yaml::Value)]) -> Vec<String> {
    let lists = paths.iter().filter(|(path, item)| !path.contains('{') && Call::at((path, item), &["GET"]).is_some());
    let mut names: Vec<String> = lists.filter_map(|(path, _)| guess::record(path)).collect();
    names.sort();
    names.dedup();
    let all = names.len();
    names.truncate(KNOWN_SHOWN);
    if all > KNOWN_SHOWN {
        names.push(format!("and {} more", all - KNOWN_SHOWN));
    }
    names
}

impl Record {
    /// The record that is asked for, of the shortest path that is about it.
    pub(super) fn of<'d>(
        document: &'d Document,
        paths: &[(&'d str, &'d serde_yaml::Value)],
        (asked, records): (&Asked, &[&str]),
    ) -> Result<Self, String> {
        let is_asked = |path: &str| match &asked.path {
            Some(wanted) => path.trim_end_matches('/') == wanted.trim_end_matches('/'),
            None => guess::record(path).as_deref() == Some(&asked.name),
        };
        let mut lists: Vec<_> = paths.iter().filter(|(path, _)| is_asked(path) && !path.contains('{')).collect();
        lists.sort_by_key(|(path, item)| (Call::at((path, item), &["GET"]).is_none(), path.len()));
        let Some(list_at) = lists.first().map(|at| **at) else {
            return Err(format!(
                "the document has no list of `{}`; it has {}, and `--record {}=/path` names another",
                asked.name,
                known(paths).join(", "),
                asked.name
            ));
        };
        let list = Call::at(list_at, &["GET"]);
        let base = list_at.0.trim_end_matches(".json").trim_end_matches('/');
        let is_one = |path: &str| {
            let rest = path.strip_prefix(base).and_then(|rest| rest.strip_prefix('/'));
            rest.map(|rest| rest.trim_end_matches(".json").trim_end_matches('/'))
                .is_some_and(|rest| rest.starts_with('{') && rest.ends_with('}') && rest.matches('{').count() == 1)
        };
        let one_at = paths.iter().copied().find(|(path, _)| is_one(path));
        let found = Found {
            list,
            create: Call::at(list_at, &["POST"]),
            read: one_at.and_then(|at| Call::at(at, &["GET"])),
            update: one_at.and_then(|at| Call::at(at, &["PATCH", "PUT"])),
        };
        Ok(found.record(document, asked, records))
    }
}

/// The operations of a record.
struct Found<'d> {
    list: Option<Call<'d>>,
    create: Option<Call<'d>>,
    read: Option<Call<'d>>,
    update: Option<Call<'d>>,
}

impl<'d> Found<'d> {
    fn record(&self, document: &'d Document, asked: &Asked, records: &[&str]) -> Record {
        let (row, paging) = match &self.list {
            Some(list) => list::of(document, list),
            None => (None, Paging::whole(None)),
        };
        let sent = |call: &Option<Call<'d>>| call.as_ref().and_then(|call| call.sent(document));
        let answered = self.read.and_then(|call| call.answered(document)).or(row);
        let schemas = Schemas {
            read: answered.map(|schema| document.properties(schema)).unwrap_or_default(),
            create: sent(&self.create).map(|(schema, _)| document.properties(schema)),
            update: sent(&self.update).map(|(schema, _)| document.properties(schema)),
        };
        let others: Vec<&str> = records.iter().copied().filter(|name| *name != asked.name).collect();
        let names = schemas.names();
        let (named, left_out): (Vec<&str>, Vec<&str>) = names.iter().copied().partition(|name| is_name(name));
        let own: Vec<(&str, Vec<Line>)> = named
            .iter()
            .map(|name| (*name, lines(document, name, schemas.stands(name, self.calls()), &others)))
            .collect();
        let key = self.key(&named);
        let is = |name: &str, kinds: &[&str]| {
            let of_name = own.iter().find(|(own, _)| *own == name);
            of_name
                .is_some_and(|(_, lines)| lines.iter().any(|line| kinds.iter().any(|kind| line.text.starts_with(kind))))
        };
        let first =
            |names: &[&str]| names.iter().find(|name| is(name, &["timestamp", "text"])).map(|name| (*name).to_owned());
        let states = ["status", "state"].into_iter().find(|name| is(name, &["enum"])).map(str::to_owned);
        let handles = guess::HANDLES.iter().filter(|name| is(name, &["text", "uuid"]) && **name != key);
        let about = [&self.list, &self.read, &self.create].into_iter().flatten().map(Call::summary);
        Record {
            name: asked.name.clone(),
            about: about.into_iter().find(|text| !text.is_empty()).unwrap_or_default().to_owned(),
            created: first(&guess::CREATED),
            modified: first(&guess::MODIFIED),
            handles: handles.map(|name| (*name).to_owned()).collect(),
            calls: self.written(document, (&key, &named)),
            paging,
            states,
            left_out: left_out.into_iter().map(str::to_owned).collect(),
            is_form: [&self.create, &self.update].into_iter().any(|call| sent(call).is_some_and(|(_, form)| form)),
            lines: with_key(own.into_iter().flat_map(|(_, lines)| lines).collect(), &key),
            key,
        }
    }

    fn calls(&self) -> (bool, bool) {
        (self.create.is_some(), self.update.is_some())
    }

    /// The field by which one record is read: as the hole of its path is called, else by a usual name.
    fn key(&self, names: &[&str]) -> String {
        let hole = self.read.or(self.update).and_then(|call| call.path.rsplit_once('{'));
        let hole = hole.and_then(|(_, rest)| rest.split_once('}')).map(|(name, _)| name);
        let named = hole.filter(|name| names.contains(name));
        let usual = || guess::KEYS.into_iter().find(|name| names.contains(name));
        named.or_else(usual).or(hole.filter(|name| is_name(name))).unwrap_or("id").to_owned()
    }

    /// The calls, each with a remark.
    fn written(&self, document: &Document, (key, names): (&str, &[&str])) -> Vec<(String, String)> {
        let of_one = |call: &Call<'_>| {
            let (before, rest) = call.path.rsplit_once('{').unwrap_or((call.path, ""));
            let after = rest.split_once('}').map_or("", |(_, after)| after);
            format!("{} {before}{{{key}}}{after}", call.method)
        };
        let mut calls = Vec::new();
        if let Some(read) = &self.read {
            calls.push((format!("read: {}", of_one(read)), String::new()));
        }
        if let Some(list) = &self.list {
            let query = list.query(document);
            if let Some(since) = guess::SINCE.into_iter().find(|name| query.contains(name)) {
                calls.push((format!("changed: GET {}?{since}={{since}}", list.path), "assumed".to_owned()));
            }
            calls.push((format!("list: GET {}", list.path), String::new()));
            let is_asked = |name: &&&str| query.contains(*name) && names.contains(*name) && ***name != *key;
            for name in guess::HANDLES.iter().filter(is_asked) {
                calls.push((format!("find by {name}: GET {}?{name}={{{name}}}", list.path), "assumed".to_owned()));
            }
        }
        if let Some(create) = &self.create {
            calls.push((format!("create: POST {}", create.path), String::new()));
        }
        if let Some(update) = &self.update {
            calls.push((format!("update: {}", of_one(update)), String::new()));
        }
        calls
    }
}

impl<'d> Schemas<'d> {
    /// The names of all fields, those of answers first.
    fn names(&self) -> Vec<&'d str> {
        let sent = self.create.iter().chain(&self.update).flatten();
        let mut names: Vec<&str> = Vec::new();
        for field in self.read.iter().chain(sent) {
            if !names.contains(&field.name) {
                names.push(field.name);
            }
        }
        names
    }

    fn stands(&self, name: &str, calls: (bool, bool)) -> Stands<'_, 'd> {
        let of = |fields: &'_ [Property<'d>]| fields.iter().position(|field| field.name == name);
        let at = |fields: Option<&'_ Vec<Property<'d>>>| fields.and_then(|fields| of(fields));
        Stands {
            read: of(&self.read).and_then(|at| self.read.get(at)),
            create: at(self.create.as_ref()).and_then(|at| self.create.as_ref()?.get(at)),
            update: at(self.update.as_ref()).and_then(|at| self.update.as_ref()?.get(at)),
            calls,
        }
    }
}

/// The lines, with one for the key where the document has none.
fn with_key(mut lines: Vec<Line>, key: &str) -> Vec<Line> {
    match lines.iter_mut().find(|line| line.name == key) {
        Some(line) => line.text = line.text.replace(", required on create", ""),
        None => lines.insert(
            0,
            Line { name: key.to_owned(), text: "text, read only, assumed".to_owned(), remark: String::new() },
        ),
    }
    lines
}
