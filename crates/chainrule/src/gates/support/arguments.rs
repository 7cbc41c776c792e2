//! Arguments of formulas that are whole numbers: indices, keys, sizes; and dtypes.

use crate::base::{DType, Tensor};
use crate::circuit::{Arg, Args, Fault, Wire, mistake};
use crate::gates::constant;

fn find<'a>(args: &'a Args<'_>, name: &str) -> Option<&'a Arg> {
    args.given.iter().find(|(n, _)| *n == name).map(|(_, arg)| arg)
}

/// An i64 value; a literal or a list of literals becomes a constant.
#[track_caller]
pub fn whole(args: &Args<'_>, name: &str) -> Wire {
    match find(args, name) {
        Some(Arg::Number(value)) => (args.literal)(*value, DType::I64),
        Some(Arg::Ints(values)) => constant(values.clone()),
        _ => args.wire(name),
    }
}

/// Several i64 scalars.
#[track_caller]
pub fn whole_list(args: &Args<'_>, name: &str) -> Vec<Wire> {
    match find(args, name) {
        Some(Arg::Number(_)) => vec![whole(args, name)],
        Some(Arg::Ints(values)) => values.iter().map(|&v| constant(Tensor::scalar(v))).collect(),
        _ => args.wires(name),
    }
}

/// Counts: whole numbers that are not negative.
#[track_caller]
pub fn counts(args: &Args<'_>, name: &str) -> Option<Vec<usize>> {
    let list = args.ints(name)?;
    match list.iter().find(|&&v| v < 0) {
        None => Some(list.into_iter().map(|v| v as usize).collect()),
        Some(v) => {
            mistake(args.function, Fault::new(format!("{name} holds {v}"), format!("{name} must be 0 or more")));
            None
        }
    }
}

/// A dtype by name.
#[track_caller]
pub fn dtype(args: &Args<'_>, default: DType) -> Option<DType> {
    match args.text("dtype").map(|text| (text, text.parse())) {
        None => Some(default),
        Some((_, Ok(dtype))) => Some(dtype),
        Some((text, Err(_))) => {
            let hint = "one of f32, f64, i32, i64, u8, bool";
            mistake(args.function, Fault::new(format!("{text:?} is no dtype"), hint));
            None
        }
    }
}
