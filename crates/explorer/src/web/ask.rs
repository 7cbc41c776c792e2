//! What a page asks about: a formula, values for its inputs, and which stages are open. Every request says all of it, so that the
//! server keeps nothing that a page relies on: pages don't disturb each other, and go on when it is started again.

use super::limits;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A formula at a point, and how it is looked at.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ask {
    /// The formula.
    pub formula: String,
    /// Values by name; what is missing gets a first value.
    pub values: BTreeMap<String, Numbers>,
    /// Names of stages that are open.
    pub open: Vec<String>,
    /// Which way values flow in the picture: `lr` or `tb`.
    pub dir: String,
    /// Stages inside fewer others than this are open besides.
    pub depth: usize,
    /// The block that is asked about, by its id in the scene.
    pub at: Option<String>,
    /// Where that block's upper left corner shall stay.
    pub x: Option<f64>,
    /// See `x`.
    pub y: Option<f64>,
    /// The input that is asked about.
    pub name: Option<String>,
    /// Which element of it, row-major.
    pub element: usize,
    /// `light` or `dark`, for pictures; both if empty.
    pub theme: String,
    /// Whether arrays on wires come with small pictures.
    pub maps: bool,
    /// In the place of a formula: the network of the training at this example,
    pub example: Option<usize>,
    /// with the weights of this step, or of the nearest before it that are held.
    pub step: Option<u64>,
    /// What the reader has put into stages of its own.
    pub boxes: Vec<Boxed>,
    /// Values at another point, whose numbers are written beside those of this one.
    pub against: Option<BTreeMap<String, Numbers>>,
    /// Not the circuit itself is looked at, but the one of a single element inside it.
    pub inside: Option<Inside>,
}

/// Blocks as one stage.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boxed {
    /// The name of the stage.
    pub name: String,
    /// Ids of gates, sums and stages.
    pub of: Vec<String>,
}

/// One element of a product of matrices.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inside {
    /// The wire of the product.
    pub wire: u32,
    /// Which element, row-major.
    pub element: usize,
}

/// Numbers in nested lists.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Json")]
pub struct Numbers {
    /// Lengths of the lists, outermost first.
    pub dims: Vec<usize>,
    /// The numbers, row-major.
    pub items: Vec<f64>,
}

/// The same in the address of a request.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Query {
    formula: String,
    /// A JSON object, as in `{"x":2}`.
    values: String,
    /// Names divided by commas.
    open: String,
    dir: String,
    depth: usize,
    at: Option<String>,
    x: Option<f64>,
    y: Option<f64>,
    name: Option<String>,
    element: usize,
    theme: String,
    maps: bool,
    example: Option<usize>,
    step: Option<u64>,
    /// A JSON array, as in `[{"name":"mine","of":["g5","g6"]}]`.
    boxes: String,
    /// As `values`.
    against: String,
    /// A JSON object, as in `{"wire":5,"element":0}`.
    inside: String,
}

/// What is written as JSON in an address; nothing if it is empty.
fn json<T: Default + serde::de::DeserializeOwned>(name: &str, text: &str, hint: &str) -> Result<T, String> {
    if text.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(text).map_err(|why| format!("{name}: {why}; hint: write {hint}"))
}

impl TryFrom<Query> for Ask {
    type Error = String;

