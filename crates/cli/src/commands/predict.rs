//! `chainrule predict`: what a saved network makes of new data.

use crate::failure::{Result, argument};
use crate::given::network::{open, unlabelled};
use crate::output;
use crate::text::{Asked, samples};
use chainrule_nn::atomic;
use chainrule_nn::data::Goal;
use chainrule_nn::metrics::best;
use std::path::PathBuf;

/// Predict new data with a saved network, or let it write
#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub struct Predict {
    /// The network, as `train --save` has written it
    #[arg(long, value_name = "FILE")]
    model: PathBuf,

    /// A table with the columns of then, .npy or .npz with features, or images
    #[arg(value_name = "DATA")]
    data: Vec<PathBuf>,

    /// Of classes, the share of each
    #[arg(long)]
    all: bool,

    /// Write the predictions to a CSV file instead of printing them
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Of a network that reads text: write so many characters, or lines
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    sample: usize,

    /// What they begin with
    #[arg(long, value_name = "TEXT", default_value = "", requires = "sample")]
    prompt: String,

    /// How boldly they are drawn
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    temperature: f64,

    /// Decides what is drawn
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
}

const EXAMPLE: &str = "\
Example:
  chainrule predict --model flowers.safetensors new.csv
  chainrule predict --model shakespeare.safetensors --sample 500 --prompt ROMEO:";

/// Runs it.
pub fn run(args: &Predict) -> Result<()> {
    let mut saved = open(&args.model)?;
    if args.sample > 0 {
        let asked = Asked {
            count: args.sample,
            temperature: args.temperature,
            prompt: &args.prompt,
            seed: args.seed,
        };
        let about = saved.about.clone();
        let texts = samples(&about, &mut saved.network(), &asked)?;
        return output::print(&format!("{}\n", texts.join("\n")));
    }
    let given = unlabelled(&saved, &args.data)?;
    let goal = saved.about.interface.goal.clone();
    let mut table = csv::Writer::from_writer(Vec::new());
    let failed = |why: csv::Error| argument("DATA", format!("can't be written as CSV: {why}"), "");
    table.write_record(header(&goal, args.all)).map_err(failed)?;
    let width = goal.names().len().max(1);
    saved.network().predict(&given.examples, &mut |rows, numbers, _| {
        for (row, numbers) in rows.iter().zip(numbers.chunks_exact(width)) {
            let cells = std::iter::once(given.names[*row].clone()).chain(cells(&goal, numbers, args.all));
            table.write_record(cells).map_err(failed)?;
        }
        Ok(())
    })?;
    let text = table.into_inner().map_err(|why| failed(why.into_error().into()))?;
    match &args.save {
        Some(path) => Ok(atomic::write(path, &text)?),
        None => output::print(&String::from_utf8_lossy(&text)),
    }
}

fn header(goal: &Goal, all: bool) -> Vec<String> {
    let mut header = vec!["row".to_string()];
    if let Goal::Numbers(names) = goal {
        header.extend(names.iter().cloned());
        return header;
    }
    header.extend(["prediction", "share"].map(String::from));
    if all {
        header.extend(goal.names().iter().cloned());
    }
    header
}

/// A row of predictions: numbers as they are; of logits the largest one's class, and its share by the softmax.
fn cells(goal: &Goal, numbers: &[f32], all: bool) -> Vec<String> {
    if let Goal::Numbers(_) = goal {
        return numbers.iter().map(f32::to_string).collect();
    }
    let largest = f64::from(numbers.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let powers: Vec<f64> = numbers.iter().map(|&logit| (f64::from(logit) - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    let shares: Vec<String> = powers.iter().map(|power| format!("{:.6}", power / sum)).collect();
    let class = best(numbers);
    let mut cells = vec![goal.names()[class].clone(), shares[class].clone()];
    if all {
        cells.extend(shares);
    }
    cells
}
