//! Signs that are written otherwise: arrows, operators, brackets, quotes, blanks and letters that look like others.

use super::text::{Line, Mistake, Part, Rules, Word, one_of};

fn rule_lines(rules: &Rules) -> Vec<Line<'_>> {
    let of_rules = |line: &Line<'_>| {
        let name = rules.name(line.file);
        line.part == Part::Rules && (name.starts_with("pipelines/") || name.starts_with("tables/"))
    };
    rules.lines().into_iter().filter(of_rules).collect()
}

/// The places of a text in what lines say, quoted texts left out.
fn places<'a>(lines: &[Line<'a>], text: &'a str) -> Vec<(Line<'a>, usize)> {
    let at = |line: &Line<'a>| -> Vec<(Line<'a>, usize)> {
        let outside = |at: &usize| line.text[..*at].matches('"').count().is_multiple_of(2);
        let ends: Vec<usize> = line.said().match_indices(text).map(|(at, _)| at).filter(outside).collect();
        ends.into_iter().map(|at| (*line, at)).collect()
    };
    lines.iter().flat_map(at).collect()
}

/// One of the other spellings at one of the places of a right one.
fn respelt(rules: &Rules, random: &mut fastrand::Rng, pairs: &[(&str, &[&str], &[&str])]) -> Option<Mistake> {
    let (right, wrongs, words) = one_of(pairs, random)?;
    let lines: Vec<Line<'_>> = rule_lines(rules)
        .into_iter()
        .filter(|line| right.contains("->") || !rules.name(line.file).starts_with("tables/"))
        .collect();
    let places = places(&lines, right);
    let (line, at) = one_of(&places, random)?;
    let wrong = one_of(wrongs, random)?;
    Some(rules.write(line.file, line.at + at..line.at + at + right.len(), wrong, words))
}

pub(super) fn other_arrow(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let right =
        ["=>", "-->", "\u{2192}", "\u{21d2}", "- >", "\u{2013}>", "~>", "|->", ">"].map(|arrow| format!(" {arrow} "));
    let right: Vec<&str> = right.iter().map(String::as_str).chain([" ->", "-> "]).collect();
    respelt(
        rules,
        random,
        &[
            (" -> ", &right, &["->", "blanks"]),
            (" -> ", &right, &["->", "blanks"]),
            (" <-> ", &[" <=> ", " < -> ", " <--> ", " \u{2194} ", " <- > ", " <>  ", " = "], &["<->"]),
            (" <- ", &[" <= ", " <-- ", " \u{2190} ", " < - ", " := ", " = "], &["<- ", "<-`"]),
        ],
    )
    // Of several blanks before it one may go.
    .filter(|mistake| !mistake.written.contains(" -> "))
}

pub(super) fn other_operator(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    respelt(
        rules,
        random,
        &[
            (" == ", &[" = ", " === ", " is ", " eq ", " := "], &["=="]),
            (" and ", &[" && ", " & ", " AND ", ", "], &["and"]),
            (" or ", &[" || ", " | ", " OR "], &["or"]),
            ("not ", &["!", "NOT ", "! "], &["not"]),
            (" != ", &[" <> ", " !== ", " =! ", " is not ", " \u{2260} "], &["!="]),
            (" ?? ", &[" ? ", " ?: ", " || ", " else ", " or else "], &["??"]),
            (" null", &[" nil", " None", " NULL", " undefined"], &["null"]),
            (" in ", &[" IN ", " of ", " within ", " contains "], &["in"]),
            (" then ", &[" ? ", " ", " {"], &["then"]),
            (" else ", &[" : ", " otherwise ", " elseif "], &["else"]),
        ],
    )
}

/// An arrow that points the other way, in a group that one system owns or a table's row.
pub(super) fn turned_arrow(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let free = ["tables/payment_terms", "tables/categories"];
    let mut all = Vec::new();
    for (right, wrong) in [(" -> ", " <- "), (" <- ", " -> "), (" ->  ", " <-  "), (" <-  ", " ->  ")] {
        let lines: Vec<Line<'_>> = rule_lines(rules)
            .into_iter()
            .filter(|line| !free.iter().any(|name| rules.name(line.file).starts_with(name)))
            .collect();
        all.extend(places(&lines, right).into_iter().map(|place| (place, right, wrong)));
    }
    let ((line, at), right, wrong) = one_of(&all, random)?;
    let words = [right.trim()];
    Some(rules.write(line.file, line.at + at..line.at + at + right.len(), wrong, &words))
}

/// A bracket or quote that is left out of an expression.
pub(super) fn sign_left_out(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let lines = rule_lines(rules);
    let in_pipeline =
        |line: &&Line<'_>| rules.name(line.file).starts_with("pipelines/") && !line.text.starts_with("between");
    let mut all = Vec::new();
    for line in lines.iter().filter(in_pipeline) {
        let signs = line.said().match_indices(['(', ')', '[', ']', '"']);
        all.extend(signs.map(|(at, sign)| (line.file, line.at + at, sign.to_owned())));
    }
    let (file, at, sign) = one_of(&all, random)?;
    let partner = match sign.as_str() {
        "(" => ")",
        ")" => "(",
        "[" => "]",
        "]" => "[",
        _ => "quote",
    };
    Some(rules.write(*file, *at..at + 1, "", &[sign, partner]))
}

