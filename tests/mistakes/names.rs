//! Names that are misspelt, of another case, or of something else: by kind of name.

use super::text::{Mistake, Part, Rules, Word, one_of, spoilt};

const SYSTEMS: [&str; 2] = ["leaflink", "flourish"];

/// Words between values, which name nothing.
const BETWEEN: [&str; 10] = ["if", "in", "and", "or", "not", "when", "by", "where", "then", "else"];

/// Keys of the files, and what they hold.
const KEYS: [&str; 66] = [
    "pipeline",
    "about",
    "between",
    "match",
    "with",
    "create",
    "fields",
    "allow",
    "tests",
    "after",
    "needs",
    "agree",
    "shared",
    "untouched",
    "when",
    "table",
    "rows",
    "system",
    "http",
    "auth",
    "headers",
    "timeout",
    "settle_after",
    "limits",
    "per_minute",
    "burst",
    "at_once",
    "same_record",
    "errors",
    "message",
    "gone",
    "later",
    "paging",
    "style",
    "more",
    "count",
    "size",
    "answer",
    "webhook",
    "header",
    "algorithm",
    "encoding",
    "secret",
    "kind",
    "records",
    "created",
    "modified",
    "priority",
    "calls",
    "read",
    "changed",
    "list",
    "update",
    "states",
    "initial",
    "moves",
    "request",
    "resend",
    "each",
    "body",
    "base_url",
    "secrets",
    "carries",
    "settings",
    "given",
    "then",
];

/// Words of the language.
const KEYWORDS: [&str; 27] = [
    "via",
    "table",
    "pipeline",
    "create",
    "when",
    "because",
    "otherwise",
    "nothing",
    "park",
    "from",
    "where",
    "most",
    "read",
    "only",
    "required",
    "write",
    "update",
    "always",
    "people",
    "enum",
    "null",
    "then",
    "else",
    "list",
    "text",
    "made",
    "every",
];

/// The names of the fields of a record type, each part of a path for itself.
pub(super) fn fields(rules: &Rules, system: &str, record: &str) -> Vec<String> {
    let text = &rules.files[rules.file(&format!("systems/{system}.yaml"))].text;
    let block = text.split_once("\nrecords:\n").map_or("", |(_, records)| records);
    let mut names = Vec::new();
    let (mut inside, mut listed) = (false, false);
    for line in block.lines() {
        let indent = line.len() - line.trim_start().len();
        match indent {
            2 if !line.trim_start().starts_with('#') => inside = line.trim() == format!("{record}:"),
            4 => listed = line.trim() == "fields:",
            6 if inside && listed => {
                let path = line.trim().split(": ").next().unwrap_or_default();
                names.extend(path.split('.').map(|part| part.trim_end_matches("[]").to_owned()));
            }
            _ => {}
        }
    }
    names
}

/// All names of fields of both systems.
fn all_fields(rules: &Rules) -> Vec<String> {
    let mut names = Vec::new();
    for system in SYSTEMS {
        let text = &rules.files[rules.file(&format!("systems/{system}.yaml"))].text;
        for record in text.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
            names.extend(fields(rules, system, record.trim().trim_end_matches(':')));
        }
    }
    names
}

fn in_file(rules: &Rules, word: &Word<'_>, folder: &str) -> bool {
    rules.name(word.file).starts_with(folder)
}

/// One of the words, spoilt.
fn spoil(rules: &Rules, random: &mut fastrand::Rng, fits: impl Fn(&Word<'_>) -> bool) -> Option<Mistake> {
    let words: Vec<Word<'_>> = rules.words().into_iter().filter(|word| word.text.len() >= 4 && fits(word)).collect();
    let word = one_of(&words, random)?;
    let wrong = spoilt(rules, word.text, random)?;
    Some(rules.write(word.file, word.range(), &wrong, &[word.text]))
}

fn is_record(word: &Word<'_>) -> bool {
    let of_system = SYSTEMS.iter().any(|system| word.before().ends_with(&format!("{system}.")));
    let read = [" where", "[] where", "[] of every", " of every", " grouped"];
    let in_between = word.before().trim_start().starts_with("between:");
    of_system && (in_between || read.iter().any(|next| word.after().starts_with(next)) && !word.before().contains("->"))
}

fn is_rule_field(rules: &Rules, word: &Word<'_>) -> bool {
    let path = word.before().ends_with('.') && word.head() != "settings" && !is_record(word);
    let keyed = word.before().contains(" by [") && !word.before().contains("]:");
    let rule = in_file(rules, word, "pipelines/") && word.part == Part::Rules && !word.is_quoted();
    rule && (path || keyed) && !word.is_key()
}

pub(super) fn field_in_a_rule(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| is_rule_field(rules, word))
}

