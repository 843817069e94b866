//! The reference of system files as a page: every key of the table that such files are read by and every word of a
//! field's line, each with an example that stands in one of a few whole files.
//!
//! The text of `rules/SYSTEMS.md`. What a key says is for the table; knows no system that there is.

use std::fmt::Write as _;

use crate::language::syntax::field_spec::{FieldSpec, MapSpec, SYSTEM_FILE, Shape, maps};
use crate::language::syntax::keys_said::{KeySaid, keys_said};

/// Whole system files that say every word at least once, each with its name.
pub const EXAMPLES: [(&str, &str); 16] = [
    ("shop.yaml", include_str!("systems/whole.yaml")),
    ("depot.yaml", include_str!("systems/offset.yaml")),
    ("bazaar.yaml", include_str!("systems/numbered.yaml")),
    ("kiosk.yaml", include_str!("systems/derived.yaml")),
    ("archive.yaml", include_str!("systems/versioned.yaml")),
    ("cellar.yaml", include_str!("systems/removed.yaml")),
    ("gallery.yaml", include_str!("systems/queried.yaml")),
    ("office.yaml", include_str!("systems/unpaged.yaml")),
    ("market.yaml", include_str!("systems/basic.yaml")),
    ("ledger.yaml", include_str!("systems/token.yaml")),
    ("books.yaml", include_str!("systems/renewed.yaml")),
    ("vault.yaml", include_str!("systems/signed.yaml")),
    ("till.yaml", include_str!("systems/timed.yaml")),
    ("mailbox.yaml", include_str!("systems/shown.yaml")),
    ("bell.yaml", include_str!("systems/open.yaml")),
    ("gate.yaml", include_str!("systems/clocked.yaml")),
];

/// The words of a field's line: how each is written, what it says, and what an example of it has in it.
pub const WORDS: [(&str, &str, &str); 40] = [
    ("uuid", "a text that is a UUID", ": uuid"),
    ("text", "a text", ": text"),
    ("integer", "a whole number", ": integer"),
    ("decimal", "a number, exact to every digit, whether the peer writes it as a number or as a text", ": decimal"),
    ("bool", "true or false", ": bool"),
    ("timestamp", "a day and a time with its offset", ": timestamp"),
    ("date", "a day", ": date"),
    ("record", "a map of which nothing more is said", ": record"),
    ("any", "anything; nothing is checked, and it goes only into text and what may be anything", ": any"),
    ("enum [A, B]", "one of these texts, letter for letter", ": enum ["),
    ("list of TYPE", "a list of such values", ": list of text"),
    ("list of -> RECORD", "a list of keys of such records", "list of -> "),
    ("-> RECORD", "the key of such a record; paths go through it as if the record stood there", ": -> warehouse"),
    ("-> RECORD as {KEY}", "the same, where the peer writes a map that holds the key under this name", " as {id}"),
    ("money", "an amount", ": money,"),
    ("money as {AMOUNT, CURRENCY}", "an amount that the peer writes as a map of these two names", "money as {"),
    (
        "timestamp as seconds",
        "an instant as seconds since 1970; what is finer is cut off when it is written",
        "timestamp as seconds",
    ),
    ("timestamp as milliseconds", "an instant as milliseconds since 1970", "timestamp as milliseconds"),
    (
        "timestamp in ZONE",
        "what clocks show there, without an offset; a time that they show twice is the earlier, one that they leap \
         over is as much later",
        "timestamp in America/Denver",
    ),
    (
        "money in minor units",
        "an amount as a whole number of cents; one that has smaller parts is not sent; `decimal` too, and behind \
         `money as {AMOUNT, CURRENCY}`",
        "money in minor units,",
    ),
    ("money in minor units of N", "the same with N places behind the point", "money in minor units of 3"),
    ("decimal with comma", "a number as `1.234,5`, written as `1234,5`; `money` too", "decimal with comma"),
    (
        "bool as {YES, NO}",
        "true and false as these words, in whatever case they come; words of digits are written as numbers",
        "bool as {yes, no}",
    ),
    ("LIST[].FIELD", "not a field but one of each element of a list", "lines[].sku"),
    ("read only", "the peer gives it and never takes it, but for a state that moves change", "read only"),
    (
        "write only",
        "the peer takes it and never gives it back: what was sent counts as what stands there",
        "write only",
    ),
    ("required on create", "nothing is made without it", "required on create"),
    (
        "required when CONDITION",
        "nothing is made without it where this holds of the record's own fields",
        "required when",
    ),
    ("write on create", "sent when a record is made, and never again", "write on create"),
    ("write on update", "sent with updates alone; after a create it follows at once", "write on update"),
    (
        "at PATH or PATH",
        "where it stands in an answer, if not under its own name; the first place that has it",
        " at short or ",
    ),
    ("at header NAME", "of answers about one record, the header in which it stands, and in no body", " at header "),
    ("in body PATH as TYPE", "where and as what it is sent, if not as it is read", "in body"),
    ("in header NAME", "sent as a header of the call", "in header"),
    ("together with FIELD", "an update that sends the one sends the other again", "together with"),
    ("max N", "the most letters that it holds", "max 255"),
    ("always", "in every answer, with a value; an answer without it is not understood", ", always"),
    ("always or null", "in every answer, maybe as null", "always or null"),
    ("left out when empty", "an answer without it says that it has no value", "left out when empty"),
    ("assumed", "no documentation settles it; `doctor` looks", "assumed"),
];

