//! Statuses that are kept from following by something else than a condition of the rule: an account that takes a record
//! only in some states, a choice inside the expression, a setting that names the field.

use crate::diagnostic::{Diagnostic, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::account::Setting;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side, States};
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::{Path, Segment, Value};

/// A rule that carries a status towards a side.
struct Carrying<'a> {
    pipeline: &'a Pipeline,
    rule: &'a FieldRule,
    target: Side,
}

pub(super) fn check(lint: &Lint, view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        for target in Side::BOTH {
            let carries = |rule: &&FieldRule| is_state(pipeline, rule, target) && view.may_flow(pipeline, rule, target);
            let Some(rule) = pipeline.rules.iter().find(|rule| !rule.on_create && carries(rule)) else { continue };
            found.extend(out_of_scope(lint, view, &Carrying { pipeline, rule, target }));
            found.extend(left_alone_by_setting(lint, view, &Carrying { pipeline, rule, target }));
            for rule in pipeline.rules.iter().filter(|rule| !rule.on_create && carries(rule)) {
                found.extend(chosen(lint, &Carrying { pipeline, rule, target }));
            }
        }
    }
    found
}

fn is_state(pipeline: &Pipeline, rule: &FieldRule, target: Side) -> bool {
    let states = pipeline.record(target).states.as_ref();
    states.zip(rule.path(target)).is_some_and(|(states, path)| *path == Path::field(states.field.as_str()))
}

impl<'a> Carrying<'a> {
    /// The states that it is told of.
    fn source(&self) -> Option<&'a States> {
        self.pipeline.record(self.target.other()).states.as_ref()
    }

    /// Whether a path reads them. `steps`: those behind the record's own.
    fn is_read(&self, path: &PathExpression, steps: usize) -> bool {
        let own = self.pipeline.record(self.target.other());
        let head = path.head.as_ref().is_some_and(|head| head.text == own.system);
        let field = self.source().map(|states| Segment::Field(states.field.as_str().into()));
        head && field.is_some() && path.segments.get(steps) == field.as_ref()
    }
}

/// An account that takes records only in some states: one that leaves them is followed no more.
fn out_of_scope(lint: &Lint, view: &View<'_>, on: &Carrying<'_>) -> Option<Diagnostic> {
    let (from, to) = (on.pipeline.record(on.target.other()), on.pipeline.record(on.target));
    let mut accounts = view.rules.accounts.values().filter(|account| account.system == to.system);
    accounts.find_map(|account| {
        let carries = account.carries.as_ref()?;
        if (carries.system.as_str(), carries.record.as_str()) != (&*from.system, &*from.name) {
            return None;
        }
        let part = part_of(carries.condition.tree(), &|path| on.is_read(path, 1))?;
        let message = format!(
            "`{}` takes no more of an {} whose state is another, and nobody is told of its status",
            account.name, from.name
        );
        let finding = lint.found(message, part, "no longer so when the state moves on");
        let finding = finding.label(on.rule.span, "carries the status");
        Some(finding.help("let `carries` ask what does not change, and say in rows which states are carried"))
    })
}

/// `if shop.urgent then shop.state else "New"`: where the other is chosen the state is not heard.
fn chosen(lint: &Lint, on: &Carrying<'_>) -> Option<Diagnostic> {
    let RuleBody::Value { left, right, .. } = &on.rule.body else { return None };
    let source = if on.target == Side::Right { left } else { right };
    let reads = |tree: &Expression| part_of(tree, &|path| on.is_read(path, 0)).is_some();
    let mut found = None;
    source.tree().visit(&mut |part| {
        let ExpressionKind::Choice(parts) = &part.kind else { return };
        let [decides, yes, no] = parts.as_ref();
        let is_switch =
            part_of(decides, &|path| path.head.as_ref().is_none_or(|head| head.text != "settings")).is_none();
        let parks = [yes, no].into_iter().any(|one| matches!(one.kind, ExpressionKind::Park(_)));
        if !is_switch && !parks && !reads(decides) && reads(yes) != reads(no) {
            found = found.or(Some(decides.span));
        }
    });
    let kind = on.pipeline.record(on.target);
    let at = found.filter(|_| on.rule.because.is_none())?;
    let message = format!("the state of `{}.{}` is kept from following, and nobody is told", kind.system, kind.name);
    let finding = lint.found(message, at, "where another value is chosen");
    let help = "carry the state itself and say in rows what is left alone, or end the rule with `because …`";
    Some(finding.help(help))
}

/// `untouched: settings.skip`, where the setting names the state.
fn left_alone_by_setting(lint: &Lint, view: &View<'_>, on: &Carrying<'_>) -> Option<Diagnostic> {
    let kind = on.pipeline.record(on.target);
    let states = kind.states.as_ref()?;
    on.pipeline.untouched.iter().filter(|(side, ..)| *side == on.target).find_map(|(_, fields, _)| {
        let ExpressionKind::Path(path) = &fields.tree().kind else { return None };
        let name = Path(path.segments.clone()).to_string();
        path.head.as_ref().filter(|head| head.text == "settings")?;
        let held = view.rules.settings.get(&name)?;
        names(held, &states.field).then(|| {
            let message = format!("the state of `{}.{}` never follows, and nobody is told", kind.system, kind.name);
            let at = format!("`settings.{name}` names `{}`", states.field);
            let finding = lint.found(message, fields.tree().span, at).label(on.rule.span, "carries the status");
            finding.help(format!("take `{}` out of the setting, or write `on create` behind the rule", states.field))
        })
    })
}

fn names(setting: &Setting, field: &str) -> bool {
    let is_it = |value: &Value| value.as_text() == Some(field);
    match setting {
        Setting::Value(Value::List(items)) => items.iter().any(is_it),
        Setting::Value(value) => is_it(value),
        Setting::List(items) => items.iter().any(|one| names(one, field)),
        Setting::Env { default, .. } => default.as_deref() == Some(field),
    }
}

/// The first path of a tree that is as asked.
fn part_of(tree: &Expression, is_it: &dyn Fn(&PathExpression) -> bool) -> Option<Span> {
    let mut found = None;
    tree.visit(&mut |part| {
        if let ExpressionKind::Path(path) = &part.kind
            && is_it(path)
        {
            found = found.or(Some(part.span));
        }
    });
    found
}
