//! Is a gradient right? Both modes against differences of values, and against each other.

mod differences;
mod report;

pub use report::{CheckedInput, GradientCheck};

use super::{Function, Program, Traced, function, jvp, trace};
use crate::base::{DType, Mistake, Place, Result, Spec, Tensor};
use crate::circuit::{Circuit, Tree, Wire, Wires, inline};
use crate::gates::constant;
use crate::numeric::philox;
use differences::{Change, derivative};

/// What a gradient check draws, and what it allows.
#[derive(Clone, Debug)]
pub struct CheckOptions {
    /// Random directions and upstreams follow from it alone.
    pub seed: u64,
    /// Random directions tried for each input; at least one.
    pub directions: usize,
    /// The largest relative error allowed; not given, 1e-6, and 1e-2 where the circuit computes in f32 anywhere.
    pub tolerance: Option<f64>,
    /// Which inputs are checked, by their number among the leaves; not given, all of f32 and f64.
    pub only: Option<Vec<usize>>,
}

impl Default for CheckOptions {
    fn default() -> Self {
        CheckOptions { seed: 0, directions: 3, tolerance: None, only: None }
    }
}

/// Compares the gradients of a function at a point with differences of its values. It is meant for rules of your own
/// (`custom_vjp`, `custom_jvp`, `custom_rules`), which are otherwise taken at their word.
///
/// Each input of f64 or f32 is moved along random directions, alone and then together with the others, while a random
/// upstream `u` arrives at the outputs. Reverse mode `<J'u, v>` and forward mode `<u, Jv>` must each agree with the
/// difference of `<u, f>` along `v`, and with each other. Whole numbers and truth values are held fixed. The relative error
/// allowed is 1e-6, or 1e-2 where the circuit computes in f32 anywhere: check in f64 if you can. Differences that are
/// themselves in doubt count for no more than they are sure of, at worst 1e-2; the report says where.
///
/// The answer is yes or no; [`GradientCheck::ensure`] makes an error of a no.
///
/// ```
/// use chainrule::prelude::*;
/// let cube = |x: Wire, factor: f64| {
///     let rule = move |(x,): (Wire,), _: Wire, up: Wire| (factor * x * x * up,);
///     custom_vjp(|x: Wire| x * x * x, rule)((x,))
/// };
/// let at = ([0.5, -2.0].into(),);
/// assert!(check_gradient(|x: Wire| cube(x, 3.0), &at)?.is_ok());
/// let report = check_gradient(|x: Wire| cube(x, 2.0), &at)?;
/// assert!(!report.is_ok());
/// println!("{report}"); // a table with the errors of each input
/// # Ok::<(), Diagnostic>(())
/// ```
///
/// # Errors
/// Mistakes in the function, also those that only its derivatives meet, such as a gradient through a loop of unknown length;
/// no input or no output of f32 or f64.
pub fn check_gradient<In: Wires, F: Traced<In>>(f: F, at: &In::With<Tensor>) -> Result<GradientCheck> {
    trace(f, &function::specs::<In>(at))?.check_gradient(at, &CheckOptions::default())
}

impl<In: Wires, Out: Wires> Program<In, Out> {
    /// [`check_gradient`] for a program that is traced already, with options.
    ///
    /// ```
    /// use chainrule::{CheckOptions, prelude::*};
    /// let spec = Spec::scalar(DType::F64);
    /// let program = trace(|x: Wire, y: Wire| (x * y).sin(), &(spec, spec))?;
    /// let options = CheckOptions { seed: 7, only: Some(vec![1]), ..CheckOptions::default() };
    /// program.check_gradient(&(0.5.into(), 2.0.into()), &options)?.ensure()?;
    /// # Ok::<(), Diagnostic>(())
    /// ```
    ///
    /// # Errors
    /// Tensors of another shape or dtype than the function was traced for; options that make no sense; else as
    /// [`check_gradient`].
    pub fn check_gradient(&self, at: &In::With<Tensor>, options: &CheckOptions) -> Result<GradientCheck> {
        let at = at.leaves();
        let specs = self.circuit().specs(&self.circuit().inputs);
        function::check("input", &specs, at.iter().map(Tensor::spec).collect(), self.input_paths())?;
        let mut circuit = self.circuit().clone();
        circuit.outputs.retain(|&o| self.circuit().node(o).spec.dtype.is_float());
        if circuit.outputs.is_empty() {
            let hint = "gradients flow from f32 and f64 only";
            return Err(mistake("function", "has no output with a gradient".into(), hint));
        }
        let checked = checked(&specs, options)?;
        let checker = Checker::new(&circuit, &at, &checked, options)?;
        let line = |name: &str, moving: &[usize]| checker.line(name.to_string(), moving);
        let inputs: Result<Vec<CheckedInput>> =
            (0..checked.len()).map(|n| line(&self.input_paths()[checked[n]], &[n])).collect();
        let every: Vec<usize> = (0..checked.len()).collect();
        let together = if every.len() > 1 { Some(line("together", &every)?) } else { None };
        let held = (0..specs.len()).filter(|i| !checked.contains(i)).map(|i| self.input_paths()[i].clone());
        let (tolerance, directions) = (checker.tolerance, options.directions);
        Ok(GradientCheck { inputs: inputs?, together, held: held.collect(), tolerance, directions })
    }
}

