//! Convolution over two spatial axes, in a form that is closed under differentiation.

use super::support::wants;
use crate::base::{DType, Element, Shape, Spec, Strided, limits};
use crate::circuit::{
    Arity, Attr, Attrs, Case, Class, Doc, Fault, GateDef, Job, Kind, Local, Operand, Outputs, Plain, Reads,
    Room,
};
use crate::circuit::{Sampler, Wire, record};
use crate::numeric::conv::{Conv, ConvParams, Planes, conv as convolve};

/// See the module.
pub static CONV: GateDef = GateDef {
    name: "conv",
    doc: Doc {
        summary: "Convolution as networks mean it (the kernel is not mirrored): images [n, c, h, w] with weights \
                  [o, c / groups, kh, kw] give [n, o, oh, ow]. Padding may crop, the input may be spread out with \
                  zeros between; with these the gradients are convolutions too.",
        formula: "y[n, o, i] = sum over c, k of w[o, c, k] x[n, c, i stride + k dilation - pad_low], where x has \
                  input_dilation - 1 zeros between neighbours and zeros around; i and k have two axes",
        local: "passed back to x: conv of upstream with the mirrored weights, stride and input dilation exchanged; \
                to w: conv of x with upstream, stride and dilation exchanged",
        kinks: "floats with windows of 3 x 3, step 1 and 16 channels or more on both sides (and the gradient by such weights) \
                are computed by transformed tiles of 6 x 6 inputs: rounding errors are in proportion to the largest number \
                of a tile, on random numbers up to 3.6 times those of the plain sum, at most 70 times its bound. Infinities and NaN \
                reach what reads them and nothing else",
        source: "the general convolution of XLA (openxla.org/xla/operation_semantics); Dumoulin and Visin 2016, \
                 \"A guide to convolution arithmetic for deep learning\"; Lavin and Gray 2015, \"Fast algorithms for \
                 convolutional neural networks\"",
    },
    call: None,
    arity: Arity::Exactly(2),
    attrs: &[
        ("stride", Kind::Ints),
        ("pad_low", Kind::Ints),
        ("pad_high", Kind::Ints),
        ("dilation", Kind::Ints),
        ("input_dilation", Kind::Ints),
        ("groups", Kind::Int),
    ],
    shape: shape_rule,
    class: Class::Contract(kernel, has_planes, Some(fewest)),
    element,
    local: Local::Pair {
        vjp: |r, up, wants| {
            let Some(up) = up[0] else { return vec![None, None] };
            vec![wants[0].then(|| to_input(r, up)), wants[1].then(|| to_weights(r, up))]
        },
        jvp: |r, tangents| {
            let conv = |x: Wire, w: Wire| record(&CONV, r.attrs.clone(), &[x, w]);
            let by_input = tangents[0].map(|t| conv(t, r.inputs[1]));
            let by_weights = tangents[1].map(|t| conv(r.inputs[0], t));
            vec![match (by_input, by_weights) {
                (Some(a), Some(b)) => Some(a + b),
                (a, b) => a.or(b),
            }]
        },
    },
    reads: Reads::INPUTS,
    batch,
    flops: |_, inputs, outputs| {
        let patch: usize = inputs[1].shape.iter().skip(1).product();
        2 * patch as u64 * outputs[0].shape.elements() as u64
    },
    identities: &[],
    sample,
};

/// Records a convolution.
#[track_caller]
pub fn conv(x: Wire, weights: Wire, params: ConvParams) -> Wire {
    record(&CONV, attrs_of(params), &[x, weights])
}

fn attrs_of(p: ConvParams) -> Attrs {
    let counts = |v: [usize; 2]| Attr::Ints(v.iter().map(|&i| i as i64).collect());
    let places = |v: [isize; 2]| Attr::Ints(v.iter().map(|&i| i as i64).collect());
    Attrs::new([
        ("stride", counts(p.stride)),
        ("pad_low", places(p.pad_low)),
        ("pad_high", places(p.pad_high)),
        ("dilation", counts(p.dilation)),
        ("input_dilation", counts(p.input_dilation)),
        ("groups", p.groups.into()),
    ])
}

/// The attributes as numbers; the shape rule has seen to their signs and that there are two an axis.
fn params_of(attrs: &Attrs) -> ConvParams {
    let places = |name| {
        let v = attrs.ints(name);
        [v[0] as isize, v[1] as isize]
    };
    let counts = |name| places(name).map(|v| v as usize);
    ConvParams {
        stride: counts("stride"),
        pad_low: places("pad_low"),
        pad_high: places("pad_high"),
        dilation: counts("dilation"),
        input_dilation: counts("input_dilation"),
        groups: attrs.index("groups"),
    }
}

fn dims4(shape: Shape) -> [usize; 4] {
    [shape[0], shape[1], shape[2], shape[3]]
}

/// The last two of four axes.
fn spatial(shape: Shape) -> [usize; 2] {
    [shape[2], shape[3]]
}

