//! Layers that bring their inputs to mean 0 and variance 1.

use super::spec;
use crate::error::Result;
use chainrule::{DType, Spec, Tensor, Tree, Wire};

/// PyTorch's number for all of them: it keeps the division finite.
pub const EPSILON: f64 = 1e-5;

/// Each row of the last axis with mean 0 and variance 1, then scaled and moved.
#[derive(Tree, Clone, Debug)]
pub struct LayerNorm<T> {
    /// `[width]`.
    pub weight: Option<T>,
    /// `[width]`.
    pub bias: Option<T>,
    /// Added to the variance.
    pub epsilon: f64,
}

/// Each group of channels of an example with mean 0 and variance 1, then scaled and moved.
#[derive(Tree, Clone, Debug)]
pub struct GroupNorm<T> {
    /// `[channels]`.
    pub weight: Option<T>,
    /// `[channels]`.
    pub bias: Option<T>,
    /// How many groups.
    pub groups: usize,
    /// Added to the variance.
    pub epsilon: f64,
}

/// Each channel of a batch with mean 0 and variance 1, then scaled and moved.
#[derive(Tree, Clone, Debug)]
pub struct BatchNorm<T> {
    /// `[channels]`.
    pub weight: Option<T>,
    /// `[channels]`.
    pub bias: Option<T>,
    /// How much a batch counts in the running statistics.
    pub momentum: f64,
    /// Added to the variance.
    pub epsilon: f64,
}

/// What a batch norm has seen: state beside the weights, which no gradient changes.
#[derive(Tree, Clone, Debug)]
pub struct Running<T> {
    /// The running mean of each channel, `[channels]`.
    pub mean: T,
    /// The running variance of each channel, `[channels]`, unbiased.
    pub variance: T,
    /// How many batches it has seen, i64. Nothing depends on it; PyTorch counts them too.
    pub batches: T,
}

fn ones(spec: Spec) -> Tensor {
    Tensor::from_f64(spec, &vec![1.0; spec.shape.elements()])
}

/// A weight of ones and a bias of zeros.
fn start(width: usize, dtype: DType) -> Result<(Option<Tensor>, Option<Tensor>)> {
    let spec = spec(&[width], dtype)?;
    Ok((Some(ones(spec)), Some(Tensor::zeros(spec))))
}

impl LayerNorm<Tensor> {
    /// One that changes nothing but mean and variance.
    ///
    /// # Errors
    /// It is larger than a tensor can be.
    pub fn new(width: usize, dtype: DType) -> Result<LayerNorm<Tensor>> {
        let (weight, bias) = start(width, dtype)?;
        Ok(LayerNorm { weight, bias, epsilon: EPSILON })
    }
}

impl<T> LayerNorm<T> {
    /// The same without its bias.
    pub fn without_bias(self) -> Self {
        LayerNorm { bias: None, ..self }
    }
}

impl LayerNorm<Wire> {
    /// `[.., width]` to the same.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        x.layer_norm(self.weight, self.bias, self.epsilon)
    }
}

impl GroupNorm<Tensor> {
    /// One that changes nothing but mean and variance.
    ///
    /// # Errors
    /// It is larger than a tensor can be.
    pub fn new(groups: usize, channels: usize, dtype: DType) -> Result<GroupNorm<Tensor>> {
        let (weight, bias) = start(channels, dtype)?;
        Ok(GroupNorm { weight, bias, groups, epsilon: EPSILON })
    }
}

impl GroupNorm<Wire> {
    /// `[n, channels, ..]` to the same.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        x.group_norm(self.groups, self.weight, self.bias, self.epsilon)
    }
}

impl BatchNorm<Tensor> {
    /// One that changes nothing but mean and variance, and what it has seen before the first batch.
    ///
    /// # Errors
    /// It is larger than a tensor can be.
    pub fn new(channels: usize, dtype: DType) -> Result<(BatchNorm<Tensor>, Running<Tensor>)> {
        let (weight, bias) = start(channels, dtype)?;
        let spec = spec(&[channels], dtype)?;
        let running = Running { mean: Tensor::zeros(spec), variance: ones(spec), batches: 0i64.into() };
        Ok((BatchNorm { weight, bias, momentum: 0.1, epsilon: EPSILON }, running))
    }
}

impl BatchNorm<Wire> {
    /// While training: a batch `[n, channels, ..]` by its own statistics, and the running ones after it.
    #[track_caller]
    pub fn forward(&self, x: Wire, running: &Running<Wire>) -> (Wire, Running<Wire>) {
        let (y, mean, variance) = x.batch_norm(self.weight, self.bias, self.epsilon);
        let count = (x.shape().elements() / mean.shape().elements().max(1)) as f64;
        let unbiased = variance * (count / (count - 1.0).max(1.0));
        // What has been seen is state: no gradient flows through it.
        let blend =
            |before: Wire, now: Wire| before * (1.0 - self.momentum) + now.stop_gradient() * self.momentum;
        let (mean, variance) = (blend(running.mean, mean), blend(running.variance, unbiased));
        (y, Running { mean, variance, batches: running.batches + 1 })
    }

    /// After training: by the running statistics.
    #[track_caller]
    pub fn predict(&self, x: Wire, running: &Running<Wire>) -> Wire {
        x.batch_norm_with((running.mean, running.variance), self.weight, self.bias, self.epsilon)
    }
}
