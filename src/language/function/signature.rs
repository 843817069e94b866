//! What a function says of itself: for the checker, the reference and its own test.

use rust_decimal::Decimal;

use crate::value::{Kind, Value};

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// How often it may be given.
    pub times: Times,
    /// What is asked of a constant in its place when the rules are read; the error is a sentence.
    pub asks: Option<fn(&Value) -> Result<(), String>>,
}

impl Parameter {
    /// The same, and a constant in its place must satisfy this.
    #[must_use]
    pub fn asks(self, question: fn(&Value) -> Result<(), String>) -> Self {
        Self { asks: Some(question), ..self }
    }
}

/// How often a parameter may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Always once.
    Once,
    /// Once or not at all.
    Optional,
    /// Any number of times; the last parameter only.
    Any,
}

/// When a function gives null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// Never.
    Never,
    /// Where its first value is null.
    Passed,
    /// Where its first value is null, or a text that says so.
    OfText,
    /// Where there is nothing to give, whatever it is given.
    Own,
}

/// How what a function gives follows from what it is given, where that says more than its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It says no more.
    Declared,
    /// An element of its list, or one of its values.
    Element,
    /// A list of what is in its list.
    Same,
    /// A number that is whole where nothing but the number is given.
    Rounded,
    /// A number, whole where all of its list are.
    Sum,
    /// A text for a text, by nothing but that.
    Spelt,
    /// As much of its text as its second value says.
    Cut,
}

/// With which values a function has no answer, of kinds that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// With none.
    Never,
    /// With a text that does not spell what it gives.
    UnlessItSpells,
    /// With a text of more characters than its second value says.
    WhereLonger,
}

/// A function of the library.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name in rules.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What it takes.
    pub parameters: Vec<Parameter>,
    /// What it gives.
    pub gives: Kind,
    /// When it gives null.
    pub nulls: Nulls,
    /// What more is known of what it gives.
    pub shape: Shape,
    /// When it fails, so that a rule has to say what happens then.
    pub fails: Fails,
    /// Expressions with the value each gives; executed by a test.
    pub examples: &'static [(&'static str, &'static str)],
    /// The function itself. The error is a sentence.
    pub body: fn(&[Value]) -> Result<Value, String>,
}

impl Function {
    /// The least and the most values that it takes.
    pub fn arity(&self) -> (usize, usize) {
        let needed = self.parameters.iter().filter(|parameter| parameter.times == Times::Once).count();
        let endless = self.parameters.iter().any(|parameter| parameter.times == Times::Any);
        (needed, if endless { usize::MAX } else { self.parameters.len() })
    }

    /// The parameter at which a value stands.
    pub fn parameter(&self, at: usize) -> Option<&Parameter> {
        self.parameters.get(at).or_else(|| self.parameters.last().filter(|last| last.times == Times::Any))
    }

    /// How it is written: `round(number: decimal, decimals?: integer) -> decimal`.
    pub fn written(&self) -> String {
        let parameters = self.parameters.iter().map(|parameter| {
            let mark = match parameter.times {
                Times::Once => "",
                Times::Optional => "?",
                Times::Any => "…",
            };
            format!("{}{mark}: {}", parameter.name, parameter.kind)
        });
        format!("{}({}) -> {}", self.name, parameters.collect::<Vec<_>>().join(", "), self.gives)
    }
}

/// A parameter of this name and kind.
pub fn takes(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, times: Times::Once, asks: None }
}

/// A parameter that may be left out.
pub fn may_take(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, times: Times::Optional, asks: None }
}

/// Any number of further values.
pub fn more(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, times: Times::Any, asks: None }
}

/// The longest text that an expression makes, in bytes.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Refuses to make a text of more bytes than [`TEXT_BYTES_MAX`].
///
/// # Errors
/// Where it is longer.
pub fn bounded(bytes: usize) -> Result<(), String> {
    if bytes > TEXT_BYTES_MAX { Err(format!("the text would be longer than {TEXT_BYTES_MAX} bytes")) } else { Ok(()) }
}

/// Refuses the empty text.
///
/// # Errors
/// Where it is empty.
pub fn not_empty(value: &Value) -> Result<(), String> {
    if value.as_text() == Some("") { Err("takes a text that is not empty".to_owned()) } else { Ok(()) }
}

/// The text at a position.
///
/// # Errors
/// Where there is none.
pub fn text_at(arguments: &[Value], at: usize) -> Result<&str, String> {
    let value = argument(arguments, at);
    value.as_text().ok_or_else(|| format!("takes text and was given {}", value.kind_name()))
}

/// The list at a position; a missing one is empty.
///
/// # Errors
/// Where something else stands there.
pub fn list_at(arguments: &[Value], at: usize) -> Result<&[Value], String> {
    match argument(arguments, at) {
        Value::Null => Ok(&[]),
        Value::List(items) => Ok(items),
        other => Err(format!("takes a list and was given {}", other.kind_name())),
    }
}

/// The truths of a list at a position; what is missing is false.
///
/// # Errors
/// Where something else stands there or in the list.
pub fn truths_at(arguments: &[Value], at: usize) -> Result<Vec<bool>, String> {
    let truth = |item: &Value| match item {
        Value::Null => Ok(false),
        Value::Bool(truth) => Ok(*truth),
        other => Err(format!("takes a list of truths and found {}", other.kind_name())),
    };
    list_at(arguments, at)?.iter().map(truth).collect()
}

/// The values of the one list that is given, else the arguments themselves.
///
/// # Errors
/// Where one value is given that is no list.
pub fn several(arguments: &[Value]) -> Result<&[Value], String> {
    match arguments {
        [Value::List(items)] => Ok(items),
        [Value::Null] => Ok(&[]),
        [other] => Err(format!("takes two or more values, or one list, and was given {}", other.kind_name())),
        others => Ok(others),
    }
}

/// Applies a function of a number; null stays null.
///
/// # Errors
/// Where the argument is neither.
pub fn on_number(arguments: &[Value], apply: impl Fn(Decimal) -> Decimal) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        value => match value.as_decimal() {
            Some(number) => Ok(Value::Decimal(apply(number))),
            None => Err(format!("takes a number and was given {}", value.kind_name())),
        },
    }
}

/// The argument at a position; null where it is not given.
pub fn argument(arguments: &[Value], at: usize) -> &Value {
    const NULL: &Value = &Value::Null;
    arguments.get(at).unwrap_or(NULL)
}

/// Applies a text function; null stays null.
///
/// # Errors
/// Where the argument is neither.
pub fn on_text(arguments: &[Value], apply: impl Fn(&str) -> String) -> Result<Value, String> {
    match argument(arguments, 0) {
        Value::Null => Ok(Value::Null),
        Value::Text(text) => Ok(Value::text(apply(text))),
        other => Err(format!("takes text and was given {}", other.kind_name())),
    }
}
