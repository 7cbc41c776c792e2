//! Functions with gradient rules of the user's own.

use super::Traced;
use crate::circuit::{Wires, caller_site};
use crate::gates::custom;

/// A function whose gradient in reverse mode is what `rule` says: from inputs, outputs and upstream to what is passed back
/// to each input. Forward mode is its transpose. The rule is traced like everything else, so that it can be differentiated
/// again and batched. Neither may use wires from outside: they would get no gradient.
///
/// ```
/// use chainrule::prelude::*;
/// // the identity, whose gradient is clipped on the way back
/// let clipped = custom_vjp(
///     |x: Wire| x.identity(),
///     |_: (Wire,), _: Wire, up: Wire| (up.gt(1.0).select(constant(1.0), up),),
/// );
/// let spec = Spec::scalar(DType::F64);
/// let program = trace(|x: Wire| (100.0 * clipped((x,))).gradient(&x), &(spec,))?;
/// assert_eq!(program.run((3.0.into(),))?.item()?, 1.0);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn custom_vjp<In: Wires, F: Traced<In>>(
    f: F,
    rule: impl Fn(In, F::Out, F::Out) -> In,
) -> impl Fn(In) -> F::Out {
    let site = caller_site();
    move |input| custom(&|x| f.call(x), Some(&rule), None, (&input, site))
}

/// A function whose tangent in forward mode is what `rule` says: from inputs, outputs and the tangents of the inputs to the
/// tangents of the outputs, in which it is linear. Reverse mode is its transpose.
///
/// ```
/// use chainrule::prelude::*;
/// let square = custom_jvp(|x: Wire| x * x, |(x,): (Wire,), _: Wire, (t,): (Wire,)| 2.0 * x * t);
/// let spec = Spec::scalar(DType::F64);
/// let program = trace(|x: Wire| square((x,)).gradient(&x), &(spec,))?;
/// assert_eq!(program.run((3.0.into(),))?.item()?, 6.0);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn custom_jvp<In: Wires, F: Traced<In>>(
    f: F,
    rule: impl Fn(In, F::Out, In) -> F::Out,
) -> impl Fn(In) -> F::Out {
    let site = caller_site();
    move |input| custom(&|x| f.call(x), None, Some(&rule), (&input, site))
}

/// A function with a rule for each mode. They are taken at their word: compare them with each other and with differences by
/// [`check_gradient`](crate::check_gradient).
///
/// ```
/// use chainrule::prelude::*;
/// let square = |x: Wire| {
///     custom_rules(
///         |x: Wire| x * x,
///         |(x,): (Wire,), _: Wire, up: Wire| (2.0 * x * up,),
///         |(x,): (Wire,), _: Wire, (t,): (Wire,)| 2.0 * x * t,
///     )((x,))
/// };
/// check_gradient(square, &(3.0.into(),))?.ensure()?;
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn custom_rules<In: Wires, F: Traced<In>>(
    f: F,
    vjp: impl Fn(In, F::Out, F::Out) -> In,
    jvp: impl Fn(In, F::Out, In) -> F::Out,
) -> impl Fn(In) -> F::Out {
    let site = caller_site();
    move |input| custom(&|x| f.call(x), Some(&vjp), Some(&jvp), (&input, site))
}
