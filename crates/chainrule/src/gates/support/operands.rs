//! Getting operands ready: literals, broadcasting, zeros.

use crate::base::{DType, Spec, Tensor};
use crate::circuit::{Attrs, Class, Fault, GateDef, Wire, literal_attrs, mistake, open_node, record};
use crate::gates::{BROADCAST, CONSTANT, IDENTITY, constant};

/// A literal number as a wire. A fractional literal where integers are is a mistake.
#[track_caller]
pub fn literal(value: f64, dtype: DType) -> Wire {
    if !dtype.is_float() && value.fract() != 0.0 {
        let hint = "cast the value to f64 first, or write a whole number";
        return mistake("literal", Fault::new(format!("{value} beside a value of {dtype}"), hint));
    }
    let tensor = || Tensor::full(Spec::scalar(dtype), value);
    if !dtype.is_float() && tensor().to_f64() != [value] {
        return mistake(
            "literal",
            Fault::new(format!("{value} does not fit {dtype}"), "cast the value to i64 first"),
        );
    }
    let attrs = literal_attrs(dtype, value, || Attrs::new([("value", tensor().into())]));
    record(&CONSTANT, attrs, &[])
}

/// A whole literal of the dtype of the wire that it stands beside.
#[track_caller]
pub fn whole_like(value: i64, beside: Wire) -> Wire {
    // By way of f64 an i64 from 2^53 on would be rounded.
    let exact = !beside.is_poisoned() && beside.dtype() == DType::I64;
    if exact { constant(value) } else { literal_like(value as f64, beside) }
}

/// A literal of the dtype of the wire that it stands beside.
#[track_caller]
pub fn literal_like(value: f64, beside: Wire) -> Wire {
    if beside.is_poisoned() { Wire::POISON } else { literal(value, beside.dtype()) }
}

/// A literal in the shape and dtype of a wire.
#[track_caller]
pub fn filled_like(value: f64, like: Wire) -> Wire {
    literal_like(value, like).broadcast_to(&like.shape().dims())
}

/// Zeros in the shape and dtype of a wire.
#[track_caller]
pub fn zeros_like(like: Wire) -> Wire {
    filled_like(0.0, like)
}

/// Records a gate with two inputs, each repeated along the axes that NumPy's rule gives it.
#[track_caller]
pub fn broadcast2(gate: &'static GateDef, a: Wire, b: Wire) -> Wire {
    let (a, b) = fit(a, b);
    record(gate, Attrs::NONE, &[a, b])
}

/// The same for a division. Whole numbers have no infinity: dividing them by a 0 that is known now is a mistake.
#[track_caller]
pub fn divide2(gate: &'static GateDef, a: Wire, b: Wire) -> Wire {
    if !a.is_poisoned() && known_to_hold_zero(b) {
        let hint = "cast both to f64, where x / 0 is infinite or NaN, or divide by another number";
        return mistake(gate.name, Fault::new("whole numbers are divided by 0", hint));
    }
    broadcast2(gate, a, b)
}

/// Whether a wire of integers is a constant with a 0 in it, given other names or repeated maybe.
fn known_to_hold_zero(mut wire: Wire) -> bool {
    if !wire.spec().is_some_and(|spec| spec.dtype.is_integer() && spec.shape.elements() > 0) {
        return false;
    }
    while let Some(node) = open_node(wire) {
        match node.gate.class {
            Class::Constant => return node.attrs.tensor("value").to_f64().contains(&0.0),
            _ if std::ptr::eq(node.gate, &IDENTITY) || std::ptr::eq(node.gate, &BROADCAST) => {
                wire = node.inputs[0];
            }
            _ => return false,
        }
    }
    false
}

/// Both wires in their common shape. Where there is none they stay as they are, for the gate's shape rule to report.
#[track_caller]
pub fn fit(a: Wire, b: Wire) -> (Wire, Wire) {
    match (a.spec(), b.spec()) {
        (Some(x), Some(y)) if x.shape != y.shape => match x.shape.broadcast(y.shape) {
            Some(shape) => (a.broadcast_to(&shape.dims()), b.broadcast_to(&shape.dims())),
            None => (a, b),
        },
        _ => (a, b),
    }
}

/// An operator between wires, and between a wire and a literal on either side. Literals take the wire's dtype.
macro_rules! operator {
    ($trait:ident, $method:ident, $gate:ident) => {
        operator!($trait, $method, $gate, broadcast2);
    };
    ($trait:ident, $method:ident, $gate:ident, $record:ident) => {
        impl std::ops::$trait for $crate::circuit::Wire {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: Self) -> Self {
                $crate::gates::support::operands::$record(&$gate, self, other)
            }
        }
        operator!(literal f64, literal_like, $trait, $method);
        operator!(literal i64, whole_like, $trait, $method);
    };
    (literal $literal:ty, $like:ident, $trait:ident, $method:ident) => {
        impl std::ops::$trait<$literal> for $crate::circuit::Wire {
            type Output = Self;
            #[track_caller]
            fn $method(self, other: $literal) -> Self {
                let other = $crate::gates::support::operands::$like(other, self);
                std::ops::$trait::$method(self, other)
            }
        }
        impl std::ops::$trait<$crate::circuit::Wire> for $literal {
            type Output = $crate::circuit::Wire;
            #[track_caller]
            fn $method(self, other: $crate::circuit::Wire) -> $crate::circuit::Wire {
                let literal = $crate::gates::support::operands::$like(self, other);
                std::ops::$trait::$method(literal, other)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn whole_literals_are_exact_and_must_fit() {
        let (wide, narrow) = (Spec::scalar(DType::I64), Spec::scalar(DType::U8));
        let next = trace(|x: Wire| x + i64::MAX, &(wide,)).unwrap().run((0i64.into(),)).unwrap();
        assert_eq!(next.to_vec::<i64>().unwrap(), [i64::MAX]);
        let refused = trace(|x: Wire| x + 300, &(narrow,)).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(
            refused.contains("literal: 300 does not fit u8; hint: cast the value to i64 first"),
            "{refused}"
        );
    }
}
