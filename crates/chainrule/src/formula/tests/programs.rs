//! The programs of the folder circuits/: what they compute, and their gradients against differences.

use crate::base::{DType, Tensor};
use crate::circuit::{Sampler, Wire};
use crate::formula::{BuiltInput, Env, Formula, Options};
use std::collections::BTreeMap;

/// The text of a program.
macro_rules! program {
    ($name:literal) => {
        include_str!(concat!("../../../../../circuits/", $name, ".cr"))
    };
}

const DIMS: [(&str, usize); 5] = [("batch", 3), ("features", 5), ("classes", 4), ("time", 4), ("steps", 6)];

/// A program with inputs at which to look at it.
struct Subject {
    formula: Formula,
    dims: BTreeMap<String, usize>,
    inputs: Vec<BuiltInput>,
    values: Vec<Tensor>,
}

impl Subject {
    /// At random inputs, but for scalars that are given.
    fn new(source: &str, scalars: &[(&str, f64)]) -> Subject {
        let formula = Formula::parse(source).unwrap();
        let dims: BTreeMap<String, usize> =
            DIMS.iter().map(|(name, length)| (name.to_string(), *length)).collect();
        let inputs = formula.build(&Options { dims: dims.clone(), ..Options::default() }).unwrap().inputs;
        let mut sampler = Sampler::new(7);
        let mut value = |input: &BuiltInput| match scalars.iter().find(|(name, _)| *name == input.name) {
            Some((_, value)) => Tensor::scalar(*value),
            None if input.spec.dtype == DType::I64 => {
                let labels = (0..input.spec.shape.elements()).map(|_| sampler.int(0, 2)).collect();
                Tensor::new(labels, &input.spec.shape.dims()).unwrap()
            }
            None => sampler.reals(&input.spec.shape.dims(), -1.0, 1.0),
        };
        let values = inputs.iter().map(&mut value).collect();
        Subject { formula, dims, inputs, values }
    }

    /// Runs what `of` makes of the recorded formula's inputs and output.
    fn run(&self, values: &[Tensor], of: impl Fn(&[Wire], Wire) -> Vec<Wire>) -> Vec<Vec<f64>> {
        let trace = |wires: Vec<Wire>| {
            let named = self.inputs.iter().map(|i| i.name.clone()).zip(wires.iter().copied()).collect();
            let recorded =
                self.formula.record(&Env { dtype: DType::F64, values: named, dims: self.dims.clone() });
            of(&wires, recorded.output)
        };
        let specs = self.inputs.iter().map(|i| i.spec).collect();
        let program = crate::trace(trace, &(specs,)).unwrap();
        program.run((values.to_vec(),)).unwrap().iter().map(Tensor::to_f64).collect()
    }

    fn value(&self, values: &[Tensor]) -> f64 {
        self.run(values, |_, output| vec![output])[0][0]
    }

    /// Inputs that gradients flow to.
    fn floats(&self) -> Vec<usize> {
        (0..self.inputs.len()).filter(|&i| self.inputs[i].spec.dtype.is_float()).collect()
    }

    fn gradients(&self, values: &[Tensor]) -> Vec<Vec<f64>> {
        let floats = self.floats();
        self.run(values, |wires, output| {
            output.gradient(&floats.iter().map(|&i| wires[i]).collect::<Vec<_>>())
        })
    }

    /// The inputs moved by `h` in a direction.
    fn moved(&self, direction: &[Vec<f64>], h: f64) -> Vec<Tensor> {
        let mut values = self.values.clone();
        for (&i, by) in self.floats().iter().zip(direction) {
            let numbers = values[i].to_f64().iter().zip(by).map(|(x, d)| x + h * d).collect();
            values[i] = Tensor::new(numbers, &values[i].spec().shape.dims()).unwrap();
        }
        values
    }

    fn direction(&self, seed: u64) -> Vec<Vec<f64>> {
        let mut sampler = Sampler::new(seed);
        let of = |&i: &usize| self.values[i].to_f64().iter().map(|_| sampler.real(-1.0, 1.0)).collect();
        self.floats().iter().map(of).collect()
    }
}

fn dot(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(x, y)| x * y).sum()
}

/// Central differences, the step halved once to take the largest error out. A short step seldom crosses a kink.
fn slope(at: impl Fn(f64) -> f64) -> f64 {
    let central = |h: f64| (at(h) - at(-h)) / (2.0 * h);
    (4.0 * central(1e-5) - central(2e-5)) / 3.0
}