fn shape_rule(attrs: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let (x, w) = (inputs[0], inputs[1]);
    if x.dtype != w.dtype {
        return Err(Fault::new(format!("dtypes differ: {} and {}", x.dtype, w.dtype), "cast one of them"));
    }
    if matches!(x.dtype, DType::U8 | DType::Bool) {
        return Err(wants("f32, f64, i32 or i64", x.dtype));
    }
    if x.shape.rank() != 4 || w.shape.rank() != 4 {
        let what = format!(
            "takes images [n, c, h, w] and weights [o, c / groups, kh, kw], not {} and {}",
            x.shape, w.shape
        );
        return Err(Fault::new(what, "reshape them to four axes"));
    }
    check_attrs(attrs)?;
    let params = params_of(attrs);
    let (groups, [_, c, ..], [o, per_group, ..]) = (params.groups, dims4(x.shape), dims4(w.shape));
    if per_group.checked_mul(groups) != Some(c) || o % groups != 0 {
        let what = format!("channels don't fit: images {}, weights {}, groups {groups}", x.shape, w.shape);
        return Err(Fault::new(what, "weights are [o, c / groups, kh, kw], and groups divides c and o"));
    }
    // Where the gradients' convolutions can't be counted, this one is not accepted either.
    let sizes = (spatial(x.shape), spatial(w.shape));
    let gradients =
        params.for_input_gradient(sizes.0, sizes.1).and(params.for_weight_gradient(sizes.0, sizes.1));
    match gradients.and(Conv::new(params, dims4(x.shape), dims4(w.shape))) {
        Some(conv) => {
            let shape = Shape::new(&conv.output_shape())
                .map_err(|e| Fault::new(e, "less padding, or a larger stride"))?;
            Ok(Outputs::One(x.with_shape(shape)))
        }
        None => {
            let what =
                format!("images {} and weights {} make more windows than can be counted", x.shape, w.shape);
            Err(Fault::new(what, "less padding or dilation"))
        }
    }
}

fn check_attrs(attrs: &Attrs) -> Result<(), Fault> {
    for name in ["stride", "pad_low", "pad_high", "dilation", "input_dilation"] {
        let values = attrs.ints(name);
        let least = if name.starts_with("pad") { -(limits::ELEMENTS as i64) } else { 1 };
        if values.len() != 2 || values.iter().any(|v| !(least..=limits::ELEMENTS as i64).contains(v)) {
            let hint = "two whole numbers, one for each spatial axis; stride and dilation are 1 or more";
            return Err(Fault::new(format!("{name} is {values:?}"), hint));
        }
    }
    match attrs.int("groups") {
        1.. => Ok(()),
        groups => Err(Fault::new(format!("{groups} groups"), "1 group or more")),
    }
}

fn kernel(job: &mut Job<'_>) {
    let (x, w) = (job.inputs[0], job.inputs[1]);
    let plan = Conv::new(params_of(job.attrs), dims4(x.shape), dims4(w.shape));
    let plan = plan.expect("the shape rule has built the same convolution");
    for_dtype!(x.data.dtype(), [f32 f64 i32 i64], T => convolve::<T>(job.team, &plan, planes(&x), planes(&w), job.output()))
}

/// Operations without those on padding and holes, and with transformed tiles.
fn fewest(attrs: &Attrs, inputs: &[Spec]) -> u64 {
    let conv = Conv::new(params_of(attrs), dims4(inputs[0].shape), dims4(inputs[1].shape));
    conv.expect("the shape rule has built the same convolution").operations(inputs[0].dtype.is_float())
}

/// Whether the last two of four axes lie in a row. Where images and channels change places, nothing need be copied.
fn has_planes(view: &Strided) -> bool {
    let (shape, strides) = (view.shape, view.strides());
    let in_a_row = |axis: usize, step: usize| shape[axis] == 1 || strides[axis] == step as isize;
    strides.iter().all(|&stride| stride >= 0) && in_a_row(3, 1) && in_a_row(2, shape[3])
}

fn planes<'a, T: Element>(x: &Operand<'a>) -> Planes<'a, T> {
    let strides = x.view.strides();
    Planes { data: x.typed(), steps: [strides[0].unsigned_abs(), strides[1].unsigned_abs()] }
}

fn element(attrs: &Attrs, inputs: &[Plain], at: &[usize]) -> f64 {
    let ([image, o, i, j], [x, w], p) = (at, inputs, params_of(attrs)) else { return f64::NAN };
    let ([outs, channels, kh, kw], size) = (dims4(w.spec.shape), spatial(x.spec.shape));
    let group = o / (outs / p.groups);
    // The element of the input under place k of the window, if it is not padding and not a hole.
    let under = |window: usize, k: usize, axis: usize| {
        let place = (window * p.stride[axis] + k * p.dilation[axis]) as isize - p.pad_low[axis];
        (0..size[axis]).find(|&from| (from * p.input_dilation[axis]) as isize == place)
    };
    let mut sum = 0.0;
    for c in 0..channels {
        for (ky, kx) in (0..kh).flat_map(|ky| (0..kw).map(move |kx| (ky, kx))) {
            if let (Some(row), Some(column)) = (under(*i, ky, 0), under(*j, kx, 1)) {
                sum += w.at(&[*o, c, ky, kx]) * x.at(&[*image, group * channels + c, row, column]);
            }
        }
    }
    sum
}

