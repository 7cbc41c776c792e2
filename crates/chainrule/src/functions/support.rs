//! What functions share.

use crate::circuit::{Args, Fault, Wire, mistake};
use crate::gates::support::operands::{filled_like, zeros_like};
use crate::gates::support::{arguments, axes};

/// Whether a wire holds floats; a mistake of `function` if not.
#[track_caller]
pub fn is_float(function: &str, x: Wire) -> bool {
    if x.is_poisoned() {
        return false;
    }
    let dtype = x.dtype();
    if !dtype.is_float() {
        mistake(function, crate::gates::support::wants("floats", dtype));
    }
    dtype.is_float()
}

/// A function over axes as a formula calls it: `f(x, axis=none, keep=false)`.
pub fn over_axes(args: &Args<'_>, function: impl FnOnce(Wire, &[usize]) -> Wire) -> Wire {
    let x = args.wire("x");
    if x.is_poisoned() {
        return x;
    }
    let rank = x.shape().rank();
    let named = args.ints("axis").unwrap_or_else(|| (0..rank as i64).collect());
    match axes::axes(rank, &named) {
        Err(fault) => mistake(args.function, fault),
        Ok(axes) => {
            let folded = function(x, &axes);
            if args.flag("keep", false) { folded.keep_axes(x.shape(), &axes) } else { folded }
        }
    }
}

/// An argument that may be left out.
pub fn optional(args: &Args<'_>, name: &str) -> Option<Wire> {
    args.has(name).then(|| args.wire(name))
}

/// All axes of a wire.
pub fn all_axes(x: Wire) -> Vec<usize> {
    (0..x.shape().rank()).collect()
}

/// `x` less its largest element along an axis, so that exponentials stay finite; less nothing where that is infinite.
/// The shift cancels in what it is used for, so that no gradient goes through it.
#[track_caller]
pub fn shifted(x: Wire, axis: usize) -> (Wire, Wire) {
    let largest = x.stop_gradient().max_axes(&[axis]).keep_axes(x.shape(), &[axis]);
    let finite = largest.gt(f64::NEG_INFINITY).and(largest.lt(f64::INFINITY));
    let shift = finite.select(largest, zeros_like(largest));
    (x - shift, shift)
}

/// `x` times a switch that goes from 0 to 1 as x grows and is flat at both ends, as in silu. Beyond these bounds it is 0 or 1
/// to the last bit, so that the bounds change no value; they keep infinities out of products with 0, which would be NaN.
#[track_caller]
pub fn switched(x: Wire, switch: impl FnOnce(Wire) -> Wire) -> Wire {
    let end = filled_like(SWITCHED, x);
    let inside = x.maximum(-end).minimum(end);
    x.gt(end).select(x, inside * switch(inside))
}

/// Where sigmoid, erf and tanh have long reached their ends.
const SWITCHED: f64 = 1000.0;

/// The square root whose gradient at 0 is 0: where 0 is the end of a norm's range, not a point that is passed.
#[track_caller]
pub fn root(x: Wire) -> Wire {
    let zero = x.eq(0.0);
    zero.select(zeros_like(x), zero.select(filled_like(1.0, x), x).sqrt())
}

/// A count for each of two axes: one number for both, or a list of two.
pub fn two(args: &Args<'_>, name: &str, default: Option<usize>) -> Option<[usize; 2]> {
    if let (false, Some(default)) = (args.has(name), default) {
        return Some([default; 2]);
    }
    match arguments::counts(args, name)?[..] {
        [both] => Some([both; 2]),
        [first, second] => Some([first, second]),
        ref given => {
            let hint = format!("{name} must be a whole number, or one for each axis");
            mistake(args.function, Fault::new(format!("{name} is {given:?}"), hint));
            None
        }
    }
}

#[cfg(test)]
pub mod tests {
    //! What the tests of functions share: run, differentiate, and compare with central differences.

    use crate::api::trace;
    use crate::base::{Spec, Tensor};
    use crate::circuit::Wire;

    fn specs(inputs: &[Tensor]) -> (Vec<Spec>,) {
        (inputs.iter().map(Tensor::spec).collect(),)
    }

