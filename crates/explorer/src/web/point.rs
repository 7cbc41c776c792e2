//! The engine's side of a request: the formula's circuit and what flows through it, kept for the next request.

use super::ask::{Ask, Boxed, Inside, Numbers};
use super::{element, limits};
use crate::scene::boxed;
use chainrule::formula::{Built, Dim, Formula, Init, Options, Variable, nearest};
use chainrule::{DType, Diagnostic, Flow, Mistake, Place, Spec, Tensor, flow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Draws a first value: how, of what spec, for which input.
pub type Start = Box<dyn Fn(Init, Spec, u64) -> Tensor + Send>;

/// Length of a dimension that no value tells.
const LENGTH: usize = 3;

/// What the engine keeps between requests.
pub struct Engine {
    start: Start,
    /// The newest last.
    circuits: Vec<(Shape, Arc<Built>)>,
    last: Option<Arc<Point>>,
}

/// What decides about a circuit: the formula, and the lengths of the values that are given.
#[derive(Clone, PartialEq)]
struct Shape {
    formula: String,
    dims: BTreeMap<String, Vec<usize>>,
    boxes: Vec<Boxed>,
}

/// What decides about a point.
#[derive(PartialEq)]
struct Asked {
    formula: String,
    values: BTreeMap<String, Numbers>,
    boxes: Vec<Boxed>,
    inside: Option<Inside>,
    against: Option<BTreeMap<String, Numbers>>,
}

/// A formula at a point, with everything that flows.
pub struct Point {
    asked: Asked,
    /// The circuit.
    pub built: Arc<Built>,
    /// A value for each input.
    pub values: Vec<Tensor>,
    /// Names of inputs that were given no value.
    pub started: Vec<String>,
    /// What happens.
    pub flow: Flow,
    /// What happens at the point that it is compared with.
    pub other: Option<Flow>,
}

impl Point {
    /// Whether it is one element inside a whole.
    pub fn is_inside(&self) -> bool {
        self.asked.inside.is_some()
    }
}

impl Engine {
    /// An engine that draws first values of inputs with `start`.
    pub fn new(start: Start) -> Engine {
        Engine { start, circuits: Vec::new(), last: None }
    }

    /// The flow of what is asked about; the last answer again, if nothing that it depends on has changed.
    ///
    /// # Errors
    /// Everything that is wrong with the formula or the values; limits that they pass.
    pub fn point(&mut self, ask: &Ask) -> Result<Arc<Point>, Diagnostic> {
        let Ask { formula, values, boxes, inside, against, .. } = ask;
        if let Some(last) = &self.last
            && (&last.asked.formula, &last.asked.values) == (formula, values)
            && (&last.asked.boxes, &last.asked.inside, &last.asked.against) == (boxes, inside, against)
        {
            return Ok(Arc::clone(last));
        }
        let built = self.circuit(ask)?;
        let (numbers, started) = self.values(&built, ask)?;
        let output = built.circuit.node(built.circuit.outputs[0]).spec;
        let upstream = [Tensor::full(output, 1.0)];
        let flow = flow(&built.circuit, &numbers, &upstream)?;
        let other = match against {
            // Values that were started are the same in both.
            Some(against) => {
                let ask = Ask { values: against.clone(), ..ask.clone() };
                let (numbers, _) = self.values(&built, &ask)?;
                Some(chainrule::flow(&built.circuit, &numbers, &upstream)?)
            }
            None => None,
        };
        let asked = Asked {
            formula: formula.clone(),
            values: values.clone(),
            boxes: boxes.clone(),
            inside: inside.clone(),
            against: against.clone(),
        };
        let mut point = Point { asked, built, values: numbers, started, flow, other };
        if let Some(inside) = inside {
            let (built, values, flow) = element::inside(&point, inside)?;
            point = Point { built: Arc::new(built), values, started: Vec::new(), flow, other: None, ..point };
        }
        let point = Arc::new(point);
        self.last = Some(Arc::clone(&point));
        Ok(point)
    }

    fn circuit(&mut self, ask: &Ask) -> Result<Arc<Built>, Diagnostic> {
        let dims = ask.values.iter().map(|(name, value)| (name.clone(), value.dims.clone())).collect();
        let shape = Shape { formula: ask.formula.clone(), dims, boxes: ask.boxes.clone() };
        if let Some(known) = self.circuits.iter().position(|(known, _)| *known == shape) {
            let entry = self.circuits.remove(known);
            self.circuits.push(entry);
        } else {
            let built = Arc::new(build(&shape)?);
            if self.circuits.len() >= limits::KEPT {
                self.circuits.remove(0);
            }
            self.circuits.push((shape, built));
        }
        let newest = self.circuits.last().expect("one was just put there");
        Ok(Arc::clone(&newest.1))
    }

    /// A value for each input, and the names of those that were given none.
    fn values(&self, built: &Built, ask: &Ask) -> Result<(Vec<Tensor>, Vec<String>), Diagnostic> {
        let (mut values, mut started) = (Vec::new(), Vec::new());
        for (number, input) in built.inputs.iter().enumerate() {
            values.push(match ask.values.get(&input.name) {
                Some(given) => tensor(&input.name, given, input.spec)?,
                None => {
                    started.push(input.name.clone());
                    self.first(input.init, input.spec, number as u64)
                }
            });
        }
        Ok((values, started))
    }

    /// What an input starts from. Numbers that differ make a better picture than equal ones; indices must fit what they index.
    fn first(&self, init: Option<Init>, spec: Spec, number: u64) -> Tensor {
        match init {
            Some(init) => (self.start)(init, spec, number),
            None if !spec.dtype.is_float() => Tensor::full(spec, 0.0),
            None if spec.shape.rank() == 0 => Tensor::full(spec, 1.0),
            None => (self.start)(Init::Normal(1.0), spec, number),
        }
    }
}

fn tensor(name: &str, given: &Numbers, spec: Spec) -> Result<Tensor, Diagnostic> {
    let refused = |what: String, hint: &str| -> Diagnostic {
        Mistake::new(Place::Argument(name.into()), "", what).hint(hint).into()
    };
    if given.dims != spec.shape.dims() {
        return Err(refused(
            format!("has the shape {:?}, not {}", given.dims, spec.shape),
            "give it in its shape",
        ));
    }
    let range = match spec.dtype {
        DType::I32 => (f64::from(i32::MIN), f64::from(i32::MAX)),
        DType::I64 => (-(2f64.powi(53)), 2f64.powi(53)),
        DType::U8 => (0.0, 255.0),
        DType::Bool => (0.0, 1.0),
        DType::F32 | DType::F64 => return Ok(Tensor::from_f64(spec, &given.items)),
    };
    match given.items.iter().find(|v| v.fract() != 0.0 || !(range.0..=range.1).contains(*v)) {
        Some(wrong) => {
            Err(refused(format!("{wrong} is no {}", spec.dtype), "give whole numbers in its range"))
        }
        None => Ok(Tensor::from_f64(spec, &given.items)),
    }
}

fn build(shape: &Shape) -> Result<Built, Diagnostic> {
    let formula = Formula::parse(&shape.formula)?;
    let mut options = Options::default();
    for name in formula.dimensions() {
        options.dims.insert(name.clone(), LENGTH);
    }
    let mut mistakes = Vec::new();
    for (name, dims) in &shape.dims {
        match formula.variables().iter().find(|v| v.name == *name) {
            Some(variable) => match Spec::new(dims, variable.dtype.unwrap_or(options.dtype)) {
                Ok(spec) => {
                    told(variable, dims, &mut options.dims);
                    options.specs.insert(name.clone(), spec);
                }
                Err(what) => mistakes.push(Mistake::new(Place::Argument(name.clone()), "", what)),
            },
            None => {
                let names = || formula.variables().iter().map(|v| v.name.as_str());
                let hint = nearest(name, names())
                    .map_or("leave it out".into(), |near| format!("did you mean {near}?"));
                let mistake = Mistake::new(
                    Place::Argument(name.clone()),
                    "",
                    "nothing in the formula takes this value",
                );
                mistakes.push(mistake.hint(hint));
            }
        }
    }
    if let Some(mistakes) = Diagnostic::from_all(mistakes) {
        return Err(mistakes);
    }
    let mut built = formula.build(&options)?;
    bounded(&built)?;
    let names: Vec<(u32, String)> =
        built.circuit.inputs.iter().copied().zip(built.inputs.iter().map(|i| i.name.clone())).collect();
    let bindings = built.bindings.iter().map(|(name, wire)| (*wire, name.clone()));
    built.circuit.names.extend(bindings.chain(names).collect::<Vec<_>>());
    let output = built.circuit.node(built.circuit.outputs[0]).spec;
    if !output.dtype.is_float() {
        let what = format!("the result is {} and has no gradient", output.dtype);
        return Err(Mistake::new(Place::Unknown, "", what)
            .hint("end with a number that is computed from floats")
            .into());
    }
    for stage in &shape.boxes {
        built.circuit = boxed(&built.circuit, &stage.name, &stage.of).map_err(|why| {
            let (what, hint) = why.split_once("; hint: ").unwrap_or((&why, "choose other gates"));
            Mistake::new(Place::Argument(stage.name.clone()), "", what).hint(hint)
        })?;
    }
    Ok(built)
}

/// The lengths of a variable's named dimensions are those of its value.
fn told(variable: &Variable, dims: &[usize], lengths: &mut BTreeMap<String, usize>) {
    for (dim, &length) in variable.dims.iter().flatten().zip(dims) {
        if let Dim::Named(name) = dim {
            lengths.insert(name.clone(), length);
        }
    }
}

/// Whether a circuit is small enough to be run for a page.
fn bounded(built: &Built) -> Result<(), Diagnostic> {
    let circuit = &built.circuit;
    let refuse = |what: String, hint: &str| Err(Mistake::new(Place::Unknown, "", what).hint(hint).into());
    if circuit.len() > limits::GATES {
        let what = format!(
            "the formula computes {} values, more than the {} of a page",
            circuit.len(),
            limits::GATES
        );
        return refuse(what, "look at a part of it");
    }
    let mut elements = 0usize;
    for index in 0..circuit.len() as u32 {
        elements = elements.saturating_add(circuit.node(index).spec.shape.elements());
    }
    if elements > limits::ELEMENTS {
        let most = limits::ELEMENTS;
        let what =
            format!("the values of the formula have {elements} elements, more than the {most} of a page");
        return refuse(what, "make the arrays smaller");
    }
    let operations =
        circuit.gates().fold(0u64, |all, (index, _)| all.saturating_add(circuit.flops_of(index)));
    if operations > limits::OPERATIONS {
        let most = limits::OPERATIONS;
        let what = format!("the formula takes {operations} operations, more than the {most} of a page");
        return refuse(what, "make the arrays smaller");
    }
    Ok(())
}
