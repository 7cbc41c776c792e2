//! The numbers that `explain` and `grad` must give.

mod common;

use common::{file, gradient, number, numbers, run, ulps};
use serde_json::Value;

const NEURON: [&str; 5] = ["w0=2", "x0=-1", "w1=-3", "x1=-2", "w2=-3"];
const SIGMA: &str = "stage sigma(z) = 1 / (1 + exp(-z))\n";

fn explain(formula: &str, values: &[&str]) -> Value {
    run(&[&["explain", "--json", formula], values].concat()).json()
}

#[test]
fn the_neuron() {
    let answer = explain("sigmoid(w0*x0 + w1*x1 + w2)", &NEURON);
    assert!(ulps(number(&answer["output"]["value"]), 0.7310585786300049) <= 4);
    for (name, wanted) in [
        ("w0", -0.19661193324148185),
        ("x0", 0.3932238664829637),
        ("w1", -0.3932238664829637),
        ("x1", -0.5898357997244456),
        ("w2", 0.19661193324148185),
    ] {
        assert!(ulps(gradient(&answer, name), wanted) <= 4, "{name}");
    }
}

#[test]
fn the_neuron_in_stages() {
    let whole = explain("sigmoid(w0*x0 + w1*x1 + w2)", &NEURON);
    let parts = explain(&format!("{SIGMA}sigma(w0*x0 + w1*x1 + w2)"), &NEURON);
    let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-15 * b.abs(), "{a} {b}");
    close(number(&parts["output"]["value"]), number(&whole["output"]["value"]));
    for name in ["w0", "x0", "w1", "x1", "w2"] {
        close(gradient(&parts, name), gradient(&whole, name));
    }
    let s = number(&parts["output"]["value"]);
    let stage = &parts["stages"][0];
    assert_eq!(stage["name"], "sigma");
    for found in ["local", "product_of_parts"] {
        assert!(ulps(number(&stage[found][0][0]), (1.0 - s) * s) <= 8, "{found}");
    }
    // the same product from the local gradients that the gates inside state, one after the other
    let wires = parts["wires"].as_array().expect("wires are a list").iter().filter(|w| w["stage"] == "sigma");
    let locals =
        wires.flat_map(|w| w["locals"].as_array().expect("a local for each input")).filter(|l| !l.is_null());
    let product: f64 = locals.map(number).product();
    assert!(ulps(product, (1.0 - s) * s) <= 8);
}

#[test]
fn small_circuits() {
    let answer = explain("(x + y) * z", &["x=-2", "y=5", "z=-4"]);
    assert_eq!(["x", "y", "z"].map(|name| gradient(&answer, name)), [-4.0, -4.0, 3.0]);
    let answer = explain("2 * (x*y + max(z, w))", &["x=3", "y=-4", "z=2", "w=-1"]);
    assert_eq!(["x", "y", "z", "w"].map(|name| gradient(&answer, name)), [-8.0, 6.0, 2.0, 0.0]);
    let answer = explain("max(a, b)", &["a=1", "b=1"]);
    assert_eq!(["a", "b"].map(|name| gradient(&answer, name)), [1.0, 0.0]);
}

#[test]
fn stages_agree_with_differences() {
    let formula = format!("{SIGMA}f = (x + sigma(y)) / (sigma(x) + (x + y)^2)");
    let at = |x: f64, y: f64| explain(&formula, &[&format!("x={x}"), &format!("y={y}")]);
    let value = |x: f64, y: f64| number(&at(x, y)["output"]["value"]);
    let answer = at(3.0, -4.0);
    assert!((number(&answer["output"]["value"]) - 1.5456448841).abs() < 1e-10);
    assert!((gradient(&answer, "x") - 2.0595697956).abs() < 1e-10);
    assert!((gradient(&answer, "y") - 1.5922327515).abs() < 1e-10);
    // the error of a central difference falls with the square of the step: two steps take the first term of it away
    let difference = |f: &dyn Fn(f64) -> f64| {
        let central = |h: f64| (f(h) - f(-h)) / (2.0 * h);
        (4.0 * central(1e-3) - central(2e-3)) / 3.0
    };
    assert!((gradient(&answer, "x") - difference(&|h| value(3.0 + h, -4.0))).abs() < 1e-9);
    assert!((gradient(&answer, "y") - difference(&|h| value(3.0, -4.0 + h))).abs() < 1e-9);
}

