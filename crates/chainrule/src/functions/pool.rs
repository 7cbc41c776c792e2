//! Pooling over windows of one and two axes. One file for all four, which differ in a gate and an axis.

use super::support::two;
use crate::base::Shape;
use crate::circuit::{
    Args, Attr, Attrs, Call, Doc, Fault, FunctionDef, GateDef, Wire, composed, mistake, record,
};
use crate::gates::{AVG_POOL, MAX_POOL};

const MAX: &str = "x, window, stride=none, padding=0";
const AVERAGE: &str = "x, window, stride=none, padding=0, count_padding=true";

const fn doc(summary: &'static str, formula: &'static str, local: &'static str, kinks: &'static str) -> Doc {
    Doc { summary, formula, local, kinks, source: "" }
}

const LARGEST: [&str; 3] = [
    "y[.., i] = max of x[.., i stride + k - padding] over the window's places k",
    "dy/dx = 1 for the largest element under the window, else 0",
    "ties: the first element, row by row, gets the whole gradient. NaN is passed on; the first NaN wins",
];
const MEAN: [&str; 2] = [
    "y[.., i] = sum of x under the window / its places, or the elements under it where padding does not count",
    "dy/dx = 1 / what the sum was divided by, for the elements under the window",
];

/// See the module.
pub static MAX_POOL1D: FunctionDef = FunctionDef {
    name: "max_pool1d",
    doc: doc(
        "The largest element under each window along the last axis; the stride is the window if not given.",
        LARGEST[0],
        LARGEST[1],
        LARGEST[2],
    ),
    call: Call {
        signature: MAX,
        build: |a| one(a).map_or(Wire::POISON, |pool| a.wire("x").max_pool1d(pool)),
    },
};

/// See the module.
pub static MAX_POOL2D: FunctionDef = FunctionDef {
    name: "max_pool2d",
    doc: doc(
        "The largest element under each window on the last two axes; the stride is the window if not given. An option is \
         one number for both axes, or a list of two.",
        LARGEST[0],
        LARGEST[1],
        LARGEST[2],
    ),
    call: Call {
        signature: MAX,
        build: |a| options(a).map_or(Wire::POISON, |pool| a.wire("x").max_pool2d(pool)),
    },
};

/// See the module.
pub static AVG_POOL1D: FunctionDef = FunctionDef {
    name: "avg_pool1d",
    doc: doc(
        "The average under each window along the last axis; the stride is the window if not given. Padding counts as \
         zeros, unless count_padding is false.",
        MEAN[0],
        MEAN[1],
        "",
    ),
    call: Call {
        signature: AVERAGE,
        build: |a| one(a).map_or(Wire::POISON, |pool| a.wire("x").avg_pool1d(pool)),
    },
};

/// See the module.
pub static AVG_POOL2D: FunctionDef = FunctionDef {
    name: "avg_pool2d",
    doc: doc(
        "The average under each window on the last two axes; the stride is the window if not given. Padding counts as \
         zeros, unless count_padding is false. An option is one number for both axes, or a list of two.",
        MEAN[0],
        MEAN[1],
        "",
    ),
    call: Call {
        signature: AVERAGE,
        build: |a| options(a).map_or(Wire::POISON, |pool| a.wire("x").avg_pool2d(pool)),
    },
};

/// How windows lie on the last `N` axes.
///
/// ```
/// use chainrule::{Pool, prelude::*};
/// let spec = Spec::new(&[1, 4], DType::F64).unwrap();
/// let program = trace(|x: Wire| x.max_pool1d(Pool::of([2])), &(spec,))?;
/// let x = Tensor::new(vec![1.0, 3.0, 2.0, 0.0], &[1, 4])?;
/// assert_eq!(program.run((x,))?.to_f64(), [3.0, 2.0]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pool<const N: usize> {
    /// The lengths of the window.
    pub window: [usize; N],
    /// The step of the window.
    pub stride: [usize; N],
    /// Places of padding on either side; less than the window. They never win a maximum.
    pub padding: [usize; N],
    /// Whether padding counts as zeros in averages; else they are over the elements alone. No matter for maxima.
    pub count_padding: bool,
}

