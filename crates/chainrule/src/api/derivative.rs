//! Derivatives of wires with respect to wires, in any nesting: each call only records more circuit.

use crate::base::{Shape, Spec};
use crate::circuit::{Fault, Wire, Wires, mistake};
use crate::gates::{
    self,
    support::operands::{filled_like, zeros_like},
};
use crate::transform::{adjoint, tangent};

impl Wire {
    /// The gradient of this scalar with respect to every leaf of a tree, in the same shape of tree: the total derivative,
    /// along every path. A leaf that no path reaches is a mistake that names it.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let program = trace(|x: Wire, y: Wire| (x * y).sin().gradient(&(x, y)), &(spec, spec))?;
    /// let (dx, dy) = program.run((0.5.into(), 2.0.into()))?;
    /// assert_eq!(dx.item()?, 2.0 * 1f64.cos());
    /// assert_eq!(dy.item()?, 0.5 * 1f64.cos());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn gradient<T: Wires>(self, of: &T) -> T {
        self.gradients(of, false)
    }

    /// The same, but a leaf that no path reaches has gradient 0.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let strict = trace(|x: Wire, y: Wire| (x * x).gradient(&(x, y)), &(spec, spec));
    /// let error = strict.unwrap_err().to_string();
    /// assert!(error.contains("gradient: no path leads from the loss to the requested wire 1"), "{error}");
    /// let program = trace(|x: Wire, y: Wire| (x * x).gradient_or_zero(&(x, y)), &(spec, spec))?;
    /// assert_eq!(program.run((3.0.into(), 2.0.into()))?, (6.0.into(), 0.0.into()));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn gradient_or_zero<T: Wires>(self, of: &T) -> T {
        self.gradients(of, true)
    }

    /// This scalar beside its gradient, as [`Wire::gradient`] gives it.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let program = trace(|x: Wire| (x * x).value_and_grad(&x), &(spec,))?;
    /// assert_eq!(program.run((3.0.into(),))?, (9.0.into(), 6.0.into()));
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn value_and_grad<T: Wires>(self, of: &T) -> (Wire, T) {
        (self, self.gradient(of))
    }

    #[track_caller]
    fn gradients<T: Wires>(self, of: &T, allow_no_path: bool) -> T {
        let poison = || of.map(&mut |_: &Wire| Wire::POISON);
        if self.is_poisoned() || of.leaves().iter().any(|w| w.is_poisoned()) {
            return poison();
        }
        if self.shape() != Shape::SCALAR {
            let hint = "sum it first, or ask for vjp or jacobian";
            mistake(
                "gradient",
                Fault::new(format!("the loss has shape {}, not one number", self.shape()), hint),
            );
            return poison();
        }
        if !floats("gradient", &[self]) || !floats("gradient", &of.leaves()) {
            return poison();
        }
        let at = of.leaves();
        let found = adjoint::vjp(&[self], &at, &[Some(filled_like(1.0, self))]);
        fill(of, &at, found, if allow_no_path { None } else { Some("gradient") })
    }

    /// The matrix of all partial derivatives of this wire, of shape `[..self, ..of]`, row by row in reverse mode where
    /// this has no more elements than `of`, else column by column in forward mode. Both must be f32 or f64.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[2], DType::F64).unwrap();
    /// let program = trace(|x: Wire| (x * x).jacobian(x), &(spec,))?;
    /// assert_eq!(program.run(([1.0, 2.0].into(),))?, [[2.0, 0.0], [0.0, 4.0]].into());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn jacobian(self, of: Wire) -> Wire {
        if self.shape().elements() <= of.shape().elements() {
            self.jacobian_reverse(of)
        } else {
            self.jacobian_forward(of)
        }
    }

    /// The Jacobian in reverse mode: one backward pass for each element of this wire, as one batch.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[3], DType::F64).unwrap();
    /// let program = trace(|x: Wire| x.square().sum().jacobian_reverse(x), &(spec,))?;
    /// assert_eq!(program.run(([1.0, 2.0, 3.0].into(),))?.to_f64(), [2.0, 4.0, 6.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn jacobian_reverse(self, of: Wire) -> Wire {
        let Some((rows, columns)) = jacobian_dims("jacobian", self, of) else { return Wire::POISON };
        let basis = basis(self);
        let rows_of = super::vmap(move |up: Wire| {
            adjoint::vjp(&[self], &[of], &[Some(up)])[0].unwrap_or_else(|| zeros_like(of))
        })((basis,));
        rows_of.reshape(&[rows, columns].concat())
    }

    /// The Jacobian in forward mode: one forward pass for each element of `of`, as one batch.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let program = trace(|t: Wire| (t * constant([1.0, 2.0])).jacobian_forward(t), &(Spec::scalar(DType::F64),))?;
    /// assert_eq!(program.run((0.5.into(),))?.to_f64(), [1.0, 2.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn jacobian_forward(self, of: Wire) -> Wire {
        let Some((rows, columns)) = jacobian_dims("jacobian", self, of) else { return Wire::POISON };
        let basis = basis(of);
        let columns_of = super::vmap(move |t: Wire| {
            tangent::jvp(&[self], &[of], &[Some(t)])[0].unwrap_or_else(|| zeros_like(self))
        })((basis,));
        columns_of.move_axis(0, rows.len()).reshape(&[rows, columns].concat())
    }

    /// The matrix of second derivatives of this scalar, of shape `[..of, ..of]`: forward mode over reverse mode.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[2], DType::F64).unwrap();
    /// let program = trace(|x: Wire| (x * x * x).sum().hessian(x), &(spec,))?;
    /// assert_eq!(program.run(([1.0, 2.0].into(),))?, [[6.0, 0.0], [0.0, 12.0]].into());
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn hessian(self, of: Wire) -> Wire {
        let gradient = self.gradient(&of);
        if gradient.is_poisoned() {
            return gradient;
        }
        gradient.jacobian_forward(of)
    }

    /// The Hessian of this scalar times a direction, without the matrix: forward mode over reverse mode.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::new(&[2], DType::F64).unwrap();
    /// let program = trace(|x: Wire, v: Wire| (x * x * x).sum().hvp(&x, &v), &(spec, spec))?;
    /// assert_eq!(program.run(([1.0, 2.0].into(), [1.0, 10.0].into()))?.to_f64(), [6.0, 120.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn hvp<T: Wires>(self, of: &T, direction: &T) -> T {
        let gradient = self.gradient(of);
        jvp(&gradient, of, direction)
    }

    /// The same value, through which no gradient and no tangent passes.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// let spec = Spec::scalar(DType::F64);
    /// let program = trace(|x: Wire| (x * x.stop_gradient()).gradient(&x), &(spec,))?;
    /// assert_eq!(program.run((3.0.into(),))?.item()?, 3.0);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn stop_gradient(self) -> Wire {
        crate::gates::stop_gradient(self)
    }
}

