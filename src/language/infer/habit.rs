//! What to write instead of the names that values and functions have elsewhere.
//!
//! Knows words of other languages and no meaning of these rules; what is nearly a name of the rules is told before.

use crate::diagnostic::Advice;

/// Words that name a value elsewhere.
pub(super) fn of_value(name: &str) -> Option<Advice> {
    match name.to_lowercase().as_str() {
        "nil" | "none" | "null" | "undefined" | "nothing" => {
            Some(Advice::sure("write `null` where there is no value", "null"))
        }
        "empty" | "blank" => {
            Some(Advice::from("write `\"\"` for a text without letters, `null` where there is no value"))
        }
        "true" | "yes" | "on" => Some(Advice::sure("write `true` in small letters", "true")),
        "false" | "no" | "off" => Some(Advice::sure("write `false` in small letters", "false")),
        _ => None,
    }
}

/// Functions of other languages, and how what they do is said here.
const FUNCTIONS: [(&[&str], &str); 13] = [
    (
        &["substring", "substr", "slice", "left", "truncate", "limit"],
        "`cut(text, 20)` keeps the first letters of a text; for others write a function in a script",
    ),
    (
        &["len", "length", "size", "strlen"],
        "`count(list)` counts a list; of a text, `within(text, 20)` says whether it is no longer",
    ),
    (
        &["concat", "concatenate", "format", "printf"],
        "join texts with `+`, or a list of them with `join([a, b], \" \")`",
    ),
    (
        &["coalesce", "ifnull", "isnull", "nvl", "default", "orelse", "or_else", "fallback"],
        "write `a ?? b`: the second value stands in where the first is null",
    ),
    (
        &["iif", "ifelse", "if_else", "choose", "case", "switch"],
        "write `if … then … else …`, or carry it over `via table`",
    ),
    (
        &["now", "today", "current_date", "current_timestamp", "sysdate", "time", "random", "rand", "uuid"],
        "rules know no clock and no chance: the same records always give the same values; take a field of the record",
    ),
    (&["uppercase", "toupper", "to_upper", "upcase", "ucase"], "write `upper(text)`"),
    (&["lowercase", "tolower", "to_lower", "downcase", "lcase"], "write `lower(text)`"),
    (&["strip", "trimmed"], "write `trim(text)`"),
    (&["str", "string", "to_string", "tostring", "char"], "write `text(value)`"),
    (
        &["int", "integer", "float", "decimal", "double", "to_number", "tonumber", "parse", "parse_int", "to_int"],
        "write `number(text) ?? …`, and `round(…)` around it for a whole number",
    ),
    (&["avg", "average", "mean"], "write `sum(list) / count(list) ?? …`"),
    (
        &["map", "filter", "find", "select", "pluck"],
        "write `list[].field` for a field of each, `list where CONDITION` to choose",
    ),
];

/// What to write instead of a function of another language.
pub(super) fn of_function(name: &str) -> Option<Advice> {
    let name = name.to_lowercase();
    let (_, help) = FUNCTIONS.iter().find(|(names, _)| names.contains(&name.as_str()))?;
    Some(Advice::from(*help))
}
