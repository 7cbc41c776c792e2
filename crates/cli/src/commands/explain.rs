//! `chainrule explain`: how values and gradients flow through a formula.

use super::step;
use crate::failure::Result;
use crate::json::Answer;
use crate::picture::{self, Look};
use crate::problem::{Gradients, Point, Problem, Upstream};
use crate::{draw, output};
use chainrule::{Flow, Tensor};

/// Show how values flow forward and gradients flow back through a formula, gate by gate
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Explain {
    #[command(flatten)]
    problem: Point,

    #[command(flatten)]
    upstream: Upstream,

    /// Go through both passes gate by gate; on a terminal, Enter by Enter
    #[arg(long, conflicts_with = "json")]
    step: bool,

    #[command(flatten)]
    look: Look,

    /// Print everything as JSON, numbers in full
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule explain '(x + y) * z' x=-2 y=5 z=-4";

/// Runs it.
pub fn run(args: &Explain) -> Result<()> {
    let problem = args.problem.load()?;
    let flow = problem.flow(&args.upstream)?;
    let gradients = problem.gradients(&flow)?;
    if args.step {
        return step::run(&picture::scene(&problem.built.circuit, Some(&flow), &args.look.view())?);
    }
    let (name, wire, _) = problem.output();
    let value = &flow.wires[wire as usize].value;
    if args.json {
        let answer = Answer { name, output: value, gradients: &gradients, flow: Some(&flow) };
        return output::print(&answer.line());
    }
    output::print(&text(&problem, &flow, value, &gradients))
}

fn text(problem: &Problem, flow: &Flow, value: &Tensor, gradients: &Gradients) -> String {
    let name = problem.output_name();
    let mut text = format!("{name} = {value:.6}\n");
    if !problem.started.is_empty() {
        text += &format!("drawn by --seed: {}\n", problem.started.join(", "));
    }
    if let Some(drawing) = draw::draw(&problem.built.circuit, flow, output::columns()) {
        let dots =
            if drawing.contains('●') { "; at a ● the gradients of the branches add up" } else { "" };
        text += &format!("\n{drawing}\nabove each wire its value, below it its gradient{dots}\n");
    }
    text += &format!("\n{flow}\ngradient of {name}\n");
    let width = gradients.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0);
    for (name, _, gradient) in gradients {
        let gradient =
            gradient.as_ref().map_or_else(|| "none: no path leads there".into(), |g| format!("{g:.6}"));
        text += &format!("  {name:width$}  {gradient}\n");
    }
    text
}