/// What is passed back to `at` when `upstream` arrives at `out`: the transposed Jacobian times `upstream`. A leaf of `at`
/// that no path reaches is a mistake that names it.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::new(&[2], DType::F64).unwrap();
/// let program = trace(|x: Wire, up: Wire| vjp(&(x * x), &x, &up), &(spec, spec))?;
/// assert_eq!(program.run(([1.0, 2.0].into(), [1.0, 10.0].into()))?.to_f64(), [2.0, 40.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn vjp<I: Wires, O: Wires>(out: &O, at: &I, upstream: &O) -> I {
    let (outs, ats, ups) = (out.leaves(), at.leaves(), upstream.leaves());
    let poisoned = outs.iter().chain(&ats).chain(&ups).any(|w| w.is_poisoned());
    if poisoned || !floats("vjp", &ats) || !pairs("vjp", "upstream", &outs, &ups) {
        return at.map(&mut |_: &Wire| Wire::POISON);
    }
    let ups: Vec<Option<Wire>> = ups.into_iter().map(|w| Some(w).filter(|w| w.dtype().is_float())).collect();
    let found = adjoint::vjp(&outs, &ats, &ups);
    fill(at, &ats, found, Some("vjp"))
}

/// The tangent of `out` when `at` moves along `tangent`: the Jacobian times `tangent`. Outputs that do not move have tangent 0.
///
/// ```
/// use chainrule::prelude::*;
/// let spec = Spec::new(&[2], DType::F64).unwrap();
/// let program = trace(|x: Wire, v: Wire| jvp(&(x * x).sum(), &x, &v), &(spec, spec))?;
/// assert_eq!(program.run(([1.0, 2.0].into(), [1.0, 10.0].into()))?.item()?, 42.0);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn jvp<I: Wires, O: Wires>(out: &O, at: &I, tangent: &I) -> O {
    let (outs, ats, tangents) = (out.leaves(), at.leaves(), tangent.leaves());
    let poisoned = outs.iter().chain(&ats).chain(&tangents).any(|w| w.is_poisoned());
    if poisoned || !floats("jvp", &ats) || !pairs("jvp", "tangent", &ats, &tangents) {
        return out.map(&mut |_: &Wire| Wire::POISON);
    }
    let tangents: Vec<Option<Wire>> = tangents.into_iter().map(Some).collect();
    let found = tangent::jvp(&outs, &ats, &tangents);
    fill(out, &outs, found, None)
}

