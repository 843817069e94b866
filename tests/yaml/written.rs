//! YAML texts from a row of bytes, in all the ways that rule files are written, so that what fails shrinks.

/// Scalars as they stand in rules; some look like something else.
const PLAIN: [&str; 22] = [
    "a",
    "shop.order",
    "no",
    "Yes",
    "~",
    "null",
    "01234",
    "1.10",
    "1e3",
    "-5",
    "+7",
    "0x1f",
    "true",
    "Net 30",
    "shop.number -> depot.order_ref   on create",
    "if a == b then c else d",
    "a:b",
    "x#y",
    "2026-01-05T10:00:00Z",
    "${SHOP_KEY:-none}",
    "ünï",
    ".sku",
];

/// What is put into quotes.
const QUOTED: [&str; 12] =
    ["", " ", "a: b", "# no comment", "it's", "say \"so\"", "back\\slash", "- a", "[1, 2]", "ü€", "no", "{x}"];

/// Lines of blocks.
const LINES: [&str; 8] = ["one", "two words", "", "  indented", "# not a comment", "a: b", "- c", "'quoted'"];

/// A row of choices; the first of everything once it is over.
pub(super) struct Choices<'b>(std::slice::Iter<'b, u8>);

impl<'b> Choices<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self(bytes.iter())
    }

    fn below(&mut self, count: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or_default()) % count.max(1)
    }

    fn is_over(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }
}

/// A whole file.
pub(super) fn text(choices: &mut Choices<'_>) -> String {
    let mut out = String::new();
    if choices.below(4) == 1 {
        out.push_str("# What stands here.\n");
    }
    if choices.below(6) == 1 {
        out.push_str("---\n");
    }
    match choices.below(4) {
        3 => sequence(choices, &mut out, 0, 4),
        _ => mapping(choices, &mut out, 0, 4),
    }
    out
}

fn key(choices: &mut Choices<'_>, at: usize) -> String {
    match choices.below(5) {
        0 => format!("'k {at}'"),
        1 => format!("\"k\\u00e9{at}\""),
        2 => format!("find by k{at}"),
        3 => format!("{at}"),
        _ => format!("k{at}"),
    }
}

fn mapping(choices: &mut Choices<'_>, out: &mut String, indent: usize, depth: usize) {
    for at in 0..=choices.below(4) {
        if at > 0 || !out.ends_with(' ') {
            space(choices, out, indent);
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&key(choices, at));
        out.push(':');
        value(choices, out, indent, depth);
    }
}

fn sequence(choices: &mut Choices<'_>, out: &mut String, indent: usize, depth: usize) {
    for at in 0..=choices.below(4) {
        if at > 0 || !out.ends_with(' ') {
            space(choices, out, indent);
            out.push_str(&" ".repeat(indent));
        }
        out.push('-');
        match choices.below(4) {
            // A map begins on the line of its dash.
            1 if depth > 0 && !choices.is_over() => {
                let blanks = choices.below(3) + 1;
                out.push_str(&" ".repeat(blanks));
                mapping(choices, out, indent + 1 + blanks, depth - 1);
            }
            2 if depth > 0 && !choices.is_over() => {
                out.push(' ');
                sequence(choices, out, indent + 2, depth - 1);
            }
            _ => value(choices, out, indent, depth),
        }
    }
}

/// What stands between two entries.
fn space(choices: &mut Choices<'_>, out: &mut String, indent: usize) {
    match choices.below(8) {
        1 => out.push('\n'),
        2 => out.extend([format!("{}# a word\n", " ".repeat(indent))]),
        3 => out.push_str("# to the left\n\n"),
        _ => {}
    }
}

/// What stands behind a key or a dash, to the end of its last line.
fn value(choices: &mut Choices<'_>, out: &mut String, indent: usize, depth: usize) {
    let deeper = depth > 0 && !choices.is_over();
    match choices.below(10) {
        0 => {
            out.push(' ');
            out.push_str(choices.of(&PLAIN));
            ends(choices, out);
        }
        1 => {
            out.push(' ');
            let inner = choices.of(&QUOTED).replace('\'', "''");
            out.extend([format!("'{inner}'")]);
            ends(choices, out);
        }
        2 => {
            out.push(' ');
            let inner = choices.of(&QUOTED).replace('\\', "\\\\").replace('"', "\\\"");
            let escaped = choices.of(&["", "\\n", "\\t", "\\u20ac", "\\x41"]);
            out.extend([format!("\"{inner}{escaped}\"")]);
            ends(choices, out);
        }
        3 => block(choices, out, indent),
        4 => {
            // A plain text over several lines.
            out.push_str(" first");
            for _ in 0..=choices.below(2) {
                out.extend([format!("\n{}and more", " ".repeat(indent + 2))]);
            }
            out.push('\n');
        }
        5 => {
            out.push(' ');
            flow(choices, out, 2);
            ends(choices, out);
        }
        6 if deeper => {
            ends(choices, out);
            let more = choices.below(3) + 1;
            mapping(choices, out, indent + more, depth - 1);
        }
        7 if deeper => {
            ends(choices, out);
            let more = choices.below(3) + 1;
            sequence(choices, out, indent + more, depth - 1);
        }
        8 => ends(choices, out),
        _ => {
            out.push(' ');
            out.push_str(choices.of(&PLAIN));
            ends(choices, out);
        }
    }
}

fn ends(choices: &mut Choices<'_>, out: &mut String) {
    out.push_str(choices.of(&["\n", "\n", "\n", "  # why\n", "  \n"]));
}

fn block(choices: &mut Choices<'_>, out: &mut String, indent: usize) {
    out.push(' ');
    out.push_str(choices.of(&["|", "|-", "|+", ">", ">-", ">+"]));
    out.push('\n');
    for at in 0..=choices.below(4) {
        // A first line that is indented would say how far the block is.
        let line = if at == 0 { "one" } else { choices.of(&LINES) };
        if line.is_empty() {
            out.push('\n');
        } else {
            out.extend([format!("{}{line}\n", " ".repeat(indent + 2))]);
        }
    }
}

fn flow(choices: &mut Choices<'_>, out: &mut String, depth: usize) {
    let plain = ["a", "no", "1.10", "Net 30", "'a, b'", "\"[x]\"", "a.b", "~", "x#y"];
    let leaf = |choices: &mut Choices<'_>, out: &mut String| out.push_str(choices.of(&plain));
    let (open, close) = if choices.below(2) == 0 { ('[', ']') } else { ('{', '}') };
    out.push(open);
    for at in 0..choices.below(4) {
        if at > 0 {
            out.push_str(choices.of(&[", ", ",", " , "]));
        }
        if open == '{' {
            out.extend([format!("f{at}: ")]);
        }
        if depth > 0 && choices.below(4) == 1 { flow(choices, out, depth - 1) } else { leaf(choices, out) }
    }
    out.push(close);
}