/// What is passed back to the input: the transposed convolution.
fn to_input(r: &Room<'_>, up: Wire) -> Wire {
    let (x, w, params) = (r.inputs[0].shape(), r.inputs[1], params_of(r.attrs));
    let ([o, per_group, kh, kw], groups) = (dims4(w.shape()), params.groups);
    let mirrored = w.reverse(&[2, 3]).reshape(&[groups, o / groups, per_group, kh, kw]);
    let swapped = mirrored.transpose(&[0, 2, 1, 3, 4]).reshape(&[x[1], o / groups, kh, kw]);
    let back = params.for_input_gradient(spatial(x), [kh, kw]);
    conv(up, swapped, back.expect("the shape rule has built the same convolution"))
}

/// What is passed back to the weights: images and channels change places.
fn to_weights(r: &Room<'_>, up: Wire) -> Wire {
    let (x, w, params) = (r.inputs[0], r.inputs[1].shape(), params_of(r.attrs));
    let ([n, _, height, width], groups, per_group) = (dims4(x.shape()), params.groups, w[1]);
    let images = x.reshape(&[n, groups, per_group, height, width]).transpose(&[2, 1, 0, 3, 4]);
    let images = images.reshape(&[per_group, groups * n, height, width]);
    let back = params.for_weight_gradient([height, width], spatial(w));
    let back = back.expect("the shape rule has built the same convolution");
    conv(images, up.transpose(&[1, 0, 2, 3]), back).transpose(&[1, 0, 2, 3])
}

/// A batch of images is more images. A batch of weights is more output channels where the images are the same, else more
/// groups.
fn batch(r: &Room<'_>, batched: &[bool]) -> Vec<Wire> {
    let (x, w, params) = (r.inputs[0], r.inputs[1], params_of(r.attrs));
    let (xs, ws) = (x.shape().dims(), w.shape().dims());
    let size = if batched[0] { xs[0] } else { ws[0] };
    // Shapes of one example.
    let (xs, ws) = (&xs[usize::from(batched[0])..], &ws[usize::from(batched[1])..]);
    let out = params
        .output_size([xs[2], xs[3]], [ws[2], ws[3]])
        .expect("the shape rule has built the same convolution");
    let (n, o) = (xs[0], ws[0]);
    let full = [size, n, o, out[0], out[1]];
    if !batched[1] {
        let images = x.reshape(&[size * n, xs[1], xs[2], xs[3]]);
        return vec![conv(images, w, params).reshape(&full)];
    }
    let weights = w.reshape(&[size * o, ws[1], ws[2], ws[3]]);
    let (images, groups) = if size == 0 {
        // Nothing is computed, but the path from both inputs stays.
        (if batched[0] { x.reshape(&[0, xs[1], xs[2], xs[3]]) } else { x }, params.groups)
    } else if params.groups == 1 && !batched[0] {
        (x, 1)
    } else {
        let all = if batched[0] { x } else { x.broadcast_to(&[&[size], xs].concat()) };
        (all.move_axis(0, 1).reshape(&[n, size * xs[1], xs[2], xs[3]]), size * params.groups)
    };
    let y = conv(images, weights, ConvParams { groups, ..params });
    if size == 0 {
        return vec![y.reshape(&full)];
    }
    vec![y.reshape(&[n, size, o, out[0], out[1]]).move_axis(1, 0)]
}

fn sample(s: &mut Sampler) -> Case {
    let groups = s.size(1, 2);
    let mut two = |low, high| [s.int(low, high), s.int(low, high)];
    let attrs = Attrs::new([
        ("stride", Attr::Ints(two(1, 2).into())),
        ("pad_low", Attr::Ints(two(-1, 2).into())),
        ("pad_high", Attr::Ints(two(-1, 2).into())),
        ("dilation", Attr::Ints(two(1, 2).into())),
        ("input_dilation", Attr::Ints(two(1, 2).into())),
        ("groups", groups.into()),
    ]);
    let axis = |s: &mut Sampler, most| if s.int(0, 19) == 0 { 0 } else { s.size(1, most) };
    let (n, per_group, o) = (axis(s, 2), s.size(1, 2), groups * axis(s, 2));
    let images = [n, per_group * groups, axis(s, 4), axis(s, 4)];
    let weights = [o, per_group, axis(s, 3), axis(s, 2)];
    Case { attrs, inputs: vec![s.reals(&images, -2.0, 2.0), s.reals(&weights, -2.0, 2.0)] }
}