#[test]
fn every_binding_is_a_wire_with_its_name() {
    let answer = explain("a = x * y\nunused = a + 1\nb = a\nf = b^3", &["x=0.5", "y=2"]);
    let wire = |name: &str| {
        let wires = answer["wires"].as_array().expect("wires are a list");
        wires.iter().find(|w| w["name"] == name).unwrap_or_else(|| panic!("a wire is called {name}"))
    };
    assert_eq!(answer["output"]["name"], "f");
    assert_eq!(number(&wire("a")["value"]), 1.0);
    assert_eq!(number(&wire("a")["upstream"]), 3.0);
    assert_eq!(number(&wire("b")["upstream"]), 3.0);
    assert_eq!(number(&wire("unused")["value"]), 2.0);
    assert!(wire("unused")["upstream"].is_null());
    let keys: Vec<&str> = wire("a").as_object().expect("a map").keys().map(String::as_str).collect();
    let mut wanted = [
        "id",
        "gate",
        "name",
        "stage",
        "inputs",
        "shape",
        "dtype",
        "value",
        "upstream",
        "locals",
        "downstream",
    ];
    wanted.sort_unstable();
    assert_eq!(keys, wanted);
    assert_eq!(wire("a")["locals"], serde_json::json!([[2.0], [0.5]]));
    assert_eq!(wire("a")["downstream"], serde_json::json!([[6.0], [1.5]]));
}

#[test]
fn constants_and_gates_that_are_not_element_wise_have_no_local() {
    let answer = explain("sum(2 * x)", &["x=[1,2]"]);
    let wires = answer["wires"].as_array().expect("wires are a list");
    let of =
        |gate: &str| wires.iter().find(|w| w["gate"] == gate).unwrap_or_else(|| panic!("a {gate} is there"));
    assert!(of("constant")["upstream"].is_null());
    assert_eq!(of("sum")["locals"], serde_json::json!([null]));
    assert_eq!(of("sum")["downstream"], serde_json::json!([[1.0, 1.0]]));
    assert_eq!(of("mul")["locals"][0], Value::Null);
    assert_eq!(of("mul")["locals"][1], serde_json::json!([2.0, 2.0]));
}

#[test]
fn tensors_upstreams_and_other_outputs() {
    let values = ["x=[[1,2],[3,4]]", "w=[1,-1]"];
    let grad =
        |more: &[&str]| run(&[&["grad", "--json", "h = x @ w\nf = sum(h^2)"], &values[..], more].concat());
    let answer = grad(&[]).json();
    assert_eq!(number(&answer["output"]["value"]), 2.0);
    assert_eq!(numbers(&answer["gradients"]["w"]["value"]), [-8.0, -12.0]);
    assert_eq!(answer["gradients"]["x"]["shape"], serde_json::json!([2, 2]));
    assert!(answer.get("wires").is_none());
    let answer = grad(&["--of", "h", "--upstream", "[1, 10]", "--wrt", "w"]).json();
    assert_eq!(numbers(&answer["output"]["value"]), [-1.0, -1.0]);
    assert_eq!(numbers(&answer["gradients"]["w"]["value"]), [31.0, 42.0]);
    assert!(answer["gradients"].get("x").is_none());
    let upstream = file("upstream.json", b"{\"shape\": [2], \"dtype\": \"f64\", \"data\": [1, 10]}");
    let same = grad(&["--of", "h", "--upstream", &format!("@{upstream}"), "--wrt", "w"]).json();
    assert_eq!(same, answer);
    let all = grad(&["--of", "h", "--upstream=-1", "--wrt", "w"]).json();
    assert_eq!(numbers(&all["gradients"]["w"]["value"]), [-4.0, -6.0]);
}

