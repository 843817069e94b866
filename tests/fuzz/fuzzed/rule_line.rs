//! The lines of pipelines and tables: what is read without the grammar is what the grammar reads, in the same words
//! where it is refused, and every place is one of the file.

use petiole::diagnostic::Diagnostic;
use petiole::language::syntax::rule_line::{
    arrow_rule, arrow_rule_by_grammar, expression, row, row_by_grammar, with_line,
};

use super::{inside, quoted, told};

pub fn check(input: &[u8]) {
    let (file, scalar) = quoted(input);
    let rule = arrow_rule(&scalar);
    if let Ok(rule) = &rule {
        let conditions = rule.modifiers.when.iter().chain(&rule.modifiers.unless);
        for part in [&rule.left, &rule.right].into_iter().chain(conditions) {
            part.visit(&mut |part| inside(part.span, &file));
        }
        inside(rule.span, &file);
    }
    same((rule, arrow_rule_by_grammar(&scalar)), &file);
    same((row(&scalar), row_by_grammar(&scalar)), &file);
    same((with_line(&scalar), with_line(&scalar)), &file);
    same((expression(&scalar), expression(&scalar)), &file);
}

/// Both ways come to the same.
pub(super) fn same<T: std::fmt::Debug>(both: (Result<T, Diagnostic>, Result<T, Diagnostic>), file: &str) {
    let (quick, by_grammar) = both;
    assert_eq!(format!("{quick:?}"), format!("{by_grammar:?}"), "{file}");
    quick.err().into_iter().for_each(|finding| told(&[finding], ("rules/one.yaml", file)));
}
