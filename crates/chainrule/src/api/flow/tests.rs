use crate::prelude::*;
use crate::{Flow, flow};

const F64: Spec = Spec::scalar(DType::F64);

fn sigma(z: Wire) -> Wire {
    stage("sigma", || 1.0 / (1.0 + (-z).exp()))
}

fn value(t: &Option<Tensor>) -> Option<f64> {
    t.as_ref().map(|t| t.item().expect("these tests flow through scalars"))
}

fn upstreams(flow: &Flow) -> Vec<Option<f64>> {
    flow.inputs.iter().map(|&i| value(&flow.wires[i as usize].upstream)).collect()
}

#[test]
fn add_distributes_multiply_swaps_and_max_routes() -> Result<()> {
    let program =
        trace(|x: Wire, y: Wire, z: Wire, w: Wire| 2.0 * (x * y + z.maximum(w)), &(F64, F64, F64, F64))?;
    let flow = program.flow(&(3.0.into(), (-4.0).into(), 2.0.into(), (-1.0).into()), &1.0.into())?;
    assert_eq!(upstreams(&flow), [Some(-8.0), Some(6.0), Some(2.0), Some(0.0)]);
    let of = |gate: &str| flow.wires.iter().find(|w| w.gate == gate).expect("the circuit has this gate");
    assert_eq!(of("maximum").locals.iter().map(value).collect::<Vec<_>>(), [Some(1.0), Some(0.0)]);
    assert_eq!(of("add").downstream.iter().map(value).collect::<Vec<_>>(), [Some(2.0), Some(2.0)]);
    // a constant has no local gradient and gets none passed back
    let double = flow.wires.last().expect("the circuit is not empty");
    assert_eq!(double.locals.iter().map(value).collect::<Vec<_>>(), [None, Some(2.0)]);
    assert_eq!(double.downstream.iter().map(value).collect::<Vec<_>>(), [None, Some(2.0)]);
    assert!(flow.wires.iter().filter(|w| w.is_constant).all(|w| w.upstream.is_none()));
    Ok(())
}

#[test]
fn a_stage_has_the_product_of_its_parts() -> Result<()> {
    let program = trace(|x: Wire, y: Wire| (x + sigma(y)) / (sigma(x) + (x + y) * (x + y)), &(F64, F64))?;
    let flow = program.flow(&(3.0.into(), (-4.0).into()), &1.0.into())?;
    assert_eq!(flow.stages.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["", "sigma", "sigma#2"]);
    for (stage, input) in flow.stages.iter().skip(1).zip([-4.0f64, 3.0]) {
        let (local, product) = (value(&stage.local[0][0]), value(&stage.product_of_parts[0][0]));
        // (1 - s) s without the cancellation in 1 - s
        let small = (-input).exp();
        let exact = small / ((1.0 + small) * (1.0 + small));
        for found in [local, product].into_iter().flatten() {
            assert!((found - exact).abs() <= 8.0 * f64::EPSILON * found, "{found}");
        }
        assert!(local.is_some() && product.is_some());
    }
    let [dx, dy] = upstreams(&flow)[..] else { panic!("two inputs") };
    assert!((dx.unwrap_or(f64::NAN) - 2.0595697956).abs() < 1e-10);
    assert!((dy.unwrap_or(f64::NAN) - 1.5922327515).abs() < 1e-10);
    Ok(())
}

#[test]
fn paths_through_a_stage_add_up_and_inputs_are_moved_one_at_a_time() -> Result<()> {
    // the second input of the stage depends on the first: the local gradient for the first holds the second fixed
    let program = trace(
        |x: Wire| {
            let y = x * x;
            stage("f", || x * y + x.exp())
        },
        &(F64,),
    )?;
    let flow = program.flow(&(2.0.into(),), &1.0.into())?;
    let stage = &flow.stages[1];
    assert_eq!(stage.inputs, [0, 1]);
    let expected = [4.0 + 2f64.exp(), 2.0];
    for (column, wanted) in expected.into_iter().enumerate() {
        assert_eq!(value(&stage.local[0][column]), Some(wanted));
        assert_eq!(value(&stage.product_of_parts[0][column]), Some(wanted));
    }
    assert_eq!(upstreams(&flow), [Some(12.0 + 2f64.exp())]);
    Ok(())
}

