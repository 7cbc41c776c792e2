//! The readers of run files: what `doctor` and `view` make of them, and what `train --resume` goes on with.

use super::damage::within_lines;
use super::harness::Reader;
use super::readers::file;
use chainrule_explorer::health::{self, Thresholds};
use chainrule_explorer::run::{
    Alert, Birth, Book, End, Field, Follower, Gate, Graph, Head, History, Kind, Milliseconds, Module,
    Operand, Pass, PathGate, Plane, Points, Reader as Records, Record, Role, Step, Summary, Try, VERSION,
    Val, Watch, Writer,
};
use std::path::Path;

fn watch(w: u32, role: Role, name: &str) -> Watch {
    Watch { w, role, name: name.into(), m: 1, op: "relu".into(), path: true, rank: 2 }
}

fn begin() -> Vec<Record> {
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
fn step(s: u64) -> Vec<Record> {
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

fn end(s: u64) -> Vec<Record> {
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

/// What the writer makes of these.
fn written(records: impl IntoIterator<Item = Record>) -> Vec<u8> {
    file("seed.run.jsonl", b"", |path| {
        let mut writer = Writer::create(path, 4).unwrap();
        records.into_iter().for_each(|record| writer.write(&record).unwrap());
        std::fs::read(path).unwrap()
    })
}

/// All that is asked of a run when the file was read.
fn look(history: &History, mut book: Book) {
    for verdict in health::check(history, &Thresholds::default()) {
        assert!(!verdict.why.is_empty());
        verdict.alert(1);
    }
    history.births.iter().for_each(|birth| drop(birth.to_string()));
    let until = [0, 1, 3, u64::MAX];
    for s in until {
        health::check(book.history(s), &Thresholds::default());
        assert!(book.moments_until(s).len() <= book.moments().len());
        let dots = book.curve.dots(s, 10);
        assert!(dots.windows(2).all(|pair| pair[0].s < pair[1].s) && dots.iter().all(|dot| dot.s >= s));
        assert!(book.curve.at(s).is_none_or(|dot| dot.s <= s));
    }
    assert!(book.per_second().is_none_or(|speed| speed > 0.0));
    book.observing();
    until.iter().rev().for_each(|&s| book.back_to(s));
}

pub fn run_file() -> Reader {
    fn read(bytes: &[u8]) -> Result<(), String> {
        file("t.run.jsonl", bytes, |path| {
            let (mut history, mut book) = (History::default(), Book::default());
            let mut records = Records::open(path).map_err(|why| why.to_string())?;
            let (mut count, mut trouble) = (0, None);
            for record in &mut records {
                match record {
                    Ok(record) => {
                        history.push(&record);
                        book.push(&record);
                        count += 1;
                    }
                    Err(why) => trouble = Some(why.to_string()),
                }
            }
            look(&history, book);
            followed(path, count, trouble.is_some());
            let appended = Writer::append(path, 4);
            if let Some(trouble) = trouble {
                assert!(appended.is_err() && std::fs::read(path).unwrap() == bytes, "{trouble}");
                return Err(trouble);
            }
            let last = Record::End(End { s: 1, why: "done".into() });
            appended.unwrap().write(&last).unwrap();
            let again: Vec<Record> = Records::open(path).unwrap().collect::<Result<_, _>>().unwrap();
            assert_eq!((again.len(), again.last()), (count + 1, Some(&last)));
            Ok(())
        })
    }
    let seeds = vec![
        written(begin().into_iter().chain((1..=6).flat_map(step)).chain(end(6))),
        written(begin().into_iter().chain((1..=3).flat_map(step)).chain((2..=3).flat_map(step))),
        written(begin().into_iter().take(1)),
    ];
    Reader {
        name: "run files",
        disk: true,
        seeds,
        telling: b"\x00\xff\"{}[],:\n019-.e+nullkswfbirthsum",
        within: Some(within_lines),
        factor: chainrule_explorer::run::limits::FACTOR,
        read,
    }
}

/// A page that follows the file sees as many records as there are in whole lines.
fn followed(path: &Path, count: usize, is_damaged: bool) {
    let mut seen = 0;
    let read = Follower::new(path).read(&mut |record| seen += usize::from(record.is_some()));
    assert!(
        seen <= count && (is_damaged || read.is_ok() && seen + 1 >= count),
        "{seen} of {count}: {read:?}"
    );
}

/// As much as fits into a run file; and what is said of it.
pub fn crowded() -> Vec<(Reader, Vec<u8>, &'static str)> {
    let head = "{\"k\":\"run\",\"v\":2}\n";
    let graph = "{\"k\":\"graph\",\"g\":1,\"modules\":[],\"gates\":[";
    let lines = |begin: &str, one: &str, count: usize, end: &str| {
        let all = vec![one; count].join(if one.ends_with('\n') { "" } else { "," });
        [head, begin, &all, end].concat().into_bytes()
    };
    let watches = |count: usize| {
        let watch = |w: usize| format!("{{\"w\":{w},\"role\":\"parameter\",\"name\":\"\",\"path\":true}}");
        (0..count).map(watch).collect::<Vec<_>>().join(",")
    };
    let sums = |s: u64| {
        let sum = "\"f\":\"g\",\"n\":1,\"min\":0,\"max\":0,\"mean\":0,\"std\":0,\"l2\":0}\n";
        format!("{{\"k\":\"sum\",\"s\":{s},\"w\":0,{sum}")
    };
    let watched = lines(graph, "", 1, &format!("],\"watch\":[{}]}}\n", watches(8000)));
    let observed = [lines(graph, "", 1, &format!("],\"watch\":[{}]}}\n", watches(1))), {
        (0..8000).flat_map(|s| sums(s).into_bytes()).collect()
    }];
    let operand = "{\"w\":0,\"name\":\"\",\"min\":0,\"max\":0}";
    let birth = "{\"k\":\"birth\",\"s\":1,\"pass\":\"fwd\",\"gate\":1,\"op\":\"\",\"kind\":\"nan\",\"of\":1,\"of_op\":\"\",\"in\":[";
    vec![
        (run_file(), lines(graph, "{\"id\":0,\"op\":\"\",\"m\":0}", 20_000, "]}\n"), ""),
        (
            run_file(),
            lines(graph, "{\"id\":0,\"op\":\"\",\"m\":0}", 20_001, "]}\n"),
            "20001 gates, at most 20000",
        ),
        (
            run_file(),
            lines(&format!("{graph}{{\"id\":0,\"op\":\"\",\"m\":0,\"in\":["), "0", (1 << 18) + 1, "]}]}\n"),
            "",
        ),
        (run_file(), watched, ""),
        (run_file(), observed.concat(), ""),
        (run_file(), lines("", "{\"k\":\"step\",\"s\":1,\"t\":0,\"loss\":0}\n", 20_000, ""), ""),
        (run_file(), lines("", "{\"k\":\"try\",\"s\":1,\"loss\":0}\n", 20_000, ""), ""),
        (
            run_file(),
            lines("", "{\"k\":\"alert\",\"s\":1,\"rule\":\"\",\"at\":\"\",\"x\":0,\"thr\":0}\n", 10_000, ""),
            "",
        ),
        (run_file(), lines(birth, operand, 10_000, "],\"of_in\":[]}\n"), ""),
        (run_file(), lines("{\"k\":\"run\",\"v\":2,\"argv\":[", "\"\"", (1 << 17) + 1, "]}\n"), ""),
        (
            run_file(),
            lines("", "{\"k\":\"step\",\"s\":1,\"t\":0,\"loss\":0,\"x\":[[[[[[[[]]]]]]]]}\n", 20_000, ""),
            "",
        ),
    ]
}