fn mistake(place: &str, what: String, hint: &str) -> crate::base::Diagnostic {
    Mistake::new(Place::Argument(place.into()), "check_gradient", what).hint(hint).into()
}

/// Numbers of the leaves that are checked.
fn checked(specs: &[Spec], options: &CheckOptions) -> Result<Vec<usize>> {
    if options.directions == 0 {
        return Err(mistake("directions", "is 0".into(), "try at least one"));
    }
    if let Some(tolerance) = options.tolerance.filter(|t| !(*t >= 0.0 && t.is_finite())) {
        return Err(mistake("tolerance", format!("is {tolerance}"), "give a small number, such as 1e-6"));
    }
    let Some(only) = &options.only else {
        let floats: Vec<usize> = (0..specs.len()).filter(|&i| specs[i].dtype.is_float()).collect();
        if floats.is_empty() {
            return Err(mistake("input", "none has a gradient".into(), "gradients flow to f32 and f64 only"));
        }
        return Ok(floats);
    };
    for (n, &i) in only.iter().enumerate() {
        let what = match specs.get(i) {
            None => format!("there is no input {i}, there are {}", specs.len()),
            Some(spec) if !spec.dtype.is_float() => format!("input {i} is {spec} and has no gradient"),
            Some(_) if only[..n].contains(&i) => format!("input {i} is named twice"),
            Some(_) => continue,
        };
        return Err(mistake("only", what, "name leaves of f32 or f64 by their number, each once"));
    }
    if only.is_empty() {
        return Err(mistake("only", "names no input".into(), "leave it out to check all"));
    }
    Ok(only.clone())
}

/// Streams of random numbers, apart from each other.
const UPSTREAMS: i64 = 1;
const DIRECTIONS: i64 = 2;

/// Steps of the differences where everything is f64, and where rounding to f32 spoils small steps.
const STEPS: (usize, usize) = (12, 4);

/// Relative errors allowed in f64 and f32.
const TOLERANCE: (f64, f64) = (1e-6, 1e-2);

/// Differences in doubt may excuse an error up to here.
const DOUBT: f64 = 1e-2;

type Values = Function<Vec<Wire>, Vec<Wire>>;
type Tangent = Function<(Vec<Wire>, Vec<Wire>, Vec<Wire>), Wire>;

/// A circuit with float outputs only, and its derivatives at a point.
struct Checker<'a> {
    at: &'a [Tensor],
    /// Numbers of the inputs that are checked.
    checked: &'a [usize],
    options: &'a CheckOptions,
    tolerance: f64,
    is_single: bool,
    /// What arrives at each output, in f64.
    upstreams: Vec<Tensor>,
    values: Values,
    /// `J'u`, one for each checked input.
    gradients: Vec<Tensor>,
    /// `<u, Jv>`.
    tangent: Tangent,
}

