//! A part of each axis, with steps.

use super::support::{along, axes, batch, no_flops};
use crate::base::{Shape, Spec};
use crate::circuit::{
    Args, Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Kind, Local, Outputs, Reads, Room,
    Then, When, Wire, mistake, record,
};

/// See the module.
pub static SLICE: GateDef = GateDef {
    name: "slice",
    doc: Doc {
        summary: "A part of each axis: from a start up to, not including, a stop, in steps of 1 or more.",
        formula: "y[i, j, ..] = x[start_0 + i step_0, start_1 + j step_1, ..]",
        local: "passed back: upstream padded with zeros at the ends and between (pad)",
        kinks: "a start or stop beyond the axis is refused, not clamped",
        source: "",
    },
    call: Some(Call { signature: "x, starts, stops, steps=none", build: call }),
    arity: Arity::Exactly(1),
    attrs: &[("starts", Kind::Ints), ("stops", Kind::Ints), ("steps", Kind::Ints)],
    shape: shape_rule,
    class: Class::View(|a, to, from| Some(from.slice(&a.indices("starts"), &a.indices("steps"), to))),
    element: |a, x, at| {
        let along = a.ints("starts").iter().zip(a.ints("steps")).zip(at);
        let from: Vec<usize> = along.map(|((start, step), &i)| (start + step * i as i64) as usize).collect();
        x[0].at(&from)
    },
    local: Local::Linear(padded),
    reads: Reads::NOTHING,
    batch: |r, batched| {
        let with = |first: i64, name| [&[first], r.attrs.ints(name)].concat();
        let size = batch::size(r, batched) as i64;
        vec![of(r.inputs[0], with(0, "starts"), with(size, "stops"), with(1, "steps"))]
    },
    flops: no_flops,
    identities: &[Identity::any("the whole of x = x", When::Idle, Then::Input(0), "nothing is computed")],
    sample: |s| {
        let dims = s.dims(1, 3);
        let starts: Vec<usize> = dims.iter().map(|&d| s.size(0, d)).collect();
        let stops: Vec<usize> = dims.iter().zip(&starts).map(|(&d, &start)| s.size(start, d)).collect();
        let steps: Vec<usize> = dims.iter().map(|_| s.size(1, 3)).collect();
        let attrs = Attrs::new([("starts", starts.into()), ("stops", stops.into()), ("steps", steps.into())]);
        Case { attrs, inputs: vec![s.reals(&dims, -2.0, 2.0)] }
    },
};

#[track_caller]
fn of(x: Wire, starts: Vec<i64>, stops: Vec<i64>, steps: Vec<i64>) -> Wire {
    record(
        &SLICE,
        Attrs::new([("starts", starts.into()), ("stops", stops.into()), ("steps", steps.into())]),
        &[x],
    )
}

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (from, [starts, stops, steps]) =
        (inputs[0].shape, ["starts", "stops", "steps"].map(|name| attrs.ints(name)));
    if [starts, stops, steps].iter().any(|list| list.len() != from.rank()) {
        let what = format!("starts {starts:?}, stops {stops:?} and steps {steps:?} for {} axes", from.rank());
        return Err(Fault::new(what, "give one for each axis"));
    }
    let mut dims = from.dims();
    for (axis, length) in dims.iter_mut().enumerate() {
        let (start, stop, step) = (starts[axis], stops[axis], steps[axis]);
        if step < 1 {
            return Err(Fault::new(
                format!("a step of {step}"),
                "steps are 1 or more; reverse the axis for negative ones",
            ));
        }
        if !(0..=stop).contains(&start) || stop > *length as i64 {
            let what = format!("{start} to {stop} of axis {axis}, which has length {length}");
            return Err(Fault::new(what, "0 <= start <= stop <= length"));
        }
        *length = ((stop - start) as usize).div_ceil(step as usize);
    }
    Ok(Outputs::One(inputs[0].with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, ""))?)))
}

/// The upstream back in its places, zeros elsewhere.
fn padded(r: &Room<'_>, up: Wire, _: usize) -> Wire {
    let (from, starts, steps) = (r.inputs[0].shape(), r.attrs.ints("starts"), r.attrs.ints("steps"));
    let reach = |axis: usize| match up.shape()[axis] as i64 {
        0 => 0,
        count => (count - 1) * steps[axis] + 1,
    };
    let high: Vec<i64> =
        (0..from.rank()).map(|axis| from[axis] as i64 - starts[axis] - reach(axis)).collect();
    // A step that is never taken may be of any length.
    let taken = |(step, count): (&i64, usize)| if count > 1 { step - 1 } else { 0 };
    let between: Vec<i64> = steps.iter().zip(up.shape().iter()).map(taken).collect();
    up.pad_between(starts, &high, &between)
}

fn call(args: &Args<'_>) -> Wire {
    let x = args.wire("x");
    let (Some(starts), Some(stops)) = (args.ints("starts"), args.ints("stops")) else {
        return mistake("slice", Fault::new("starts or stops are missing", "write slice(x, [0, 2], [4, 3])"));
    };
    let steps = args.ints("steps").unwrap_or_else(|| vec![1; starts.len()]);
    let lengths = x.shape().dims();
    if x.is_poisoned() || lengths.len() != starts.len() || lengths.len() != stops.len() {
        return of(x, starts, stops, steps);
    }
    let counted = |list: Vec<i64>| list.iter().zip(&lengths).map(|(&i, &d)| from_end(i, d)).collect();
    of(x, counted(starts), counted(stops), steps)
}