/// The found derivatives in the shape of a tree. Missing ones are zeros, or mistakes of `gate` that name the leaf.
#[track_caller]
fn fill<T: Wires>(tree: &T, like: &[Wire], found: Vec<Option<Wire>>, gate: Option<&str>) -> T {
    let paths = tree.paths();
    let mut filled = Vec::with_capacity(like.len());
    for ((found, &like), path) in found.into_iter().zip(like).zip(paths) {
        filled.push(match (found, gate) {
            (Some(wire), _) => wire,
            (None, None) => zeros_like(like),
            (None, Some(gate)) => {
                let leaf = if path.is_empty() { String::new() } else { format!(" {path}") };
                let what = format!("no path leads from the loss to the requested wire{leaf}");
                mistake(gate, Fault::new(what, "ask for gradient_or_zero if that is meant"))
            }
        });
    }
    tree.fill(&filled).expect("one derivative was found or made for each leaf")
}

#[track_caller]
fn floats(gate: &str, wires: &[Wire]) -> bool {
    let odd = wires.iter().find(|w| !w.dtype().is_float());
    if let Some(odd) = odd {
        let what = format!("a value of {} has no gradient", odd.dtype());
        mistake(gate, Fault::new(what, "gradients flow through f32 and f64 only"));
    }
    odd.is_none()
}

#[track_caller]
fn pairs(gate: &str, what: &str, wires: &[Wire], given: &[Wire]) -> bool {
    let specs = |w: &[Wire]| w.iter().map(|w| w.spec()).collect::<Vec<Option<Spec>>>();
    let fits = specs(wires) == specs(given);
    if !fits {
        let show = |w: &[Wire]| {
            w.iter().map(|w| format!("{}{}", w.dtype(), w.shape())).collect::<Vec<_>>().join(", ")
        };
        let text = format!("{what} is ({}) for ({})", show(given), show(wires));
        mistake(
            gate,
            Fault::new(text, format!("give the {what} in the shape and dtype of what it belongs to")),
        );
    }
    fits
}

/// Dims of both, if the Jacobian can be taken.
#[track_caller]
fn jacobian_dims(gate: &str, out: Wire, of: Wire) -> Option<(Vec<usize>, Vec<usize>)> {
    if out.is_poisoned() || of.is_poisoned() || !floats(gate, &[out, of]) {
        return None;
    }
    Some((out.shape().dims(), of.shape().dims()))
}

/// One tensor for each element of a wire: 1 there, 0 elsewhere.
#[track_caller]
fn basis(wire: Wire) -> Wire {
    let dims = [vec![wire.shape().elements()], wire.shape().dims()].concat();
    match Spec::new(&dims, wire.dtype()) {
        Ok(_) => gates::basis(Spec { shape: wire.shape(), dtype: wire.dtype() }),
        Err(why) => mistake("jacobian", Fault::new(why, "ask for vjp or jvp instead")),
    }
}
