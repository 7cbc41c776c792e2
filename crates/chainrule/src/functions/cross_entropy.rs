//! The cross entropy of classes, from logits and integer labels.

use super::support::{is_float, shifted};
use crate::base::DType;
use crate::circuit::{Args, Call, Doc, Fault, FunctionDef, Wire, composed, mistake};
use crate::gates::iota;
use crate::gates::support::arguments;
use crate::gates::support::operands::{filled_like, literal_like, zeros_like};

/// See the module.
pub static CROSS_ENTROPY: FunctionDef = FunctionDef {
    name: "cross_entropy",
    doc: Doc {
        summary: "The surprise at each label, from logits along the last axis: one loss for each example. Labels that are \
                  `ignore` have loss 0.",
        formula: "loss = log(sum over j of exp(x_j)) - x_label",
        local: "dloss/dx_j = softmax(x)_j - (j = label)",
        kinks: "a label that is no class gives NaN; an ignored example passes nothing back, whatever its logits are",
        source: "",
    },
    call: Call {
        signature: "logits, labels, ignore=none",
        build: |a| {
            let (logits, labels) = (a.wire("logits"), arguments::whole(a, "labels"));
            match ignore(a) {
                Some(ignore) => logits.cross_entropy_ignoring(labels, ignore),
                None => logits.cross_entropy(labels),
            }
        },
    },
};

/// See the module.
pub static CROSS_ENTROPY_MEAN: FunctionDef = FunctionDef {
    name: "cross_entropy_mean",
    doc: Doc {
        summary: "The mean cross entropy over the examples whose label is not `ignore`.",
        formula: "loss = sum of the losses / how many labels are not ignored",
        local: "that of cross_entropy / how many labels are not ignored",
        kinks: "0 where all labels are ignored",
        source: "",
    },
    call: Call {
        signature: "logits, labels, ignore=none",
        build: |a| {
            let (logits, labels) = (a.wire("logits"), arguments::whole(a, "labels"));
            match ignore(a) {
                Some(ignore) => logits.cross_entropy_mean(labels, ignore),
                None => logits.cross_entropy(labels).mean(),
            }
        },
    },
};

fn ignore(args: &Args<'_>) -> Option<i64> {
    args.has("ignore").then(|| args.int("ignore", 0))
}

/// Labels as i64, if they are labels of these logits.
#[track_caller]
fn checked(logits: Wire, labels: Wire) -> Option<Wire> {
    let (x, y) = (logits.spec()?, labels.spec()?);
    if !is_float("cross_entropy", logits) {
        return None;
    }
    if !y.dtype.is_integer() {
        let what = format!("labels are {}, not whole numbers", y.dtype);
        mistake("cross_entropy", Fault::new(what, "cast them, as in .cast(DType::I64)"));
        return None;
    }
    let rank = x.shape.rank();
    if rank == 0 || !x.shape.iter().take(rank - 1).eq(y.shape.iter()) {
        let what = format!("logits {} and labels {} don't fit", x.shape, y.shape);
        mistake(
            "cross_entropy",
            Fault::new(what, "labels have the axes of the logits but the last, the classes"),
        );
        return None;
    }
    Some(labels.cast(DType::I64))
}

#[track_caller]
fn losses(logits: Wire, labels: Wire) -> Wire {
    let classes = logits.shape().rank() - 1;
    // The shift goes out of both terms before they meet, so that large logits cost no digits.
    let (x, _) = shifted(logits, classes);
    let total = x.exp().sum_axes(&[classes]).log();
    // Chosen by comparison, not by index: so the loss and its gradient are one pass over the logits.
    let count = x.shape()[classes];
    let hit = labels.unsqueeze(classes).eq(iota(&[count], 0, DType::I64));
    let picked = hit.select(x, zeros_like(x)).sum_axes(&[classes]);
    let is_class = labels.ge(0).and(labels.lt(count as i64));
    let picked = is_class.select(picked, filled_like(f64::NAN, picked));
    total - picked
}

/// Losses without those of ignored labels, and which labels count.
#[track_caller]
fn kept_losses(logits: Wire, labels: Wire, ignore: i64) -> (Wire, Wire) {
    let keep = labels.ne(ignore);
    // Both are replaced before they are used: a NaN in an ignored row reaches neither the loss nor the gradient.
    let rows = keep.unsqueeze(logits.shape().rank() - 1).select(logits, zeros_like(logits));
    let losses = losses(rows, keep.select(labels, zeros_like(labels)));
    (keep.select(losses, zeros_like(losses)), keep)
}

