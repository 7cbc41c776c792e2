//! Zeros around and between elements.

use super::concat;
use super::support::no_flops;
use crate::base::{Shape, Spec, limits};
use crate::circuit::{
    Args, Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Identity, Job, Kind, Local, Outputs, Reads,
    Room, Then, When, Wire, gate_of, mistake, open_node, record,
};
use crate::numeric::movement::{copy_into_strided, copy_strided};
use crate::numeric::scratch;

/// See the module.
pub static PAD: GateDef = GateDef {
    name: "pad",
    doc: Doc {
        summary: "Zeros before and after the elements of each axis, and between neighbours; a negative number of zeros crops.",
        formula: "y[low + i (between + 1)] = x[i] along each axis, 0 elsewhere",
        local: "passed back: the upstream where the elements went (slice)",
        kinks: "",
        source: "the pad of XLA, openxla.org/xla/operation_semantics",
    },
    call: Some(Call { signature: "x, low, high, between=none", build: call }),
    arity: Arity::Exactly(1),
    attrs: &[("low", Kind::Ints), ("high", Kind::Ints), ("between", Kind::Ints)],
    shape: shape_rule,
    class: Class::Move(kernel),
    element: |a, x, at| {
        let (low, steps) = (a.ints("low"), steps(a));
        let mut from = Vec::with_capacity(at.len());
        for (axis, &i) in at.iter().enumerate() {
            let place = i as i64 - low[axis];
            if place < 0 || place % steps[axis] != 0 || place / steps[axis] >= x[0].spec.shape[axis] as i64 {
                return 0.0;
            }
            from.push((place / steps[axis]) as usize);
        }
        x[0].at(&from)
    },
    local: Local::Linear(cropped),
    reads: Reads::NOTHING,
    batch: |r, _| {
        let with = |name| [&[0], r.attrs.ints(name)].concat();
        vec![r.inputs[0].pad_between(&with("low"), &with("high"), &with("between"))]
    },
    flops: no_flops,
    identities: &[Identity::any(
        "no zeros around x = x",
        When::Attrs(adds_nothing),
        Then::Input(0),
        "nothing is computed",
    )],
    sample: |s| {
        let dims = s.dims(1, 3);
        let between: Vec<i64> = dims.iter().map(|_| s.int(0, 2)).collect();
        let low: Vec<i64> = dims.iter().map(|_| s.int(-2, 2)).collect();
        let least = |axis: usize| -low[axis] - reach(dims[axis], between[axis]) as i64;
        let high: Vec<i64> = (0..dims.len()).map(|axis| s.int(-2, 2).max(least(axis))).collect();
        let attrs = Attrs::new([("low", low.into()), ("high", high.into()), ("between", between.into())]);
        Case { attrs, inputs: vec![s.reals(&dims, -2.0, 2.0)] }
    },
};

/// Zeros between the elements of an axis count only where there are two.
fn adds_nothing(attrs: &Attrs, x: Spec) -> bool {
    let between = attrs.ints("between").iter().zip(x.shape.iter()).all(|(&zeros, d)| zeros == 0 || d < 2);
    between && ["low", "high"].iter().all(|name| attrs.ints(name).iter().all(|&zeros| zeros == 0))
}

/// The distance of neighbours along each axis.
fn steps(attrs: &Attrs) -> Vec<i64> {
    attrs.ints("between").iter().map(|b| b + 1).collect()
}

/// How far the elements of an axis reach with zeros between them.
fn reach(length: usize, between: i64) -> i128 {
    if length == 0 { 0 } else { (length as i128 - 1) * (i128::from(between) + 1) + 1 }
}

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (from, [low, high, between]) =
        (inputs[0].shape, ["low", "high", "between"].map(|name| attrs.ints(name)));
    if [low, high, between].iter().any(|list| list.len() != from.rank()) {
        let what = format!("low {low:?}, high {high:?} and between {between:?} for {} axes", from.rank());
        return Err(Fault::new(what, "give one for each axis"));
    }
    let most = limits::ELEMENTS as i64;
    if let Some(n) = [low, high, between].into_iter().flatten().find(|n| !(-most..=most).contains(*n)) {
        return Err(Fault::new(format!("{n} zeros"), format!("a tensor has at most {most} elements")));
    }
    if let Some(negative) = between.iter().find(|&&b| b < 0) {
        return Err(Fault::new(format!("{negative} zeros between neighbours"), "slice with steps instead"));
    }
    let mut dims = from.dims();
    for (axis, length) in dims.iter_mut().enumerate() {
        let padded = reach(*length, between[axis]) + i128::from(low[axis]) + i128::from(high[axis]);
        *length = usize::try_from(padded).map_err(|_| {
            let what =
                format!("{} before and {} after axis {axis} of {from} leave {padded}", low[axis], high[axis]);
            Fault::new(what, "crop less")
        })?;
    }
    Ok(Outputs::One(inputs[0].with_shape(Shape::new(&dims).map_err(|e| Fault::new(e, ""))?)))
}

