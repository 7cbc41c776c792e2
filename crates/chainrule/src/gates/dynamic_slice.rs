//! A window of fixed size at a computed place.

use super::gather::gather;
use super::support::{arguments, batch, indices, no_flops, operands};
use crate::base::{DType, Shape, Spec};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Operand, Outputs, Plain, Reads,
    Room, Sampler, Wire, record,
};
use crate::numeric::movement::copy_strided;

/// See the module.
pub static DYNAMIC_SLICE: GateDef = GateDef {
    name: "dynamic_slice",
    doc: Doc {
        summary: "A window of fixed size that begins at computed places, one i64 scalar for each axis. Starts are clamped, \
                  so that the window lies within the value.",
        formula: "y[i, j, ..] = x[s_0 + i, s_1 + j, ..] with s = clamp(start, 0, length - size)",
        local: "passed back: the upstream in its window, zeros elsewhere (dynamic_update_slice); starts have no gradient",
        kinks: "",
        source: "clamping as XLA does it, openxla.org/xla/operation_semantics",
    },
    call: Some(Call {
        signature: "x, starts, sizes",
        build: |a| {
            let sizes = arguments::counts(a, "sizes").unwrap_or_default();
            a.wire("x").dynamic_slice(&arguments::whole_list(a, "starts"), &sizes)
        },
    }),
    arity: Arity::AtLeast(1),
    attrs: &[("sizes", Kind::Ints)],
    shape: |a, x| {
        let sizes = a.shape("sizes")?;
        fits(x[0].shape, sizes, &x[1..])?;
        Ok(Outputs::One(x[0].with_shape(sizes)))
    },
    class: Class::Move(kernel),
    element: |a, x, at| {
        let Ok(window) = a.shape("sizes") else { return f64::NAN };
        let starts = plain_offsets(x[0].spec.shape, window, &x[1..]);
        x[0].at(&starts.iter().zip(at).map(|(start, i)| start + i).collect::<Vec<_>>())
    },
    local: Local::Linear(|r, up, _| {
        operands::zeros_like(r.inputs[0]).dynamic_update_slice(up, &r.inputs[1..])
    }),
    reads: Reads::INPUTS,
    batch: batch_rule,
    flops: no_flops,
    identities: &[],
    sample: |s| {
        let (dims, sizes, starts) = sample_window(s);
        let inputs = [vec![s.reals(&dims, -2.0, 2.0)], starts].concat();
        Case { attrs: Attrs::new([("sizes", sizes.into())]), inputs }
    },
};

/// Random dims, a window within them, and starts of which some must be clamped.
pub(super) fn sample_window(s: &mut Sampler) -> (Vec<usize>, Vec<usize>, Vec<crate::base::Tensor>) {
    let dims = s.dims(1, 2);
    let sizes = dims.iter().map(|&d| s.size(0, d)).collect();
    let starts = dims.iter().map(|&d| s.ints(&[], -1, d as i64)).collect();
    (dims, sizes, starts)
}

/// Whether a window fits a value and there is one start for each axis.
pub(super) fn fits(value: Shape, window: Shape, starts: &[Spec]) -> Result<(), Fault> {
    if starts.len() != value.rank() || window.rank() != value.rank() {
        let what = format!("{} starts and a window {window} for {} axes", starts.len(), value.rank());
        return Err(Fault::new(what, "give one start and one size for each axis"));
    }
    if let Some(odd) = starts.iter().find(|s| **s != Spec::scalar(DType::I64)) {
        return Err(Fault::new(format!("a start is {odd}"), "starts are i64 scalars, one for each axis"));
    }
    if window.iter().zip(value.iter()).any(|(size, length)| size > length) {
        return Err(Fault::new(
            format!("a window {window} of {value}"),
            "a window is at most as long as each axis",
        ));
    }
    Ok(())
}

/// Where the window begins, clamped: the place of its first element.
pub(super) fn offset(value: Shape, window: Shape, starts: &[Operand<'_>]) -> usize {
    let steps = value.steps();
    let start = |(axis, start): (usize, &Operand<'_>)| {
        indices::clamped(start.typed::<i64>()[0], value[axis], window[axis]) * steps[axis].unsigned_abs()
    };
    starts.iter().enumerate().map(start).sum()
}

/// The same for the reference.
pub(super) fn plain_offsets(value: Shape, window: Shape, starts: &[Plain]) -> Vec<usize> {
    let start =
        |(axis, start): (usize, &Plain)| indices::clamped(start.data[0] as i64, value[axis], window[axis]);
    starts.iter().enumerate().map(start).collect()
}

fn kernel(job: &mut Job<'_>) {
    let (x, window) = (job.inputs[0], job.shape);
    let offset = offset(x.shape, window, &job.inputs[1..]);
    let (dims, steps) = (window.lengths(), x.shape.steps());
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8 bool], T => {
        copy_strided(x.typed::<T>(), offset, dims, &steps[..dims.len()], job.output())
    })
}

