//! What is printed of plans and expressions: the shipped rules as a page, and texts that read as what they were.
//!
//! `UPDATE=1 cargo test printed` writes the page; look at the difference before it is kept.

use std::path::Path;

use petiole::diagnostic::FileId;
use petiole::language;
use petiole::language::plan::Plan;
use petiole::language::syntax::expression::{Expression, ExpressionKind as Kind};
use petiole::language::syntax::expression_parser::{Origin, parse};
use petiole::value::Path as Steps;
use petiole::world::SystemFiles;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};

fn shipped() -> Plan {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    language::compile(&SystemFiles, &[rules]).plan.expect("the shipped rules are sound")
}

fn read(text: &str) -> Expression {
    let map = |at: usize| at;
    parse(text, &Origin { file: FileId(0), map: &map }).unwrap_or_else(|wrong| panic!("{text}: {}", wrong.message))
}

/// The tree with every part in brackets of its own, and no places.
fn shape(part: &Expression) -> String {
    let all = |parts: &[Expression]| parts.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &part.kind {
        Kind::Literal(value) => format!("{value:?}"),
        Kind::List(items) => format!("[{}]", all(items)),
        Kind::Path(path) => {
            format!("(at {:?} {})", path.head.as_ref().map(|head| &head.text), Steps(path.segments.clone()))
        }
        Kind::Steps(base, steps) => {
            let steps = Steps(steps.iter().map(|step| step.segment.clone()).collect());
            format!("(in {} {steps})", shape(base))
        }
        Kind::Call(name, arguments) => format!("({} {})", name.text, all(arguments)),
        Kind::Binary(operator, left, right) => format!("({operator:?} {} {})", shape(left), shape(right)),
        Kind::Not(inner) => format!("(not {})", shape(inner)),
        Kind::Negate(inner) => format!("(minus {})", shape(inner)),
        Kind::Choice(parts) => format!("(if {})", all(parts.as_ref())),
        Kind::Filter(list, condition) => format!("(where {} {})", shape(list), shape(condition)),
        Kind::Park(text) => format!("(park {text:?})"),
    }
}

fn reads_as_it_was(text: &str) {
    let tree = read(text);
    let printed = tree.to_string();
    assert_eq!(shape(&read(&printed)), shape(&tree), "{text} was printed as {printed}");
    assert_eq!(read(&printed).to_string(), printed, "what is printed is printed alike again");
}

#[test]
fn the_shipped_rules_are_printed_as_the_page_says() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plan/shipped.plan");
    // Where the rules lie is the machine's.
    let root = format!("{}/", Path::new(env!("CARGO_MANIFEST_DIR")).display());
    let found = shipped().to_string().replace(&root, "");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&page, &found).unwrap();
    }
    let kept = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(kept == found, "{}", first_difference(&kept, &found));
}

fn first_difference(kept: &str, found: &str) -> String {
    let apart = kept.lines().zip(found.lines()).find(|(kept, found)| kept != found);
    let (kept, found) = apart.unwrap_or(("one page", "is longer"));
    format!("kept:  {kept}\nfound: {found}\nrefresh with UPDATE=1 cargo test printed")
}

#[test]
fn every_expression_of_the_shipped_rules_reads_as_it_was_printed() {
    let plan = shipped();
    let expressions = plan.pipelines.values().flat_map(|pipeline| pipeline.expressions());
    let texts: Vec<String> = expressions.map(ToString::to_string).collect();
    assert!(texts.len() > 100, "{}", texts.len());
    texts.iter().for_each(|text| reads_as_it_was(text));
}

#[test]
fn brackets_stand_where_they_are_needed_and_nowhere_else() {
    let printed = |text: &str| read(text).to_string();
    for text in [
        "a - (b - c)",
        "a - b - c",
        "(a or b) and not (c == d)",
        "-(a + b) * c",
        "(if a then b else c).d",
        "(a where .b > 1 or .c)[0].name",
        "x(.a, [1, \"two\"], .)",
        "a.b[].c ?? park \"nobody knows\"",
        "(a == b) == (c in [d])",
        "(a where .b) ?? c",
    ] {
        let kept = text.replace("(a or b) and not (c == d)", "(a or b) and not c == d");
        assert_eq!(printed(text), kept);
    }
    assert_eq!(printed("((a) + ((b * c)))"), "a + b * c");
}

/// Texts of expressions with brackets wherever they may stand.
fn texts() -> impl Strategy<Value = String> {
    let names = ["a", "shop.order.lines[].sku", ".", ".count", "b[2].c", "settings.owner"];
    let values = ["1", "2.50", "\"it's \\\"so\\\"\"", "true", "null", "[]"];
    let leaf = prop_oneof![
        proptest::sample::select(names.to_vec()).prop_map(str::to_owned),
        proptest::sample::select(values.to_vec()).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let operators = ["or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "??", "+", "-", "*", "/", "where"];
        let operator = proptest::sample::select(operators.to_vec());
        let two = (inner.clone(), operator, inner.clone()).prop_map(|(a, sign, b)| format!("({a}) {sign} ({b})"));
        let one =
            (proptest::sample::select(vec!["not ", "-"]), inner.clone()).prop_map(|(word, a)| format!("{word}({a})"));
        let three = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            3 => two,
            1 => one,
            1 => three.prop_map(|(a, b, c)| format!("if {a} then {b} else {c}")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("pick({a}, {b})")),
            1 => (inner.clone(), Just(".name[0]")).prop_map(|(a, steps)| format!("({a}){steps}")),
            1 => inner.prop_map(|a| format!("({a}) ?? park \"ask\"")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_expression_reads_as_it_was_printed(text in texts()) {
        reads_as_it_was(&text);
    }
}
