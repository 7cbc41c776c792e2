//! New keys for random numbers from a key and a number.

use super::Comparable;
use super::support::{arguments, batch, flops_per_output, operands::broadcast2};
use crate::base::{DType, Spec};
use crate::circuit::{Arity, Attrs, Call, Case, Class, Doc, Fault, GateDef, Local, Outputs, Reads, Wire};
use crate::numeric::philox;

/// Keys are cut to the bits that an f64 holds exactly, so that the reference, JSON and the page hold them too.
const BITS: i64 = (1 << 53) - 1;

fn fold(key: i64, data: i64) -> i64 {
    philox::fold(key, data) & BITS
}

/// See the module.
pub static FOLD_KEY: GateDef = GateDef {
    name: "fold_key",
    doc: Doc {
        summary: "A new key from a key and a whole number, such as a step or a layer: other numbers, the same on every machine.",
        formula: "y = the lower 53 bits of Philox's block number `data` under the key, kept apart from the blocks that the key draws from",
        local: "none: keys are whole numbers",
        kinks: "fold(fold(k, a), b) differs from fold(fold(k, b), a)",
        source: "as fold_in of JAX, with Philox-4x32-10",
    },
    call: Some(Call {
        signature: "key, data",
        build: |a| arguments::whole(a, "key").fold(arguments::whole(a, "data")),
    }),
    arity: Arity::Exactly(2),
    attrs: &[],
    shape: shape_rule,
    class: Class::Elementwise(map2!([i64] | key, data | fold(key, data))),
    element: element!(|key, data| fold(key as i64, data as i64) as f64),
    local: Local::Flat,
    reads: Reads::NOTHING,
    batch: batch::elementwise,
    flops: flops_per_output,
    identities: &[],
    sample: |s| {
        let dims = s.dims(0, 2);
        Case {
            attrs: Attrs::NONE,
            inputs: vec![s.ints(&dims, -1_000_000, 1_000_000), s.ints(&dims, -100, 100)],
        }
    },
};

fn shape_rule(_: &Attrs, inputs: &[Spec]) -> Result<Outputs, Fault> {
    let spec = super::support::shape::alike(inputs)?;
    if spec.dtype == DType::I64 {
        Ok(Outputs::One(spec))
    } else {
        Err(super::support::wants("i64", spec.dtype))
    }
}

impl Wire {
    /// A new key from this key and a whole number, an i64 wire or a literal.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// // a key for each of three layers
    /// let program = trace(|key: Wire| [key.fold(0), key.fold(1), key.fold(2)], &(Spec::scalar(DType::I64),))?;
    /// let keys = program.run((7i64.into(),))?;
    /// assert_ne!(keys[0], keys[1]);
    /// # Ok::<(), Diagnostic>(())
    /// ```
    #[track_caller]
    pub fn fold(self, data: impl Comparable) -> Wire {
        broadcast2(&FOLD_KEY, self, data.beside(self))
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn keys_are_exact_in_f64_and_literals_are_data() {
        let program = trace(
            |k: Wire, i: Wire| (k.fold(i), k.fold(5)),
            &(Spec::scalar(DType::I64), Spec::scalar(DType::I64)),
        );
        let program = program.unwrap();
        for key in -50i64..50 {
            let (wire, literal) = program.run((key.into(), 5i64.into())).unwrap();
            assert_eq!(wire, literal);
            let key = wire.to_vec::<i64>().unwrap()[0];
            assert!((0..=super::BITS).contains(&key) && key as f64 as i64 == key);
        }
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let text = trace(|k: Wire| k.fold(1), &(Spec::scalar(DType::F64),)).err().unwrap().to_string();
        assert!(text.contains("fold_key: takes i64, not f64"), "{text}");
    }
}
