//! Gates and their rooms: each file under gates/ declares a gate, each gate is in the list, and whoever works on
//! circuits matches on classes and names no gate.

use super::Finding;
use super::floors::module_of;
use super::source::{Source, body_or_end, closing, identifier, is_word, words};
use std::collections::BTreeSet;

const GATES: &str = "crates/chainrule/src/gates/";
const LIST: &str = "crates/chainrule/src/gates/mod.rs";
/// What rooms share; no room itself.
const SUPPORT: &str = "crates/chainrule/src/gates/support";
/// Modules that name no gate.
const NAMELESS: [&str; 4] = ["circuit", "transform", "plan", "run"];
/// The pass that knows identities of single gates.
const SIMPLIFY: &str = "crates/chainrule/src/transform/simplify";

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let rooms: Vec<&Source> = sources.iter().filter(|source| source.path.starts_with(GATES)).collect();
    let macros: Vec<&str> = rooms.iter().flat_map(|room| declaring_macros(room)).collect();
    let listed: BTreeSet<&str> =
        rooms.iter().filter(|room| room.path == LIST).flat_map(|room| listed(room)).collect();
    let mut findings = Vec::new();
    let mut gates = listed.clone();
    for room in rooms.into_iter().filter(|room| is_room(&room.path)) {
        let declared = declared(room, &macros);
        if declared.is_empty() {
            let what = "a room without a gate; hint: declare `pub static NAME: GateDef`, or move it to gates/support";
            findings.push(room.finding(0, "rooms", what));
        }
        for (at, gate) in declared {
            if !listed.contains(gate) {
                let what = format!("`{gate}` is not in the list of gates/mod.rs");
                findings.push(room.finding(at, "rooms", what));
            }
            gates.insert(gate);
        }
    }
    findings.extend(sources.iter().flat_map(|source| named_gates(source, &gates)));
    findings
}

fn is_room(path: &str) -> bool {
    !path.ends_with("/mod.rs") && !path.ends_with("/tests.rs") && !path.starts_with(SUPPORT)
}

/// Places of `static ...: GateDef`, each with what stands for the name.
fn statics(room: &Source) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for at in words(&room.code, "static").filter(|&at| !room.is_test(at)) {
        let declaration = &room.code[at..];
        let Some((head, rest)) = declaration.split_once(':') else {
            continue;
        };
        // `&'static T` is a type; a declaration has one name before its colon.
        let name = head["static".len()..].trim();
        let ty = rest.split('=').next().unwrap_or(rest).trim();
        let is_gate = ty == "GateDef" || ty.ends_with("::GateDef");
        if is_gate && !name.contains(|letter: char| !is_word(letter as u8) && letter != '$') {
            found.push((at, name));
        }
    }
    found
}

/// Names of macros that declare a gate, as `comparison!(GT, ...)` does.
fn declaring_macros(room: &Source) -> Vec<&str> {
    let gates = statics(room);
    let bodies = room.macros();
    let declaring = bodies.iter().filter(|body| gates.iter().any(|(at, _)| body.contains(at)));
    let names = declaring.map(|body| {
        let rest = &room.code[body.start + "macro_rules".len()..];
        identifier(rest.trim_start_matches(|letter: char| letter == '!' || letter.is_whitespace()))
    });
    names.collect()
}

/// The gates a room declares, itself or by a macro, whose first name in capitals is the gate.
fn declared<'a>(room: &'a Source, macros: &[&str]) -> Vec<(usize, &'a str)> {
    let mut found: Vec<(usize, &str)> =
        statics(room).into_iter().filter(|(_, name)| is_capital(name)).collect();
    for name in macros {
        for at in words(&room.code, name).filter(|&at| !room.is_test(at)) {
            let rest = &room.code[at + name.len()..];
            if rest.starts_with('!')
                && let Some(open) = rest.find(['(', '{', '['])
            {
                let open = at + name.len() + open;
                let arguments = &room.code[open..closing(&room.code, open)];
                found.extend(capitals(arguments).next().map(|(_, gate)| (at, gate)));
            }
        }
    }
    found
}

/// The gates in the list: in `rooms! { ... }`, or in a plain `ALL`.
fn listed(list: &Source) -> Vec<&str> {
    let code = &list.code;
    let mut parts = Vec::new();
    for at in words(code, "rooms") {
        // The definition, `macro_rules! rooms {`, has no `!` behind the name.
        if let Some(open) = code[at + "rooms".len()..].strip_prefix('!').and_then(|rest| rest.find('{')) {
            parts.push(&code[at..closing(code, at + "rooms!".len() + open)]);
        }
    }
    for at in words(code, "ALL").filter(|at| code[at + 3..].starts_with(':')) {
        parts.push(&code[at + 3..body_or_end(code, at)]);
    }
    parts.into_iter().flat_map(capitals).map(|(_, gate)| gate).collect()
}

