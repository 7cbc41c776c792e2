//! Event files are read back byte by byte, and compared with what TensorBoard's own reader saw.

use super::*;

/// A record's data, with the lengths and checksums of the file seen to.
fn records(mut file: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    while !file.is_empty() {
        let length = u64::from_le_bytes(file[..8].try_into().unwrap());
        let checksum = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
        let end = 12 + length as usize;
        assert_eq!(checksum(8), masked(&file[..8]));
        assert_eq!(checksum(end), masked(&file[12..end]));
        records.push(file[12..end].to_vec());
        file = &file[end + 4..];
    }
    records
}

/// A field's number and value.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Whole(u64),
    Double(f64),
    Float(f32),
    Bytes(Vec<u8>),
}

fn fields(mut message: &[u8]) -> Vec<(u64, Value)> {
    fn varint(message: &mut &[u8]) -> u64 {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = message[0];
            *message = &message[1..];
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }
    fn take<'a>(message: &mut &'a [u8], count: usize) -> &'a [u8] {
        let (taken, rest) = message.split_at(count);
        *message = rest;
        taken
    }
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        let value = match key & 7 {
            0 => Value::Whole(varint(&mut message)),
            1 => Value::Double(f64::from_le_bytes(take(&mut message, 8).try_into().unwrap())),
            2 => {
                let length = varint(&mut message) as usize;
                Value::Bytes(take(&mut message, length).to_vec())
            }
            5 => Value::Float(f32::from_le_bytes(take(&mut message, 4).try_into().unwrap())),
            wire => panic!("wire type {wire} is not used"),
        };
        fields.push((key >> 3, value));
    }
    fields
}

fn bytes(fields: &[(u64, Value)], field: u64) -> Vec<u8> {
    let found = fields.iter().find(|(number, _)| *number == field);
    let Some((_, Value::Bytes(bytes))) = found else { panic!("no bytes {field} in {fields:?}") };
    bytes.clone()
}

fn doubles(bytes: &[u8]) -> Vec<f64> {
    bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
}

#[test]
fn checksums_are_those_of_the_standard() {
    // RFC 3720, appendix B.4.
    assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
    assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
    assert_eq!(crc32c(&(0..32).collect::<Vec<u8>>()), 0x46dd_794e);
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
}

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("runs/1");
    let mut events = Events::create(&runs).unwrap();
    let histogram = Histogram::of(&[1.0, 2.0, f32::NAN, 2.0, 5.0], 4);
    events.scalar("loss", 300, 0.25, 1.5e9).unwrap();
    events.histogram("weights", -1, &histogram, 1.5e9).unwrap();
    events.flush().unwrap();
    let records = records(&fs::read(events.path()).unwrap());
    assert_eq!(records.len(), 3);
    let version = fields(&records[0]);
    assert_eq!(bytes(&version, 3), VERSION.as_bytes());
    assert!(matches!(version[0], (1, Value::Double(time)) if time > 1.6e9));

    let event = fields(&records[1]);
    assert_eq!(event[..2], [(1, Value::Double(1.5e9)), (2, Value::Whole(300))]);
    let value = fields(&bytes(&fields(&bytes(&event, 5)), 1));
    assert_eq!(value, [(1, Value::Bytes(b"loss".to_vec())), (2, Value::Float(0.25))]);

    let event = fields(&records[2]);
    assert_eq!(event[1], (2, Value::Whole(u64::MAX)));
    let value = fields(&bytes(&fields(&bytes(&event, 5)), 1));
    let inner = fields(&bytes(&value, 5));
    let numbers = [1.0, 5.0, 4.0, 10.0, 34.0];
    assert_eq!(inner[..5], std::array::from_fn::<_, 5, _>(|i| (i as u64 + 1, Value::Double(numbers[i]))));
    assert_eq!(doubles(&bytes(&inner, 6)), [2.0, 3.0, 4.0, 5.0]);
    assert_eq!(doubles(&bytes(&inner, 7)), [1.0, 2.0, 0.0, 1.0]);
}

#[test]
fn each_file_has_its_own_name_and_a_bad_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let made = [(); 3].map(|()| Events::create(folder.path()).unwrap().path().to_path_buf());
    assert!(made[0] != made[1] && made[1] != made[2]);
    assert!(made.iter().all(|path| path.to_string_lossy().contains("events.out.tfevents.")));
    let error = Events::create(&made[0]).unwrap_err().to_string();
    assert!(error.contains("can't be written: ") && error.contains("hint: give a folder"), "{error}");
}

#[test]
fn histograms_of_little_have_one_bin() {
    for (values, range, count) in [
        (&[][..], (0.0, 0.0), 0.0),
        (&[f32::NAN, f32::INFINITY], (0.0, 0.0), 0.0),
        (&[3.0, 3.0], (3.0, 3.0), 2.0),
    ] {
        let histogram = Histogram::of(values, 30);
        assert_eq!((histogram.range, histogram.count), (range, count));
        assert_eq!((histogram.ends, histogram.counts), (vec![range.1], vec![count]));
    }
    let wide = Histogram::of(&[-f32::MAX, f32::MAX], 10);
    assert_eq!(wide.counts, [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
}

/// `fixtures/events.json` is what the package `tensorboard` read from `fixtures/events.tfevents`; both are made by
/// `fixtures/events.py` with this test under `CHAINRULE_EVENTS=FOLDER`.
#[test]
fn tensorboard_sees_what_was_meant() {
    const FILE: &[u8] = include_bytes!("../../tests/fixtures/events.tfevents");
    const SEEN: &str = include_str!("../../tests/fixtures/events.json");
    let temporary = tempfile::tempdir().unwrap();
    let folder = std::env::var("CHAINRULE_EVENTS").map_or(temporary.path().to_path_buf(), PathBuf::from);
    let mut events = Events::create(&folder).unwrap();
    let values: Vec<f32> = (0..100).map(|i| (i * i % 37) as f32 / 8.0 - 1.0).collect();
    for step in 0..3 {
        let time = 1.7e9 + f64::from(step);
        events.scalar("loss/train", i64::from(step) * 100, 1.0 / (step + 1) as f32, time).unwrap();
        events.histogram("weights.0", i64::from(step) * 100, &Histogram::of(&values, 5), time).unwrap();
    }
    events.flush().unwrap();
    let written = fs::read(events.path()).unwrap();
    // The first record holds the time at which the file was made.
    assert_eq!(records(&written)[1..], records(FILE)[1..]);
    let seen: serde_json::Value = serde_json::from_str(SEEN).unwrap();
    let numbers = |at: &str| -> Vec<f64> {
        let list = seen.pointer(at).and_then(|list| list.as_array()).unwrap_or_else(|| panic!("{at}"));
        list.iter().map(|n| n.as_f64().unwrap()).collect()
    };
    let third = f64::from(1.0f32 / 3.0);
    assert_eq!(numbers("/scalars/loss~1train/0"), [1.7e9, 0.0, 1.0]);
    assert_eq!(numbers("/scalars/loss~1train/2"), [1.7e9 + 2.0, 200.0, third]);
    let expected = Histogram::of(&values, 5);
    assert_eq!(numbers("/histograms/weights.0/1/limits"), expected.ends);
    assert_eq!(numbers("/histograms/weights.0/1/counts"), expected.counts);
    let summary = [
        1.7e9 + 1.0,
        100.0,
        expected.range.0,
        expected.range.1,
        expected.count,
        expected.sum,
        expected.squares,
    ];
    assert_eq!(numbers("/histograms/weights.0/1/summary"), summary);
}
