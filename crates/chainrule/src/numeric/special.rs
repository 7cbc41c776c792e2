//! Special functions: ln|gamma| and its derivatives.
//!
//! f32 versions compute in f64 where the f32 formula would lose digits, and round once.

use std::f64::consts::PI;

/// Orders above this use the nearest poles instead of the cotangent polynomial for negative arguments.
const LARGEST_POLYNOMIAL_ORDER: u32 = 40;

/// B(2k) for k = 1..=10, the Bernoulli numbers (DLMF table 24.2.1).
const BERNOULLI: [f64; 10] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
];

/// ln|gamma(x)|: infinite at 0, at the negative integers and at both infinities.
///
/// Beside a zero at a negative argument the error is small against 1, not against the value.
pub fn lgamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// [`lgamma`] in f32, rounded from f64.
pub fn lgamma_f32(x: f32) -> f32 {
    lgamma(f64::from(x)) as f32
}

/// The derivative of ln gamma: recurrence up to 10, then the asymptotic series (DLMF 5.5.2, 5.11.2).
///
/// For negative x by reflection (DLMF 5.5.4). At +0 minus infinity, at -0 infinity, at a negative integer
/// (where the two sides differ) and at minus infinity NaN. Near its zeros the error is small against 1, not
/// against the value.
pub fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return -f64::INFINITY.copysign(x);
    }
    if x < 0.0 {
        if x == x.floor() {
            return f64::NAN;
        }
        return digamma_positive(1.0 - x) - PI * cot_pi(x);
    }
    digamma_positive(x)
}

fn digamma_positive(x: f64) -> f64 {
    if x == f64::INFINITY {
        return x;
    }
    let mut below = 0.0;
    let mut y = x;
    while y < 10.0 {
        below += 1.0 / y;
        y += 1.0;
    }
    let inverse_square = 1.0 / (y * y);
    let mut series = 0.0;
    for (i, bernoulli) in BERNOULLI.into_iter().enumerate().rev() {
        series = (series + bernoulli / (2 * (i + 1)) as f64) * inverse_square;
    }
    libm::log(y) - 0.5 / y - series - below
}

/// The derivative of [`digamma`] of order n (order 0 is digamma itself); relative error about 1e-14 for small
/// n.
///
/// Even orders change sign at their poles (0 and the negative integers) and are NaN there, odd orders are
/// infinite.
pub fn polygamma(n: u32, x: f64) -> f64 {
    if n == 0 {
        return digamma(x);
    }
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    if x > 0.0 {
        return sign * polygamma_size(n, x);
    }
    if x == x.floor() {
        return pole(n, x);
    }
    if n > LARGEST_POLYNOMIAL_ORDER {
        return sign * nearest_poles(n, x);
    }
    // Reflection, DLMF 5.15.6; the sign of the mirror image and (-1)^n together are -1 for every order.
    -polygamma_size(n, 1.0 - x) - cot_derivative(n, x)
}

/// The value of order n >= 1 at zero or a negative integer; at a zero the sign bit tells the side.
fn pole(n: u32, x: f64) -> f64 {
    if n % 2 == 1 {
        f64::INFINITY
    } else if x == 0.0 {
        -f64::INFINITY.copysign(x)
    } else {
        f64::NAN
    }
}

/// n! zeta(n + 1, x) for x > 0, n >= 1: terms up to y, then the Euler-Maclaurin tail (DLMF 5.15.1, 25.11.5).
///
/// Every term is scaled by x^n, and n!/x^n multiplied in last, so that only a result out of range overflows.
fn polygamma_size(n: u32, x: f64) -> f64 {
    if x == f64::INFINITY {
        return 0.0;
    }
    let order = f64::from(n);
    let ratio_power = |y: f64| libm::pow(x / y, order);
    let mut sum = 0.0;
    let mut y = x;
    // From n + 15 on, ten terms of the tail's series reach f64's precision.
    while y < order + 15.0 {
        let term = ratio_power(y) / y;
        sum += term;
        if term * (1.0 + y / order) < 1e-18 * sum {
            return sum * scaled_factorial(n, x);
        }
        y += 1.0;
    }
    // (n + 1)(n + 2)...(n + 2k - 1) / (2k)! / y^(2k), built up from term to term.
    let inverse_square = 1.0 / (y * y);
    let mut factor = 0.5 * (order + 1.0) * inverse_square;
    let mut series = 0.0;
    for (k, bernoulli) in (1..=BERNOULLI.len()).zip(BERNOULLI) {
        series += bernoulli * factor;
        let k = 2.0 * k as f64;
        factor *= (order + k) * (order + k + 1.0) / ((k + 1.0) * (k + 2.0)) * inverse_square;
    }
    sum += ratio_power(y) * (1.0 / order + 0.5 / y + series);
    sum * scaled_factorial(n, x)
}

