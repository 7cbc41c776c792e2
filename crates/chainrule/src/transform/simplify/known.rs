//! Numbers that are known when a circuit is compiled: constants, what is computed from them, and what laws say.

use super::{Candidate, Rewriter, Value};
use crate::base::{DType, Element, Shape, Slice, Spec, Tensor, limits};
use crate::circuit::{Attr, Attrs, Class};
use crate::gates::{BROADCAST, CONSTANT};

/// Numbers of a spec.
pub struct Known {
    pub spec: Spec,
    /// The bits of every element, if they are all the same.
    pub bits: Option<u64>,
    /// All of them; there unless the bits are.
    pub whole: Option<Tensor>,
}

impl Known {
    fn of(tensor: Tensor) -> Known {
        Known { spec: tensor.spec(), bits: same_bits(tensor.slice()), whole: Some(tensor) }
    }

    /// Whether the numbers are worth being computed with: few, or one repeated.
    fn is_small(&self) -> bool {
        self.bits.is_some() || self.spec.shape.elements() <= limits::FOLDED
    }

    /// As a tensor; one that repeats can be had as a single number.
    fn tensor(&self, single: bool) -> Option<Tensor> {
        match (self.bits, &self.whole) {
            (Some(bits), _) if single => Some(repeated(self.spec.with_shape(Shape::SCALAR), bits)),
            (_, Some(whole)) => Some(whole.clone()),
            (Some(bits), None) => Some(repeated(self.spec, bits)),
            (None, None) => None,
        }
    }
}

impl Rewriter<'_> {
    pub(super) fn constant(&mut self, index: u32) {
        let value = self.old.node(index).attrs.tensor("value").clone();
        self.map[index as usize] = self.new_known(Known::of(value));
    }

    fn new_known(&mut self, known: Known) -> Value {
        self.known.push(known);
        Value::Known(self.known.len() as u32 - 1)
    }

    /// One number everywhere.
    pub(super) fn number(&mut self, spec: Spec, value: f64) -> Value {
        let bits = Some(bits_of(value, spec.dtype));
        self.new_known(Known { spec, bits, whole: None })
    }

    /// The bits of every element of a value, if they are known and all the same.
    pub(super) fn bits(&self, value: Value) -> Option<u64> {
        match value {
            Value::Known(at) => self.known[at as usize].bits,
            Value::Wire(_) => None,
        }
    }

    /// Whether two values are the same wire, or the same numbers: as constants they would become one.
    pub(super) fn are_same(&self, a: Value, b: Value) -> bool {
        match (a, b) {
            (Value::Known(a), Value::Known(b)) if a != b => {
                let (a, b) = (&self.known[a as usize], &self.known[b as usize]);
                let attr = |known: &Known| known.tensor(true).map(Attr::Tensor);
                a.spec == b.spec && attr(a) == attr(b)
            }
            _ => a == b,
        }
    }

    /// What a gate gives, if it is small and all that it reads is known.
    pub(super) fn folded(&mut self, candidate: &Candidate<'_>) -> Option<Value> {
        let is_known = |value: &Value| match value {
            Value::Known(at) => self.known[*at as usize].is_small(),
            Value::Wire(_) => false,
        };
        if !candidate.inputs.iter().all(is_known) {
            return None;
        }
        let bits: Vec<Option<u64>> = candidate.inputs.iter().map(|&value| self.bits(value)).collect();
        let (spec, class) = (candidate.spec, candidate.gate.class);
        if let (Class::View(_), &[bits @ Some(_)]) = (class, &bits[..]) {
            return Some(self.new_known(Known { spec, bits, whole: None }));
        }
        let elementwise = matches!(class, Class::Elementwise(_));
        let single = elementwise && bits.iter().all(Option::is_some);
        let elements = spec.shape.elements();
        let mut sizes = candidate.inputs.iter().map(|&value| self.spec_of(value).shape.elements());
        let foldable = match class {
            Class::Elementwise(_) | Class::Source(_) | Class::Move(_) | Class::Index(_) => true,
            // Repeated numbers are better read where they are.
            Class::View(_) => sizes.clone().all(|size| size >= elements),
            _ => false,
        };
        if !foldable || !(single || elements <= limits::FOLDED && sizes.all(|size| size <= limits::FOLDED)) {
            return None;
        }
        let tensors = candidate.inputs.iter().map(|&value| match value {
            Value::Known(at) => self.known[at as usize].tensor(single),
            Value::Wire(_) => None,
        });
        let tensors = tensors.collect::<Option<Vec<Tensor>>>()?;
        let wanted = if single { spec.with_shape(Shape::SCALAR) } else { spec };
        let result = (self.evaluate)(candidate.gate, &candidate.attrs, &tensors, wanted)?;
        Some(if single {
            let bits = same_bits(result.slice());
            self.new_known(Known { spec, bits, whole: None })
        } else {
            self.new_known(Known::of(result))
        })
    }

    /// The wire of a value; numbers that are known become a constant now.
    pub(super) fn wire(&mut self, value: Value, like: u32) -> u32 {
        let at = match value {
            Value::Wire(wire) => return wire,
            Value::Known(at) => at as usize,
        };
        let (spec, bits) = (self.known[at].spec, self.known[at].bits);
        let one = spec.with_shape(Shape::SCALAR);
        match (&self.known[at].whole, bits) {
            (Some(whole), _) => self.constant_wire(whole.clone(), like),
            (None, Some(bits)) if spec.shape.elements() <= 1 => {
                self.constant_wire(repeated(spec, bits), like)
            }
            (None, Some(bits)) => {
                let number = self.constant_wire(repeated(one, bits), like);
                let attrs = Attrs::new([("shape", spec.shape.into())]);
                self.added(&BROADCAST, &attrs, &[number], spec, like)
            }
            (None, None) => unreachable!("known numbers are there, or are one number"),
        }
    }

    fn constant_wire(&mut self, value: Tensor, like: u32) -> u32 {
        let spec = value.spec();
        self.added(&CONSTANT, &Attrs::new([("value", value.into())]), &[], spec, like)
    }
}

