//! The decision corpus: Markdown pages with what is known of a pair of records, and what is decided of it.
//!
//! `tests/decide/README.md` tells how a case is written. `UPDATE=1 cargo test decision_corpus` writes what is found; look
//! at the difference before it is kept.

mod case;
mod told;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use case::Case;
use petiole::engine::{self, Decision, Situation, Step, Want};
use petiole::language::{self, Compilation};
use petiole::runtime::Live;
use petiole::world::World;

use crate::seams::MemoryFiles;

/// Rounds of answers for one decision, as the runtime has them.
const ROUNDS_MAX: usize = petiole::runtime::limits::READ_ROUNDS_MAX;

/// The rules of a page in service.
pub(super) struct Rules {
    compiled: Compilation,
    live: Live,
}

impl Rules {
    /// The rules of the folder, where a page does not write a file of its own.
    fn new(own: &[(String, String)]) -> Self {
        let files = MemoryFiles::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decide/rules"), "rules");
        for (name, text) in own {
            files.save(&Path::new("rules").join(name), text);
        }
        let mut compiled = language::compile(&files, &["rules".into()]);
        let wrong = || petiole::diagnostic::render::render(&compiled.findings, &compiled.sources, false);
        let plan = compiled.plan.take().unwrap_or_else(|| panic!("{}", wrong()));
        let environment = Arc::new(|name: &str| Some(name.to_owned()));
        let world = World { environment, ..World::real().unwrap() };
        let live = Live::new(1, Arc::new(plan), &world, None).unwrap_or_else(|wrong| panic!("{wrong:?}"));
        Self { compiled, live }
    }
}

/// What is decided, or what is still asked for.
pub(super) enum Outcome {
    Decided(Box<Decision>),
    Wants(Vec<Want>),
}

fn outcome(rules: &Rules, case: &Case) -> Outcome {
    let (plan, pipeline) = (&rules.live.plan, case.pipeline(rules));
    let mut situation: Situation = case.situation(rules);
    for _ in 0..ROUNDS_MAX {
        let wants = match engine::decide(plan, pipeline, &situation) {
            Step::Done(decision) => return Outcome::Decided(decision),
            Step::Need(wants) => wants,
        };
        let mut unanswered = Vec::new();
        for want in wants {
            match case.answer(rules, &want) {
                Some(found) => _ = situation.reads.insert(want, found),
                None => unanswered.push(want),
            }
        }
        if !unanswered.is_empty() {
            return Outcome::Wants(unanswered);
        }
    }
    panic!("{}: asks for ever", case.title);
}

fn pages() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/decide")).unwrap();
    let pages = folder.map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = pages.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.retain(|page| !page.ends_with("README.md"));
    pages.sort();
    pages
}

/// The page with every outcome as it is now, and how many cases it has.
fn refreshed(page: &str) -> (String, usize) {
    let (mut out, mut cases) = (String::new(), 0);
    let (mut own, mut rules): (Vec<(String, String)>, Option<Rules>) = (Vec::new(), None);
    let (mut title, mut block, mut text, mut case) = (String::new(), None, String::new(), None);
    for line in page.lines() {
        match (&block, line) {
            (None, line) if line.starts_with("## ") => line[3..].clone_into(&mut title),
            (None, "```case" | "```outcome") => block = Some(line[3..].to_owned()),
            (None, line) if line.starts_with("```rules ") => block = Some(line[3..].to_owned()),
            (None, line) => {
                assert!(!line.starts_with("```"), "{title}: a block is rules FILE, case or outcome: {line}");
            }
            (Some(kind), "```") => {
                match kind.as_str() {
                    "case" => case = Some(Case::parse(&title, &text)),
                    "outcome" => {
                        let case = case.take().unwrap_or_else(|| panic!("{title}: an outcome without a case"));
                        let rules = rules.get_or_insert_with(|| Rules::new(&own));
                        out.push_str(&told::outcome(rules, &case, &outcome(rules, &case)));
                        cases += 1;
                    }
                    file => {
                        assert!(rules.is_none(), "{title}: rules stand before the first outcome of a page");
                        own.push((file.trim_start_matches("rules ").to_owned(), text.clone()));
                    }
                }
                (block, text) = (None, String::new());
            }
            (Some(_), line) => text.extend([line, "\n"]),
        }
        // What was decided is written anew.
        if block.as_deref() != Some("outcome") || line == "```outcome" {
            out.extend([line, "\n"]);
        }
    }
    assert!(case.is_none() && block.is_none(), "{title}: the page ends in the middle of a case");
    (out, cases)
}

#[test]
fn decision_corpus() {
    let (mut wrong, mut cases) = (Vec::new(), 0);
    for path in pages() {
        let page = std::fs::read_to_string(&path).unwrap();
        let (now, count) = refreshed(&page);
        cases += count;
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &now).unwrap();
        } else if now != page {
            let differ = page.lines().zip(now.lines()).enumerate().find(|(_, (old, new))| old != new);
            let (at, (old, new)) = differ.unwrap_or((page.lines().count(), ("", "more or fewer lines")));
            wrong.push(format!("{}:{}: said\n  {old}\nis\n  {new}", path.display(), at + 1));
        }
    }
    assert!(wrong.is_empty(), "{}\nrefresh with UPDATE=1 cargo test decision_corpus", wrong.join("\n"));
    assert!(cases >= 25, "only {cases} cases");
}