impl<'a> Checker<'a> {
    fn new(
        circuit: &Circuit,
        at: &'a [Tensor],
        checked: &'a [usize],
        options: &'a CheckOptions,
    ) -> Result<Checker<'a>> {
        let (inputs, outputs) = (circuit.specs(&circuit.inputs), circuit.specs(&circuit.outputs));
        let seed = philox::fold(options.seed.cast_signed(), UPSTREAMS);
        let draw = |(k, spec): (usize, &Spec)| {
            let ones = vec![1.0; spec.shape.elements()];
            Tensor::from_f64(spec.with_dtype(DType::F64), &signed(philox::fold(seed, k as i64), &ones))
        };
        let upstreams: Vec<Tensor> = outputs.iter().enumerate().map(draw).collect();
        let ups: Vec<Spec> = upstreams.iter().map(Tensor::spec).collect();
        let moving = |x: &[Wire]| -> Vec<Wire> { checked.iter().map(|&i| x[i]).collect() };
        let gradients = trace(
            |x: Vec<Wire>, up: Vec<Wire>| weighted(circuit, &x, &up).gradient_or_zero(&moving(&x)),
            &(inputs.clone(), ups.clone()),
        )?
        .run((at.to_vec(), upstreams.clone()))?;
        let along: Vec<Spec> = checked.iter().map(|&i| inputs[i]).collect();
        let tangent = trace(
            |x: Vec<Wire>, up: Vec<Wire>, v: Vec<Wire>| jvp(&weighted(circuit, &x, &up), &moving(&x), &v),
            &(inputs, ups, along),
        )?
        .compile();
        let values = Program::from_circuit(circuit.clone()).compile();
        let is_single = computes_in_f32(circuit);
        let tolerance = options.tolerance.unwrap_or(if is_single { TOLERANCE.1 } else { TOLERANCE.0 });
        Ok(Checker { at, checked, options, tolerance, is_single, upstreams, values, gradients, tangent })
    }

    /// The errors when some of the checked inputs move.
    fn line(&self, name: String, moving: &[usize]) -> Result<CheckedInput> {
        let mut line = CheckedInput {
            name,
            spec: (moving.len() == 1).then(|| self.at[self.checked[moving[0]]].spec()),
            reverse: 0.0,
            forward: 0.0,
            modes: 0.0,
            allowed: self.tolerance,
            is_ok: true,
        };
        for turn in 0..self.options.directions {
            // Together, the inputs move along directions that none of them has moved along alone.
            let turn = if moving.len() > 1 { turn + self.options.directions } else { turn };
            let along: Vec<Vec<f64>> =
                (0..self.checked.len()).map(|n| self.direction(n, turn, moving.contains(&n))).collect();
            let reverse: f64 = self.gradients.iter().zip(&along).map(|(g, v)| dot(&g.to_f64(), v)).sum();
            let tangents =
                along.iter().zip(self.checked).map(|(v, &i)| Tensor::from_f64(self.at[i].spec(), v));
            let arguments = (self.at.to_vec(), self.upstreams.clone(), tangents.collect());
            let forward = self.tangent.run(arguments)?.to_f64()[0];
            let (steps, epsilon) = match self.is_single {
                false => (STEPS.0, f64::EPSILON),
                true => (STEPS.1, f64::from(f32::EPSILON)),
            };
            let mut size: f64 = 0.0;
            let change = |h: f64| {
                let change = self.change(&along, h)?;
                size = size.max(change.size);
                Ok(change)
            };
            let (difference, doubt) = derivative(change, steps, epsilon)?;
            line.count(&report::Turn {
                reverse,
                forward,
                difference,
                doubt,
                size,
                tolerance: self.tolerance,
            });
        }
        Ok(line)
    }

    /// Along which a checked input moves: in proportion to its numbers, so that no step leaves the domain of a logarithm.
    fn direction(&self, number: usize, turn: usize, moves: bool) -> Vec<f64> {
        let input = self.checked[number];
        let point = self.at[input].to_f64();
        if !moves {
            return vec![0.0; point.len()];
        }
        let seed = philox::fold(self.options.seed.cast_signed(), DIRECTIONS);
        let key = philox::fold(philox::fold(seed, input as i64), turn as i64);
        let scale: Vec<f64> = point.iter().map(|x| if *x == 0.0 { 1.0 } else { x.abs() }).collect();
        signed(key, &scale)
    }

    /// What becomes of `<u, f>` from `h` steps against the direction to `h` steps along it.
    fn change(&self, along: &[Vec<f64>], h: f64) -> Result<Change> {
        let moved = |h: f64| {
            let mut inputs = self.at.to_vec();
            for (&i, v) in self.checked.iter().zip(along) {
                let values: Vec<f64> = self.at[i].to_f64().iter().zip(v).map(|(x, v)| x + h * v).collect();
                inputs[i] = Tensor::from_f64(self.at[i].spec(), &values);
            }
            self.values.run(inputs)
        };
        let (above, below) = (moved(h)?, moved(-h)?);
        let mut change = Change { by: 0.0, size: 0.0 };
        let outputs = above.iter().zip(&below).zip(&self.upstreams);
        for ((above, below), up) in outputs {
            for ((a, b), u) in above.to_f64().into_iter().zip(below.to_f64()).zip(up.to_f64()) {
                // What does not move has no part in it, be it ever so large.
                if a != b {
                    change.by += u * (a - b);
                    change.size = change.size.hypot(u * a.abs().max(b.abs()));
                }
            }
        }
        Ok(change)
    }
}

/// `<u, f>` as one number of f64.
fn weighted(circuit: &Circuit, inputs: &[Wire], upstreams: &[Wire]) -> Wire {
    let outputs = inline(circuit, inputs).into_iter().zip(upstreams);
    let parts = outputs.map(|(output, &up)| (output.cast(DType::F64) * up).sum());
    parts.reduce(|a, b| a + b).unwrap_or_else(|| constant(0.0))
}

/// Whether anything in it, inner circuits included, is rounded to f32.
fn computes_in_f32(circuit: &Circuit) -> bool {
    let mut rest = vec![circuit];
    while let Some(circuit) = rest.pop() {
        if (0..circuit.len() as u32).any(|i| circuit.node(i).spec.dtype == DType::F32) {
            return true;
        }
        rest.extend(circuit.gates().flat_map(|(_, node)| node.attrs.circuits().map(|inner| &**inner)));
    }
    false
}

/// Numbers between a half and one in size, of either sign, times a scale: none so small that it hides a mistake.
fn signed(key: i64, scale: &[f64]) -> Vec<f64> {
    let draw = |(i, scale): (usize, &f64)| {
        let uniform = 2.0 * philox::uniform_f64(key, i as u64) - 1.0;
        scale * (0.5 + 0.5 * uniform.abs()).copysign(uniform)
    };
    scale.iter().enumerate().map(draw).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    // What does not move adds nothing, even where its gradient is infinite.
    a.iter().zip(b).filter(|(_, b)| **b != 0.0).map(|(a, b)| a * b).sum()
}
