//! Reads a run file while it grows, also when its writer thins it out and puts a shorter one in its place.

use super::{Reader, Record};
use chainrule::{Diagnostic, Mistake, Place, Result};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes before the place that was read up to, by which one sees that it is still the same file.
const KNOWN: usize = 256;

/// Follows one file.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    /// Up to where it was read, and how many lines that were.
    offset: u64,
    lines: u64,
    /// The last bytes before that.
    known: Vec<u8>,
}

impl Follower {
    /// From the beginning of a file.
    pub fn new(path: &Path) -> Follower {
        Follower { path: path.to_path_buf(), offset: 0, lines: 0, known: Vec::new() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the lines that have come since the last time and hands each record on. `true` if it begins anew, since another
    /// file stands there now: what came before no longer holds, and `take` is called for everything again, behind `None`.
    ///
    /// # Errors
    /// The file can't be read; damage in it, after which it is not read on.
    pub fn read(&mut self, take: &mut dyn FnMut(Option<Record>)) -> Result<bool> {
        let mut file = File::open(&self.path).map_err(|why| self.unreadable(&why))?;
        let is_new = !self.is_known(&mut file).map_err(|why| self.unreadable(&why))?;
        if is_new {
            (self.offset, self.lines) = (0, 0);
            self.known.clear();
            take(None);
        }
        let whole = self.whole(&mut file).map_err(|why| self.unreadable(&why))?;
        file.seek(SeekFrom::Start(self.offset)).map_err(|why| self.unreadable(&why))?;
        let input = io::BufReader::new((&mut file).take(whole));
        if whole > 0 {
            let mut reader = Reader::after(input, &self.path, self.lines);
            for record in &mut reader {
                take(Some(record?));
            }
            // The reader has looked for one line more than there was.
            self.lines = reader.line() - 1;
            self.offset += whole;
            self.remember(&mut file).map_err(|why| self.unreadable(&why))?;
        }
        Ok(is_new)
    }

    fn unreadable(&self, why: &io::Error) -> Diagnostic {
        let place = Place::File { path: self.path.clone(), line: None, column: None };
        let text = why.to_string();
        let what = format!("can't be read: {}", text.split(" (os error").next().unwrap_or(&text));
        Mistake::new(place, "", what).hint("name the file that `train --run` writes").into()
    }

    /// Whether what was read before still stands there.
    fn is_known(&self, file: &mut File) -> io::Result<bool> {
        if file.metadata()?.len() < self.offset {
            return Ok(false);
        }
        let mut now = vec![0; self.known.len()];
        file.seek(SeekFrom::Start(self.offset - self.known.len() as u64))?;
        file.read_exact(&mut now)?;
        Ok(now == self.known)
    }

    fn remember(&mut self, file: &mut File) -> io::Result<()> {
        let length = self.offset.min(KNOWN as u64);
        self.known = vec![0; length as usize];
        file.seek(SeekFrom::Start(self.offset - length))?;
        file.read_exact(&mut self.known)
    }

    /// How many bytes of whole lines have come.
    fn whole(&self, file: &mut File) -> io::Result<u64> {
        let mut end = file.metadata()?.len();
        let mut block = vec![0; 1 << 16];
        while end > self.offset {
            let from = end.saturating_sub(block.len() as u64).max(self.offset);
            let part = &mut block[..(end - from) as usize];
            file.seek(SeekFrom::Start(from))?;
            file.read_exact(part)?;
            if let Some(at) = part.iter().rposition(|&byte| byte == b'\n') {
                return Ok(from + at as u64 + 1 - self.offset);
            }
            end = from;
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Field, Graph, Head, Step, Summary, VERSION, Writer};
    use super::*;
    use std::io::Write;

    fn steps(follower: &mut Follower) -> (Vec<u64>, bool) {
        let mut steps = Vec::new();
        let is_new = follower.read(&mut |record| match record {
            Some(Record::Step(step)) => steps.push(step.s),
            None => steps.clear(),
            _ => {}
        });
        (steps, is_new.unwrap())
    }

    fn step(s: u64) -> Record {
        Record::Step(Step { s, ..Step::default() })
    }

    #[test]
    fn what_is_added_is_read_once_and_half_a_line_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.run.jsonl");
        let mut follower = Follower::new(&path);
        assert!(follower.read(&mut |_| {}).unwrap_err().to_string().contains("can't be read"));
        let mut writer = Writer::create(&path, 8).unwrap();
        writer.write(&Record::Run(Head { v: VERSION, ..Head::default() })).unwrap();
        writer.write(&step(1)).unwrap();
        assert_eq!(steps(&mut follower), (vec![1], false));
        assert_eq!(steps(&mut follower), (vec![], false));
        let line = serde_json::to_string(&step(2)).unwrap() + "\n";
        let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(&line.as_bytes()[..9]).unwrap();
        assert!(steps(&mut follower).0.is_empty());
        file.write_all(&line.as_bytes()[9..]).unwrap();
        assert_eq!(steps(&mut follower).0, [2]);
        file.write_all(b"nonsense\n").unwrap();
        let error = follower.read(&mut |_| {}).unwrap_err().to_string();
        assert!(error.contains("a.run.jsonl:4: is no record"), "{error}");
    }

    #[test]
    fn a_file_that_is_thinned_meanwhile_is_read_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.run.jsonl");
        let mut writer = Writer::create(&path, 4).unwrap();
        writer.write(&Record::Run(Head { v: VERSION, ..Head::default() })).unwrap();
        writer.write(&Record::Graph(Graph::default())).unwrap();
        let mut follower = Follower::new(&path);
        let (mut seen, mut anew) = (Vec::new(), 0);
        for s in 1..=40 {
            writer.write(&Record::Sum(Box::new(Summary::of_f64(&[1.0]).record(s, 0, Field::Value)))).unwrap();
            writer.write(&step(s)).unwrap();
            let (came, is_new) = steps(&mut follower);
            if is_new {
                (seen, anew) = (Vec::new(), anew + 1);
            }
            seen.extend(came);
            assert_eq!(seen, (1..=s).collect::<Vec<_>>());
        }
        assert!(anew > 0, "the writer has thinned it");
    }
}