/// The whole page.
pub fn page() -> String {
    let seen = seen();
    let mut out = String::from(OPENING);
    for map in maps(&SYSTEM_FILE) {
        let _ =
            writeln!(out, "\n## {}\n\n| Key | Written as | What it says | Example |\n|---|---|---|---|", title(map));
        for field in map.fields {
            let must = if field.required { " (must be there)" } else { "" };
            let row = [format!("`{}`", field.name), form(&field.shape), format!("{}{must}", field.about)];
            row_of(&mut out, row, example(&seen, map, Some(field.name)));
        }
        if let Some(named) = &map.named {
            let row = [format!("*{}*", named.name), form(&named.shape), named.about.to_owned()];
            row_of(&mut out, row, example(&seen, map, None));
        }
    }
    out.push_str(FIELDS);
    for (word, about, mark) in WORDS {
        row_of(&mut out, [format!("`{word}`"), about.to_owned()], line_with(mark));
    }
    out.push_str(TOKENS);
    out.push_str(FOLDERS);
    out.push_str(PEERS);
    for (name, text) in EXAMPLES {
        let _ = writeln!(out, "\n### {name}\n\n```yaml\n{text}```");
    }
    out
}

/// What no example says: keys, the words that may stand behind them, and words of a field's line.
pub fn without_example() -> Vec<String> {
    let (seen, mut missing) = (seen(), Vec::new());
    for map in maps(&SYSTEM_FILE) {
        let keys = map.fields.iter().map(|field| Some(field.name)).chain(map.named.iter().map(|_| None));
        let unseen = keys.filter(|key| example(&seen, map, *key).is_none());
        missing.extend(unseen.map(|key| format!("{}: {}", map.what, key.unwrap_or("a name of its own"))));
        for (field, word) in map.fields.iter().flat_map(words) {
            let says = format!("{field}: {word}");
            if !EXAMPLES.iter().any(|(_, text)| text.lines().any(|line| line.trim() == says)) {
                missing.push(says);
            }
        }
    }
    missing.extend(WORDS.iter().filter(|(_, _, mark)| line_with(mark).is_none()).map(|(word, ..)| (*word).to_owned()));
    missing
}

fn words(field: &'static FieldSpec) -> Vec<(&'static str, &'static str)> {
    match field.shape {
        Shape::Word(words) => words.iter().map(|word| (field.name, *word)).collect(),
        _ => Vec::new(),
    }
}

fn seen() -> Vec<KeySaid> {
    EXAMPLES.iter().flat_map(|(_, text)| keys_said(&SYSTEM_FILE, text)).collect()
}

