//! Scaled dot-product attention.

use super::support::{is_float, optional, shifted};
use crate::circuit::{Call, Doc, Fault, FunctionDef, Wire, composed, mistake};
use crate::gates::support::matrices::{numbers, split};
use crate::gates::support::operands::filled_like;

/// See the module.
pub static ATTENTION: FunctionDef = FunctionDef {
    name: "attention",
    doc: Doc {
        summary: "For each query the mean of the values, weighted by how well their keys fit: queries [.., t, d], keys \
                  [.., s, d], values [.., s, e] give [.., t, e]. A mask (bool, broadcast to [.., t, s]) says which keys a \
                  query may see; causal: none after its own place, counted from the end where t and s differ.",
        formula: "y = softmax(q k^T / sqrt(d)) v",
        local: "that of matmul and softmax",
        kinks: "a query that may see no key gives 0 and passes nothing back",
        source: "Vaswani et al. 2017, arXiv:1706.03762",
    },
    call: Call {
        signature: "q, k, v, mask=none, causal=false",
        build: |a| {
            attention(a.wire("q"), a.wire("k"), a.wire("v"), optional(a, "mask"), a.flag("causal", false))
        },
    },
};

/// For each query the mean of the values, weighted by the softmax of `q k^T / sqrt(d)` over the keys that it may see.
#[track_caller]
pub fn attention(q: Wire, k: Wire, v: Wire, mask: Option<Wire>, causal: bool) -> Wire {
    attention_with(q, k, v, mask, causal, |weights| weights)
}

/// As [`attention`], with something done to the weights `[.., t, s]` before they weigh the values, such as dropout.
///
/// ```
/// use chainrule::{attention_with, prelude::*};
/// let spec = Spec::new(&[3, 2], DType::F64).unwrap();
/// let program = trace(
///     |x: Wire, key: Wire| attention_with(x, x, x, None, true, |weights| weights.dropout(0.1, key)),
///     &(spec, Spec::scalar(DType::I64)),
/// )?;
/// assert_eq!(program.circuit().output_specs(program.circuit().outputs[0]), [spec]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[track_caller]
pub fn attention_with(
    q: Wire,
    k: Wire,
    v: Wire,
    mask: Option<Wire>,
    causal: bool,
    change: impl FnOnce(Wire) -> Wire,
) -> Wire {
    if [Some(q), Some(k), Some(v), mask].into_iter().flatten().any(|w| w.is_poisoned()) {
        return Wire::POISON;
    }
    if !is_float("attention", q) {
        return Wire::POISON;
    }
    let shapes = [q.shape(), k.shape(), v.shape()];
    let ((_, t, d), (_, s, depth), (_, values, _)) = (split(shapes[0]), split(shapes[1]), split(shapes[2]));
    if shapes.iter().any(|shape| shape.rank() < 2) || d != depth || s != values {
        let what = format!("queries {}, keys {} and values {} don't fit", shapes[0], shapes[1], shapes[2]);
        return mistake("attention", Fault::new(what, "they are [.., t, d], [.., s, d] and [.., s, e]"));
    }
    let given: Vec<Wire> = [Some(q), Some(k), Some(v), mask].into_iter().flatten().collect();
    composed("attention", &given, || {
        let scores = (q / (d as f64).sqrt()).matmul(k.mt());
        let order = causal.then(|| causal_mask(t, s));
        let allowed = match (mask, order) {
            (Some(mask), Some(order)) => Some(mask.and(order)),
            (mask, order) => mask.or(order),
        };
        change(weights(scores, allowed)).matmul(v)
    })
}

/// Which keys lie not after a query, the last query standing at the last key.
#[track_caller]
fn causal_mask(queries: usize, keys: usize) -> Wire {
    let (i, j) = numbers(queries, keys);
    (j - i).le(keys as i64 - queries as i64)
}

