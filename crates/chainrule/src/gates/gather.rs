//! Elements picked by computed indices.

use super::scatter_add::scatter_add;
use super::support::{along, arguments, axes, batch, indices, no_flops, operands};
use crate::base::Shape;
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Reads, Room, Sampler,
    Wire, mistake, record,
};
use crate::numeric::index;

/// See the module.
pub static GATHER: GateDef = GateDef {
    name: "gather",
    doc: Doc {
        summary: "Elements along an axis, picked by i64 indices of any shape; the axes `shared` with the indices stand first. \
                  Negative indices count from the end.",
        formula: "y[s.., i.., j.., k..] = x[s.., i.., indices[s.., j..], k..], s the shared axes, i and k those around the axis",
        local: "passed back: the upstream added where its elements came from (scatter_add), so that several picks of one \
                element add up; indices have no gradient",
        kinks: "an index out of range gives NaN for floats, 0 for integers and false, and no gradient; in a constant it is a \
                mistake",
        source: "",
    },
    call: Some(Call {
        signature: "x, indices, axis=0",
        build: |a| a.wire("x").take(arguments::whole(a, "indices"), a.int("axis", 0)),
    }),
    arity: Arity::Exactly(2),
    attrs: &[("axis", Kind::Int), ("shared", Kind::Int), ("nan", Kind::Flag)],
    shape: |a, x| Ok(Outputs::One(x[0].with_shape(indices::picked(a, x[0], x[1])?))),
    class: Class::Index(kernel),
    element: |a, x, at| {
        let missing = if a.flag("nan") && x[0].spec.dtype.is_float() { f64::NAN } else { 0.0 };
        let from = indices::origin(a, x[0].spec.shape, x[1].spec.shape, at, |i| x[1].at(i));
        from.map_or(missing, |from| x[0].at(&from))
    },
    // Not linear in name only because the tangent of a missing element is 0, not NaN.
    local: Local::Pair {
        vjp: |r, up, _| {
            let Some(up) = up[0] else { return vec![None, None] };
            let (axis, shared) = (r.attrs.index("axis"), r.attrs.index("shared"));
            vec![Some(scatter_add(operands::zeros_like(r.inputs[0]), r.inputs[1], up, axis, shared)), None]
        },
        jvp: |r, tangents| {
            let (axis, shared) = (r.attrs.index("axis"), r.attrs.index("shared"));
            vec![tangents[0].map(|t| gather(t, r.inputs[1], axis, shared, false))]
        },
    },
    reads: Reads::INPUTS,
    batch: batch_rule,
    flops: no_flops,
    identities: &[],
    sample: |s| {
        let (dims, picks, axis, shared) = sample_pick(s);
        let length = dims[axis] as i64;
        let inputs = vec![s.reals(&dims, -2.0, 2.0), s.ints(&picks, -length, length - 1)];
        Case { attrs: attrs(axis, shared, true), inputs }
    },
};

/// Random dims of a value and of indices, an axis that is not empty, and how many axes both share.
pub(super) fn sample_pick(s: &mut Sampler) -> (Vec<usize>, Vec<usize>, usize, usize) {
    let mut dims = s.dims(1, 3);
    let axis = s.size(0, dims.len() - 1);
    dims[axis] = dims[axis].max(1);
    let shared = s.size(0, axis);
    let picks = [dims[..shared].to_vec(), s.dims(0, 2)].concat();
    (dims, picks, axis, shared)
}

fn attrs(axis: usize, shared: usize, nan: bool) -> Attrs {
    Attrs::new([("axis", axis.into()), ("shared", shared.into()), ("nan", nan.into())])
}

/// Records the gate in its general form.
#[track_caller]
pub(super) fn gather(x: Wire, indices: Wire, axis: usize, shared: usize, nan: bool) -> Wire {
    record(&GATHER, attrs(axis, shared, nan), &[x, indices])
}

fn kernel(job: &mut Job<'_>) {
    let (x, at) = (job.inputs[0], job.inputs[1]);
    let pick = indices::pick(job.attrs, x.shape, at.shape);
    let missing = if job.attrs.flag("nan") && x.data.dtype().is_float() { f64::NAN } else { 0.0 };
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8 bool], T => {
        let missing = <T as crate::base::Element>::from_f64(missing);
        index::gather_by(job.team, &pick, x.typed::<T>(), at.typed::<i64>(), missing, job.output())
    })
}

