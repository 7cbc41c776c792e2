//! The search: values of every wire in order, a few at a time, until the trouble shows.

use crate::error::Result;
use chainrule::{Circuit, Program, Slice, Spec, Tensor};
use chainrule_explorer::run::Kind;

/// How the search is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Search {
    /// Whether an infinity is a failure by itself. If not, one counts where it leads to a NaN, or into what the step gives.
    pub inf_counts: bool,
    /// Bytes of values that are looked at in one go. The step runs once for each.
    pub memory: usize,
}

impl Default for Search {
    fn default() -> Search {
        Search { inf_counts: false, memory: 256 << 20 }
    }
}

/// What is wrong with the numbers of a wire.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bad {
    /// The first element that is NaN.
    pub nan: Option<usize>,
    /// The first that is infinite.
    pub inf: Option<usize>,
}

impl Bad {
    pub fn of(tensor: &Tensor) -> Bad {
        fn of<T: Copy>(values: &[T], is_nan: impl Fn(T) -> bool, is_inf: impl Fn(T) -> bool) -> Bad {
            let first = |f: &dyn Fn(T) -> bool| values.iter().position(|&x| f(x));
            // The usual answer, in one pass without a branch.
            if values.iter().fold(false, |any, &x| any | is_nan(x) | is_inf(x)) {
                Bad { nan: first(&is_nan), inf: first(&is_inf) }
            } else {
                Bad::default()
            }
        }
        match tensor.slice() {
            Slice::F32(values) => of(values, f32::is_nan, f32::is_infinite),
            Slice::F64(values) => of(values, f64::is_nan, f64::is_infinite),
            _ => Bad::default(),
        }
    }

    pub fn is_any(self) -> bool {
        self.nan.is_some() || self.inf.is_some()
    }

    /// The element that matters, and what it is.
    pub fn first(self) -> Option<(usize, Kind)> {
        self.nan.map(|at| (at, Kind::Nan)).or(self.inf.map(|at| (at, Kind::Inf)))
    }
}

/// Where it began: a wire, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    pub wire: u32,
    pub bad: Bad,
}

/// The first wire whose gate reads finite numbers alone and gives others, on the way to the first NaN, or to an infinity
/// among the outputs. An input counts as such a gate.
pub fn find(circuit: &Circuit, inputs: &[Tensor], search: Search) -> Result<Option<Found>> {
    let mut seen: Vec<Bad> = vec![Bad::default(); circuit.len()];
    for (&wire, input) in circuit.inputs.iter().zip(inputs) {
        seen[wire as usize] = Bad::of(input);
    }
    let (live, written) = (circuit.live(), written(circuit));
    let program = Program::from_circuit(circuit.clone());
    let wires: Vec<u32> = (0..circuit.len() as u32)
        .filter(|&w| live[w as usize] && !written[w as usize] && is_float_gate(circuit, w))
        .collect();
    for wires in chunks(circuit, &wires, search.memory) {
        let (_, values) = program.watching(wires)?.run(inputs.to_vec())?;
        for (&wire, value) in wires.iter().zip(&values) {
            seen[wire as usize] = Bad::of(value);
        }
        let is_trigger = |wire: &&u32| {
            let bad = seen[**wire as usize];
            bad.nan.is_some() || search.inf_counts && bad.is_any() && is_clean(circuit, **wire, &seen)
        };
        // A NaN in the data is met before any gate.
        let first = circuit.inputs.iter().chain(wires).filter(is_trigger).min();
        if let Some(&first) = first {
            return Ok(Some(origin(circuit, first, &seen)));
        }
    }
    let outputs = circuit.outputs.iter().filter(|&&output| seen[output as usize].is_any());
    Ok(outputs.min().map(|&output| origin(circuit, output, &seen)))
}

/// Floats that a gate gives.
fn is_float_gate(circuit: &Circuit, wire: u32) -> bool {
    let node = circuit.node(wire);
    !node.is_input() && node.spec.dtype.is_float()
}

