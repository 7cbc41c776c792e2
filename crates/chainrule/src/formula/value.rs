//! Values while a formula is recorded: wires, and what is known before anything runs.

use super::ast::{Binary, Span};
use super::report::report;
use crate::base::{DType, Tensor};
use crate::circuit::{Arg, Wire, at_site};
use crate::gates::constant;
use crate::gates::support::operands::literal;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// Computed when the circuit runs.
    Wire(Wire),
    /// Known now; with the wire that computes it, if it has been given a name.
    Known(Known, Option<Wire>),
}

/// What can be known now: literals, and arithmetic of them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    Number(f64),
    Flag(bool),
    None,
    Text(String),
    List(Vec<Value>),
}

/// In the place of what a mistake prevented.
pub(super) const POISON: Value = Value::Wire(Wire::POISON);

impl Value {
    pub fn number(value: f64) -> Value {
        Value::Known(Known::Number(value), None)
    }

    /// Whether a mistake led here.
    pub fn is_poisoned(&self) -> bool {
        match self {
            Value::Wire(wire) => wire.is_poisoned(),
            Value::Known(Known::List(items), _) => items.iter().any(Value::is_poisoned),
            Value::Known(_, wire) => wire.is_some_and(Wire::is_poisoned),
        }
    }

    /// The wire behind it, if there is one already.
    pub fn has_wire(&self) -> Option<Wire> {
        match self {
            Value::Wire(wire) => Some(*wire),
            Value::Known(_, wire) => *wire,
        }
    }

    /// The number, if it is known now.
    pub fn known_number(&self) -> Option<f64> {
        if let Value::Known(Known::Number(value), _) = self { Some(*value) } else { None }
    }

    /// The dtype that literals beside it take; none if it is known itself.
    pub fn firm_dtype(&self) -> Option<DType> {
        match self {
            Value::Wire(wire) => wire.spec().map(|s| s.dtype),
            Value::Known(Known::List(items), None) => items.iter().find_map(Value::firm_dtype),
            Value::Known(..) => None,
        }
    }

    /// As a wire, of this dtype if it is a known number.
    pub fn wire(&self, dtype: DType, span: Span) -> Wire {
        match self {
            Value::Wire(wire) => *wire,
            Value::Known(Known::Number(_), Some(wire)) if wire.dtype() == dtype => *wire,
            Value::Known(Known::Number(value), _) => at_site(span.site(), || literal(*value, dtype)),
            Value::Known(_, Some(wire)) => *wire,
            Value::Known(Known::Flag(flag), None) => at_site(span.site(), || constant(*flag)),
            Value::Known(Known::List(items), None) => list_constant(items, dtype, span),
            Value::Known(Known::None, None) => {
                report(span, "none is no value", "write a number or a name").record();
                Wire::POISON
            }
            Value::Known(Known::Text(text), None) => {
                report(
                    span,
                    format!("\"{text}\" is no value"),
                    "texts are for arguments that name something",
                )
                .record();
                Wire::POISON
            }
        }
    }

    /// As the argument of a gate or function.
    pub fn argument(self, dtype: DType, span: Span) -> Arg {
        match self {
            Value::Wire(wire) => Arg::Wire(wire),
            Value::Known(Known::Number(value), _) => Arg::Number(value),
            Value::Known(Known::Flag(flag), _) => Arg::Flag(flag),
            Value::Known(Known::None, _) => Arg::Text("none".into()),
            Value::Known(Known::Text(text), _) => Arg::Text(text),
            Value::Known(Known::List(items), _) => {
                let whole = |v: &Value| v.known_number().filter(|n| n.fract() == 0.0).map(|n| n as i64);
                match items.iter().map(whole).collect::<Option<Vec<_>>>() {
                    Some(ints) => Arg::Ints(ints),
                    None => {
                        let dtype = items.iter().find_map(Value::firm_dtype).unwrap_or(dtype);
                        Arg::Wires(items.iter().map(|item| item.wire(dtype, span)).collect())
                    }
                }
            }
        }
    }
}

