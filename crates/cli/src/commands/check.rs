//! `chainrule check`: are the gradients of a formula right?

use crate::differences::derivative;
use crate::failure::{Failure, Result};
use crate::output;
use crate::problem::{Point, Problem};
use chainrule::formula::{Env, Formula};
use chainrule::{DType, Function, Spec, Tensor, Wire, jvp, trace};

/// Compare the gradients of a formula with differences of its values, in both modes
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Check {
    #[command(flatten)]
    problem: Point,

    /// The largest relative error allowed [default: 1e-6, and 1e-2 where f32 is involved]
    #[arg(long, value_name = "NUMBER")]
    tolerance: Option<f64>,
}

const EXAMPLE: &str = "\
Example:
  chainrule check 'x * exp(-x * y)' x=0.5 y=2";

/// Directions tried for each input.
const DIRECTIONS: u64 = 3;

/// Runs it.
pub fn run(args: &Check) -> Result<()> {
    let problem = args.problem.load()?;
    let checker = Checker::new(&problem, args.problem.seed())?;
    let exact = checker.specs.iter().all(|s| s.dtype != DType::F32);
    let tolerance = args.tolerance.unwrap_or(if exact { 1e-6 } else { 1e-2 });
    let (mut lines, mut failed) = (Vec::new(), Vec::new());
    let width = problem.wanted.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (number, (name, _)) in problem.wanted.iter().enumerate() {
        let errors = checker.errors(number, tolerance)?;
        let verdict = if errors.pass { "ok  " } else { "FAIL" };
        let (reverse, forward) = (shown(errors.reverse), shown(errors.forward));
        lines.push(format!("  {name:width$}  {verdict}  reverse {reverse:<7}  forward {forward}\n"));
        if !errors.pass {
            failed.push(name.as_str());
        }
    }
    let count = problem.wanted.len();
    let of = problem.output_name();
    let mut text = format!(
        "gradient of {of} against differences along {DIRECTIONS} random directions: relative errors\n{}",
        lines.concat()
    );
    text += &match failed.len() {
        0 => format!("{count} of {count} within {tolerance:e}\n"),
        n => format!(
            "{} of {count} within {tolerance:e}; not {}. At a kink or jump differences say nothing: try a point beside it.\n",
            count - n,
            failed.join(", ")
        ),
    };
    output::print(&text)?;
    if failed.is_empty() { Ok(()) } else { Err(Failure::no()) }
}

fn shown(error: f64) -> String {
    if error.is_finite() && error > 0.0 { format!("{error:.1e}") } else { error.to_string() }
}

/// How far both modes are from the differences, at worst.
struct Errors {
    reverse: f64,
    forward: f64,
    pass: bool,
}

type Values = Function<(Vec<Wire>, Wire), Wire>;
type Derivatives = Function<(Vec<Wire>, Wire, Vec<Wire>), (Vec<Wire>, Wire)>;

/// The output times a random upstream, as a function of the inputs: its value, its gradient and its tangent.
struct Checker<'p> {
    problem: &'p Problem,
    /// Positions among the inputs of those that are checked.
    checked: Vec<usize>,
    specs: Vec<Spec>,
    upstream: Tensor,
    values: Values,
    derivatives: Derivatives,
    seed: u64,
}

