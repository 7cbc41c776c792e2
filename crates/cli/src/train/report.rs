//! What training has come to, as text.

use super::{Job, Network, Trained};
use chainrule_nn::metrics::mean_and_spread;
use chainrule_nn::optimiser::Rule;
use chainrule_nn::schedule::Schedule;
use chainrule_nn::split::Split;

/// Data, network and settings, before the training.
pub fn header(job: &Job, split: &Split) -> String {
    let (data, settings) = (&job.data, &job.settings);
    let (rows, learnt, held) = (data.rows(), split.train.rows(), split.test.rows());
    let network = match (job.widths(), &job.network) {
        (Some(widths), _) => {
            format!("layers {}", widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-"))
        }
        (None, Network::Formula(_, path)) => format!("formula {}", path.display()),
        (None, Network::Layers(_)) => String::new(),
    };
    let optimiser = match settings.optimiser.rule {
        Rule::Sgd => "sgd",
        Rule::Momentum { .. } => "momentum",
        Rule::Adam { .. } => "adam",
    };
    let schedule = match settings.schedule {
        Schedule::Constant => "constant",
        Schedule::Cosine => "cosine",
    };
    let shifts = if data.image.is_some() && settings.shifts { ", shifts" } else { "" };
    format!(
        "data     {}: {rows} examples, {} features, {} classes; {learnt} to learn from, {held} held out\n\
         network  {network}\n\
         training {optimiser}, rate {} ({schedule}), decay {}, {} epochs, batch {}{shifts}\n",
        job.name,
        data.width(),
        data.classes.len(),
        settings.rate,
        settings.optimiser.shrink,
        settings.epochs,
        settings.batch,
    )
}

/// What one training came to.
pub fn results(trained: &Trained) -> String {
    let Trained { evaluation, norms: (norms, examples), .. } = trained;
    let confusion = &evaluation.confusion;
    let right = (evaluation.accuracy() * confusion.total() as f64).round();
    let stopped = if trained.stopped { "stopped by Ctrl-C after" } else { "trained" };
    let mut text = format!(
        "{stopped} {} steps of {} weights in {:.1} s\n\n\
         held-out accuracy {:.2} % ({right} of {}), loss {:.4}\n\n\
         confusion: true class down, predicted across\n{}\n\n\
         gradient norm by layer, over {examples} examples\n",
        trained.steps,
        trained.weights,
        trained.seconds,
        100.0 * evaluation.accuracy(),
        confusion.total(),
        evaluation.loss,
        indented(&confusion.to_string()),
    );
    let layers = by_layer(norms);
    let width = layers.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, norm) in layers {
        text += &format!("  {name:width$}  {norm:.3e}\n");
    }
    text
}

/// One line a run, and what they come to together.
pub fn several(runs: &[(u64, Trained)]) -> String {
    let accuracies: Vec<f64> = runs.iter().map(|(_, run)| 100.0 * run.evaluation.accuracy()).collect();
    let (mean, spread) = mean_and_spread(&accuracies);
    let lowest = accuracies.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = accuracies.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let [from, to] = [runs.first(), runs.last()].map(|run| run.map_or(0, |(seed, _)| *seed));
    format!(
        "held-out accuracy over seeds {from} to {to}: mean {mean:.2} %, spread {spread:.2}, from {lowest:.2} to {highest:.2}\n"
    )
}

/// The line of one run among several.
pub fn line(seed: u64, trained: &Trained) -> String {
    let Trained { evaluation, seconds, .. } = trained;
    let accuracy = 100.0 * evaluation.accuracy();
    format!("seed {seed}: held-out accuracy {accuracy:.2} %, loss {:.4}, {seconds:.1} s\n", evaluation.loss)
}

/// The norm over all weights of a layer: those whose paths differ in the last part only.
fn by_layer(norms: &[(String, f64)]) -> Vec<(String, f64)> {
    let mut layers: Vec<(String, f64)> = Vec::new();
    for (name, norm) in norms {
        let layer = name.rsplit_once('.').map_or(name.as_str(), |(layer, _)| layer);
        match layers.last_mut() {
            Some((last, total)) if last == layer => *total = total.hypot(*norm),
            _ => layers.push((layer.to_string(), *norm)),
        }
    }
    layers
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_of_one_layer_are_put_together() {
        let norms = [("layers.0.weight", 3.0), ("layers.0.bias", 4.0), ("layers.1.weight", 1.0), ("W", 2.0)];
        let norms: Vec<(String, f64)> = norms.iter().map(|(n, v)| (n.to_string(), *v)).collect();
        let expected = [("layers.0", 5.0), ("layers.1", 1.0), ("W", 2.0)].map(|(n, v)| (n.to_string(), v));
        assert_eq!(by_layer(&norms), expected);
    }
}