impl Wire {
    /// The cross entropy of each label (whole numbers) under the softmax of these logits along the last axis.
    #[track_caller]
    pub fn cross_entropy(self, labels: Wire) -> Wire {
        let Some(whole) = checked(self, labels) else { return Wire::POISON };
        composed("cross_entropy", &[self, labels], || losses(self, whole))
    }

    /// The same, with loss 0 where the label is `ignore`.
    #[track_caller]
    pub fn cross_entropy_ignoring(self, labels: Wire, ignore: i64) -> Wire {
        let Some(whole) = checked(self, labels) else { return Wire::POISON };
        composed("cross_entropy", &[self, labels], || kept_losses(self, whole, ignore).0)
    }

    /// The mean cross entropy over the examples whose label is not `ignore`; 0 if there is none.
    #[track_caller]
    pub fn cross_entropy_mean(self, labels: Wire, ignore: i64) -> Wire {
        let Some(whole) = checked(self, labels) else { return Wire::POISON };
        composed("cross_entropy_mean", &[self, labels], || {
            let (losses, keep) = kept_losses(self, whole, ignore);
            let count = keep.cast(self.dtype()).sum();
            losses.sum() / count.maximum(literal_like(1.0, count))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::base::{DType, Spec, Tensor};
    use crate::functions::support::tests::{check_gradient, gradient_of, mistakes, random, run};

    fn rows(values: &[f64]) -> Tensor {
        Tensor::new(values.to_vec(), &[values.len() / 2, 2]).expect("an even count")
    }

    #[test]
    fn follows_its_definition() {
        let x = random(&[2, 3, 4], 1);
        let labels = Tensor::new(vec![0i64, 3, 1, 2, 2, 0], &[2, 3]).expect("six labels");
        let found = run(|w| vec![w[0].cross_entropy(w[1])], &[x.clone(), labels.clone()]);
        for ((row, label), loss) in x.to_f64().chunks(4).zip(labels.to_f64()).zip(&found[0]) {
            let sum: f64 = row.iter().map(|x| x.exp()).sum();
            assert!((loss - (sum.ln() - row[label as usize])).abs() < 1e-14);
        }
        check_gradient(|w| (w[0].cross_entropy(w[1]) * w[2]).sum(), &[x, labels, random(&[2, 3], 2)]);
    }

    #[test]
    fn extreme_logits_and_labels_that_are_no_class() {
        let at = [rows(&[1000.0, -1000.0, 0.0, -1000.0]), [0i64, 1].into()];
        assert_eq!(run(|w| vec![w[0].cross_entropy(w[1])], &at), [vec![0.0, 1000.0]]);
        assert_eq!(gradient_of(|w| w[0].cross_entropy(w[1]).sum(), &at), [vec![0.0, 0.0, 1.0, -1.0]]);
        let odd = run(|w| vec![w[0].cross_entropy(w[1])], &[rows(&[1.0, 2.0, 3.0, 4.0]), [2i64, -1].into()]);
        assert!(odd[0].iter().all(|loss| loss.is_nan()));
    }

    #[test]
    fn ignored_labels_count_for_nothing() {
        let at = [rows(&[0.0, 0.0, f64::NAN, 5.0]), [1i64, -100].into()];
        let half = 2f64.ln();
        assert_eq!(run(|w| vec![w[0].cross_entropy_ignoring(w[1], -100)], &at), [vec![half, 0.0]]);
        assert_eq!(run(|w| vec![w[0].cross_entropy_mean(w[1], -100)], &at), [vec![half]]);
        assert_eq!(gradient_of(|w| w[0].cross_entropy_mean(w[1], -100), &at), [vec![0.5, -0.5, 0.0, 0.0]]);
        let none = [rows(&[1.0, 2.0]), [7i64].into()];
        assert_eq!(run(|w| vec![w[0].cross_entropy_mean(w[1], 7)], &none), [vec![0.0]]);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = |dims: &[usize], dtype| Spec::new(dims, dtype).expect("a small shape");
        let text =
            mistakes(|w| w[0].cross_entropy(w[1]), &[spec(&[4, 3], DType::F64), spec(&[3], DType::I64)]);
        assert!(text.contains("cross_entropy: logits [4, 3] and labels [3] don't fit"), "{text}");
        let text =
            mistakes(|w| w[0].cross_entropy(w[1]), &[spec(&[4, 3], DType::F64), spec(&[4], DType::F64)]);
        assert!(text.contains("labels are f64, not whole numbers; hint: cast them"), "{text}");
    }
}
