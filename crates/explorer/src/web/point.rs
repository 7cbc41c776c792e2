//! The engine's side of a request: the formula's circuit and what flows through it, kept for the next request.

use super::ask::{Ask, Boxed, Inside, Numbers};
use super::run::{Example, Examples};
use super::{element, limits};
use crate::scene::boxed;
use chainrule::formula::{Built, Dim, Formula, Init, Options, Variable, nearest};
use chainrule::{Circuit, DType, Diagnostic, Flow, Mistake, Place, Spec, Tensor, flow};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Draws a first value: how, of what spec, for which input.
pub type Start = Box<dyn Fn(Init, Spec, u64) -> Tensor + Send>;

/// Length of a dimension that no value tells.
const LENGTH: usize = 3;

/// What the engine keeps between requests.
pub struct Engine {
    start: Start,
    examples: Option<Arc<dyn Examples>>,
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
    example: Option<usize>,
    step: Option<u64>,
}

impl Asked {
    fn of(ask: &Ask) -> Asked {
        Asked {
            formula: ask.formula.clone(),
            values: ask.values.clone(),
            boxes: ask.boxes.clone(),
            inside: ask.inside.clone(),
            against: ask.against.clone(),
            example: ask.example,
            step: ask.step,
        }
    }
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
    /// The example that it is of, and the step whose weights it has.
    pub of: Option<(usize, u64)>,
    /// What happens at the point that it is compared with.
    pub other: Option<Flow>,
}

impl Point {
    /// Whether it is one element inside a whole.
    pub fn is_inside(&self) -> bool {
        self.asked.inside.is_some()
    }
}

/// What a point is made of.
type Parts = (Arc<Built>, Vec<Tensor>, Vec<String>, Option<(usize, u64)>);

impl Engine {
    /// An engine that draws first values of inputs with `start`, and knows a training's examples.
    pub fn new(start: Start, examples: Option<Arc<dyn Examples>>) -> Engine {
        Engine { start, examples, circuits: Vec::new(), last: None }
    }

    /// The flow of what is asked about; the last answer again, if nothing that it depends on has changed.
    ///
    /// # Errors
    /// Everything that is wrong with the formula or the values; limits that they pass.
    pub fn point(&mut self, ask: &Ask) -> Result<Arc<Point>, Diagnostic> {
        // Of an example, whose newest weights are another thing each time, only what is held stays as it is.
        let asked = Asked::of(ask);
        let is_settled = ask.example.is_none() || ask.step.is_some();
        if let Some(last) = self.last.as_ref().filter(|last| is_settled && last.asked == asked) {
            return Ok(Arc::clone(last));
        }
        let (built, values, started, of) = self.parts(ask)?;
        let output = built.circuit.node(built.circuit.outputs[0]).spec;
        let upstream = [Tensor::full(output, 1.0)];
        let flow = flow(&built.circuit, &values, &upstream)?;
        let other = match &ask.against {
            // Values that were started are the same in both.
            Some(against) => {
                let (_, values, ..) = self.parts(&Ask { values: against.clone(), ..ask.clone() })?;
                Some(chainrule::flow(&built.circuit, &values, &upstream)?)
            }
            None => None,
        };
        let mut point = Point { asked, built, values, started, flow, of, other };
        if let Some(inside) = &ask.inside {
            let (built, values, flow) = element::inside(&point, inside)?;
            point = Point { built: Arc::new(built), values, started: Vec::new(), flow, other: None, ..point };
        }
        let point = Arc::new(point);
        self.last = Some(Arc::clone(&point));
        Ok(point)
    }

    /// The circuit that is asked about, with values for its inputs.
    fn parts(&mut self, ask: &Ask) -> Result<Parts, Diagnostic> {
        let Some(row) = ask.example else {
            let built = self.circuit(ask)?;
            let (values, started) = self.values(&built, ask)?;
            return Ok((built, values, started, None));
        };
        let (built, values, started, of) = self.example(row, ask)?;
        let built = if ask.boxes.is_empty() {
            built
        } else {
            Arc::new(Built { circuit: with_boxes(&built.circuit, &ask.boxes)?, ..Built::clone(&built) })
        };
        Ok((built, values, started, of))
    }

    /// The network at one example of a training, with the values that are asked for in the place of its own.
    fn example(&self, row: usize, ask: &Ask) -> Result<Parts, Diagnostic> {
        let Some(examples) = &self.examples else {
            let mistake =
                Mistake::new(Place::Argument("example".into()), "", "there are no examples to open");
            return Err(mistake
                .hint("a run file holds neither weights nor data; chainrule train --web does")
                .into());
        };
        let Example { built, mut values, step } = examples.example(row, ask.step)?;
        bounded(&built).map_err(too_large)?;
        for (name, given) in &ask.values {
            let place = built.inputs.iter().position(|input| input.name == *name);
            let place = place.ok_or_else(|| {
                Diagnostic::from(Mistake::new(
                    Place::Argument(name.clone()),
                    "",
                    "the network has no such input",
                ))
            })?;
            values[place] = tensor(name, given, built.inputs[place].spec)?;
        }
        Ok((built, values, Vec::new(), Some((row, step))))
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
    built.circuit = with_boxes(&built.circuit, &shape.boxes)?;
    Ok(built)
}

/// A circuit with the stages that the reader has made.
fn with_boxes(circuit: &Circuit, boxes: &[Boxed]) -> Result<Circuit, Diagnostic> {
    boxes.iter().try_fold(circuit.clone(), |circuit, stage| {
        boxed(&circuit, &stage.name, &stage.of).map_err(|why| {
            let (what, hint) = why.split_once("; hint: ").unwrap_or((&why, "choose other gates"));
            Mistake::new(Place::Argument(stage.name.clone()), "", what).hint(hint).into()
        })
    })
}

/// The lengths of a variable's named dimensions are those of its value.
fn told(variable: &Variable, dims: &[usize], lengths: &mut BTreeMap<String, usize>) {
    for (dim, &length) in variable.dims.iter().flatten().zip(dims) {
        if let Dim::Named(name) = dim {
            lengths.insert(name.clone(), length);
        }
    }
}

/// The same said of a network.
fn too_large(mistakes: Diagnostic) -> Diagnostic {
    let what = |mistake: &Mistake| mistake.what.replacen("the formula", "the network at one example", 1);
    let told = mistakes.mistakes().iter().map(|mistake| {
        let hint = "a smaller network can be opened; the screen Train shows this one";
        Mistake::new(mistake.place.clone(), "", what(mistake).replacen("of the formula", "of the network", 1))
            .hint(hint)
    });
    Diagnostic::from_all(told.collect()).unwrap_or(mistakes)
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
