//! The lines of system files: fields, both ways of reading them alike, calls, and their templates.

use petiole::language::syntax::system_line::{call, field, field_by_grammar};
use petiole::language::syntax::template::{Hole, Template};

use super::rule_line::same;
use super::{inside, quoted};

pub fn check(input: &[u8]) {
    let (file, scalar) = quoted(input);
    same((field(&scalar), field_by_grammar(&scalar)), &file);
    same((call(&scalar), call(&scalar)), &file);
    let template = Template::parse(&scalar.text, scalar.span);
    if let Ok(template) = &template {
        // Blanks inside a hole are no part of its name.
        let printed = template.to_string();
        assert_eq!(Template::parse(&printed, scalar.span).as_ref(), Ok(template), "{printed:?}");
    }
    same((template.clone(), template), &file);
    Hole::all(&scalar).iter().for_each(|hole| inside(hole.name.span, &file));
}
