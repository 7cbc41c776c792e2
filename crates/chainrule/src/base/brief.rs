//! Numbers and tensors for people: few digits, large tensors cut short.

use super::{Element, Slice, Tensor};

/// Tensors with more elements than this are cut short.
const WHOLE: usize = 8;
/// As are those that take more letters.
const LETTERS: usize = 24;
/// How many numbers of a tensor that is cut short are shown.
const SHOWN: usize = 2;

/// A number with this many significant digits: `0.19661`, `-2`, `1.5e-9`, `NaN`, `inf`. Whole numbers below a million stay whole.
pub fn number(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value == 0.0 {
        return "0".to_string();
    }
    if value.fract() == 0.0 && value.abs() < 1e6 {
        return format!("{value}");
    }
    let digits = digits.max(1);
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
        return trimmed(&format!("{value:.decimals$}")).to_string();
    }
    format!("{}e{exponent}", trimmed(mantissa))
}

/// Without zeros at the end of a fraction.
fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A tensor as nested lists, or its first numbers where it is large: `[784, 128] 0.1, -0.2, …`, the shape only if asked for.
pub fn tensor(tensor: &Tensor, digits: usize, with_shape: bool) -> String {
    let shape = tensor.shape();
    let items = each_dtype!(Slice, tensor.slice(), v => {
        let shown = if v.len() > WHOLE { SHOWN } else { v.len() };
        v[..shown].iter().map(|&x| item(x, digits)).collect::<Vec<String>>()
    });
    if shape.elements() <= WHOLE {
        let whole = nested(&shape.dims(), &items);
        if whole.len() <= LETTERS || shape.elements() <= SHOWN {
            return whole;
        }
    }
    let shown = items[..SHOWN.min(items.len())].join(", ");
    if with_shape { format!("{shape} {shown}, …") } else { format!("{shown}, …") }
}

/// Integers are exact, truth values are words.
fn item<T: Element>(value: T, digits: usize) -> String {
    if T::DTYPE.is_float() {
        number(value.to_f64(), digits)
    } else if T::DTYPE.is_integer() {
        value.to_i64().to_string()
    } else {
        format!("{value:?}")
    }
}

/// Items in nested lists of these lengths.
pub fn nested(dims: &[usize], items: &[String]) -> String {
    let Some((&first, rest)) = dims.split_first() else {
        return items.first().cloned().unwrap_or_default();
    };
    let each = rest.iter().product::<usize>();
    let lists = (0..first).map(|i| nested(rest, &items[i * each..(i + 1) * each]));
    format!("[{}]", lists.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_few_digits() {
        for (value, text) in [
            (0.196_611_933_241_481_85, "0.19661"),
            (-2.0, "-2"),
            (-0.0, "0"),
            (123_456.0, "123456"),
            (1_234_567.0, "1.2346e6"),
            (0.1, "0.1"),
            (99_999.96, "100000"),
            (-0.000_123_456, "-0.00012346"),
            (1.5e-9, "1.5e-9"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(number(value, 5), text);
        }
    }

    #[test]
    fn large_tensors_are_cut_short() {
        let small = Tensor::new(vec![1.0, 2.5, 1.0 / 3.0, 4.0], &[2, 2]);
        assert_eq!(small.map(|t| tensor(&t, 3, true)), Ok("[[1, 2.5], [0.333, 4]]".to_string()));
        let large = Tensor::new(vec![true; 12], &[3, 4]);
        assert_eq!(large.map(|t| tensor(&t, 3, true)), Ok("[3, 4] true, true, …".to_string()));
        let long = Tensor::from([1.0 / 3.0; 5]);
        assert_eq!(tensor(&long, 5, true), "[5] 0.33333, 0.33333, …");
        assert_eq!(tensor(&long, 5, false), "0.33333, 0.33333, …");
        assert_eq!(tensor(&Tensor::from(Vec::<f64>::new()), 3, true), "[]");
    }
}
