//! What the rules look at: the run without its histograms. Grows record by record, while a network is trained or when a
//! file is read.

use super::{Birth, End, Field, Head, Record, Role, Step, Sum, Watch, limits};
use std::collections::BTreeMap;

/// A summary without its histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The step.
    pub step: u64,
    /// Elements.
    pub n: u64,
    /// NaN among them.
    pub nan: u64,
    /// Infinities of both signs among them.
    pub inf: u64,
    /// Zeros among them.
    pub zero: u64,
    /// The Euclidean norm of the finite ones.
    pub l2: f64,
    /// The share of units that are zero for every row.
    pub dead: Option<f64>,
    /// How many units there are.
    pub units: u64,
    /// The share of elements where the gate is flat.
    pub saturated: Option<f64>,
    /// The norm of a gradient at the first and at the last turn of the loop through which it comes.
    pub turns: Option<(f64, f64)>,
}

impl Point {
    fn of(sum: &Sum) -> Point {
        let units = sum.units.unwrap_or(0);
        Point {
            step: sum.s,
            n: sum.n,
            nan: sum.nan,
            inf: sum.pinf.saturating_add(sum.ninf),
            zero: sum.zero,
            l2: sum.l2,
            dead: sum.dead.filter(|_| units > 0).map(|dead| dead as f64 / units as f64),
            units,
            saturated: sum.sat,
            turns: sum.first.zip(sum.last),
        }
    }
}

/// All points of one wire, in the order of the steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The wire.
    pub watch: Watch,
    /// Of an activation.
    pub values: Vec<Point>,
    /// Of the gradient.
    pub gradients: Vec<Point>,
    /// Of a parameter.
    pub parameters: Vec<Point>,
    /// Of what a step added to it.
    pub updates: Vec<Point>,
}

impl Series {
    fn of(&mut self, field: Field) -> &mut Vec<Point> {
        match field {
            Field::Value => &mut self.values,
            Field::Gradient => &mut self.gradients,
            Field::Parameter => &mut self.parameters,
            Field::Update => &mut self.updates,
        }
    }
}

/// A run as far as it is known.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// What was run.
    pub head: Head,
    /// Watched wires, in the order of the circuit.
    pub series: BTreeMap<u32, Series>,
    /// Step and loss.
    pub losses: Vec<(u64, f64)>,
    /// The last step.
    pub last: Option<Step>,
    /// Milliseconds in steps and in observing, in all.
    pub ms: (f64, f64),
    /// Observed steps.
    pub observed: u64,
    /// Where NaN and infinities were born.
    pub births: Vec<Birth>,
    /// How it ended, if it has.
    pub end: Option<End>,
}

impl History {
    /// Takes what a record says. Summaries of wires that no circuit has named are passed over. A step that comes again, since
    /// a run was resumed before it, stands for all that came after.
    pub fn push(&mut self, record: &Record) {
        match record {
            Record::Run(head) => self.head = head.clone(),
            Record::Graph(graph) => {
                for watch in &graph.watch {
                    let (values, gradients, parameters, updates) = Default::default();
                    let series = Series { watch: watch.clone(), values, gradients, parameters, updates };
                    self.series.entry(watch.w).or_insert(series);
                }
            }
            Record::Step(step) => {
                while self.losses.last().is_some_and(|(last, _)| *last >= step.s) {
                    self.losses.pop();
                }
                self.losses.push((step.s, step.loss));
                self.ms.0 += step.ms.step;
                self.ms.1 += step.ms.obs;
                self.last = Some(step.clone());
            }
            Record::Sum(sum) => self.observe(sum),
            Record::Birth(birth) => self.births.push((**birth).clone()),
            Record::End(end) => self.end = Some(end.clone()),
            Record::Val(_) | Record::Alert(_) | Record::Try(_) | Record::Points(_) | Record::Plane(_) => {}
        }
    }

    /// Takes a summary.
    pub fn observe(&mut self, sum: &Sum) {
        // One field of one wire stands for the step.
        let first = self.series.keys().next() == Some(&sum.w);
        self.observed += u64::from(first && sum.f != Field::Gradient && sum.f != Field::Update);
        let Some(series) = self.series.get_mut(&sum.w) else { return };
        let points = series.of(sum.f);
        while points.last().is_some_and(|last| last.step >= sum.s) {
            points.pop();
        }
        if points.len() < limits::POINTS {
            points.push(Point::of(sum));
        }
    }

    /// Forgets old points, so that of each kind no more than twice as many as this are held: for a run that goes on.
    pub fn trim(&mut self, most: usize) {
        for series in self.series.values_mut() {
            let Series { values, gradients, parameters, updates, .. } = series;
            for points in [values, gradients, parameters, updates] {
                if points.len() > 2 * most {
                    points.drain(..points.len() - most);
                }
            }
        }
    }

    /// Parameters, in the order of the circuit.
    pub fn parameters(&self) -> impl Iterator<Item = &Series> {
        self.series.values().filter(|series| series.watch.role == Role::Parameter)
    }

    /// Activations, in the order of the circuit.
    pub fn activations(&self) -> impl Iterator<Item = &Series> {
        self.series.values().filter(|series| series.watch.role == Role::Activation)
    }

    /// The share of the time that went into observing; `None` without times.
    pub fn observing(&self) -> Option<f64> {
        let all = self.ms.0 + self.ms.1;
        (all > 0.0).then(|| self.ms.1 / all)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Graph, Summary};
    use super::*;

    #[test]
    fn old_points_are_forgotten_and_strange_wires_passed_over() {
        let watch = Watch {
            w: 3,
            role: Role::Activation,
            name: "a".into(),
            m: 0,
            op: "relu".into(),
            path: true,
            rank: 2,
        };
        let mut history = History::default();
        history.push(&Record::Graph(Graph { g: 1, watch: vec![watch], ..Graph::default() }));
        for s in 0..50 {
            for w in [3, 4] {
                history.push(&Record::Sum(Box::new(Summary::of_f64(&[1.0]).record(s, w, Field::Value))));
            }
            history.trim(5);
            assert!(history.series[&3].values.len() <= 10);
        }
        assert_eq!(history.series[&3].values.last().map(|point| point.step), Some(49));
        assert_eq!((history.series.len(), history.observed), (1, 50));
        history.push(&Record::Sum(Box::new(Summary::of_f64(&[2.0]).record(47, 3, Field::Value))));
        let steps: Vec<u64> = history.series[&3].values.iter().map(|point| point.step).collect();
        assert!(steps.ends_with(&[45, 46, 47]), "{steps:?}");
    }
}
