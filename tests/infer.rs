//! Kinds of expressions, and whether they may be null: by the system file, by `??`, and by what conditions say.

use std::sync::Arc;

use petiole::language::infer::{Given, Meaning, Scope, kind_of};
use petiole::language::resolve::{Resolved, resolve};
use petiole::language::source::{SourceFile, SourceMap};
use petiole::language::syntax::expression::Expression;
use petiole::language::syntax::parse;
use petiole::language::syntax::rule_line;
use petiole::language::syntax::yaml::{self, NodeKind};
use petiole::value::{Kind, Path};

const SHOP: &str = "system: shop
http:
  auth: [\"Authorization = {secrets.key}\"]
records:
  order:
    key: number
    fields:
      number: text
      state: enum [New, Paid], always
      note: text
      total: decimal
      paid: bool
      customer: -> customer, always
      seller: -> customer
      ship.day: date, always
      ship.note: text
      lines[].sku: text, always
      lines[].amount: integer
    calls: { list: GET /orders }
  customer:
    key: id
    fields:
      id: integer
      name: text, always
      mail: text
    calls: { list: GET /customers }
";

const SETTINGS: &str = "settings:\n  words: keep\n  most: 5\n  list: [a]\ntypes:\n  words: text\n  most: number\n  \
                        list: list of text\n";

fn sources() -> SourceMap {
    let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), text: text.to_owned() };
    SourceMap::new(vec![file("shop.yaml", SHOP), file("settings.yaml", SETTINGS)])
}

fn parsed(text: &str) -> Expression {
    let file = sources().files().next().unwrap().0;
    let (node, _) = yaml::parse(file, &format!("'{text}'"));
    let NodeKind::Scalar(scalar) = &node.kind else { panic!("{text} is no text") };
    rule_line::expression(scalar).unwrap_or_else(|finding| panic!("{text}: {}", finding.message))
}

/// What an expression gives over an order, a `rep` that may not be there, and the order's lines as elements.
fn given_in(text: &str, narrow: impl Fn(Scope) -> Scope) -> Given {
    let sources = sources();
    let Resolved { names, mut sink, .. } = resolve(&sources, parse(&sources));
    assert!(sink.found.is_empty(), "{:?}", sink.found);
    let mut scope = Scope::default();
    let order = Arc::clone(names.record("shop", "order").unwrap());
    let rep = Arc::clone(names.record("shop", "customer").unwrap());
    scope.heads.insert("shop".to_owned(), Meaning::Record(Arc::clone(&order), Path::default()));
    scope.heads.insert("rep".to_owned(), Meaning::AtMostOne(rep));
    scope.element = Some(Meaning::Record(order, Path::parse("lines[]").unwrap()));
    let given = kind_of(&parsed(text), &narrow(scope), &names, &mut sink);
    sink.found.retain(|finding| finding.code.0 != "type-null");
    assert!(sink.found.is_empty(), "{text}: {:?}", sink.found);
    given
}

fn given(text: &str) -> Given {
    given_in(text, |scope| scope)
}

#[test]
fn a_field_may_be_null_unless_its_system_file_says_that_it_is_always_there() {
    for (text, nullable) in [
        ("shop.number", false),
        ("shop.state", false),
        ("shop.note", true),
        ("shop.customer", false),
        ("shop.customer.name", false),
        ("shop.customer.mail", true),
        ("shop.seller.name", true),
        ("shop.ship.day", false),
        ("shop.ship", false),
        ("shop.ship.note", true),
        ("rep.name", true),
        (".sku", false),
        (".amount", true),
        ("shop.lines[0].sku", true),
        ("settings.words", false),
        ("settings.most", true),
        ("settings.list", false),
    ] {
        assert_eq!(given(text).nullable, nullable, "{text}");
    }
}

#[test]
fn what_is_worked_out_is_null_where_its_parts_say_so() {
    for (text, nullable) in [
        ("null", true),
        ("\"a\"", false),
        ("shop.note ?? \"none\"", false),
        ("shop.note ?? shop.ship.note", true),
        ("shop.state ?? shop.note", false),
        ("shop.note ?? park \"no note\"", false),
        ("shop.total + 1", false),
        ("shop.total > 1", false),
        ("lower(shop.note)", true),
        ("lower(shop.state)", false),
        ("first(shop.lines[].sku)", true),
        ("count(shop.lines[].sku)", false),
        ("shop.lines[].sku where . != \"x\"", false),
        ("not shop.paid", false),
        ("if shop.paid then shop.state else shop.note", true),
        ("if shop.paid then shop.state else \"x\"", false),
    ] {
        assert_eq!(given(text).nullable, nullable, "{text}");
    }
    assert_eq!(given("if shop.paid then shop.total else 1").kind, Kind::Decimal);
}

#[test]
fn a_condition_says_what_is_not_null_where_it_holds() {
    for (condition, text, holds, nullable) in [
        ("shop.note != null", "shop.note", true, false),
        ("shop.note != null", "shop.note", false, true),
        ("shop.note == null", "shop.note", false, false),
        ("null != shop.note", "shop.note", true, false),
        ("not (shop.note == null)", "shop.note", true, false),
        ("shop.note == \"a\"", "shop.note", true, false),
        ("shop.note == \"a\"", "shop.note", false, true),
        ("shop.note in [\"a\", \"b\"]", "shop.note", true, false),
        ("shop.note in [\"a\", null]", "shop.note", true, true),
        ("shop.note in settings.list", "shop.note", true, false),
        ("shop.note != null and shop.total != null", "shop.total", true, false),
        ("shop.note != null and shop.total != null", "shop.total", false, true),
        ("shop.note == null or shop.total == null", "shop.total", false, false),
        ("shop.note != null or shop.total != null", "shop.total", true, true),
        ("shop.total > 3", "shop.total", true, false),
        ("shop.seller.mail != null", "shop.seller", true, false),
        ("shop.seller != null", "shop.seller.mail", true, true),
        ("rep.mail != null", "rep.mail", true, false),
        (".amount != null", ".amount", true, false),
    ] {
        let found = given_in(text, |scope| scope.where_is(&parsed(condition), holds));
        assert_eq!(found.nullable, nullable, "{text} where `{condition}` is {holds}");
    }
}

#[test]
fn and_or_and_if_narrow_what_stands_behind_them() {
    for (text, nullable) in [
        ("if shop.note != null then shop.note else \"none\"", false),
        ("if shop.note == null then \"none\" else shop.note", false),
        ("if shop.note == null then shop.note else \"none\"", true),
    ] {
        assert_eq!(given(text).nullable, nullable, "{text}");
    }
    // What is known of one element says nothing of another list's.
    let condition = parsed(".amount != null");
    let list = given_in("first(shop.lines[].amount where . != 3)", |scope| scope.where_is(&condition, true));
    assert!(list.nullable);
}
