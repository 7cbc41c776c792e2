//! Convolutions with windows of 3 by 3, steps of 1 and many channels, with a quarter of the multiplications: tiles of 6 by 6
//! inputs are transformed, multiplied by transformed weights, 36 small matrix products in all, and transformed back to 4 by 4
//! outputs (Lavin and Gray 2015, "Fast algorithms for convolutional neural networks"). The gradient by the weights, a
//! convolution with 3 by 3 places and large windows, is the same thing transposed.
//!
//! A tile's sums mix all of its inputs, so that rounding errors are in proportion to the largest of them, and an infinity
//! or a NaN reaches outputs that don't read it. Those are computed again the plain way; see `super`.

mod forward;
mod gradient;
mod product;
mod tiles;
mod transform;

pub use forward::Forward;
pub use gradient::Gradient;

use super::super::gemm::lanes::{Lanes, Real, Vectors};
use super::Conv;

/// Bytes of transformed tiles and products that stay in the second-level cache.
const CACHE: usize = 640 << 10;

/// Most bytes of transformed weights that are kept at once; they must not leave the third-level cache.
const MOST_WEIGHTS: usize = 8 << 20;

/// Whether a convolution is one that `Forward` computes faster than the direct way.
pub fn is_forward(conv: &Conv) -> bool {
    let [n, _, kh, kw] = [conv.input[0], 0, conv.weights[2], conv.weights[3]];
    let (outputs, channels) = (conv.output[1] / conv.params.groups, conv.weights[1]);
    let tiles = n * conv.output[2].div_ceil(4) * conv.output[3].div_ceil(4);
    [kh, kw] == [3, 3] && plain(conv) && channels >= 16 && outputs >= 16 && tiles >= 8
}

/// Whether a convolution is one that `Gradient` computes faster than the direct way.
pub fn is_gradient(conv: &Conv) -> bool {
    let [outputs, channels] = [conv.output[1], conv.input[0]];
    let tiles = conv.weights[1] * conv.weights[2].div_ceil(4) * conv.weights[3].div_ceil(4);
    conv.output[2..] == [3, 3]
        && conv.params.groups == 1
        && plain(conv)
        && channels >= 16
        && outputs >= 16
        && tiles >= 16
}

/// Whether neighbours are neighbours everywhere.
fn plain(conv: &Conv) -> bool {
    let p = &conv.params;
    [p.stride, p.dilation, p.input_dilation] == [[1; 2]; 3]
}

/// So many channels as whole vectors.
fn whole<T: Real, V: Vectors>(channels: usize) -> usize {
    channels.next_multiple_of(<T::Lanes<V> as Lanes<T>>::N)
}

#[cfg(test)]
mod tests;
