//! `chainrule summary`: a network module by module.

use super::train::Train;
use crate::failure::Result;
use crate::given::network::open;
use crate::output;
use chainrule_nn::architecture::summarised;
use chainrule_nn::summary::Summary;

/// Show a network module by module: outputs, parameters, operations and memory
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct SummaryArgs {
    #[command(flatten)]
    train: Train,

    /// Print data
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
It takes the options of `train` and shows what would be trained, or what --model FILE.safetensors holds.

Example:
  chainrule summary digits --channels 32,64 --layers 128
  chainrule summary --model digits.safetensors";

/// Runs it.
pub fn run(args: &SummaryArgs) -> Result<()> {
    let summary = match args.train.saved_network() {
        Some(path) => {
            let saved = open(path)?;
            summarised(saved.model(), &saved.about.interface, args.train.batch_or(1))?
        }
        None => args.train.summary()?,
    };
    output::print(&shown(&summary, args.json))
}

fn shown(summary: &Summary, json: bool) -> String {
    if json { format!("{}\n", summary.json()) } else { summary.to_string() }
}
