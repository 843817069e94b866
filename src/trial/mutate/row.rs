//! A row of a table as the test that would notice it: what is given, what changes, and what comes of it.
//!
//! Knows rows as text and the two fields that their table stands between; that the test holds is for whoever runs it.

use std::fmt::Write as _;

/// One side of a table: the record and the field.
struct Side {
    record: String,
    field: String,
}

/// What a row says of one direction.
struct Row<'l> {
    source: &'l str,
    target: &'l str,
    from: Option<&'l str>,
    because: Option<&'l str>,
    on_create: bool,
}

/// The test of a row; nothing where the line is none, or names no single value.
pub(super) fn test(file: &str, line: &str) -> Option<String> {
    let sides = sides(file)?;
    let (row, to_the_right) = row(line)?;
    let [left, right] = sides;
    let (from, to) = if to_the_right { (left, right) } else { (right, left) };
    let mut test = format!("- name: {} is {} for the other side\n  given:\n", row.source, row.target);
    // Rules that only look on are told to write, as the tests beside them are.
    if file.contains("mode: live") {
        test.push_str("    settings: { mode: live }\n");
    }
    if row.on_create {
        let _ = writeln!(test, "    {}: {{ … }}", from.record);
    } else {
        let _ = writeln!(test, "    {}: {{}}", from.record);
        let state = row.from.map(|state| format!(" {}: {state} ", to.field)).unwrap_or_default();
        let _ = writeln!(test, "    {}: {{{state}}}\n    linked: true", to.record);
    }
    let _ = writeln!(test, "  when:\n    {}: {{ {}: {} }}", from.record, from.field, row.source);
    match row.target {
        "nothing" => test.push_str("  nothing: true"),
        "park" => {
            let _ = write!(test, "  parked: {}\n  nothing: true", row.because.unwrap_or("…"));
        }
        target => {
            let _ = write!(test, "  then:\n    {}: {{ {}: {target} }}", to.record, to.field);
        }
    }
    Some(test)
}

fn sides(file: &str) -> Option<[Side; 2]> {
    file.lines().find(|line| line.starts_with("table:"))?;
    let between = file.lines().find_map(|line| line.strip_prefix("between:"))?;
    let (left, right) = between.trim().strip_prefix('[')?.strip_suffix(']')?.split_once(',')?;
    let side = |written: &str| {
        let mut dots = written.trim().match_indices('.').map(|(at, _)| at);
        let at = dots.nth(1)?;
        let (record, field) = written.trim().split_at_checked(at)?;
        Some(Side { record: record.to_owned(), field: field.strip_prefix('.')?.to_owned() })
    };
    Some([side(left)?, side(right)?])
}

/// The row's first values, and whether it points to the right; of both ways, to the right.
fn row(line: &str) -> Option<(Row<'_>, bool)> {
    let said = line.trim().strip_prefix("- ")?;
    let (said, because) = match said.split_once(" because ") {
        Some((said, because)) => (said, Some(because.trim())),
        None => (said, None),
    };
    let arrow = [" <-> ", " -> ", " <- "].into_iter().find(|arrow| said.contains(arrow))?;
    let (left, rest) = said.split_once(arrow)?;
    let (rest, from) = match rest.split_once(" from ") {
        Some((rest, from)) => (rest, from.split(',').next().map(str::trim)),
        None => (rest, None),
    };
    let (right, on_create) = match rest.split_once(" on create") {
        Some((right, _)) => (right, true),
        None => (rest, false),
    };
    let to_the_right = arrow != " <- ";
    let (source, target) = if to_the_right { (left, right) } else { (right, left) };
    let (source, target) = (first(source)?, first(target)?);
    // What `otherwise` stands for is for a person to choose.
    let source = if source == "otherwise" { "…" } else { source };
    Some((Row { source, target, from, because, on_create }, to_the_right))
}

fn first(side: &str) -> Option<&str> {
    side.split([',', '|']).next().map(str::trim).filter(|value| !value.is_empty())
}