/// The batch axis becomes one more shared axis where both have it; else it stands beside the axes of the one that has it.
fn batch_rule(r: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let (axis, shared, nan) = (r.attrs.index("axis"), r.attrs.index("shared"), r.attrs.flag("nan"));
    let (x, at) = (r.inputs[0], r.inputs[1]);
    let picked = match (batched[0], batched[1]) {
        (true, false) if shared == 0 => gather(x, at, axis + 1, 0, nan),
        (false, true) => gather(x, at.move_axis(0, shared), axis, shared, nan).move_axis(axis, 0),
        _ => gather(batch::input(r, batched, 0), batch::input(r, batched, 1), axis + 1, shared + 1, nan),
    };
    vec![picked]
}

/// Whether indices fit a value for picking along an axis: of its shape but for that axis.
pub(super) fn alongside(x: Wire, indices: Wire, axis: usize) -> Result<(), Fault> {
    let (value, picks): (Shape, Shape) = (x.shape(), indices.shape());
    if picks.rank() == value.rank() && axes::without(value, &[axis]) == axes::without(picks, &[axis]) {
        return Ok(());
    }
    let what = format!("indices {picks} along axis {axis} of {value}");
    Err(Fault::new(what, "both must have the same axes but for that one"))
}

impl Wire {
    /// Elements along an axis by i64 indices of any shape, which takes the place of the axis. Negative indices count from the
    /// end; one out of range gives NaN for floats, 0 for integers and false, or a mistake if it is known now.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[3, 2], DType::F64).unwrap();
    /// let program = trace(|x: Wire| x.take(constant(vec![2i64, 0, -1]), 0), &(spec,))?;
    /// let x = Tensor::new(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[3, 2])?;
    /// assert_eq!(program.run((x,))?.to_f64(), [5.0, 6.0, 1.0, 2.0, 5.0, 6.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn take(self, indices: Wire, axis: i64) -> Wire {
        let Some(axis) = along::named("gather", self, axis) else { return Wire::POISON };
        match indices::check_constant(indices, self.shape()[axis]) {
            Err(fault) => mistake("gather", fault),
            Ok(()) => gather(self, indices, axis, 0, true),
        }
    }

    /// Along an axis, the element that each index names, for indices of this value's shape but for that axis: what puts
    /// `argsort` to use. Indices as in [`Wire::take`].
    #[track_caller]
    pub fn take_along(self, indices: Wire, axis: i64) -> Wire {
        if indices.is_poisoned() {
            return indices;
        }
        let Some(axis) = along::named("gather", self, axis) else { return Wire::POISON };
        let fits = alongside(self, indices, axis)
            .and_then(|()| indices::check_constant(indices, self.shape()[axis]));
        if let Err(fault) = fits {
            return mistake("gather", fault);
        }
        let last = self.shape().rank() - 1;
        gather(self.move_axis(axis, last), indices.move_axis(axis, last), last, last, true)
            .move_axis(last, axis)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn pick(indices: Vec<i64>, axis: i64) -> Result<(Tensor, Tensor)> {
        let x = Tensor::new((0..6).map(f64::from).collect(), &[2, 3])?;
        let program = trace(
            |x: Wire, i: Wire| {
                let y = x.take(i, axis);
                (y, y.sum().gradient(&x))
            },
            &(x.spec(), Spec::new(&[indices.len()], DType::I64).unwrap()),
        )?;
        program.run((x, indices.into()))
    }

    #[test]
    fn picks_of_one_element_add_up() {
        let (y, gradient) = pick(vec![2, 0, -1], 1).unwrap();
        assert_eq!(y.to_f64(), [2.0, 0.0, 2.0, 5.0, 3.0, 5.0]);
        assert_eq!(gradient.to_f64(), [1.0, 0.0, 2.0, 1.0, 0.0, 2.0]);
    }

    #[test]
    fn out_of_range_is_nan_without_gradient() {
        let (y, gradient) = pick(vec![7, 1, -3], 0).unwrap();
        let numbers = y.to_f64();
        assert!(numbers[..3].iter().all(|v| v.is_nan()) && numbers[6..].iter().all(|v| v.is_nan()));
        assert_eq!(numbers[3..6], [3.0, 4.0, 5.0]);
        assert_eq!(gradient.to_f64(), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        let whole = trace(
            |x: Wire, i: Wire| x.take(i, 0),
            &(Spec::new(&[2], DType::I32).unwrap(), Spec::scalar(DType::I64)),
        );
        assert_eq!(whole.unwrap().run((vec![5i32, 6].into(), 2i64.into())).unwrap().to_f64(), [0.0]);
    }

    #[test]
    fn along_an_axis_in_both_modes() {
        let specs = (Spec::new(&[3, 2], DType::F64).unwrap(), Spec::new(&[2, 2], DType::I64).unwrap());
        let program = trace(
            |x: Wire, i: Wire| {
                let y = x.take_along(i, 0);
                (y, (y * y).sum().gradient(&x))
            },
            &specs,
        );
        let x = Tensor::new((0..6).map(f64::from).collect(), &[3, 2]).unwrap();
        let i = Tensor::new(vec![2i64, 0, 2, -2], &[2, 2]).unwrap();
        let (y, gradient) = program.unwrap().run((x, i)).unwrap();
        assert_eq!(y.to_f64(), [4.0, 1.0, 4.0, 3.0]);
        assert_eq!(gradient.to_f64(), [0.0, 2.0, 0.0, 6.0, 16.0, 0.0]);
    }

    #[test]
    fn each_example_has_its_own_indices() {
        let specs = (Spec::new(&[2, 3], DType::F64).unwrap(), Spec::new(&[2, 2], DType::I64).unwrap());
        let program = trace(
            |x: Wire, i: Wire| {
                let both = vmap(|x: Wire, i: Wire| x.take(i, 0))((x, i));
                let columns = vmap(move |i: Wire| x.take(i, 1))((i,));
                let sums = vmap(|x: Wire, i: Wire| x.scatter_add(i, x.slice_axis(0, 0, 2), 0))((x, i));
                let along = vmap(|x: Wire, i: Wire| {
                    vmap(|x: Wire, i: Wire| x.take(i, 0))((x.broadcast_to(&[2, 3]), i))
                })((x, i));
                (both, columns, sums, along)
            },
            &specs,
        );
        let x = Tensor::new((0..6).map(f64::from).collect(), &[2, 3]).unwrap();
        let i = Tensor::new(vec![2i64, 0, 1, 1], &[2, 2]).unwrap();
        let (both, columns, sums, along) = program.unwrap().run((x, i)).unwrap();
        assert_eq!(both.to_f64(), [2.0, 0.0, 4.0, 4.0]);
        assert_eq!(columns.shape().dims(), [2, 2, 2]);
        assert_eq!(columns.to_f64(), [2.0, 0.0, 5.0, 3.0, 1.0, 1.0, 4.0, 4.0]);
        assert_eq!(sums.to_f64(), [1.0, 1.0, 2.0, 3.0, 11.0, 5.0]);
        assert_eq!(along.to_f64(), [2.0, 0.0, 4.0, 4.0]);
    }

    #[test]
    fn missing_truth_values_are_false() {
        let specs = (Spec::new(&[2], DType::Bool).unwrap(), Spec::new(&[2], DType::I64).unwrap());
        let program = trace(|x: Wire, i: Wire| x.take(i, 0), &specs).unwrap();
        assert_eq!(
            program.run((vec![true, true].into(), vec![5i64, 1].into())).unwrap().to_f64(),
            [0.0, 1.0]
        );
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = Spec::new(&[2, 3], DType::F64).unwrap();
        let text = |f: fn(Wire) -> Wire| trace(f, &(spec,)).err().unwrap().to_string();
        let range = text(|x| x.take(constant(vec![0i64, 3]), 1));
        assert!(
            range.contains(
                "gather: index 3 of an axis of length 3; hint: indices go from 0 to 2, or from -3 to -1"
            ),
            "{range}"
        );
        assert!(text(|x| x.take(x, 0)).contains("indices are f64, not i64; hint: cast them first"));
        assert!(text(|x| x.take(constant(0i64), 2)).contains("axis 2 of a value with 2 axes"));
        assert!(
            text(|x| x.take_along(constant(vec![0i64]), 0)).contains("indices [1] along axis 0 of [2, 3]")
        );
    }
}