/// What arrives where the elements went; 0 for those that were cropped away.
fn cropped(r: &Room<'_>, up: Wire, _: usize) -> Wire {
    let negated = |name| r.attrs.ints(name).iter().map(|&n| -n).collect::<Vec<i64>>();
    let spread = up.pad_between(&negated("low"), &negated("high"), &vec![0; up.shape().rank()]);
    let dims = spread.shape().dims();
    let steps: Vec<usize> = steps(r.attrs).into_iter().map(|s| s as usize).collect();
    if steps.iter().all(|&step| step == 1) {
        spread
    } else {
        spread.slice(&vec![0; dims.len()], &dims, &steps)
    }
}

/// The elements along one axis that are not cropped away: the first, how many, and the place of the first.
fn kept(length: usize, low: i64, step: i64, padded: usize) -> (usize, usize, usize) {
    let first = if low < 0 { (-low as u64).div_ceil(step as u64) as usize } else { 0 };
    let place = low as i128 + first as i128 * step as i128;
    let room = padded as i128 - place;
    if first >= length || room <= 0 {
        return (0, 0, 0);
    }
    let fitting = ((room - 1) / step as i128 + 1) as usize;
    (first, fitting.min(length - first), place as usize)
}

fn kernel(job: &mut Job<'_>) {
    let (x, to) = (job.inputs[0], job.shape);
    let (low, between, rank) = (job.attrs.ints("low"), job.attrs.ints("between"), to.rank());
    let (from_steps, mut to_steps) = (x.shape.steps(), to.steps());
    let (mut counts, mut start, mut offset) = ([0; limits::RANK], 0, 0);
    for axis in 0..rank {
        let step = between[axis] + 1;
        let (first, count, place) = kept(x.shape[axis], low[axis], step, to[axis]);
        counts[axis] = count;
        start += first * from_steps[axis].unsigned_abs();
        offset += place * to_steps[axis].unsigned_abs();
        to_steps[axis] = to_steps[axis].wrapping_mul(step as isize);
    }
    let (counts, from_steps, to_steps) = (&counts[..rank], &from_steps[..rank], &to_steps[..rank]);
    let count = counts.iter().product();
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64 u8 bool], T => {
        let (x, output) = (x.typed::<T>(), job.output::<T>());
        output.fill(T::default());
        if count == x.len() {
            // Nothing is cropped: the elements are already side by side.
            return copy_into_strided(x, output, offset, counts, to_steps);
        }
        scratch::filled(count, T::default(), |rest| {
            copy_strided(x, start, counts, from_steps, rest);
            copy_into_strided(rest, output, offset, counts, to_steps);
        });
    })
}

/// Whether a wire is something with zeros around it.
pub fn is_padded(wire: Wire) -> bool {
    gate_of(wire).is_some_and(|gate| std::ptr::eq(gate, &PAD))
}

/// Values with zeros around them that are to be added up, as the gradients of slices are. Parts that fill an axis without a
/// gap are put end to end instead; gives what is left to add up.
pub fn joined(values: Vec<Wire>) -> Vec<Wire> {
    let parts: Vec<Option<Part>> = values.iter().map(|&wire| Part::of(wire)).collect();
    let mut along: Vec<(usize, &Part)> =
        parts.iter().enumerate().filter_map(|(i, part)| Some((i, part.as_ref()?))).collect();
    let Some(&(_, first)) = along.first() else { return values };
    let axis = first.axis;
    along.retain(|(_, part)| part.axis == axis);
    along.sort_by_key(|(_, part)| part.start);
    let ends = along.iter().map(|(_, part)| part.end);
    let fits = along.iter().map(|(_, part)| part.start).skip(1).zip(ends).all(|(start, end)| start == end);
    let length = values[0].shape()[axis];
    let fills = along.first().is_some_and(|(_, part)| part.start == 0)
        && along.last().is_some_and(|(_, part)| part.end == length);
    if !fits || !fills || along.len() < 2 {
        return values;
    }
    let inner: Vec<Wire> = along.iter().map(|(_, part)| part.inner).collect();
    let rest = (0..values.len()).filter(|i| along.iter().all(|(at, _)| at != i)).map(|i| values[i]);
    std::iter::once(concat(&inner, axis as i64)).chain(rest).collect()
}

