//! Declared inputs and parameters: their dtypes, dimension names and first values.

use super::ast::{Declaration, Dim, Span};
use super::report::{Report, report};
use crate::base::{DType, Spec};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How a parameter gets its first value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Init {
    /// Normal with variance 2 / fan-in (He et al. 2015); fan-in is the first axis.
    He,
    /// Uniform in plus or minus sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010): first axis and last.
    Glorot,
    /// Normal around 0 with this standard deviation.
    Normal(f64),
    /// Uniform between two numbers.
    Uniform(f64, f64),
    /// This number times a random matrix with orthogonal rows, or columns where it has more rows than columns (Saxe et al. 2014).
    Orthogonal(f64),
    /// One number everywhere; `zeros` and `ones` are short for 0 and 1.
    Constant(f64),
}

impl fmt::Display for Init {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Init::He => f.write_str("he"),
            Init::Glorot => f.write_str("glorot"),
            Init::Normal(deviation) => write!(f, "normal({deviation})"),
            Init::Uniform(low, high) => write!(f, "uniform({low}, {high})"),
            Init::Orthogonal(1.0) => f.write_str("orthogonal"),
            Init::Orthogonal(gain) => write!(f, "orthogonal({gain})"),
            Init::Constant(0.0) => f.write_str("zeros"),
            Init::Constant(1.0) => f.write_str("ones"),
            Init::Constant(value) => write!(f, "{value}"),
        }
    }
}

/// What the declarations amount to once shapes are known.
#[derive(Clone, Debug, Default)]
pub(super) struct Settled {
    /// The length of each dimension name.
    pub dims: BTreeMap<String, usize>,
    /// The spec of each declared name; none where a mistake was found.
    pub specs: BTreeMap<String, Spec>,
}

/// Dimension names and the specs of declared names, from the specs of given values and the lengths of given dimensions.
pub(super) fn settle<'d>(
    declarations: impl Iterator<Item = &'d Declaration> + Clone,
    given: &dyn Fn(&str) -> Option<Spec>,
    dims: &BTreeMap<String, usize>,
    dtype: DType,
    reports: &mut Vec<Report>,
) -> Settled {
    // In a formula that was not understood, the length may well be told where nobody could see it.
    let broken = !reports.is_empty();
    let mut unifier =
        Unifier { dims: dims.clone(), from: BTreeMap::new(), unknown: BTreeSet::new(), broken, reports };
    let mut specs = BTreeMap::new();
    // Given values say how long dimensions are, wherever they are declared; so they come first.
    for declaration in declarations.clone() {
        if let Some(spec) = given(&declaration.name.text)
            && unifier.fits(declaration, spec)
        {
            specs.insert(declaration.name.text.clone(), spec);
        }
    }
    for declaration in declarations {
        if given(&declaration.name.text).is_none() {
            let spec = unifier.spec(declaration, dtype);
            spec.into_iter().for_each(|spec| {
                specs.insert(declaration.name.text.clone(), spec);
            });
        }
    }
    Settled { dims: unifier.dims, specs }
}

struct Unifier<'r> {
    dims: BTreeMap<String, usize>,
    /// The declared name from whose value a dimension is known.
    from: BTreeMap<String, String>,
    /// Dimensions that were reported as unknown: once each is enough.
    unknown: BTreeSet<String>,
    broken: bool,
    reports: &'r mut Vec<Report>,
}

