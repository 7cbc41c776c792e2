//! What is written in boxes and said about gates.

use super::quantity::minus;
use super::tree::{Item, Reading, Way};
use super::{Kind, Pattern};
use crate::layout::text::cut;

/// Longest text in a box.
const LETTERS: usize = 22;

/// The text in a block, with a second line.
pub fn label(reading: &Reading<'_>, item: &Item) -> (String, Option<String>) {
    let circuit = reading.circuit;
    match item.kind {
        Kind::Stage | Kind::Frame => {
            let name = &circuit.stages[item.number as usize].name;
            let gates = gates(reading, item);
            let mut detail = if gates == 1 { "1 gate".to_string() } else { format!("{gates} gates") };
            let inputs = item.nodes.iter().filter(|&&n| circuit.node(n).is_input()).count();
            if inputs > 0 {
                detail = if gates == 0 {
                    format!("{inputs} inputs")
                } else {
                    format!("{detail}, {inputs} inputs")
                };
            }
            let alike = alike(reading, item.number);
            if alike > 1 {
                detail += &format!(" ×{alike}");
            }
            (cut(name, LETTERS), Some(detail))
        }
        Kind::Input => (cut(&wire_name(reading, item.number), LETTERS), None),
        Kind::Output => {
            let names = &circuit.names;
            let own = if circuit.outputs.get(item.number as usize).is_some()
                && reading.outputs.len() == circuit.outputs.len()
            {
                names.get(&circuit.outputs[item.number as usize])
            } else {
                None
            };
            let name = own.or_else(|| names.get(&item.ins[0].wire));
            let plain = || {
                if reading.outputs.len() == 1 { "output".into() } else { format!("output {}", item.number) }
            };
            (cut(name.map_or_else(plain, |n| last_part(n).to_string()).as_str(), LETTERS), None)
        }
        Kind::Constant => {
            let tensor = circuit.node(item.number).attrs.tensor("value");
            (cut(&minus(&format!("{tensor:.3}")), LETTERS), None)
        }
        Kind::Gate => gate_label(reading, item),
    }
}

/// How many stages beside this one, itself included, have its name and as many gates: the blocks of a network. They are counted and
/// never merged.
fn alike(reading: &Reading<'_>, stage: u32) -> usize {
    let stages = &reading.circuit.stages;
    let this = &stages[stage as usize];
    let is_alike = |other: &usize| {
        let other_stage = &stages[*other];
        other_stage.name == this.name
            && other_stage.parent == this.parent
            && reading.sizes[*other] == reading.sizes[stage as usize]
    };
    (1..stages.len()).filter(is_alike).count()
}

/// Gates in a block, those that joined others and those inside stages counted.
pub fn gates(reading: &Reading<'_>, item: &Item) -> usize {
    let gates = item.nodes.iter().filter(|&&n| reading.is_gate(n));
    gates.map(|&n| if reading.way(n) == Way::Single { 1 } else { reading.gates_of(n).len() }).sum()
}

fn gate_label(reading: &Reading<'_>, item: &Item) -> (String, Option<String>) {
    let node = reading.circuit.node(item.number);
    let literals = reading.literals(item.number);
    let number = |place: usize| literals.iter().find(|(p, _)| *p == place).map(|(_, text)| text.as_str());
    let attr = |name: &str| node.attrs.list().iter().find(|(n, _)| *n == name).map(|(_, a)| format!("{a:?}"));
    let with = |sign: &str| match (number(0), number(1)) {
        (None, None) => sign.to_string(),
        (Some(a), None) => format!("{a} {sign}"),
        (None, Some(b)) => format!("{sign} {b}"),
        (Some(a), Some(b)) => format!("{a} {sign} {b}"),
    };
    if item.way == Way::Dot {
        return ("Σ ××".to_string(), Some(format!("{} products", item.ins.len() / 2)));
    }
    if item.way == Way::Chain {
        let sign = match node.gate.name {
            "add" => "+",
            "maximum" => "max",
            _ => "min",
        };
        let numbers: Vec<&str> = literals.iter().map(|(_, text)| text.as_str()).collect();
        return (cut(format!("{sign} {}", numbers.join(" ")).trim_end(), LETTERS), None);
    }
    let text = match node.gate.name {
        "add" => match (number(0), number(1)) {
            (Some(a), None) => format!("+ {a}"),
            _ => with("+"),
        },
        "mul" | "scale" => match (number(0), number(1)) {
            (Some(a), None) => format!("× {a}"),
            _ => with("×"),
        },
        "sub" => match number(0) {
            Some(a) => format!("{a} − x"),
            None => with("−"),
        },
        "div" => match (number(0), number(1)) {
            (Some(a), None) => format!("{a} / x"),
            _ => with("/"),
        },
        "neg" => "× −1".to_string(),
        "powi" => format!("x^{}", minus(&attr("n").unwrap_or_default())),
        "square" => "x^2".to_string(),
        "reciprocal" => "1 / x".to_string(),
        "pow" => match (number(0), number(1)) {
            (Some(a), _) => format!("{a}^x"),
            (_, Some(b)) => format!("x^{b}"),
            _ => "x^y".to_string(),
        },
        "matmul" => "@".to_string(),
        "maximum" => with("max"),
        "minimum" => with("min"),
        "sigmoid" => "σ".to_string(),
        "broadcast" => "copy".to_string(),
        name if literals.is_empty() => name.to_string(),
        name => {
            let places = reading.operands(item.number).len();
            let one = |place| number(place).unwrap_or("·");
            format!("{name}({})", (0..places).map(one).collect::<Vec<_>>().join(", "))
        }
    };
    (cut(&text, LETTERS), detail(reading, item))
}

