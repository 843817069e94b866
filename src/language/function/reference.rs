//! The functions as a Markdown page: the text of `grammar/FUNCTIONS.md`.

use std::fmt::Write as _;

use super::registry;

/// The page.
pub fn page() -> String {
    let mut out = String::from(
        "# Functions\n\nGenerated from the functions themselves. `?` marks what may be left out, `…` what may come \
         several times. A missing value (`null`) gives `null` unless it says otherwise; what cannot be worked out \
         fails, and `??` says what happens then: `number(.x) ?? 0`.\n",
    );
    for function in registry::all() {
        let _ = write!(out, "\n## {}\n\n`{}`\n\n{}\n\n", function.name, function.written(), function.about);
        out.push_str("| Expression | Value |\n|---|---|\n");
        for (expression, value) in function.examples {
            let _ = writeln!(out, "| `{}` | `{}` |", expression.replace('|', "\\|"), value);
        }
    }
    out.push_str(ENGINE);
    out
}

/// Functions that ask what links and tables know.
const ENGINE: &str = "\n## linked\n\n`linked(pipeline: text, key: any) -> bool`\n\n\
                      Whether a pipeline has linked the record of this key with one on the other side. The pipeline \
                      is named by a constant: `linked(\"orders\", .number)`.\n\n## counterpart\n\n\
                      `counterpart(pipeline: text, key: any) -> any`\n\n\
                      The key of the record that a pipeline has linked with the one of this key, or null. It is \
                      never brought over for this; `via pipeline` does that.\n\n## mapped\n\n\
                      `mapped(table: text, value: any) -> text`\n\n\
                      What the table makes of a value, read from left to right, or null where no row speaks or the \
                      row says `nothing`. The table is named by a constant: `mapped(\"categories\", \
                      shop.category)`. A field that is simply carried over goes `via table` instead.\n";