#[test]
fn what_the_output_does_not_need_has_a_value_and_no_upstream() -> Result<()> {
    let program = trace(
        |x: Wire, y: Wire| {
            crate::name(x * y, "unused");
            x.exp()
        },
        &(F64, F64),
    )?;
    let flow = program.flow(&(0.0.into(), 3.0.into()), &1.0.into())?;
    let unused = flow.named("unused").expect("named above");
    assert_eq!((unused.value.item()?, &unused.upstream), (0.0, &None));
    assert_eq!(unused.downstream, [None, None]);
    assert_eq!(upstreams(&flow), [Some(1.0), None]);
    Ok(())
}

#[test]
fn tensors_flow_too() -> Result<()> {
    let specs =
        (Spec { shape: Shape::new(&[2, 2]).expect("small"), dtype: DType::F32 }, Spec::scalar(DType::F32));
    let program = trace(|x: Wire, b: Wire| stage("act", || (x * 2.0).sigmoid()).sum() * b, &specs)?;
    let x = Tensor::new(vec![0.0f32, 1.0, -1.0, 0.5], &[2, 2])?;
    let flow = program.flow(&(x, 3f32.into()), &1f32.into())?;
    let stage = &flow.stages[1];
    let (Some(local), Some(product)) = (&stage.local[0][0], &stage.product_of_parts[0][0]) else {
        panic!("element-wise")
    };
    let close = local.to_f64().into_iter().zip(product.to_f64()).all(|(a, b)| (a - b).abs() < 1e-7);
    assert!(close, "{local} {product}");
    assert_eq!(local.shape().dims(), [2, 2]);
    let sum = flow.wires.iter().find(|w| w.gate == "sum").expect("the circuit sums");
    assert!(sum.locals[0].is_none() && sum.downstream[0].is_some());
    Ok(())
}

#[test]
fn what_does_not_fit_is_named() -> Result<()> {
    let program = trace(|x: Wire, y: Wire| crate::gates::support::operands::fit(x, y).0 + y, &(F64, F64))?;
    let mistake = flow(program.circuit(), &[1.0.into(), vec![1.0].into()], &[1f32.into()]);
    let text = mistake.err().map(|e| e.to_string());
    let wanted =
        "input 1: flow: is f64[1], but the wire is f64[]; hint: give it in the shape and dtype of the wire";
    assert_eq!(text.as_deref(), Some(wanted));
    Ok(())
}

#[test]
fn the_table_is_for_people() -> Result<()> {
    let program = trace(
        |w: [Wire; 2], x: Wire| {
            crate::name(w[0], "w");
            crate::name(w[1], "b");
            crate::name(x, "x");
            sigma(w[0] * x + w[1])
        },
        &([F64, F64], F64),
    )?;
    let flow = program.flow(&([2.0.into(), 1.0.into()], (-1.0).into()), &1.0.into())?;
    let wanted = "\
wire   gate       value     upstream   local gradients  passed back
w      input       2        -0.19661
b      input       1         0.19661
x      input      -1         0.39322
#3     mul w, x   -2         0.19661   -1, 2            -0.19661, 0.39322
#4     add #3, b  -1         0.19661    1, 1             0.19661, 0.19661
stage sigma(#4)
  #5   neg #4      1        -0.19661   -1                0.19661
  #6   exp #5      2.7183   -0.072329   2.7183          -0.19661
  #8   add 1, #6   3.7183   -0.072329   ·, 1             ·, -0.072329
  #10  div 1, #8   0.26894   1          ·, -0.072329     ·, -0.072329
  local gradient d #10 / d #4 = 0.19661; product of the parts: -0.072329 × 1 × 2.7183 × -1 = 0.19661 (equal)
";
    assert_eq!(flow.to_string(), wanted);
    Ok(())
}