    fn try_from(query: Query) -> Result<Ask, String> {
        let values = json("values", &query.values, r#"{"x":2}"#)?;
        let boxes = json("boxes", &query.boxes, r#"[{"name":"mine","of":["g5"]}]"#)?;
        let against = json("against", &query.against, r#"{"x":2}"#)?;
        let inside = json("inside", &query.inside, r#"{"wire":5,"element":0}"#)?;
        let open = query.open.split(',').filter(|name| !name.is_empty()).map(String::from).collect();
        let Query { formula, dir, depth, at, x, y, name, element, theme, maps, example, step, .. } = query;
        Ok(Ask {
            formula,
            values,
            open,
            dir,
            depth,
            at,
            x,
            y,
            name,
            element,
            theme,
            maps,
            example,
            step,
            boxes,
            against,
            inside,
        })
    }
}

impl Ask {
    /// Whether it keeps within the limits that can be seen before anything is built.
    ///
    /// # Errors
    /// The first limit that it passes, with the hint that belongs to it.
    pub fn bounded(&self) -> Result<(), String> {
        if self.formula.len() > limits::FORMULA {
            let bytes = self.formula.len();
            return Err(format!(
                "the formula has {bytes} bytes, more than {}; hint: numbers belong into inputs",
                limits::FORMULA
            ));
        }
        if self.example.is_some() && !self.formula.is_empty() {
            return Err("a formula and an example are asked for; hint: leave one of them out".into());
        }
        if self.open.len() > limits::OPEN {
            return Err(format!("{} stages are named as open, more than {}", self.open.len(), limits::OPEN));
        }
        let (boxes, inside) =
            (self.boxes.len(), self.boxes.iter().map(|b| b.of.len() + b.name.len()).sum::<usize>());
        if boxes > limits::BOXES || inside > limits::OPEN {
            return Err(format!(
                "{boxes} boxes with {inside} parts and letters, more than {} with {}; hint: box less",
                limits::BOXES,
                limits::OPEN
            ));
        }
        if !["", "lr", "tb"].contains(&&*self.dir) {
            return Err(format!("dir: {:?} is no direction; hint: write lr or tb", self.dir));
        }
        if !["", "light", "dark"].contains(&&*self.theme) {
            return Err(format!("theme: {:?} is no theme; hint: write light or dark", self.theme));
        }
        Ok(())
    }
}

impl TryFrom<Json> for Numbers {
    type Error = String;

    fn try_from(json: Json) -> Result<Numbers, String> {
        let mut numbers = Numbers { dims: Vec::new(), items: Vec::new() };
        let mut lengths = Vec::new();
        gather(&json, 0, &mut lengths, &mut numbers.items)?;
        numbers.dims = lengths;
        // A list beside one of another length, or an empty one beside a full one.
        if numbers.dims.iter().product::<usize>() != numbers.items.len() {
            return Err("lists beside each other have different lengths".into());
        }
        Ok(numbers)
    }
}

/// Collects the numbers of nested lists; `lengths` holds what is known of each depth.
fn gather(json: &Json, depth: usize, lengths: &mut Vec<usize>, items: &mut Vec<f64>) -> Result<(), String> {
    match json {
        Json::Array(list) => {
            if depth >= chainrule::limits::RANK {
                return Err(format!("lists nested deeper than {}", chainrule::limits::RANK));
            }
            match lengths.get(depth) {
                None if items.is_empty() => lengths.push(list.len()),
                Some(&length) if length == list.len() => {}
                _ => return Err("lists beside each other have different lengths".into()),
            }
            list.iter().try_for_each(|one| gather(one, depth + 1, lengths, items))
        }
        _ if depth != lengths.len() => Err("a number where lists stand elsewhere".into()),
        Json::Number(number) => {
            items.push(number.as_f64().ok_or_else(|| format!("{number} is no number"))?);
            Ok(())
        }
        Json::Bool(flag) => {
            items.push(f64::from(u8::from(*flag)));
            Ok(())
        }
        Json::String(word) => {
            items.push(match word.as_str() {
                "NaN" => f64::NAN,
                "Infinity" => f64::INFINITY,
                "-Infinity" => f64::NEG_INFINITY,
                other => return Err(format!("{other:?} is no number")),
            });
            Ok(())
        }
        other => Err(format!("{other} is no number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Result<Numbers, String> {
        serde_json::from_str(text).map_err(|why| why.to_string())
    }

    #[test]
    fn lists_are_read_and_crooked_ones_refused() {
        assert_eq!(numbers("2.5"), Ok(Numbers { dims: vec![], items: vec![2.5] }));
        assert_eq!(
            numbers("[[1, 2], [3, true]]"),
            Ok(Numbers { dims: vec![2, 2], items: vec![1., 2., 3., 1.] })
        );
        assert_eq!(numbers("[]"), Ok(Numbers { dims: vec![0], items: vec![] }));
        assert!(numbers("\"NaN\"").is_ok_and(|n| n.items[0].is_nan()));
        for wrong in
            ["[1, [2]]", "[[1], 2]", "[[1, 2], [3]]", "null", "{}", "\"x\"", "[[], [1]]", "[[1], []]"]
        {
            assert!(numbers(wrong).is_err(), "{wrong}");
        }
        assert!(numbers(&format!("{}1{}", "[".repeat(9), "]".repeat(9))).is_err());
    }

    #[test]
    fn limits_hold_before_anything_is_built() {
        let ask = |formula: usize, open: usize| Ask {
            formula: "x".repeat(formula),
            open: vec!["a".into(); open],
            ..Ask::default()
        };
        assert_eq!(ask(limits::FORMULA, limits::OPEN).bounded(), Ok(()));
        assert!(ask(limits::FORMULA + 1, 0).bounded().is_err_and(|why| why.contains("bytes")));
        assert!(ask(0, limits::OPEN + 1).bounded().is_err_and(|why| why.contains("stages")));
        assert!(Ask { dir: "up".into(), ..Ask::default() }.bounded().is_err());
        assert!(Ask { theme: "red".into(), ..Ask::default() }.bounded().is_err());
    }
}
