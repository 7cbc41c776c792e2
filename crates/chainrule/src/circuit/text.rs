//! The text form of a circuit: prints, and parses back to an equal circuit.
//!
//! ```text
//! circuit {
//!   stage 1 "sigma" in 0
//!   %0 "x": f64[] = input
//!   %1: f64[] = constant {value: f64[] [2.0]}
//!   %2: f64[] = mul %0 %1 @1
//!   inputs %0
//!   outputs %2
//! }
//! ```
//! A gate with several outputs states all their specs; they take consecutive numbers. `@1` is the stage. Places in the source
//! are left out.

use super::{Attr, Circuit};
use crate::base::{Element, Slice, Tensor};
use std::fmt;

impl fmt::Display for Circuit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(self, f, 0)
    }
}

impl fmt::Debug for Circuit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn print(circuit: &Circuit, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
    let margin = "  ".repeat(depth + 1);
    writeln!(f, "circuit {{")?;
    if let Some(source) = &circuit.source {
        writeln!(f, "{margin}source {:?}", &**source)?;
    }
    for (i, stage) in circuit.stages.iter().enumerate().skip(1) {
        write!(f, "{margin}stage {i} {:?} in {}", stage.name, stage.parent)?;
        for (word, wires) in [("takes", &stage.inputs), ("gives", &stage.outputs)] {
            if !wires.is_empty() {
                write!(f, " {word}")?;
                print_wires(f, wires)?;
            }
        }
        writeln!(f)?;
    }
    for (index, node) in circuit.gates() {
        write!(f, "{margin}%{index}")?;
        for part in index..index + node.parts {
            let name = circuit.names.get(&part).map(|n| format!(" {n:?}")).unwrap_or_default();
            write!(f, "{}{name}: {}", if part > index { "," } else { "" }, circuit.node(part).spec)?;
        }
        write!(f, " = {}", node.gate.name)?;
        print_wires(f, circuit.inputs_of(index))?;
        print_attrs(f, node.attrs.list(), depth)?;
        if node.stage > 0 {
            write!(f, " @{}", node.stage)?;
        }
        writeln!(f)?;
    }
    for (word, wires) in [("inputs", &circuit.inputs), ("outputs", &circuit.outputs)] {
        write!(f, "{margin}{word}")?;
        print_wires(f, wires)?;
        writeln!(f)?;
    }
    write!(f, "{}}}", "  ".repeat(depth))
}

fn print_wires(f: &mut fmt::Formatter<'_>, wires: &[u32]) -> fmt::Result {
    wires.iter().try_for_each(|w| write!(f, " %{w}"))
}

fn print_attrs(f: &mut fmt::Formatter<'_>, attrs: &[(&str, Attr)], depth: usize) -> fmt::Result {
    if attrs.is_empty() {
        return Ok(());
    }
    f.write_str(" {")?;
    for (i, (name, attr)) in attrs.iter().enumerate() {
        write!(f, "{}{name}: ", if i > 0 { ", " } else { "" })?;
        match attr {
            Attr::Tensor(tensor) => print_tensor(f, tensor)?,
            Attr::Circuit(circuit) => print(circuit, f, depth + 1)?,
            other => write!(f, "{other:?}")?,
        }
    }
    f.write_str("}")
}

/// Every number with as many digits as it takes to read it back.
fn print_tensor(f: &mut fmt::Formatter<'_>, tensor: &Tensor) -> fmt::Result {
    fn list<T: Element>(f: &mut fmt::Formatter<'_>, values: &[T]) -> fmt::Result {
        values.iter().enumerate().try_for_each(|(i, v)| write!(f, "{}{v:?}", if i > 0 { ", " } else { "" }))
    }
    write!(f, "{} [", tensor.spec())?;
    match tensor.slice() {
        Slice::F32(v) => list(f, v)?,
        Slice::F64(v) => list(f, v)?,
        Slice::I32(v) => list(f, v)?,
        Slice::I64(v) => list(f, v)?,
        Slice::U8(v) => list(f, v)?,
        Slice::Bool(v) => list(f, v)?,
    }
    f.write_str("]")
}
