//! Convolutions along one axis and two.

use super::spec;
use crate::error::Result;
use crate::init::{self, Fan, Init};
use crate::rng::Rng;
use chainrule::{Conv, DType, Tensor, Tree, Wire};

/// A convolution of images `[n, in, height, width]`, stored as PyTorch stores it.
#[derive(Tree, Clone, Debug)]
pub struct Conv2d<T> {
    /// `[out, in / groups, height, width]` of the window.
    pub weight: T,
    /// `[out]`.
    pub bias: Option<T>,
    /// Stride, padding, dilation, groups.
    pub options: Conv<2>,
}

/// A convolution of sequences `[n, in, length]`.
#[derive(Tree, Clone, Debug)]
pub struct Conv1d<T> {
    /// `[out, in / groups, length]` of the window.
    pub weight: T,
    /// `[out]`.
    pub bias: Option<T>,
    /// Stride, padding, dilation, groups.
    pub options: Conv<1>,
}

/// A weight for so many channels and a window, and a bias of zeros.
fn start(
    channels: Fan,
    window: &[usize],
    groups: usize,
    (init, dtype): (Init, DType),
    rng: &mut Rng,
) -> Result<(Tensor, Tensor)> {
    let (inputs, area) = (channels.inputs / groups.max(1), window.iter().product::<usize>());
    let fan = Fan { inputs: inputs * area, outputs: channels.outputs / groups.max(1) * area };
    let weight = init::tensor(init, spec(&[&[channels.outputs, inputs], window].concat(), dtype)?, fan, rng);
    Ok((weight, Tensor::zeros(spec(&[channels.outputs], dtype)?)))
}

impl Conv2d<Tensor> {
    /// A convolution with random weights and a bias of zeros.
    ///
    /// # Errors
    /// It is larger than a tensor can be.
    pub fn new(
        channels: Fan,
        window: [usize; 2],
        options: Conv<2>,
        how: (Init, DType),
        rng: &mut Rng,
    ) -> Result<Self> {
        let (weight, bias) = start(channels, &window, options.groups, how, rng)?;
        Ok(Conv2d { weight, bias: Some(bias), options })
    }
}

impl Conv1d<Tensor> {
    /// A convolution with random weights and a bias of zeros.
    ///
    /// # Errors
    /// It is larger than a tensor can be.
    pub fn new(
        channels: Fan,
        window: usize,
        options: Conv<1>,
        how: (Init, DType),
        rng: &mut Rng,
    ) -> Result<Self> {
        let (weight, bias) = start(channels, &[window], options.groups, how, rng)?;
        Ok(Conv1d { weight, bias: Some(bias), options })
    }
}

impl<T> Conv2d<T> {
    /// The same without its bias.
    pub fn without_bias(self) -> Self {
        Conv2d { bias: None, ..self }
    }
}

/// A number for each channel added to `[n, channels, ..]`.
#[track_caller]
fn with_bias(y: Wire, bias: Option<Wire>) -> Wire {
    let Some(bias) = bias else { return y };
    let mut dims = vec![1; y.shape().rank().saturating_sub(1)];
    if let Some(channels) = dims.first_mut() {
        *channels = bias.shape().elements();
    }
    y + bias.reshape(&dims)
}

impl Conv2d<Wire> {
    /// Images to images.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        with_bias(x.conv2d(self.weight, self.options), self.bias)
    }
}

impl Conv1d<Wire> {
    /// Sequences to sequences.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        with_bias(x.conv1d(self.weight, self.options), self.bias)
    }
}
