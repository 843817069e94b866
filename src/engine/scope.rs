//! Names in rules, resolved against a situation.
//!
//! What is not read yet becomes a [`Want`] and reads as null until the next round; `follow` knows where paths lead.
//! Decides nothing.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use ecow::EcoString;

use super::effect::LeftAlone;
use super::ledger::{Came, Ledger, Note};
use super::park::{Stop, TOO_MUCH_WORK, UNRELIABLE};
use super::situation::{Found, Situation, Want};
use super::spoken::Spoken;
use super::typed::{Element, Typed, in_place, whole};
use super::with_found::WithFound;
use crate::language::plan::expression::{CompiledExpression, Fault, FaultKind, Scope};
use crate::language::plan::fuel::Fuel;
use crate::language::plan::heard;
use crate::language::plan::{FieldRule, Folded, Pipeline, Plan, RuleLine, Side};
use crate::language::script::KnownCalls;
use crate::value::{Path, Segment, Value};

/// Evaluates expressions of one pipeline over one situation and gathers what is wanted.
pub struct Context<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The pair.
    pub situation: &'a Situation,
    /// What all its expressions may still cost.
    fuel: Fuel,
    /// What scripts answered in this round and those before.
    calls: Option<&'a KnownCalls>,
    /// Which rules are live under the pair's settings, once that was asked.
    folded: OnceCell<Arc<Folded>>,
    /// Whether the pipeline's own condition holds, once that was asked.
    holds: OnceCell<Result<bool, Stop>>,
    /// The line that has wait what is to be written, once that was asked.
    waits: OnceCell<Result<Option<RuleLine>, Stop>>,
    /// What is not read yet.
    wants: RefCell<BTreeSet<Want>>,
    /// The `with:` records looked for so far.
    pub(super) found: RefCell<WithFound>,
    /// Values that the rule looked at now leaves where they are.
    left_alone: RefCell<Vec<LeftAlone>>,
    /// Rule lines that spoke, and those for the rule looked at now.
    spoken: RefCell<Spoken>,
    /// Who it is about, for whoever listens.
    pub(super) pair: OnceCell<Arc<heard::Pair>>,
    /// For each side, where it is said that its account does not take the other's record, once that was asked.
    not_carried: [OnceCell<Option<&'a RuleLine>>; 2],
    /// What each rule came to, where somebody asks.
    ledger: Option<Ledger>,
}

impl<'a> Context<'a> {
    /// A context; the `with:` records are looked for when a rule asks for them.
    pub fn new(plan: &'a Plan, pipeline: &'a Pipeline, situation: &'a Situation) -> Self {
        Self {
            plan,
            pipeline,
            situation,
            fuel: Fuel::default(),
            calls: None,
            folded: OnceCell::new(),
            holds: OnceCell::new(),
            waits: OnceCell::new(),
            wants: RefCell::default(),
            found: RefCell::default(),
            left_alone: RefCell::default(),
            spoken: RefCell::default(),
            pair: OnceCell::new(),
            not_carried: Default::default(),
            ledger: None,
        }
    }

    /// The same, which asks no script what was answered before, and no setting what is known of it.
    #[must_use]
    pub(super) fn knowing(self, calls: &'a KnownCalls, folded: Option<Arc<Folded>>) -> Self {
        Self { calls: Some(calls), folded: folded.map_or_else(OnceCell::new, OnceCell::from), ..self }
    }

    /// The same, with a note of what each rule came to.
    #[must_use]
    pub(super) fn with_ledger(self) -> Self {
        Self { ledger: Some(Ledger::default()), ..self }
    }

    /// What was noted.
    pub(super) fn into_notes(self) -> Vec<Note> {
        self.ledger.map(Ledger::into_notes).unwrap_or_default()
    }

    /// Notes what a rule came to, where somebody asks.
    pub(super) fn came(&self, line: &RuleLine, target: Option<Side>, came: impl FnOnce(&Ledger) -> Came) {
        if let Some(ledger) = &self.ledger {
            ledger.note(line, target, came(ledger));
        }
    }

