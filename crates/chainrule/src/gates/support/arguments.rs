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
            mistake(
                args.function,
                Fault::new(format!("{name} holds {v}"), format!("{name} must be 0 or more")),
            );
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit::Call;
    use crate::functions;
    use crate::gates::{self, support::operands::literal};
    use crate::prelude::{Spec, trace};

    /// What a call with a value and further arguments gives.
    fn called(name: &str, x: Tensor, more: &[(&'static str, Arg)]) -> Result<Vec<f64>, String> {
        let gate = gates::by_name(name).and_then(|gate| gate.call);
        let function = || functions::ALL.iter().find(|f| f.name == name).map(|f| f.call);
        let call: Call = gate.or_else(function).unwrap();
        let first = call.parameters().next().unwrap().0;
        let spec: Spec = x.spec();
        let build = |x: Wire| {
            let given = [&[(first, Arg::Wire(x))], more].concat();
            (call.build)(&Args { function: name, given, dtype: DType::F64, literal })
        };
        let program = trace(build, &(spec,)).map_err(|e| e.to_string())?;
        Ok(program.run((x,)).unwrap().to_f64())
    }

    #[test]
    fn max_and_min_of_two_values_and_over_axes() {
        let x = || Tensor::new(vec![1.0, 5.0, 3.0, 2.0], &[2, 2]).unwrap();
        let flag = |name| (name, Arg::Flag(true));
        assert_eq!(called("max", x(), &[("y", Arg::Number(2.5))]).unwrap(), [2.5, 5.0, 3.0, 2.5]);
        assert_eq!(called("min", x(), &[("y", Arg::Number(2.5))]).unwrap(), [1.0, 2.5, 2.5, 2.0]);
        assert_eq!(called("max", x(), &[("axis", Arg::Number(-1.0))]).unwrap(), [5.0, 3.0]);
        assert_eq!(called("min", x(), &[("axis", Arg::Ints(vec![0])), flag("keep")]).unwrap(), [1.0, 2.0]);
        assert_eq!(called("max", x(), &[]).unwrap(), [5.0]);
        let both = called("max", x(), &[("y", Arg::Number(1.0)), ("axis", Arg::Number(0.0))]).unwrap_err();
        assert!(both.contains("max: two values and an axis; hint: write max(x, y) for two values"), "{both}");
    }

    #[test]
    fn indices_and_keys_are_whole_numbers() {
        let x = || Tensor::from([1.0, 5.0, 3.0]);
        assert_eq!(called("gather", x(), &[("indices", Arg::Ints(vec![-1, 0]))]).unwrap(), [3.0, 1.0]);
        assert_eq!(called("gather", x(), &[("indices", Arg::Number(1.0))]).unwrap(), [5.0]);
        assert_eq!(called("embedding", x(), &[("ids", Arg::Ints(vec![1]))]).unwrap(), [5.0]);
        assert_eq!(
            called("slice", x(), &[("starts", Arg::Ints(vec![-2])), ("stops", Arg::Ints(vec![3]))]).unwrap(),
            [5.0, 3.0]
        );
        assert_eq!(called("top_k", x(), &[("k", Arg::Number(2.0))]).unwrap(), [5.0, 3.0]);
        assert_eq!(called("sort", x(), &[]).unwrap(), [1.0, 3.0, 5.0]);
        let window = [("starts", Arg::Ints(vec![1])), ("sizes", Arg::Ints(vec![2]))];
        assert_eq!(called("dynamic_slice", x(), &window).unwrap(), [5.0, 3.0]);
        let drawn = called("random_uniform", Tensor::scalar(4i64), &[("shape", Arg::Ints(vec![3]))]).unwrap();
        assert!(drawn.len() == 3 && drawn.iter().all(|x| (0.0..1.0).contains(x)));
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let text =
            |name, more: &[(&'static str, Arg)]| called(name, Tensor::from([1.0, 2.0]), more).unwrap_err();
        let half = text("gather", &[("indices", Arg::Number(0.5))]);
        assert!(half.contains("0.5 beside a value of i64"), "{half}");
        let k = text("top_k", &[("k", Arg::Number(3.0))]);
        assert!(k.contains("top_k: 3 largest of axis 0, which has length 2"), "{k}");
        let negative = text("top_k", &[("k", Arg::Number(-3.0))]);
        assert!(negative.contains("top_k: k holds -3; hint: k must be 0 or more"), "{negative}");
        let dtype =
            text("random_normal", &[("shape", Arg::Ints(vec![2])), ("dtype", Arg::Text("f16".to_string()))]);
        assert!(dtype.contains("\"f16\" is no dtype; hint: one of f32"), "{dtype}");
    }
}
