//! What is read in parts takes little memory and can be larger than 4 GB.

#![allow(clippy::unwrap_used, unsafe_code)]

#[path = "fuzz/memory.rs"]
mod memory;

use chainrule::Tensor;
use chainrule_nn::data::{ArrayStream, Examples, Request, TableStream, ahead, buffers, npy};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write as _};

#[test]
fn a_table_in_parts_takes_twelve_bytes_a_row() {
    const ROWS: usize = 40_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let mut text = String::new();
    for i in 0..ROWS {
        for j in 0..16 {
            write!(text, "{}.{:05},", i % 100, (i * 7919 + j * 31) % 100_000).unwrap();
        }
        writeln!(text, "{},class{}", ["oak", "elm", "ash"][i % 3], i % 7).unwrap();
    }
    fs::write(&path, &text).unwrap();
    let size = text.len();
    drop(text);
    let (stream, opening) = memory::most(|| TableStream::learn(&path, &Request::class("-1")).unwrap());
    assert_eq!((stream.rows(), stream.columns().len()), (ROWS, 19));
    // A list that grows takes up to three times what it needs while it is moved.
    assert!(opening < 3 * 12 * ROWS + (1 << 20) && opening < size / 2, "{opening} of {size}");
    let (mut x, mut y) = buffers(&stream, 64).unwrap();
    let rows: Vec<usize> = (0..64).map(|i| i * 7919 % ROWS).collect();
    let ((), loading) = memory::most(|| stream.load(&rows, &mut x, &mut y).unwrap());
    assert!(loading < 1 << 16, "{loading}");
    assert_eq!(y.to_f64(), rows.iter().map(|row| (row % 7) as f64).collect::<Vec<_>>());
    let first = x.as_slice::<f32>().unwrap()[19];
    assert_eq!(first, format!("{}.{:05}", rows[1] % 100, rows[1] * 7919 % 100_000).parse::<f32>().unwrap());
}

#[test]
fn an_array_may_be_larger_than_four_gigabytes() {
    const ROWS: usize = 5000;
    const WIDTH: usize = 1 << 18;
    let folder = tempfile::tempdir().unwrap();
    let (x, y) = (folder.path().join("x.npy"), folder.path().join("y.npy"));
    // The header of an empty array of this width, with another number of rows: 5.2 GB, nearly all of it a hole.
    let header = npy::encode(&Tensor::new(Vec::<f32>::new(), &[0, WIDTH]).unwrap());
    let text = String::from_utf8_lossy(&header[10..]).replacen("(0, ", "(5000, ", 1).replacen("   ", "", 1);
    let header = [&header[..10], text.as_bytes()].concat();
    let mut file = File::create(&x).unwrap();
    file.write_all(&header).unwrap();
    file.set_len((header.len() + 4 * ROWS * WIDTH) as u64).unwrap();
    file.seek(SeekFrom::End(-8)).unwrap();
    file.write_all(&[1.5f32.to_le_bytes(), 2.5f32.to_le_bytes()].concat()).unwrap();
    drop(file);
    npy::write(&y, &Tensor::new((0..ROWS).map(|i| (i % 3) as i64).collect::<Vec<_>>(), &[ROWS]).unwrap())
        .unwrap();
    let stream = ArrayStream::open(&x, &y).unwrap();
    assert_eq!(stream.rows(), ROWS);
    let order = [vec![ROWS - 1], vec![0]].into_iter();
    let last = |batches: &mut chainrule_nn::data::Ahead| {
        let mut ends = Vec::new();
        while let Some(batch) = batches.next() {
            let batch = batch.unwrap();
            ends.push((batch.x.as_slice::<f32>().unwrap()[WIDTH - 2..].to_vec(), batch.y.to_f64()));
        }
        ends
    };
    let ends = ahead(&stream, 1, order, last).unwrap();
    assert_eq!(ends, [(vec![1.5, 2.5], vec![1.0]), (vec![0.0, 0.0], vec![0.0])]);
}
