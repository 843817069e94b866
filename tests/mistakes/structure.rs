//! Lines, blocks and files that are gone, stand twice or stand in a wrong place.

use petiole::language::source::SourceFile;

use super::names::fields;
use super::text::{Line, Mistake, Part, Rules, one_of};

fn lines_of<'a>(rules: &'a Rules, folders: &[&str]) -> Vec<Line<'a>> {
    let fits = |line: &Line<'_>| {
        line.part == Part::Rules && folders.iter().any(|name| rules.name(line.file).starts_with(name))
    };
    rules.lines().into_iter().filter(fits).collect()
}

/// A row of a table whose every value must have one. What is missed is told at the table or at the rows beside it.
pub(super) fn row_dropped(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let rows: Vec<Line<'_>> = lines_of(rules, &["tables/"])
        .into_iter()
        .filter(|line| line.text.starts_with("  - ") && (line.text.contains("->") || line.text.contains("<-")))
        .collect();
    let row = one_of(&rows, random)?;
    let values: Vec<&str> =
        row.said()[4..].split([',', '|']).map(|value| value.split("  ").next().unwrap_or_default().trim()).collect();
    let name = rules.name(row.file).to_owned();
    let mistake = rules.write(row.file, row.whole(), "", &values).or_at(&name, "table:");
    Some(mistake.around(1).or_at(&name, "rows:").or_at(&name, "between:"))
}

/// A rule that fills what creating needs. What is missed is told where it is created or asked for.
pub(super) fn required_rule_dropped(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let required: Vec<String> = rules
        .lines()
        .iter()
        .filter(|line| line.text.contains(", required on create"))
        .map(|line| line.text.trim().split([':', '.', '[']).next().unwrap_or_default().to_owned())
        .collect();
    let target = |line: &Line<'_>| -> Option<String> {
        let (left, right) = line.text.split_once(" -> ").or_else(|| line.text.split_once(" <- "))?;
        let side = if line.text.contains(" -> ") { right.trim() } else { left.trim_start_matches("    - ").trim() };
        let path = side.strip_prefix("leaflink.").or_else(|| side.strip_prefix("flourish."))?;
        Some(path.split([' ', '.']).next()?.to_owned())
    };
    let rules_of: Vec<(Line<'_>, String)> = lines_of(rules, &["pipelines/"])
        .into_iter()
        .filter(|line| line.text.starts_with("    - "))
        .filter_map(|line| target(&line).map(|target| (line, target)))
        .filter(|(_, target)| required.contains(target))
        .collect();
    let (line, target) = one_of(&rules_of, random)?;
    let name = rules.name(line.file).to_owned();
    let mistake = rules.write(line.file, line.whole(), "", &[target]).around(1);
    Some(
        mistake.or_at(&name, "create:").or_at(&name, "  leaflink:").or_at(&name, "  flourish:").or_at(&name, "fields:"),
    )
}

pub(super) fn header_lost(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let headers: Vec<Line<'_>> = lines_of(rules, &["pipelines/"])
        .into_iter()
        .filter(|line| line.indent() == 2 && line.text.ends_with(':'))
        .collect();
    let header = one_of(&headers, random)?;
    let group = header.text.trim().trim_end_matches(':').to_owned();
    Some(rules.write(header.file, header.whole(), "", &[&group]).around(1))
}

/// A file that stands twice under two names. The copy is the mistake.
pub(super) fn file_copied(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let file = random.usize(..rules.files.len());
    let original = &rules.files[file];
    let (stem, extension) = original.name.rsplit_once('.')?;
    let (folder, base) = stem.rsplit_once('/')?;
    let name = match random.u8(..6) {
        0 => format!("{stem} copy.{extension}"),
        1 => format!("{stem}_copy.{extension}"),
        2 => format!("{stem} (1).{extension}"),
        3 => format!("{folder}/copy of {base}.{extension}"),
        4 => format!("{folder}/old/{base}.{extension}"),
        _ => format!("{stem}-2.{extension}"),
    };
    let known = rules.name(file).to_owned();
    let mut files = rules.files.clone();
    files.push(SourceFile { name: name.clone(), text: original.text.clone() });
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let lines = 1..=original.text.lines().count();
    let words = vec![known.rsplit('/').next()?.to_owned()];
    Some(Mistake { files, file: name.clone(), lines, written: name, words, elsewhere: Vec::new() })
}

