//! Convolutions with relu and a pool after each, then linear layers.

use super::{Conv2d, Mlp};
use crate::data::Image;
use crate::error::{Error, Result};
use crate::init::{Fan, Init};
use crate::rng::Rng;
use chainrule::{Conv, DType, Pool, Tensor, Tree, Wire, part};

/// A network for images.
#[derive(Tree, Clone, Debug)]
pub struct ConvNet<T> {
    /// Convolutions of 3 by 3 that keep the size; a pool of 2 by 2 after each halves it.
    pub convolutions: Vec<Conv2d<T>>,
    /// What reads all that is left.
    pub head: Mlp<T>,
    /// The form of the images.
    pub image: Image,
}

impl ConvNet<Tensor> {
    /// How many numbers the pools leave of an image.
    ///
    /// # Errors
    /// It can't be halved as often as there are channels.
    pub fn features(image: Image, channels: &[usize]) -> Result<usize> {
        let Image { height, width, .. } = image;
        let halved = |side: usize| channels.iter().fold(side, |side, _| side / 2);
        match halved(height).saturating_mul(halved(width)) {
            0 => {
                let what =
                    format!("an image of {height} by {width} can't be halved {} times", channels.len());
                Err(Error::argument("--channels", what, "give fewer convolutions"))
            }
            area => Ok(area.saturating_mul(channels.last().copied().unwrap_or(image.channels))),
        }
    }

    /// Convolutions with these channels, then layers of these widths, of which the last is the number of classes.
    ///
    /// # Errors
    /// A layer is larger than a tensor can be, or there are more pools than the image has halves.
    pub fn new(
        image: Image,
        channels: &[usize],
        widths: &[usize],
        dtype: DType,
        rng: &Rng,
    ) -> Result<ConvNet<Tensor>> {
        let options = Conv { padding: [1, 1], ..Conv::default() };
        let inputs = [&[image.channels], channels].concat();
        let convolution = |(i, pair): (usize, &[usize])| {
            let fan = Fan { inputs: pair[0], outputs: pair[1] };
            Conv2d::new(fan, [3, 3], options, (Init::He, dtype), &mut rng.fold(i as u64))
        };
        let convolutions = inputs.windows(2).enumerate().map(convolution).collect::<Result<_>>()?;
        let widths = [&[Self::features(image, channels)?], widths].concat();
        let head = Mlp::new(&widths, dtype, &rng.fold(channels.len() as u64))?;
        Ok(ConvNet { convolutions, head, image })
    }
}

impl ConvNet<Wire> {
    /// Rows of pixels become rows of logits.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        let (rows, Image { channels, height, width }) = (x.shape().dims()[0], self.image);
        let mut x = x.reshape(&[rows, channels, height, width]);
        for (i, convolution) in self.convolutions.iter().enumerate() {
            x = part(&format!("convolutions.{i}"), || {
                convolution.forward(x).relu().max_pool2d(Pool::of([2, 2]))
            });
        }
        let features = x.shape().elements() / rows.max(1);
        part("head", || self.head.forward(x.reshape(&[rows, features])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use chainrule::trace;

    #[test]
    fn images_are_halved_and_their_weights_named() {
        let net = ConvNet::new(Image::grey(8, 9), &[3, 5], &[7, 2], DType::F32, &Rng::new(0, Purpose::Start))
            .unwrap();
        let dims: Vec<Vec<usize>> = net.leaves().iter().map(|t| t.shape().dims()).collect();
        assert_eq!(dims[..4], [vec![3, 1, 3, 3], vec![3], vec![5, 3, 3, 3], vec![5]]);
        // 2 by 2 pixels are left of 5 channels.
        assert_eq!(dims[4..], [vec![7, 20], vec![7], vec![2, 7], vec![2]]);
        assert_eq!(net.paths()[..2], ["convolutions.0.weight", "convolutions.0.bias"]);
        assert_eq!(net.paths()[4], "head.layers.0.weight");
        let x = Tensor::new(vec![0.5f32; 3 * 72], &[3, 72]).unwrap();
        let specs = (net.map(&mut |t: &Tensor| t.spec()), x.spec());
        let program = trace(|net: ConvNet<Wire>, x: Wire| net.forward(x), &specs).unwrap();
        let y = program.run((net, x)).unwrap();
        assert_eq!(y.shape().dims(), [3, 2]);
        let refused = ConvNet::features(Image::grey(8, 8), &[1; 4]).unwrap_err().to_string();
        assert!(refused.contains("an image of 8 by 8 can't be halved 4 times"), "{refused}");
    }
}
