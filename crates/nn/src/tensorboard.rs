//! Event files for TensorBoard: scalars and histograms, without TensorFlow.
//!
//! A file is records: the length of the data (u64), a checksum of it, the data, a checksum of that (TensorFlow,
//! `tsl/lib/io/record_writer.h`). The data is a message `Event` (`tensorflow/core/util/event.proto`, `framework/summary.proto`)
//! in the encoding of protocol buffers. Unlike other files of this crate these grow, and a run that is killed may leave the last record
//! in part; TensorBoard reads up to it.

use crate::error::{Error, Result};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// What TensorBoard expects as the first event.
const VERSION: &str = "brain.Event:2";
const HINT: &str = "give a folder that can be written and has room";

/// An event file that is being written.
#[derive(Debug)]
pub struct Events {
    file: BufWriter<File>,
    path: PathBuf,
}

/// How values are spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Smallest and largest value.
    pub range: (f64, f64),
    /// How many values there are, their sum and the sum of their squares.
    pub count: f64,
    /// The sum of the values.
    pub sum: f64,
    /// The sum of their squares.
    pub squares: f64,
    /// The upper end of each bin, growing; the lower end is that of the one before.
    pub ends: Vec<f64>,
    /// How many values each bin holds.
    pub counts: Vec<f64>,
}

impl Histogram {
    /// So many bins of equal width between the smallest and the largest of the finite values; the others are left out.
    pub fn of(values: &[f32], bins: usize) -> Histogram {
        let finite = || values.iter().filter(|v| v.is_finite()).map(|v| f64::from(*v));
        let (low, high) =
            finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let bins = if low < high { bins.max(1) } else { 1 };
        let (low, high) = if low <= high { (low, high) } else { (0.0, 0.0) };
        let width = (high - low) / bins as f64;
        let mut counts = vec![0.0; bins];
        for value in finite() {
            let bin = if width > 0.0 { ((value - low) / width) as usize } else { 0 };
            counts[bin.min(bins - 1)] += 1.0;
        }
        let ends = (1..=bins).map(|i| if i == bins { high } else { low + width * i as f64 }).collect();
        let (sum, squares) = finite().fold((0.0, 0.0), |(sum, squares), v| (sum + v, squares + v * v));
        Histogram { range: (low, high), count: counts.iter().sum(), sum, squares, ends, counts }
    }
}

impl Events {
    /// A new event file in a folder, which is made where it is not there. Each run should have a folder of its own.
    ///
    /// # Errors
    /// The folder or the disk does not take it.
    pub fn create(folder: &Path) -> Result<Events> {
        let failed = |why: io::Error| Error::file(folder, "written", &why, HINT);
        fs::create_dir_all(folder).map_err(failed)?;
        let now = now();
        // TensorBoard sorts files by name and takes all with `tfevents` in it.
        let name =
            |i: u32| format!("events.out.tfevents.{:010}.chainrule.{}.{i}", now as u64, std::process::id());
        let mut i = 0;
        let (file, path) = loop {
            let path = folder.join(name(i));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => break (file, path),
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => i += 1,
                Err(why) => return Err(failed(why)),
            }
        };
        let mut events = Events { file: BufWriter::new(file), path };
        let mut event = Message::default();
        event.double(1, now);
        event.bytes(3, VERSION.as_bytes());
        events.record(&event.0)?;
        events.flush()?;
        Ok(events)
    }

    /// The file that is being written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One number of a step. `time` is in seconds since 1970: see [`now`].
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn scalar(&mut self, tag: &str, step: i64, value: f32, time: f64) -> Result<()> {
        let mut summary = Message::default();
        summary.bytes(1, tag.as_bytes());
        summary.float(2, value);
        self.summary(step, time, &summary)
    }

    /// The spread of many numbers at a step.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn histogram(&mut self, tag: &str, step: i64, values: &Histogram, time: f64) -> Result<()> {
        let mut histogram = Message::default();
        histogram.double(1, values.range.0);
        histogram.double(2, values.range.1);
        histogram.double(3, values.count);
        histogram.double(4, values.sum);
        histogram.double(5, values.squares);
        histogram.doubles(6, &values.ends);
        histogram.doubles(7, &values.counts);
        let mut summary = Message::default();
        summary.bytes(1, tag.as_bytes());
        summary.bytes(5, &histogram.0);
        self.summary(step, time, &summary)
    }

    fn summary(&mut self, step: i64, time: f64, value: &Message) -> Result<()> {
        let mut summary = Message::default();
        summary.bytes(1, &value.0);
        let mut event = Message::default();
        event.double(1, time);
        event.whole(2, step);
        event.bytes(5, &summary.0);
        self.record(&event.0)
    }

    /// Hands everything to the system, so that TensorBoard sees it.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn flush(&mut self) -> Result<()> {
        self.file.flush().map_err(|why| Error::file(&self.path, "written", &why, HINT))
    }

    fn record(&mut self, data: &[u8]) -> Result<()> {
        let length = (data.len() as u64).to_le_bytes();
        let parts = [&length[..], &masked(&length).to_le_bytes(), data, &masked(data).to_le_bytes()];
        let written = self.file.write_all(&parts.concat());
        written.map_err(|why| Error::file(&self.path, "written", &why, HINT))
    }
}

/// Seconds since 1970, as events want them.
pub fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// A message in the encoding of protocol buffers.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// The number of a field, and how its value is encoded.
    fn key(&mut self, field: u64, wire: u64) {
        self.varint(field << 3 | wire);
    }

    fn whole(&mut self, field: u64, value: i64) {
        self.key(field, 0);
        self.varint(value as u64);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    fn doubles(&mut self, field: u64, values: &[f64]) {
        self.bytes(field, &values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    }

    fn float(&mut self, field: u64, value: f32) {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
    }
}

/// The checksum of a record: CRC-32C, turned and moved so that checksums of checksums are no danger.
fn masked(data: &[u8]) -> u32 {
    crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32 with Castagnoli's polynomial (RFC 3720, appendix B.4).
fn crc32c(data: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let (mut crc, mut bit) = (i as u32, 0);
            while bit < 8 {
                crc = crc >> 1 ^ if crc & 1 == 1 { 0x82f6_3b78 } else { 0 };
                bit += 1;
            }
            table[i] = crc;
            i += 1;
        }
        table
    };
    !data.iter().fold(!0, |crc, byte| crc >> 8 ^ TABLE[(crc as u8 ^ byte) as usize])
}

#[cfg(test)]
mod tests;
