//! What training has come to, as text.

use super::{Job, Trained};
use crate::failure::Result;
use chainrule_nn::data::Examples;
use chainrule_nn::metrics::mean_and_spread;
use chainrule_nn::optimiser::Clip;
use chainrule_nn::split::Split;
use chainrule_nn::trainer::Length;

/// Data, network and settings, before the training.
///
/// # Errors
/// Those of [`Job::network`].
pub fn header(job: &Job, split: &Split) -> Result<String> {
    let (data, settings) = (&job.data, &job.settings);
    let (learnt, held): (usize, usize) = (split.train.rows(), split.test.rows());
    let rows = learnt + held;
    let optimiser = &settings.optimiser;
    let clip = match optimiser.clip {
        Clip::None => String::new(),
        Clip::Norm(most) | Clip::Value(most) => format!(", gradients clipped at {most}"),
    };
    let average = optimiser.average.map_or(String::new(), |keep| format!(", mean of weights {keep}"));
    let epochs = if let Length::Epochs(epochs) = settings.length { epochs } else { 0 };
    let shifts = if data.image().is_some() && settings.shifts { ", shifts" } else { "" };
    Ok(format!(
        "data     {}: {rows} examples, {} features, {} classes; {learnt} to learn from, {held} held out\n\
         network  {}\n\
         training {}, rate {} ({}), decay {}{clip}{average}, {} epochs, batch {}{shifts}\n",
        job.name,
        job.width(),
        job.classes(),
        job.network()?,
        optimiser.rule.name(),
        settings.rate,
        settings.schedule.name(),
        optimiser.shrink,
        epochs,
        settings.batch,
    ))
}

/// What one training came to.
pub fn results(trained: &Trained) -> String {
    let Trained { evaluation, norms: (norms, examples), .. } = trained;
    let Some(confusion) = evaluation.confusion() else { return String::new() };
    let accuracy = confusion.accuracy();
    let right = (accuracy * confusion.total() as f64).round();
    let stopped = if trained.stopped { "stopped by Ctrl-C after" } else { "trained" };
    let mut text = format!(
        "{stopped} {} steps of {} weights in {:.1} s\n\n\
         held-out accuracy {:.2} % ({right} of {}), loss {:.4}\n\n\
         confusion: true class down, predicted across\n{}\n\n\
         gradient norm by layer, over {examples} examples\n",
        trained.steps,
        trained.weights,
        trained.seconds,
        100.0 * accuracy,
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
    let accuracies: Vec<f64> =
        runs.iter().map(|(_, run)| 100.0 * run.evaluation.accuracy().unwrap_or(f64::NAN)).collect();
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
    let accuracy = 100.0 * evaluation.accuracy().unwrap_or(f64::NAN);
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