#[test]
fn numbers_survive_the_way_through_json() {
    let answer = explain("x * y", &["x=0.1", "y=NaN", "--dtype", "f32"]);
    let wires = &answer["wires"];
    assert_eq!(wires[0]["value"], serde_json::json!([0.1]));
    assert_eq!(wires[0]["dtype"], "f32");
    assert_eq!(wires[1]["value"], serde_json::json!(["NaN"]));
    let answer = explain("x * 2", &["x=[-inf, inf, -0, 1e-310]", "--upstream", "1"]);
    let printed = run(&["grad", "--json", "x * 2", "x=[-inf, inf, -0, 1e-310]", "--upstream", "1"]).ok();
    assert!(printed.contains(r#""value":["-Infinity","Infinity",-0.0,2e-310]"#), "{printed}");
    let back = file("back.json", answer["wires"][0]["value"].to_string().as_bytes());
    let again = explain("x * 2", &[&format!("x=@{back}"), "--upstream", "1"]);
    assert_eq!(again, answer);
}

#[test]
fn values_come_from_files() {
    let json =
        file("values.json", br#"{"x": {"shape": [2], "dtype": "f64", "data": [1, 2]}, "k": [3, 4], "s": 5}"#);
    let answer = run(&["grad", "--json", "sum(x * k) * s", "--inputs", json, "s=2"]).json();
    assert_eq!(number(&answer["output"]["value"]), 22.0);
    let npz = file("values.npz", include_bytes!("data/values.npz"));
    let answer =
        run(&["grad", "--json", "input n: i64[2]\nsum(x * y) + cast(n[0], f64)", "--inputs", npz]).json();
    assert_eq!(number(&answer["output"]["value"]), 36.0);
    let formula = file("net.cr", b"# a comment\nf = x * y\n");
    assert_eq!(run(&["grad", formula, "x=2", "y=3"]).ok(), "f          6\nd f / d x  3\nd f / d y  2\n");
}

#[test]
fn what_no_path_leads_to_has_no_gradient() {
    let answer = run(&["grad", "--json", "a = x + y\nf = 2 * x", "x=1", "y=2"]).json();
    assert!(answer["gradients"]["y"]["value"].is_null());
    let text = run(&["grad", "a = x + y\nf = 2 * x", "x=1", "y=2"]).ok();
    assert_eq!(text, "f          2\nd f / d x  2\nd f / d y  none: no path leads there\n");
}

#[test]
fn parameters_start_from_the_seed() {
    let formula = "param w[3, 2] = he\nparam b[2] = zeros\nf = sum(x @ w + b)";
    let answer = |seed: &str| run(&["explain", "--json", formula, "x=[1,2,3]", "--seed", seed]).json();
    assert!(answer("1") == answer("1"));
    assert!(answer("1") != answer("2"));
    let given = run(&["grad", "--json", formula, "x=[1,2,3]", "w=[[1,0],[0,1],[0,0]]"]).json();
    assert_eq!(number(&given["output"]["value"]), 3.0);
    assert!(run(&["explain", formula, "x=[1,2,3]"]).ok().contains("\ndrawn by --seed: w, b\n"));
}

#[test]
fn the_check_says_yes_or_no() {
    let text = run(&["check", "x * exp(-x * y)", "x=0.5", "y=2", "--wrt", "y"]).ok();
    assert!(text.starts_with("gradient of output against differences along 3 random directions"), "{text}");
    assert!(text.contains("\n  y  ok    reverse "), "{text}");
    assert!(text.ends_with("\n1 of 1 within 1e-6\n"), "{text}");
    let text = run(&["check", "tanh(x) * x", "x=0.5", "--dtype", "f32"]).ok();
    assert!(text.ends_with("\n1 of 1 within 1e-2\n"), "{text}");
    // at a kink there is no gradient to agree with
    let kink = run(&["check", "relu(x) * y", "x=0", "y=2"]);
    assert_eq!((kink.code, kink.err.as_str()), (Some(1), ""));
    assert!(kink.out.contains("\n  x  FAIL  reverse "), "{}", kink.out);
}

#[test]
fn plans_say_what_is_done_and_what_it_costs() {
    let formula = ["plan", "sum(tanh(x @ w))", "x=[[1,2],[3,4]]", "w=[[1],[2]]", "--gradient"];
    let plain = run(&[&formula[..], &["--no-bounds"]].concat()).ok();
    assert!(plain.starts_with("plan: ") && plain.contains("\n  product  2x2x1: "), "{plain}");
    assert_eq!(run(&[&formula[..], &["--no-bounds"]].concat()).ok(), plain);
    let bounded = run(&formula).ok();
    assert!(bounded.starts_with("one thread: ") && bounded.contains(", at least "), "{bounded}");
    let timed = run(&[&formula[..], &["--time", "3", "--json"]].concat()).json();
    let steps = timed["steps"].as_array().expect("steps are a list");
    assert!(steps.iter().all(|step| step["seconds"].is_number() && step["bound"].is_number()), "{timed}");
    assert_eq!(steps[0]["flops"], 8);
    let plain = run(&[&formula[..], &["--no-bounds", "--json"]].concat()).json();
    assert!(plain["bound"].is_null() && plain["steps"][0]["seconds"].is_null(), "{plain}");
    // equal gates are one, and what is constant is computed before
    let simple = run(&["plan", "exp(x) + exp(x * 1) + sqrt(4)", "x=[1,2]", "--no-bounds"]).ok();
    assert!(simple.contains("  sweep    2: exp, add, add  "), "{simple}");
}
