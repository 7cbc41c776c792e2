//! Values by name, from the command line (`x=[1, 2]`, `x=@F.json`) and from files with several of them.

use super::{Value, arrays, lists};
use crate::failure::{self, Failure, Result, argument, content};
use crate::render;
use chainrule::{DType, Mistake, Place, Tensor};
use serde_json::error::Category;
use std::path::{Path, PathBuf};

/// A value that was given, and where.
#[derive(Clone, Debug)]
pub struct Given {
    /// What it is for.
    pub name: String,
    value: Value,
    place: Place,
}

impl Given {
    /// Its dtype, if it is for something of this declared dtype; `floats` is the dtype of undeclared floats.
    pub fn target(&self, declared: Option<DType>, floats: DType) -> DType {
        self.value.target(declared, floats)
    }

    /// As a tensor.
    ///
    /// # Errors
    /// A number that the dtype can't hold.
    pub fn tensor(&self, dtype: DType) -> Result<Tensor> {
        let hint = format!("give numbers that {dtype} can hold, or declare another dtype");
        let mistake = |what: String| Mistake::new(self.place.clone(), self.name.clone(), what).hint(hint);
        Ok(self.value.tensor(dtype).map_err(mistake)?)
    }

    /// Says which number from a file is NaN or infinite: the formula may be meant for it, but most are not.
    pub fn warn(&self) {
        if let (Place::File { .. }, Some(what)) = (&self.place, self.value.strange()) {
            let mistake = Mistake::new(self.place.clone(), "", format!("{} {what}", self.name));
            render::warning(&mistake);
        }
    }

    /// Lengths of its axes.
    pub fn dims(&self) -> &[usize] {
        &self.value.dims
    }
}

/// All that was given: the arguments `NAME=VALUE`, and from the files what no argument gives.
///
/// # Errors
/// Everything that can't be read, and names given twice.
pub fn collect(arguments: &[String], files: &[PathBuf]) -> Result<Vec<Given>> {
    let mut all: Vec<Given> = Vec::new();
    let mut failures: Vec<Failure> = Vec::new();
    for text in arguments {
        match from_argument(text) {
            Ok(given) if all.iter().any(|g| g.name == given.name) => {
                failures.push(argument(&given.name, "is given twice", "give it once").into());
            }
            Ok(given) => all.push(given),
            Err(failure) => failures.push(failure),
        }
    }
    let on_the_line = all.len();
    for path in files {
        match from_file(path) {
            Ok(found) => {
                for given in found {
                    let known = all.iter().position(|g| g.name == given.name);
                    match known {
                        // What is typed wins over what is stored.
                        Some(i) if i < on_the_line => {}
                        Some(_) => {
                            failures.push(content(path, format!("{} is given twice", given.name), "").into())
                        }
                        None => all.push(given),
                    }
                }
            }
            Err(failure) => failures.push(failure),
        }
    }
    Failure::from_all(failures).map_or(Ok(all), Err)
}

fn from_argument(text: &str) -> Result<Given> {
    let place = |from: usize, to: usize| Place::Text { span: from as u32..to as u32, source: text.into() };
    let Some((name, rest)) = text.split_once('=') else {
        let hint = "write NAME=VALUE, as in x=2 or x=[1, 2]";
        return Err(Mistake::new(place(0, text.len()), "", "is no NAME=VALUE").hint(hint).into());
    };
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name {
        let hint = "names are letters, digits and _, as in w0";
        return Err(Mistake::new(place(0, name.len()), "", format!("{name:?} is no name")).hint(hint).into());
    }
    value(name, rest, text, name.len() + 1)
}

/// The value in `text`, which is the part of `source` that starts at byte `from`; `@FILE` is read from the file.
///
/// # Errors
/// What is no value, with its place in `source`; a file that can't be read.
pub fn value(name: &str, text: &str, source: &str, from: usize) -> Result<Given> {
    if let Some(path) = text.strip_prefix('@').filter(|path| !path.is_empty()) {
        return from_one_file(name, Path::new(path));
    }
    let place = |span: std::ops::Range<usize>| Place::Text {
        span: (from + span.start) as u32..(from + span.end) as u32,
        source: source.into(),
    };
    match lists::parse(text) {
        Ok(value) => Ok(Given { name: name.into(), value, place: place(0..text.len()) }),
        Err(wrong) => Err(Mistake::new(place(wrong.span), name, wrong.what).hint(wrong.hint).into()),
    }
}

