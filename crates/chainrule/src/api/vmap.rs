//! Batching by the front axis.

use super::Traced;
use crate::base::{Shape, Site, Spec};
use crate::circuit::{Fault, Tree, Wire, Wires, at_site, caller_site, inner, mistake};
use crate::gates::INPUT;
use crate::transform::batch::batch;

/// A function for one example becomes a function for many: every argument gets an axis in front, and every result has it.
/// Wires that the function captures stay as they are, the same for each example.
///
/// ```
/// use chainrule::prelude::*;
/// // per-example gradients: vmap of grad
/// let spec = Spec::new(&[3], DType::F64).unwrap();
/// let program = trace(|x: Wire| vmap(|x: Wire| (x * x * x).gradient(&x))((x,)), &(spec,))?;
/// assert_eq!(program.run(([1.0, 2.0, 3.0].into(),))?.to_f64(), [3.0, 12.0, 27.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn vmap<In: Wires, F: Traced<In>>(f: F) -> impl Fn(In) -> F::Out {
    let site = caller_site();
    move |input| map(&f, &input, site)
}

fn map<In: Wires, F: Traced<In>>(f: &F, input: &In, site: Site) -> F::Out {
    let arguments = input.leaves();
    let specs: Vec<Option<Spec>> = arguments.iter().map(|w| w.spec()).collect();
    let sizes: Vec<Option<usize>> = specs.iter().flatten().map(|s| s.shape.iter().next()).collect();
    let fits = sizes.windows(2).all(|w| w[0] == w[1]) && !sizes.contains(&None);
    if !fits || sizes.is_empty() {
        if !specs.contains(&None) {
            let shapes: Vec<Shape> = specs.iter().flatten().map(|s| s.shape).collect();
            let what = format!("arguments have no common front axis: {shapes:?}");
            let hint = "every argument needs the batch axis in front, of one length";
            at_site(site, || mistake("vmap", Fault::new(what, hint)));
        }
        return f.call(input.map(&mut |_| Wire::POISON));
    }
    let inside = |spec: Spec| {
        let dims: Vec<usize> = spec.shape.iter().skip(1).collect();
        spec.with_shape(Shape::new(&dims).expect("a shape with an axis less is within the limits"))
    };
    let specs: Vec<Spec> = specs.into_iter().flatten().map(inside).collect();
    let call = |wires: &[Wire]| f.call(input.fill(wires).expect("one wire was made for each leaf"));
    let Some(traced) = inner(&INPUT, &specs, call, |out: &F::Out| out.leaves()) else {
        return f.call(input.map(&mut |_| Wire::POISON));
    };
    let size = sizes[0].unwrap_or(0);
    let lifted = traced.captured.iter().map(|&w| (w, false));
    let arguments: Vec<(Wire, bool)> = arguments.into_iter().map(|w| (w, true)).chain(lifted).collect();
    let outputs: Vec<Wire> =
        batch(&traced.circuit, &arguments).into_iter().map(|(w, batched)| repeat(w, batched, size)).collect();
    traced.result.fill(&outputs).expect("one output was kept for each leaf")
}

/// A result that depends on no argument is the same for each example.
fn repeat(wire: Wire, batched: bool, size: usize) -> Wire {
    if batched || wire.is_poisoned() {
        return wire;
    }
    let mut dims = vec![size];
    dims.extend(wire.shape().iter());
    wire.broadcast_to(&dims)
}