    /// Whether a condition of a rule holds; what it read is noted, where somebody asks.
    ///
    /// # Errors
    /// As [`Context::evaluate`].
    pub(super) fn condition(
        &self,
        condition: &CompiledExpression,
        element: Option<&Element<'_>>,
        line: &RuleLine,
    ) -> Result<bool, Stop> {
        self.asked(false, || self.evaluate(condition, element, line).map(|held| held == Value::Bool(true)))
    }

    /// Whether the pipeline's own condition holds; that it does not is noted, where somebody asks.
    ///
    /// # Errors
    /// As [`Context::holds`].
    pub(super) fn pipeline_holds(&self) -> Result<bool, Stop> {
        let held = self.holds()?;
        if let Some(ledger) = self.ledger.as_ref().filter(|_| !held) {
            ledger.pipeline_unmet();
        }
        Ok(held)
    }

    /// What is read by a look-up is none of what a condition reads.
    pub(super) fn unheard<T>(&self, look: impl FnOnce() -> T) -> T {
        let before = self.ledger.as_ref().map(Ledger::begin);
        let found = look();
        if let (Some(ledger), Some(before)) = (&self.ledger, before) {
            ledger.end(before);
        }
        found
    }

    fn asked<T>(&self, of_pipeline: bool, ask: impl FnOnce() -> T) -> T {
        let Some(ledger) = &self.ledger else { return ask() };
        let before = ledger.begin();
        let answer = ask();
        ledger.asked(of_pipeline, ledger.end(before));
        answer
    }

