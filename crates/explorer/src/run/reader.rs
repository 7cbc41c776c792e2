//! Reads run files record by record. A last line that was cut off is what a crash leaves; any other damage is named.

use super::{Histogram, OLDEST, Record, VERSION, limits};
use chainrule::{Diagnostic, Mistake, Place, Result};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Letters of what the parser says that a message holds at most.
const SHOWN: usize = 300;

/// An iterator over the records of a run file. After a mistake it ends.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    path: PathBuf,
    line: u64,
    buffer: Vec<u8>,
    is_cut: bool,
    is_done: bool,
}

impl Reader<BufReader<File>> {
    /// Opens a file.
    ///
    /// # Errors
    /// As the system says.
    pub fn open(path: &Path) -> io::Result<Reader<BufReader<File>>> {
        Ok(Reader::new(BufReader::new(File::open(path)?), path))
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads from anything; `path` is for messages.
    pub fn new(input: R, path: &Path) -> Reader<R> {
        let (path, buffer) = (path.to_path_buf(), Vec::new());
        Reader { input, path, line: 0, buffer, is_cut: false, is_done: false }
    }

    /// The same for a part of a file, of which so many lines were read before.
    pub fn after(input: R, path: &Path, lines: u64) -> Reader<R> {
        Reader { line: lines, ..Reader::new(input, path) }
    }

    /// Whether the last line was cut off, as far as it was read.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Lines read so far.
    pub fn line(&self) -> u64 {
        self.line
    }

    fn mistake(&self, what: impl Into<String>, hint: &str) -> Diagnostic {
        let place = Place::File { path: self.path.clone(), line: Some(self.line), column: None };
        Mistake::new(place, "", what).hint(hint).into()
    }

    /// Reads the next line into the buffer; `None` at the end, and whether it is whole.
    fn next_line(&mut self) -> Result<Option<bool>> {
        self.buffer.clear();
        self.line += 1;
        let limit = limits::LINE as u64 + 1;
        let read = (&mut self.input).take(limit).read_until(b'\n', &mut self.buffer);
        if let Err(why) = read {
            return Err(self.mistake(format!("can't be read: {why}"), "check the disk"));
        }
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
            return Ok(Some(true));
        }
        if self.buffer.len() > limits::LINE {
            let what = format!("the line is longer than {} bytes", limits::LINE);
            return Err(self.mistake(what, "this is no run file"));
        }
        Ok((!self.buffer.is_empty()).then_some(false))
    }

    fn next_record(&mut self) -> Result<Option<Record>> {
        let Some(is_whole) = self.next_line()? else {
            if self.line == 1 {
                return Err(self.mistake("the file is empty", "name the file that `train --run` wrote"));
            }
            return Ok(None);
        };
        if self.line > limits::RECORDS {
            return Err(self.mistake(format!("more than {} lines", limits::RECORDS), "this is no run file"));
        }
        let parsed = serde_json::from_slice::<Record>(&self.buffer);
        let record = match parsed {
            Ok(record) => record,
            Err(_) if !is_whole && self.line > 1 => {
                self.is_cut = true;
                return Ok(None);
            }
            Err(why) => return Err(self.mistake(self.reason(&why), self.advice())),
        };
        self.check(&record)?;
        Ok(Some(record))
    }

