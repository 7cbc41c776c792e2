//! Products summed over any axes of two values.

use crate::base::Spec;
use crate::circuit::{Args, Call, Doc, Fault, FunctionDef, Wire, composed, mistake};

/// See the module.
pub static DOT_GENERAL: FunctionDef = FunctionDef {
    name: "dot_general",
    doc: Doc {
        summary: "The product of two values, summed over pairs of axes, side by side along others; matmul with the axes of \
                  your choice. The result has the paired axes, then those left of the first, then those left of the second.",
        formula: "y[b.., i.., j..] = sum over k.. of x[b.., i.., k..] y[b.., k.., j..]",
        local: "passed back: dot_general of upstream with the other value",
        kinks: "",
        source: "the general product of XLA (openxla.org/xla/operation_semantics)",
    },
    call: Call {
        signature: "a, b, contract_a, contract_b, batch_a=none, batch_b=none",
        build: |a| {
            let axes = |name| axes_of(a, name);
            let contract = [axes("contract_a"), axes("contract_b")];
            let batch = [axes("batch_a"), axes("batch_b")];
            let (contract, batch) = (contract.each_ref().map(|v| &v[..]), batch.each_ref().map(|v| &v[..]));
            a.wire("a").dot_general(a.wire("b"), contract, batch)
        },
    },
};

/// Axes as given; negative ones become too large, and are refused with them.
fn axes_of(args: &Args<'_>, name: &str) -> Vec<usize> {
    args.ints(name)
        .unwrap_or_default()
        .iter()
        .map(|&axis| usize::try_from(axis).unwrap_or(usize::MAX))
        .collect()
}

fn check(x: [Spec; 2], contract: [&[usize]; 2], batch: [&[usize]; 2]) -> Result<(), Fault> {
    if x[0].dtype != x[1].dtype {
        return Err(Fault::new(
            format!("dtypes differ: {} and {}", x[0].dtype, x[1].dtype),
            "cast one of them",
        ));
    }
    for side in 0..2 {
        let mut named = [contract[side], batch[side]].concat();
        named.sort_unstable();
        let (shape, twice) = (x[side].shape, named.windows(2).any(|w| w[0] == w[1]));
        if twice || named.last().is_some_and(|&axis| axis >= shape.rank()) {
            let what = format!("axes {:?} and {:?} of {shape}", contract[side], batch[side]);
            return Err(Fault::new(what, "name axes that are there, each once"));
        }
    }
    for (what, pairs) in [("contracted", contract), ("paired", batch)] {
        let lengths = |side: usize| pairs[side].iter().map(|&axis| x[side].shape[axis]).collect::<Vec<_>>();
        if lengths(0) != lengths(1) {
            let text = format!("{what} axes have lengths {:?} and {:?}", lengths(0), lengths(1));
            return Err(Fault::new(text, "pairs of axes must be equally long"));
        }
    }
    Ok(())
}

/// The value as [batch, rows, columns] with the axes in the given order, and the lengths of the axes left over.
struct Side {
    wire: Wire,
    batch: Vec<usize>,
    free: Vec<usize>,
}

impl Side {
    #[track_caller]
    fn new(x: Wire, contract: &[usize], batch: &[usize], contract_last: bool) -> Side {
        let shape = x.shape();
        let free: Vec<usize> =
            (0..shape.rank()).filter(|a| !contract.contains(a) && !batch.contains(a)).collect();
        let (rows, columns) = if contract_last { (&free[..], contract) } else { (contract, &free[..]) };
        let lengths = |axes: &[usize]| axes.iter().map(|&axis| shape[axis]).collect::<Vec<usize>>();
        let size = |axes: &[usize]| lengths(axes).iter().product::<usize>();
        let ordered = x.transpose(&[batch, rows, columns].concat());
        let mut dims = vec![size(rows), size(columns)];
        if !batch.is_empty() {
            dims.insert(0, size(batch));
        }
        Side { wire: ordered.reshape(&dims), batch: lengths(batch), free: lengths(&free) }
    }
}

/// The product, once the axes have been checked.
#[track_caller]
pub(super) fn product(a: Wire, b: Wire, contract: [&[usize]; 2], batch: [&[usize]; 2]) -> Wire {
    let left = Side::new(a, contract[0], batch[0], true);
    let right = Side::new(b, contract[1], batch[1], false);
    // Without a sum it is a product of each with each, which needs no matrix.
    let matrix = if contract[0].is_empty() { left.wire * right.wire } else { left.wire.matmul(right.wire) };
    matrix.reshape(&[left.batch, left.free, right.free].concat())
}

impl Wire {
    /// The product with another value, summed over pairs of axes (`contract`: those of this, those of the other), side by
    /// side along others (`batch`). The result has the batch axes, then the axes left of this, then those left of the other.
    #[track_caller]
    pub fn dot_general(self, other: Wire, contract: [&[usize]; 2], batch: [&[usize]; 2]) -> Wire {
        let (Some(a), Some(b)) = (self.spec(), other.spec()) else { return Wire::POISON };
        match check([a, b], contract, batch) {
            Err(fault) => mistake("dot_general", fault),
            Ok(()) => composed("dot_general", &[self, other], || product(self, other, contract, batch)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec};
    use crate::functions::support::tests::{check_gradient, mistakes, random, run};

    #[test]
    fn follows_its_definition() {
        let (a, b) = (random(&[3, 2, 4], 1), random(&[4, 5, 2], 2));
        // y[j, i, k] = sum over l of a[i, j, l] b[l, k, j]
        let found =
            run(|w| vec![w[0].dot_general(w[1], [&[2], &[0]], [&[1], &[2]])], &[a.clone(), b.clone()]);
        let (x, y) = (a.to_f64(), b.to_f64());
        for (at, got) in found[0].iter().enumerate() {
            let (j, i, k) = (at / 15, at / 5 % 3, at % 5);
            let wanted: f64 = (0..4).map(|l| x[(i * 2 + j) * 4 + l] * y[(l * 5 + k) * 2 + j]).sum();
            assert!((got - wanted).abs() < 1e-14);
        }
        check_gradient(
            |w| (w[0].dot_general(w[1], [&[2], &[0]], [&[1], &[2]]) * w[2]).sum(),
            &[a, b, random(&[2, 3, 5], 3)],
        );
    }

    #[test]
    fn without_a_sum_it_is_each_with_each() {
        let found = run(
            |w| vec![w[0].dot_general(w[1], [&[], &[]], [&[], &[]])],
            &[[1.0, 2.0].into(), [3.0, 5.0].into()],
        );
        assert_eq!(found, [vec![3.0, 5.0, 6.0, 10.0]]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let specs = [&[2, 3], &[2, 3]].map(|dims| Spec::new(dims, DType::F64).expect("a small shape"));
        let text = mistakes(|w| w[0].dot_general(w[1], [&[1], &[0]], [&[], &[]]), &specs);
        assert!(text.contains("dot_general: contracted axes have lengths [3] and [2]"), "{text}");
        let text = mistakes(|w| w[0].dot_general(w[1], [&[2], &[0]], [&[], &[]]), &specs);
        assert!(text.contains("axes [2] and [] of [2, 3]; hint: name axes that are there"), "{text}");
    }
}
