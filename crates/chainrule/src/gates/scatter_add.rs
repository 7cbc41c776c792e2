//! Elements added at computed indices.

use super::gather::{alongside, gather, sample_pick};
use super::support::{along, arguments, batch, indices};
use crate::base::{DType, Spec, coordinates};
use crate::circuit::{
    Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Outputs, Plain, Reads, Room,
    Wire, mistake, record,
};
use crate::numeric::index;

/// See the module.
pub static SCATTER_ADD: GateDef = GateDef {
    name: "scatter_add",
    doc: Doc {
        summary: "A value with updates added at i64 indices along an axis: what gather does, backwards. The axes `shared` with \
                  the indices stand first. Negative indices count from the end; several updates of one element add up, in \
                  row-major order.",
        formula: "y = x, then y[s.., i.., indices[s.., j..], k..] += u[s.., i.., j.., k..]",
        local: "passed back to x: the upstream; to u: the upstream at its indices (gather); indices have no gradient",
        kinks: "an update whose index is out of range is dropped and has gradient 0; in a constant it is a mistake",
        source: "",
    },
    call: Some(Call {
        signature: "x, indices, updates, axis=0",
        build: |a| {
            a.wire("x").scatter_add(arguments::whole(a, "indices"), a.wire("updates"), a.int("axis", 0))
        },
    }),
    arity: Arity::Exactly(3),
    attrs: &[("axis", Kind::Int), ("shared", Kind::Int)],
    shape: shape_rule,
    class: Class::Index(kernel),
    element,
    local: Local::Linear(|r, up, i| match i {
        0 => up,
        _ => gather(up, r.inputs[1], r.attrs.index("axis"), r.attrs.index("shared"), false),
    }),
    reads: Reads::INPUTS,
    batch: batch_rule,
    flops: |_, inputs, _| inputs[2].shape.elements() as u64,
    identities: &[],
    sample: |s| {
        let (dims, picks, axis, shared) = sample_pick(s);
        let length = dims[axis] as i64;
        let updates = [&dims[..axis], &picks[shared..], &dims[axis + 1..]].concat();
        let inputs = vec![
            s.reals(&dims, -2.0, 2.0),
            s.ints(&picks, -length - 1, length),
            s.reals(&updates, -2.0, 2.0),
        ];
        Case { attrs: attrs(axis, shared), inputs }
    },
};

fn attrs(axis: usize, shared: usize) -> Attrs {
    Attrs::new([("axis", axis.into()), ("shared", shared.into())])
}

/// Records the gate in its general form.
#[track_caller]
pub(super) fn scatter_add(x: Wire, indices: Wire, updates: Wire, axis: usize, shared: usize) -> Wire {
    record(&SCATTER_ADD, attrs(axis, shared), &[x, indices, updates])
}

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (x, updates) = (inputs[0], inputs[2]);
    if x.dtype != updates.dtype {
        return Err(Fault::new(
            format!("dtypes differ: {} and {}", x.dtype, updates.dtype),
            "cast one of them",
        ));
    }
    if x.dtype == DType::Bool {
        return Err(super::support::wants("numbers", x.dtype));
    }
    let wanted = indices::picked(attrs, x, inputs[1])?;
    if updates.shape != wanted {
        let what = format!(
            "updates {} for indices {} along axis {} of {}",
            updates.shape,
            inputs[1].shape,
            attrs.int("axis"),
            x.shape
        );
        return Err(Fault::new(what, format!("updates must have shape {wanted}")));
    }
    Ok(Outputs::One(x))
}

fn element(attrs: &Attrs, x: &[Plain], at: &[usize]) -> f64 {
    let goes_here = |from: &Vec<usize>| {
        let to = indices::origin(attrs, x[0].spec.shape, x[1].spec.shape, from, |i| x[1].at(i));
        to.as_deref() == Some(at)
    };
    coordinates(x[2].spec.shape).filter(goes_here).fold(x[0].at(at), |sum, from| sum + x[2].at(&from))
}

fn kernel(job: &mut Job<'_>) {
    let (x, at, updates) = (job.inputs[0], job.inputs[1], job.inputs[2]);
    let pick = indices::pick(job.attrs, x.shape, at.shape);
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8], T => {
        index::scatter_add_by(job.team, &pick, x.typed::<T>(), at.typed(), updates.typed(), job.output())
    })
}