impl<'p> Checker<'p> {
    fn new(problem: &'p Problem, seed: u64) -> Result<Checker<'p>> {
        let inputs = &problem.built.circuit.inputs;
        let position = |wire: &u32| inputs.iter().position(|i| i == wire);
        let checked: Vec<usize> = problem.wanted.iter().filter_map(|(_, wire)| position(wire)).collect();
        let all = problem.built.circuit.specs(inputs);
        let (_, _, output) = problem.output();
        let wanted: Vec<Spec> = checked.iter().map(|&i| all[i]).collect();
        let through = |x: &[Wire], up: Wire| (record(problem, x) * up).sum();
        let values = trace(|x: Vec<Wire>, up: Wire| through(&x, up), &(all.clone(), output))?.compile();
        let derivatives = trace(
            |x: Vec<Wire>, up: Wire, along: Vec<Wire>| {
                let value = through(&x, up);
                let at: Vec<Wire> = checked.iter().map(|&i| x[i]).collect();
                (value.gradient_or_zero(&at), jvp(&value, &at, &along))
            },
            &(all.clone(), output, wanted.clone()),
        )?
        .compile();
        let mut random = Random::new(seed, u64::MAX);
        let upstream = random.direction(output, &vec![1.0; output.shape.elements()]);
        let specs = wanted.into_iter().chain([output]).collect();
        Ok(Checker { problem, checked, specs, upstream, values, derivatives, seed })
    }

    fn value(&self, input: usize, at: &Tensor) -> Result<f64> {
        let mut inputs = self.problem.values.clone();
        inputs[input] = at.clone();
        Ok(self.values.run((inputs, self.upstream.clone()))?.to_f64()[0])
    }

    /// The errors for one of the wanted inputs.
    fn errors(&self, number: usize, tolerance: f64) -> Result<Errors> {
        let mut worst = Errors { reverse: 0.0, forward: 0.0, pass: true };
        let input = self.checked[number];
        let at = &self.problem.values[input];
        let point = at.to_f64();
        // Steps in proportion to the numbers, so that none leaves the domain of a logarithm.
        let scale: Vec<f64> = point.iter().map(|x| if *x == 0.0 { 1.0 } else { x.abs() }).collect();
        let value = self.value(input, at)?.abs();
        for turn in 0..DIRECTIONS {
            let mut random = Random::new(self.seed, number as u64 * DIRECTIONS + turn);
            let direction = random.direction(at.spec(), &scale);
            let along = direction.to_f64();
            let mut alongs: Vec<Tensor> =
                self.checked.iter().map(|&i| Tensor::zeros(self.problem.values[i].spec())).collect();
            alongs[number] = direction;
            let arguments = (self.problem.values.clone(), self.upstream.clone(), alongs);
            let (gradients, tangent) = self.derivatives.run(arguments)?;
            let reverse: f64 = gradients[number].to_f64().iter().zip(&along).map(|(g, t)| g * t).sum();
            let forward = tangent.to_f64()[0];
            let step = |h: f64| {
                let moved: Vec<f64> = point.iter().zip(&along).map(|(x, t)| x + h * t).collect();
                self.value(input, &Tensor::from_f64(at.spec(), &moved))
            };
            let single = self.specs.iter().any(|s| s.dtype == DType::F32);
            let (steps, epsilon) = if single { (4, f64::from(f32::EPSILON)) } else { (12, f64::EPSILON) };
            let (difference, doubt) = derivative(step, steps, epsilon)?;
            // Where the function is stationary, what is left of the value's own size is no error.
            let sizes = [reverse.abs(), forward.abs(), difference.abs(), 1e-6 * value, f64::MIN_POSITIVE];
            let size = sizes.into_iter().fold(0.0, f64::max);
            let error =
                |found: f64| if found == difference { 0.0 } else { (found - difference).abs() / size };
            let allowed = tolerance.max((4.0 * doubt / size).min(1e-2));
            worst.pass &= error(reverse) <= allowed && error(forward) <= allowed;
            worst.reverse = larger(worst.reverse, error(reverse));
            worst.forward = larger(worst.forward, error(forward));
        }
        Ok(worst)
    }
}

/// NaN is worst of all.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// Records the formula once more, and gives the output that was asked for.
fn record(problem: &Problem, inputs: &[Wire]) -> Wire {
    let formula: &Formula = &problem.formula;
    let names = problem.built.inputs.iter().map(|i| i.name.clone());
    let values = names.zip(inputs.iter().copied()).collect();
    let env = Env { dtype: problem.dtype, values, dims: problem.built.dims.clone() };
    let recorded = formula.record(&env);
    match &problem.of {
        Some(name) => recorded.get(name).or(env.values.get(name).copied()).unwrap_or(recorded.output),
        None => recorded.output,
    }
}

/// Random directions by seed (splitmix64; Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    fn new(seed: u64, number: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number.wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Numbers between a half and one in size, of either sign, times a scale: none so small that it hides a mistake.
    fn direction(&mut self, spec: Spec, scale: &[f64]) -> Tensor {
        let mut draw = |scale: &f64| {
            let size = 0.5 + 0.5 * self.uniform();
            if self.uniform() < 0.5 { -size * scale } else { size * scale }
        };
        let values: Vec<f64> = scale.iter().map(&mut draw).collect();
        Tensor::from_f64(spec, &values)
    }
}