fn plain_words(rules: &Rules) -> Vec<Word<'_>> {
    let named = |word: &Word<'_>| word.part == Part::Rules && !rules.name(word.file).starts_with("ownership");
    rules.words().into_iter().filter(named).collect()
}

/// A blank that is none, or one that nobody sees.
pub(super) fn odd_blank(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let words: Vec<Word<'_>> = plain_words(rules).into_iter().filter(|word| !word.is_quoted()).collect();
    let word = one_of(&words, random)?;
    if random.bool() {
        let before = word.before();
        let blank = ["\u{a0}", "\u{202f}", "\u{3000}", "\u{2003}"][random.usize(..4)];
        return before.ends_with(' ').then(|| rules.write(word.file, word.at - 1..word.at, blank, &["blank", "space"]));
    }
    let unseen = ["\u{200b}", "\u{feff}", "\u{2060}", "\u{ad}"][random.usize(..4)];
    let at = word.at + random.usize(..=word.text.len());
    Some(rules.write(word.file, at..at, unseen, &["take it out"]))
}

/// A letter of another script that looks like the one that belongs there.
pub(super) fn look_alike(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let alike = [
        ('a', 'а'),
        ('e', 'е'),
        ('o', 'о'),
        ('c', 'с'),
        ('p', 'р'),
        ('x', 'х'),
        ('i', 'і'),
        ('s', 'ѕ'),
        ('C', 'С'),
        ('A', 'А'),
    ];
    let words = plain_words(rules);
    let word = one_of(&words, random)?;
    let (at, letter) = word.text.char_indices().nth(random.usize(..word.text.len()))?;
    let (_, wrong) = alike.iter().find(|(plain, _)| *plain == letter)?;
    (word.text.len() > 2).then(|| {
        let plain = format!("`{letter}`");
        rules.write(word.file, word.at + at..word.at + at + 1, &wrong.to_string(), &[word.text, &plain])
    })
}

/// Quotes and colons as a word processor writes them.
pub(super) fn printed_sign(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let lines: Vec<Line<'_>> = rules.lines().into_iter().filter(|line| line.part == Part::Rules).collect();
    if random.bool() {
        let keys: Vec<&Line<'_>> = lines.iter().filter(|line| line.said().contains(':')).collect();
        let line = one_of(&keys, random)?;
        let at = line.at + line.said().find(':')?;
        return Some(rules.write(line.file, at..at + 1, "\u{ff1a}", &["`:`", "colon"]));
    }
    let quoted: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| rules.name(line.file).starts_with("pipelines/") && line.said().contains('"'))
        .collect();
    let line = one_of(&quoted, random)?;
    let quotes: Vec<usize> = line.said().match_indices('"').map(|(at, _)| at).collect();
    let pair = random.usize(..quotes.len() / 2) * 2;
    let (open, close) = (quotes[pair], quotes[pair + 1]);
    let inner = &line.text[open + 1..close];
    let wrong = if random.bool() { format!("\u{201c}{inner}\u{201d}") } else { format!("\u{2018}{inner}\u{2019}") };
    Some(rules.write(line.file, line.at + open..line.at + close + 1, &wrong, &["straight", "\""]))
}

/// A tab in place of the blanks before a line's text, or behind its key.
pub(super) fn tab(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let lines: Vec<Line<'_>> =
        rules.lines().into_iter().filter(|line| line.part != Part::Script && line.indent() > 1).collect();
    let line = one_of(&lines, random)?;
    Some(rules.write(line.file, line.at..line.at + line.indent(), &"\t".repeat(line.indent() / 2), &["blanks"]))
}

/// A line that ends behind what must go on.
pub(super) fn cut_line(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let (sign, words): (&str, &[&str]) = *one_of(
        &[
            (" -> ", &["target", "->"] as &[&str]),
            ("via table ", &["table"]),
            ("via pipeline ", &["pipeline"]),
            (" and ", &["value", "condition", "and"]),
            (" == ", &["value", "=="]),
            ("(", &[")", "close"]),
            (" by [", &["]", "close"]),
            (" from ", &["state"]),
            (" because ", &["reason", "because"]),
            (" ?? ", &["value", "??"]),
            (" in ", &["value", "list"]),
            (" where ", &["condition"]),
        ],
        random,
    )?;
    let lines = rule_lines(rules);
    let ends: Vec<(&Line<'_>, usize)> = lines
        .iter()
        .flat_map(|line| line.text.match_indices(sign).map(move |(at, _)| (line, at)))
        .filter(|(line, at)| {
            let prose = line.said().len() < *at && sign != " because ";
            !prose && !line.text.starts_with("about") && line.text[..*at].matches('"').count().is_multiple_of(2)
        })
        .collect();
    let (line, at) = one_of(&ends, random)?;
    let from = line.at + at + sign.trim_end().len();
    Some(rules.write(line.file, from..line.range().end, "", words))
}
