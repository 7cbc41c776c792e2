//! `chainrule html`: a formula at a point as a page that needs nothing else.

use crate::failure::Result;
use crate::output;
use crate::picture::{self, Drawing};
use crate::problem::{Point, Upstream};
use chainrule_explorer::html;
use chainrule_explorer::svg::Options;
use chainrule_nn::atomic;
use std::path::PathBuf;

/// Write a page that shows a formula step by step, with stages to open, and that works offline
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Html {
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
}

const EXAMPLE: &str = "\
Example:
  chainrule html 'sigmoid(w0*x0 + w1*x1 + w2)' w0=2 x0=-1 w1=-3 x1=-2 w2=-3 -o neuron.html";

/// Runs it.
pub fn run(args: &Html) -> Result<()> {
    let problem = args.problem.load()?;
    let flow = problem.flow(&args.upstream)?;
    let circuit = &problem.built.circuit;
    let options = Options { theme: picture::theme(&args.theme), title: args.problem.title(), bare: false };
    let page = html::page(circuit, &flow, &args.look.view(), &options);
    let text = page.map_err(|refused| picture::why(circuit, refused))?;
    match &args.output {
        None => output::print(&text),
        Some(path) => Ok(atomic::write(path, text.as_bytes())?),
    }
}
