//! The kind of an expression: part by part, each from the kinds of what stands in it.

use super::given::{Given, Inference, Part};
use super::scope::Scope;
use super::{binary, call, element, literal, mixed, operand, path};
use crate::diagnostic::{Span, suggest};
use crate::language::resolve::{Names, Sink};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, Step};
use crate::value::{Kind, Segment, Value};

/// What an expression gives in a scope. What can never be right in it goes to the sink.
pub fn kind_of(at: &Expression, scope: &Scope, names: &Names<'_>, sink: &mut Sink) -> Given {
    infer(&mut Inference { names, sink }, scope, at)
}

fn infer(on: &mut Inference<'_, '_>, scope: &Scope, at: &Expression) -> Given {
    match &at.kind {
        ExpressionKind::Literal(value) => {
            let kind = literal::literal(value);
            Given { nullable: kind == Kind::Null, ..Given::constant(value, kind) }
        }
        ExpressionKind::List(items) => list(on, scope, items),
        ExpressionKind::Path(path) => path::path(on, scope, path, at.span),
        ExpressionKind::Steps(base, steps) => {
            infer(on, scope, base);
            behind(on, scope, (base, steps))
        }
        ExpressionKind::Call(name, arguments) => {
            let given: Vec<Given> = arguments.iter().map(|argument| infer(on, scope, argument)).collect();
            call::call(on, scope, name, (arguments, &given))
        }
        ExpressionKind::Binary(operator, left, right) => {
            let told = on.sink.found.len();
            let first = match operator {
                Operator::Else => infer(on, &scope.guarded(), left),
                _ => infer(on, scope, left),
            };
            // What one side does not understand is not asked of the other: whether something may be null.
            let misread = on.sink.found.len() > told;
            let second = match operator {
                Operator::And | Operator::Or if misread => infer(on, &scope.guarded(), right),
                Operator::And => infer(on, &scope.where_is(left, true), right),
                Operator::Or => infer(on, &scope.where_is(left, false), right),
                _ => infer(on, scope, right),
            };
            let operands: [Part<'_>; 2] = [(left, &first), (right, &second)];
            let given = binary::binary(on, scope, *operator, operands);
            if matches!(operator, Operator::Equal | Operator::NotEqual) && on.sink.found.len() == told {
                stood_in(on, scope, [left, right]);
                stood_in(on, scope, [right, left]);
            }
            if operator.is_order() && on.sink.found.len() == told {
                mixed::ordered(on.sink, operands);
            }
            // What is not understood is not asked whether it may be null.
            if on.sink.found.len() == told {
                binary::nulls(on, scope, *operator, operands);
            }
            given
        }
        ExpressionKind::Not(inner) => {
            condition(on, scope, inner);
            Given::always(Kind::Bool)
        }
        ExpressionKind::Negate(inner) => {
            let given = infer(on, scope, inner);
            let operands = [(&Kind::Integer, inner.span), (&given.kind, inner.span)];
            Given { kind: operand::binary(on.sink, Operator::Subtract, operands), refers: None, ..given }
        }
        ExpressionKind::Choice(parts) => {
            let [decides, yes, no] = parts.as_ref();
            condition(on, scope, decides);
            let at = no.span;
            let yes = infer(on, &scope.where_is(decides, true), yes);
            let no = infer(on, &scope.where_is(decides, false), no);
            mixed::chosen(on.sink, [(&yes, at), (&no, at)]);
            Given::either(operand::either(&yes.kind, &no.kind), &yes, &no)
        }
        ExpressionKind::Filter(list, decides) => filtered(on, scope, (list, decides)),
        // It gives no value, so it changes no kind.
        ExpressionKind::Park(_) => Given::always(Kind::Null),
    }
}

/// What steps behind a choice from a list give: as behind the list itself, which is there.
fn behind(on: &mut Inference<'_, '_>, scope: &Scope, (base, steps): (&Expression, &[Step])) -> Given {
    let ExpressionKind::Filter(list, _) = &base.kind else { return Given::or_null(Kind::Any) };
    let ExpressionKind::Path(path) = &list.kind else { return Given::or_null(Kind::Any) };
    let mut whole = path.clone();
    // Elements of what `[]` lists already are spread by the step behind.
    if whole.segments.last() == Some(&Segment::Each) {
        whole.segments.pop();
        whole.steps.pop();
    }
    whole.segments.extend(steps.iter().map(|step| step.segment.clone()));
    whole.steps.extend(steps.iter().cloned());
    let is_listed = steps.first().is_some_and(|step| step.segment == Segment::Each);
    let given = path::path(on, &scope.guarded(), &whole, base.span);
    Given { nullable: given.nullable && !is_listed, ..given }
}

fn list(on: &mut Inference<'_, '_>, scope: &Scope, items: &[Expression]) -> Given {
    let kinds: Vec<(Kind, Span)> = items.iter().map(|item| (infer(on, scope, item).kind, item.span)).collect();
    mixed::listed(on.sink, &kinds);
    let kind = kinds.into_iter().map(|(kind, _)| kind).reduce(|one, other| operand::either(&one, &other));
    Given::always(Kind::List(Box::new(kind.unwrap_or(Kind::Any))))
}

/// `(state ?? "Creatd") == "Created"`: what stands in for one of some texts, and is nearly one of them. Any other word
/// may be meant to be none.
fn stood_in(on: &mut Inference<'_, '_>, scope: &Scope, [one, other]: [&Expression; 2]) {
    let ExpressionKind::Binary(Operator::Else, value, instead) = &one.kind else { return };
    let (ExpressionKind::Literal(Value::Text(text)), ExpressionKind::Literal(compared)) = (&instead.kind, &other.kind)
    else {
        return;
    };
    let mut aside = Sink::default();
    let Kind::Enum(values) = kind_of(value, &scope.guarded(), on.names, &mut aside).kind else { return };
    let is_near = !suggest::nearest(text, values.iter().map(String::as_str)).is_empty();
    if is_near && compared.as_text() != Some(text) {
        binary::member(on, &Kind::Enum(values), instead);
    }
}

fn condition(on: &mut Inference<'_, '_>, scope: &Scope, decides: &Expression) {
    let given = infer(on, scope, decides);
    operand::condition(on.sink, (&given.kind, decides.span), "decides nothing here");
}

/// Of no list nothing is chosen, which is an empty list.
fn filtered(on: &mut Inference<'_, '_>, scope: &Scope, (list, decides): (&Expression, &Expression)) -> Given {
    let kind = infer(on, scope, list).kind;
    if !Kind::List(Box::new(Kind::Any)).takes(&kind) {
        let message = format!("`where` chooses from a list, and this is {kind}");
        on.sink.error("type-mismatch", message, list.span, "no list");
    }
    condition(on, &scope.over(element::element_of(scope, list)), decides);
    Given::always(kind)
}
