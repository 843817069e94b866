//! What a function reads of a record that it is given, so that only that is made ready for it.
//!
//! Told from the text alone: fields by name, elements of lists in `for`, and what functions of the same script that are
//! given a part read of it. Whatever is used in any other way is read whole. Makes and calls nothing.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTNode, Dynamic, Expr, FnCallExpr, Identifier, Map, Stmt};

use super::convert::to_dynamic;
use crate::value::Value;

/// Functions followed into one another; one that asks for more is given all whole.
const CALLS_MAX: usize = 16;

/// Parts told apart of what one parameter is; where there are more, it is read whole.
const PARTS_MAX: usize = 500;

/// What is asked of a list itself, whatever it holds.
const OF_LISTS: [&str; 2] = ["len", "is_empty"];

/// What is read of a value. Whether it is there, and what a text or a number is, can be seen in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads {
    whole: bool,
    fields: BTreeMap<Identifier, Reads>,
    elements: Option<Box<Reads>>,
}

/// A step from a value to a part of it.
#[derive(Clone, Debug)]
enum Part {
    Field(Identifier),
    Element,
}

impl Reads {
    fn whole() -> Self {
        Self { whole: true, ..Self::default() }
    }

    fn note(&mut self, parts: &[Part], read: &Self) {
        match parts.split_first() {
            None => self.join(read),
            Some((Part::Field(name), rest)) => self.fields.entry(name.clone()).or_default().note(rest, read),
            Some((Part::Element, rest)) => self.elements.get_or_insert_default().note(rest, read),
        }
    }

    fn join(&mut self, other: &Self) {
        self.whole |= other.whole;
        for (name, read) in &other.fields {
            self.fields.entry(name.clone()).or_default().join(read);
        }
        if let Some(read) = &other.elements {
            self.elements.get_or_insert_default().join(read);
        }
    }

    /// How many parts are told apart.
    fn parts(&self) -> usize {
        let parts = self.fields.values().chain(self.elements.as_deref());
        parts.fold(1, |sum, part| part.parts().saturating_add(sum))
    }

    /// A value as the script sees it, with what it reads of it.
    pub(super) fn of(&self, value: &Value) -> Dynamic {
        match value {
            Value::Record(fields) if !self.whole => {
                let read = self.fields.iter().filter_map(|(name, read)| Some((name, read, fields.get(name)?)));
                Dynamic::from_map(read.map(|(name, read, value)| (name.clone(), read.of(value))).collect::<Map>())
            }
            Value::List(items) if !self.whole && self.fields.keys().all(|name| OF_LISTS.contains(&name.as_str())) => {
                let nothing = Self::default();
                let read = self.elements.as_deref().unwrap_or(&nothing);
                items.iter().map(|item| read.of(item)).collect::<Vec<_>>().into()
            }
            _ => to_dynamic(value),
        }
    }
}

/// What each function reads of each of its parameters, by its name and how many it has.
pub(super) type Known = BTreeMap<(String, usize), Vec<Reads>>;

/// What the functions of a script read.
pub(super) fn of(ast: &AST) -> Known {
    let own = ast.iter_functions().map(|one| ((one.name.to_owned(), one.params.len()), one.params));
    let functions: Vec<_> = own.collect();
    let each = |read: &dyn Fn(&str, &[&str]) -> Vec<Reads>| -> Known {
        functions.iter().map(|(key, parameters)| (key.clone(), read(&key.0, parameters))).collect()
    };
    let mut endless = BTreeSet::new();
    loop {
        let mut known = each(&|_, parameters| vec![Reads::default(); parameters.len()]);
        let mut growing = BTreeSet::new();
        for _ in 0..CALLS_MAX {
            let next = each(&|name, parameters| {
                if endless.contains(&(name.to_owned(), parameters.len())) {
                    vec![Reads::whole(); parameters.len()]
                } else {
                    looked_through(ast, (name, parameters), &known)
                }
            });
            growing =
                next.iter().filter(|(key, read)| known.get(*key) != Some(*read)).map(|(key, _)| key.clone()).collect();
            known = next;
            if growing.is_empty() {
                return known;
            }
        }
        endless.append(&mut growing);
    }
}

fn looked_through(ast: &AST, (name, parameters): (&str, &[&str]), known: &Known) -> Vec<Reads> {
    let mut function = Function { known, parameters, reads: vec![Reads::default(); parameters.len()] };
    let own = ast.clone_functions_only_filtered(|_, _, is_script, one, count| {
        is_script && one == name && count == parameters.len()
    });
    if !own.walk(&mut |path: &[ASTNode]| function.look(path)) {
        return vec![Reads::whole(); parameters.len()];
    }
    let bounded = |read: Reads| if read.parts() > PARTS_MAX { Reads::whole() } else { read };
    function.reads.into_iter().map(bounded).collect()
}

