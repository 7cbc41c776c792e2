//! `chainrule plan`: what runs when a formula runs, and what each step costs.

use crate::failure::{Result, argument};
use crate::json::Plan as Json;
use crate::output;
use crate::problem::{Point, Problem};
use chainrule::prelude::*;
use chainrule::{Machine, Program};

/// Show the plan of a formula: what is done in which step, its operations, its bytes, the least time
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Plan {
    #[command(flatten)]
    problem: Point,

    /// Plan the gradients too, those of --wrt or of all inputs
    #[arg(long)]
    gradient: bool,

    /// Run it so many times, and show beside the least time of each step the time that it took
    #[arg(long, value_name = "CALLS", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    time: Option<u32>,

    /// Say nothing of times, which are this machine's: what is printed is the same everywhere
    #[arg(long, conflicts_with = "time")]
    no_bounds: bool,

    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule plan 'sum(tanh(x @ w))' x=[[1,2],[3,4]] w=[[1],[2]] --gradient";

/// Runs it.
pub fn run(args: &Plan) -> Result<()> {
    let problem = args.problem.load()?;
    let mut program = Program::from_circuit(problem.built.circuit.clone());
    if args.gradient {
        program = with_gradients(&problem, &program)?;
    }
    let function = program.compile();
    let report = match args.time {
        Some(calls) => function.profile(&problem.values, calls as usize)?,
        None => function.report((!args.no_bounds).then(Machine::measured)),
    };
    let text = if args.json { Json(&report).line() } else { report.to_string() };
    output::print(&text)
}

/// The output and its gradients.
fn with_gradients(
    problem: &Problem,
    program: &Program<Vec<Wire>, Vec<Wire>>,
) -> Result<Program<Vec<Wire>, Vec<Wire>>> {
    let (_, _, spec) = problem.output();
    if !spec.dtype.is_float() || spec.shape.elements() != 1 {
        let what = format!("{} is {spec}, and gradients are those of one float", problem.output_name());
        return Err(argument("--gradient", what, "name another output with --of, or take its sum").into());
    }
    let inputs = &problem.built.circuit.inputs;
    let mut wanted = Vec::new();
    for (name, wire) in &problem.wanted {
        let what = || format!("{name} is computed");
        let position = inputs.iter().position(|input| input == wire);
        wanted.push(position.ok_or_else(|| argument("--wrt", what(), "name inputs or parameters"))?);
    }
    let specs: Vec<Spec> = inputs.iter().map(|&input| problem.built.circuit.node(input).spec).collect();
    let both = |inputs: Vec<Wire>| {
        let output = program.apply(inputs.clone())[0];
        let at: Vec<Wire> = wanted.iter().map(|&i| inputs[i]).collect();
        [vec![output], output.reshape(&[]).gradient(&at)].concat()
    };
    let traced = trace(both, &(specs,))?;
    Ok(Program::from_circuit(traced.circuit().clone()))
}