pub(super) fn field_in_a_test(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let names = all_fields(rules);
    spoil(rules, random, |word| {
        let key = word.after().starts_with(": ") && !word.before().trim_end().ends_with('.');
        word.part == Part::Tests
            && key
            && !word.is_quoted()
            && !word.before().contains("settings:")
            && names.iter().any(|name| name == word.text)
            && word.before().starts_with("        ")
    })
}

pub(super) fn field_in_a_script(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let names = all_fields(rules);
    spoil(rules, random, |word| {
        word.part == Part::Script && word.before().ends_with('.') && names.iter().any(|name| name == word.text)
    })
}

pub(super) fn field_in_a_system(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let names = all_fields(rules);
    let used = ["{", "key: ", "modified: ", "created: ", "field: ", "find by ", "when ", "[", ", ", "="];
    spoil(rules, random, |word| {
        in_file(rules, word, "systems/")
            && names.iter().any(|name| name == word.text)
            && used.iter().any(|used| word.before().ends_with(used))
            && !word.before().contains("enum [")
            && !word.before().contains("message:")
            && !word.before().contains('?')
    })
}

pub(super) fn table(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| {
        ["via table ", "mapped(\"", "table: "].iter().any(|before| word.before().ends_with(before))
    })
}

pub(super) fn pipeline(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let owned = |word: &Word<'_>| rules.name(word.file) == "ownership.yaml" && word.before() == "  ";
    spoil(rules, random, |word| {
        owned(word) || ["via pipeline ", "linked(\"", "pipeline: "].iter().any(|before| word.before().ends_with(before))
    })
}

pub(super) fn setting(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| {
        let in_file = rules.name(word.file) == "settings.yaml";
        let declared = in_file && word.before().trim().is_empty() && word.before().len() >= 2;
        word.head() == "settings" && word.before().ends_with('.')
            || declared && word.after().starts_with([':', '.'])
            || word.part == Part::Tests && word.before().contains("settings: {") && word.after().starts_with(": ")
    })
}

pub(super) fn function(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| {
        let called = word.after().starts_with('(') && !BETWEEN.contains(&word.text);
        called && in_file(rules, word, "pipelines/") && word.part == Part::Rules && !word.is_quoted()
            || called && word.part == Part::Script && !word.before().ends_with('.')
    })
}

fn enum_values(rules: &Rules) -> Vec<String> {
    let lists =
        rules.files.iter().flat_map(|file| file.text.match_indices("enum [").map(|(at, _)| &file.text[at + 6..]));
    let values = lists.flat_map(|rest| rest.split(']').next().unwrap_or_default().split([',', ' ']));
    values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

fn is_enum_value(rules: &Rules, word: &Word<'_>) -> bool {
    let keys =
        ["status: ", "order_status: ", "type: ", "strain_classification: ", "unit_of_measure: ", "listing_state: "];
    let in_table = ["tables/order_status", "tables/units", "tables/strain_types"].iter().any(|name| {
        in_file(rules, word, name) && word.part == Part::Rules && !word.before().contains(':') && !word.is_key()
    });
    let moved = in_file(rules, word, "systems/") && (word.before().trim_start().starts_with("- ")) && {
        word.after().contains("->") || word.before().contains("->") && !word.before().contains(": ")
    };
    let tested = word.part == Part::Tests && keys.iter().any(|key| word.before().ends_with(key));
    let said = word.is_quoted() && word.part == Part::Rules && !word.before().contains("park \"");
    in_table || moved || tested || said || word.before().contains("sync_statuses: [")
}

pub(super) fn value(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let values = enum_values(rules);
    spoil(rules, random, |word| is_enum_value(rules, word) && values.iter().any(|value| value == word.text))
}

pub(super) fn system(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| {
        let name = SYSTEMS.contains(&word.text) && word.part != Part::Script;
        let used = word.after().starts_with(['.', '[']) || word.before().ends_with(": ") || word.before() == "  ";
        name && used
            && !word.before().ends_with("prices.")
            && !word.before().trim_start().starts_with("leaflink")
            && !word.is_quoted()
            && rules.name(word.file) != "settings.yaml"
    })
}

