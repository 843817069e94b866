//! Calls: the function exists and takes what it is given, and what it gives back.

use super::asked;
use super::given::{Given, Inference};
use super::habit;
use super::null_argument::{self, Asked};
use super::scope::Scope;
use super::{operand, result, setting};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::function::signature::{Fails, Shape};
use crate::language::function::{Function, registry};
use crate::language::resolve::Meant;
use crate::language::script::CallFault;
use crate::language::script::declaration::ScriptFunction;
use crate::language::syntax::expression::{Expression, ExpressionKind, Name};
use crate::value::{Kind, Value};

/// What a function is given, and what is known of each.
type Arguments<'a> = (&'a [Expression], &'a [Given]);

/// What a call gives, from its arguments and what they give.
pub(super) fn call(
    on: &mut Inference<'_, '_>,
    scope: &Scope,
    name: &Name,
    (arguments, given): (&[Expression], &[Given]),
) -> Given {
    if registry::ASKED.contains(&name.text.as_str()) {
        return asked::asked(on, name, (arguments, given));
    }
    if let Some(function) = registry::find(&name.text) {
        on.sink.meet(name.span, || Meant::Function(name.text.clone()));
        let told = on.sink.found.len();
        fits(on, function, name, (arguments, given));
        if on.sink.found.len() == told {
            answers(on, function, name, (arguments, given));
        }
        may_fail(on, scope, function, (name, (arguments, given)));
        may_not_do(on, scope, function, arguments);
        if on.sink.found.len() == told {
            nulls(on, scope, function, (arguments, given));
        }
        let answer = result::of_library(function, (arguments, given));
        let is_day = function.name == "date" && arguments.first().is_some_and(|first| setting::is_a_day(on, first));
        return Given { nullable: answer.nullable && !is_day, ..answer };
    }
    let script = on.names.scripts.functions().find(|function| function.name == name.text).cloned();
    let Some(script) = script else {
        let known: Vec<String> = registry::all()
            .iter()
            .map(|function| function.name.to_owned())
            .chain(registry::ASKED.map(str::to_owned))
            .chain(on.names.scripts.functions().map(|function| function.name.clone()))
            .collect();
        let message = format!("there is no function `{}`", name.text);
        on.sink.unknown("unknown-function", message, (&name.text, name.span), known.iter().map(String::as_str));
        if let (Some(advice), Some(finding)) = (habit::of_function(&name.text), on.sink.found.last_mut()) {
            finding.advise(advice);
        }
        return Given::or_null(Kind::Any);
    };
    on.sink.meet(name.span, || Meant::Function(name.text.clone()));
    let told = on.sink.found.len();
    if arguments.len() != script.parameters.len() {
        let count = counted(script.parameters.len());
        let message = format!("`{}` takes {count} and is given {}", name.text, arguments.len());
        let finding = Diagnostic::error(Code("type-arguments"), message, name.span, "here");
        on.sink.found.push(finding.label(script.span, "declared here").help(written(&script)));
    }
    let counted = on.sink.found.len() == told;
    let pairs = arguments.iter().zip(given).zip(&script.parameters).filter(|_| counted);
    for ((argument, given), (parameter, wanted)) in pairs {
        let given = &given.kind;
        if !wanted.takes(given) {
            let message = format!("`{parameter}` of `{}` is {wanted} and is given {given}", name.text);
            let finding = Diagnostic::error(Code("type-arguments"), message, argument.span, "this does not fit");
            on.sink.found.push(finding.label(script.span, "declared here").help(written(&script)));
            // Of values that changed places the first says enough.
            break;
        }
    }
    if !scope.is_guarded && on.sink.found.len() == told {
        let scripts = on.names.scripts.clone();
        let call = |values: &[Value]| scripts.call(&script.name, values);
        let parameters = script.parameters.iter().map(|(name, kind)| (name.as_str(), kind)).collect();
        let asked = Asked { name: &script.name, parameters, call: &call, declared: Some(script.span) };
        null_argument::judge(on, &asked, (arguments, given));
    }
    Given::or_null(script.gives)
}

/// A script as its header declares it.
fn written(script: &ScriptFunction) -> String {
    let parameters: Vec<String> = script.parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
    format!("it is declared as `{}({}) -> {}`", script.name, parameters.join(", "), script.gives)
}

fn counted(count: usize) -> String {
    if count == 1 { "1 value".to_owned() } else { format!("{count} values") }
}