/// The bits of a number of this kind.
pub fn bits_of(value: f64, dtype: DType) -> u64 {
    match dtype {
        DType::F32 => u64::from((value as f32).to_bits()),
        DType::F64 => value.to_bits(),
        DType::I32 => u64::from((value as i32).cast_unsigned()),
        DType::I64 => (value as i64).cast_unsigned(),
        DType::U8 => u64::from(value as u8),
        DType::Bool => u64::from(value != 0.0),
    }
}

/// The bits of all elements, if they are the same; of no elements there are none.
fn same_bits(slice: Slice<'_>) -> Option<u64> {
    fn all<T: Copy>(slice: &[T], bits: fn(T) -> u64) -> Option<u64> {
        let first = bits(*slice.first()?);
        slice.iter().all(|&x| bits(x) == first).then_some(first)
    }
    match slice {
        Slice::F32(s) => all(s, |x| u64::from(x.to_bits())),
        Slice::F64(s) => all(s, f64::to_bits),
        Slice::I32(s) => all(s, |x| u64::from(x.cast_unsigned())),
        Slice::I64(s) => all(s, i64::cast_unsigned),
        Slice::U8(s) => all(s, u64::from),
        Slice::Bool(s) => all(s, u64::from),
    }
}

/// A tensor whose elements all have these bits.
fn repeated(spec: Spec, bits: u64) -> Tensor {
    fn of<T: Element>(spec: Spec, value: T) -> Tensor {
        let values = vec![value; spec.shape.elements()];
        Tensor::new(values, &spec.shape.dims()).expect("the shape is one that a wire has")
    }
    match spec.dtype {
        DType::F32 => of(spec, f32::from_bits(bits as u32)),
        DType::F64 => of(spec, f64::from_bits(bits)),
        DType::I32 => of(spec, (bits as u32).cast_signed()),
        DType::I64 => of(spec, bits.cast_signed()),
        DType::U8 => of(spec, bits as u8),
        DType::Bool => of(spec, bits != 0),
    }
}