/// With the same indices for all examples the batch axis is one more axis before; else all share it.
fn batch_rule(r: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let (axis, shared) = (r.attrs.index("axis"), r.attrs.index("shared"));
    let (x, updates) = (batch::input(r, batched, 0), batch::input(r, batched, 2));
    let sums = if !batched[1] && shared == 0 {
        scatter_add(x, r.inputs[1], updates, axis + 1, 0)
    } else {
        scatter_add(x, batch::input(r, batched, 1), updates, axis + 1, shared + 1)
    };
    vec![sums]
}

impl Wire {
    /// This value with updates added at i64 indices along an axis: the indices take the place of the axis in the shape of the
    /// updates. Several updates of one element add up; one whose index is out of range is dropped, or a mistake if the index
    /// is known now.
    #[track_caller]
    pub fn scatter_add(self, indices: Wire, updates: Wire, axis: i64) -> Wire {
        let Some(axis) = along::named("scatter_add", self, axis) else { return Wire::POISON };
        match indices::check_constant(indices, self.shape()[axis]) {
            Err(fault) => mistake("scatter_add", fault),
            Ok(()) => scatter_add(self, indices, updates, axis, 0),
        }
    }

    /// This value with updates added along an axis, each at the index beside it: indices and updates have one shape, this
    /// value's but for that axis.
    #[track_caller]
    pub fn scatter_add_along(self, indices: Wire, updates: Wire, axis: i64) -> Wire {
        if indices.is_poisoned() || updates.is_poisoned() {
            return Wire::POISON;
        }
        let Some(axis) = along::named("scatter_add", self, axis) else { return Wire::POISON };
        let fits = alongside(self, indices, axis)
            .and_then(|()| indices::check_constant(indices, self.shape()[axis]));
        if let Err(fault) = fits {
            return mistake("scatter_add", fault);
        }
        if indices.shape() != updates.shape() {
            let what = format!("updates {} for indices {}", updates.shape(), indices.shape());
            return mistake("scatter_add", Fault::new(what, "give one update for each index"));
        }
        let last = self.shape().rank() - 1;
        let [x, at, updates] = [self, indices, updates].map(|w| w.move_axis(axis, last));
        scatter_add(x, at, updates, last, last).move_axis(last, axis)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn duplicates_add_up_and_strays_are_dropped() {
        let specs = (
            Spec::new(&[3], DType::F64).unwrap(),
            Spec::new(&[4], DType::I64).unwrap(),
            Spec::new(&[4], DType::F64).unwrap(),
        );
        let program = trace(
            |x: Wire, i: Wire, u: Wire| {
                let y = x.scatter_add(i, u, 0);
                let (dx, du) = (y * y).sum().gradient(&(x, u));
                (y, dx, du)
            },
            &specs,
        );
        let inputs = ([1.0, 2.0, 3.0].into(), vec![2i64, -1, 0, 3].into(), [10.0, 20.0, 30.0, 40.0].into());
        let (y, dx, du) = program.unwrap().run(inputs).unwrap();
        assert_eq!(y.to_f64(), [31.0, 2.0, 33.0]);
        assert_eq!(dx.to_f64(), [62.0, 4.0, 66.0]);
        assert_eq!(du.to_f64(), [66.0, 66.0, 62.0, 0.0]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = Spec::new(&[3, 2], DType::F64).unwrap();
        let text = |f: fn(Wire) -> Wire| trace(f, &(spec,)).err().unwrap().to_string();
        let shapes = text(|x| x.scatter_add(constant(vec![0i64, 1]), x, 0));
        let wanted = "scatter_add: updates [3, 2] for indices [2] along axis 0 of [3, 2]; hint: updates must have shape [2, 2]";
        assert!(shapes.contains(wanted), "{shapes}");
        assert!(
            text(|x| x.scatter_add(constant(vec![-4i64]), x, 0)).contains("index -4 of an axis of length 3")
        );
        assert!(
            text(|x| x.gt(0.0).scatter_add(constant(0i64), x.gt(0.0), 0)).contains("takes numbers, not bool")
        );
    }
}
