//! Whatever a program does, its picture has nothing that lies over anything else, and is the same each time.

mod common;

use chainrule::prelude::*;
use chainrule_explorer::scene::{Direction, View, scene};
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};
use proptest::test_runner::Config;

/// One gate: which, what it reads, and how many stages it closes and opens before.
type Gate = (u8, u16, u16, u8);

fn gates() -> impl Strategy<Value = Vec<Gate>> {
    proptest::collection::vec((0u8..5, any::<u16>(), any::<u16>(), 0u8..8), 1..40)
}

/// Records gates, in stages that are opened and closed at random.
fn record(gates: &mut std::slice::Iter<'_, Gate>, wires: &mut Vec<Wire>, depth: usize) {
    while let Some(&(gate, a, b, turn)) = gates.next() {
        let pick = |at: u16| wires[wires.len() - 1 - usize::from(at) % wires.len().min(9)];
        let (x, y) = (pick(a), pick(b));
        wires.push(match gate {
            0 => x + y,
            1 => x * y,
            2 => x.maximum(y),
            3 => x.exp(),
            _ => x - y * 0.5,
        });
        match turn {
            0 if depth > 0 => return,
            1 if depth < 3 => stage("inner", || record(gates, wires, depth + 1)),
            2 if depth < 3 => stage("other", || record(gates, wires, depth + 1)),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]
    #[test]
    fn nothing_lies_over_anything(gates in gates(), depth in 0usize..4, down in any::<bool>()) {
        let spec = Spec::scalar(DType::F64);
        let program = trace(
            |x: Wire, y: Wire, z: Wire| {
                let mut wires = vec![x, y, z];
                let mut left = gates.iter();
                record(&mut left, &mut wires, 0);
                (wires[wires.len() - 1], wires[wires.len() / 2])
            },
            &(spec, spec, spec),
        ).expect("numbers fit each other");
        let flow = program.flow(&(0.5.into(), (-1.0).into(), 0.25.into()), &(1.0.into(), 1.0.into())).expect("numbers");
        let direction = if down { Direction::Tb } else { Direction::Lr };
        let view = View { depth, direction, ..View::default() };
        let first = scene(program.circuit(), Some(&flow), &view).expect("it is small");
        prop_assert_eq!(common::faults(&first), Vec::<String>::new());
        let again = scene(program.circuit(), Some(&flow), &view).expect("it was");
        let text = |scene| serde_json::to_string(scene).expect("a scene is data");
        prop_assert_eq!(text(&again), text(&first));
    }
}
