//! Rules that say from a run what is wrong with a training. Each is a pure function of a [`History`] and [`Thresholds`], and
//! speaks up only where it has seen enough. `docs/runs.md` lists them.

mod gradients;
mod loss;
mod nonfinite;
mod units;
mod updates;

use crate::run::{Alert, History, Point, Series, number};
use serde::Serialize;
use std::fmt;

/// What the rules compare with. Every number can be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// Observed steps that a rule about gradients looks back on.
    pub logs: usize,
    /// The fewest observed steps that it needs.
    pub least_logs: usize,
    /// A layer's gradient vanishes below this part of the last layer's.
    pub vanishing: f64,
    /// Gradients explode above so many times their running median,
    pub exploding: f64,
    /// or if they rise so many observed steps running,
    pub rising: usize,
    /// by this factor in all.
    pub rise: f64,
    /// The share of dead units that is worth a look, that is serious, and that is critical,
    pub dead: [f64; 3],
    /// in all of so many observed steps,
    pub dead_logs: usize,
    /// where a unit has at least so many elements in a batch: of few, all may be 0 by chance.
    pub dead_elements: usize,
    /// The share of saturated elements that is worth a look, and that is serious.
    pub saturated: [f64; 2],
    /// The update of a weight beside the weight: between these it is fine.
    pub update: [f64; 2],
    /// Outside of these it is serious.
    pub update_far: [f64; 2],
    /// The loss falls if the last part of the run is this share below the first.
    pub fall: f64,
    /// Steps that a run needs before its loss is judged.
    pub loss_steps: usize,
}

impl Default for Thresholds {
    fn default() -> Thresholds {
        Thresholds {
            logs: 20,
            least_logs: 5,
            vanishing: 1e-4,
            exploding: 100.0,
            rising: 10,
            rise: 10.0,
            dead: [0.05, 0.2, 0.5],
            dead_logs: 5,
            dead_elements: 32,
            saturated: [0.2, 0.4],
            update: [1e-4, 1e-2],
            update_far: [1e-5, 1e-1],
            fall: 0.02,
            loss_steps: 20,
        }
    }
}

impl Thresholds {
    /// Every number by its name, to be read or changed.
    pub fn named(&mut self) -> [(&'static str, Threshold<'_>); 19] {
        use Threshold::{Count, Number};
        let [watch, serious, critical] = &mut self.dead;
        let [saturated_watch, saturated] = &mut self.saturated;
        let ([low, high], [far_low, far_high]) = (&mut self.update, &mut self.update_far);
        [
            ("logs", Count(&mut self.logs)),
            ("least_logs", Count(&mut self.least_logs)),
            ("vanishing", Number(&mut self.vanishing)),
            ("exploding", Number(&mut self.exploding)),
            ("rising", Count(&mut self.rising)),
            ("rise", Number(&mut self.rise)),
            ("dead_watch", Number(watch)),
            ("dead_serious", Number(serious)),
            ("dead_critical", Number(critical)),
            ("dead_logs", Count(&mut self.dead_logs)),
            ("dead_elements", Count(&mut self.dead_elements)),
            ("saturated_watch", Number(saturated_watch)),
            ("saturated", Number(saturated)),
            ("update_low", Number(low)),
            ("update_high", Number(high)),
            ("update_far_low", Number(far_low)),
            ("update_far_high", Number(far_high)),
            ("fall", Number(&mut self.fall)),
            ("loss_steps", Count(&mut self.loss_steps)),
        ]
    }
}

