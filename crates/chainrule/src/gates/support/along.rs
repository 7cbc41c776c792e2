//! What rooms that work along one axis share. The attribute `axis` names it.

use super::{axes, batch};
use crate::base::{DType, Spec};
use crate::circuit::{
    Args, Attr, Attrs, Case, Fault, GateDef, Outputs, Plain, Room, Sampler, Wire, mistake, record,
};
use crate::gates::{concat, support::operands::literal_like};

/// The axis that a caller names. `None` where the value is poisoned, or has no such axis, which is reported.
#[track_caller]
pub fn named(gate: &str, x: Wire, axis: i64) -> Option<usize> {
    if x.is_poisoned() {
        return None;
    }
    match axes::axis(x.shape().rank(), axis) {
        Ok(axis) => Some(axis),
        Err(fault) => {
            mistake(gate, fault);
            None
        }
    }
}

/// The axis of a gate's first input, checked.
pub fn checked(attrs: &Attrs, inputs: &[Spec]) -> Result<usize, Fault> {
    let axis = axes::axis(inputs[0].shape.rank(), attrs.int("axis"))?;
    // Kernels read the attribute as it is; the text form of a circuit could hold a negative one.
    if attrs.int("axis") < 0 {
        Err(Fault::new(format!("axis {}", attrs.int("axis")), "count it from 0"))
    } else {
        Ok(axis)
    }
}

/// The shape rule of running sums and products: the first input's spec; bool and u8 become i64, as in sums.
pub fn widened(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    checked(attrs, inputs)?;
    let narrow = matches!(inputs[0].dtype, DType::Bool | DType::U8);
    Ok(Outputs::One(if narrow { inputs[0].with_dtype(DType::I64) } else { inputs[0] }))
}

/// Records a gate with the attributes `axis` and `reverse`.
#[track_caller]
pub fn cumulated(gate: &'static GateDef, x: Wire, axis: i64, reverse: bool) -> Wire {
    let Some(axis) = named(gate.name, x, axis) else { return Wire::POISON };
    record(gate, Attrs::new([("axis", axis.into()), ("reverse", reverse.into())]), &[x])
}

/// A call from a formula: `f(x, axis=-1, reverse=false)`.
#[track_caller]
pub fn call(args: &Args<'_>, gate: &'static GateDef) -> Wire {
    cumulated(gate, args.wire("x"), args.int("axis", -1), args.flag("reverse", false))
}

/// The same gate over batched inputs, along the axis one further on.
pub fn batch(room: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let shifted = |(name, attr): &(&'static str, Attr)| match attr {
        Attr::Int(axis) if *name == "axis" => (*name, Attr::Int(axis + 1)),
        other => (*name, other.clone()),
    };
    let attrs = Attrs::from_list(room.attrs.list().iter().map(shifted).collect());
    vec![record(room.gate, attrs, &batch::inputs(room, batched))]
}

/// The elements up to `at` along the axis, in the order in which a running gate takes them.
pub fn so_far<'a>(attrs: &Attrs, x: &'a Plain, at: &[usize]) -> impl Iterator<Item = f64> + 'a {
    let (axis, at) = (attrs.index("axis"), at.to_vec());
    let count = if attrs.flag("reverse") { x.spec.shape[axis] - at[axis] } else { at[axis] + 1 };
    let from_start = !attrs.flag("reverse");
    let last = x.spec.shape[axis] - 1;
    (0..count).map(move |i| {
        let mut index = at.clone();
        index[axis] = if from_start { i } else { last - i };
        x.at(&index)
    })
}

/// Each element's predecessor along an axis, its successor with `reverse`; where there is none, `start`.
#[track_caller]
pub fn previous(x: Wire, axis: usize, reverse: bool, start: f64) -> Wire {
    let length = x.shape()[axis];
    if length == 0 {
        return x;
    }
    let (from, to) = if reverse { (1, length) } else { (0, length - 1) };
    let rest = x.slice_axis(axis as i64, from as i64, to as i64);
    let mut dims = x.shape().dims();
    dims[axis] = 1;
    let first = literal_like(start, x).broadcast_to(&dims);
    let parts = if reverse { [rest, first] } else { [first, rest] };
    concat(&parts, axis as i64)
}

/// A random case of a running gate: distinct elements, so that those which compare are smooth.
pub fn sample(s: &mut Sampler) -> Case {
    let dims = s.dims(1, 3);
    let axis = s.size(0, dims.len() - 1);
    let attrs = Attrs::new([("axis", axis.into()), ("reverse", s.coin().into())]);
    Case { attrs, inputs: vec![s.distinct(&dims)] }
}

/// The same with numbers around 1, of which now and then one is 0: for products.
pub fn sample_factors(s: &mut Sampler) -> Case {
    let Case { attrs, inputs } = sample(s);
    let factors = factors(s, &inputs[0].shape().dims());
    Case { attrs, inputs: vec![factors] }
}

/// Numbers around 1, of which now and then one is 0.
pub fn factors(s: &mut Sampler, dims: &[usize]) -> crate::base::Tensor {
    let mut draw = || if s.int(0, 5) == 0 { 0.0 } else { s.real(-2.0, 2.0) };
    let values: Vec<f64> = (0..dims.iter().product()).map(|_| draw()).collect();
    crate::base::Tensor::new(values, dims).expect("as many numbers were drawn as the shape holds")
}
