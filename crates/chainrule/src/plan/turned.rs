//! Transposed arrays that a sweep reads. A sweep walks its elements in their own order; of an array that lies the other way
//! round, each of them is in another cache line, and every line would be fetched as often as it has elements. So what is larger
//! than the first-level cache is turned first, block by block.

use super::lower::Lowering;
use crate::base::Strided;
use crate::circuit::Class;

/// Bytes that a first-level cache holds while a sweep reads them line by line.
const CACHED: usize = 16 << 10;

impl Lowering<'_> {
    /// Gives a gate's transposed inputs memory in their own order. Every gate of a sweep asks for it before it is placed, so
    /// that all sweeps which read such a view read its copy.
    pub fn turn_inputs(&mut self, index: u32) {
        let circuit = self.circuit;
        for &wire in circuit.inputs_of(index) {
            let node = circuit.node(wire);
            let large = node.spec.shape.elements() * node.spec.dtype.bytes() > CACHED;
            if large && matches!(node.gate.class, Class::View(_)) && is_turned(&self.view(wire)) {
                self.read_copied(wire);
            }
        }
    }
}

/// Whether neighbours in memory are no neighbours here, though others are.
fn is_turned(view: &Strided) -> bool {
    let (lengths, strides, rank) = view.merged();
    let inner = rank.saturating_sub(1);
    let neighbours = (0..inner).any(|axis| strides[axis] == 1 && lengths[axis] >= 4);
    neighbours && strides[inner].unsigned_abs() > 1 && lengths[inner] >= 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Shape;

    #[test]
    fn a_transpose_is_turned_and_a_slice_or_a_repetition_is_not() {
        let shape = |dims: &[usize]| Shape::new(dims).expect("small");
        let x = Strided::whole(shape(&[6, 8]));
        let t = x.permute(&[1, 0], shape(&[8, 6]));
        assert!(is_turned(&t));
        assert!(is_turned(&Strided::whole(shape(&[2, 6, 8])).permute(&[2, 0, 1], shape(&[8, 2, 6]))));
        assert!(!is_turned(&x));
        assert!(!is_turned(&x.slice(&[0, 2], &[1, 1], shape(&[6, 3]))));
        assert!(!is_turned(&Strided::whole(shape(&[6, 1])).broadcast(shape(&[6, 8]))));
        assert!(!is_turned(&Strided::whole(shape(&[6, 3])).permute(&[1, 0], shape(&[3, 6]))));
    }
}