/// A file that holds one value.
fn from_one_file(name: &str, path: &Path) -> Result<Given> {
    let place = Place::File { path: path.into(), line: None, column: None };
    let given = |value| Given { name: name.to_string(), value, place };
    if extension(path) == "npy" {
        return Ok(given(arrays::npy(path)?));
    }
    if extension(path) == "npz" {
        let hint = "give it as --inputs FILE.npz; its arrays have the names of inputs";
        return Err(content(path, "holds arrays by name, not one value", hint).into());
    }
    let value = from_json(&json(path)?).map_err(|what| content(path, what, ""))?;
    Ok(given(value))
}

/// A file that holds values by name.
fn from_file(path: &Path) -> Result<Vec<Given>> {
    let place = Place::File { path: path.into(), line: None, column: None };
    let given = |(name, value)| Given { name, value, place: place.clone() };
    match extension(path).as_str() {
        "npz" => Ok(arrays::npz(path)?.into_iter().map(given).collect()),
        "npy" => Err(content(path, "holds one array without a name", "give it as NAME=@FILE.npy").into()),
        _ => {
            let serde_json::Value::Object(object) = json(path)? else {
                let hint = "write {\"x\": [1, 2], \"y\": 3}";
                return Err(content(path, "holds no values by name", hint).into());
            };
            let read = |(name, json): (String, serde_json::Value)| match from_json(&json) {
                Ok(value) => Ok(given((name, value))),
                Err(what) => Err(Failure::from(content(path, format!("{name}: {what}"), ""))),
            };
            object.into_iter().map(read).collect()
        }
    }
}

fn from_json(json: &serde_json::Value) -> std::result::Result<Value, String> {
    match json {
        serde_json::Value::Object(object) => lists::from_object(object),
        other => lists::from_json(other),
    }
}

fn json(path: &Path) -> Result<serde_json::Value> {
    parse_json(&failure::read_text(path)?, path)
}

fn parse_json(text: &str, path: &Path) -> Result<serde_json::Value> {
    if text.trim().is_empty() {
        return Err(content(path, "is empty", "write {\"x\": [1, 2], \"y\": 3}").into());
    }
    serde_json::from_str(text).map_err(|why| {
        let (line, column) = (why.line() as u64, why.column() as u64);
        let hint = match why.classify() {
            _ if extension(path) != "json" => "values come from .json, .npy and .npz files",
            Category::Eof => "is this the whole file?",
            _ => "NaN and infinities are written as strings",
        };
        let place = Place::File { path: path.into(), line: Some(line), column: Some(column) };
        let text = why.to_string();
        let what =
            text.split(" at line ").next().unwrap_or(&text).replace("EOF while", "the text ends while");
        Mistake::new(place, "json", what).hint(hint).into()
    })
}

fn extension(path: &Path) -> String {
    path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::damage;

    #[test]
    fn damaged_json_is_refused_or_read_and_never_a_panic() {
        let whole = br#"{"x": [[1, 2.5], ["NaN", -3e4]], "y": {"shape": [2, 1], "dtype": "f32", "data": [1, 2]}, "z": true}"#;
        let path = Path::new("f.json");
        damage::each(whole, 20_000, |bytes| {
            let Ok(text) = str::from_utf8(bytes) else { return };
            match parse_json(text, path) {
                Ok(serde_json::Value::Object(all)) => all.values().for_each(|json| {
                    if let Ok(value) = from_json(json) {
                        assert_eq!(value.dims.iter().product::<usize>(), value.items.len());
                        value.tensor(DType::F32).ok();
                    }
                }),
                Ok(_) => {}
                Err(failure) => assert_eq!(failure.code(), 2),
            }
        });
        let deep = format!("{{\"x\": {}", "[".repeat(1_000_000));
        assert!(parse_json(&deep, path).is_err());
    }

    #[test]
    fn damaged_arguments_are_refused_or_read_and_never_a_panic() {
        damage::each("wäre=[[1, -2.5e3], [nan, 0]]".as_bytes(), 20_000, |bytes| {
            let text = String::from_utf8_lossy(bytes);
            // A file that is named here by accident is not there.
            let Err(failure) = from_argument(&text) else { return };
            for (mistake, _) in failure.mistakes() {
                if let Place::Text { span, source } = &mistake.place {
                    assert!(span.start <= span.end && span.end as usize <= source.len(), "{text}");
                    assert!(source.is_char_boundary(span.start as usize), "{text}");
                    assert!(source.is_char_boundary(span.end as usize), "{text}");
                }
            }
            crate::render::texts(&failure);
        });
    }
}
