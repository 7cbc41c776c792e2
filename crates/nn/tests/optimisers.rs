//! Fifty steps of each optimiser beside those of PyTorch, or of a plain transcription of the paper: see
//! `fixtures/optimisers.py`, which made the numbers.

use chainrule::prelude::*;
use chainrule::{Function, compile};
use chainrule_nn::optimiser::{Clip, Group, Optimiser, Rule, State};
use serde_json::Value;

const FIXTURE: &str = include_str!("fixtures/optimisers.json");

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().expect("the fixture holds numbers")],
    }
}

type Weights<T> = Vec<T>;
type Step = Function<(State<Weights<Wire>>, (Wire, Wire, Wire)), (Wire, State<Weights<Wire>>)>;

struct Case {
    fixture: Value,
}

impl Case {
    fn new() -> Case {
        Case { fixture: serde_json::from_str(FIXTURE).expect("the fixture is JSON") }
    }

    fn tensor(&self, name: &str, dims: &[usize]) -> Tensor {
        Tensor::new(numbers(&self.fixture[name]), dims).expect("the fixture has the shapes of its script")
    }

    fn compiled(&self, optimiser: &Optimiser, start: &[Tensor]) -> Step {
        let spec = |dims: &[usize]| Spec::new(dims, DType::F64).expect("small");
        let net: Vec<Spec> = start.iter().map(Tensor::spec).collect();
        let (moments, clock) =
            (vec![net.clone(); optimiser.moments()], optimiser.start::<Vec<Wire>>(start.to_vec()).2);
        let clock = clock.map(&mut |t: &Tensor| t.spec());
        let specs = ((net, moments, clock), (spec(&[5, 4]), spec(&[5, 3]), Spec::scalar(DType::F64)));
        let train = |state: State<Vec<Wire>>, (x, y, rate): (Wire, Wire, Wire)| {
            let wave = (x.matmul(state.0[0]) + state.0[1]).sin();
            let loss = (wave - y).square().sum() * 0.5;
            let gradients = loss.gradient(&state.0);
            (loss, optimiser.update(state, &gradients, rate))
        };
        compile(train, &specs).expect("the step is well formed")
    }

    /// Runs the steps and compares the weights, or their mean, where the fixture has them.
    fn agrees(&self, name: &str, optimiser: &Optimiser, rate: f64) {
        let start = vec![self.tensor("a", &[4, 3]), self.tensor("b", &[3])];
        let step = self.compiled(optimiser, &start);
        let mut state = optimiser.start::<Vec<Wire>>(start);
        let data = (self.tensor("x", &[5, 4]), self.tensor("y", &[5, 3]), Tensor::scalar(rate));
        let mut loss = Tensor::scalar(0.0);
        let (steps, wanted) = (numbers(&self.fixture["steps"]), &self.fixture["cases"][name]);
        for count in 1..=50 {
            step.step(&mut state, &data, &mut loss).expect("the shapes fit");
            let Some(at) = steps.iter().position(|&s| s == f64::from(count)) else { continue };
            let shown = if optimiser.average.is_some() { &state.1[state.1.len() - 1] } else { &state.0 };
            let found: Vec<f64> = shown.iter().flat_map(Tensor::to_f64).collect();
            let wanted = numbers(&wanted[at]);
            assert_eq!(found.len(), wanted.len());
            for (found, wanted) in found.iter().zip(&wanted) {
                let error = (found - wanted).abs() / wanted.abs().max(1e-3);
                assert!(error < 1e-6, "{name}, step {count}: {found} for {wanted}");
            }
        }
        assert_eq!(state.2.steps.item().expect("a scalar"), 50.0);
    }
}

#[test]
fn every_rule_agrees_with_its_source_over_fifty_steps() {
    let case = Case::new();
    let rules = [
        ("sgd", Rule::Sgd, 0.05),
        ("momentum", Rule::MOMENTUM, 0.02),
        ("nesterov", Rule::NESTEROV, 0.02),
        ("adagrad", Rule::ADAGRAD, 0.05),
        ("rmsprop", Rule::RMSPROP, 0.01),
        ("adam", Rule::ADAM, 0.05),
        ("nadam", Rule::NADAM, 0.05),
        ("muon", Rule::MUON, 0.02),
    ];
    for (name, rule, rate) in rules {
        assert_eq!(rule.name(), name);
        case.agrees(name, &Optimiser::new(rule), rate);
    }
    let plain = Rule::Muon { decay: 0.8, iterations: 3, is_ahead: false };
    case.agrees("muon plain", &Optimiser::new(plain), 0.02);
    case.agrees("adamw", &Optimiser::new(Rule::ADAM).shrinking(0.1), 0.05);
    case.agrees("lion", &Optimiser::new(Rule::LION).shrinking(0.1), 0.01);
}

#[test]
fn clipping_and_averaging_agree_too() {
    let case = Case::new();
    let sgd = Optimiser::new(Rule::Sgd);
    case.agrees("clip norm", &Optimiser { clip: Clip::Norm(0.5), ..sgd.clone() }, 0.05);
    case.agrees("clip value", &Optimiser { clip: Clip::Value(0.1), ..sgd.clone() }, 0.05);
    case.agrees("average", &Optimiser { average: Some(0.9), ..sgd }, 0.05);
}

#[test]
fn groups_have_numbers_of_their_own() {
    let case = Case::new();
    let group = |part: &str, pace, shrink| Group { part: part.into(), pace, shrink };
    // The matrix and the vector are parts 0 and 1. A group that says what holds anyway changes nothing.
    let split = Optimiser {
        groups: vec![group("0", 1.0, Some(0.1)), group("1", 1.0, Some(0.0))],
        ..Optimiser::new(Rule::ADAM)
    };
    case.agrees("adamw", &split, 0.05);
    // At half the pace with twice the rate.
    let slow = Optimiser {
        groups: vec![group("0", 0.5, None), group("1", 0.5, None)],
        ..Optimiser::new(Rule::ADAM).shrinking(0.1)
    };
    case.agrees("adamw", &slow, 0.1);
    // At no pace at all a weight stays.
    let still = Optimiser { groups: vec![group("1", 0.0, None)], ..Optimiser::new(Rule::Sgd) };
    let start = vec![case.tensor("a", &[4, 3]), case.tensor("b", &[3])];
    let step = case.compiled(&still, &start);
    let mut state = still.start::<Vec<Wire>>(start.clone());
    let data = (case.tensor("x", &[5, 4]), case.tensor("y", &[5, 3]), Tensor::scalar(0.05));
    step.step(&mut state, &data, &mut Tensor::scalar(0.0)).expect("the shapes fit");
    assert!(state.0[1] == start[1] && state.0[0] != start[0]);
}
