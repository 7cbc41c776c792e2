//! Convolutions of one and two axes, as networks use them.

use super::support::two;
use crate::base::Shape;
use crate::circuit::{Args, Call, Doc, Fault, FunctionDef, Wire, composed, mistake};
use crate::gates::conv;
use crate::numeric::conv::ConvParams;

/// See the module.
pub static CONV1D: FunctionDef = FunctionDef {
    name: "conv1d",
    doc: Doc {
        summary: "Convolution along one axis (the kernel is not mirrored): signals [n, c, l] with weights \
                  [o, c / groups, k] give [n, o, m].",
        formula: "y[n, o, i] = sum over c, k of w[o, c, k] x[n, c, i stride + k dilation - padding]",
        local: "passed back to both: convolutions of upstream, see the gate conv",
        kinks: "",
        source: "",
    },
    call: Call {
        signature: "x, w, stride=1, padding=0, dilation=1, groups=1",
        build: |a| match options(a) {
            Some(Conv { stride: [s, _], padding: [p, _], dilation: [d, _], groups }) => {
                a.wire("x").conv1d(a.wire("w"), Conv { stride: [s], padding: [p], dilation: [d], groups })
            }
            None => Wire::POISON,
        },
    },
};

/// See the module.
pub static CONV2D: FunctionDef = FunctionDef {
    name: "conv2d",
    doc: Doc {
        summary: "Convolution along two axes (the kernel is not mirrored): images [n, c, h, w] with weights \
                  [o, c / groups, kh, kw] give [n, o, oh, ow]. An option is one number for both axes, or a list of two.",
        formula: "y[n, o, i] = sum over c, k of w[o, c, k] x[n, c, i stride + k dilation - padding], where i and k have two axes",
        local: "passed back to both: convolutions of upstream, see the gate conv",
        kinks: "",
        source: "",
    },
    call: Call {
        signature: "x, w, stride=1, padding=0, dilation=1, groups=1",
        build: |a| options(a).map_or(Wire::POISON, |options| a.wire("x").conv2d(a.wire("w"), options)),
    },
};

/// How a convolution of `N` spatial axes steps over them.
///
/// ```
/// use chainrule::{Conv, prelude::*};
/// let (image, weights) = (Spec::new(&[1, 1, 3, 3], DType::F64).unwrap(), Spec::new(&[1, 1, 2, 2], DType::F64).unwrap());
/// let program = trace(|x: Wire, w: Wire| x.conv2d(w, Conv { padding: [1, 0], ..Conv::default() }), &(image, weights))?;
/// assert_eq!(program.circuit().output_specs(program.circuit().outputs[0])[0].shape.dims(), [1, 1, 4, 2]);
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conv<const N: usize> {
    /// The step of the window.
    pub stride: [usize; N],
    /// Zeros on either side.
    pub padding: [usize; N],
    /// The distance of neighbours in the kernel; 1 is dense.
    pub dilation: [usize; N],
    /// Channels fall into this many independent groups.
    pub groups: usize,
}

impl<const N: usize> Default for Conv<N> {
    fn default() -> Self {
        Conv { stride: [1; N], padding: [0; N], dilation: [1; N], groups: 1 }
    }
}

fn options(args: &Args<'_>) -> Option<Conv<2>> {
    let [stride, padding, dilation] =
        [("stride", 1), ("padding", 0), ("dilation", 1)].map(|(name, d)| two(args, name, Some(d)));
    let groups = usize::try_from(args.int("groups", 1)).unwrap_or(0);
    Some(Conv { stride: stride?, padding: padding?, dilation: dilation?, groups })
}

/// What would make an empty result, which nobody means.
fn too_large(x: Shape, weights: Shape, options: &Conv<2>) -> Option<Fault> {
    let (size, kernel) = ([x[2], x[3]], [weights[2], weights[3]]);
    let reach =
        |axis: usize| kernel[axis].saturating_sub(1).saturating_mul(options.dilation[axis]).saturating_add(1);
    let room = |axis: usize| options.padding[axis].saturating_mul(2).saturating_add(size[axis]);
    (0..2).find(|&axis| kernel[axis] == 0 || reach(axis) > room(axis)).map(|_| {
        let what = format!(
            "a kernel of {kernel:?} with dilation {:?} on {size:?} with padding {:?}",
            options.dilation, options.padding
        );
        Fault::new(what, "the kernel must fit into the padded axes")
    })
}

