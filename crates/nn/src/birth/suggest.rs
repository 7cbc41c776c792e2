//! One thing to try, by the gate in which it happened.

use chainrule_explorer::run::{Birth, Kind, Pass};

/// What helps.
pub fn one(birth: &Birth) -> String {
    let backward = birth.pass == Pass::Backward;
    let text = match (birth.of_op.as_str(), birth.pass) {
        ("input", _) => "look at the data and at the saved weights: it came in with what the step was given",
        ("log", _) => "log(x + eps), or log_softmax or logsumexp where x is a sum of exponentials",
        ("log1p", _) => "keep the argument above -1: log1p(x.maximum(-1 + eps))",
        ("sqrt" | "rsqrt", _) => "sqrt(x + eps): at 0 its slope is infinite, below 0 it has no value",
        ("exp" | "expm1" | "sinh" | "cosh", _) => {
            "subtract the largest argument first (softmax, logsumexp), or clamp the argument"
        }
        ("div" | "reciprocal" | "remainder", _) => {
            "divide by (y + eps), or choose with select before dividing"
        }
        ("pow" | "powi", _) => "keep the base above 0, x.maximum(eps), or the exponent small",
        ("asin" | "acos", _) => "keep the argument between -1 + eps and 1 - eps",
        ("atan2", Pass::Backward) => "keep its two inputs from being 0 together",
        ("lgamma" | "polygamma", _) => "keep the argument away from 0 and the negative integers",
        ("cumprod" | "prod", _) => "add logarithms instead of multiplying",
        ("tan", _) => "keep the argument away from odd multiples of pi / 2",
        ("cholesky" | "triangular_solve", _) => "add a small multiple of the identity to the matrix",
        (_, Pass::Update) => "a smaller rate, or clip gradients by norm (--clip 1)",
        ("sub" | "add", _) if birth.kind == Kind::Nan => {
            "keep both sides finite: an infinity less an infinity is no number"
        }
        _ if birth.kind == Kind::Inf && backward => "clip gradients by norm (--clip 1), or a smaller rate",
        _ if birth.kind == Kind::Inf => {
            "a smaller rate, smaller first weights, or f64: the numbers have left the dtype's range"
        }
        _ => "a smaller rate, and clipped gradients (--clip 1)",
    };
    text.to_string()
}