/// A list of numbers, or of lists of numbers, as a constant.
fn list_constant(items: &[Value], dtype: DType, span: Span) -> Wire {
    let mut dims = Vec::new();
    let mut numbers = Vec::new();
    let made = flatten(items, 0, &mut dims, &mut numbers).and_then(|()| {
        if !dtype.is_float() && numbers.iter().any(|n| n.fract() != 0.0) {
            return Err((
                format!("a fraction beside a value of {dtype}"),
                "write whole numbers, or cast the value",
            ));
        }
        let tensor = Tensor::new(numbers, &dims)
            .map_err(|_| (format!("a list of {} axes", dims.len()), "use fewer"))?;
        Ok(at_site(span.site(), || constant(tensor.cast(dtype))))
    });
    made.unwrap_or_else(|(what, hint)| {
        report(span, what, hint).record();
        Wire::POISON
    })
}

fn flatten(
    items: &[Value],
    axis: usize,
    dims: &mut Vec<usize>,
    numbers: &mut Vec<f64>,
) -> Result<(), (String, &'static str)> {
    if axis == dims.len() {
        if !numbers.is_empty() {
            return Err(("a list beside a number".into(), "nest all items alike"));
        }
        dims.push(items.len());
    }
    if dims[axis] != items.len() {
        let what = format!("a list of {} beside one of {}", items.len(), dims[axis]);
        return Err((what, "lists in a list must be of one length"));
    }
    for item in items {
        match item {
            Value::Known(Known::List(inner), _) => flatten(inner, axis + 1, dims, numbers)?,
            Value::Known(Known::Number(value), _) if dims.len() == axis + 1 => numbers.push(*value),
            Value::Known(Known::Number(_), _) => {
                return Err(("a number beside a list".into(), "nest all items alike"));
            }
            Value::Wire(_) => {
                return Err(("a list of computed values".into(), "stack([a, b]) makes one value of them"));
            }
            Value::Known(..) => {
                return Err(("a list holds something else than numbers".into(), "write numbers"));
            }
        }
    }
    Ok(())
}

/// What an operator gives for operands that are both known.
pub(super) fn fold(op: Binary, left: &Value, right: &Value) -> Option<Known> {
    use Binary::{Add, And, Div, Eq, Ge, Gt, Le, Lt, Matmul, Mul, Ne, Or, Rem, Sub};
    match (left, right) {
        (Value::Known(Known::Number(a), _), Value::Known(Known::Number(b), _)) => match op {
            Add => Some(Known::Number(a + b)),
            Sub => Some(Known::Number(a - b)),
            Mul => Some(Known::Number(a * b)),
            Div => Some(Known::Number(a / b)),
            // The remainder has the divisor's sign, as the gate's has.
            Rem => Some(Known::Number(a - b * (a / b).floor())),
            Lt => Some(Known::Flag(a < b)),
            Le => Some(Known::Flag(a <= b)),
            Gt => Some(Known::Flag(a > b)),
            Ge => Some(Known::Flag(a >= b)),
            Eq => Some(Known::Flag(a == b)),
            Ne => Some(Known::Flag(a != b)),
            Matmul | And | Or => None,
        },
        (Value::Known(Known::Flag(a), _), Value::Known(Known::Flag(b), _)) => match op {
            And => Some(Known::Flag(*a && *b)),
            Or => Some(Known::Flag(*a || *b)),
            Eq => Some(Known::Flag(a == b)),
            Ne => Some(Known::Flag(a != b)),
            _ => None,
        },
        _ => None,
    }
}

/// Records the gate of an operator.
pub(super) fn operate(op: Binary, a: Wire, b: Wire) -> Wire {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Rem => a % b,
        Binary::Matmul => a.matmul(b),
        Binary::Lt => a.lt(b),
        Binary::Le => a.le(b),
        Binary::Gt => a.gt(b),
        Binary::Ge => a.ge(b),
        Binary::Eq => a.eq(b),
        Binary::Ne => a.ne(b),
        Binary::And => a.and(b),
        Binary::Or => a.or(b),
    }
}
