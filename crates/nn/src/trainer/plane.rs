//! What a network says of the plane, for examples of two numbers: its likeliest class at every place around them, now and then while
//! it learns.

use super::{Trainer, latest};
use crate::data::{Examples, Goal, batched};
use crate::error::Result;
use crate::model::{Batch, Mode, Model, replace, specs};
use crate::predict::Forward;
use chainrule::{DType, Tensor, Wire, trace};
use chainrule_explorer::run::{Plane, Points, Record, limits};
use std::time::Instant;

/// Places along each side.
const SIDE: usize = 64;
/// The part of the time that the pictures may take: a quarter of what observing may.
const SHARE: f64 = 0.005;
/// What lies around the examples, as a part of their range.
const AROUND: f64 = 0.1;

/// Makes the pictures.
pub(super) struct Planes<M: Model> {
    function: Forward<M>,
    batch: Batch<Tensor>,
    range: ([f64; 2], [f64; 2]),
    classes: usize,
    /// Seconds in steps since the beginning, in pictures, and in the last one.
    trained: f64,
    spent: f64,
    last: f64,
    made: u64,
}

/// Whether examples lie in the plane: two numbers each, and a class.
fn is_plane(data: &dyn Examples) -> bool {
    let inputs = data.inputs();
    let is_pair = inputs.dtype == DType::F32 && inputs.shape.dims() == [2];
    matches!(data.goal(), Goal::Classes(names) if is_pair && (2..=limits::CLASSES).contains(&names.len()))
}

/// The examples, as many of them as are drawn.
fn points(data: &dyn Examples) -> Result<Points> {
    let count = data.rows().min(limits::EXAMPLES);
    let rows: Vec<usize> = (0..count).map(|i| i * data.rows() / count.max(1)).collect();
    let mut x = Tensor::zeros(batched(count, data.inputs())?);
    let mut y = Tensor::zeros(batched(count, data.targets())?);
    data.load(&rows, &mut x, &mut y)?;
    let numbers = x.to_f64();
    Ok(Points {
        names: data.columns().to_vec(),
        classes: data.goal().names().to_vec(),
        row: rows.iter().map(|&row| row as u64).collect(),
        x: numbers.iter().step_by(2).copied().collect(),
        y: numbers.iter().skip(1).step_by(2).copied().collect(),
        label: y.to_f64().iter().map(|&label| label as u32).collect(),
    })
}

/// The range of some numbers, with room around.
fn range(numbers: &[f64]) -> [f64; 2] {
    let finite = || numbers.iter().copied().filter(|x| x.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return [-1.0, 1.0];
    }
    let room = if high > low { AROUND * (high - low) } else { 1.0 };
    [low - room, high + room]
}

impl<M: Model> Trainer<M> {
    /// From now on the run file has what the network says of the plane, if the examples lie in it. Gives whether they do.
    ///
    /// # Errors
    /// Examples that can't be read; what is told first can't be taken in.
    pub fn watch_plane(&mut self, train: &dyn Examples) -> Result<bool> {
        if !is_plane(train) || self.observer().is_none() {
            return Ok(false);
        }
        let points = points(train)?;
        let range = (range(&points.x), range(&points.y));
        let specs_of = Batch::specs(SIDE * SIDE, train)?;
        let forward = |net: M::Net, seen: M::Seen, batch: Batch<Wire>| {
            self.model.record(&net, &seen, &batch, Mode::Predicting).output
        };
        let (net, seen) = (&self.state.0.0, &self.state.1);
        let program = trace(forward, &(specs::<M::Net>(net), specs::<M::Seen>(seen), specs_of.clone()))?;
        let function = program.compile_with(&self.settings.options())?;
        let mut batch = Batch::zeros(&specs_of);
        let place = |[low, high]: [f64; 2], i: usize| low + (high - low) * i as f64 / (SIDE - 1) as f64;
        let places = (0..SIDE * SIDE).flat_map(|i| [place(range.0, i % SIDE), place(range.1, i / SIDE)]);
        batch.x = Tensor::new(places.map(|v| v as f32).collect(), &[SIDE * SIDE, 2])?;
        batch.normalise(train, SIDE * SIDE, &self.normaliser);
        let classes = points.classes.len();
        self.observer().into_iter().for_each(|observer| observer.leave(SHARE));
        self.record(&Record::Points(Box::new(points)))?;
        let (trained, spent, last, made) = (0.0, 0.0, 0.0, 0);
        self.planes = Some(Planes { function, batch, range, classes, trained, spent, last, made });
        Ok(true)
    }

    /// Takes note of a step that took so many seconds, and makes a picture if it is time, or if it `must` be.
    pub(super) fn draw_plane(&mut self, seconds: f64, must: bool) -> Result<()> {
        let Some(planes) = &mut self.planes else { return Ok(()) };
        planes.trained += seconds;
        let is_due =
            planes.made == 0 || planes.spent + planes.last <= SHARE * (planes.trained + planes.spent);
        if !is_due && !must {
            return Ok(());
        }
        let begun = Instant::now();
        let net = replace::<M::Net>(latest(&self.settings, &self.state.0), Tensor::clone);
        let seen = replace::<M::Seen>(&self.state.1, Tensor::clone);
        let output = planes.function.run((net, seen, planes.batch.clone()))?;
        let mut likely = output.to_vec::<f32>()?;
        likely.chunks_exact_mut(planes.classes).for_each(softmax);
        let plane = Plane::of(self.position.step as u64, planes.range, SIDE, planes.classes, &likely);
        planes.made += 1;
        // The first one also pays for what is made once.
        planes.last = begun.elapsed().as_secs_f64();
        planes.spent += planes.last;
        self.record(&Record::Plane(Box::new(plane)))
    }
}

fn softmax(row: &mut [f32]) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    row.iter_mut().for_each(|x| *x = (*x - most).exp());
    let sum: f32 = row.iter().sum();
    row.iter_mut().for_each(|x| *x /= sum);
}
