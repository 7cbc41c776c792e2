//! Running totals along an axis, from either end.

use super::number::Number;

/// What is carried along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cumulate {
    /// The sum so far; integers wrap.
    Sum,
    /// The product so far; integers wrap.
    Prod,
    /// The largest so far, the first of equal ones; a NaN stays.
    Max,
    /// The smallest so far, the first of equal ones; a NaN stays.
    Min,
}

/// Along the middle axis of outer x len x inner: element i combines the elements 0 to i, itself included;
/// with `reverse` those from i to the end, taken from the end.
pub fn cumulate<T: Number>(
    input: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    output: &mut [T],
    op: Cumulate,
    reverse: bool,
) {
    let count = outer.checked_mul(len).and_then(|count| count.checked_mul(inner));
    assert_eq!(Some(input.len()), count, "cumulate: input length");
    assert_eq!(input.len(), output.len(), "cumulate: output length");
    if input.is_empty() {
        return;
    }
    let parts = input.chunks_exact(len * inner).zip(output.chunks_exact_mut(len * inner));
    for (input, output) in parts {
        match op {
            Cumulate::Sum => part(input, inner, output, reverse, T::plus),
            Cumulate::Prod => part(input, inner, output, reverse, T::times),
            Cumulate::Max => part(input, inner, output, reverse, |best, value| {
                if !best.is_nan() && (value > best || value.is_nan()) { value } else { best }
            }),
            Cumulate::Min => part(input, inner, output, reverse, |best, value| {
                if !best.is_nan() && (value < best || value.is_nan()) { value } else { best }
            }),
        }
    }
}

/// One len x inner part.
fn part<T: Number>(input: &[T], inner: usize, output: &mut [T], reverse: bool, combine: impl Fn(T, T) -> T) {
    if inner == 1 {
        let pairs = input.iter().zip(output);
        if reverse {
            line(pairs.rev(), combine)
        } else {
            line(pairs, combine)
        }
        return;
    }
    let len = input.len() / inner;
    for step in 0..len {
        let row = if reverse { len - 1 - step } else { step };
        let values = &input[row * inner..][..inner];
        if step == 0 {
            output[row * inner..][..inner].copy_from_slice(values);
            continue;
        }
        let (done, current) = if reverse {
            let (current, done) = output[row * inner..][..2 * inner].split_at_mut(inner);
            (done, current)
        } else {
            output[(row - 1) * inner..][..2 * inner].split_at_mut(inner)
        };
        for ((result, &before), &value) in current.iter_mut().zip(&*done).zip(values) {
            *result = combine(before, value);
        }
    }
}

/// One line whose elements are neighbours: the total stays in a register.
fn line<'a, T: Number>(mut pairs: impl Iterator<Item = (&'a T, &'a mut T)>, combine: impl Fn(T, T) -> T) {
    let Some((&first, place)) = pairs.next() else {
        return;
    };
    let mut total = first;
    *place = total;
    for (&value, place) in pairs {
        total = combine(total, value);
        *place = total;
    }
}

/// The linear recurrence along the middle axis of outer x len x inner: `y_0 = b_0`, `y_i = a_i y_(i-1) + b_i`; with
/// `reverse` from the end. `a` is not read where a line starts.
pub fn recurrence<T: Number>(
    [a, b]: [&[T]; 2],
    outer: usize,
    len: usize,
    inner: usize,
    output: &mut [T],
    reverse: bool,
) {
    let count = outer.checked_mul(len).and_then(|count| count.checked_mul(inner));
    assert_eq!(Some(a.len()), count, "recurrence: factor length");
    assert_eq!([b.len(), output.len()], [a.len(); 2], "recurrence: summand and output length");
    for group in 0..outer {
        for step in 0..len {
            let row = |i: usize| (group * len + if reverse { len - 1 - i } else { i }) * inner;
            let at = row(step);
            for i in 0..inner {
                let carried = if step == 0 { None } else { Some(output[row(step - 1) + i]) };
                output[at + i] = carried.map_or(b[at + i], |y| a[at + i].times(y).plus(b[at + i]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recurrences_in_both_directions() {
        let (a, b) = ([9, 2, 3, 1, 1, 1], [1, 1, 1, 10, 20, 30]);
        let mut output = [0; 6];
        recurrence([&a, &b], 2, 3, 1, &mut output, false);
        assert_eq!(output, [1, 3, 10, 10, 30, 60]);
        recurrence([&a, &b], 2, 3, 1, &mut output, true);
        assert_eq!(output, [28, 3, 1, 60, 50, 30]);
        recurrence([&a, &b], 1, 3, 2, &mut output, false);
        assert_eq!(output, [1, 1, 4, 11, 24, 41]);
    }

    fn one<T: Number>(input: &[T], op: Cumulate, reverse: bool) -> Vec<T> {
        let mut output = vec![T::ZERO; input.len()];
        cumulate(input, 1, input.len(), 1, &mut output, op, reverse);
        output
    }

    #[test]
    fn lines_in_both_directions() {
        assert_eq!(one(&[1, 2, 3, 4], Cumulate::Sum, false), [1, 3, 6, 10]);
        assert_eq!(one(&[1, 2, 3, 4], Cumulate::Sum, true), [10, 9, 7, 4]);
        assert_eq!(one(&[1.0, 2.0, 3.0, 4.0], Cumulate::Prod, false), [1.0, 2.0, 6.0, 24.0]);
        assert_eq!(one(&[2, 1, 3, 0], Cumulate::Max, false), [2, 2, 3, 3]);
        assert_eq!(one(&[2, 1, 3, 0], Cumulate::Max, true), [3, 3, 3, 0]);
        assert_eq!(one(&[2.0f32, 1.0, 3.0, 0.0], Cumulate::Min, false), [2.0, 1.0, 1.0, 0.0]);
        assert_eq!(one(&[i32::MAX, 1], Cumulate::Sum, false), [i32::MAX, i32::MIN]);
    }

    #[test]
    fn a_nan_stays_and_the_first_tie_is_kept() {
        let got = one(&[1.0, f64::NAN, 5.0], Cumulate::Max, false);
        assert!(got[0] == 1.0 && got[1].is_nan() && got[2].is_nan());
        let got = one(&[1.0, f64::NAN, 5.0], Cumulate::Min, true);
        assert!(got[0].is_nan() && got[1].is_nan() && got[2] == 5.0);
        assert!(one(&[-0.0, 0.0f64], Cumulate::Max, false)[1].is_sign_negative());
    }

    #[test]
    fn every_layout_agrees_with_single_lines() {
        for (outer, len, inner) in
            [(2, 3, 4), (3, 1, 2), (1, 5, 3), (2, 4, 1), (0, 2, 2), (2, 0, 3), (2, 3, 0)]
        {
            let count = outer * len * inner;
            let input: Vec<i64> = (0..count as i64).map(|i| i * 31 % 17 - 8).collect();
            for op in [Cumulate::Sum, Cumulate::Prod, Cumulate::Max, Cumulate::Min] {
                for reverse in [false, true] {
                    let mut output = vec![0; count];
                    cumulate(&input, outer, len, inner, &mut output, op, reverse);
                    for line in 0..outer * inner {
                        let (group, i) = (line / inner, line % inner);
                        let pick = |values: &[i64]| -> Vec<i64> {
                            (0..len).map(|row| values[(group * len + row) * inner + i]).collect()
                        };
                        assert_eq!(pick(&output), one(&pick(&input), op, reverse), "{op:?} {reverse}");
                    }
                }
            }
        }
    }
}