#[track_caller]
fn weights(scores: Wire, allowed: Option<Wire>) -> Wire {
    let last = scores.shape().rank().saturating_sub(1);
    let Some(allowed) = allowed.filter(|_| !scores.is_poisoned()) else { return scores.softmax(-1) };
    let seen = allowed.select(scores, filled_like(f64::NEG_INFINITY, scores));
    if seen.is_poisoned() {
        return seen;
    }
    let shares = shifted(seen, last).0.exp();
    let total = shares.sum_axes(&[last]).keep_axes(shares.shape(), &[last]);
    // A query that sees nothing has shares that are all 0, and so has their quotient by 1.
    shares * total.eq(0.0).select(filled_like(1.0, total), total).reciprocal()
}

#[cfg(test)]
mod tests {
    use super::{attention, attention_with};
    use crate::base::{DType, Spec, Tensor};
    use crate::functions::support::tests::{check_gradient, gradient_of, mistakes, random, run};

    fn qkv() -> Vec<Tensor> {
        vec![random(&[2, 3, 4], 1), random(&[2, 3, 4], 2), random(&[2, 3, 2], 3), random(&[2, 3, 2], 4)]
    }

    #[test]
    fn follows_its_definition() {
        let found = run(
            |w| {
                let plain = (w[0].matmul(w[1].mt()) / 2.0).softmax(-1).matmul(w[2]);
                vec![attention(w[0], w[1], w[2], None, false) - plain]
            },
            &qkv(),
        );
        assert!(found[0].iter().all(|d| d.abs() < 1e-15));
        check_gradient(|w| (attention(w[0], w[1], w[2], None, true) * w[3]).sum(), &qkv());
    }

    #[test]
    fn weights_can_be_changed_before_they_count() {
        let twice = |w: &[crate::Wire]| attention_with(w[0], w[1], w[2], None, true, |weights| weights * 2.0);
        let found = run(|w| vec![twice(w) - 2.0 * attention(w[0], w[1], w[2], None, true)], &qkv());
        assert!(found[0].iter().all(|d| d.abs() < 1e-15));
        check_gradient(|w| (twice(w) * w[3]).sum(), &qkv());
    }

    #[test]
    fn causal_queries_do_not_see_what_comes_later() {
        // The first query sees the first value alone, and its gradient reaches no other.
        let first = |w: &[crate::Wire]| attention(w[0], w[1], w[2], None, true).slice_axis(1, 0, 1);
        let all = qkv();
        let found = run(|w| vec![first(w) - w[2].slice_axis(1, 0, 1)], &all);
        assert!(found[0].iter().all(|d| *d == 0.0));
        let gradients = gradient_of(|w| first(w).sum(), &all);
        assert_eq!(gradients[2], [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn the_last_query_stands_at_the_last_key() {
        let [k, v] = [random(&[5, 2], 5), random(&[5, 2], 6)];
        let one = |causal| {
            run(
                |w| vec![attention(w[0], w[1], w[2], None, causal)],
                &[random(&[1, 2], 7), k.clone(), v.clone()],
            )
        };
        assert_eq!(one(true), one(false));
    }

    #[test]
    fn a_query_that_sees_nothing_gives_zero() {
        let mask = Tensor::new(vec![false, false, false, true, true, true, false, true, false], &[3, 3])
            .expect("nine");
        let mut all = qkv();
        all.push(mask);
        let f = |w: &[crate::Wire]| attention(w[0], w[1], w[2], Some(w[4]), false);
        let found = run(|w| vec![f(w)], &all);
        assert_eq!(found[0][..2], [0.0, 0.0]);
        assert_eq!(found[0][4..6], all[2].to_f64()[2..4]);
        let gradients = gradient_of(|w| (f(w) * w[3]).sum(), &all);
        assert!(gradients.iter().flatten().all(|g| g.is_finite()));
        assert_eq!(gradients[0][..4], [0.0; 4]);
        check_gradient(|w| (f(w) * w[3]).sum(), &all);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = |dims: &[usize]| Spec::new(dims, DType::F64).expect("a small shape");
        let specs = [spec(&[3, 4]), spec(&[3, 5]), spec(&[3, 2])];
        let text = mistakes(|w| attention(w[0], w[1], w[2], None, false), &specs);
        assert!(
            text.contains("attention: queries [3, 4], keys [3, 5] and values [3, 2] don't fit"),
            "{text}"
        );
    }
}
