//! What the network says of the plane, for problems of two numbers.

use super::Run;
use crate::run::number::Number;
use serde::Serialize;

/// A probability beside a class must not become the next class.
const NEAR_ONE: f64 = 1.0001;

/// The plane at a step.
#[derive(Serialize)]
pub struct Boundary {
    s: Option<u64>,
    x: [f64; 2],
    y: [f64; 2],
    n: usize,
    classes: usize,
    /// The likeliest class at each place, and behind the point its probability.
    values: Vec<f64>,
    points: Vec<Point>,
    /// Names of the two numbers, and of the classes.
    names: Vec<String>,
    labels: Vec<String>,
}

#[derive(Serialize)]
struct Point {
    row: u64,
    x: Number,
    y: Number,
    label: u32,
}

/// The newest picture up to a step, else the first; none if the examples are not in the plane.
pub fn boundary(run: &Run, s: Option<u64>) -> Option<Boundary> {
    let book = run.book();
    let examples = book.points.as_ref()?;
    let planes = book.planes.items();
    let until = planes.partition_point(|plane| plane.s <= s.unwrap_or(u64::MAX));
    let plane = planes.get(until.saturating_sub(1));
    let value = |(class, p): (u8, f64)| f64::from(class) + p / NEAR_ONE;
    let points = (0..examples.row.len()).map(|i| Point {
        row: examples.row[i],
        x: Number(examples.x[i]),
        y: Number(examples.y[i]),
        label: examples.label[i],
    });
    Some(Boundary {
        s: plane.map(|plane| plane.s),
        x: plane.map_or_else(|| range(&examples.x), |plane| plane.x),
        y: plane.map_or_else(|| range(&examples.y), |plane| plane.y),
        n: plane.map_or(0, |plane| plane.n),
        classes: plane.map_or(examples.classes.len(), |plane| plane.classes),
        // The reader has checked it.
        values: plane
            .and_then(|plane| plane.places().ok())
            .unwrap_or_default()
            .into_iter()
            .map(value)
            .collect(),
        points: points.collect(),
        names: examples.names.clone(),
        labels: examples.classes.clone(),
    })
}

fn range(numbers: &[f64]) -> [f64; 2] {
    let finite = numbers.iter().copied().filter(|x| x.is_finite());
    finite
        .fold(None, |range: Option<[f64; 2]>, x| Some(range.map_or([x, x], |[a, b]| [a.min(x), b.max(x)])))
        .unwrap_or_default()
}