/// With the same starts for all examples a window of one more axis; else each example's own elements, picked by flat index.
fn batch_rule(r: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let (x, sizes, count) = (r.inputs[0], r.attrs.indices("sizes"), batch::size(r, batched));
    let window = [&[count], &sizes[..]].concat();
    if !batched[1..].contains(&true) {
        let starts = [&[operands::literal(0.0, DType::I64)], &r.inputs[1..]].concat();
        return vec![x.dynamic_slice(&starts, &window)];
    }
    let dims = x.shape().dims();
    let own = if batched[0] { &dims[1..] } else { &dims[..] };
    let starts = indices::clamped_starts(&r.inputs[1..], own, &sizes, count);
    let along = |(axis, &start): (usize, &Wire)| {
        indices::coordinate(&window, axis + 1) + indices::spread(start, &window)
    };
    let places: Vec<Wire> = starts.iter().enumerate().map(along).collect();
    let strides = Shape::new(own).map(Shape::strides).unwrap_or_default();
    let flat = indices::flat(&places, &strides, &window);
    let length: usize = own.iter().product();
    let picked = if batched[0] {
        let each: usize = sizes.iter().product();
        gather(x.reshape(&[count, length]), flat.reshape(&[count, each]), 1, 1, false).reshape(&window)
    } else {
        gather(x.reshape(&[length]), flat, 0, 0, false)
    };
    vec![picked]
}

impl Wire {
    /// A window of `sizes` that begins at `starts`, one i64 scalar for each axis. Starts are clamped, so that the window lies
    /// within this value.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let specs = (Spec::new(&[4], DType::F64).unwrap(), Spec::scalar(DType::I64));
    /// let program = trace(|x: Wire, start: Wire| x.dynamic_slice(&[start], &[2]), &specs)?;
    /// let x = Tensor::from([1.0, 2.0, 3.0, 4.0]);
    /// assert_eq!(program.run((x.clone(), 1i64.into()))?.to_f64(), [2.0, 3.0]);
    /// assert_eq!(program.run((x, 9i64.into()))?.to_f64(), [3.0, 4.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn dynamic_slice(self, starts: &[Wire], sizes: &[usize]) -> Wire {
        record(&DYNAMIC_SLICE, Attrs::new([("sizes", sizes.into())]), &[&[self], starts].concat())
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn numbers(dims: &[usize]) -> Tensor {
        Tensor::new((0..dims.iter().product::<usize>()).map(|i| i as f64).collect(), dims).unwrap()
    }

    #[test]
    fn each_example_has_its_own_start() {
        let specs = (Spec::new(&[2, 2, 4], DType::F64).unwrap(), Spec::new(&[2], DType::I64).unwrap());
        let window = |x: Wire, i: Wire, j: Wire| x.dynamic_slice(&[i, j], &[1, 2]);
        let both = trace(
            |x: Wire, j: Wire| {
                let y = vmap(move |x: Wire, j: Wire| window(x, constant(1i64), j))((x, j));
                (y, (y * y).sum().gradient(&x))
            },
            &specs,
        );
        let (y, gradient) = both.unwrap().run((numbers(&[2, 2, 4]), vec![-3i64, 9].into())).unwrap();
        assert_eq!(y.shape().dims(), [2, 1, 2]);
        assert_eq!(y.to_f64(), [4.0, 5.0, 14.0, 15.0]);
        let mut wanted = vec![0.0; 16];
        [4, 5, 14, 15].into_iter().for_each(|i: usize| wanted[i] = 2.0 * i as f64);
        assert_eq!(gradient.to_f64(), wanted);

        let specs = (Spec::new(&[2, 4], DType::F64).unwrap(), Spec::new(&[3], DType::I64).unwrap());
        let shared =
            trace(|x: Wire, j: Wire| vmap(move |j: Wire| window(x, j, constant(2i64)))((j,)), &specs);
        let y = shared.unwrap().run((numbers(&[2, 4]), vec![1i64, 0, -1].into())).unwrap();
        assert_eq!(y.to_f64(), [6.0, 7.0, 2.0, 3.0, 2.0, 3.0]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = Spec::new(&[4], DType::F64).unwrap();
        let text = |f: fn(Wire) -> Wire| trace(f, &(spec,)).err().unwrap().to_string();
        assert!(
            text(|x| x.dynamic_slice(&[constant(0i64)], &[5])).contains("dynamic_slice: a window [5] of [4]")
        );
        assert!(text(|x| x.dynamic_slice(&[], &[2])).contains("0 starts and a window [2] for 1 axes"));
        assert!(
            text(|x| x.dynamic_slice(&[x.sum()], &[2]))
                .contains("a start is f64[]; hint: starts are i64 scalars")
        );
    }
}