/// The values fit the function's parameters, as far as their kinds are known.
fn fits(on: &mut Inference<'_, '_>, function: &Function, name: &Name, (arguments, given): (&[Expression], &[Given])) {
    let (least, most) = function.arity();
    if arguments.len() < least || arguments.len() > most {
        let message = format!("`{}` is given {}", name.text, counted(arguments.len()));
        let finding = Diagnostic::error(Code("type-arguments"), message, name.span, "here");
        return on.sink.found.push(finding.help(format!("it is declared as `{}`", function.written())));
    }
    for (at, (argument, kind)) in arguments.iter().zip(given.iter().map(|one| &one.kind)).enumerate() {
        let Some(parameter) = function.parameter(at) else { continue };
        if !parameter.kind.takes(kind) {
            let message = format!("`{}` takes {} and is given {kind}", name.text, parameter.kind);
            let finding = Diagnostic::error(Code("type-arguments"), message, argument.span, "this does not fit");
            on.sink.found.push(finding.help(format!("it is declared as `{}`", function.written())));
            break;
        }
        if let (Some(asks), ExpressionKind::Literal(constant)) = (parameter.asks, &argument.kind)
            && let Err(why) = asks(constant)
        {
            on.sink.error("type-arguments", format!("`{}`: {why}", name.text), argument.span, "this constant");
        }
    }
}

/// A function that has no answer for values of these kinds, whatever they are: it is asked with samples of them.
fn answers(on: &mut Inference<'_, '_>, function: &Function, name: &Name, (arguments, given): Arguments<'_>) {
    let several = function.shape == Shape::Element && given.len() > 1;
    let is_open = |kind: &Kind| matches!(kind, Kind::Any | Kind::Null | Kind::Reference(_));
    if function.fails != Fails::Never && given.iter().any(|one| operand::is_text(&one.kind))
        || !several && given.iter().any(|one| is_open(&one.kind))
    {
        return;
    }
    let known: Vec<&Kind> = given.iter().map(|one| &one.kind).filter(|kind| !is_open(kind)).collect();
    let Some(why) = null_argument::never_answered(&known, function.body) else { return };
    let constant = arguments.iter().find(|one| matches!(one.kind, ExpressionKind::Literal(_)));
    let span = constant.or(arguments.first()).map_or(name.span, |one| one.span);
    let kinds: Vec<String> = known.iter().map(ToString::to_string).collect();
    let message = format!("`{}` {why}, and is given {}", name.text, kinds.join(" and "));
    let finding = Diagnostic::error(Code("type-arguments"), message, span, "this does not fit");
    let number = known.iter().any(|kind| matches!(kind, Kind::Integer | Kind::Decimal));
    let help = if number { "give it numbers, without quotes: `0`" } else { "give it values of one kind" };
    on.sink.found.push(finding.help(format!("{help}; it is declared as `{}`", function.written())));
}

/// A function that has no answer for what it may be given, without a word on what happens then.
fn may_fail(on: &mut Inference<'_, '_>, scope: &Scope, function: &Function, (at, given): (&Name, Arguments<'_>)) {
    let (arguments, given) = given;
    let (Some(first), false) = (given.first(), scope.is_guarded) else { return };
    let mut known = arguments.iter().zip(given).map(|(argument, given)| {
        let is_constant = matches!(argument.kind, ExpressionKind::Literal(_));
        is_constant || setting::is_date(on, argument) || !operand::is_text(&given.kind) && given.kind != Kind::Any
    });
    let when = match function.fails {
        Fails::UnlessItSpells if known.any(|known| !known) => format!("where the text spells no {}", function.name),
        Fails::WhereLonger
            if first.longest.zip(result::most(arguments)).is_none_or(|(longest, most)| longest > most) =>
        {
            "where the text is longer".to_owned()
        }
        Fails::Never | Fails::UnlessItSpells | Fails::WhereLonger => return,
    };
    operand::fallible(on.sink, format!("`{}` fails {when}", function.name), at.span);
}

/// A value that is asked for more than its kind, such as a pattern, where it may be another with each record.
fn may_not_do(on: &mut Inference<'_, '_>, scope: &Scope, function: &Function, arguments: &[Expression]) {
    let is_fixed = |argument: &Expression| match &argument.kind {
        ExpressionKind::Literal(_) => true,
        ExpressionKind::Path(path) => path.head.as_ref().is_some_and(|head| head.text == "settings"),
        _ => false,
    };
    let asked = |at: usize| function.parameter(at).filter(|parameter| parameter.asks.is_some());
    let open = |(at, argument)| asked(at).filter(|_| !is_fixed(argument)).map(|parameter| (parameter, argument.span));
    if let Some((parameter, span)) = arguments.iter().enumerate().find_map(open).filter(|_| !scope.is_guarded) {
        let message = format!("`{}` fails where this is no `{}` that it can use", function.name, parameter.name);
        operand::fallible(on.sink, message, span);
    }
}

/// A value of several that may be null, where a function of the library takes none.
fn nulls(on: &mut Inference<'_, '_>, scope: &Scope, function: &Function, (arguments, given): Arguments<'_>) {
    if scope.is_guarded {
        return;
    }
    let parameters = (0..arguments.len()).filter_map(|at| function.parameter(at));
    let parameters = parameters.map(|parameter| (parameter.name, &parameter.kind)).collect();
    let call = |values: &[Value]| (function.body)(values).map_err(CallFault::Failed);
    let asked = Asked { name: function.name, parameters, call: &call, declared: None };
    null_argument::judge(on, &asked, (arguments, given));
}
