//! Damage to files of weights, with lengths and checksums mended afterwards.

use super::damage::{within, within_text};
use super::harness::{Damage, hurt};
use serde_json::{Map, Value};

/// The notes in a head.
fn notes(head: &mut Value) -> Option<&mut Map<String, Value>> {
    head.get_mut("__metadata__").and_then(Value::as_object_mut)
}

/// The same to the head of a safetensors file and to the JSON in its notes, with length and both checksums mended.
pub fn within_weights(file: &[u8], damages: &[Damage]) -> Vec<u8> {
    let (length, rest) = file.split_first_chunk::<8>().unwrap();
    let (head, numbers) = rest.split_at(u64::from_le_bytes(*length) as usize);
    let mut head: Value = serde_json::from_slice(head).unwrap();
    let mut numbers = numbers.to_vec();
    for damage in damages {
        let mut notes = notes(&mut head).into_iter().flatten().map(|(_, note)| note);
        let json = notes.find(|note| note.as_str().is_some_and(|text| text.starts_with('{')));
        match (damage.length % 4, json) {
            (0 | 1, Some(note)) => {
                *note = within_text(note.as_str().unwrap(), std::slice::from_ref(damage)).into();
            }
            (2, _) => hurt(&mut numbers, damage, &[0, 0x7f, 0xff, 0x80]),
            _ => within(&mut head, damage),
        }
    }
    mended(head, &numbers)
}

/// A file of this head and these numbers, with the checksums that they have, as far as it is one.
pub fn mended(mut head: Value, numbers: &[u8]) -> Vec<u8> {
    let crc = |parts: &mut dyn Iterator<Item = &[u8]>| {
        let mut crc = flate2::Crc::new();
        parts.for_each(|part| crc.update(part));
        Value::from(format!("{:08x}", crc.sum()))
    };
    let whole = |head: &Value| {
        let head = head.to_string().into_bytes();
        [&(head.len() as u64).to_le_bytes()[..], &head, numbers].concat()
    };
    let ours = notes(&mut head).map(|notes| notes.remove("crc32_head"));
    // Files of others have no checksums.
    if ours.flatten().is_none() {
        return whole(&head);
    }
    let file = whole(&head);
    if let (Ok(file), Some(notes)) = (safetensors::SafeTensors::deserialize(&file), notes(&mut head)) {
        let mut tensors = file.tensors();
        tensors.sort_by(|(a, _), (b, _)| a.cmp(b));
        notes.insert("crc32".into(), crc(&mut tensors.iter().map(|(_, view)| view.data())));
    }
    let sum = crc(&mut [head.to_string().as_bytes()].into_iter());
    notes(&mut head).into_iter().for_each(|notes| drop(notes.insert("crc32_head".into(), sum.clone())));
    whole(&head)
}
