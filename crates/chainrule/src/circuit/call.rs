//! How a formula calls a gate or a composed function: one signature and one function from arguments to a wire.

use super::{Doc, Fault, Wire, record::mistake};
use crate::base::DType;

/// What a formula can pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// A value.
    Wire(Wire),
    /// A literal number.
    Number(f64),
    /// A list of whole numbers, as shapes and axes are.
    Ints(Vec<i64>),
    /// Several values, for `concat([a, b])`.
    Wires(Vec<Wire>),
    /// A word or a quoted text.
    Text(String),
    /// `true` or `false`.
    Flag(bool),
}

/// How a formula calls something.
#[derive(Clone, Copy)]
pub struct Call {
    /// Names of the parameters in order, `=` before a default: `x, axis=none, keep=false`. One without a default must be given.
    pub signature: &'static str,
    /// Records it.
    pub build: fn(&Args<'_>) -> Wire,
}

/// A function composed of gates: no room, but a name, a document and a way to call it.
pub struct FunctionDef {
    /// Its name in formulas.
    pub name: &'static str,
    /// For people.
    pub doc: Doc,
    /// How a formula calls it.
    pub call: Call,
}

impl Call {
    /// The parameters: name and default.
    pub fn parameters(&self) -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
        let parts = self.signature.split(',').map(str::trim).filter(|p| !p.is_empty());
        parts.map(|p| {
            p.split_once('=').map_or((p, None), |(name, default)| (name.trim(), Some(default.trim())))
        })
    }
}

/// The arguments of one call, matched to the signature. A wrong kind of argument is reported once and read as a harmless value.
pub struct Args<'a> {
    /// The function's name, for reports.
    pub function: &'a str,
    /// Given arguments by parameter name. A known number that has a name in the formula is followed by the wire that has it.
    pub given: Vec<(&'static str, Arg)>,
    /// The dtype of undeclared inputs and of literals that stand alone.
    pub dtype: DType,
    /// Makes a literal number a wire.
    pub literal: fn(f64, DType) -> Wire,
}

impl Args<'_> {
    /// Whether the caller gave it (and not `none`).
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&Arg> {
        let arg = self.given.iter().find(|(n, _)| *n == name).map(|(_, a)| a)?;
        if matches!(arg, Arg::Text(t) if t == "none") { None } else { Some(arg) }
    }

    fn wrong(&self, name: &str, wanted: &str) -> Wire {
        let got = match self.find(name) {
            None => "nothing".to_string(),
            Some(Arg::Wire(_)) => "a value that is computed".to_string(),
            Some(Arg::Number(v)) => format!("{v}"),
            Some(Arg::Ints(v)) => format!("{v:?}"),
            Some(Arg::Wires(_)) => "a list of values".to_string(),
            Some(Arg::Text(v)) => format!("{v:?}"),
            Some(Arg::Flag(v)) => format!("{v}"),
        };
        mistake(self.function, Fault::new(format!("{name} is {got}"), format!("{name} must be {wanted}")))
    }

    /// A value; a literal becomes a constant.
    pub fn wire(&self, name: &str) -> Wire {
        match self.find(name) {
            Some(Arg::Wire(wire)) => *wire,
            Some(Arg::Number(value)) => {
                let dtype = self.literal_dtype();
                self.named(name, dtype).unwrap_or_else(|| (self.literal)(*value, dtype))
            }
            _ => self.wrong(name, "a value"),
        }
    }

    /// Literals are weak: they take the dtype of the first value among the arguments.
    fn literal_dtype(&self) -> DType {
        let firm = self.given.iter().filter_map(|(name, _)| match self.find(name) {
            Some(Arg::Wire(wire)) => Some(wire.spec()?.dtype),
            _ => None,
        });
        // Of `select(x > 0, x, 0)` the condition says nothing about the literal.
        firm.into_iter().find(|dtype| *dtype != DType::Bool).unwrap_or(self.dtype)
    }

    /// The wire of a known number that has a name, where it has the dtype that is wanted.
    fn named(&self, name: &str, dtype: DType) -> Option<Wire> {
        let wires = self
            .given
            .iter()
            .filter_map(|(n, a)| if let (true, Arg::Wire(w)) = (*n == name, a) { Some(*w) } else { None });
        wires.into_iter().find(|wire| wire.dtype() == dtype)
    }

    /// Several values.
    pub fn wires(&self, name: &str) -> Vec<Wire> {
        match self.find(name) {
            Some(Arg::Wires(wires)) => wires.clone(),
            Some(Arg::Wire(wire)) => vec![*wire],
            _ => vec![self.wrong(name, "a list of values, as in [a, b]")],
        }
    }

    /// A number that is known now.
    pub fn real(&self, name: &str, default: f64) -> f64 {
        match self.find(name) {
            Some(Arg::Number(value)) => *value,
            None => default,
            _ => {
                self.wrong(name, "a number");
                default
            }
        }
    }

    /// A whole number that is known now.
    pub fn int(&self, name: &str, default: i64) -> i64 {
        match self.find(name) {
            Some(Arg::Number(value)) if value.fract() == 0.0 => *value as i64,
            None => default,
            _ => {
                self.wrong(name, "a whole number");
                default
            }
        }
    }

    /// Whole numbers; one alone is a list of one. `None` if not given.
    pub fn ints(&self, name: &str) -> Option<Vec<i64>> {
        match self.find(name)? {
            Arg::Ints(values) => Some(values.clone()),
            Arg::Number(value) if value.fract() == 0.0 => Some(vec![*value as i64]),
            _ => {
                self.wrong(name, "whole numbers, as in 1 or [0, 1]");
                None
            }
        }
    }

    /// A yes or no.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        match self.find(name) {
            Some(Arg::Flag(value)) => *value,
            None => default,
            _ => {
                self.wrong(name, "true or false");
                default
            }
        }
    }

    /// A word.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.find(name)? {
            Arg::Text(value) => Some(value),
            _ => {
                self.wrong(name, "a word");
                None
            }
        }
    }
}
