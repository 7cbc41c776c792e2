//! `chainrule evaluate`: how good a saved network is on data whose answers are known.

use crate::failure::Result;
use crate::given::network::{labelled, open};
use crate::output;
use crate::train::{metrics, report};
use std::path::PathBuf;

/// Measure a saved network on data whose answers are known
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Evaluate {
    /// The network, as `train --save` has written it
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// Data of the kind that it was trained on: a table, .npz, a folder of images, a text; or fashion-mnist
    #[arg(value_name = "DATA")]
    data: PathBuf,

    /// Print the numbers as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example:
  chainrule evaluate --model flowers.safetensors more_flowers.csv";

/// Runs it.
pub fn run(args: &Evaluate) -> Result<()> {
    let mut saved = open(&args.model)?;
    let data = labelled(&saved, &args.data)?;
    let evaluation = saved.network().evaluate(&*data)?;
    if args.json {
        return output::print(&format!("{}\n", metrics(&evaluation)));
    }
    output::print(&format!("{}\n{}", report::in_a_line(&evaluation), report::in_detail(&evaluation)))
}
