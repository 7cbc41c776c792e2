//! Values as text: numbers and nested lists, as in `[[1, 2], [3, 4]]`, and the same in JSON.

use super::values::{Item, Nesting, Value};
use chainrule::DType;
use std::ops::Range;

/// What is wrong with a value, and where in its text.
#[derive(Debug, PartialEq)]
pub struct Wrong {
    pub span: Range<usize>,
    pub what: String,
    pub hint: &'static str,
}

const USAGE: &str = "write a number, or nested lists as in [[1, 2], [3, 4]]";

/// Reads a number or nested lists.
pub fn parse(text: &str) -> Result<Value, Wrong> {
    let mut nesting = Nesting::default();
    let mut at = 0;
    // After a value comes `,` or `]`; elsewhere a value, or the `]` of an empty list.
    let mut after_value = false;
    while let Some(letter) = text[at..].chars().next() {
        let wrong = |what: String| Wrong { span: at..at + letter.len_utf8(), what, hint: USAGE };
        let mut end = at + letter.len_utf8();
        match letter {
            ' ' | '\n' | '\t' | '\r' => {}
            '[' if !after_value => nesting.open().map_err(wrong)?,
            ']' if nesting.depth() > 0 => {
                nesting.close().map_err(wrong)?;
                after_value = true;
            }
            ',' if after_value && nesting.depth() > 0 => after_value = false,
            '[' | ']' | ',' => return Err(wrong(format!("{letter} is not expected here"))),
            _ => {
                let rest = &text[at..];
                end = at + rest.find([',', ']', '[', ' ', '\n', '\t', '\r']).unwrap_or(rest.len());
                let word = &text[at..end];
                let wrong = |what: String| Wrong { span: at..end, what, hint: USAGE };
                if after_value {
                    return Err(wrong(format!("{word} follows a value without a comma")));
                }
                let item = word_to_item(word).map_err(|what| wrong(format!("{word} {what}")))?;
                nesting.item(item).map_err(wrong)?;
                after_value = true;
            }
        }
        at = end;
    }
    let end = text.len();
    if nesting.depth() > 0 {
        let what = "the text ends inside a list".to_string();
        return Err(Wrong { span: end..end, what, hint: "close every [ with a ]" });
    }
    if !after_value {
        return Err(Wrong { span: end..end, what: "no value".to_string(), hint: USAGE });
    }
    Ok(nesting.finish())
}

fn word_to_item(word: &str) -> Result<Item, &'static str> {
    match word {
        "true" => return Ok(Item::Flag(true)),
        "false" => return Ok(Item::Flag(false)),
        _ => {}
    }
    let whole = word.parse().ok().map(Item::Int);
    // -0 is a number of its own.
    let whole = whole.filter(|w| *w != Item::Int(0) || !word.starts_with('-'));
    let real = || word.parse::<f64>().map_err(|_| "is no number");
    match whole.map_or_else(|| real().map(Item::Real), Ok)? {
        // Infinity is written in letters.
        Item::Real(v) if v.is_infinite() && word.contains(|c: char| c.is_ascii_digit()) => {
            Err("is too large for f64")
        }
        item => Ok(item),
    }
}

/// The same from JSON; there NaN and the infinities are strings.
pub fn from_json(json: &serde_json::Value) -> Result<Value, String> {
    let mut nesting = Nesting::default();
    nest(json, &mut nesting)?;
    Ok(nesting.finish())
}

/// Recursion is safe: `Nesting` refuses what is deeper than a tensor can be.
fn nest(json: &serde_json::Value, nesting: &mut Nesting) -> Result<(), String> {
    match json {
        serde_json::Value::Array(entries) => {
            nesting.open()?;
            entries.iter().try_for_each(|entry| nest(entry, nesting))?;
            nesting.close()
        }
        other => nesting.item(json_to_item(other).ok_or_else(|| format!("{other} is no number"))?),
    }
}

fn json_to_item(json: &serde_json::Value) -> Option<Item> {
    match json {
        serde_json::Value::Bool(flag) => Some(Item::Flag(*flag)),
        serde_json::Value::Number(number) => {
            number.as_i64().map(Item::Int).or_else(|| number.as_f64().map(Item::Real))
        }
        serde_json::Value::String(word) => {
            let word = word.parse::<f64>().ok().filter(|v| !v.is_finite())?;
            Some(Item::Real(word))
        }
        _ => None,
    }
}

