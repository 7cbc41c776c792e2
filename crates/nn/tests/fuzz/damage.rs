//! Damage to what a file means: numbers, names and order in JSON, with all that counts and checks the bytes mended afterwards.

use super::harness::{Damage, hurt};
use serde_json::{Map, Value};

/// Bytes that mean something within a text.
const TEXT: &[u8] = b"\x00\"\\.,:[]{}09-+eE \n\xc3\xa4@=";

/// Numbers at which something ends.
const NUMBERS: [u64; 16] = [
    0,
    1,
    2,
    3,
    7,
    255,
    1 << 16,
    1 << 20,
    (1 << 31) - 1,
    1 << 32,
    1 << 40,
    1 << 53,
    1 << 62,
    1 << 63,
    u64::MAX / 8 + 1,
    u64::MAX,
];

/// How many values there are within one, itself among them.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

/// The value with this number, counted from the outside inward.
fn nth<'a>(value: &'a mut Value, n: &mut usize) -> Option<&'a mut Value> {
    if *n == 0 {
        return Some(value);
    }
    *n -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, n)),
        Value::Object(fields) => fields.values_mut().find_map(|field| nth(field, n)),
        _ => None,
    }
}

/// Does one change to some value in a tree of them.
pub fn within(tree: &mut Value, damage: &Damage) {
    let mut n = damage.at.index(count(tree));
    let all = tree.clone();
    let value = nth(tree, &mut n).unwrap();
    let byte = usize::from(damage.byte);
    match damage.kind {
        0 | 1 => *value = other(byte, damage.length, value),
        // Some other value of the tree in this place.
        2 => {
            let (mut all, mut n) = (all, byte * 31 + damage.length);
            n %= count(&all);
            *value = nth(&mut all, &mut n).unwrap().take();
        }
        3 => {
            for _ in 0..damage.length {
                *value = Value::Array(vec![value.take()]);
            }
        }
        _ => inside(value, damage),
    }
}

/// A number or a word in the place of a value.
fn other(byte: usize, length: usize, value: &Value) -> Value {
    match byte % 8 {
        0..4 => NUMBERS[(byte / 8 + length) % NUMBERS.len()].into(),
        4 => (-(length as i64)).into(),
        5 => value.as_f64().map_or(f64::MAX, |x| x * 1.5 - length as f64).into(),
        6 => [Value::Null, true.into(), "".into(), "nan".into(), "inf".into()][length % 5].clone(),
        _ => [Value::Array(Vec::new()), Value::Object(Map::new())][length % 2].clone(),
    }
}

/// A change of what a value holds.
fn inside(value: &mut Value, damage: &Damage) {
    let byte = usize::from(damage.byte);
    match value {
        Value::String(text) => {
            let mut bytes = text.clone().into_bytes();
            hurt(&mut bytes, damage, TEXT);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        Value::Number(number) => {
            let by = [1, 2, byte as u64][damage.length % 3];
            let n = number.as_u64().unwrap_or(0);
            *value = if byte.is_multiple_of(2) { n.wrapping_add(by) } else { n.wrapping_sub(by) }.into();
        }
        Value::Array(items) if !items.is_empty() => {
            let at = byte % items.len();
            match damage.kind {
                4 => drop(items.remove(at)),
                5 => items.extend(vec![items[at].clone(); damage.length]),
                6 => items.reverse(),
                _ => items.swap(0, at),
            }
        }
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(byte % fields.len()).unwrap().clone();
            let field = fields[&name].clone();
            if damage.kind != 5 {
                fields.remove(&name);
            }
            if damage.kind > 4 {
                fields.insert(format!("{name}{}", damage.length), field);
            }
        }
        _ => {}
    }
}

/// The same to a JSON document.
pub fn within_text(text: &str, damages: &[Damage]) -> String {
    // Damage before may have left what is no JSON any more.
    let Ok(mut tree) = serde_json::from_str::<Value>(text) else { return text.into() };
    damages.iter().for_each(|damage| within(&mut tree, damage));
    tree.to_string()
}

/// The same to lines of JSON, and to their order. Each damage has a line of its own.
pub fn within_lines(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut lines: Vec<String> = String::from_utf8(bytes.to_vec()).unwrap().lines().map(Into::into).collect();
    for damage in damages {
        let at = damage.at.index(lines.len());
        let (to, line) = (usize::from(damage.byte) % lines.len(), lines[at].clone());
        match (damage.kind, damage.length) {
            (5, 0..12) => lines.swap(at, to),
            (6, 0..12) => lines.insert(to, line),
            (7, 0..12) if lines.len() > 1 => drop(lines.remove(at)),
            _ => lines[at] = within_text(&line, std::slice::from_ref(damage)),
        }
    }
    lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect()
}
