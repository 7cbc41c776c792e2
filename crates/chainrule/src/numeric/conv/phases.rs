//! Inputs that are spread out, such as the upstream of a convolution with a stride: outputs that are so far apart read the same
//! elements of the window, and none between. Each such phase is a convolution of the dense input with a part of the window,
//! so that nothing is multiplied by a zero between elements (Dumoulin and Visin 2016, section 4.6).

use super::super::scratch;
use super::super::team::{Team, parts};
use super::{Checked, Conv, ConvParams, Convolve, Planes};

/// The most phases; an input that is spread out further is written out with its zeros.
const MOST: usize = 64;

/// Whether a convolution is done so.
pub fn is_spread(conv: &Conv) -> bool {
    let p = &conv.params;
    let [down, across] = p.input_dilation;
    (2..=MOST).contains(&down.saturating_mul(across)) && p.stride == [1; 2] && p.dilation == [1; 2]
}

/// What one phase is along an axis.
#[derive(Clone, Copy)]
struct Along {
    /// The first output and the first element of the window; both go on in steps of the input's dilation.
    first: [usize; 2],
    /// How many of both there are.
    count: [usize; 2],
    /// Zeros before and after the input.
    pad: [isize; 2],
}

impl Along {
    /// Of the outputs `phase`, `phase` + dilation, .. where y\[i\] is the sum of w\[k\] x\[(i + k - low) / dilation\].
    fn new(conv: &Conv, axis: usize, phase: usize) -> Along {
        let (step, low) = (conv.params.input_dilation[axis], conv.params.pad_low[axis]);
        let (window, outputs) = (conv.weights[axis + 2], conv.output[axis + 2]);
        let first = (low - phase as isize).rem_euclid(step as isize) as usize;
        let count =
            [outputs.saturating_sub(phase).div_ceil(step), window.saturating_sub(first).div_ceil(step)];
        let before = (low - phase as isize - first as isize) / step as isize;
        let after = (count[0] + count[1]) as isize - 1 - conv.input[axis + 2] as isize - before;
        Along { first: [phase, first], count, pad: [before, after] }
    }
}

/// Convolves, phase by phase.
pub fn by_phases<T: Convolve>(
    team: Team,
    conv: &Conv,
    input: Planes<'_, T>,
    weights: Planes<'_, T>,
    output: &mut [T],
) {
    let [down, across] = conv.params.input_dilation;
    for (y, x) in (0..down).flat_map(|y| (0..across).map(move |x| (y, x))) {
        let phase = [Along::new(conv, 0, y), Along::new(conv, 1, x)];
        let outputs: usize = phase.iter().map(|along| along.count[0]).product();
        if outputs == 0 {
            continue;
        }
        let results = conv.output[0] * conv.output[1] * outputs;
        scratch::filled(results, T::ZERO, |results| {
            if phase.iter().all(|along| along.count[1] > 0) {
                one(team, conv, phase, input, weights, results);
            }
            put(team, conv, phase, results, output);
        });
    }
}

/// The convolution of one phase.
fn one<T: Convolve>(
    team: Team,
    conv: &Conv,
    [down, across]: [Along; 2],
    input: Planes<'_, T>,
    weights: Planes<'_, T>,
    results: &mut [T],
) {
    let [o, channels, _, width] = conv.weights;
    let size = [o, channels, down.count[1], across.count[1]];
    let params = ConvParams {
        pad_low: [down.pad[0], across.pad[0]],
        pad_high: [down.pad[1], across.pad[1]],
        input_dilation: [1; 2],
        ..conv.params
    };
    let output = [conv.output[0], o, down.count[0], across.count[0]];
    let part = Conv { params, input: conv.input, weights: size, output };
    let [rise, run] = conv.params.input_dilation;
    scratch::filled(size.iter().product(), T::ZERO, |window| {
        for (i, to) in window.chunks_exact_mut(size[2] * size[3]).enumerate() {
            let from = i / channels * weights.steps[0] + i % channels * weights.steps[1];
            for (j, to) in to.iter_mut().enumerate() {
                let (y, x) = (down.first[1] + j / size[3] * rise, across.first[1] + j % size[3] * run);
                *to = weights.data[from + y * width + x];
            }
        }
        T::convolve(team, &part, input, Planes::row_major(window, size), results, Checked(()));
    });
}

/// Brings the results of a phase to their places.
fn put<T: Convolve>(team: Team, conv: &Conv, [down, across]: [Along; 2], results: &[T], output: &mut [T]) {
    let [n, o, height, width] = conv.output;
    let [rise, run] = conv.params.input_dilation;
    let (lines, line) = (down.count[0], across.count[0]);
    let count = parts(n * o, 500 * lines * line);
    team.split(output, n * o, count, 0, |planes, output| {
        for (plane, to) in (planes[0]..planes[1]).zip(output.chunks_exact_mut(height * width)) {
            let from = &results[plane * lines * line..][..lines * line];
            for (i, from) in from.chunks_exact(line).enumerate() {
                let to = &mut to[(down.first[0] + i * rise) * width + across.first[0]..];
                to.iter_mut().step_by(run).zip(from).for_each(|(to, &from)| *to = from);
            }
        }
    });
}