fn near(got: f64, wanted: f64, error: f64) {
    assert!((got - wanted).abs() <= error * wanted.abs().max(1.0), "{got} is not {wanted}");
}

#[test]
fn every_program_has_the_gradients_of_its_differences() {
    for source in [
        program!("neuron"),
        program!("neuron_staged"),
        program!("product"),
        program!("router"),
        program!("staged"),
        program!("two_layer"),
        program!("digits"),
        program!("attention"),
        program!("conv"),
        program!("oscillator"),
    ] {
        let subject = Subject::new(source, &[]);
        let gradients = subject.gradients(&subject.values);
        for seed in 0..3 {
            let direction = subject.direction(seed);
            near(dot(&gradients, &direction), slope(|h| subject.value(&subject.moved(&direction, h))), 1e-8);
        }
    }
}

#[test]
fn the_programs_of_the_lecture_give_its_numbers() {
    let neuron = [("w0", 2.0), ("x0", -1.0), ("w1", -3.0), ("x1", -2.0), ("w2", -3.0)];
    let slopes = [
        -0.196_611_933_241_481_85,
        0.393_223_866_482_963_7,
        -0.393_223_866_482_963_7,
        -0.589_835_799_724_445_6,
    ];
    for source in [program!("neuron"), program!("neuron_staged")] {
        let subject = Subject::new(source, &neuron);
        near(subject.value(&subject.values), 0.731_058_578_630_004_9, 1e-15);
        let gradients = subject.gradients(&subject.values).concat();
        let wanted = slopes.iter().chain(&[0.196_611_933_241_481_85]);
        gradients.iter().zip(wanted).for_each(|(got, wanted)| near(*got, *wanted, 1e-15));
    }
    let gradients = |source: &str, at: &[(&str, f64)]| {
        let subject = Subject::new(source, at);
        subject.gradients(&subject.values).concat()
    };
    assert_eq!(gradients(program!("product"), &[("x", -2.0), ("y", 5.0), ("z", -4.0)]), [-4.0, -4.0, 3.0]);
    let router = [("x", 3.0), ("y", -4.0), ("z", 2.0), ("w", -1.0)];
    assert_eq!(gradients(program!("router"), &router), [-8.0, 6.0, 2.0, 0.0]);
    let staged = Subject::new(program!("staged"), &[("x", 3.0), ("y", -4.0)]);
    near(staged.value(&staged.values), 1.545_644_884_1, 1e-10);
    let found = staged.gradients(&staged.values).concat();
    for (i, wanted) in [2.059_569_795_572_165, 1.592_232_751_483_809].into_iter().enumerate() {
        near(found[i], wanted, 1e-14);
        let along: Vec<Vec<f64>> = (0..2).map(|j| vec![f64::from(u8::from(i == j))]).collect();
        near(found[i], slope(|h| staged.value(&staged.moved(&along, h))), 1e-9);
    }
    let whole = Subject::new(
        "stage sigma(z) = 1 / (1 + exp(-z))\n(x + sigma(y)) / (sigma(x) + (x + y)^2)",
        &[("x", 3.0), ("y", -4.0)],
    );
    near(whole.value(&whole.values), 1.545_644_884_1, 1e-9);
    let found = whole.gradients(&whole.values).concat();
    [2.059_569_795_6, 1.592_232_751_5].iter().zip(&found).for_each(|(w, g)| near(*g, *w, 1e-9));
}

#[test]
fn the_two_layers_have_the_second_derivatives_of_their_differences() {
    let subject = Subject::new(program!("two_layer"), &[]);
    let (along, across) = (subject.direction(1), subject.direction(2));
    let floats = subject.floats();
    let hvp = subject.run(&subject.values, |wires, output| {
        let at: Vec<Wire> = floats.iter().map(|&i| wires[i]).collect();
        let constant =
            |(w, d): (&Wire, &Vec<f64>)| crate::constant(Tensor::new(d.clone(), &w.shape().dims()).unwrap());
        let direction: Vec<Wire> = at.iter().zip(&along).map(constant).collect();
        output.hvp(&at, &direction)
    });
    let difference = slope(|h| dot(&subject.gradients(&subject.moved(&along, h)), &across));
    near(dot(&hvp, &across), difference, 1e-8);
}

#[test]
fn written_out_or_composed_the_loss_is_the_same() {
    let written = Subject::new(program!("two_layer"), &[]);
    let composed =
        program!("two_layer").replace("mean(surprise(logits, y))", "mean(cross_entropy(logits, y))");
    let composed = Subject::new(&composed, &[]);
    near(written.value(&written.values), composed.value(&composed.values), 1e-14);
}