/// Something with zeros before and after it along one axis.
struct Part {
    inner: Wire,
    axis: usize,
    start: usize,
    end: usize,
}

impl Part {
    fn of(wire: Wire) -> Option<Part> {
        let gate = open_node(wire).filter(|gate| std::ptr::eq(gate.gate, &PAD))?;
        let [low, high, between] = ["low", "high", "between"].map(|name| gate.attrs.ints(name));
        let mut axes = (0..low.len()).filter(|&axis| low[axis] != 0 || high[axis] != 0);
        let (axis, inner) = (axes.next()?, gate.inputs[0]);
        let plain = between.iter().zip(inner.shape().iter()).all(|(&zeros, d)| zeros == 0 || d < 2);
        let is_part = plain && axes.next().is_none() && high[axis] >= 0;
        let start = usize::try_from(low[axis]).ok()?;
        is_part.then(|| Part { inner, axis, start, end: start + inner.shape()[axis] })
    }
}

fn call(args: &Args<'_>) -> Wire {
    let x = args.wire("x");
    let (Some(low), Some(high)) = (args.ints("low"), args.ints("high")) else {
        return mistake("pad", Fault::new("low or high is missing", "write pad(x, [0, 1], [0, 1])"));
    };
    let between = args.ints("between").unwrap_or_else(|| vec![0; low.len()]);
    x.pad_between(&low, &high, &between)
}

impl Wire {
    /// Zeros before and after the elements of each axis; a negative number crops. None at all: the same wire.
    #[track_caller]
    pub fn pad(self, low: &[i64], high: &[i64]) -> Wire {
        self.pad_between(low, high, &vec![0; low.len()])
    }

    /// The same with zeros between neighbours too.
    #[track_caller]
    pub fn pad_between(self, low: &[i64], high: &[i64], between: &[i64]) -> Wire {
        let nothing = [low, high, between]
            .iter()
            .all(|list| list.len() == self.shape().rank() && list.iter().all(|&n| n == 0));
        if nothing {
            return self;
        }
        let attrs = [("low", low), ("high", high), ("between", between)]
            .map(|(name, list)| (name, list.to_vec().into()));
        record(&PAD, Attrs::new(attrs), &[self])
    }
}

#[cfg(test)]
mod tests {
    use super::kept;
    use crate::prelude::*;

    #[test]
    fn what_is_cropped_away() {
        assert_eq!(kept(4, 1, 2, 8), (0, 4, 1));
        assert_eq!(kept(4, -1, 2, 6), (1, 3, 1));
        assert_eq!(kept(4, -2, 2, 3), (1, 2, 0));
        assert_eq!(kept(4, -9, 1, 2), (0, 0, 0));
        assert_eq!(kept(0, 2, 1, 4), (0, 0, 0));
        assert_eq!(kept(2, i64::MIN + 1, i64::MAX, 3), (1, 1, 0));
    }

    #[test]
    fn other_dtypes_are_padded_with_their_zero() {
        let program =
            trace(|x: Wire| x.pad_between(&[1], &[-1], &[1]), &(Spec::new(&[3], DType::Bool).unwrap(),))
                .unwrap();
        assert_eq!(program.run((vec![true; 3].into(),)).unwrap().to_f64(), [0.0, 1.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let text = |low: i64, between: i64| {
            let padded = |x: Wire| x.pad_between(&[low], &[0], &[between]);
            trace(padded, &(Spec::new(&[3], DType::F64).unwrap(),)).err().unwrap().to_string()
        };
        assert!(text(-4, 0).contains("pad: -4 before and 0 after axis 0 of [3] leave -1; hint: crop less"));
        assert!(text(0, -1).contains("-1 zeros between neighbours"));
        assert!(text(i64::MAX, 0).contains("elements"));
    }
}