/// n! / x^n for x > 0; by logarithms, with some loss of digits, where the product could leave the range
/// half-way.
fn scaled_factorial(n: u32, x: f64) -> f64 {
    if n > 100 {
        return libm::exp(lgamma(f64::from(n) + 1.0) - f64::from(n) * libm::log(x));
    }
    (1..=n).fold(1.0, |product, i| product * (f64::from(i) / x))
}

/// Sum of n!/(x + k)^(n + 1) over the poles -k next to a negative x: for high orders the others do not count.
fn nearest_poles(n: u32, x: f64) -> f64 {
    let term = |at: f64| {
        let distance = x - at;
        let size = scaled_factorial(n, distance.abs()) / distance.abs();
        if distance < 0.0 && n.is_multiple_of(2) { -size } else { size }
    };
    // In pairs around x, from the inside: half-way between two poles a pair of opposite sign vanishes
    // exactly.
    let pair = |step: i32| {
        let (below, above) = (x.floor() - f64::from(step), x.floor() + f64::from(step) + 1.0);
        if above <= 0.0 { term(below) + term(above) } else { term(below) }
    };
    (0..8).map(pair).sum()
}

/// pi times the derivative of order n of cot(pi x): pi^(n + 1) P_n(c), c = cot(pi x), P_0 = c, P_(n+1) = -(1
/// + c^2) P_n'.
///
/// All coefficients of a P_n have one sign, hence nothing cancels.
fn cot_derivative(n: u32, x: f64) -> f64 {
    let mut polynomial = [0.0; LARGEST_POLYNOMIAL_ORDER as usize + 2];
    polynomial[1] = 1.0;
    for degree in 1..=n as usize {
        let mut next = [0.0; LARGEST_POLYNOMIAL_ORDER as usize + 2];
        for power in 1..=degree {
            let slope = power as f64 * polynomial[power];
            next[power - 1] -= slope;
            next[power + 1] -= slope;
        }
        polynomial = next;
    }
    let c = cot_pi(x);
    let value = polynomial.iter().rev().fold(0.0, |value, coefficient| value * c + coefficient);
    (0..=n).fold(value, |value, _| value * PI)
}