    /// Which rules are live under the pair's settings.
    pub(super) fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Arc::new(Folded::of(self.pipeline, &self.situation.settings)))
    }

    /// Reads not answered yet.
    pub fn wanted(&self) -> Vec<Want> {
        self.wants.borrow().iter().cloned().collect()
    }

    /// Whether nothing is missing so far.
    pub fn complete(&self) -> bool {
        self.wants.borrow().is_empty()
    }

    /// Notes that a line had a part in the decision.
    pub fn spoke(&self, line: &RuleLine) {
        heard::line(|| self.part(line));
        self.spoken.borrow_mut().note(line);
    }

    /// How many lines spoke, all told and for the rule looked at now.
    pub(super) fn said(&self) -> (usize, usize) {
        self.spoken.borrow().counts()
    }

    /// The lines that spoke, in order.
    pub fn lines(&self) -> Vec<RuleLine> {
        self.spoken.borrow().all()
    }

    /// Notes that a value of a rule goes nowhere, and why.
    pub fn leave_alone(&self, rule: &FieldRule, side: Side, value: &Value, (because, line): (&str, &RuleLine)) {
        let (group, value) = (rule.group.clone(), value.clone());
        let left = LeftAlone { group, side, value, because: because.to_owned(), line: line.clone() };
        self.left_alone.borrow_mut().push(left);
    }

    /// The values that were left alone since this was last asked.
    pub fn left_alone(&self) -> Vec<LeftAlone> {
        self.left_alone.take()
    }

    /// From here on, lines that speak are counted anew for [`Context::recent`].
    pub fn begin(&self) {
        self.spoken.borrow_mut().begin();
    }

    /// The lines that spoke since [`Context::begin`], first come first.
    pub fn recent(&self) -> Vec<RuleLine> {
        self.spoken.borrow().recent().to_vec()
    }

    /// The answer to a want, or null and the want noted.
    pub fn ask(&self, want: Want) -> Option<&Found> {
        let found = self.situation.reads.get(&want);
        if found.is_none() {
            self.wants.borrow_mut().insert(want);
        }
        found
    }

    /// Evaluates, inside a list with its element.
    ///
    /// # Errors
    /// [`Stop`] at the rule's line where the expression fails or parks.
    pub fn evaluate(
        &self,
        expression: &CompiledExpression,
        element: Option<&Element<'_>>,
        line: &RuleLine,
    ) -> Result<Value, Stop> {
        let scope = Within { context: self, element };
        let speaking = self.speaks(line);
        let value = expression.evaluate(&scope).inspect_err(|_| heard::stopped());
        drop(speaking);
        if let Some(stop) = self.found.borrow_mut().failed.take() {
            return Err(stop);
        }
        if let Some(stop) = self.unreliable(line) {
            return Err(stop);
        }
        value.map_err(|fault| Stop { candidates: self.near_misses(expression), ..stop_of(&fault, line) })
    }

    /// Why what was read since this was last asked cannot be relied on, if so. `??` must not make a value of that.
    pub(super) fn unreliable(&self, line: &RuleLine) -> Option<Stop> {
        let (code, message) = self.found.borrow_mut().lacks.take()?;
        Some(Stop::new(code, UNRELIABLE, message, line))
    }

    /// The pair's account of a system; else the system's first.
    pub(super) fn account_for(&self, system: &str) -> String {
        for side in [Side::Left, Side::Right] {
            if self.pipeline.record(side).system == system {
                return self.situation.account(side).to_owned();
            }
        }
        self.plan.accounts_of(system).next().map(|account| account.name.clone()).unwrap_or_default()
    }

    /// The record of a side.
    pub fn root(&self, side: Side) -> Typed {
        self.typed(side, self.situation.record(side).cloned().unwrap_or_default())
    }

    /// A record as it would be on a side.
    pub fn typed(&self, side: Side, value: Value) -> Typed {
        Typed {
            value,
            at: Some((Arc::clone(self.pipeline.record(side)), whole())),
            account: self.situation.account(side).into(),
        }
    }

    /// Whether a condition of a system file holds of a record, by its own fields and what they refer to.
    pub fn holds_of(&self, condition: &CompiledExpression, record: &Typed) -> bool {
        condition.evaluate(&Own { context: self, record }) == Ok(Value::Bool(true))
    }

    /// Whether a value may flow to `target` by a rule, under ownership and what the account carries.
    pub fn flows(&self, rule: &FieldRule, target: Side) -> bool {
        self.folded().flows(rule, target) && self.not_carried(target).is_none()
    }

    /// Where it is said that the account of `target` does not take the other side's record; `None`: it takes it.
    pub fn not_carried(&self, target: Side) -> Option<&'a RuleLine> {
        let [left, right] = &self.not_carried;
        let known = if target == Side::Left { left } else { right };
        *known.get_or_init(|| self.carries_not(target))
    }

    fn carries_not(&self, target: Side) -> Option<&'a RuleLine> {
        let carries = self.plan.accounts.get(self.situation.account(target))?.carries.as_ref()?;
        let kind = self.pipeline.record(target.other());
        let record = self.situation.record(target.other())?;
        if carries.system != kind.system || carries.record != kind.name {
            return None;
        }
        // A record of which it cannot be told is none that is asked for.
        let taken = carries.takes(record, &self.situation.settings).unwrap_or(false);
        (!taken).then_some(&carries.line)
    }

    /// Asks for what must be there before a side is written to.
    ///
    /// # Errors
    /// [`Stop`] where it cannot be told.
    pub fn needs(&self, side: Side) -> Result<(), Stop> {
        match self.pipeline.needs.get(&self.pipeline.record(side).system) {
            Some((needed, line)) => self.evaluate(needed, None, line).map(drop),
            None => Ok(()),
        }
    }

    /// Whether the pipeline's own condition holds.
    ///
    /// # Errors
    /// [`Stop`] where it fails.
    pub fn holds(&self) -> Result<bool, Stop> {
        let Some((condition, line)) = &self.pipeline.when else { return Ok(true) };
        heard::uses(line);
        let asked = || self.evaluate(condition, None, line).map(|held| held == Value::Bool(true));
        self.holds.get_or_init(|| self.asked(true, asked)).clone()
    }

    /// The line that has wait what is to be written, where its condition holds.
    ///
    /// # Errors
    /// [`Stop`] where it fails.
    pub fn waits(&self) -> Result<Option<RuleLine>, Stop> {
        let Some((condition, line)) = &self.pipeline.hold else { return Ok(None) };
        heard::uses(line);
        let asked = || Ok((self.evaluate(condition, None, line)? == Value::Bool(true)).then(|| line.clone()));
        self.waits.get_or_init(asked).clone()
    }

    /// Whether a field of a side is one that the rules leave alone once the record exists.
    ///
    /// # Errors
    /// [`Stop`] where it cannot be told.
    pub fn untouched(&self, side: Side, path: &Path) -> Result<bool, Stop> {
        let Some(Segment::Field(name)) = path.0.first() else { return Ok(false) };
        for (_, fields, line) in self.pipeline.untouched.iter().filter(|(known, ..)| *known == side) {
            let fields = self.evaluate(fields, None, line)?;
            if fields.as_list().unwrap_or_default().iter().any(|field| field.as_text() == Some(name)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What a name at the head of a path stands for.
    fn head(&self, name: &str) -> Option<Typed> {
        for side in [Side::Left, Side::Right] {
            if self.pipeline.record(side).system == name {
                return Some(self.root(side));
            }
        }
        if name == "settings" {
            return Some(Typed { value: self.situation.settings.clone(), at: None, account: EcoString::new() });
        }
        self.with(name)
    }
}

fn stop_of(fault: &Fault, line: &RuleLine) -> Stop {
    match &fault.kind {
        FaultKind::Park(text) => Stop::new("parked-by-rule", text.clone(), text.clone(), line),
        FaultKind::Exhausted(text) => Stop::new(TOO_MUCH_WORK, "a rule is too much work", text.clone(), line),
        FaultKind::Failed(text) => Stop::new("rule-failed", "a rule could not be worked out", text.clone(), line),
    }
}

/// Bare names are the fields of one record.
struct Own<'a, 'b> {
    context: &'a Context<'b>,
    record: &'a Typed,
}

impl Scope for Own<'_, '_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        let own = head.map(|name| Segment::Field(name.into()));
        let segments: Vec<Segment> = own.into_iter().chain(segments.iter().cloned()).collect();
        Some(self.context.follow(self.record, &segments).value)
    }

    fn fuel(&self) -> Option<&Fuel> {
        Some(&self.context.fuel)
    }

    fn known_calls(&self) -> Option<&KnownCalls> {
        self.context.calls
    }
}

