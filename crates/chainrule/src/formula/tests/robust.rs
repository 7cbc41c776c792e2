//! No text brings the language down.

use super::mistakes;
use crate::base::limits;
use crate::formula::Options;
use proptest::prelude::*;

const PROGRAM: &str = "# a network\nstage sigma(z) = 1 / (1 + exp(-z))\nstage pair(a, b) {\n    s = a + b; t = s * [1, 2.5]\n    t[0:1, ..., -1]^2\n}\n\
    input x: f64[n, 3]\nparam w[3, 4] = uniform(-1, 1)\nh = sigma(x @ w)\nk = h > 0.5 and not h == 1\n\
    loss = sum(select(k, h, 0), axis=[0, 1], keep=false) + \"text\" % 2";

fn tokens() -> impl Strategy<Value = String> {
    let words = [
        "stage", "param", "input", "f", "x", "sum", "exp", "(", ")", "[", "]", "{", "}", "=", "==", "+", "-",
        "*", "^", "@", ",", ":", "...", ";", "\n", "1", "2.5", "not", "and", "true", "none", "\"s\"", "he",
        "f64", "<", "$", "²",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_text_is_understood_or_reported(text in any::<String>()) {
        mistakes(&text, &Options::default());
    }

    #[test]
    fn any_tokens_are_understood_or_reported(text in tokens()) {
        mistakes(&text, &Options::default());
    }

    #[test]
    fn a_damaged_program_is_understood_or_reported(
        cut in any::<prop::sample::Index>(),
        length in 0usize..12,
        insert in tokens(),
    ) {
        let chars: Vec<char> = PROGRAM.chars().collect();
        let from = cut.index(chars.len());
        let to = (from + length).min(chars.len());
        let text: String = chars[..from].iter().copied().chain(insert.chars()).chain(chars[to..].iter().copied()).collect();
        mistakes(&text, &Options::default());
    }
}

/// The first line of what a formula is told.
fn first(source: &str) -> String {
    mistakes(source, &Options::default()).lines().next().unwrap_or_default().to_string()
}

#[test]
fn nesting_is_limited_in_every_form() {
    let deep = limits::FORMULA_DEPTH;
    let too_deep =
        "brackets and operators are nested deeper than 200; hint: give inner parts names of their own";
    for (open, close) in
        [("(", ")"), ("-(", ")"), ("exp(", ")"), ("x[", "]"), ("[", "]"), ("2^(", ")"), ("not (", ")")]
    {
        let source = format!("{}x{}", open.repeat(20 * deep), close.repeat(20 * deep));
        assert!(first(&source).ends_with(too_deep), "{open}: {}", first(&source));
    }
    for operator in ["-", "not ", "2^", "(", "exp(", "x["] {
        let source = format!("{}x", operator.repeat(100_000));
        let found = mistakes(&source, &Options::default());
        assert!(found.contains(too_deep), "{operator}: {}", found.lines().next().unwrap_or_default());
    }
    let nested = |levels: usize| format!("{}x{}", "exp(".repeat(levels), ")".repeat(levels));
    assert_eq!(first(&nested(deep - 1)), "");
    assert!(first(&nested(deep)).ends_with(too_deep));
}

#[test]
fn long_sums_are_not_deep() {
    let source = format!("x{}", " + x".repeat(20_000));
    assert_eq!(first(&source), "");
    let source =
        format!("a0 = x\n{}", (1..5_000).map(|i| format!("a{i} = a{} * x\n", i - 1)).collect::<String>());
    assert_eq!(first(&source), "");
}

#[test]
fn stages_nest_to_the_same_limit() {
    let chain = |stages: usize| {
        let calls = (1..stages).map(|i| format!("stage s{i}(x) = s{}(x)\n", i - 1)).collect::<String>();
        format!("stage s0(x) = x * 2\n{calls}s{}(x)", stages - 1)
    };
    assert_eq!(first(&chain(99)), "");
    assert!(first(&chain(30_000)).contains("with the stages that it calls, this is nested deeper than 200"));
}

#[test]
fn a_formula_that_explodes_is_stopped() {
    let doubling = (1..60).map(|i| format!("stage s{i}(x) = s{0}(x) + s{0}(x)\n", i - 1)).collect::<String>();
    let source = format!("stage s0(x) = x * 2\n{doubling}s59(x)");
    assert!(first(&source).contains("the formula computes more than 1048576 values"), "{}", first(&source));
}

#[test]
fn long_texts_of_mistakes_are_read_to_the_end() {
    for unit in ["q(x);", "(x,", "y=x;", "stage f(x){", "x<", "1.2.3 ", "sum(x, axes=1)+"] {
        let source = unit.repeat(limits::FORMULA_BYTES / unit.len());
        assert_ne!(first(&source), "", "{unit}");
    }
}
