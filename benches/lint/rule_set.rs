//! Rule sets of any size: units of two systems with four pipelines and four tables between them, and one great table.

use std::fmt::Write as _;

use petiole::language::source::SourceFile;

/// The files of a unit.
const UNIT: usize = 10;

/// The pipelines of a unit.
const PIPELINES: usize = 4;

fn file(name: String, text: String) -> SourceFile {
    SourceFile { name, text }
}

/// About as many files as are asked for; with accounts, owners and settings.
pub(crate) fn of(files: usize) -> Vec<SourceFile> {
    let mut made = Vec::new();
    let (mut accounts, mut owners) = ("accounts:\n".to_owned(), "ownership:\n".to_owned());
    for unit in 0..(files / UNIT).max(1) {
        for name in [format!("shop{unit}"), format!("depot{unit}")] {
            let _ = writeln!(accounts, "  {name}:\n    system: {name}\n    base_url: https://{name}.example");
            accounts.push_str("    secrets: { key: \"${KEY}\" }\n");
        }
        let mut systems = [system(&format!("shop{unit}")), system(&format!("depot{unit}"))];
        for at in 0..PIPELINES {
            systems[0].push_str(&record(&format!("order{at}"), "number", ["New", "Paid", "Cancelled"]));
            systems[1].push_str(&record(&format!("parcel{at}"), "number", ["Open", "Packed", "Void"]));
            let name = format!("pipe{unit}x{at}");
            let _ = writeln!(owners, "  {name}:\n    create: settings.owner\n    words: settings.owner");
            let _ = writeln!(owners, "    lines: shop{unit}\n    state: shop{unit}");
            made.push(file(format!("pipelines/{name}.yaml"), pipeline(unit, at)));
            made.push(file(format!("tables/stages{unit}x{at}.yaml"), stages(unit, at)));
        }
        let [shop, depot] = systems;
        made.push(file(format!("systems/shop{unit}.yaml"), shop));
        made.push(file(format!("systems/depot{unit}.yaml"), depot));
    }
    made.extend([file("accounts.yaml".to_owned(), accounts), file("ownership.yaml".to_owned(), owners)]);
    made.push(file("settings.yaml".to_owned(), SETTINGS.to_owned()));
    made
}

const SETTINGS: &str = "settings:\n  owner: both\n  bring: [Paid]\ntypes:\n  owner: one of [both]\n  \
                        bring: list of one of [New, Paid]\n";

fn system(name: &str) -> String {
    format!("system: {name}\nhttp:\n  auth: [\"Authorization = {{secrets.key}}\"]\nrecords:\n")
}

fn record(name: &str, key: &str, [first, second, third]: [&str; 3]) -> String {
    let mut text = format!("  {name}:\n    key: {key}\n    fields:\n      {key}: text\n");
    let _ = writeln!(text, "      state: enum [{first}, {second}, {third}], read only");
    for at in 0..12 {
        let _ = writeln!(text, "      word{at}: text");
    }
    for at in 0..4 {
        let _ = writeln!(text, "      amount{at}: decimal");
    }
    text.push_str("      lines[].sku: text\n      lines[].count: decimal\n      lines[].note: text\n");
    let path = format!("/{name}s");
    let _ = writeln!(text, "    calls:\n      read: GET {path}/{{{key}}}\n      list: GET {path}");
    let _ = writeln!(text, "      find by {key}: GET {path}?{key}={{{key}}}\n      create: POST {path}");
    let _ = writeln!(text, "      update: PATCH {path}/{{{key}}}");
    let _ = writeln!(text, "    states:\n      field: state\n      initial: {first}\n      moves:");
    let _ = writeln!(text, "        - {first} -> {second}: by people");
    let _ = writeln!(text, "        - {first}, {second} -> {third}: POST {path}/{{{key}}}/{third}");
    text
}

fn pipeline(unit: usize, at: usize) -> String {
    let (shop, depot) = (format!("shop{unit}"), format!("depot{unit}"));
    let mut text = format!("pipeline: pipe{unit}x{at}\nbetween: [{shop}.order{at}, {depot}.parcel{at}]\n");
    let _ =
        writeln!(text, "match: {shop}.number == {depot}.number\ncreate:\n  {depot}: {shop}.state in settings.bring");
    text.push_str("fields:\n  words:\n");
    let _ = writeln!(text, "    - {shop}.number -> {depot}.number   on create");
    for word in 0..8 {
        let _ = writeln!(text, "    - trim({shop}.word{word} ?? {shop}.word11) ?? \"none\" -> {depot}.word{word}");
    }
    let _ =
        writeln!(text, "    - {shop}.word8 -> {depot}.word8   when {shop}.word9 != null and ({shop}.amount0 ?? 0) > 3");
    let _ = writeln!(text, "    - ({shop}.amount0 ?? 0) + 1 -> {depot}.amount0");
    let _ = writeln!(text, "  lines:\n    - {shop}.lines[] -> {depot}.lines[] by [sku]:");
    text.push_str("        - .sku -> .sku\n        - .count -> .count\n        - lower(.note) -> .note\n");
    let _ = writeln!(text, "  state:\n    - {shop}.state -> {depot}.state   via table stages{unit}x{at}");
    text
}

fn stages(unit: usize, at: usize) -> String {
    format!(
        "table: stages{unit}x{at}\nbetween: [shop{unit}.order{at}.state, depot{unit}.parcel{at}.state]\nrows:
  - New, Paid   ->  Open      on create
  - Cancelled   ->  Void      from Open, Packed
  - otherwise   ->  nothing   because the depot packs when it can
"
    )
}

/// One pipeline with a table of many rows between two fields that name all their values.
pub(crate) fn table(rows: usize) -> Vec<SourceFile> {
    let mut files = of(UNIT);
    let values = |letter: &str| (0..rows).map(|at| format!("{letter}{at}")).collect::<Vec<_>>().join(", ");
    for (system, field, letter) in [("shop0", "colour", "A"), ("depot0", "tint", "B")] {
        for file in files.iter_mut().filter(|file| file.name == format!("systems/{system}.yaml")) {
            let with = format!("      {field}: enum [{}]\n      word0: text\n", values(letter));
            file.text = file.text.replacen("      word0: text\n", &with, 1);
        }
    }
    let mut text = "table: tints\nbetween: [shop0.order0.colour, depot0.parcel0.tint]\nrows:\n".to_owned();
    for at in 0..rows {
        let _ = writeln!(text, "  - A{at} <-> B{at}");
    }
    files.push(file("tables/tints.yaml".to_owned(), text));
    for file in files.iter_mut().filter(|file| file.name == "pipelines/pipe0x0.yaml") {
        file.text.push_str("  tint:\n    - shop0.colour <-> depot0.tint   via table tints\n");
    }
    for file in files.iter_mut().filter(|file| file.name == "ownership.yaml") {
        file.text = file.text.replace("  pipe0x0:\n", "  pipe0x0:\n    tint: both\n");
    }
    files
}
