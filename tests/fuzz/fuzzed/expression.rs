//! Expressions: what is read without the grammar is what the grammar reads, what is printed reads the same again, and
//! the service's answer is the one that the interpreter gives.

use std::sync::{Arc, LazyLock};

use petiole::diagnostic::FileId;
use petiole::language::plan::expression::CompiledExpression;
use petiole::language::script::ScriptSet;
use petiole::language::syntax::expression::Expression;
use petiole::language::syntax::expression_parser::{self as parser, Origin};
use petiole::value::{Value, json};

use super::interpreter::{self, Names};
use super::{inside, told};

/// What the expressions are asked of.
pub static RECORD: LazyLock<Value> = LazyLock::new(|| {
    let text = r#"{"a": 3, "b": "Ab c", "c": null, "d": 2.50, "e": true, "n": {"a": -1, "b": {"c": "x"}},
        "l": [{"q": 2, "s": "x", "t": [1, 2]}, {"q": 5, "s": "y", "t": []}, {"q": null, "t": [3]}, "odd"],
        "m": [1, 2.0, "2", null], "o": [[1, [2]], []]}"#;
    json::from_json(&serde_json::from_str(text).unwrap())
});

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match read(&text) {
        Ok(tree) => {
            tree.visit(&mut |part| inside(part.span, &text));
            let by_grammar = parser::by_grammar(&text, &origin(&|at| at));
            assert_eq!(format!("{:?}", by_grammar.as_ref()), format!("{:?}", Ok::<_, &()>(&tree)), "{text}");
            printed(&tree);
            compared(&tree, &tree, &RECORD);
        }
        Err(finding) => told(&[finding], ("rules/one.yaml", &text)),
    }
}

fn origin(map: &dyn Fn(usize) -> usize) -> Origin<'_> {
    Origin { file: FileId(0), map }
}

/// The tree of a text that stands alone.
pub fn read(text: &str) -> Result<Expression, petiole::diagnostic::Diagnostic> {
    parser::parse(text, &origin(&|at| at))
}

/// Once printed, it is printed the same, however often it is read and printed again.
fn printed(tree: &Expression) {
    let once = tree.to_string();
    if once.len() <= parser::TEXT_BYTES_MAX
        && let Ok(again) = read(&once)
    {
        assert_eq!(again.to_string(), once);
    }
}

/// The service works out of `compiled` what the interpreter does of `told`.
pub fn compared(compiled: &Expression, told: &Expression, record: &Value) {
    static SCRIPTS: LazyLock<Arc<ScriptSet>> = LazyLock::new(|| Arc::new(ScriptSet::compile(&[]).0));
    let service = CompiledExpression::new(compiled.clone(), Arc::clone(&SCRIPTS));
    let apart = apart(&service, told, Names { record, element: record, scripts: &SCRIPTS });
    assert!(apart.is_none(), "{}", apart.unwrap_or_default());
}

/// What the service and the interpreter say of an expression, where that is not the same.
pub fn apart(service: &CompiledExpression, told: &Expression, names: Names<'_>) -> Option<String> {
    let answer = interpreter::of_service(service.evaluate(&names))?;
    let expected = interpreter::value(told, names);
    (!interpreter::same(&answer, &expected)).then(|| {
        let (record, element) = (names.record, names.element);
        format!("`{told}` of {record} at {element}: the service says {answer:?}, the interpreter {expected:?}")
    })
}