    /// What a function gives, as plain numbers.
    pub fn run(f: impl Fn(&[Wire]) -> Vec<Wire>, inputs: &[Tensor]) -> Vec<Vec<f64>> {
        let program = trace(|w: Vec<Wire>| f(&w), &specs(inputs)).expect("the test's function traces");
        let outputs = program.run((inputs.to_vec(),)).expect("the test's inputs fit");
        outputs.iter().map(Tensor::to_f64).collect()
    }

    fn floats(wires: &[Wire]) -> Vec<Wire> {
        wires.iter().copied().filter(|w| w.dtype().is_float()).collect()
    }

    /// The gradient of a scalar function for each input of floats.
    pub fn gradient_of(f: impl Fn(&[Wire]) -> Wire, inputs: &[Tensor]) -> Vec<Vec<f64>> {
        run(|w| f(w).gradient_or_zero(&floats(w)), inputs)
    }

    /// The matrix of second derivatives of a scalar function of one input.
    pub fn hessian_of(f: impl Fn(&[Wire]) -> Wire, input: &Tensor) -> Vec<f64> {
        run(|w| vec![f(w).hessian(w[0])], std::slice::from_ref(input)).remove(0)
    }

    /// Values of an element-wise function, and the gradient of their sum.
    pub fn value_and_gradient(f: impl Fn(Wire) -> Wire, points: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut both = run(
            |w| {
                let y = f(w[0]);
                vec![y, y.sum().gradient(&w[0])]
            },
            &[points.into()],
        );
        let gradient = both.pop().unwrap_or_default();
        (both.pop().unwrap_or_default(), gradient)
    }

    fn assert_near(what: &str, got: f64, wanted: f64, tolerance: f64) {
        assert!(
            (got - wanted).abs() <= tolerance * wanted.abs().max(1.0),
            "{what}: {got} instead of {wanted}"
        );
    }

    /// An element-wise function against its definition, its gradient against central differences of the definition.
    pub fn check(f: impl Fn(Wire) -> Wire, points: &[f64], definition: impl Fn(f64) -> f64) {
        let (y, dy) = value_and_gradient(f, points);
        for ((&x, y), dy) in points.iter().zip(y).zip(dy) {
            assert_near(&format!("value at {x}"), y, definition(x), 1e-15);
            let h = 1e-5;
            let slope = (definition(x + h) - definition(x - h)) / (2.0 * h);
            assert_near(&format!("gradient at {x}"), dy, slope, 1e-6);
        }
    }

    /// The gradient of a scalar function against central differences of itself.
    pub fn check_gradient(f: impl Fn(&[Wire]) -> Wire, inputs: &[Tensor]) {
        let gradients = gradient_of(&f, inputs);
        let floats = (0..inputs.len()).filter(|&i| inputs[i].dtype().is_float());
        for (i, gradient) in floats.zip(gradients) {
            for (place, got) in gradient.into_iter().enumerate() {
                let value = |step: f64| {
                    let mut moved = inputs.to_vec();
                    let mut numbers = inputs[i].to_f64();
                    numbers[place] += step;
                    moved[i] = Tensor::from_f64(inputs[i].spec(), &numbers);
                    run(|w| vec![f(w)], &moved)[0][0]
                };
                let central = |h: f64| (value(h) - value(-h)) / (2.0 * h);
                let wanted = (4.0 * central(5e-4) - central(1e-3)) / 3.0;
                assert_near(&format!("input {i}, number {place}"), got, wanted, 1e-8);
            }
        }
    }

    /// What a function that does not fit is told.
    pub fn mistakes(f: impl Fn(&[Wire]) -> Wire, specs: &[Spec]) -> String {
        let failed = trace(|w: Vec<Wire>| f(&w), &(specs.to_vec(),)).err();
        failed.expect("the test's function does not fit").to_string()
    }

    /// Random numbers in a shape.
    pub fn random(dims: &[usize], seed: u64) -> Tensor {
        crate::circuit::Sampler::new(seed).reals(dims, -1.5, 1.5)
    }
}
