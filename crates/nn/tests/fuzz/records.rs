//! The records of a small run, of every kind.

use chainrule_explorer::run::{
    Alert, Birth, End, Field, Gate, Graph, Head, Kind, Milliseconds, Module, Operand, Pass, PathGate, Plane,
    Points, Record, Role, Step, Summary, Try, VERSION, Val, Watch,
};

fn watch(w: u32, role: Role, name: &str) -> Watch {
    Watch { w, role, name: name.into(), m: 1, op: "relu".into(), path: true, rank: 2 }
}

/// The circuit of a layer, watched.
pub fn begin() -> Vec<Record> {
    let gate = |id: u32, op: &str, inputs: &[u32]| Gate {
        id,
        op: op.into(),
        m: 1,
        inputs: inputs.to_vec(),
        shape: vec![3, 2],
        ..Gate::default()
    };
    let module = |id: u32, path: &str| Module { id, path: path.into(), rep: 1 };
    let graph = Graph {
        g: 1,
        modules: vec![module(0, ""), module(1, "net.l1")],
        gates: vec![gate(0, "input", &[]), gate(1, "matmul", &[0, 0]), gate(2, "relu", &[1])],
        watch: vec![watch(0, Role::Parameter, "net.l1.weight"), watch(2, Role::Activation, "net.l1.relu")],
        loss: Some(2),
    };
    let head =
        Head { v: VERSION, id: "t".into(), argv: vec!["train".into()], steps: Some(9), ..Head::default() };
    vec![Record::Run(head), Record::Graph(graph)]
}

/// A step of which everything was observed.
pub fn step(s: u64) -> Vec<Record> {
    let sum = |w: u32, f: Field, x: f64| {
        let mut sum = Summary::of_f64(&[x, -x / 2.0, 0.0, f64::NAN, f64::INFINITY]).record(s, w, f);
        (sum.units, sum.dead, sum.sat) = (Some(2), Some(1), Some(0.25));
        (sum.first, sum.last) = (Some(1e-9), Some(1.0));
        Record::Sum(Box::new(sum))
    };
    let parameter = [(Field::Parameter, 1.0), (Field::Gradient, 1.0 / s as f64), (Field::Update, 1e-3)];
    let mut records: Vec<Record> = parameter.map(|(field, x)| sum(0, field, x)).to_vec();
    records.extend([sum(2, Field::Value, 2.0), sum(2, Field::Gradient, 0.25)]);
    let ms = Milliseconds { step: 1.5, obs: 0.01 };
    records.push(Record::Step(Step { s, t: s as f64 / 10.0, loss: 1.0 / s as f64, lr: 0.1, ms }));
    records
}

/// All that comes less often, and the end.
pub fn end(s: u64) -> Vec<Record> {
    let operand = Operand { w: 1, name: "p".into(), v: Some(0.0), min: 0.0, max: f64::INFINITY };
    let birth = Birth {
        s,
        pass: Pass::Backward,
        gate: 2,
        op: "div".into(),
        kind: Kind::Inf,
        at: vec![0, 1],
        inputs: vec![operand.clone()],
        of: 1,
        of_op: "log".into(),
        of_in: vec![operand],
        local: vec![f64::INFINITY],
        up: Some(-0.5),
        path: vec![PathGate { gate: 2, op: "mul".into(), module: "net".into() }; 2],
        module: "net.l1".into(),
        src: "x.rs:1:1".into(),
        within: vec!["scan, turn 3".into()],
        try_this: "log(x + eps)".into(),
    };
    let points = Points {
        names: vec!["x".into(), "y".into()],
        classes: vec!["a".into(), "b".into()],
        row: vec![0, 1],
        x: vec![0.0, 1.0],
        y: vec![f64::NAN, 1.0],
        label: vec![0, 1],
    };
    let likely = [0.25, 0.75, 1.0, 0.0, 0.5, 0.5, 0.1, 0.9];
    vec![
        Record::Val(Val { s, w: 0, at: Some(1), v: 0.5, g: Some(f64::NEG_INFINITY) }),
        Record::Points(Box::new(points)),
        Record::Plane(Box::new(Plane::of(s, ([-1.0, 1.0], [0.0, 2.0]), 2, 2, &likely))),
        Record::Try(Try { s, loss: 0.5, acc: Some(0.75) }),
        Record::Alert(Alert { s, rule: "loss".into(), at: String::new(), x: 0.5, thr: 0.1 }),
        Record::Birth(Box::new(birth)),
        Record::End(End { s, why: "nan".into() }),
    ]
}
