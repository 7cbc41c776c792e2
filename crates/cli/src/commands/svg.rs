//! `chainrule svg`: a formula at a point as a picture.

use crate::failure::Result;
use crate::output;
use crate::picture::{self, Drawing};
use crate::problem::{Point, Upstream};
use chainrule_explorer::svg::{self, Options};
use chainrule_nn::atomic;
use std::path::PathBuf;

/// Draw a formula with its values and gradients as an SVG picture
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Svg {
    #[command(flatten)]
    problem: Point,

    #[command(flatten)]
    upstream: Upstream,

    #[command(flatten)]
    look: Drawing,

    /// Write it to a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Colours: dark or light whatever the reader's system asks for
    #[arg(long, value_name = "THEME", default_value = "auto", value_parser = ["auto", "light", "dark"])]
    theme: String,

    /// Leave the legend out
    #[arg(long)]
    no_legend: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule svg 'sigmoid(w0*x0 + w1*x1 + w2)' w0=2 x0=-1 w1=-3 x1=-2 w2=-3 -o neuron.svg";

/// Runs it.
pub fn run(args: &Svg) -> Result<()> {
    let problem = args.problem.load()?;
    let flow = problem.flow(&args.upstream)?;
    let scene = picture::scene(&problem.built.circuit, Some(&flow), &args.look.view())?;
    let theme = picture::theme(&args.theme);
    let title = args.problem.title();
    let text = svg::picture(&scene, &Options { theme, title, bare: args.no_legend });
    match &args.output {
        None => output::print(&text),
        Some(path) => Ok(atomic::write(path, text.as_bytes())?),
    }
}
