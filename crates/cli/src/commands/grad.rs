//! `chainrule grad`: the output and the gradients, nothing else.

use crate::failure::Result;
use crate::json::Answer;
use crate::output;
use crate::problem::{Point, Upstream};

/// Print the value of a formula and its gradients
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Grad {
    #[command(flatten)]
    problem: Point,

    #[command(flatten)]
    upstream: Upstream,

    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule grad 'loss = mean((x @ w - y)^2)' 'x=[[1,2],[3,4]]' 'y=[1,0]' 'w=[0.5,-0.5]' --wrt w";

/// Runs it.
pub fn run(args: &Grad) -> Result<()> {
    let problem = args.problem.load()?;
    let flow = problem.flow(&args.upstream)?;
    let gradients = problem.gradients(&flow)?;
    let (name, wire, _) = problem.output();
    let value = &flow.wires[wire as usize].value;
    if args.json {
        let answer = Answer { name, output: value, gradients: &gradients, flow: None };
        return output::print(&answer.line());
    }
    let mut rows = vec![(problem.output_name().to_string(), value.to_string())];
    if !problem.started.is_empty() {
        rows.push(("drawn by --seed".to_string(), problem.started.join(", ")));
    }
    for (name, _, gradient) in &gradients {
        let gradient =
            gradient.as_ref().map_or_else(|| "none: no path leads there".into(), |g| g.to_string());
        rows.push((format!("d {} / d {name}", problem.output_name()), gradient));
    }
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let lines = rows.iter().map(|(label, value)| format!("{label:width$}  {value}\n"));
    output::print(&lines.collect::<String>())
}
