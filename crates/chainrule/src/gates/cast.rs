//! Conversion to another dtype.

use super::support::{batch, flops_per_output};
use crate::base::{DType, Element};
use crate::circuit::{
    Arity, Attrs, Call, Class, Doc, Fault, GateDef, Identity, Kind, Local, Outputs, Reads, Then, When, Wire,
    mistake, record,
};
use crate::numeric::tile::{self, Level, Tile, Unary};

/// See the module.
pub static CAST: GateDef = GateDef {
    name: "cast",
    doc: Doc {
        summary: "Conversion to another dtype.",
        formula: "y = x as dtype",
        local: "dy/dx = 1 between floats, none to or from integers and bool",
        kinks: "floats to integers: towards zero, saturated, NaN to 0; to bool: whether it differs from 0; integers wrap",
        source: "",
    },
    call: Some(Call {
        signature: "x, dtype",
        build: |a| match a.text("dtype").map(str::parse) {
            Some(Ok(dtype)) => a.wire("x").cast(dtype),
            _ => mistake("cast", Fault::new("no such dtype", "one of f32, f64, i32, i64, u8, bool")),
        },
    }),
    arity: Arity::Exactly(1),
    attrs: &[("dtype", Kind::DType)],
    shape: |a, x| Ok(Outputs::One(x[0].with_dtype(a.dtype("dtype")))),
    class: Class::Elementwise(tiles),
    element: |a, x, at| {
        let (value, whole) = (x[0].at(at), !x[0].spec.dtype.is_float());
        match a.dtype("dtype") {
            DType::F32 => f64::from(value as f32),
            DType::F64 => value,
            DType::Bool => f64::from(u8::from(value != 0.0)),
            DType::U8 if whole => (value as i64 as u8).into(),
            DType::I32 if whole => (value as i64 as i32).into(),
            DType::U8 => (value as u8).into(),
            DType::I32 => (value as i32).into(),
            DType::I64 => value as i64 as f64,
        }
    },
    local: Local::Pair {
        vjp: |r, up, _| {
            let from = r.inputs[0].dtype();
            vec![up[0].filter(|_| from.is_float()).map(|up| up.cast(from))]
        },
        jvp: |r, tangents| {
            let to = r.output().dtype();
            vec![tangents[0].filter(|_| to.is_float()).map(|t| t.cast(to))]
        },
    },
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[Identity::any(
        "cast(x, dtype of x) = x",
        When::Idle,
        Then::Input(0),
        "nothing is converted",
    )],
    sample: |s| {
        let mut case = s.elementwise(&[(-2.0, 2.0, &[])]);
        case.attrs = Attrs::new([("dtype", DType::F64.into())]);
        case
    },
};

fn tiles(attrs: &Attrs, inputs: &[DType]) -> Tile {
    for_dtype!(inputs[0], [f32 f64 i32 i64 u8 bool], From => {
        for_dtype!(attrs.dtype("dtype"), [f32 f64 i32 i64 u8 bool], To => tile::unary::<Convert, From, To>(0))
    })
}

struct Convert;

impl<A: Element, R: Element> Unary<A, R> for Convert {
    /// Integers convert by way of i64, so that large ones stay exact; floats by way of f64.
    #[inline(always)]
    fn at<L: Level>(x: A, _: i64) -> R {
        let whole = !A::DTYPE.is_float() && !R::DTYPE.is_float();
        if whole { R::from_i64(x.to_i64()) } else { R::from_f64(x.to_f64()) }
    }
}

impl Wire {
    /// Converted to another dtype. A cast to the dtype that it has gives the same wire.
    #[track_caller]
    pub fn cast(self, dtype: DType) -> Wire {
        if self.dtype() == dtype || self.is_poisoned() {
            return self;
        }
        record(&CAST, Attrs::new([("dtype", dtype.into())]), &[self])
    }
}