impl<const N: usize> Pool<N> {
    /// Windows side by side, without padding.
    pub const fn of(window: [usize; N]) -> Pool<N> {
        Pool { window, stride: window, padding: [0; N], count_padding: true }
    }
}

fn options(args: &Args<'_>) -> Option<Pool<2>> {
    if !args.has("window") {
        mistake(args.function, Fault::new("no window", "give its length, as in window=2"));
        return None;
    }
    let window = two(args, "window", None)?;
    let stride = if args.has("stride") { two(args, "stride", None)? } else { window };
    Some(Pool {
        window,
        stride,
        padding: two(args, "padding", Some(0))?,
        count_padding: args.flag("count_padding", true),
    })
}

fn one(args: &Args<'_>) -> Option<Pool<1>> {
    let Pool { window: [window, _], stride: [stride, _], padding: [padding, _], count_padding } =
        options(args)?;
    Some(Pool { window: [window], stride: [stride], padding: [padding], count_padding })
}

/// What would make an empty result, which nobody means.
fn too_large(x: Shape, pool: &Pool<2>) -> Option<Fault> {
    let size = [x[x.rank() - 2], x[x.rank() - 1]];
    let room = |axis: usize| pool.padding[axis].saturating_mul(2).saturating_add(size[axis]);
    (0..2).find(|&axis| pool.window[axis] > room(axis)).map(|_| {
        let what = format!("a window of {:?} on {size:?} with padding {:?}", pool.window, pool.padding);
        Fault::new(what, "the window must fit into the padded axes")
    })
}

#[track_caller]
fn pooled(function: &str, gate: &'static GateDef, x: Wire, pool: Pool<2>) -> Wire {
    let shape = x.shape();
    if x.is_poisoned() {
        return x;
    }
    if shape.rank() >= 2
        && let Some(fault) = too_large(shape, &pool)
    {
        return mistake(function, fault);
    }
    let counts =
        |v: [usize; 2]| Attr::Ints(v.iter().map(|&i| i64::try_from(i).unwrap_or(i64::MAX)).collect());
    let mut attrs = vec![("window", counts(pool.window)), ("stride", counts(pool.stride))];
    attrs.extend([("pad_low", counts(pool.padding)), ("pad_high", counts(pool.padding))]);
    if gate.attrs.iter().any(|(name, _)| *name == "count_padding") {
        attrs.push(("count_padding", pool.count_padding.into()));
    }
    // A gate of its own already: a stage around it would hide nothing.
    record(gate, Attrs::from_list(attrs), &[x])
}

/// Along one axis: windows of height 1 on planes of height 1.
#[track_caller]
fn pooled_line(function: &str, gate: &'static GateDef, x: Wire, pool: Pool<1>) -> Wire {
    let mut dims = x.shape().dims();
    if x.is_poisoned() {
        return x;
    }
    let Some(length) = dims.pop() else {
        return mistake(function, Fault::new("one number has no axis to slide along", "give it an axis"));
    };
    let Pool { window: [window], stride: [stride], padding: [padding], count_padding } = pool;
    composed(function, &[x], || {
        let wide = Pool { window: [1, window], stride: [1, stride], padding: [0, padding], count_padding };
        let y = pooled(function, gate, x.reshape(&[&dims[..], &[1, length]].concat()), wide);
        if y.is_poisoned() { y } else { y.reshape(&[&dims[..], &[y.shape()[dims.len() + 1]]].concat()) }
    })
}

impl Wire {
    /// The largest element under each window on the last two axes. The first of those that tie gets the whole gradient.
    #[track_caller]
    pub fn max_pool2d(self, pool: Pool<2>) -> Wire {
        pooled("max_pool2d", &MAX_POOL, self, pool)
    }

    /// The largest element under each window along the last axis.
    #[track_caller]
    pub fn max_pool1d(self, pool: Pool<1>) -> Wire {
        pooled_line("max_pool1d", &MAX_POOL, self, pool)
    }

