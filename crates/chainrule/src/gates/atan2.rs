//! The angle of a point.

use super::support::operands::broadcast2;
use super::support::{batch, flops_per_output, shape};
use crate::circuit::{Arity, Call, Class, Doc, GateDef, Local, Reads, Room, Wire};

/// See the module.
pub static ATAN2: GateDef = GateDef {
    name: "atan2",
    doc: Doc {
        summary: "The angle of the point (x, y), from -pi to pi, counted from the positive x axis.",
        formula: "z = atan2(y, x)",
        local: "dz/dy = x / (x^2 + y^2), dz/dx = -y / (x^2 + y^2)",
        kinks: "y = 0, x < 0: jumps from pi to -pi, the gradient is that of either side. x = y = 0: no gradient, NaN",
        source: "the local gradient is computed for the point scaled to size 1, so that no square leaves the range",
    },
    call: Some(Call { signature: "y, x", build: |a| a.wire("y").atan2(a.wire("x")) }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape::floats,
    class: Class::Elementwise(map2!([f32 f64] |y, x| y.atan2(x))),
    element: element!(|y, x| y.atan2(x)),
    local: Local::Partials(local),
    reads: Reads::INPUTS,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| s.elementwise(&[(0.3, 2.0, &[]), (-2.0, 2.0, &[])]),
};

fn local(r: &Room<'_>, i: usize) -> Wire {
    let (y, x) = (r.inputs[0], r.inputs[1]);
    // The scale cancels, whatever it is, so that no gradient has to flow through it.
    let scale = y.abs().maximum(x.abs()).stop_gradient();
    let (v, u) = (y / scale, x / scale);
    let across = if i == 0 { u } else { -v };
    across / (u * u + v * v) / scale
}

impl Wire {
    /// The angle of the point whose y is this and whose x is `x`, from -pi to pi.
    #[track_caller]
    pub fn atan2(self, x: Wire) -> Wire {
        broadcast2(&ATAN2, self, x)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn the_gradient_is_right_far_out_and_close_in() {
        let spec = Spec::scalar(DType::F32);
        let program = trace(|y: Wire, x: Wire| y.atan2(x).gradient(&(y, x)), &(spec, spec)).unwrap();
        for size in [1e30f32, 1e-30] {
            let (dy, dx) = program.run(((3.0 * size).into(), (4.0 * size).into())).unwrap();
            let (dy, dx) = (dy.item().unwrap() * f64::from(size), dx.item().unwrap() * f64::from(size));
            assert!((dy - 0.16).abs() < 1e-7 && (dx + 0.12).abs() < 1e-7, "{dy} {dx}");
        }
    }
}
