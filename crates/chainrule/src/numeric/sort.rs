//! Stable sorting along an axis, by index.

use std::cmp::Ordering;

/// The order of values: as `<` says, and whatever is not equal to itself (NaN) last, in both directions.
fn compare<T: PartialOrd>(a: &T, b: &T, descending: bool) -> Ordering {
    match a.partial_cmp(b) {
        Some(order) if descending => order.reverse(),
        Some(order) => order,
        None => is_unordered(a).cmp(&is_unordered(b)),
    }
}

fn is_unordered<T: PartialOrd>(value: &T) -> bool {
    value.partial_cmp(value).is_none()
}

/// Writes the indices along the middle axis of outer x len x inner that put each line in order.
///
/// Stable: of equal elements (-0 equals 0, NaN equals NaN) the first comes first, ascending and descending;
/// NaN comes last in both. `scratch` holds `len` elements where inner > 1, and is not used otherwise.
pub fn argsort<T: PartialOrd>(
    input: &[T],
    outer: usize,
    len: usize,
    inner: usize,
    output: &mut [i64],
    scratch: &mut [i64],
    descending: bool,
) {
    let count = outer.checked_mul(len).and_then(|count| count.checked_mul(inner));
    assert_eq!(Some(input.len()), count, "argsort: input length");
    assert_eq!(input.len(), output.len(), "argsort: output length");
    if input.is_empty() {
        return;
    }
    let parts = input.chunks_exact(len * inner).zip(output.chunks_exact_mut(len * inner));
    for (input, output) in parts {
        if inner == 1 {
            argsort_line(|i| &input[i], output, descending);
            continue;
        }
        let indices = &mut scratch[..len];
        for column in 0..inner {
            argsort_line(|i| &input[i * inner + column], indices, descending);
            for (place, &index) in output[column..].iter_mut().step_by(inner).zip(&*indices) {
                *place = index;
            }
        }
    }
}

/// Fills `indices` with 0, 1, 2, ... and sorts them by value.
fn argsort_line<'a, T: PartialOrd + 'a>(
    value: impl Fn(usize) -> &'a T,
    indices: &mut [i64],
    descending: bool,
) {
    for (i, index) in indices.iter_mut().enumerate() {
        *index = i as i64;
    }
    // With the index as the last word the order is total, and the sort that does not allocate is stable too.
    indices
        .sort_unstable_by(|&a, &b| compare(value(a as usize), value(b as usize), descending).then(a.cmp(&b)));
}

#[cfg(test)]
mod tests {
    use super::super::philox;
    use super::*;

    fn line<T: PartialOrd>(input: &[T], descending: bool) -> Vec<i64> {
        let mut output = vec![0; input.len()];
        argsort(input, 1, input.len(), 1, &mut output, &mut [], descending);
        output
    }

    #[test]
    fn nan_is_last_and_ties_keep_their_order() {
        let values = [2.0, f64::NAN, 0.0, -0.0, f64::INFINITY, -f64::NAN, 2.0, f64::NEG_INFINITY];
        assert_eq!(line(&values, false), [7, 2, 3, 0, 6, 4, 1, 5]);
        assert_eq!(line(&values, true), [4, 0, 6, 2, 3, 7, 1, 5]);
        assert_eq!(line(&[true, false, true], false), [1, 0, 2]);
        assert_eq!(line(&[3, 1, 2, 3], true), [0, 3, 2, 1]);
    }

    #[test]
    fn every_layout_agrees_with_a_stable_sort() {
        for (outer, len, inner) in [(1, 200, 1), (2, 50, 3), (3, 1, 4), (2, 0, 2), (0, 3, 3), (1, 6, 0)] {
            let input: Vec<i32> =
                (0..outer * len * inner).map(|i| (philox::uniform_bits(8, i as u64) % 10) as i32).collect();
            for descending in [false, true] {
                let mut output = vec![-1; input.len()];
                argsort(&input, outer, len, inner, &mut output, &mut vec![0; len], descending);
                for column in 0..outer * inner {
                    let at = |i: usize| (column / inner * len + i) * inner + column % inner;
                    let mut want: Vec<i64> = (0..len as i64).collect();
                    let key = |i: &i64| input[at(*i as usize)];
                    want.sort_by_key(|i| if descending { -key(i) } else { key(i) });
                    let got: Vec<i64> = (0..len).map(|i| output[at(i)]).collect();
                    assert_eq!(got, want, "{outer} {len} {inner} {descending}");
                }
            }
        }
    }
}
