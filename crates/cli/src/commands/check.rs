//! `chainrule check`: are the gradients of a formula right?

use crate::failure::Result;
use crate::problem::Point;

/// Compare the gradients of a formula with differences of its values, in both modes
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Check {
    #[command(flatten)]
    problem: Point,
}

const EXAMPLE: &str = "\
Example:
  chainrule check 'x * exp(-x * y)' x=0.5 y=2";

/// Runs it.
pub fn run(args: &Check) -> Result<()> {
    let _problem = args.problem.load()?;
    Ok(())
}