impl Wire {
    /// Convolution of images `[n, c, h, w]` with weights `[o, c / groups, kh, kw]`.
    #[track_caller]
    pub fn conv2d(self, weights: Wire, options: Conv<2>) -> Wire {
        let (Some(x), Some(w)) = (self.spec(), weights.spec()) else { return Wire::POISON };
        if x.shape.rank() == 4
            && w.shape.rank() == 4
            && let Some(fault) = too_large(x.shape, w.shape, &options)
        {
            return mistake("conv2d", fault);
        }
        let padding = options.padding.map(|p| isize::try_from(p).unwrap_or(isize::MAX));
        let params = ConvParams {
            stride: options.stride,
            pad_low: padding,
            pad_high: padding,
            dilation: options.dilation,
            groups: options.groups,
            ..ConvParams::default()
        };
        // A gate of its own already: a stage around it would hide nothing.
        conv(self, weights, params)
    }

    /// Convolution of signals `[n, c, l]` with weights `[o, c / groups, k]`.
    #[track_caller]
    pub fn conv1d(self, weights: Wire, options: Conv<1>) -> Wire {
        let (Some(x), Some(w)) = (self.spec(), weights.spec()) else { return Wire::POISON };
        let ([n, c, l], [o, per_group, k]) = (&x.shape.dims()[..], &w.shape.dims()[..]) else {
            let what = format!(
                "takes signals [n, c, l] and weights [o, c / groups, k], not {} and {}",
                x.shape, w.shape
            );
            return mistake("conv1d", Fault::new(what, "reshape them to three axes"));
        };
        let Conv { stride: [stride], padding: [padding], dilation: [dilation], groups } = options;
        composed("conv1d", &[self, weights], || {
            let (images, kernels) =
                (self.reshape(&[*n, *c, 1, *l]), weights.reshape(&[*o, *per_group, 1, *k]));
            let wide = Conv { stride: [1, stride], padding: [0, padding], dilation: [1, dilation], groups };
            let y = images.conv2d(kernels, wide);
            if y.is_poisoned() { y } else { y.reshape(&[*n, *o, y.shape()[3]]) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Conv;
    use crate::api::{trace, vmap};
    use crate::base::{DType, Spec, Tensor};
    use crate::circuit::Wire;
    use crate::functions::support::tests::{check_gradient, gradient_of, mistakes, random, run};

    #[test]
    fn along_one_axis() {
        let (x, w) =
            (Tensor::new(vec![1.0, 2.0, 3.0, 4.0], &[1, 1, 4]), Tensor::new(vec![1.0, 10.0], &[1, 1, 2]));
        let at = [x.expect("four numbers"), w.expect("two numbers")];
        let options = Conv { padding: [1], ..Conv::default() };
        assert_eq!(run(|w| vec![w[0].conv1d(w[1], Conv::default())], &at), [vec![21.0, 32.0, 43.0]]);
        assert_eq!(run(|w| vec![w[0].conv1d(w[1], options)], &at), [vec![10.0, 21.0, 32.0, 43.0, 4.0]]);
        let strided = Conv { stride: [2], dilation: [2], ..options };
        assert_eq!(run(|w| vec![w[0].conv1d(w[1], strided)], &at), [vec![20.0, 42.0]]);
        assert_eq!(gradient_of(|w| w[0].conv1d(w[1], options).sum(), &at), [vec![11.0; 4], vec![10.0; 2]]);
    }

    #[test]
    fn along_two_axes_to_second_order() {
        let options = Conv { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 };
        let at = [random(&[2, 4, 5, 4], 1), random(&[6, 2, 3, 2], 2)];
        let loss = |w: &[Wire]| w[0].conv2d(w[1], options).tanh().sum();
        check_gradient(loss, &at);
        // The gradient of a function of the gradient: convolutions of convolutions' gradients.
        let slope = |w: &[Wire]| {
            let passed = loss(w).gradient(&w.to_vec());
            (passed[0] * passed[0]).sum() + (passed[1] * passed[1]).sum().sigmoid()
        };
        let small = [random(&[1, 2, 3, 3], 1), random(&[2, 1, 2, 2], 2)];
        check_gradient(slope, &small);
    }

    /// With so many channels tiles are transformed; halves of them are summed directly. So with both gradients.
    #[test]
    fn many_channels_are_the_sum_of_few() {
        let at = [random(&[2, 16, 7, 10], 1), random(&[18, 16, 3, 3], 2), random(&[2, 18, 7, 10], 3)];
        let options = Conv { padding: [1, 1], ..Conv::default() };
        let halves = |x: Wire, w: Wire| {
            let half =
                |from| x.slice_axis(1, from, from + 8).conv2d(w.slice_axis(1, from, from + 8), options);
            half(0) + half(8)
        };
        let all = |f: &dyn Fn(Wire, Wire) -> Wire, w: &[Wire]| {
            let y = f(w[0], w[1]);
            let mut wires = vec![y];
            wires.extend((y * w[2]).sum().gradient(&vec![w[0], w[1]]));
            wires
        };
        let got = run(|w| all(&|x, k| x.conv2d(k, options), w), &at);
        let want = run(|w| all(&halves, w), &at);
        for (got, want) in got.iter().flatten().zip(want.iter().flatten()) {
            assert!((got - want).abs() < 1e-12, "{got} is not {want}");
        }
    }

    /// The gradient by the weights reads images and upstream where they lie.
    #[test]
    fn nothing_is_copied_for_the_gradient_by_weights() {
        let spec = |dims: &[usize]| Spec::new(dims, DType::F32).expect("a small shape");
        for channels in [4, 16] {
            let gradient =
                |x: Wire, w: Wire, up: Wire| (x.conv2d(w, Conv::default()) * up).sum().gradient(&w);
            let specs =
                (spec(&[3, channels, 6, 6]), spec(&[channels, channels, 3, 3]), spec(&[3, channels, 4, 4]));
            let plan = trace(gradient, &specs).expect("it traces").compile().plan().to_string();
            assert!(
                plan.contains("conv")
                    && !plan.contains("copy     f32[4, 3")
                    && !plan.contains("copy     f32[16, 3"),
                "{plan}"
            );
        }
    }

    /// A batch of no examples still has a path to both inputs.
    #[test]
    fn a_batch_of_nothing() {
        let specs = (Spec::new(&[0, 1, 2, 4], DType::F64), Spec::new(&[0, 4, 1, 2], DType::F64));
        let specs = (specs.0.expect("a small shape"), specs.1.expect("a small shape"));
        let each = |x: Wire, w: Wire| x.conv1d(w, Conv { groups: 2, ..Conv::default() });
        let program = trace(
            |x: Wire, w: Wire| {
                let y = vmap(each)((x, w));
                (y, y.sum().gradient(&(x, w)))
            },
            &specs,
        );
        let found =
            program.and_then(|p| p.run((Tensor::zeros(specs.0), Tensor::zeros(specs.1)))).expect("it runs");
        assert_eq!(found.0.shape().dims(), [0, 1, 4, 3]);
        assert_eq!((found.1.0.spec(), found.1.1.spec()), specs);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let spec = |dims: &[usize]| Spec::new(dims, DType::F64).expect("a small shape");
        let text = |x: &[usize], w: &[usize], options: Conv<2>| {
            mistakes(|v| v[0].conv2d(v[1], options), &[spec(x), spec(w)])
        };
        let plain = Conv::default();
        assert!(
            text(&[1, 1, 3, 3], &[1, 1, 5, 5], plain)
                .contains("conv2d: a kernel of [5, 5] with dilation [1, 1] on [3, 3]")
        );
        assert!(
            text(&[1, 3, 3, 3], &[1, 1, 2, 2], plain)
                .contains("conv: channels don't fit: images [1, 3, 3, 3], weights [1, 1, 2, 2]")
        );
        assert!(text(&[1, 3, 3], &[1, 1, 2, 2], plain).contains("conv: takes images [n, c, h, w]"));
        let options = Conv { stride: [0, 1], ..plain };
        assert!(
            text(&[1, 1, 3, 3], &[1, 1, 2, 2], options)
                .contains("conv: stride is [0, 1]; hint: two whole numbers")
        );
        let options = Conv { padding: [usize::MAX; 2], ..plain };
        assert!(text(&[1, 1, 3, 3], &[1, 1, 2, 2], options).contains("conv: pad_low is"));
        let options = Conv { groups: 0, ..plain };
        assert!(text(&[1, 1, 3, 3], &[1, 1, 2, 2], options).contains("0 groups; hint: 1 group or more"));
        let one = |v: &[Wire]| v[0].conv1d(v[1], Conv::default());
        assert!(
            mistakes(one, &[spec(&[1, 3]), spec(&[1, 1, 1])]).contains("conv1d: takes signals [n, c, l]")
        );
    }
}