/// A key with its value in another map: indented under the line above or below, or out of its own.
pub(super) fn key_moved(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let moves: [(&str, &str, &str, &str, &[&str]); 14] = [
        ("pipelines/", "match:", "fields:", "  ", &["match"]),
        ("pipelines/", "match:", "with:", "  ", &["match"]),
        ("pipelines/customers", "shared:", "fields:", "  ", &["shared"]),
        ("pipelines/products", "when:", "create:", "  ", &["when"]),
        ("systems/", "  timeout:", "limits:", "  ", &["http"]),
        ("systems/", "  at_once:", "http:", "  ", &["limits"]),
        ("systems/", "  rows:", "errors:", "  ", &["paging"]),
        ("systems/", "  gone:", "paging:", "  ", &["errors"]),
        ("systems/", "    key:", "    fields:", "      ", &["key"]),
        ("systems/", "      initial:", "    calls:", "      ", &["`states`", "a call reads"]),
        ("systems/", "    modified:", "    calls:", "      ", &["modified"]),
        ("accounts", "      api_key:", "    secrets:", "    ", &["secrets"]),
        ("settings", "    safety:", "  orders:", "    ", &["stock"]),
        ("systems/", "answer:", "paging:", "  ", &["answer"]),
    ];
    let (folder, key, below, indent, words) = one_of(&moves, random)?;
    let lines = lines_of(rules, &[folder]);
    let from: Vec<&Line<'_>> = lines.iter().filter(|line| line.text.starts_with(key)).collect();
    let from = one_of(&from, random)?;
    let to = lines.iter().find(|line| line.file == from.file && line.text == *below)?;
    let moved = format!("{indent}{}\n", from.text.trim_start());
    let (mut at, gone) = (to.whole().end, from.whole());
    let mut kept = Rules { files: rules.files.clone(), ..Rules::shipped() };
    kept.files[from.file].text.replace_range(gone.clone(), "");
    if gone.start < at {
        at -= gone.len();
    }
    Some(kept.write(from.file, at..at, &moved, words).around(0))
}

/// A line `key: value` a second time in its map.
pub(super) fn key_twice(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let all = lines_of(rules, &["pipelines/", "tables/", "systems/", "settings", "ownership", "accounts"]);
    let lines: Vec<&Line<'_>> = all
        .iter()
        .filter(|line| {
            !line.text.trim_start().starts_with('-') && line.said().contains(": ") && !line.text.contains(">-")
        })
        .collect();
    let line = one_of(&lines, random)?;
    let key = line.text.trim().split(':').next()?.to_owned();
    let copy = format!("{}\n", line.text);
    let mut mistake = rules.write(line.file, line.whole().end..line.whole().end, &copy, &[&key]);
    mistake.lines = mistake.lines.start() - 1..=*mistake.lines.end();
    Some(mistake)
}

/// A field that a rule writes and that its system only reads.
pub(super) fn read_only_target(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let lines: Vec<Line<'_>> = lines_of(rules, &["pipelines/orders"])
        .into_iter()
        .filter(|line| line.text.contains("-> flourish.") && line.text.contains("on create"))
        .collect();
    let line = one_of(&lines, random)?;
    let at = line.text.find("-> flourish.")? + "-> flourish.".len();
    let old = line.text[at..].split(' ').next()?;
    let known = fields(rules, "flourish", "outbound_order");
    let read: Vec<&str> = ["id", "created_timestamp", "last_updated_timestamp", "total_price"]
        .into_iter()
        .filter(|name| known.iter().any(|field| field == name))
        .collect();
    let wrong = one_of(&read, random)?;
    Some(rules.write(line.file, line.at + at..line.at + at + old.len(), wrong, &[old]))
}
