//! Units that are dead and elements where a gate is flat.

use super::watch::Counted;
use chainrule::{Slice, Tensor};
use chainrule_explorer::run::Sum;

/// Beyond this, on a scale from -1 to 1, a tanh counts as flat: its slope there is below 0.06.
const FLAT: f64 = 0.97;

/// Adds what is counted of an activation to its summary.
pub fn count(counted: Counted, value: &Tensor, sum: &mut Sum) {
    match counted {
        Counted::Nothing => {}
        Counted::Dead(axis) => {
            let dims = value.shape().dims();
            let units = dims.get(axis).copied().unwrap_or(0);
            let inner = dims.iter().skip(axis + 1).product();
            let dead = match value.slice() {
                Slice::F32(values) => dead(values, units, inner),
                Slice::F64(values) => dead(values, units, inner),
                _ => 0,
            };
            (sum.units, sum.dead) = (Some(units as u64), Some(dead));
        }
        Counted::Flat { is_sigmoid } => {
            let flat = match value.slice() {
                Slice::F32(values) => flat(values.iter().map(|&x| f64::from(x)), is_sigmoid),
                Slice::F64(values) => flat(values.iter().copied(), is_sigmoid),
                _ => 0,
            };
            sum.sat = Some(flat as f64 / value.shape().elements().max(1) as f64);
        }
    }
}

/// How many units hold nothing but zeros; the elements of a unit come in runs of `inner`.
fn dead<T: Copy + PartialEq + Default>(values: &[T], units: usize, inner: usize) -> u64 {
    let mut is_alive = vec![false; units];
    if units == 0 || inner == 0 {
        return 0;
    }
    for row in values.chunks_exact(units * inner) {
        if inner == 1 {
            is_alive.iter_mut().zip(row).for_each(|(alive, x)| *alive |= *x != T::default());
        } else {
            for (alive, run) in is_alive.iter_mut().zip(row.chunks_exact(inner)) {
                *alive = *alive || run.iter().any(|x| *x != T::default());
            }
        }
    }
    is_alive.into_iter().filter(|alive| !alive).count() as u64
}

fn flat(values: impl Iterator<Item = f64>, is_sigmoid: bool) -> u64 {
    let (scale, shift) = if is_sigmoid { (2.0, -1.0) } else { (1.0, 0.0) };
    values.map(|x| u64::from((scale * x + shift).abs() > FLAT)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_units_are_counted_along_their_axis() {
        let rows = [0.0, 1.0, 0.0, 0.0, 0.0, 2.0f32];
        assert_eq!(dead(&rows, 3, 1), 1);
        // Two channels of three: [0, 1, 0] and [0, 0, 2] in one image.
        assert_eq!(dead(&rows, 2, 3), 0);
        assert_eq!(dead(&[0.0, 0.0, 0.0, 5.0f64], 2, 2), 1);
        assert_eq!(dead(&[f64::NAN], 1, 1), 0);
        assert_eq!(dead::<f32>(&[], 0, 1), 0);
    }

    #[test]
    fn both_ends_of_a_sigmoid_are_flat() {
        let values = [0.0, 0.01, 0.5, 0.99, 1.0, -0.98];
        assert_eq!(flat(values.into_iter(), false), 3);
        assert_eq!(flat(values[..5].iter().copied(), true), 4);
    }
}
