//! Values of one shape, joined along a new axis.

use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};
use crate::gates::{concat, support::axes};

/// See the module.
pub static STACK: FunctionDef = FunctionDef {
    name: "stack",
    doc: Doc {
        summary: "Values of one shape, joined along a new axis.",
        formula: "y[.., i, ..] = values[i][.., ..]",
        local: "passed back to each value: its part of upstream",
        kinks: "",
        source: "",
    },
    call: Call { signature: "values, axis=0", build: |a| stack(&a.wires("values"), a.int("axis", 0)) },
};

/// Values of one shape, joined along a new axis.
///
/// ```
/// use chainrule::{prelude::*, stack};
/// let spec = Spec::new(&[2], DType::F64).unwrap();
/// let program = trace(|x: Wire, y: Wire| stack(&[x, y], -1), &(spec, spec))?;
/// let joined = program.run(([1.0, 2.0].into(), [3.0, 4.0].into()))?;
/// assert_eq!((joined.shape().dims(), joined.to_f64()), (vec![2, 2], vec![1.0, 3.0, 2.0, 4.0]));
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn stack(values: &[Wire], axis: i64) -> Wire {
    if values.iter().any(|w| w.is_poisoned()) {
        return Wire::POISON;
    }
    let Some(&first) = values.first() else {
        return mistake("stack", Fault::new("no values", "give at least one"));
    };
    if let Some(other) = values.iter().find(|w| w.spec() != first.spec()) {
        let of = |w: Wire| format!("{}{}", w.dtype(), w.shape());
        return mistake(
            "stack",
            Fault::new(format!("{} beside {}", of(*other), of(first)), "stack values of one shape and dtype"),
        );
    }
    // The new axis counts as one of the result.
    match axes::axis(first.shape().rank() + 1, axis) {
        Err(fault) => mistake("stack", fault),
        Ok(axis) => composed("stack", values, || {
            concat(&values.iter().map(|w| w.unsqueeze(axis)).collect::<Vec<_>>(), axis as i64)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::stack;
    use crate::functions::support::tests::{gradient_of, mistakes, run};

    #[test]
    fn parts_get_their_own_gradients() {
        let at = [[1.0, 2.0].into(), [3.0, 4.0].into()];
        assert_eq!(run(|w| vec![stack(w, 0)], &at), [vec![1.0, 2.0, 3.0, 4.0]]);
        let gradients = gradient_of(|w| (stack(w, 1) * stack(&[w[1], w[0]], 1).stop_gradient()).sum(), &at);
        assert_eq!(gradients, [vec![3.0, 4.0], vec![1.0, 2.0]]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let specs = [[1.0, 2.0].into(), [3.0].into()].map(|t: crate::Tensor| t.spec());
        let text = mistakes(|w| stack(w, 0), &specs);
        assert!(
            text.contains("stack: f64[1] beside f64[2]; hint: stack values of one shape and dtype"),
            "{text}"
        );
        assert!(mistakes(|w| stack(&w[..1], 2), &specs).contains("axis 2 of a value with 2 axes"));
        assert!(mistakes(|_| stack(&[], 0), &specs).contains("stack: no values"));
    }
}