/// What a gate knows besides its inputs, where that says more than its label and the shapes.
fn detail(reading: &Reading<'_>, item: &Item) -> Option<String> {
    let node = reading.circuit.node(item.number);
    let hidden = ["n", "value", "shape", "dtype"];
    let short = |(name, attr): &(&'static str, _)| {
        let text = format!("{attr:?}");
        (!hidden.contains(name) && text.len() <= 16).then(|| format!("{name} {}", minus(&text)))
    };
    let all: Vec<String> = node.attrs.list().iter().filter_map(short).collect();
    (!all.is_empty()).then(|| cut(&all.join(", "), LETTERS))
}

/// A wire's name, else what it is made of, as `w0·x0`: a number of the wire says nothing to who sees the picture. What is long is
/// its last gate alone, as `…+…`.
pub fn wire_name(reading: &Reading<'_>, wire: u32) -> String {
    if let Some(name) = reading.circuit.names.get(&wire) {
        return name.clone();
    }
    expression(reading, wire, DEEP)
        .filter(|text| text.chars().count() <= EXPRESSION)
        .unwrap_or_else(|| written(reading, wire, &|_| Some("…".to_string())).unwrap_or(format!("#{wire}")))
}

/// Most letters of an expression that names a wire, and gates in a row that are read for it.
const EXPRESSION: usize = 15;
const DEEP: u32 = 4;

/// A wire in names and numbers; nothing where it is made of too many gates.
fn expression(reading: &Reading<'_>, wire: u32, deep: u32) -> Option<String> {
    if let Some(name) = reading.circuit.names.get(&wire) {
        return Some(name.clone());
    }
    if let Some(number) = reading.literal(wire) {
        return Some(number);
    }
    let deeper = deep.checked_sub(1)?;
    written(reading, wire, &|input| expression(reading, input, deeper))
}

/// The gate of a wire with its operands as they are given.
fn written(reading: &Reading<'_>, wire: u32, operand: &dyn Fn(u32) -> Option<String>) -> Option<String> {
    let parts: Vec<String> = reading.operands(wire).map(operand).collect::<Option<_>>()?;
    let tight = |part: &String| {
        if part.contains(['+', '−', '·', '/', '@']) { format!("({part})") } else { part.clone() }
    };
    let gate = reading.circuit.node(wire).gate.name;
    Some(match (gate, &parts[..]) {
        (_, []) => return None,
        ("broadcast", [a]) => a.clone(),
        ("neg", [a]) => format!("−{}", tight(a)),
        ("square", [a]) => format!("{}²", tight(a)),
        ("sigmoid", [a]) => format!("σ({a})"),
        ("reciprocal", [a]) => format!("1/{}", tight(a)),
        ("add", [a, b]) => format!("{a}+{b}"),
        ("sub", [a, b]) => format!("{a}−{}", tight(b)),
        ("mul", [a, b]) => format!("{}·{}", tight(a), tight(b)),
        ("div", [a, b]) => format!("{}/{}", tight(a), tight(b)),
        ("matmul", [a, b]) => format!("{}@{}", tight(a), tight(b)),
        ("maximum", _) => format!("max({})", parts.join(", ")),
        ("minimum", _) => format!("min({})", parts.join(", ")),
        ("pow", [a, b]) => format!("{}^{}", tight(a), tight(b)),
        _ => format!("{gate}({})", parts.join(", ")),
    })
}

/// The last part of a path.
pub fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What a gate is called in a sentence.
pub fn title(reading: &Reading<'_>, item: &Item, label: &str) -> String {
    let gate = || reading.circuit.node(item.number).gate.name;
    match (item.kind, item.way) {
        (Kind::Input, _) => format!("input {label}"),
        (Kind::Constant, _) => format!("constant {label}"),
        (Kind::Output, _) => format!("output {label}"),
        (Kind::Stage | Kind::Frame, _) => format!("stage {label}"),
        (_, Way::Dot) => "dot product".to_string(),
        (_, Way::Chain) => format!("{} of {}", word(gate()), item.ins.len()),
        _ => word(gate()).to_string(),
    }
}