/// Names in rules; inside a list with its element.
struct Within<'a, 'b> {
    context: &'a Context<'b>,
    element: Option<&'a Element<'a>>,
}

impl Within<'_, '_> {
    fn found(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        let element = match head {
            None => Some(self.element?.typed),
            Some(name) => self.element.and_then(|element| element.named(name)),
        };
        if let Some(typed) = element {
            let kind = typed.at.as_ref().map(|(kind, at)| (kind.as_ref(), at.0.as_slice()));
            return Some(match in_place(&typed.value, kind, segments) {
                Some(value) => value,
                None => self.context.follow(typed, segments).value,
            });
        }
        let name = head?;
        let (situation, pipeline) = (self.context.situation, self.context.pipeline);
        let side = [Side::Left, Side::Right].into_iter().find(|side| pipeline.record(*side).system == name);
        if let Some(side) = side {
            let record = situation.record(side).unwrap_or(&Value::Null);
            if let Some(value) = in_place(record, Some((pipeline.record(side), &[])), segments) {
                return Some(value);
            }
        }
        Some(self.context.follow(&self.context.head(name)?, segments).value)
    }
}

impl Scope for Within<'_, '_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        let found = self.found(head, segments);
        if let (Some(ledger), Some(value)) = (&self.context.ledger, &found) {
            ledger.read(|| written(head, segments), value);
        }
        found
    }

    fn fuel(&self) -> Option<&Fuel> {
        Some(&self.context.fuel)
    }

    fn known_calls(&self) -> Option<&KnownCalls> {
        self.context.calls
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        self.context.answered(name, arguments, self.element.map(|element| element.typed))
    }
}

/// A path as a rule's author writes it.
fn written(head: Option<&str>, segments: &[Segment]) -> String {
    let path = Path(segments.to_vec()).to_string();
    match head {
        Some(head) if path.is_empty() => head.to_owned(),
        Some(head) => format!("{head}{}{path}", if path.starts_with('[') { "" } else { "." }),
        None => format!(".{path}"),
    }
}
