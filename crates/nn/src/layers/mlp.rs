//! Linear layers with relu between them.

use super::Linear;
use crate::error::Result;
use crate::init::{Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, part};

/// A multi-layer perceptron.
#[derive(Tree, Clone, Debug)]
pub struct Mlp<T> {
    /// The layers, first one first.
    pub layers: Vec<Linear<T>>,
}

impl Mlp<Tensor> {
    /// Layers of these widths, the inputs' first. The last layer starts small, so that the first predictions are even.
    ///
    /// # Errors
    /// A layer is larger than a tensor can be.
    pub fn new(widths: &[usize], dtype: DType, rng: &Rng) -> Result<Mlp<Tensor>> {
        let last = widths.len().saturating_sub(2);
        let layer = |(i, pair): (usize, &[usize])| {
            let init = if i == last { Init::Glorot } else { Init::He };
            Linear::new(Fan { inputs: pair[0], outputs: pair[1] }, init, dtype, &mut rng.fold(i as u64))
        };
        Ok(Mlp { layers: widths.windows(2).enumerate().map(layer).collect::<Result<_>>()? })
    }
}

impl Mlp<Wire> {
    /// Rows of features become rows of logits.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> Wire {
        let mut x = x;
        for (i, layer) in self.layers.iter().enumerate() {
            x = part(&format!("layers.{i}"), || {
                let y = layer.forward(x);
                if i + 1 < self.layers.len() { y.relu() } else { y }
            });
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Purpose;
    use chainrule::{Spec, trace};

    #[test]
    fn a_network_computes_what_its_weights_say() {
        let tensor = |values: &[f64], dims: &[usize]| Tensor::new(values.to_vec(), dims).unwrap();
        let net = Mlp {
            layers: vec![
                Linear {
                    weight: tensor(&[1.0, 2.0, -1.0, 0.5], &[2, 2]),
                    bias: Some(tensor(&[0.5, 0.0], &[2])),
                },
                Linear { weight: tensor(&[3.0, 4.0], &[1, 2]), bias: None },
            ],
        };
        let x = tensor(&[1.0, 1.0, -2.0, 0.0], &[2, 2]);
        let specs = (net.map(&mut |t: &Tensor| t.spec()), x.spec());
        let program = trace(|net: Mlp<Wire>, x: Wire| net.forward(x), &specs).unwrap();
        // relu(3.5, -0.5) and relu(-1.5, 2)
        assert_eq!(program.run((net, x)).unwrap().to_f64(), [10.5, 8.0]);
    }

    #[test]
    fn weights_are_named_as_paths_and_drawn_by_seed() {
        let net = |seed| Mlp::new(&[3, 4, 2], DType::F32, &Rng::new(seed, Purpose::Start)).unwrap();
        assert_eq!(net(0).paths(), ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]);
        let specs: Vec<Spec> = net(0).leaves().iter().map(Tensor::spec).collect();
        assert_eq!(
            specs.iter().map(|s| s.shape.dims()).collect::<Vec<_>>(),
            [vec![4, 3], vec![4], vec![2, 4], vec![2]]
        );
        assert_eq!(net(1).leaves(), net(1).leaves());
        assert_ne!(net(1).leaves(), net(2).leaves());
    }

    #[test]
    fn a_mistake_is_on_the_line_of_the_user() {
        let net = Mlp::new(&[3, 4, 2], DType::F64, &Rng::new(7, Purpose::Start)).unwrap();
        let specs = (net.map(&mut |t: &Tensor| t.spec()), Spec::new(&[5, 9], DType::F64).unwrap());
        let line = line!() + 1;
        let said = trace(|net: Mlp<Wire>, x: Wire| net.forward(x), &specs).unwrap_err().to_string();
        assert!(said.contains(&format!("layers/mlp.rs:{line}:")) && said.contains("matmul"), "{said}");
    }
}
