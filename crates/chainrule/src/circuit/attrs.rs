//! What a gate knows besides its inputs: axes, strides, constants, inner circuits.

use super::Circuit;
use crate::base::{DType, Shape, Tensor};
use std::{fmt, sync::Arc};

/// One attribute.
#[derive(Clone)]
#[allow(missing_docs)]
pub enum Attr {
    Int(i64),
    Ints(Vec<i64>),
    Real(f64),
    Flag(bool),
    DType(DType),
    Text(String),
    Tensor(Tensor),
    Circuit(Arc<Circuit>),
}

/// What an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Int,
    Ints,
    Real,
    Flag,
    DType,
    Text,
    Tensor,
    Circuit,
}

impl Attr {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Attr::Int(_) => Kind::Int,
            Attr::Ints(_) => Kind::Ints,
            Attr::Real(_) => Kind::Real,
            Attr::Flag(_) => Kind::Flag,
            Attr::DType(_) => Kind::DType,
            Attr::Text(_) => Kind::Text,
            Attr::Tensor(_) => Kind::Tensor,
            Attr::Circuit(_) => Kind::Circuit,
        }
    }
}

/// The same to the last bit, so that a NaN equals itself and 0 differs from -0: circuits are compared, not numbers.
impl PartialEq for Attr {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Attr::Int(a), Attr::Int(b)) => a == b,
            (Attr::Ints(a), Attr::Ints(b)) => a == b,
            (Attr::Real(a), Attr::Real(b)) => same_real(*a, *b),
            (Attr::Flag(a), Attr::Flag(b)) => a == b,
            (Attr::DType(a), Attr::DType(b)) => a == b,
            (Attr::Text(a), Attr::Text(b)) => a == b,
            (Attr::Tensor(a), Attr::Tensor(b)) => same_tensor(a, b),
            (Attr::Circuit(a), Attr::Circuit(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

fn same_real(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn same_tensor(a: &Tensor, b: &Tensor) -> bool {
    if a.spec() != b.spec() || !a.dtype().is_float() {
        return a == b;
    }
    a.to_f64().iter().zip(b.to_f64()).all(|(&a, b)| same_real(a, b))
}

macro_rules! attr_from {
    ($($type:ty, $kind:ident, $v:ident => $body:expr;)*) => {$(
        impl From<$type> for Attr {
            fn from($v: $type) -> Self {
                Attr::$kind($body)
            }
        }
    )*};
}

attr_from! {
    i64, Int, v => v;
    usize, Int, v => v as i64;
    Vec<i64>, Ints, v => v;
    &[usize], Ints, v => v.iter().map(|&x| x as i64).collect();
    Vec<usize>, Ints, v => v.into_iter().map(|x| x as i64).collect();
    Shape, Ints, v => v.iter().map(|x| x as i64).collect();
    f64, Real, v => v;
    bool, Flag, v => v;
    DType, DType, v => v;
    &str, Text, v => v.to_string();
    Tensor, Tensor, v => v;
    Arc<Circuit>, Circuit, v => v;
}

/// Named attributes, cheap to clone; most gates have none. Reading one that the room does not set is a bug of ours, hence the asserts.
#[derive(Clone, PartialEq, Default)]
pub struct Attrs(Option<Arc<[(&'static str, Attr)]>>);

impl Attrs {
    /// No attributes.
    pub const NONE: Attrs = Attrs(None);

    /// These attributes, in the order in which the room lists them.
    pub fn new<const N: usize>(items: [(&'static str, Attr); N]) -> Attrs {
        Attrs(Some(Arc::new(items)))
    }

    /// From a list; the text form's parser has one.
    pub fn from_list(items: Vec<(&'static str, Attr)>) -> Attrs {
        if items.is_empty() { Attrs::NONE } else { Attrs(Some(items.into())) }
    }

    /// All of them.
    pub fn list(&self) -> &[(&'static str, Attr)] {
        self.0.as_deref().unwrap_or(&[])
    }

    /// One by name, if it is set.
    pub fn get(&self, name: &str) -> Option<&Attr> {
        self.list().iter().find(|(n, _)| *n == name).map(|(_, a)| a)
    }

    #[track_caller]
    fn expect(&self, name: &str) -> &Attr {
        self.get(name).unwrap_or_else(|| panic!("attribute {name} is set by its room, got {self:?}"))
    }

    /// A whole number.
    #[track_caller]
    pub fn int(&self, name: &str) -> i64 {
        if let Attr::Int(v) = self.expect(name) { *v } else { panic!("attribute {name} is a whole number") }
    }

    /// A whole number that counts or indexes.
    #[track_caller]
    pub fn index(&self, name: &str) -> usize {
        self.int(name) as usize
    }

    /// Whole numbers.
    #[track_caller]
    pub fn ints(&self, name: &str) -> &[i64] {
        if let Attr::Ints(v) = self.expect(name) { v } else { panic!("attribute {name} is a list") }
    }

    /// Whole numbers that count or index.
    #[track_caller]
    pub fn indices(&self, name: &str) -> Vec<usize> {
        self.ints(name).iter().map(|&v| v as usize).collect()
    }

    /// A shape. Rooms check it against the limits in their shape rule, before anyone else reads it.
    #[track_caller]
    pub fn shape(&self, name: &str) -> Result<Shape, Fault> {
        match self.ints(name).iter().find(|&&d| d < 0) {
            Some(d) => Err(Fault::new(format!("an axis of length {d}"), "lengths are 0 or more")),
            None => Shape::new(&self.indices(name)).map_err(|e| Fault::new(e, "")),
        }
    }

    /// A real number.
    #[track_caller]
    pub fn real(&self, name: &str) -> f64 {
        if let Attr::Real(v) = self.expect(name) { *v } else { panic!("attribute {name} is a real number") }
    }

    /// A yes or no.
    #[track_caller]
    pub fn flag(&self, name: &str) -> bool {
        if let Attr::Flag(v) = self.expect(name) { *v } else { panic!("attribute {name} is a flag") }
    }

    /// A dtype.
    #[track_caller]
    pub fn dtype(&self, name: &str) -> DType {
        if let Attr::DType(v) = self.expect(name) { *v } else { panic!("attribute {name} is a dtype") }
    }

    /// A word.
    #[track_caller]
    pub fn text(&self, name: &str) -> &str {
        if let Attr::Text(v) = self.expect(name) { v } else { panic!("attribute {name} is a text") }
    }

    /// Constant numbers.
    #[track_caller]
    pub fn tensor(&self, name: &str) -> &Tensor {
        if let Attr::Tensor(v) = self.expect(name) { v } else { panic!("attribute {name} is a tensor") }
    }

    /// An inner circuit.
    #[track_caller]
    pub fn circuit(&self, name: &str) -> &Arc<Circuit> {
        if let Attr::Circuit(v) = self.expect(name) { v } else { panic!("attribute {name} is a circuit") }
    }

    /// The inner circuits, in order; none but for control gates.
    pub fn circuits(&self) -> impl Iterator<Item = &Arc<Circuit>> {
        self.list().iter().filter_map(|(_, a)| if let Attr::Circuit(c) = a { Some(c) } else { None })
    }
}

use super::Fault;

impl fmt::Debug for Attr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Attr::Int(v) => write!(f, "{v}"),
            Attr::Ints(v) => write!(f, "{v:?}"),
            Attr::Real(v) => write!(f, "{v:?}"),
            Attr::Flag(v) => write!(f, "{v}"),
            Attr::DType(v) => write!(f, "{v}"),
            Attr::Text(v) => write!(f, "{v:?}"),
            Attr::Tensor(v) => write!(f, "{v:?}"),
            Attr::Circuit(_) => write!(f, "circuit"),
        }
    }
}

impl fmt::Debug for Attrs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.list().iter().map(|(n, a)| (n, a))).finish()
    }
}