/// Gates that a source names although it must not.
fn named_gates(source: &Source, gates: &BTreeSet<&str>) -> Vec<Finding> {
    let Some(module) = module_of(&source.path).filter(|module| NAMELESS.contains(module)) else {
        return Vec::new();
    };
    if source.path.starts_with(SIMPLIFY) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (at, name) in capitals(&source.code) {
        let is_own = ["const", "static"].iter().any(|word| source.code.contains(&format!("{word} {name}:")));
        if gates.contains(name) && !is_own && !source.is_test(at) && !is_constant_of_type(&source.code[..at])
        {
            let what = format!(
                "`{module}` names the gate `{name}`; hint: match on its class, or write arithmetic on wires"
            );
            findings.push(source.finding(at, "rooms", what));
        }
    }
    findings
}

/// Whether what follows belongs to a type, as in `u32::MAX` or `Reads::NOT`.
fn is_constant_of_type(before: &str) -> bool {
    const NUMBERS: [&str; 12] =
        ["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "isize", "f32"];
    let Some(before) = before.strip_suffix("::") else {
        return false;
    };
    let start = before.bytes().rposition(|byte| !is_word(byte)).map_or(0, |at| at + 1);
    let owner = &before[start..];
    owner.starts_with(|letter: char| letter.is_ascii_uppercase())
        || NUMBERS.contains(&owner)
        || owner == "f64"
}

/// Names in capitals of two letters or more, such as gates and constants have.
fn capitals(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let bytes = code.as_bytes();
    let starts = (0..bytes.len()).filter(|&at| is_word(bytes[at]) && (at == 0 || !is_word(bytes[at - 1])));
    starts.map(|at| (at, identifier(&code[at..]))).filter(|(_, word)| is_capital(word))
}

fn is_capital(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    word.len() > 1
        && word.bytes().all(is_letter)
        && word.starts_with(|letter: char| letter.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUL: &str =
        "/// Doc.\npub static MUL: GateDef = GateDef { name: \"mul\" };\noperator!(Mul, mul, MUL);\n";
    const COMPARE: &str = "macro_rules! comparison { ($gate:ident) => { pub static $gate: GateDef = GateDef {}; } }\n\
                           comparison!(GT, gt);\ncomparison!(LT, lt);\n";
    const ROOMS: &str = "macro_rules! rooms { ($($gate:ident)*) => { pub static ALL: &[&GateDef] = &[$(&$gate,)*]; } }\n\
                         rooms! {\n    mul: MUL;\n    compare: GT LT;\n}\n";

    fn whats(files: &[(&str, &str)]) -> Vec<String> {
        let source = |(path, text): &(&str, &str)| {
            Source::new(format!("crates/chainrule/src/{path}"), text.to_string())
        };
        let sources: Vec<Source> = files.iter().map(source).collect();
        check(&sources).iter().map(Finding::to_string).collect()
    }

    fn house(more: (&str, &str)) -> Vec<String> {
        whats(&[("gates/mod.rs", ROOMS), ("gates/mul.rs", MUL), ("gates/compare.rs", COMPARE), more])
    }

    #[test]
    fn listed_rooms_pass() {
        assert_eq!(house(("gates/support/shape.rs", "pub fn same() {}")), [""; 0]);
        let plain = "pub static ALL: &[&GateDef] = &[&mul::MUL, &compare::GT,\n    &compare::LT];";
        assert_eq!(
            whats(&[("gates/mod.rs", plain), ("gates/mul.rs", MUL), ("gates/compare.rs", COMPARE)]),
            [""; 0]
        );
    }

    #[test]
    fn a_room_without_a_gate_is_found() {
        assert!(
            house(("gates/empty.rs", "fn f(g: &'static GateDef) {}"))[0].contains("a room without a gate")
        );
    }

    #[test]
    fn an_unlisted_gate_is_found() {
        let found = house(("gates/sub.rs", "\npub(crate) static SUB: crate::circuit::GateDef = GateDef {};"));
        assert_eq!(
            found,
            ["crates/chainrule/src/gates/sub.rs:2: rooms: `SUB` is not in the list of gates/mod.rs"]
        );
        let found = house(("gates/other.rs", "comparison!(GE, ge);"));
        assert!(found[0].contains("`GE` is not in the list"), "{found:?}");
    }

    #[test]
    fn floors_that_name_a_gate_are_found() {
        for module in NAMELESS {
            for text in
                ["use crate::gates::MUL;", "use crate::gates::{self, mul::MUL};", "fn f() { gates::GT }"]
            {
                let found = house((&format!("{module}/a.rs"), text));
                assert_eq!(found.len(), 1, "{module} {text} {found:?}");
                assert!(found[0].contains("names the gate"), "{found:?}");
            }
        }
    }

    #[test]
    fn simplify_tests_and_other_constants_may() {
        assert_eq!(house(("transform/simplify.rs", "use crate::gates::MUL;")), [""; 0]);
        assert_eq!(house(("api/a.rs", "use crate::gates::MUL;")), [""; 0]);
        assert_eq!(house(("plan/a.rs", "#[cfg(test)]\nmod tests { use crate::gates::MUL; }")), [""; 0]);
        assert_eq!(house(("plan/a.rs", "fn f() { u32::GT + Reads::MUL }")), [""; 0]);
        assert_eq!(house(("plan/a.rs", "const MUL: u32 = 1;\nfn f() { MUL }")), [""; 0]);
        assert_eq!(house(("transform/a.rs", "use crate::gates::support::operands::zeros_like;")), [""; 0]);
    }
}