    /// The parser's words, without the line, which is always its first.
    fn reason(&self, why: &serde_json::Error) -> String {
        let text = why.to_string();
        let what = text.rsplit_once(" at line 1").map_or(&text[..], |(what, _)| what);
        // It repeats names that it does not know, of whatever length.
        let what: String = match what.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{}...", &what[..end]),
            None => what.into(),
        };
        format!("is no record: {what} (byte {})", why.column())
    }

    fn advice(&self) -> &'static str {
        if self.line == 1 {
            "name the file that `train --run` wrote"
        } else {
            "the file was damaged after it was written; delete this line to read the rest"
        }
    }

    /// What the types can't say.
    fn check(&self, record: &Record) -> Result<()> {
        match record {
            Record::Run(head) if self.line == 1 && !(OLDEST..=VERSION).contains(&head.v) => {
                let what = format!(
                    "is a run file of version {}, and this program reads {OLDEST} to {VERSION}",
                    head.v
                );
                Err(self.mistake(what, "use the program that wrote it"))
            }
            Record::Run(_) if self.line == 1 => Ok(()),
            _ if self.line == 1 => {
                Err(self.mistake("the first record is not of kind `run`", "this is no run file"))
            }
            Record::Graph(graph) if graph.watch.len() > limits::WATCHED => {
                let what = format!("{} watched wires, at most {}", graph.watch.len(), limits::WATCHED);
                Err(self.mistake(what, "this is no run file"))
            }
            Record::Graph(graph) if graph.gates.len() > limits::GATES => {
                let what = format!("{} gates, at most {}", graph.gates.len(), limits::GATES);
                Err(self.mistake(what, "this is no run file"))
            }
            Record::Graph(graph) => graph.check().map_err(|what| self.mistake(what, self.advice())),
            Record::Sum(sum) => {
                let read = sum.check().and_then(|()| Histogram::decoded(&sum.h).map(drop));
                read.map_err(|what| self.mistake(what, self.advice()))
            }
            Record::Plane(plane) => plane.check().map_err(|what| self.mistake(what, self.advice())),
            Record::Points(points) => points.check().map_err(|what| self.mistake(what, self.advice())),
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Record>;

    fn next(&mut self) -> Option<Result<Record>> {
        if self.is_done {
            return None;
        }
        let next = self.next_record().transpose();
        self.is_done = !matches!(next, Some(Ok(_)));
        next
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Gate, Graph, Head, Step};
    use super::*;
    use proptest::prelude::*;

    fn lines(records: &[Record]) -> Vec<u8> {
        records.iter().flat_map(|r| (serde_json::to_string(r).unwrap() + "\n").into_bytes()).collect()
    }

    fn start() -> Record {
        Record::Run(Head { v: VERSION, ..Head::default() })
    }

    fn step(s: u64, loss: f64) -> Record {
        Record::Step(Step { s, loss, ..Step::default() })
    }

    fn all(bytes: &[u8]) -> (Vec<Record>, Option<String>, bool) {
        let mut reader = Reader::new(bytes, Path::new("a.run.jsonl"));
        let (mut records, mut error) = (Vec::new(), None);
        for record in &mut reader {
            match record {
                Ok(record) => records.push(record),
                Err(why) => error = Some(why.to_string()),
            }
        }
        (records, error, reader.is_cut())
    }

    #[test]
    fn what_was_written_is_read() {
        let records = [start(), step(1, 0.5), step(2, f64::INFINITY)];
        assert_eq!(all(&lines(&records)), (records.to_vec(), None, false));
        let (records, error, _) = all(&lines(&[start(), step(1, f64::NAN)]));
        assert!(matches!(&records[1], Record::Step(step) if step.loss.is_nan()), "{error:?}");
    }

    #[test]
    fn a_line_that_is_cut_off_ends_the_file() {
        let records = [start(), step(1, 0.5), step(2, 0.25)];
        let bytes = lines(&records);
        let two = lines(&records[..2]).len();
        for cut in two + 1..bytes.len() - 1 {
            assert_eq!(all(&bytes[..cut]), (records[..2].to_vec(), None, true));
        }
        // Without its newline the last record is whole nevertheless.
        assert_eq!(all(&bytes[..bytes.len() - 1]), (records.to_vec(), None, false));
    }

    #[test]
    fn other_damage_is_named_with_its_line() {
        let said = |bytes: &[u8]| all(bytes).1.unwrap();
        let mut bytes = lines(&[start(), step(1, 0.5), step(2, 0.5)]);
        let at = lines(&[start()]).len() + 3;
        bytes[at] = b'#';
        assert!(said(&bytes).starts_with("a.run.jsonl:2: is no record: "), "{}", said(&bytes));
        assert!(said(b"").starts_with("a.run.jsonl:1: the file is empty"));
        assert!(said(&lines(&[step(1, 1.0)])).contains("the first record is not of kind `run`"));
        assert!(said(b"\xff\xfe").starts_with("a.run.jsonl:1: is no record"));
        let old = lines(&[Record::Run(Head { v: 9, ..Head::default() })]);
        assert!(said(&old).contains("is a run file of version 9, and this program reads 1 to 2"));
        let unknown = [lines(&[start()]), b"{\"k\":\"dance\"}\n".to_vec()].concat();
        assert!(said(&unknown).contains(":2: is no record: unknown variant `dance`"), "{}", said(&unknown));
        for (n, more) in
            [(u64::MAX, ""), (4, ",\"nan\":3,\"zero\":2"), (4, ",\"pinf\":18446744073709551615,\"ninf\":2")]
        {
            let odd = format!(
                "{{\"k\":\"sum\",\"s\":1,\"w\":1,\"f\":\"v\",\"n\":{n},\"min\":0,\"max\":0,\"mean\":0,\"std\":0,\"l2\":0{more}}}\n"
            );
            let odd = [lines(&[start()]), odd.into_bytes()].concat();
            assert!(
                said(&odd).contains(":2: the summary counts more elements than there can be"),
                "{}",
                said(&odd)
            );
        }
        let gate = Gate { shape: vec![1 << 40, 1 << 40], ..Gate::default() };
        let odd = lines(&[start(), Record::Graph(Graph { gates: vec![gate], ..Graph::default() })]);
        assert!(
            said(&odd).contains(":2: the circuit has a wire with more elements than there can be"),
            "{}",
            said(&odd)
        );
        let odd = "{\"k\":\"sum\",\"s\":1,\"w\":1,\"f\":\"v\",\"n\":1,\"min\":0,\"max\":0,\"mean\":0,\"std\":0,\"l2\":0,\"h\":\"!\"}\n";
        let odd = [lines(&[start()]), odd.as_bytes().to_vec()].concat();
        assert!(said(&odd).contains(":2: the histogram is no base64"), "{}", said(&odd));
    }

    #[test]
    fn what_is_said_of_a_long_name_is_short() {
        let line = format!("{{\"k\":\"{}\"}}\n", "dance ".repeat(10_000));
        let said = all(&[lines(&[start()]), line.into_bytes()].concat()).1.unwrap();
        assert!(said.contains("unknown variant `dance dance") && said.len() < 1000, "{}", said.len());
    }

    /// Endless spaces: they are not collected without end.
    #[test]
    fn a_line_without_end_is_refused() {
        let reader = Reader::new(BufReader::new(io::repeat(b' ')), Path::new("x"));
        let error = reader.last().unwrap().unwrap_err().to_string();
        assert!(error.starts_with("x:1: the line is longer than 16777216 bytes"), "{error}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in any::<Vec<u8>>(), at in any::<usize>(), byte in any::<u8>()) {
            let _ = all(&bytes);
            let mut file = lines(&[start(), step(1, 0.5), step(2, 0.5)]);
            let at = at % file.len();
            file[at] = byte;
            let file = [file, bytes].concat();
            let lines = file.split(|&byte| byte == b'\n').count();
            let (records, error, is_cut) = all(&file);
            // Either every line was read, or the trouble was told in one of the two ways.
            prop_assert!(records.len() <= lines && !(error.is_some() && is_cut));
            prop_assert!(records.len() + 1 >= lines || error.is_some() || is_cut);
        }
    }
}
