//! Examples in the order of an epoch, put into batches of one size.

use crate::data::{Examples, Goal, Loaded, batched};
use crate::error::Result;
use crate::model::Batch;
use crate::normalise::Normaliser;
use crate::rng::{Purpose, Rng};
use crate::shift;
use crate::trainer::Settings;
use chainrule::{DType, Element, Spec, Tensor, Tree};

/// The order of the examples in an epoch.
pub fn shuffled(rows: usize, seed: u64, epoch: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..rows).collect();
    Rng::new(seed, Purpose::Shuffle).fold(epoch as u64).shuffle(&mut order);
    order
}

impl Batch<Spec> {
    /// The specs of a batch of so many examples.
    ///
    /// # Errors
    /// It is too large.
    pub fn specs(rows: usize, data: &dyn Examples) -> Result<Batch<Spec>> {
        Batch::of(rows, data.inputs(), data.targets())
    }

    /// The specs of a batch of so many examples with such inputs and targets.
    ///
    /// # Errors
    /// It is too large.
    pub fn of(rows: usize, inputs: Spec, targets: Spec) -> Result<Batch<Spec>> {
        Ok(Batch {
            x: batched(rows, inputs)?,
            y: batched(rows, targets)?,
            weight: batched(rows, Spec::scalar(DType::F32))?,
            rate: Spec::scalar(DType::F32),
            key: Spec::scalar(DType::I64),
        })
    }
}

impl Batch<Tensor> {
    /// A batch of zeros.
    pub fn zeros(specs: &Batch<Spec>) -> Batch<Tensor> {
        specs.map(&mut |spec: &Spec| Tensor::zeros(*spec))
    }

    /// Fills it with examples as they are. Rows that are left over have zeros and weight 0.
    ///
    /// # Errors
    /// They can't be read.
    pub fn load(&mut self, data: &dyn Examples, rows: &[usize]) -> Result<()> {
        if rows.len() < self.weight.shape().elements() {
            for tensor in [&mut self.x, &mut self.y] {
                *tensor = Tensor::zeros(tensor.spec());
            }
        }
        data.load(rows, &mut self.x, &mut self.y)?;
        self.weigh(rows.len());
        Ok(())
    }

    /// Moves each of the first `rows` examples, which are images, by up to a pixel.
    pub fn shift(&mut self, data: &dyn Examples, rows: usize, rng: &mut Rng) {
        let Some(image) = data.image() else { return };
        let plane = image.height * image.width;
        let pixels = numbers::<f32>(&mut self.x);
        let mut before = vec![0.0; plane];
        for example in pixels.chunks_exact_mut((plane * image.channels).max(1)).take(rows) {
            let offset = shift::draw(rng);
            for channel in example.chunks_exact_mut(plane) {
                before.copy_from_slice(channel);
                shift::shift(&before, (image.height, image.width), offset, channel);
            }
        }
    }

    /// Normalises the first `rows` examples.
    pub fn normalise(&mut self, data: &dyn Examples, rows: usize, normaliser: &Normaliser) {
        if self.x.dtype() == DType::F32 {
            let width = data.inputs().shape.elements();
            normaliser.features.apply(&mut numbers::<f32>(&mut self.x)[..rows * width]);
        }
        if let Goal::Numbers(names) = data.goal() {
            normaliser.targets.apply(&mut numbers::<f32>(&mut self.y)[..rows * names.len()]);
        }
    }

    /// The same with examples that were loaded already, zeros behind them.
    pub(crate) fn take(&mut self, loaded: &Loaded, rows: usize) {
        for (to, from) in [(&mut self.x, &loaded.x), (&mut self.y, &loaded.y)] {
            let elements = to.shape().elements();
            to.slice_mut().copy_from(from.slice().part(0, elements));
        }
        self.weigh(rows);
    }

    /// The first rows count, the others do not.
    fn weigh(&mut self, rows: usize) {
        let weight = numbers::<f32>(&mut self.weight);
        weight.iter_mut().enumerate().for_each(|(i, to)| *to = f32::from(u8::from(i < rows)));
    }

    /// Makes of loaded examples what a step of training has: shifted, normalised, with the rate and the random key of the step,
    /// which counts from 0. The same bits whenever it is asked.
    pub(crate) fn prepare(
        &mut self,
        data: &dyn Examples,
        rows: usize,
        settings: &Settings,
        normaliser: &Normaliser,
        (step, rate): (usize, f64),
    ) {
        let of = |purpose| Rng::new(settings.seed, purpose).fold(step as u64);
        if settings.shifts {
            self.shift(data, rows, &mut of(Purpose::Shift));
        }
        self.normalise(data, rows, normaliser);
        self.set_step(rate, of(Purpose::Dropout).key());
    }

    /// Sets the learning rate and the random key of a step.
    pub fn set_step(&mut self, rate: f64, key: i64) {
        numbers::<f32>(&mut self.rate)[0] = rate as f32;
        numbers::<i64>(&mut self.key)[0] = key;
    }
}

fn numbers<T: Element>(tensor: &mut Tensor) -> &mut [T] {
    T::slice_mut(tensor.slice_mut()).expect("batches are made from Batch::specs, which fixes the dtypes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Image, Targets};
    use crate::normalise::Scale;

    fn data(image: Option<Image>) -> Dataset {
        Dataset {
            columns: vec!["a".into(), "b".into()],
            features: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            targets: Targets::Classes { names: vec![], labels: vec![0, 2, 1] },
            image,
        }
    }

    #[test]
    fn the_last_batch_is_filled_up_with_rows_of_weight_zero() {
        let data = data(None);
        let features = Scale { mean: vec![1.0, 0.0], deviation: vec![2.0, 1.0] };
        let normaliser = Normaliser { features, targets: Scale::default() };
        let specs = Batch::specs(2, &data).unwrap();
        let mut batch = specs.map(&mut |s: &Spec| Tensor::full(*s, 7.0));
        let mut load = |rows: &[usize]| {
            batch.load(&data, rows).unwrap();
            batch.normalise(&data, rows.len(), &normaliser);
            [&batch.x, &batch.y, &batch.weight].map(Tensor::to_f64)
        };
        assert_eq!(load(&[2]), [vec![2.0, 6.0, 0.0, 0.0], vec![1.0, 0.0], vec![1.0, 0.0]]);
        assert_eq!(load(&[1, 0]), [vec![1.0, 4.0, 0.0, 2.0], vec![2.0, 0.0], vec![1.0, 1.0]]);
    }

    #[test]
    fn images_are_shifted_and_nothing_else_is() {
        let plain = data(None);
        let mut batch = Batch::zeros(&Batch::specs(2, &plain).unwrap());
        batch.load(&plain, &[0, 1]).unwrap();
        batch.shift(&plain, 2, &mut Rng::new(0, Purpose::Shift));
        assert_eq!(batch.x.to_f64(), [1.0, 2.0, 3.0, 4.0]);
        let images = data(Some(Image::grey(1, 2)));
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..40 {
            batch.load(&images, &[1]).unwrap();
            batch.shift(&images, 1, &mut Rng::new(seed, Purpose::Shift));
            seen.insert(batch.x.to_f64().iter().map(|&v| v as i64).collect::<Vec<_>>());
        }
        let expected = [[0, 0, 0, 0], [0, 3, 0, 0], [3, 4, 0, 0], [4, 0, 0, 0]].map(Vec::from);
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected);
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