/// cot(pi x), exactly 0 at the half-integers.
fn cot_pi(x: f64) -> f64 {
    let remainder = x - x.round_ties_even();
    if remainder.abs() <= 0.25 {
        1.0 / libm::tan(PI * remainder)
    } else {
        // 0.5 - |remainder| is exact, which PI * remainder close to pi / 2 is not.
        libm::tan(PI * (0.5 - remainder.abs())).copysign(remainder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(got: f64, want: f64, relative: f64) {
        let error = (got - want).abs() / want.abs().max(1e-300);
        assert!(error <= relative, "{got} instead of {want}, relative error {error:e}");
    }

    // Values of this module: mpmath 1.3 with 25 digits.
    #[test]
    fn lgamma_matches_known_values() {
        let known = [
            (0.5, 0.5723649429247001),
            (1.5, -0.12078223763524522),
            (3.7, 1.428072326665388),
            (100.5, 361.4355404677776),
            (-0.5, 1.2655121234846454),
            (-2.5, -0.056243716497674054),
            (1e-10, 23.025850929882736),
            (1e8, 1742068066.1038346),
        ];
        for (x, want) in known {
            close(lgamma(x), want, 1e-14);
        }
        for pole in [0.0, -0.0, -1.0, -17.0, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(lgamma(pole), f64::INFINITY, "{pole}");
            assert_eq!(lgamma_f32(pole as f32), f32::INFINITY, "{pole}");
        }
        assert!(lgamma(f64::NAN).is_nan());
    }

    #[test]
    fn digamma_matches_known_values() {
        let known = [
            (1.0, -0.5772156649015329),
            (0.5, -1.9635100260214235),
            (0.1, -10.423754940411076),
            (3.7, 1.1671535393615113),
            (10.0, 2.251752589066721),
            (1e6, 13.815510057964191),
            (-0.5, 0.03648997397857652),
            (-0.25, 2.9141391202135276),
            (-3.3, 3.620353460592126),
            (-100.7, 2.334602156719901),
            (1e-5, -100000.57719921567),
        ];
        for (x, want) in known {
            // -0.5 is close to a zero: the error is absolute there.
            assert!((digamma(x) - want).abs() <= 4e-15 * want.abs().max(1.0), "{x}: {} {want}", digamma(x));
        }
        assert!(digamma(1.4616321449683622).abs() < 2e-15);
    }

    #[test]
    fn digamma_at_poles_and_infinities() {
        assert_eq!((digamma(0.0), digamma(-0.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert_eq!(digamma(f64::INFINITY), f64::INFINITY);
        for x in [-1.0, -20.0, -1e300, f64::NEG_INFINITY, f64::NAN] {
            assert!(digamma(x).is_nan(), "{x}");
        }
    }

    #[test]
    fn polygamma_matches_known_values() {
        let known = [
            (1, 0.1, 101.43329915079275),
            (1, 1.0, 1.6449340668482264),
            (1, 1000.0, 0.0010005001666666333),
            (1, -0.5, 8.934802200544679),
            (1, -3.3, 14.817739525515929),
            (2, 0.5, -16.82879664423432),
            (2, -0.5, -0.82879664423432),
            (2, -0.3, 67.63908119988317),
            (2, -20.9, -1998.6618427407757),
            (3, 3.7, 0.058279217956563614),
            (3, -3.3, 768.9856582554286),
            (5, 25.0, 2.7131757700038325e-06),
            (5, -0.3, 165634.3818520859),
            (10, 1.0, -3630593.311606629),
            (10, 3.7, -2.207828787318997),
            (10, -0.5, -42108.85876897549),
            (10, -20.9, -3.628799999896494e+17),
            (40, 25.0, -4.953771466686853e-10),
            (40, -0.5, -4.919301571242758e+40),
            (40, -3.3, 2.2370393559400987e+69),
            (60, 1000.0, -1.4288590769986702e-100),
            (60, 0.1, -8.320987112741362e+142),
            (60, -0.5, -1.5087179138556403e+71),
            (60, -3.3, 6.543020959480378e+113),
        ];
        for (n, x, want) in known {
            let relative = if x < 0.0 { 1e-13 * f64::from(n) } else { 1e-14 };
            close(polygamma(n, x), want, relative);
        }
    }

    #[test]
    fn polygamma_obeys_its_recurrence() {
        // DLMF 5.15.5: psi(n, x + 1) = psi(n, x) + (-1)^n n! / x^(n + 1)
        for n in [1, 2, 3, 7, 45, 120] {
            for x in [0.3, 2.6, 18.0, -0.7, -4.2] {
                let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
                let step = sign * scaled_factorial(n, f64::abs(x)) / x * f64::signum(x).powi(n as i32);
                let (left, right) = (polygamma(n, x + 1.0), polygamma(n, x) + step);
                let scale = polygamma(n, x).abs().max(step.abs());
                assert!((left - right).abs() <= 1e-12 * scale, "{n} {x}: {left} {right}");
            }
        }
    }

    #[test]
    fn polygamma_at_the_edges_of_its_range() {
        assert_eq!(polygamma(1, 0.0), f64::INFINITY);
        assert_eq!(polygamma(3, -2.0), f64::INFINITY);
        assert_eq!((polygamma(2, 0.0), polygamma(2, -0.0)), (f64::NEG_INFINITY, f64::INFINITY));
        assert!(polygamma(2, -1.0).is_nan());
        assert_eq!(polygamma(4, f64::INFINITY), 0.0);
        assert!(polygamma(1, f64::NEG_INFINITY).is_nan() && polygamma(1, f64::NAN).is_nan());
        close(polygamma(1, 1e200), 1e-200, 1e-14);
        assert_eq!(polygamma(1, 1e-300), f64::INFINITY);
        assert_eq!(polygamma(u32::MAX, 1.5), f64::INFINITY);
    }
}
