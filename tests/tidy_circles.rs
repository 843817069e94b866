//! No file imports another that imports it: what two need stands in a third. Real recursion is named, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{files, without_tests};

/// Files that import each other because what they are about contains itself.
const RECURSION: [&[&str]; 2] = [
    // Lists stand in lists: a rule of a list is a rule.
    &["language::check::keyed_list", "language::check::rule"],
    // A record holds values, and a value may be a record.
    &["value::record", "value::value"],
];

/// Files by module path, `mod.rs` under its folder's.
type Texts = BTreeMap<String, (String, bool)>;

type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn files_do_not_import_each_other() {
    let mut texts = Texts::new();
    for (path, text) in files("src") {
        let path = path.with_extension("").to_string_lossy().replace("src/", "");
        let is_folder = path.ends_with("/mod");
        let text = without_tests(&text).to_owned();
        texts.insert(path.trim_end_matches("/mod").replace('/', "::"), (text, is_folder));
    }
    texts.retain(|name, _| !name.starts_with("simulator"));
    let recursion: Vec<BTreeSet<&str>> = RECURSION.iter().map(|names| names.iter().copied().collect()).collect();
    let mut found = Vec::new();
    for circle in circles(&graph(&texts)) {
        let names: BTreeSet<&str> = circle.iter().map(String::as_str).collect();
        if !recursion.iter().any(|known| names.is_subset(known)) {
            found.push(circle.into_iter().collect::<Vec<_>>().join(", "));
        }
    }
    assert!(found.is_empty(), "what files share that import each other stands in a third:\n{}", found.join("\n"));
}

/// Which files each file imports, by whatever name their folder gives them.
fn graph(texts: &Texts) -> Graph {
    let mut given: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (name, (text, _)) in texts.iter().filter(|(_, (_, is_folder))| *is_folder) {
        for path in used(text).into_iter().filter(|path| path.public) {
            let steps = absolute(name, &path.steps, texts);
            given.insert((name.clone(), path.name), steps);
        }
    }
    let mut graph = Graph::new();
    for (name, (text, _)) in texts.iter().filter(|(_, (_, is_folder))| !is_folder) {
        let mut to = BTreeSet::new();
        for path in used(text) {
            to.extend(file_of(absolute(name, &path.steps, texts), texts, &given));
        }
        to.remove(name);
        graph.insert(name.clone(), to);
    }
    graph
}

/// A path behind `use`, or one that begins with `crate`.
pub(crate) struct Used {
    pub(crate) steps: Vec<String>,
    name: String,
    public: bool,
}

pub(crate) fn used(text: &str) -> Vec<Used> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for statement in code.split(';') {
        let begin =
            statement.rfind("\nuse ").or_else(|| statement.rfind("pub use ")).or_else(|| statement.rfind(" use "));
        let begin = begin.or_else(|| statement.starts_with("use ").then_some(0));
        if let Some(begin) = begin.filter(|_| !statement.trim_end().ends_with('}') || statement.contains("::{")) {
            let tree = statement[begin..].split_once("use ").map(|(_, tree)| tree).unwrap_or_default();
            let tree = tree.replace(" as ", "@").split_whitespace().collect::<String>();
            spread("", &tree, statement[begin..].trim_start().starts_with("pub use"), &mut found);
        }
    }
    for rest in code.split("crate::").skip(1) {
        let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'));
        let path = format!("crate::{}", &rest[..end.unwrap_or(rest.len())]);
        spread("", path.trim_end_matches(':'), false, &mut found);
    }
    found
}

/// `a::{b, c::d}` as `a::b` and `a::c::d`.
fn spread(before: &str, tree: &str, public: bool, found: &mut Vec<Used>) {
    if let Some(open) = tree.find('{') {
        let (head, inner) = (&tree[..open], tree[open + 1..].strip_suffix('}').unwrap_or_default());
        let (mut depth, mut begin) = (0, 0);
        for (at, letter) in inner.char_indices().chain([(inner.len(), ',')]) {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    if begin < at {
                        spread(&format!("{before}{head}"), &inner[begin..at], public, found);
                    }
                    begin = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let (path, renamed) = tree.split_once('@').unwrap_or((tree, ""));
    let whole = format!("{before}{path}");
    let steps: Vec<String> = whole.split("::").filter(|step| *step != "self").map(str::to_owned).collect();
    let last = steps.last().cloned().unwrap_or_default();
    found.push(Used { steps, name: if renamed.is_empty() { last } else { renamed.to_owned() }, public });
}

/// The steps of a path from the root of the crate.
fn absolute(name: &str, steps: &[String], texts: &Texts) -> Vec<String> {
    let own: Vec<String> = name.split("::").map(str::to_owned).collect();
    match steps.first().map(String::as_str) {
        Some("crate") => steps[1..].to_vec(),
        Some("super") => {
            let up = steps.iter().take_while(|step| *step == "super").count();
            own[..own.len().saturating_sub(up)].iter().chain(&steps[up..]).cloned().collect()
        }
        Some(first) if texts.contains_key(&format!("{name}::{first}")) => own.iter().chain(steps).cloned().collect(),
        _ => Vec::new(),
    }
}

/// The file that a path leads to, through what folders give on.
fn file_of(mut steps: Vec<String>, texts: &Texts, given: &BTreeMap<(String, String), Vec<String>>) -> Option<String> {
    loop {
        let count = (1..=steps.len()).rev().find(|count| texts.contains_key(&steps[..*count].join("::")))?;
        let file = steps[..count].join("::");
        let on = steps.get(count).and_then(|next| given.get(&(file.clone(), next.clone())));
        match on {
            Some(on) if !on.is_empty() && *on != steps[..=count] => {
                steps = on.iter().chain(&steps[count + 1..]).cloned().collect();
            }
            _ => return Some(file),
        }
    }
}

/// Groups of files of which each leads to each other.
fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            for next in graph.get(at).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = graph.keys().map(|name| (name, reach(name))).collect();
    let mut found: BTreeSet<Vec<String>> = BTreeSet::new();
    for (name, seen) in reached.iter().filter(|(name, seen)| seen.contains(**name)) {
        let both = |other: &&String| reached.get(*other).is_some_and(|back| back.contains(*name));
        found.insert(seen.iter().filter(both).cloned().collect());
    }
    found.into_iter().collect()
}

#[test]
fn circles_are_found_by_whatever_name_a_file_is_imported() {
    let texts = |files: &[(&str, &str)]| -> Texts {
        let text = |(name, text): &(&str, &str)| ((*name).to_owned(), ((*text).to_owned(), *name == "a"));
        files.iter().map(text).collect()
    };
    let round = |files: &[(&str, &str)]| circles(&graph(&texts(files)));
    let folder = ("a", "mod x;\nmod y;\npub use x::{Thing, Other as Another};\n");
    for (one, other) in [
        ("use super::y::Why;", "use super::x::Thing;"),
        ("use crate::a::y::{self, Why};", "use crate::a::Thing;"),
        ("use super::{y::Why};", "use crate::{a::{Another}, b};"),
        ("fn of() -> crate::a::y::Why {}", "use super::Thing;"),
    ] {
        let found = round(&[folder, ("a::x", one), ("a::y", other), ("b", "")]);
        assert_eq!(found, [["a::x", "a::y"]], "{one} and {other}");
    }
    let found = round(&[folder, ("a::x", "use super::y::Why;"), ("a::y", "// use super::x::Thing;\nuse crate::b::X;")]);
    assert_eq!(found, Vec::<Vec<String>>::new());
}
