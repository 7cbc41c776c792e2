//! How far a gradient comes through a loop.

use super::watch::Time;
use chainrule::{Slice, Tensor};
use chainrule_explorer::run::Sum;

/// Adds the norms of a gradient at the first and the last turn of its loop to its summary, at the second where it is exactly 0 at
/// the first. A loop of one turn has no way to go.
pub fn compare(time: Time, gradient: &Tensor, sum: &mut Sum) {
    let dims = gradient.shape().dims();
    let turns = dims.get(time.axis).copied().unwrap_or(0);
    if turns < 2 {
        return;
    }
    let inner: usize = dims[time.axis + 1..].iter().product();
    let norm = |turn: usize| match gradient.slice() {
        Slice::F32(values) => norm(values, (turns, inner), turn),
        Slice::F64(values) => norm(values, (turns, inner), turn),
        _ => 0.0,
    };
    let number = |turn: usize| if time.is_reverse { turns - 1 - turn } else { turn };
    // What is multiplied by a state that starts at 0 has no gradient at the first turn: an LSTM's forget gate.
    let first = [0, 1].map(|turn| norm(number(turn))).into_iter().find(|norm| *norm != 0.0).unwrap_or(0.0);
    (sum.first, sum.last) = (Some(first), Some(norm(number(turns - 1))));
}

/// The Euclidean norm of one turn, of `turns` of `inner` elements each.
fn norm<T: Copy + Into<f64>>(values: &[T], (turns, inner): (usize, usize), turn: usize) -> f64 {
    let all =
        values.chunks_exact((turns * inner).max(1)).flat_map(|all| &all[turn * inner..(turn + 1) * inner]);
    all.map(|&x| x.into() * x.into()).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule_explorer::run::{Field, Summary};

    fn ends(gradient: &Tensor, axis: usize, is_reverse: bool) -> (Option<f64>, Option<f64>) {
        let mut sum = Summary::of(gradient).record(1, 1, Field::Gradient);
        compare(Time { axis, is_reverse }, gradient, &mut sum);
        (sum.first, sum.last)
    }

    #[test]
    fn the_first_and_the_last_turn_are_compared() {
        let gradient =
            Tensor::new(vec![3.0f32, 4.0, 0.0, 0.0, 6.0, 8.0], &[3, 2]).expect("it has 6 elements");
        assert_eq!(ends(&gradient, 0, false), (Some(5.0), Some(10.0)));
        assert_eq!(ends(&gradient, 0, true), (Some(10.0), Some(5.0)));
        // Three parts, of two turns each.
        assert_eq!(ends(&gradient, 1, false), (Some(45f64.sqrt()), Some(80f64.sqrt())));
        let late = Tensor::new(vec![0.0f32, 0.0, 0.0, 2.0, 6.0, 8.0], &[3, 2]).expect("it has 6 elements");
        assert_eq!(ends(&late, 0, false), (Some(2.0), Some(10.0)));
        let none = Tensor::new(vec![0.0f32, 0.0, 0.0, 0.0, 6.0, 8.0], &[3, 2]).expect("it has 6 elements");
        assert_eq!(ends(&none, 0, false), (Some(0.0), Some(10.0)));
        let one = Tensor::new(vec![1.0f32, 2.0], &[1, 2]).expect("it has 2 elements");
        assert_eq!(ends(&one, 0, false), (None, None));
    }
}
