//! Examples in the order of an epoch, put into batches of one size.

use crate::data::Dataset;
use crate::model::Batch;
use crate::normalise::Normaliser;
use crate::rng::{Purpose, Rng};
use crate::shift;
use chainrule::{DType, Element, Shape, Spec, Tensor};

/// The order of the examples in an epoch.
pub fn shuffled(rows: usize, seed: u64, epoch: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    Rng::new(seed, Purpose::Shuffle).fold(epoch as u64).shuffle(&mut order);
    order
}

impl Batch<Spec> {
    /// The specs of a batch of so many rows.
    pub fn specs(rows: usize, columns: usize) -> Option<Batch<Spec>> {
        let (row, table) = (Shape::new(&[rows]).ok()?, Shape::new(&[rows, columns]).ok()?);
        let of = |shape, dtype| Spec { shape, dtype };
        Some(Batch {
            x: of(table, DType::F32),
            y: of(row, DType::I64),
            weight: of(row, DType::F32),
            rate: Spec::scalar(DType::F32),
        })
    }
}

impl Batch<Tensor> {
    /// Fills it with examples, normalised, and images shifted where `shifts` says so. Rows that are left over have
    /// zeros and weight 0.
    pub fn load(
        &mut self,
        data: &Dataset,
        rows: &[usize],
        normaliser: &Normaliser,
        mut shifts: Option<&mut Rng>,
    ) {
        let width = data.width();
        let x = numbers::<f32>(&mut self.x);
        for (&row, to) in rows.iter().zip(x.chunks_exact_mut(width.max(1))) {
            match (data.image, &mut shifts) {
                (Some(size), Some(rng)) => shift::shift(data.row(row), size, shift::draw(rng), to),
                _ => to.copy_from_slice(data.row(row)),
            }
        }
        let (used, rest) = x.split_at_mut(rows.len() * width);
        normaliser.apply(used);
        rest.fill(0.0);
        let y = numbers::<i64>(&mut self.y);
        y.fill(0);
        y.iter_mut().zip(rows).for_each(|(to, &row)| *to = data.labels[row] as i64);
        let weight = numbers::<f32>(&mut self.weight);
        weight.iter_mut().enumerate().for_each(|(i, to)| *to = f32::from(u8::from(i < rows.len())));
    }

    /// Sets the learning rate.
    pub fn set_rate(&mut self, rate: f64) {
        numbers::<f32>(&mut self.rate)[0] = rate as f32;
    }
}

fn numbers<T: Element>(tensor: &mut Tensor) -> &mut [T] {
    T::slice_mut(tensor.slice_mut()).expect("batches are made from Batch::specs, which fixes the dtypes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_batch_is_filled_up_with_rows_of_weight_zero() {
        let data = Dataset {
            columns: vec!["a".into(), "b".into()],
            features: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            labels: vec![0, 2, 1],
            classes: vec![],
            image: None,
        };
        let normaliser = Normaliser { mean: vec![1.0, 0.0], deviation: vec![2.0, 1.0] };
        let specs = Batch::specs(2, 2).unwrap();
        let mut batch = chainrule::Tree::map(&specs, &mut |s: &Spec| Tensor::full(*s, 7.0));
        batch.load(&data, &[2], &normaliser, None);
        assert_eq!(batch.x.to_f64(), [2.0, 6.0, 0.0, 0.0]);
        assert_eq!(batch.y.to_f64(), [1.0, 0.0]);
        assert_eq!(batch.weight.to_f64(), [1.0, 0.0]);
        batch.load(&data, &[1, 0], &normaliser, None);
        assert_eq!(batch.x.to_f64(), [1.0, 4.0, 0.0, 2.0]);
        assert_eq!(batch.y.to_f64(), [2.0, 0.0]);
        assert_eq!(batch.weight.to_f64(), [1.0, 1.0]);
    }

    #[test]
    fn each_epoch_has_its_own_order_of_all_rows() {
        assert_eq!(shuffled(20, 1, 0), shuffled(20, 1, 0));
        assert_ne!(shuffled(20, 1, 0), shuffled(20, 1, 1));
        let mut rows = shuffled(20, 1, 2);
        rows.sort_unstable();
        assert_eq!(rows, (0..20).collect::<Vec<_>>());
    }
}
