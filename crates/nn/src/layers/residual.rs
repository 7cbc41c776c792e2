//! Blocks of convolutions whose input is added to what they give (He and others 2015, "Deep residual learning").

use super::{BatchNorm, Conv2d, GroupNorm, Running};
use crate::error::{Error, Result};
use crate::init::{Fan, Init};
use crate::rng::Rng;
use chainrule::{Conv, DType, Tensor, Tree, Wire, stage};

/// What every residual block has: two convolutions of 3 by 3, the first of which may step over places, and a way around them.
/// Norms follow, so that none has a bias.
#[derive(Tree, Clone, Debug)]
pub struct Convolutions<T> {
    /// From the inputs to the outputs, with the block's stride.
    pub first: Conv2d<T>,
    /// From outputs to outputs.
    pub second: Conv2d<T>,
    /// Of 1 by 1, where the block changes the shape; else the input itself goes around.
    pub skip: Option<Conv2d<T>>,
}

/// A residual block with group norms: each example for itself.
#[derive(Tree, Clone, Debug)]
pub struct Residual<T> {
    /// Two, and a third around them where shapes differ.
    pub convolutions: Convolutions<T>,
    /// One after each of the two.
    pub norms: [GroupNorm<T>; 2],
}

/// A residual block with batch norms. What they have seen is state beside the weights.
#[derive(Tree, Clone, Debug)]
pub struct BatchResidual<T> {
    /// Two, and a third around them where shapes differ.
    pub convolutions: Convolutions<T>,
    /// One after each of the two.
    pub norms: [BatchNorm<T>; 2],
}

impl Convolutions<Tensor> {
    fn new(channels: Fan, stride: usize, dtype: DType, rng: &Rng) -> Result<Convolutions<Tensor>> {
        if stride == 0 {
            return Err(Error::argument("stride", "a stride of 0 goes nowhere", "give 1 or more"));
        }
        let one = |channels: Fan, side: usize, stride: usize, i: u64| {
            let options = Conv { stride: [stride; 2], padding: [side / 2; 2], ..Conv::default() };
            Conv2d::new(channels, [side; 2], options, (Init::He, dtype), &mut rng.fold(i))
                .map(Conv2d::without_bias)
        };
        let differ = channels.inputs != channels.outputs || stride != 1;
        Ok(Convolutions {
            first: one(channels, 3, stride, 0)?,
            second: one(Fan { inputs: channels.outputs, ..channels }, 3, 1, 1)?,
            skip: if differ { Some(one(channels, 1, stride, 2)?) } else { None },
        })
    }
}

impl Convolutions<Wire> {
    /// The whole block: `norm` is given the number of a norm and what goes into it.
    #[track_caller]
    fn forward(&self, x: Wire, mut norm: impl FnMut(usize, Wire) -> Wire) -> Wire {
        let mut normed = |i: usize, x: Wire| stage(&format!("norms.{i}"), || norm(i, x));
        let y = stage("convolutions.first", || self.first.forward(x));
        let y = normed(0, y).relu();
        let y = stage("convolutions.second", || self.second.forward(y));
        let y = normed(1, y);
        let around = match &self.skip {
            Some(skip) => stage("convolutions.skip", || skip.forward(x)),
            None => x,
        };
        (y + around).relu()
    }
}

impl Residual<Tensor> {
    /// Random weights of He's size; norms in so many groups.
    ///
    /// # Errors
    /// Groups that don't divide the channels, a stride of 0, or a weight that is larger than a tensor can be.
    pub fn new(channels: Fan, stride: usize, groups: usize, dtype: DType, rng: &Rng) -> Result<Self> {
        if groups == 0 || !channels.outputs.is_multiple_of(groups) {
            let what = format!("{} channels can't be cut into {groups} groups", channels.outputs);
            return Err(Error::argument("groups", what, "choose a number that divides the channels"));
        }
        let norm = || GroupNorm::new(groups, channels.outputs, dtype);
        let convolutions = Convolutions::new(channels, stride, dtype, rng)?;
        Ok(Residual { convolutions, norms: [norm()?, norm()?] })
    }
}

impl Residual<Wire> {
    /// `[n, in, height, width]` to `[n, out, height / stride, width / stride]`, rounded up.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        self.convolutions.forward(x, |i, x| self.norms[i].forward(x))
    }
}

impl BatchResidual<Tensor> {
    /// Random weights of He's size, and what the norms have seen before the first batch.
    ///
    /// # Errors
    /// A stride of 0, or a weight that is larger than a tensor can be.
    pub fn new(
        channels: Fan,
        stride: usize,
        dtype: DType,
        rng: &Rng,
    ) -> Result<(Self, [Running<Tensor>; 2])> {
        let convolutions = Convolutions::new(channels, stride, dtype, rng)?;
        let [(first, seen), (second, seen_later)] =
            [BatchNorm::new(channels.outputs, dtype)?, BatchNorm::new(channels.outputs, dtype)?];
        Ok((BatchResidual { convolutions, norms: [first, second] }, [seen, seen_later]))
    }
}

impl BatchResidual<Wire> {
    /// While training: as [`Residual::forward`], by the statistics of the batch, and the running ones after it.
    #[track_caller]
    pub fn forward(&self, x: Wire, running: &[Running<Wire>; 2]) -> (Wire, [Running<Wire>; 2]) {
        let mut after = running.clone();
        let y = self.convolutions.forward(x, |i, x| {
            let (y, seen) = self.norms[i].forward(x, &running[i]);
            after[i] = seen;
            y
        });
        (y, after)
    }

    /// After training: by the running statistics.
    #[track_caller]
    pub fn predict(&self, x: Wire, running: &[Running<Wire>; 2]) -> Wire {
        self.convolutions.forward(x, |i, x| self.norms[i].predict(x, &running[i]))
    }
}