pub(super) fn record(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| {
        let referred = in_file(rules, word, "systems/") && word.before().ends_with(": -> ");
        let heard = in_file(rules, word, "systems/") && word.before() == "    - " && word.after().contains("data.");
        let tested = word.part == Part::Tests && ["      leaflink.", "      flourish."].contains(&word.before());
        is_record(word) || referred || heard || tested
    })
}

pub(super) fn name_of_with(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| {
        let system = SYSTEMS.contains(&word.text);
        let path = word.after().starts_with('.') && !word.before().ends_with(['.', ']', '"']);
        in_file(rules, word, "pipelines/")
            && word.part == Part::Rules
            && path
            && !system
            && word.text != "settings"
            && !word.is_quoted()
    })
}

pub(super) fn key(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| word.is_key() && KEYS.contains(&word.text) && word.before().len() < 10)
}

fn is_keyword(rules: &Rules, word: &Word<'_>) -> bool {
    let ruled = ["pipelines/", "tables/", "systems/"].iter().any(|folder| in_file(rules, word, folder));
    let said = word.before().trim_start().starts_with("- ") || word.before().contains(": ");
    let apart =
        word.before().ends_with([' ', '(']) && word.after().starts_with([' ', ',', ')']) || word.after().is_empty();
    ruled && word.part == Part::Rules && said && apart && !word.is_quoted() && KEYWORDS.contains(&word.text)
}

pub(super) fn keyword(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    spoil(rules, random, |word| is_keyword(rules, word))
}

/// A field of the other side's record, or of another record, in place of one of its own.
pub(super) fn field_of_another(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let words = rules.words();
    let places: Vec<&Word<'_>> = words
        .iter()
        .filter(|word| SYSTEMS.iter().any(|system| word.before().ends_with(&format!("{system}."))))
        .filter(|word| is_rule_field(rules, word) && !word.after().starts_with(['.', '[']))
        .collect();
    let place = one_of(&places, random)?;
    let between = rules.files[place.file].text.lines().find(|line| line.starts_with("between:"))?;
    let record = |system: &str| {
        let rest = between.split(&format!("{system}.")).nth(1)?;
        rest.split([',', ']', ' ']).next().map(str::to_owned)
    };
    let system = if place.before().ends_with("leaflink.") { "leaflink" } else { "flourish" };
    let other = if system == "leaflink" { "flourish" } else { "leaflink" };
    let own = fields(rules, system, &record(system)?);
    let theirs: Vec<String> =
        fields(rules, other, &record(other)?).into_iter().filter(|name| !own.contains(name)).collect();
    let wrong = one_of(&theirs, random)?;
    Some(rules.write(place.file, place.range(), wrong, &[place.text, &format!("{other}.{wrong}")]))
}

fn other_case(word: &str, random: &mut fastrand::Rng) -> String {
    let mut letters = word.chars();
    let first = letters.next().unwrap_or_default();
    let rest: String = letters.collect();
    match random.bool() {
        true if first.is_lowercase() => format!("{}{rest}", first.to_uppercase()),
        true => format!("{}{rest}", first.to_lowercase()),
        false if word.to_uppercase() == word => word.to_lowercase(),
        false => word.to_uppercase(),
    }
}

/// One of the words, in another case.
fn recase(rules: &Rules, random: &mut fastrand::Rng, fits: impl Fn(&Word<'_>) -> bool) -> Option<Mistake> {
    let words: Vec<Word<'_>> = rules.words().into_iter().filter(|word| fits(word)).collect();
    let word = one_of(&words, random)?;
    let wrong = other_case(word.text, random);
    (wrong != word.text).then(|| rules.write(word.file, word.range(), &wrong, &[word.text]))
}

pub(super) fn value_of_another_case(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    let values = enum_values(rules);
    recase(rules, random, |word| is_enum_value(rules, word) && values.iter().any(|value| value == word.text))
}

pub(super) fn word_of_another_case(rules: &Rules, random: &mut fastrand::Rng) -> Option<Mistake> {
    recase(rules, random, |word| {
        let key = word.is_key() && KEYS.contains(&word.text) && word.before().len() < 10;
        is_keyword(rules, word) || key && word.part == Part::Rules || is_rule_field(rules, word)
    })
}
