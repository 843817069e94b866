//! Semantic tokens: what each name of a file is, and the words and arrows between them.

use lsp_types::{SemanticToken, SemanticTokenType, SemanticTokensLegend};

use super::names::Symbol;
use super::study::Study;
use crate::diagnostic::{FileId, Sources as _, Span};
use crate::language::source::{SourceFile, SourceMap};
use crate::language::syntax::file::FileTree;
use crate::language::syntax::file::rule_entry::RuleEntry;
use crate::language::syntax::parse;

/// Kinds of tokens, in the order of their numbers.
const KINDS: [SemanticTokenType; 8] = [
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::STRUCT,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::ENUM,
    SemanticTokenType::KEYWORD,
    SemanticTokenType::OPERATOR,
];

/// The number of a word of the language.
const KEYWORD: u32 = 6;

/// The number of an arrow.
const OPERATOR: u32 = 7;

/// Words of rules and of expressions.
const WORDS: [&str; 28] = [
    "via",
    "table",
    "pipeline",
    "by",
    "as",
    "on",
    "create",
    "always",
    "or",
    "clear",
    "also",
    "when",
    "gone",
    "reported",
    "once",
    "unless",
    "because",
    "from",
    "otherwise",
    "nothing",
    "park",
    "if",
    "then",
    "else",
    "and",
    "not",
    "in",
    "where",
];

/// What the numbers of kinds mean.
pub(super) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend { token_types: KINDS.to_vec(), token_modifiers: Vec::new() }
}

/// The tokens of a file, each by its distance from the one before.
pub(super) fn tokens(study: &Study, file: FileId) -> Vec<SemanticToken> {
    let named = study.index().all().iter().filter(|one| one.span.file == file);
    let mut found: Vec<(Span, u32)> = named.map(|one| (one.span, number(&one.symbol))).collect();
    found.extend(words(study, file));
    found.sort_unstable();
    let mut tokens = Vec::new();
    let (mut line, mut start, mut end) = (0, 0, 0);
    for (span, token_type) in found {
        // What stands in the same place is shown once.
        if span.start < end {
            continue;
        }
        end = span.end;
        let range = study.range(span);
        if range.start.line != range.end.line {
            continue;
        }
        let same = range.start.line == line;
        tokens.push(SemanticToken {
            delta_line: range.start.line - line,
            delta_start: if same { range.start.character - start } else { range.start.character },
            length: range.end.character - range.start.character,
            token_type,
            token_modifiers_bitset: 0,
        });
        (line, start) = (range.start.line, range.start.character);
    }
    tokens
}

fn number(symbol: &Symbol) -> u32 {
    match symbol {
        Symbol::System(_) | Symbol::Account(_) | Symbol::Group(..) => 0,
        Symbol::Record(..) => 1,
        Symbol::Field(..) | Symbol::Setting(_) => 2,
        Symbol::Local(..) => 3,
        Symbol::Function(_) => 4,
        Symbol::Table(_) | Symbol::Pipeline(_) => 5,
    }
}

/// Arrows and words of the lines of rules and rows.
fn words(study: &Study, file: FileId) -> Vec<(Span, u32)> {
    let text = study.compiled.sources.text(file);
    let alone = SourceFile { name: study.compiled.sources.name(file).to_owned(), text: text.to_owned() };
    let tree = parse(&SourceMap::new(vec![alone]));
    let mut lines = Vec::new();
    match tree.files.first().map(|file| &file.tree) {
        Some(FileTree::Pipeline(tree)) => tree.groups.iter().for_each(|(_, entries)| gather(entries, &mut lines)),
        Some(FileTree::Table(tree)) => lines.extend(tree.rows.iter().map(|row| row.span)),
        _ => {}
    }
    let mut found = Vec::new();
    for line in lines {
        let Some(said) = text.get(line.start..line.end) else { continue };
        let (mut at, mut quotes) = (0, 0);
        for word in said.split_inclusive(' ') {
            let plain = word.trim_end();
            let start = line.start + at;
            at += word.len();
            let is_quoted = quotes % 2 == 1;
            quotes += plain.matches('"').count();
            let span = Span { file, start, end: start + plain.len() };
            match plain {
                _ if is_quoted => {}
                "->" | "<-" | "<->" => found.push((span, OPERATOR)),
                word if WORDS.contains(&word) => found.push((span, KEYWORD)),
                _ => {}
            }
            // A reason is prose.
            if plain == "because" {
                break;
            }
        }
    }
    found
}

fn gather(entries: &[RuleEntry], lines: &mut Vec<Span>) {
    for entry in entries {
        match entry {
            RuleEntry::Rule(line) => lines.push(line.span),
            RuleEntry::List(list) => {
                lines.push(list.line.span);
                gather(&list.rules, lines);
            }
        }
    }
}
