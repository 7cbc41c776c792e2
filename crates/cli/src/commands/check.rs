//! `chainrule check`: are the gradients of a formula right?

use crate::failure::{Failure, Result, argument};
use crate::output;
use crate::problem::{Point, Problem};
use chainrule::{CheckOptions, CheckedInput, Program};

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

/// Runs it.
pub fn run(args: &Check) -> Result<()> {
    let problem = args.problem.load()?;
    let options = CheckOptions {
        seed: args.problem.seed(),
        tolerance: args.tolerance,
        only: Some(positions(&problem)?).filter(|inputs| !inputs.is_empty()),
        ..CheckOptions::default()
    };
    let program = Program::from_circuit(problem.built.circuit.clone());
    let report = program.check_gradient(&problem.values, &options)?;
    // All inputs at once tell something new only where each of them alone is right.
    let together = report.together.iter().filter(|line| !line.is_ok && report.inputs.iter().all(|i| i.is_ok));
    let names = problem.wanted.iter().map(|(name, _)| name.as_str()).chain(["together"]);
    let lines: Vec<(&str, &CheckedInput)> = names.zip(report.inputs.iter().chain(together)).collect();
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = format!(
        "gradient of {} against differences along {} random directions: relative errors\n",
        problem.output_name(),
        report.directions
    );
    for (name, line) in &lines {
        let verdict = if line.is_ok { "ok  " } else { "FAIL" };
        let (reverse, forward) = (shown(line.reverse), shown(line.forward));
        text += &format!("  {name:width$}  {verdict}  reverse {reverse:<7}  forward {forward}\n");
    }
    let failed: Vec<&str> = lines.iter().filter(|(_, line)| !line.is_ok).map(|(name, _)| *name).collect();
    let (count, tolerance) = (lines.len(), report.tolerance);
    text += &match failed.len() {
        0 => format!("{count} of {count} within {tolerance:e}\n"),
        n => format!(
            "{} of {count} within {tolerance:e}; not {}. At a kink or jump differences say nothing: try a point beside it.\n",
            count - n,
            failed.join(", ")
        ),
    };
    output::print(&text)?;
    if report.is_ok() { Ok(()) } else { Err(Failure::no()) }
}

fn shown(error: f64) -> String {
    if error.is_finite() && error > 0.0 { format!("{error:.1e}") } else { error.to_string() }
}

/// Which inputs are checked, in the order in which they were asked for.
fn positions(problem: &Problem) -> Result<Vec<usize>> {
    let inputs = &problem.built.circuit.inputs;
    let (mut positions, mut failures) = (Vec::new(), Vec::new());
    for (name, wire) in &problem.wanted {
        match inputs.iter().position(|input| input == wire) {
            Some(position) => positions.push(position),
            None => {
                let what = format!("{name} is computed, so that it cannot be moved");
                failures.push(argument("--wrt", what, "name inputs or parameters").into());
            }
        }
    }
    Failure::from_all(failures).map_or(Ok(positions), Err)
}