fn example(seen: &[KeySaid], map: &MapSpec, key: Option<&str>) -> Option<String> {
    seen.iter().find(|one| std::ptr::eq(one.map, map) && one.key == key).map(|one| one.line.clone())
}

fn line_with(mark: &str) -> Option<String> {
    let mut lines = EXAMPLES.iter().flat_map(|(_, text)| text.lines());
    lines.find(|line| line.contains(mark) && !line.starts_with('#')).map(|line| line.trim().to_owned())
}

fn title(map: &MapSpec) -> String {
    let mut letters = map.what.chars();
    let first: String = letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    first + letters.as_str()
}

fn form(shape: &Shape) -> String {
    match shape {
        Shape::Text(form) => format!("`{form}`"),
        Shape::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::List(of) => format!("list of {}", form(of)),
        Shape::Map(map) => map.what.to_owned(),
        Shape::Either(one, other) => format!("{}, or {}", form(one), form(other)),
        Shape::Data => "whatever fits".to_owned(),
    }
}

fn row_of(out: &mut String, cells: impl IntoIterator<Item = String>, example: Option<String>) {
    let example = example.map(|line| format!("`{line}`")).unwrap_or_default();
    let cells: Vec<String> = cells.into_iter().chain([example]).map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

const OPENING: &str = "# System files\n\nWhat an API offers, as data: how a call is opened, how much it takes, how its \
lists come in pages, what it tells by itself, which records it has and which states they go through. Generated from \
the table that such files are read by; every example stands in one of the files at the end, which `petiole lint` \
passes.\n";

const FIELDS: &str = "\n## The line of a field\n\n`fields:` of a record says of each field `TYPE, MODIFIER, …`. How a \
value is written on the wire is the type's affair: money and numbers never touch a float.\n\n| Word | What it says | \
Example |\n|---|---|---|\n";

const TOKENS: &str = "
## Tokens that are kept

With `grant: refresh_token` a person authorises the application once, and the account's secret named by `refresh` is \
the token that comes of it. Most peers give another with each use and take the one before no more, so the store keeps \
the latest: sealed (AES-256-GCM) by the key in the environment variable `PETIOLE_TOKEN_KEY`, 32 bytes in base64 or \
hexadecimal, as `openssl rand -base64 32` makes them; `PETIOLE_TOKEN_KEY_FILE` works, too. Without a key such rules do \
not serve. All processes on a store have the same key; of them one asks at a time, and the others use what it got.

Where a token was sent and the process ended before the answer was kept, the one that the peer gave instead is lost. \
That is told as such: authorise anew, and set the account's variable to the token that comes of it. Another first \
token than before always begins anew.
";

const FOLDERS: &str = "
## A folder of tables

An account whose `base_url` is `file:///FOLDER` has no server: its records are rows of the files there, and the calls \
of its system file go to them. `GET /stock.csv` lists a table, `GET /stock.csv?sku={sku}` the rows that hold it; \
`GET /stock.csv/sku/{sku}` is the one row, which `PATCH` changes and `DELETE` takes out; `POST /orders.csv` adds one. \
`?lines[]=sku,quantity` says that these columns are a list's: an order with three lines is three rows that repeat the \
rest. `.csv`, `.tsv` and `.txt` have their names in the first line, with commas, semicolons, tabs or bars between; a \
`.jsonl` or `.ndjson` has a JSON object a line. Files are read whole and written whole by a rename, in the place of \
one that still holds what was read; rows that nobody changes stay letter for letter. `paging: style: whole` fits \
them; what changed is told by what a row holds, at every look. `lint` tells what no table takes. A row whose key is \
there already is not added (409), and a key that stands in several rows is told with its lines and left alone until \
the file is mended. `examples/csv_3pl` is a whole example.
";

const PEERS: &str = "\n## Peers in memory\n\n`petiole simulate FILE` serves a system file as a server in memory: every \
call of the file answers, lists come in its pages, states move as its moves say, `required` and `read only` are held. \
`petiole test` runs the tests beside the rules against the same. `PUT /_control/put` sets a record as people would, \
`PUT /_control/gone` takes one away, `GET /_control/state` shows all of them.\n\n## The examples\n";
