//! What training has come to, as text.

use super::job::{Job, Parts, Trained};
use super::metrics;
use chainrule_nn::data::{Examples, Goal};
use chainrule_nn::metrics::{Evaluation, Measured, mean_and_spread};
use chainrule_nn::optimiser::{Clip, Group, Rule};
use chainrule_nn::trainer::{End, Length};
use serde_json::json;

/// Up to how many classes are shown in a table of their own.
const SHOWN: usize = 30;

/// Data, network and settings, before the training.
pub fn header(job: &Job<'_>, parts: &Parts, network: &str) -> String {
    let Parts { train, validation, test } = parts;
    let network = match &job.origin {
        Some(path) => format!("formula {}", path.display()),
        None => network.to_string(),
    };
    format!(
        "data     {}: {}\nnetwork  {network}\ntraining {}\n",
        job.material.name,
        examples(train, validation.as_ref().map(Examples::rows), test.rows()),
        training(job, train),
    )
}

fn examples(train: &dyn Examples, validation: Option<usize>, held: usize) -> String {
    let width = train.inputs().shape.elements();
    let goal = train.goal();
    let count = goal.names().len();
    let what = match &goal {
        Goal::Classes(_) if train.inputs().dtype.is_float() => format!("{width} features, {count} classes"),
        Goal::Classes(_) => format!("the next of {count} characters after {width}"),
        Goal::Tokens(_) => format!("{width} characters of {count}"),
        Goal::Numbers(names) => format!("{width} features; {}", names.join(", ")),
    };
    let tried = validation.map_or(String::new(), |rows| format!("{rows} to try on, "));
    let rows = train.rows();
    // Where what is tried on is held out as well, it counts once.
    let all = rows + held + validation.filter(|&tried| tried != held).unwrap_or(0);
    format!("{all} examples, {what}; {rows} to learn from, {tried}{held} held out")
}

fn training(job: &Job<'_>, train: &dyn Examples) -> String {
    let settings = &job.settings;
    let optimiser = &settings.optimiser;
    let clip = match optimiser.clip {
        Clip::None => String::new(),
        Clip::Norm(most) => format!(", gradients clipped at {most}"),
        Clip::Value(most) => format!(", each number of a gradient clipped at {most}"),
    };
    let groups: String = optimiser.groups.iter().map(group).collect();
    let average = optimiser.average.map_or(String::new(), |keep| format!(", mean of weights {keep}"));
    let shifts = if train.image().is_some() && settings.shifts { ", shifts" } else { "" };
    let length = match settings.length {
        Length::Epochs(epochs) => format!("{epochs} epochs"),
        Length::Steps(steps) => format!("{steps} steps"),
    };
    let parts = if settings.parts > 1 { format!(" in {} parts", settings.parts) } else { String::new() };
    format!(
        "{}{}, rate {} ({}), decay {}{groups}{clip}{average}, {length}, batch {}{parts}{shifts}",
        optimiser.rule.name(),
        numbers(optimiser.rule),
        settings.rate,
        settings.schedule.name(),
        optimiser.shrink,
        settings.batch.min(train.rows()),
    )
}

/// The numbers of a rule that are not the usual ones.
fn numbers(rule: Rule) -> String {
    let (Rule::Momentum { decay } | Rule::Nesterov { decay } | Rule::Muon { decay, .. }) = rule else {
        return String::new();
    };
    if [Rule::MOMENTUM, Rule::NESTEROV, Rule::MUON].contains(&rule) {
        return String::new();
    }
    match rule {
        Rule::Muon { iterations, is_ahead, .. } => {
            let ahead = if is_ahead { "" } else { ", not ahead" };
            format!(" (momentum {decay}, {iterations} iterations{ahead})")
        }
        _ => format!(" (momentum {decay})"),
    }
}

fn group(group: &Group) -> String {
    let decay = group.shrink.map_or(String::new(), |shrink| format!(" decay {shrink}"));
    let pace = if group.pace == 1.0 { String::new() } else { format!(" {} times the rate", group.pace) };
    format!(", {}{decay}{pace}", group.part)
}

