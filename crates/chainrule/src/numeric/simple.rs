//! Functions that are a few machine instructions each: kernels say which of them they are, so that `code` can join them.

use std::any::TypeId;

/// A function that is a few machine instructions. `x` and `y` are floats, `p` and `q` truth values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Simple {
    /// x + y.
    Plus,
    /// x - y.
    Minus,
    /// x y.
    Times,
    /// x / y.
    Over,
    /// x y, and 0 where x is 0.
    Scaled,
    /// The greater one; NaN if one is.
    Greater,
    /// The smaller one; NaN if one is.
    Smaller,
    /// -x.
    Negative,
    /// |x|.
    Size,
    /// The square root of x.
    Root,
    /// x x.
    Square,
    /// 1 / x.
    Inverse,
    /// 1 / the square root of x.
    InverseRoot,
    /// 0 where x <= 0, else x.
    Positive,
    /// x > y.
    Gt,
    /// x >= y.
    Ge,
    /// x < y.
    Lt,
    /// x <= y.
    Le,
    /// x == y.
    Eq,
    /// x != y.
    Ne,
    /// x >= y, or x is NaN.
    FirstIsGreater,
    /// x <= y, or x is NaN.
    FirstIsSmaller,
    /// Whether x is neither infinite nor NaN.
    IsFinite,
    /// Whether x is NaN.
    IsNan,
    /// p and q.
    And,
    /// p or q.
    Or,
    /// not p.
    Not,
    /// x where p, else y; the inputs are p, x, y.
    Select,
}

impl Simple {
    /// Whether what it gives is a truth value.
    pub fn is_question(self) -> bool {
        use Simple::*;
        self.compares().is_some()
            || matches!(self, FirstIsGreater | FirstIsSmaller | IsFinite | IsNan)
            || self.is_logic()
    }

    /// Whether it takes truth values and gives one.
    pub fn is_logic(self) -> bool {
        matches!(self, Simple::And | Simple::Or | Simple::Not)
    }

    /// How many of its inputs are truth values: the first ones.
    pub fn truths(self) -> usize {
        match self {
            Simple::Select => 1,
            function if function.is_logic() => function.arity(),
            _ => 0,
        }
    }

    /// How many inputs it takes.
    pub fn arity(self) -> usize {
        use Simple::*;
        match self {
            Select => 3,
            Negative | Size | Root | Square | Inverse | InverseRoot | Positive | IsFinite | IsNan | Not => 1,
            _ => 2,
        }
    }

    /// The predicate of the comparison that it is, as vcmpps numbers them; quiet ones.
    pub fn compares(self) -> Option<u8> {
        match self {
            Simple::Eq => Some(0x00),
            Simple::Ne => Some(0x04),
            Simple::Lt => Some(0x11),
            Simple::Le => Some(0x12),
            Simple::Ge => Some(0x1D),
            Simple::Gt => Some(0x1E),
            _ => None,
        }
    }
}

/// The numbers that a function takes besides truth values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// f32.
    Single,
    /// f64.
    Double,
    /// None.
    Truth,
}

impl Kind {
    /// The kind of a type, if there is code for such a function of it.
    pub fn of<T: 'static>(function: Simple) -> Option<Kind> {
        let types = [TypeId::of::<f32>(), TypeId::of::<f64>(), TypeId::of::<bool>()];
        let at = types.iter().position(|&known| known == TypeId::of::<T>())?;
        let kind = [Kind::Single, Kind::Double, Kind::Truth][at];
        ((kind == Kind::Truth) == function.is_logic()).then_some(kind)
    }
}
