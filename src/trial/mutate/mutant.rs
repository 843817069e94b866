//! The changes of a rule set: each line that says a rule, with all that a hand may change in it.

use super::change;
use crate::language::source::{SourceFile, SourceMap};
use crate::language::{Compilation, compile_texts};

/// What begins lines that say no rule.
const SILENT: [&str; 9] = ["#", "//", "about:", "pipeline:", "table:", "between:", "fields:", "rows:", "- own-target"];

/// One change of a rule.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// The file's place among the files.
    pub file: usize,
    /// The line, from 0.
    pub line: usize,
    /// How it reads.
    pub old: String,
    /// How it reads with the change; empty where it is gone.
    pub new: String,
    /// The change in words.
    pub told: String,
}

impl Mutant {
    /// The name of its file.
    pub fn file_name<'f>(&self, files: &'f [SourceFile]) -> &'f str {
        files.get(self.file).map_or("", |file| file.name.as_str())
    }

    /// The rules with this change; nothing where lint refuses them.
    pub fn compiled(&self, files: &[SourceFile]) -> Option<Compilation> {
        let mut files = files.to_vec();
        let file = files.get_mut(self.file)?;
        let mut lines: Vec<&str> = file.text.lines().collect();
        *lines.get_mut(self.line)? = &self.new;
        file.text = lines.join("\n") + "\n";
        Some(compile_texts(SourceMap::new(files))).filter(|compiled| compiled.plan.is_some())
    }
}

/// Every change of the rules in these files: of pipelines, tables and scripts.
pub fn mutants(files: &[SourceFile]) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (at, file) in files.iter().enumerate() {
        let is_script = file.name.ends_with(".rhai");
        if !is_script && !says(file, "pipeline:") && !says(file, "table:") {
            continue;
        }
        let texts = said(file).flat_map(|(_, line)| change::texts(line)).map(|(_, text)| text.to_owned());
        let mut texts: Vec<String> = texts.collect();
        texts.sort();
        texts.dedup();
        for (line, old) in said(file) {
            let changed = change::of_line(old, is_script, &texts).into_iter();
            all.extend(changed.map(|(new, told)| Mutant { file: at, line, old: old.to_owned(), new, told }));
        }
    }
    all
}

fn says(file: &SourceFile, key: &str) -> bool {
    file.text.lines().any(|line| line.starts_with(key))
}

/// The lines of a file that say rules: above its tests, neither empty nor comments nor what a file is about.
fn said(file: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let lines = file.text.lines().enumerate().take_while(|(_, line)| *line != "tests:");
    let mut is_head = says(file, "table:");
    lines.filter(move |(_, line)| {
        is_head &= *line != "rows:";
        let bare = line.trim_start();
        !is_head && !bare.is_empty() && !SILENT.iter().any(|silent| bare.starts_with(silent))
    })
}