/// A place as people write it: from the end if it is negative.
fn from_end(place: i64, length: usize) -> i64 {
    if place < 0 { place.saturating_add(length as i64) } else { place }
}

impl Wire {
    /// A part of each axis: from `starts` up to, not including, `stops`, every `steps`-th element.
    #[track_caller]
    pub fn slice(self, starts: &[usize], stops: &[usize], steps: &[usize]) -> Wire {
        let whole = |list: &[usize]| list.iter().map(|&i| i as i64).collect::<Vec<i64>>();
        of(self, whole(starts), whole(stops), whole(steps))
    }

    /// A part of one axis, from `start` up to, not including, `stop`; negative ones count from the end. The whole axis: the
    /// same wire.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[4], DType::F64).unwrap();
    /// let program = trace(|x: Wire| x.slice_axis(0, 1, -1), &(spec,))?;
    /// assert_eq!(program.run(([1.0, 2.0, 3.0, 4.0].into(),))?.to_f64(), [2.0, 3.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn slice_axis(self, axis: i64, start: i64, stop: i64) -> Wire {
        self.slice_step(axis, Some(start), Some(stop), 1)
    }

    /// A part of one axis as Python writes it: without a start or stop, from or to the end; with a negative step, backwards.
    /// Unlike Python, a start or stop beyond the axis is a mistake.
    #[track_caller]
    pub fn slice_step(self, axis: i64, start: Option<i64>, stop: Option<i64>, step: i64) -> Wire {
        let Some(axis) = along::named("slice", self, axis) else { return Wire::POISON };
        let length = self.shape()[axis];
        let last = length as i64;
        if step < 0 {
            // Element i is element last - 1 - i of the reversed axis, and a stop before element 0 is its end.
            let turned = |place: i64| (last - 1).saturating_sub(from_end(place, length));
            let (start, stop) = (start.map_or(0, turned), stop.map_or(last, turned));
            return self.reverse(&[axis as i64]).sliced(axis, start, stop, step.saturating_neg());
        }
        let (start, stop) =
            (start.map_or(0, |i| from_end(i, length)), stop.map_or(last, |i| from_end(i, length)));
        self.sliced(axis, start, stop, step)
    }

    #[track_caller]
    fn sliced(self, axis: usize, start: i64, stop: i64, step: i64) -> Wire {
        let dims = self.shape().dims();
        if (start, stop, step) == (0, dims[axis] as i64, 1) {
            return self;
        }
        let (mut starts, mut steps) = (vec![0; dims.len()], vec![1; dims.len()]);
        let mut stops: Vec<i64> = dims.iter().map(|&d| d as i64).collect();
        (starts[axis], stops[axis], steps[axis]) = (start, stop, step);
        of(self, starts, stops, steps)
    }

    /// One place of an axis, which is dropped; a negative one counts from the end.
    #[track_caller]
    pub fn at(self, axis: i64, place: i64) -> Wire {
        let Some(axis) = along::named("slice", self, axis) else { return Wire::POISON };
        let length = self.shape()[axis];
        let start = from_end(place, length);
        if !(0..length as i64).contains(&start) {
            let what = format!("place {place} of axis {axis}, which has length {length}");
            return mistake("slice", Fault::new(what, "places count from 0, or from -1 at the end"));
        }
        let part = self.sliced(axis, start, start + 1, 1);
        if part.is_poisoned() { part } else { part.reshape(&axes::without(part.shape(), &[axis])) }
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn run(f: fn(Wire) -> Wire) -> Result<Vec<f64>> {
        let x = Tensor::new((0..6).map(f64::from).collect(), &[6])?;
        Ok(trace(f, &(x.spec(),))?.run((x,))?.to_f64())
    }

    #[test]
    fn as_python_writes_it() {
        assert_eq!(run(|x| x.slice_step(0, None, None, -1)).unwrap(), [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
        assert_eq!(run(|x| x.slice_step(0, Some(-2), Some(0), -2)).unwrap(), [4.0, 2.0]);
        assert_eq!(run(|x| x.slice_step(0, Some(1), None, 2)).unwrap(), [1.0, 3.0, 5.0]);
        assert_eq!(run(|x| x.slice_step(-1, Some(3), Some(3), 1)).unwrap(), []);
        assert_eq!(run(|x| x.slice_step(0, Some(5), None, i64::MAX)).unwrap(), [5.0]);
        assert_eq!(run(|x| x.at(0, -2)).unwrap(), [4.0]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let text = |f| run(f).unwrap_err().to_string();
        assert!(text(|x| x.slice_axis(0, 2, 9)).contains("slice: 2 to 9 of axis 0, which has length 6"));
        assert!(text(|x| x.slice_step(0, None, None, 0)).contains("a step of 0"));
        assert!(
            text(|x| x.slice(&[0, 0], &[6, 1], &[1, 1])).contains("for 1 axes; hint: give one for each axis")
        );
        assert!(text(|x| x.at(0, 6)).contains("place 6 of axis 0, which has length 6"));
        assert!(text(|x| x.slice_axis(1, 0, 1)).contains("slice: axis 1 of a value with 1 axis"));
    }
}