fn word(gate: &str) -> &str {
    match gate {
        "add" => "add",
        "sub" => "subtract",
        "mul" | "scale" => "multiply",
        "div" => "divide",
        "neg" => "negate",
        "powi" | "pow" => "power",
        "matmul" => "matrix product",
        "broadcast" => "copy",
        other => other,
    }
}

/// The formula in numbers: `2 × −1 = −2`.
pub fn numbers(reading: &Reading<'_>, item: &Item, terms: &[String], result: &str) -> String {
    let gate = reading.circuit.node(item.number).gate.name;
    let signed = |sign: &str| {
        let mut text = String::new();
        for (i, term) in terms.iter().enumerate() {
            match term.strip_prefix('−') {
                Some(size) if i > 0 && sign == "+" => text += &format!(" − {size}"),
                _ if i > 0 => text += &format!(" {sign} {term}"),
                _ => text += term,
            }
        }
        text
    };
    let all = || terms.join(", ");
    let left = match (item.way, gate) {
        (Way::Dot, _) => {
            let product = |pair: &[String]| pair.join(" × ");
            terms.chunks(2).map(product).collect::<Vec<_>>().join(" + ")
        }
        (_, "add") => signed("+"),
        (_, "mul" | "scale") => signed("×"),
        (_, "div") => signed("/"),
        (_, "sub") => signed("−"),
        (_, "neg") => format!("−1 × {}", all()),
        (_, "powi" | "square") => {
            let n = reading.circuit.node(item.number).attrs.list().iter().find(|(n, _)| *n == "n");
            let n = n.map_or("2".to_string(), |(_, a)| minus(&format!("{a:?}")));
            format!("({})^{n}", all())
        }
        (_, "reciprocal") => format!("1 / {}", all()),
        (_, "maximum") => format!("max({})", all()),
        (_, "minimum") => format!("min({})", all()),
        (_, "sigmoid") => format!("σ({})", all()),
        (_, name) => format!("{name}({})", all()),
    };
    format!("{left} = {result}")
}

/// The way in which a block handles gradients. `terms` are its inputs as `name = value`, with the numbers where there are.
pub fn pattern(reading: &Reading<'_>, item: &Item, terms: &[(String, Option<f64>)]) -> Option<Pattern> {
    if item.kind != Kind::Gate {
        return None;
    }
    let make = |key: &str, title: &str, sentence: String| {
        Some(Pattern { key: key.into(), title: title.into(), sentence })
    };
    match reading.circuit.node(item.number).gate.name {
        _ if item.way == Way::Dot => {
            make("multiply", "a sum of products swaps", "Each input gets what arrives times its partner.".into())
        }
        "add" => make("add", "add distributes", "Every input gets all of what arrives, unchanged.".into()),
        "sub" => make(
            "add",
            "subtract distributes",
            "The first input gets what arrives, the second the same with its sign turned.".into(),
        ),
        "mul" | "scale" => make("multiply", "multiply swaps", "Each input gets what arrives times the other input.".into()),
        gate @ ("maximum" | "minimum") => {
            let word = if gate == "maximum" { "max" } else { "min" };
            make("max", &format!("{word} routes"), routed(gate, terms))
        }
        "broadcast" => make("copy", "copy adds up", "What arrives at all copies is added.".into()),
        "relu" => {
            let sentence = match terms {
                [(name, Some(x))] if *x > 0.0 => format!("Open: {name} is above 0, all of it passes."),
                [(name, Some(_))] => format!("Shut: {name} is not above 0, nothing passes."),
                _ => "What arrives passes where the input is above 0; elsewhere nothing does.".into(),
            };
            make("relu", "relu gates", sentence)
        }
        "sigmoid" => make(
            "sigmoid",
            "σ: (1 − s) s",
            "The local gradient comes from the output s alone; it is 1/4 at most, and near 0 where s is near 0 or 1.".into(),
        ),
        _ => None,
    }
}

/// Who gets the gradient at a maximum or minimum of single numbers.
fn routed(gate: &str, terms: &[(String, Option<f64>)]) -> String {
    let known: Option<Vec<(&str, f64)>> = terms.iter().map(|(n, x)| Some((n.as_str(), (*x)?))).collect();
    let word = if gate == "maximum" { "largest" } else { "smallest" };
    let general = || format!("All of what arrives goes to the {word} input, the others get 0.");
    let Some(known) = known.filter(|k| k.len() > 1 && k.iter().all(|(_, x)| !x.is_nan())) else {
        return general();
    };
    let better = |a: f64, b: f64| if gate == "maximum" { a > b } else { a < b };
    let best = known.iter().fold(known[0], |best, &k| if better(k.1, best.1) { k } else { best });
    if known.iter().filter(|k| k.1 == best.1).count() > 1 {
        return general();
    }
    format!("All of it goes to {}, the {word}; the others get 0.", best.0)
}
