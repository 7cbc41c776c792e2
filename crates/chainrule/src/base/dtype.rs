//! The six kinds of numbers that a wire can carry.

use super::{Data, Slice, SliceMut};
use std::{fmt, str::FromStr};

/// The dtype of a tensor or wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum DType {
    /// 32-bit IEEE float.
    F32,
    /// 64-bit IEEE float.
    F64,
    /// 32-bit signed integer.
    I32,
    /// 64-bit signed integer.
    I64,
    /// 8-bit unsigned integer.
    U8,
    /// Truth value.
    Bool,
}

impl DType {
    /// All dtypes, floats first.
    pub const ALL: [DType; 6] = [DType::F32, DType::F64, DType::I32, DType::I64, DType::U8, DType::Bool];

    /// Whether gradients can flow through it.
    pub fn is_float(self) -> bool {
        matches!(self, DType::F32 | DType::F64)
    }

    /// Whether it counts (`i32`, `i64`, `u8`; not `bool`).
    pub fn is_integer(self) -> bool {
        matches!(self, DType::I32 | DType::I64 | DType::U8)
    }

    /// Bytes of one element.
    pub fn bytes(self) -> usize {
        match self {
            DType::F64 | DType::I64 => 8,
            DType::F32 | DType::I32 => 4,
            DType::U8 | DType::Bool => 1,
        }
    }

    /// The name in texts: `f32`, `f64`, `i32`, `i64`, `u8`, `bool`.
    pub fn name(self) -> &'static str {
        match self {
            DType::F32 => "f32",
            DType::F64 => "f64",
            DType::I32 => "i32",
            DType::I64 => "i64",
            DType::U8 => "u8",
            DType::Bool => "bool",
        }
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DType {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        DType::ALL.into_iter().find(|d| d.name() == text).ok_or_else(|| format!("{text:?} is no dtype"))
    }
}

/// A Rust type that a tensor can hold. Sealed by [`Data`]'s closed list.
pub trait Element: Copy + PartialEq + PartialOrd + Default + fmt::Debug + Send + Sync + 'static {
    /// Its dtype.
    const DTYPE: DType;
    /// Wraps a vector.
    fn wrap(values: Vec<Self>) -> Data;
    /// The numbers of a slice of this dtype, if it is one.
    fn slice<'a>(slice: Slice<'a>) -> Option<&'a [Self]>;
    /// The same, to be written.
    fn slice_mut<'a>(slice: SliceMut<'a>) -> Option<&'a mut [Self]>;
    /// As `f64`: exact but for `i64` beyond 2^53; `bool` gives 0 or 1.
    fn to_f64(self) -> f64;
    /// From `f64`: rounded to the nearest float; towards zero and saturated for integers (NaN gives 0); not 0 for `bool`.
    fn from_f64(value: f64) -> Self;
    /// As `i64`: floats towards zero and saturated.
    fn to_i64(self) -> i64;
    /// From `i64`: wrapped for narrower integers, not 0 for `bool`.
    fn from_i64(value: i64) -> Self;
}

macro_rules! element {
    ($type:ty, $dtype:ident) => {
        element!($type, $dtype, |v| v as f64, |v| v as $type, |v| v as i64, |v| v as $type);
    };
    ($type:ty, $dtype:ident, $to:expr, $from:expr, $to_int:expr, $from_int:expr) => {
        impl Element for $type {
            const DTYPE: DType = DType::$dtype;
            fn wrap(values: Vec<Self>) -> Data {
                Data::$dtype(values)
            }
            fn slice<'a>(slice: Slice<'a>) -> Option<&'a [Self]> {
                if let Slice::$dtype(values) = slice { Some(values) } else { None }
            }
            fn slice_mut<'a>(slice: SliceMut<'a>) -> Option<&'a mut [Self]> {
                if let SliceMut::$dtype(values) = slice { Some(values) } else { None }
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                let convert: fn($type) -> f64 = $to;
                convert(self)
            }
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                let convert: fn(f64) -> $type = $from;
                convert(value)
            }
            #[inline(always)]
            fn to_i64(self) -> i64 {
                let convert: fn($type) -> i64 = $to_int;
                convert(self)
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                let convert: fn(i64) -> $type = $from_int;
                convert(value)
            }
        }
    };
}

element!(f32, F32);
element!(f64, F64);
element!(i32, I32);
element!(i64, I64);
element!(u8, U8);
element!(bool, Bool, |v| f64::from(u8::from(v)), |v| v != 0.0, i64::from, |v| v != 0);