    /// The average under each window on the last two axes.
    #[track_caller]
    pub fn avg_pool2d(self, pool: Pool<2>) -> Wire {
        pooled("avg_pool2d", &AVG_POOL, self, pool)
    }

    /// The average under each window along the last axis.
    #[track_caller]
    pub fn avg_pool1d(self, pool: Pool<1>) -> Wire {
        pooled_line("avg_pool1d", &AVG_POOL, self, pool)
    }
}

#[cfg(test)]
mod tests {
    use super::Pool;
    use crate::base::{DType, Spec, Tensor};
    use crate::circuit::Wire;
    use crate::functions::support::tests::{check_gradient, gradient_of, mistakes, random, run};

    fn line(values: &[f64]) -> Tensor {
        Tensor::new(values.to_vec(), &[1, values.len()]).expect("one row")
    }

    #[test]
    fn the_first_of_equals_gets_the_whole_gradient() {
        let x = [line(&[5.0, 5.0, 1.0, 5.0])];
        let pool = Pool { stride: [1], padding: [1], ..Pool::of([3]) };
        assert_eq!(run(|w| vec![w[0].max_pool1d(pool)], &x), [vec![5.0; 4]]);
        assert_eq!(gradient_of(|w| w[0].max_pool1d(pool).sum(), &x), [vec![2.0, 1.0, 0.0, 1.0]]);
        let square = [Tensor::new(vec![2.0; 4], &[2, 2]).expect("four numbers")];
        assert_eq!(
            gradient_of(|w| w[0].max_pool2d(Pool::of([2, 2])).sum(), &square),
            [vec![1.0, 0.0, 0.0, 0.0]]
        );
    }

    #[test]
    fn padding_never_wins_and_counts_for_averages_if_asked() {
        let x = [line(&[-4.0, -2.0])];
        let pool = Pool { stride: [1], padding: [1], ..Pool::of([2]) };
        assert_eq!(run(|w| vec![w[0].max_pool1d(pool)], &x), [vec![-4.0, -2.0, -2.0]]);
        assert_eq!(run(|w| vec![w[0].avg_pool1d(pool)], &x), [vec![-2.0, -3.0, -1.0]]);
        let alone = Pool { count_padding: false, ..pool };
        assert_eq!(run(|w| vec![w[0].avg_pool1d(alone)], &x), [vec![-4.0, -3.0, -2.0]]);
        assert_eq!(gradient_of(|w| w[0].avg_pool1d(alone).sum(), &x), [vec![1.5, 1.5]]);
    }

    #[test]
    fn on_two_axes_to_second_order() {
        let x = [random(&[2, 5, 4], 1)];
        let pool = Pool { stride: [2, 1], padding: [1, 0], ..Pool::of([3, 2]) };
        for f in [|x: Wire, p| x.max_pool2d(p), |x: Wire, p| x.avg_pool2d(p)] {
            let loss = |w: &[Wire]| (f(w[0], pool) * w[0].sum()).tanh().sum();
            check_gradient(loss, &x);
            let slope = |w: &[Wire]| {
                let passed = loss(w).gradient(&w[0]);
                (passed * passed).sum()
            };
            check_gradient(slope, &[random(&[1, 3, 3], 2)]);
        }
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = Spec::new(&[2, 3], DType::F64).expect("a small shape");
        let text = |pool| mistakes(|w| w[0].max_pool2d(pool), &[spec]);
        assert!(
            text(Pool::of([3, 3])).contains("max_pool2d: a window of [3, 3] on [2, 3] with padding [0, 0]")
        );
        assert!(text(Pool { stride: [0, 1], ..Pool::of([2, 2]) }).contains("max_pool: stride is [0, 1]"));
        let padded = Pool { padding: [2, 0], ..Pool::of([2, 2]) };
        assert!(text(padded).contains("hint: padding must be less than the window"));
        let whole = mistakes(|w| w[0].avg_pool1d(Pool::of([2])), &[spec.with_dtype(DType::I64)]);
        assert!(whole.contains("avg_pool: takes floats, not i64"), "{whole}");
    }
}