/// A function, as far as it was looked through.
struct Function<'a> {
    known: &'a Known,
    parameters: &'a [&'a str],
    reads: Vec<Reads>,
}

impl Function<'_> {
    /// Looks at the last node of a path; false where what is read cannot be told by names.
    fn look(&mut self, path: &[ASTNode<'_>]) -> bool {
        match path {
            // What a function of a function sees is not followed.
            [.., ASTNode::Stmt(Stmt::Share(..))] => false,
            [.., ASTNode::Stmt(Stmt::FnCall(call, _)) | ASTNode::Expr(Expr::FnCall(call, _))] => {
                !call.capture_parent_scope
            }
            [before @ .., ASTNode::Expr(own @ Expr::Variable(variable, ..))] => {
                if let Some((parameter, parts)) = self.origin(&variable.1, before) {
                    self.used(parameter, parts, (own, before));
                }
                true
            }
            _ => true,
        }
    }

    /// The parameter that a variable is a part of, and which part.
    fn origin(&self, variable: &str, path: &[ASTNode<'_>]) -> Option<(usize, Vec<Part>)> {
        for (at, node) in path.iter().enumerate().rev() {
            let (ASTNode::Stmt(Stmt::For(held, _)), Some(ASTNode::Stmt(_))) = (node, path.get(at + 1)) else {
                continue;
            };
            if held.0.name != variable {
                continue;
            }
            let (root, names) = chain(&held.2.expr)?;
            let (parameter, mut parts) = self.origin(root, path.get(..=at)?)?;
            parts.extend(names.into_iter().map(Part::Field));
            parts.push(Part::Element);
            return Some((parameter, parts));
        }
        Some((self.parameters.iter().position(|known| *known == variable)?, Vec::new()))
    }

    /// Notes what a use of a part reads of it.
    fn used(&mut self, parameter: usize, mut parts: Vec<Part>, (own, path): (&Expr, &[ASTNode<'_>])) {
        let (mut own, mut path, mut plain) = (own, path, true);
        if let [before @ .., ASTNode::Expr(dot @ Expr::Dot(both, ..))] = path
            && std::ptr::eq(&raw const both.lhs, own)
        {
            plain = names(&both.rhs, &mut parts);
            (own, path) = (dot, before);
        }
        let read = if plain { self.read_by(own, path) } else { Reads::whole() };
        if let Some(known) = self.reads.get_mut(parameter) {
            known.note(&parts, &read);
        }
    }

    /// What is read of the value of an expression by where it stands.
    fn read_by(&self, own: &Expr, path: &[ASTNode<'_>]) -> Reads {
        match path.last() {
            // The elements are read by what stands in the loop.
            Some(ASTNode::Stmt(Stmt::For(held, _))) if std::ptr::eq(&raw const held.2.expr, own) => Reads::default(),
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => {
                self.read_in(call, own)
            }
            _ => Reads::whole(),
        }
    }

    fn read_in(&self, call: &FnCallExpr, own: &Expr) -> Reads {
        let is_own = |argument: &Expr| std::ptr::eq(argument, own);
        if ["==", "!="].contains(&call.name.as_str()) {
            let is_told = call.args.iter().filter(|argument| !is_own(argument)).all(|one| matches!(one, Expr::Unit(_)));
            return if is_told { Reads::default() } else { Reads::whole() };
        }
        let called = self.known.get(&(call.name.to_string(), call.args.len()));
        let place = call.args.iter().position(is_own);
        called.zip(place).and_then(|(read, at)| read.get(at)).cloned().unwrap_or_else(Reads::whole)
    }
}

/// The variable that a chain of names begins with, and the names.
fn chain(expression: &Expr) -> Option<(&str, Vec<Identifier>)> {
    let (variable, parts) = match expression {
        Expr::Variable(variable, ..) => (variable, Vec::new()),
        Expr::Dot(both, ..) => {
            let Expr::Variable(variable, ..) = &both.lhs else { return None };
            let mut parts = Vec::new();
            if !names(&both.rhs, &mut parts) {
                return None;
            }
            (variable, parts)
        }
        _ => return None,
    };
    let names = parts.into_iter().filter_map(|part| if let Part::Field(name) = part { Some(name) } else { None });
    Some((&variable.1, names.collect()))
}

/// The names of a chain behind its first dot; false where something else follows on the way.
fn names(rest: &Expr, parts: &mut Vec<Part>) -> bool {
    let mut field = |name: &str| parts.push(Part::Field(name.into()));
    match rest {
        Expr::Property(property, _) => {
            field(&property.2);
            true
        }
        Expr::Dot(both, ..) | Expr::Index(both, ..) => {
            let Expr::Property(property, _) = &both.lhs else { return false };
            field(&property.2);
            matches!(rest, Expr::Dot(..)) && names(&both.rhs, parts)
        }
        _ => false,
    }
}
