//! Wires within loops: which they are, and a circuit that gives them out, turn by turn.

use super::graph::Entry;
use super::{Attr, Attrs, Circuit, Class, Control};
use crate::base::{Shape, Spec};
use std::sync::Arc;

/// A wire of a circuit, or of the body of a loop in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Inside {
    /// The gates whose bodies lie around it, the outermost first; none for a wire of the circuit itself.
    pub loops: Vec<u32>,
    /// The wire, by its number in the innermost body.
    pub wire: u32,
}

impl From<u32> for Inside {
    fn from(wire: u32) -> Inside {
        Inside { loops: Vec::new(), wire }
    }
}

impl Circuit {
    /// The body of a `scan`; `None` for other gates.
    pub fn body_of(&self, gate: u32) -> Option<&Circuit> {
        if gate as usize >= self.len() {
            return None;
        }
        let node = self.node(gate);
        let is_loop = matches!(node.gate.class, Class::Control(Control::Scan)) && node.part == 0;
        is_loop.then(|| node.attrs.circuit("body").as_ref())
    }

    /// The gradients of wires within a `scan`: for each of its body's wires that has one, that wire, the `scan` that is the
    /// backward pass, and the wire of its body that holds the gradient.
    ///
    /// ```
    /// use chainrule::{Inside, prelude::*};
    /// let spec = Spec::scalar(DType::F64);
    /// let twice = |x: Wire| iterate(2, |x: Wire| x * x, x);
    /// let program = trace(|x: Wire| { let y = twice(x); (y, y.gradient(&x)) }, &(spec,))?;
    /// let circuit = program.circuit();
    /// let (gate, _) = circuit.gates().find(|(_, node)| node.holds_circuits()).unwrap();
    /// let body = circuit.body_of(gate).unwrap();
    /// let (square, _) = body.gates().find(|(_, node)| !node.is_input()).unwrap();
    /// let (_, back, upstream) = circuit.upstreams_within(gate).find(|(wire, ..)| *wire == square).unwrap();
    /// let inside = |gate, wire| Inside { loops: vec![gate], wire };
    /// let watching = program.watching_within(&[inside(gate, square), inside(back, upstream)])?;
    /// let (_, seen) = watching.run((2.0.into(),))?;
    /// assert_eq!(seen[0].to_f64(), [4.0, 16.0]);
    /// assert_eq!(seen[1].to_f64(), [8.0, 1.0]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    pub fn upstreams_within(&self, gate: u32) -> impl Iterator<Item = (u32, u32, u32)> {
        let of = self.within.iter().filter(move |passed| passed.gate == gate);
        of.map(|passed| (passed.wire, passed.back, passed.upstream))
    }

    /// Shape and dtype of a wire within loops as it is given out, with an axis in front for the turns of each loop, the outermost
    /// first. `None` if there is no such wire, if its loop does not need it, and if its shape would have too many axes
    /// or elements.
    pub fn spec_inside(&self, inside: &Inside) -> Option<Spec> {
        let (mut circuit, mut turns) = (self, Vec::new());
        for &gate in &inside.loops {
            turns.push(circuit.body_of(gate).map(|_| circuit.node(gate).attrs.index("length"))?);
            circuit = circuit.body_of(gate)?;
        }
        let spec = ((inside.wire as usize) < circuit.len()).then(|| circuit.node(inside.wire).spec)?;
        if !inside.loops.is_empty() && !circuit.reached()[inside.wire as usize] {
            return None;
        }
        turns.extend(spec.shape.iter());
        Some(spec.with_shape(Shape::new(&turns).ok()?))
    }

    /// The same circuit, whose loops also give out some wires within, and the numbers of those wires in it: what it gave before it
    /// still gives. Every wire must have a [`Circuit::spec_inside`].
    pub fn giving_inside(&self, wanted: &[Inside]) -> (Circuit, Vec<u32>) {
        if wanted.iter().all(|inside| inside.loops.is_empty()) {
            return (self.clone(), wanted.iter().map(|inside| inside.wire).collect());
        }
        let mut copy = Circuit::with_room_for(self);
        (copy.stages, copy.source) = (self.stages.clone(), self.source.clone());
        let mut map = vec![0; self.len()];
        let mut places = vec![0; wanted.len()];
        for (index, node) in self.gates() {
            let inputs: Vec<u32> = self.inputs_of(index).iter().map(|&i| map[i as usize]).collect();
            let of_this = |(_, inside): &(usize, &Inside)| inside.loops.first() == Some(&index);
            let of_this: Vec<(usize, &Inside)> = wanted.iter().enumerate().filter(of_this).collect();
            let first = if of_this.is_empty() {
                copy.repeat(self, index, &inputs)
            } else {
                self.open_loop(&mut copy, index, &inputs, &of_this, &mut places)
            };
            (0..node.parts).for_each(|part| map[(index + part) as usize] = first + part);
        }
        let plain = wanted.iter().zip(&mut places).filter(|(inside, _)| inside.loops.is_empty());
        plain.for_each(|(inside, place)| *place = map[inside.wire as usize]);
        let mapped = |wires: &[u32]| wires.iter().map(|&w| map[w as usize]).collect::<Vec<u32>>();
        (copy.inputs, copy.outputs) = (mapped(&self.inputs), mapped(&self.outputs));
        for stage in &mut copy.stages {
            (stage.inputs, stage.outputs) = (mapped(&stage.inputs), mapped(&stage.outputs));
        }
        copy.names = self.names.iter().map(|(&wire, name)| (map[wire as usize], name.clone())).collect();
        (copy, places)
    }

    /// Adds a loop that also collects the wires that are wanted of it; notes where each is.
    fn open_loop(
        &self,
        copy: &mut Circuit,
        index: u32,
        inputs: &[u32],
        wanted: &[(usize, &Inside)],
        places: &mut [u32],
    ) -> u32 {
        let node = self.node(index);
        let deeper = |inside: &Inside| Inside { loops: inside.loops[1..].to_vec(), wire: inside.wire };
        let within: Vec<Inside> = wanted.iter().map(|(_, inside)| deeper(inside)).collect();
        let (mut body, inner) = node.attrs.circuit("body").giving_inside(&within);
        let length = node.attrs.index("length");
        let mut outputs = self.output_specs(index);
        let first = copy.len() as u32;
        for (&(number, _), wire) in wanted.iter().zip(inner) {
            places[number] = first + body.outputs.len() as u32;
            body.outputs.push(wire);
            let spec = body.node(wire).spec;
            let dims: Vec<usize> = [length].into_iter().chain(spec.shape.iter()).collect();
            let shape = Shape::new(&dims).expect("a wire that is wanted has a spec with all its axes");
            outputs.push(spec.with_shape(shape));
        }
        body.aside += wanted.len();
        let body = Attr::Circuit(Arc::new(body));
        let other = |(name, attr): &(&'static str, Attr)| {
            (*name, if *name == "body" { body.clone() } else { attr.clone() })
        };
        let attrs = Attrs::from_list(node.attrs.list().iter().map(other).collect());
        let (gate, stage, site) = (node.gate, node.stage, node.site);
        copy.push(Entry { gate, attrs, inputs, outputs: &outputs, stage, site })
    }
}