/// One of the numbers of [`Thresholds`].
#[derive(Debug)]
pub enum Threshold<'a> {
    /// A whole number.
    Count(&'a mut usize),
    /// Any number.
    Number(&'a mut f64),
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth a look: many sound networks do it too.
    Watch,
    /// Something is wrong.
    Serious,
    /// It can't go on like this.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Severity::Watch => "watch",
            Severity::Serious => "serious",
            Severity::Critical => "critical",
        })
    }
}

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rule {
    /// NaN or infinities.
    NonFinite,
    /// A gradient far smaller than that of the last layer, or of the last turn.
    Vanishing,
    /// Gradients that grow and grow.
    Exploding,
    /// A gradient that is 0 in every element.
    ZeroGradient,
    /// A parameter from which no path leads to the loss.
    Unused,
    /// Units that are 0 for every row.
    DeadUnits,
    /// Elements where a gate is flat.
    Saturation,
    /// Updates far too large or small for their weights.
    UpdateRatio,
    /// A loss that does not fall.
    Loss,
}

impl Rule {
    /// All of them.
    pub const ALL: [Rule; 9] = [
        Rule::NonFinite,
        Rule::Vanishing,
        Rule::Exploding,
        Rule::ZeroGradient,
        Rule::Unused,
        Rule::DeadUnits,
        Rule::Saturation,
        Rule::UpdateRatio,
        Rule::Loss,
    ];

    /// Its name in run files.
    pub fn name(self) -> &'static str {
        match self {
            Rule::NonFinite => "non_finite",
            Rule::Vanishing => "vanishing",
            Rule::Exploding => "exploding",
            Rule::ZeroGradient => "zero_gradient",
            Rule::Unused => "unused",
            Rule::DeadUnits => "dead_units",
            Rule::Saturation => "saturation",
            Rule::UpdateRatio => "update_ratio",
            Rule::Loss => "loss",
        }
    }

    /// What it says of a run.
    pub fn judge(self, history: &History, limits: &Thresholds) -> Vec<Verdict> {
        match self {
            Rule::NonFinite => nonfinite::judge(history),
            Rule::Vanishing => {
                let mut verdicts = gradients::vanishing(history, limits);
                verdicts.extend(gradients::vanishing_through_turns(history, limits));
                verdicts
            }
            Rule::Exploding => gradients::exploding(history, limits),
            Rule::ZeroGradient => gradients::zero(history, limits),
            Rule::Unused => gradients::unused(history),
            Rule::DeadUnits => units::dead(history, limits),
            Rule::Saturation => units::saturated(history, limits),
            Rule::UpdateRatio => updates::judge(history, limits),
            Rule::Loss => loss::judge(history, limits),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a rule says of a layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The rule.
    pub rule: Rule,
    /// The layer or parameter; empty for the whole network.
    pub at: String,
    /// The number.
    #[serde(serialize_with = "number::serialize")]
    pub value: f64,
    /// The threshold that it has passed.
    #[serde(serialize_with = "number::serialize")]
    pub threshold: f64,
    /// How bad it is.
    pub severity: Severity,
    /// Why, in one sentence.
    pub why: String,
    /// One thing to try.
    #[serde(rename = "try")]
    pub try_this: String,
}

impl Verdict {
    /// As a record of a step.
    pub fn alert(&self, s: u64) -> Alert {
        Alert { s, rule: self.rule.name().into(), at: self.at.clone(), x: self.value, thr: self.threshold }
    }
}

/// What all rules say of a run, the worst first, and within that in the order of the layers.
pub fn check(history: &History, thresholds: &Thresholds) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> =
        Rule::ALL.iter().flat_map(|rule| rule.judge(history, thresholds)).collect();
    verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.severity));
    verdicts
}

/// Whether nothing is wrong; what is only worth a look is not.
pub fn is_sound(verdicts: &[Verdict]) -> bool {
    verdicts.iter().all(|verdict| verdict.severity == Severity::Watch)
}

/// The last points that a rule looks at; empty if they are too few.
fn recent(points: &[Point], most: usize, least: usize) -> &[Point] {
    if points.len() < least.max(1) { &[] } else { &points[points.len().saturating_sub(most)..] }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.retain(|value| !value.is_nan());
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Whether a parameter is a matrix or more, not a bias or a scale.
fn is_weight(series: &Series) -> bool {
    series.watch.rank >= 2
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 10.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}