impl Unifier<'_> {
    /// Whether a given value is what was declared; learns dimensions on the way.
    fn fits(&mut self, declaration: &Declaration, spec: Spec) -> bool {
        let name = &declaration.name.text;
        let declared = shown(declaration);
        if declaration.dtype.is_some_and(|d| d != spec.dtype) || declaration.dims.len() != spec.shape.rank() {
            let what = format!("{name} is declared {declared}, but given {spec}");
            self.reports.push(report(declaration.span, what, "give a value of the declared dtype and axes"));
            return false;
        }
        let mut fits = true;
        for (dim, length) in declaration.dims.iter().zip(spec.shape.iter()) {
            let (wanted, hint) = match &dim.dim {
                Dim::Length(wanted) => (*wanted, "give a value of the declared shape".to_string()),
                Dim::Named(dimension) => match self.dims.get(dimension) {
                    None => {
                        self.dims.insert(dimension.clone(), length);
                        self.from.insert(dimension.clone(), name.clone());
                        continue;
                    }
                    Some(&known) => (known, self.origin(dimension, known)),
                },
            };
            if wanted != length {
                let what = format!("{name} is declared {declared}, but given {spec}");
                self.reports.push(report(dim.span, what, hint));
                fits = false;
            }
        }
        fits
    }

    fn origin(&self, dimension: &str, length: usize) -> String {
        match self.from.get(dimension) {
            Some(name) => format!("{dimension} is {length} in {name}"),
            None => format!("{dimension} is {length}"),
        }
    }

    /// The spec of something that was not given.
    fn spec(&mut self, declaration: &Declaration, dtype: DType) -> Option<Spec> {
        let (mut dims, mut known) = (Vec::new(), true);
        for dim in &declaration.dims {
            match &dim.dim {
                Dim::Length(length) => dims.push(*length),
                Dim::Named(name) => match self.dims.get(name) {
                    Some(&length) => dims.push(length),
                    None => {
                        if self.unknown.insert(name.clone()) && !self.broken {
                            let what = format!("the length of {name} is not known");
                            let hint = "give a value that has this axis, or write a number";
                            self.reports.push(report(dim.span, what, hint));
                        }
                        known = false;
                    }
                },
            }
        }
        if !known {
            return None;
        }
        match Spec::new(&dims, declaration.dtype.unwrap_or(dtype)) {
            Ok(spec) => Some(spec),
            Err(what) => {
                self.reports.push(report(declaration.span, what, "declare a smaller tensor"));
                None
            }
        }
    }
}

/// As it was declared: `i64[batch, 4]`.
fn shown(declaration: &Declaration) -> String {
    let dtype = declaration.dtype.map_or("", DType::name);
    let dims: Vec<String> = declaration.dims.iter().map(|d| d.dim.to_string()).collect();
    format!("{dtype}[{}]", dims.join(", "))
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Length(length) => write!(f, "{length}"),
            Dim::Named(name) => f.write_str(name),
        }
    }
}

/// Reads `he`, `zeros`, a number and so on. `call` has the word and its numbers.
pub(super) fn init(word: &str, span: Span, numbers: &[f64]) -> Result<Init, Report> {
    let wrong =
        |usage: &str| Err(report(span, format!("{word} is called with {} numbers", numbers.len()), usage));
    match (word, numbers) {
        ("he", []) => Ok(Init::He),
        ("glorot", []) => Ok(Init::Glorot),
        ("zeros", []) => Ok(Init::Constant(0.0)),
        ("ones", []) => Ok(Init::Constant(1.0)),
        ("normal", &[deviation]) if deviation >= 0.0 => Ok(Init::Normal(deviation)),
        ("normal", [_]) => Err(report(span, "the standard deviation is negative", "write normal(0.02), say")),
        ("normal", _) => wrong("give its standard deviation: normal(0.02)"),
        ("uniform", &[low, high]) if low <= high => Ok(Init::Uniform(low, high)),
        ("uniform", [low, high]) => {
            let what = format!("uniform from {low} to {high} is empty");
            Err(report(span, what, "give the smaller number first"))
        }
        ("uniform", _) => wrong("give its limits: uniform(-0.1, 0.1)"),
        ("orthogonal", []) => Ok(Init::Orthogonal(1.0)),
        ("orthogonal", &[gain]) => Ok(Init::Orthogonal(gain)),
        ("orthogonal", _) => wrong("write orthogonal alone, or with its gain: orthogonal(1.4)"),
        ("he" | "glorot" | "zeros" | "ones", _) => wrong(&format!("write {word} alone")),
        _ => {
            let words = ["he", "glorot", "orthogonal", "zeros", "ones", "normal", "uniform"];
            let hint = super::suggest::did_you_mean(
                word,
                words,
                "write he, glorot, zeros, ones, normal(0.02) or a number",
            );
            Err(report(span, format!("{word} is no way to start a parameter"), hint))
        }
    }
}
