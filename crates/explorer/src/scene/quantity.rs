//! Numbers and arrays as they are shown.

use super::{Quantity, SHOWN, Sign, Special};
use chainrule::{Spec, Tensor};

/// Digits of a number beside a wire.
const DIGITS: usize = 4;
/// Longer texts of arrays are replaced by a summary.
const LETTERS: usize = 14;
/// log10 of the sizes for which lines are 1 and 6 px wide.
const THIN: f64 = -4.0;
const THICK: f64 = 2.0;

impl Quantity {
    /// A value.
    pub fn value(tensor: &Tensor) -> Quantity {
        let lengths: Vec<String> = tensor.shape().iter().map(|d| d.to_string()).collect();
        let mut shown = Quantity::of(tensor);
        let text = format!("{tensor:.DIGITS$}");
        let is_short = text.chars().count() <= LETTERS && !text.contains('…');
        shown.text = if is_short { minus(&text) } else { lengths.join("×") };
        shown
    }

    /// A gradient: its sign is always written.
    pub fn gradient(tensor: &Tensor) -> Quantity {
        let mut shown = Quantity::of(tensor);
        let text = format!("{tensor:.DIGITS$}");
        let is_short = text.chars().count() <= LETTERS && !text.contains('…');
        shown.text = if is_short {
            let plus = if shown.sign == Sign::Plus { "+" } else { "" };
            format!("{plus}{}", minus(&text))
        } else {
            let squares: f64 = tensor.to_f64().iter().map(|g| g * g).sum();
            minus(&format!("norm {:.3}", Tensor::from(squares.sqrt())))
        };
        shown
    }

    /// The sum of gradients of one shape; none if there are none.
    pub fn sum<'t>(mut gradients: impl Iterator<Item = &'t Tensor>) -> Option<Quantity> {
        let first = gradients.next()?;
        let mut total = first.to_f64();
        let mut count = 1;
        for gradient in gradients {
            count += 1;
            total.iter_mut().zip(gradient.to_f64()).for_each(|(sum, g)| *sum += g);
        }
        if count == 1 {
            return Some(Quantity::gradient(first));
        }
        Some(Quantity::gradient(&Tensor::from_f64(first.spec(), &total)))
    }

    /// A product of local gradients, element by element.
    pub fn product(spec: Spec, factors: &[&Tensor]) -> Quantity {
        let mut total = vec![1.0; spec.shape.elements()];
        for factor in factors {
            total.iter_mut().zip(factor.to_f64()).for_each(|(product, f)| *product *= f);
        }
        Quantity::gradient(&Tensor::from_f64(spec, &total))
    }

    fn of(tensor: &Tensor) -> Quantity {
        let numbers = tensor.to_f64();
        let special = numbers.iter().copied().find(|x| x.is_nan()).map(|_| Special::Nan);
        let special = special.or_else(|| {
            let infinite = numbers.iter().find(|x| x.is_infinite());
            infinite.map(|&x| if x > 0.0 { Special::Inf } else { Special::NegInf })
        });
        let zero = numbers.iter().all(|&x| x == 0.0);
        let is_number = tensor.shape().rank() == 0;
        let sign = match numbers.first() {
            _ if zero => Sign::Zero,
            Some(&x) if is_number && x > 0.0 => Sign::Plus,
            Some(&x) if is_number && x < 0.0 => Sign::Minus,
            _ => Sign::Mixed,
        };
        let mean = numbers.iter().map(|x| x * x).sum::<f64>() / numbers.len().max(1) as f64;
        let magnitude = Some(mean.sqrt().log10()).filter(|m| m.is_finite());
        Quantity {
            text: String::new(),
            raw: numbers.into_iter().take(SHOWN).collect(),
            shape: tensor.shape().iter().collect(),
            sign,
            special,
            magnitude,
            thickness: if special.is_some() { 4.0 } else { Quantity::thickness(magnitude) },
            zero,
        }
    }

    /// Width of a line for a number of this size, in px: 1 up to 0.0001, 6 from 100 on, with log10 between, rounded to a
    /// tenth.
    ///
    /// ```
    /// use chainrule_explorer::scene::Quantity;
    /// assert_eq!(Quantity::thickness(Some(-1.0)), 3.5);
    /// assert_eq!(Quantity::thickness(Some(9.0)), 6.0);
    /// assert_eq!(Quantity::thickness(None), 1.0);
    /// ```
    pub fn thickness(magnitude: Option<f64>) -> f64 {
        let share = magnitude.map_or(0.0, |m| ((m - THIN) / (THICK - THIN)).clamp(0.0, 1.0));
        ((1.0 + 5.0 * share) * 10.0).round() / 10.0
    }
}

/// With a minus sign that is one.
pub fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// Whether any number of a tensor of floats is none, or infinite.
pub fn is_special(tensor: &Tensor) -> bool {
    tensor.spec().dtype.is_float() && tensor.to_f64().iter().any(|x| !x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::{Quantity, Sign, Special};
    use chainrule::Tensor;

    #[test]
    fn what_is_shown_of_numbers() {
        let q = Quantity::gradient(&Tensor::from(0.19661193324148185));
        assert_eq!((q.text.as_str(), q.sign, q.zero), ("+0.1966", Sign::Plus, false));
        assert_eq!(q.raw, [0.19661193324148185]);
        let q = Quantity::value(&Tensor::from(-2.0));
        assert_eq!((q.text.as_str(), q.sign), ("−2", Sign::Minus));
        let q = Quantity::gradient(&Tensor::from(0.0));
        assert_eq!((q.text.as_str(), q.sign, q.zero, q.magnitude), ("0", Sign::Zero, true, None));
        let q = Quantity::gradient(&Tensor::from(f64::NEG_INFINITY));
        assert_eq!((q.text.as_str(), q.special), ("−inf", Some(Special::NegInf)));
        let json = serde_json::to_string(&Quantity::value(&Tensor::from(f64::NAN))).unwrap();
        assert!(json.contains("\"raw\":[\"nan\"]"), "{json}");
        assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap().special, Some(Special::Nan));
    }

    #[test]
    fn gradients_of_branches_add_up() {
        let (a, b) = (Tensor::from(1.5), Tensor::from(-0.5));
        assert_eq!(Quantity::sum([&a, &b].into_iter()).map(|q| q.text), Some("+1".to_string()));
        assert_eq!(Quantity::sum([].into_iter()), None);
        assert_eq!(Quantity::product(a.spec(), &[&a, &b]).text, "−0.75");
    }
}
