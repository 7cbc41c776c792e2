//! The text form of every gate: parses back to the same circuit; damaged, it is refused and never feared.

use super::Subject;

use crate::circuit::{Circuit, Class, Sampler};
use crate::gates::ALL;
use crate::parse_circuit;

/// Equal, and printed alike: names and stages, which equality does not look at, are kept too.
fn same_again(circuit: &Circuit) {
    let text = circuit.to_string();
    let parsed = parse_circuit(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(parsed.to_string(), text);
    assert!(parsed == *circuit, "parsed back as another circuit:\n{text}");
}

fn cases() -> impl Iterator<Item = Circuit> {
    let gates = ALL.iter().filter(|gate| !matches!(gate.class, Class::Input));
    gates
        .flat_map(|gate| (0..4).map(|seed| Subject::draw(gate, seed)))
        .map(|s| s.trace(&s.inputs, |w| s.record(w)).unwrap_or_else(|e| panic!("{}: {e}", s.gate.name)))
}

#[test]
fn every_gate_prints_and_parses_back() {
    cases().for_each(|circuit| same_again(&circuit));
}

#[test]
fn damaged_texts_of_every_gate_are_refused_not_feared() {
    const BITS: [&str; 18] = [
        "",
        " ",
        "-",
        "9",
        "0",
        "1",
        "-1",
        "99999999999",
        "[",
        "]",
        "{",
        "%",
        "%0",
        ", 3",
        "NaN",
        "f32",
        "\"",
        "é",
    ];
    for (seed, circuit) in cases().enumerate() {
        let text = circuit.to_string();
        let mut s = Sampler::new(seed as u64);
        for _ in 0..150 {
            let (from, cut, with) = (s.size(0, text.len()), s.size(0, 3), BITS[s.size(0, BITS.len() - 1)]);
            let damaged = [&text[..from], with, &text[(from + cut).min(text.len())..]].concat();
            if let Ok(parsed) = parse_circuit(&damaged) {
                same_again(&parsed);
            }
        }
    }
}
