//! One of two values, element by element.

use super::support::operands::{fit, zeros_like};
use super::support::{batch, flops_per_output};
use crate::base::{DType, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Local, Outputs, Reads, Then, When, Wire,
    record,
};
use crate::numeric::simple::Simple;
use crate::numeric::tile::{self, Level, Ternary};

/// See the module.
pub static SELECT: GateDef = GateDef {
    name: "select",
    doc: Doc {
        summary: "The first value where the condition is true, the second where it is false.",
        formula: "z = x if c else y",
        local: "dz/dx = 1 if c else 0, dz/dy = 1 - dz/dx; by choice, never by a product with 0",
        kinks: "a NaN or infinity in the branch not taken never reaches the gradient",
        source: "",
    },
    call: Some(Call { signature: "c, x, y", build: |a| a.wire("c").select(a.wire("x"), a.wire("y")) }),
    arity: Arity::Exactly(3),
    attrs: &[],
    shape: shape_rule,
    class: Class::Elementwise(
        |_, x| for_dtype!(x[1], [f32 f64 i32 i64 u8 bool], T => tile::ternary::<Choose, bool, T, T, T>(0).known_as::<T>(Simple::Select)),
    ),
    element: |_, x, at| if x[0].at(at) != 0.0 { x[1].at(at) } else { x[2].at(at) },
    local: Local::Pair {
        vjp: |r, up, _| {
            let Some(up) = up[0] else { return vec![None; 3] };
            let (c, zero) = (r.inputs[0], zeros_like(up));
            vec![None, Some(c.select(up, zero)), Some(c.select(zero, up))]
        },
        jvp: |r, tangents| {
            let of = |t: Option<Wire>| t.unwrap_or_else(|| zeros_like(r.output()));
            vec![Some(r.inputs[0].select(of(tangents[1]), of(tangents[2])))]
        },
    },
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[
        Identity::any("x if c else x = x", When::Same(1, 2), Then::Input(1), "no number is computed"),
        Identity::any("x if true else y = x", When::Is(0, 1.0), Then::Input(1), "no number is computed"),
        Identity::any("x if false else y = y", When::Is(0, 0.0), Then::Input(2), "no number is computed"),
    ],
    sample: |s| {
        let dims = s.dims(0, 3);
        let inputs = vec![s.bools(&dims), s.reals(&dims, -2.0, 2.0), s.reals(&dims, -2.0, 2.0)];
        Case { attrs: Attrs::NONE, inputs }
    },
};

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    if inputs[0].dtype != DType::Bool {
        let hint = "the condition is a comparison, as in x > 0";
        return Err(Fault::new(format!("the condition is {}, not bool", inputs[0].dtype), hint));
    }
    let chosen = super::support::shape::same(attrs, &inputs[1..])?;
    super::support::shape::alike(&[inputs[0], inputs[1].with_dtype(DType::Bool)])?;
    Ok(chosen)
}

struct Choose;

impl<T: Copy> Ternary<bool, T, T, T> for Choose {
    /// Conditions, such as those of relu, are often random: a branch would be predicted wrong half of the time.
    #[inline(always)]
    fn at<L: Level>(condition: bool, x: T, y: T, _: i64) -> T {
        std::hint::select_unpredictable(condition, x, y)
    }
}

impl Wire {
    /// `x` where this is true, `y` where it is false; all three are broadcast.
    #[track_caller]
    pub fn select(self, x: Wire, y: Wire) -> Wire {
        let (x, y) = fit(x, y);
        let (condition, x) = fit(self, x);
        let (condition, y) = fit(condition, y);
        record(&SELECT, Attrs::NONE, &[condition, x, y])
    }
}