/// `{"shape": [2, 2], "dtype": "f64", "data": [1, 2, 3, 4]}`; without `dtype` as a plain list.
pub fn from_object(object: &serde_json::Map<String, serde_json::Value>) -> Result<Value, String> {
    let known = ["shape", "dtype", "data"];
    if let Some(other) = object.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(format!("{other:?} is none of shape, dtype, data"));
    }
    let field = |name: &str| object.get(name).ok_or_else(|| format!("{name:?} is missing"));
    let wrong_shape = || "\"shape\" is no list of lengths".to_string();
    let lengths = field("shape")?.as_array().ok_or_else(wrong_shape)?;
    let dims: Option<Vec<usize>> =
        lengths.iter().map(|l| l.as_u64().and_then(|l| usize::try_from(l).ok())).collect();
    let dims = dims.ok_or_else(wrong_shape)?;
    let dtype = match object.get("dtype") {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(name)) => Some(name.parse::<DType>()?),
        Some(other) => return Err(format!("{other} is no dtype")),
    };
    let items = field("data")?.as_array().ok_or("\"data\" is no flat list")?;
    let items: Result<Vec<Item>, String> = items
        .iter()
        .map(|i| json_to_item(i).ok_or_else(|| format!("{i} in \"data\" is no number")))
        .collect();
    let items = items?;
    let shape = chainrule::Shape::new(&dims)?;
    if shape.elements() != items.len() {
        return Err(format!("shape {shape} holds {} numbers, not {}", shape.elements(), items.len()));
    }
    Ok(Value { dims, items, dtype })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Item::{Flag, Int, Real};

    fn plain(dims: &[usize], items: Vec<Item>) -> Result<Value, Wrong> {
        Ok(Value { dims: dims.to_vec(), items, dtype: None })
    }

    #[test]
    fn numbers_and_lists_are_read() {
        assert_eq!(parse("2"), plain(&[], vec![Int(2)]));
        assert_eq!(parse(" -1.5e3 "), plain(&[], vec![Real(-1500.0)]));
        assert_eq!(parse("-0"), plain(&[], vec![Real(-0.0)]));
        assert_eq!(parse("[[1,2],[3, 4]]"), plain(&[2, 2], vec![Int(1), Int(2), Int(3), Int(4)]));
        assert_eq!(parse("[]"), plain(&[0], vec![]));
        assert_eq!(parse("[[], []]"), plain(&[2, 0], vec![]));
        assert_eq!(parse("[true, false]"), plain(&[2], vec![Flag(true), Flag(false)]));
        assert!(matches!(parse("NaN"), Ok(Value { items, .. }) if matches!(items[0], Real(v) if v.is_nan())));
        assert_eq!(parse("-inf"), plain(&[], vec![Real(f64::NEG_INFINITY)]));
    }

    #[test]
    fn wrong_text_is_underlined() {
        for (text, span, what) in [
            ("", 0..0, "no value"),
            ("two", 0..3, "two is no number"),
            ("[1, -1e400]", 4..10, "-1e400 is too large for f64"),
            ("[1, 2", 5..5, "the text ends inside a list"),
            ("[1, 2]]", 6..7, "] is not expected here"),
            ("[1 2]", 3..4, "2 follows a value without a comma"),
            ("[[1, 2], [3]]", 11..12, "a list of 1 beside one of 2"),
            ("[[1], 2]", 6..7, "a number where lists stand elsewhere"),
            ("[1, [2]]", 4..5, "a list where numbers stand elsewhere"),
            ("1, 2", 1..2, ", is not expected here"),
            ("[,]", 1..2, ", is not expected here"),
        ] {
            let wrong = parse(text).expect_err(text);
            assert_eq!((wrong.span, wrong.what.as_str()), (span, what), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(parse(&deep).map_err(|w| w.what), Err("lists nested deeper than 8".to_string()));
    }

    #[test]
    fn objects_state_shape_and_dtype() {
        let read = |text: &str| match serde_json::from_str(text) {
            Ok(serde_json::Value::Object(object)) => from_object(&object),
            other => panic!("{other:?}"),
        };
        let value = read(r#"{"shape": [2], "dtype": "f32", "data": [1, "NaN"]}"#).expect("well formed");
        assert_eq!((value.dims, value.dtype), (vec![2], Some(DType::F32)));
        for (text, what) in [
            (r#"{"shape": [2], "data": [1]}"#, "shape [2] holds 2 numbers, not 1"),
            (r#"{"data": [1]}"#, "\"shape\" is missing"),
            (r#"{"shape": [-1], "data": []}"#, "\"shape\" is no list of lengths"),
            (r#"{"shape": [1], "dtype": "f16", "data": [1]}"#, "\"f16\" is no dtype"),
            (r#"{"shape": [1], "data": ["x"]}"#, "\"x\" in \"data\" is no number"),
            (r#"{"shape": [1], "data": [1], "name": "x"}"#, "\"name\" is none of shape, dtype, data"),
        ] {
            assert_eq!(read(text), Err(what.to_string()));
        }
    }
}