/// Wires whose NaN or infinity was written there on purpose, as what a loss gives for a label that there is not: constants alone
/// decide them, and one of these is not finite. That is no birth, but who lets it through is.
fn written(circuit: &Circuit) -> Vec<bool> {
    let (mut fixed, mut written) = (vec![false; circuit.len()], vec![false; circuit.len()]);
    for wire in 0..circuit.len() as u32 {
        let node = circuit.node(wire);
        let inputs = circuit.inputs_of(circuit.holder(wire));
        fixed[wire as usize] = !node.is_input() && inputs.iter().all(|&input| fixed[input as usize]);
        let is_odd = || node.is_constant() && Bad::of(node.attrs.tensor("value")).is_any();
        let from_odd = inputs.iter().any(|&input| written[input as usize]);
        written[wire as usize] = fixed[wire as usize] && (from_odd || is_odd());
    }
    written
}

fn is_clean(circuit: &Circuit, wire: u32, seen: &[Bad]) -> bool {
    circuit.inputs_of(wire).iter().all(|&input| !seen[input as usize].is_any())
}

/// Goes back from a wire, through what is not finite, to the earliest gate that read finite numbers alone.
fn origin(circuit: &Circuit, from: u32, seen: &[Bad]) -> Found {
    let mut is_reached = vec![false; from as usize + 1];
    is_reached[from as usize] = true;
    let mut earliest = from;
    for wire in (0..=from).rev().filter(|&w| seen[w as usize].is_any()) {
        if !is_reached[wire as usize] {
            continue;
        }
        if is_clean(circuit, wire, seen) {
            earliest = wire;
        }
        for &input in circuit.inputs_of(wire) {
            is_reached[input as usize] |= seen[input as usize].is_any();
        }
    }
    Found { wire: earliest, bad: seen[earliest as usize] }
}

/// Runs of wires whose values take no more than so many bytes together; one wire at least.
fn chunks<'a>(circuit: &Circuit, wires: &'a [u32], memory: usize) -> Vec<&'a [u32]> {
    let bytes = |spec: Spec| spec.dtype.bytes() * spec.shape.elements();
    let (mut chunks, mut start, mut held) = (Vec::new(), 0, 0);
    for (i, &wire) in wires.iter().enumerate() {
        let size = bytes(circuit.node(wire).spec);
        if i > start && held + size > memory {
            chunks.push(&wires[start..i]);
            (start, held) = (i, 0);
        }
        held += size;
    }
    chunks.push(&wires[start..]);
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use chainrule::{DType, Wire, trace};

    #[test]
    fn chunks_cover_all_wires_within_the_memory() {
        let spec = Spec::new(&[10], DType::F64).unwrap();
        let program = trace(|x: Wire| x.exp().sin().cos().sum(), &(spec,)).unwrap();
        let wires: Vec<u32> = (0..program.circuit().len() as u32).collect();
        for (memory, count) in [(0, 5), (160, 3), (10_000, 1)] {
            let chunks = chunks(program.circuit(), &wires, memory);
            assert_eq!((chunks.len(), chunks.concat()), (count, wires.clone()), "{memory}");
        }
    }

    #[test]
    fn a_nan_that_was_written_there_is_no_birth_but_letting_it_through_is() {
        let spec = Spec::new(&[2], DType::F64).unwrap();
        let program = trace(
            |x: Wire| {
                let odd = chainrule::constant(f64::NAN).broadcast_to(&[2]);
                x.gt(0.0).select(x * 2.0, odd).sum()
            },
            &(spec,),
        );
        let program = program.unwrap();
        let found = |at: [f64; 2]| find(program.circuit(), &[Tensor::from(at)], Search::default()).unwrap();
        assert_eq!(found([1.0, 2.0]), None);
        let through = found([1.0, 0.0]).map(|found| program.circuit().node(found.wire).gate.name);
        assert_eq!(through, Some("select"));
    }

    #[test]
    fn an_infinity_that_harms_nobody_is_no_birth() {
        let spec = Spec::scalar(DType::F64);
        // exp(-1/0) = 0: the infinity is gone again.
        let program = trace(|x: Wire| (-(1.0 / x)).exp() + x, &(spec,)).unwrap();
        let at = [Tensor::scalar(0.0)];
        assert_eq!(find(program.circuit(), &at, Search::default()).unwrap(), None);
        let found = find(program.circuit(), &at, Search { inf_counts: true, memory: 0 }).unwrap().unwrap();
        assert_eq!(program.circuit().node(found.wire).gate.name, "div");
        assert_eq!(found.bad.first(), Some((0, Kind::Inf)));
    }
}
