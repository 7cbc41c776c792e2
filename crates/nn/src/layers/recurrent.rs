//! Cells that read a sequence step by step, with PyTorch's weights: those of all gates one below the other.

use super::spec;
use crate::error::Result;
use crate::init::{self, Fan, Init};
use crate::rng::Rng;
use chainrule::{DType, Tensor, Tree, Wire, constant, name, scan};

/// The weights of a cell with so many gates.
#[derive(Tree, Clone, Debug)]
pub struct Gates<T> {
    /// `[gates * width, inputs]`.
    pub weight_ih: T,
    /// `[gates * width, width]`.
    pub weight_hh: T,
    /// `[gates * width]`.
    pub bias_ih: T,
    /// `[gates * width]`.
    pub bias_hh: T,
}

impl Gates<Tensor> {
    /// Uniform numbers within one by the root of the width, as PyTorch draws them.
    ///
    /// # Errors
    /// They are larger than a tensor can be.
    fn new(gates: usize, inputs: usize, width: usize, dtype: DType, rng: &mut Rng) -> Result<Gates<Tensor>> {
        let bound = 1.0 / (width.max(1) as f64).sqrt();
        let rows = gates * width;
        let mut draw = |dims: &[usize]| -> Result<Tensor> {
            let fan = Fan { inputs, outputs: width };
            Ok(init::tensor(Init::Uniform(-bound, bound), spec(dims, dtype)?, fan, rng))
        };
        Ok(Gates {
            weight_ih: draw(&[rows, inputs])?,
            weight_hh: draw(&[rows, width])?,
            bias_ih: draw(&[rows])?,
            bias_hh: draw(&[rows])?,
        })
    }
}

impl Gates<Wire> {
    /// What an input gives to each gate.
    #[track_caller]
    fn of_input(&self, x: Wire) -> Wire {
        x.matmul(self.weight_ih.mt()) + self.bias_ih
    }

    /// What a state gives to each gate.
    #[track_caller]
    fn of_state(&self, h: Wire) -> Wire {
        h.matmul(self.weight_hh.mt()) + self.bias_hh
    }

    fn width(&self) -> usize {
        self.weight_hh.shape().dims().last().copied().unwrap_or(0)
    }

    /// A state of zeros for as many examples as `x [t, n, inputs]` has.
    #[track_caller]
    fn zeros(&self, x: Wire) -> Wire {
        let n = x.shape().dims().get(1).copied().unwrap_or(1);
        constant(0.0).cast(x.dtype()).broadcast_to(&[n, self.width()])
    }
}

impl Gates<Wire> {
    /// All states and the last one of a cell whose state is all that it gives out, from zeros.
    #[track_caller]
    fn states(&self, x: Wire, step: impl Fn(Wire, Wire) -> Wire) -> (Wire, Wire) {
        let twice = |h: Wire, given: Wire| {
            let h = step(h, given);
            (h, h)
        };
        // What does not wait for the state is one product for all steps.
        let (last, all) = scan(twice, self.zeros(x), self.of_input(x));
        (all, last)
    }
}

/// `h = tanh(W x + b + U h + c)` (Elman 1990).
#[derive(Tree, Clone, Debug)]
pub struct Rnn<T> {
    /// One gate.
    pub gates: Gates<T>,
}

/// Gates input, forget, cell and output, in this order (Hochreiter and Schmidhuber 1997, with Gers' forget gate).
#[derive(Tree, Clone, Debug)]
pub struct Lstm<T> {
    /// Four gates.
    pub gates: Gates<T>,
}

/// Gates reset, update and new, in this order (Cho and others 2014, as PyTorch has it).
#[derive(Tree, Clone, Debug)]
pub struct Gru<T> {
    /// Three gates.
    pub gates: Gates<T>,
}

impl Rnn<Tensor> {
    /// Random weights.
    ///
    /// # Errors
    /// They are larger than a tensor can be.
    pub fn new(inputs: usize, width: usize, dtype: DType, rng: &mut Rng) -> Result<Rnn<Tensor>> {
        Ok(Rnn { gates: Gates::new(1, inputs, width, dtype, rng)? })
    }
}

impl Lstm<Tensor> {
    /// Random weights.
    ///
    /// # Errors
    /// They are larger than a tensor can be.
    pub fn new(inputs: usize, width: usize, dtype: DType, rng: &mut Rng) -> Result<Lstm<Tensor>> {
        Ok(Lstm { gates: Gates::new(4, inputs, width, dtype, rng)? })
    }
}

impl Gru<Tensor> {
    /// Random weights.
    ///
    /// # Errors
    /// They are larger than a tensor can be.
    pub fn new(inputs: usize, width: usize, dtype: DType, rng: &mut Rng) -> Result<Gru<Tensor>> {
        Ok(Gru { gates: Gates::new(3, inputs, width, dtype, rng)? })
    }
}

impl Rnn<Wire> {
    /// The states of all steps, `[t, n, width]`, of a sequence `[t, n, inputs]`, and the last one; from zeros.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> (Wire, Wire) {
        self.gates.states(x, |h, given| (given + self.gates.of_state(h)).tanh())
    }
}

impl Lstm<Wire> {
    /// The states of all steps, `[t, n, width]`, of a sequence `[t, n, inputs]`, and the last state and cell; from zeros.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> (Wire, (Wire, Wire)) {
        let zeros = self.gates.zeros(x);
        let (last, all) =
            scan(|state, given| self.step(state, given), (zeros, zeros), self.gates.of_input(x));
        (all, last)
    }

    #[track_caller]
    fn step(&self, (h, c): (Wire, Wire), given: Wire) -> ((Wire, Wire), Wire) {
        let gates = (given + self.gates.of_state(h)).split(4, -1);
        let [input, forget, cell, output] = [0, 1, 2, 3].map(|i| gates[i]);
        let [input, forget, output] = [input, forget, output].map(Wire::sigmoid);
        let cell = cell.tanh();
        let gates = [("input", input), ("forget", forget), ("cell", cell), ("output", output)];
        gates.into_iter().for_each(|(text, gate)| name(gate, text));
        let c = forget * c + input * cell;
        let h = output * c.tanh();
        ((h, c), h)
    }
}

impl Gru<Wire> {
    /// The states of all steps, `[t, n, width]`, of a sequence `[t, n, inputs]`, and the last one; from zeros.
    #[track_caller]
    pub fn forward(&self, x: Wire) -> (Wire, Wire) {
        self.gates.states(x, |h, given| self.step(h, given))
    }

    #[track_caller]
    fn step(&self, h: Wire, given: Wire) -> Wire {
        let (given, state) = (given.split(3, -1), self.gates.of_state(h).split(3, -1));
        let reset = (given[0] + state[0]).sigmoid();
        let update = (given[1] + state[1]).sigmoid();
        let new = (given[2] + reset * state[2]).tanh();
        [("reset", reset), ("update", update), ("new", new)]
            .into_iter()
            .for_each(|(text, gate)| name(gate, text));
        (1.0 - update) * new + update * h
    }
}
