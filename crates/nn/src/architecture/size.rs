//! How large a network is, known before any of it is made: a few words can ask for more than any memory holds.

use super::{Architecture, Interface, widths};
use crate::data::limits;
use crate::error::Result;
use crate::layers::ConvNet;

/// How many weights a network has, as tensors and as numbers. What would not fit into 64 bits stays at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Tensors.
    pub tensors: u64,
    /// The numbers in them.
    pub numbers: u64,
}

impl Size {
    /// The largest network that is made.
    pub const LARGEST: Size = Size { tensors: limits::WEIGHTS, numbers: limits::WEIGHT_NUMBERS };

    /// Whether it is no larger than another in either way.
    pub fn fits(self, other: Size) -> bool {
        self.tensors <= other.tensors && self.numbers <= other.numbers
    }

    /// The same with one more tensor.
    fn with(self, dims: &[usize]) -> Size {
        let numbers = dims.iter().fold(1u64, |product, &n| product.saturating_mul(n as u64));
        self.and(Size { tensors: 1, numbers })
    }

    fn and(self, other: Size) -> Size {
        Size {
            tensors: self.tensors.saturating_add(other.tensors),
            numbers: self.numbers.saturating_add(other.numbers),
        }
    }

    fn times(self, count: usize) -> Size {
        Size {
            tensors: self.tensors.saturating_mul(count as u64),
            numbers: self.numbers.saturating_mul(count as u64),
        }
    }

    /// That of tensors of these shapes.
    pub fn of<'a>(shapes: impl Iterator<Item = &'a [usize]>) -> Size {
        shapes.fold(Size::default(), Size::with)
    }

    /// That of linear layers with biases.
    fn of_layers(widths: &[usize]) -> Size {
        widths.windows(2).fold(Size::default(), |size, pair| size.with(pair).with(&pair[1..]))
    }
}

impl Architecture {
    /// The weights of the network; none for a formula, which has to be built to be known.
    ///
    /// # Errors
    /// The examples are no images, or too small ones.
    pub(super) fn size(&self, interface: &Interface) -> Result<Option<Size>> {
        let last = interface.goal.names().len();
        let none = Size::default();
        Ok(Some(match *self {
            Architecture::Formula { .. } => return Ok(None),
            Architecture::Layers { ref hidden } => {
                Size::of_layers(&widths(interface.features(), hidden, last))
            }
            Architecture::Convolutions { ref channels, ref hidden } => {
                let image = interface.pixels()?;
                let pairs = [&[image.channels], &channels[..]].concat();
                let size = pairs
                    .windows(2)
                    .fold(none, |size, pair| size.with(&[pair[0], pair[1], 9]).with(&pair[1..]));
                size.and(Size::of_layers(&widths(ConvNet::features(image, channels)?, hidden, last)))
            }
            Architecture::CharMlp { width, hidden } => {
                let inputs = interface.context().saturating_mul(width);
                none.with(&[last, width]).and(Size::of_layers(&[inputs, hidden, last]))
            }
            Architecture::Gpt { layers, width, .. } => {
                let norm = none.with(&[width]);
                let block = norm.times(2).and(none.with(&[width, width]).times(4));
                let block = block.and(none.with(&[4, width, width]).times(2));
                none.with(&[last, width])
                    .with(&[interface.context(), width])
                    .and(block.times(layers))
                    .and(norm)
            }
            Architecture::Lstm { width, hidden } => {
                let gates = none.with(&[4, hidden, width]).with(&[4, hidden, hidden]);
                let gates = gates.and(none.with(&[4, hidden]).times(2));
                none.with(&[last, width]).and(gates).and(Size::of_layers(&[hidden, last]))
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::all;
    use crate::architecture::Size;
    use chainrule::Shape;

    #[test]
    fn it_is_that_of_the_network_which_is_made() {
        let mut known = 0;
        for (architecture, interface) in all() {
            let (net, seen) = architecture.model(&interface, 4).unwrap().start(0).unwrap();
            let shapes: Vec<Vec<usize>> = net.values.iter().map(|tensor| tensor.shape().dims()).collect();
            assert!(seen.values.is_empty(), "what is seen is not counted");
            let made = Size::of(shapes.iter().map(|dims| &dims[..]));
            assert!(architecture.model_within(&interface, 4, made).is_ok(), "{architecture:?}");
            for less in
                [Size { tensors: made.tensors - 1, ..made }, Size { numbers: made.numbers - 1, ..made }]
            {
                let said =
                    architecture.model_within(&interface, 4, less).err().map(|error| error.to_string());
                assert!(said.is_some_and(|said| said.contains("weights with")), "{architecture:?}");
            }
            if let Some(size) = architecture.size(&interface).unwrap() {
                assert_eq!(size, made, "{architecture:?}");
                known += 1;
            }
        }
        assert_eq!(known, 5);
        assert_eq!(Size::of([&Shape::SCALAR.dims()[..]].into_iter()), Size { tensors: 1, numbers: 1 });
    }
}