/// What one training came to.
pub fn results(trained: &Trained) -> String {
    let Trained { evaluation, norms: (norms, examples), .. } = trained;
    let (verb, why) = match trained.end {
        End::Stopped => ("stopped by Ctrl-C after", ""),
        End::Done => ("trained", ""),
        End::Patience => ("trained", ", until it got no better"),
    };
    let mut text = format!(
        "{verb} {} steps of {} weights in {:.1} s{why}\n",
        trained.steps, trained.weights, trained.seconds,
    );
    if let Some(share) = trained.observing {
        text += &format!("observing took {:.1} % of the time\n", 100.0 * share);
    }
    if let Some(step) = trained.best.filter(|&step| step != trained.steps) {
        text += &format!("kept are the weights after step {step}, the best of all validations\n");
    }
    if let Some(learnt) = &trained.learnt {
        text += &format!("\nof what it has learnt: {}\n", in_a_line(learnt));
    }
    text += &format!("\nheld-out {}\n", in_a_line(evaluation));
    text += &in_detail(evaluation);
    text += &format!("\ngradient norm by layer, over {examples} examples\n");
    let layers = by_layer(norms);
    let width = layers.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, norm) in layers {
        text += &format!("  {name:width$}  {norm:.3e}\n");
    }
    if !trained.samples.is_empty() {
        text += &format!("\nmade up by the network:\n\n{}\n", trained.samples.join("\n"));
    }
    text
}

/// What was measured, in a line.
pub fn in_a_line(evaluation: &Evaluation) -> String {
    let loss = evaluation.loss;
    match &evaluation.measured {
        Measured::Classes(confusion, top) => {
            let accuracy = confusion.accuracy();
            let right = (accuracy * confusion.total() as f64).round();
            let top = top.map_or(String::new(), |top| format!(", in the top five {:.2} %", 100.0 * top));
            format!(
                "accuracy {:.2} % ({right} of {}), loss {loss:.4}, F1 {:.4}{top}",
                100.0 * accuracy,
                confusion.total(),
                confusion.f1().1,
            )
        }
        Measured::Tokens(accuracy) => format!(
            "loss {loss:.4} over {} characters, perplexity {:.3}, accuracy {:.2} %",
            evaluation.count,
            loss.exp(),
            100.0 * accuracy,
        ),
        Measured::Numbers(errors) => {
            let mean = |f: fn(&chainrule_nn::metrics::Errors) -> f64| {
                errors.iter().map(|(_, e)| f(e)).sum::<f64>() / errors.len().max(1) as f64
            };
            let (absolute, explained) = (mean(|e| e.absolute), mean(|e| e.explained));
            let root = loss.sqrt();
            format!(
                "mean absolute error {absolute:.4}, root mean square {root:.4}, variance explained {explained:.4}"
            )
        }
    }
}

/// Classes or numbers one by one.
pub fn in_detail(evaluation: &Evaluation) -> String {
    match &evaluation.measured {
        Measured::Classes(confusion, _) if confusion.classes().len() <= SHOWN => {
            let table = indented(&confusion.to_string());
            format!("\nconfusion: true class down, predicted across\n{table}\n")
        }
        Measured::Numbers(errors) if errors.len() > 1 => {
            let width = errors.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            let line = |(name, e): &(String, chainrule_nn::metrics::Errors)| {
                format!(
                    "  {name:width$}  mean absolute error {:.4}, variance explained {:.4}\n",
                    e.absolute, e.explained
                )
            };
            format!("\n{}", errors.iter().map(line).collect::<String>())
        }
        _ => String::new(),
    }
}

/// The same as a line of JSON.
pub fn results_json(trained: &Trained) -> String {
    let end = match trained.end {
        End::Done => "done",
        End::Stopped => "stopped",
        End::Patience => "patience",
    };
    let told = json!({
        "event": "end",
        "why": end,
        "steps": trained.steps,
        "best": trained.best,
        "weights": trained.weights,
        "seconds": trained.seconds,
        "metrics": metrics(&trained.evaluation),
        "samples": trained.samples,
    });
    format!("{told}\n")
}

/// What several runs come to together.
pub fn several(runs: &[(u64, Trained)]) -> String {
    let percent = |run: &Trained| run.evaluation.accuracy().map(|share| 100.0 * share);
    let accuracies: Option<Vec<f64>> = runs.iter().map(|(_, run)| percent(run)).collect();
    let (name, unit, values) = match accuracies {
        Some(accuracies) => ("accuracy", " %", accuracies),
        None => ("loss", "", runs.iter().map(|(_, run)| run.evaluation.loss).collect()),
    };
    let (mean, spread) = mean_and_spread(&values);
    let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
    let highest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let [from, to] = [runs.first(), runs.last()].map(|run| run.map_or(0, |(seed, _)| *seed));
    format!(
        "held-out {name} over seeds {from} to {to}: mean {mean:.2}{unit}, spread {spread:.2}, from {lowest:.2} to {highest:.2}\n"
    )
}

/// The line of one run among several.
pub fn line(seed: u64, trained: &Trained) -> String {
    format!("seed {seed}: held-out {}, {:.1} s\n", in_a_line(&trained.evaluation), trained.seconds)
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
