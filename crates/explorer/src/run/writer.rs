//! Writes run files. Each record is one line, handed to the system whole, so that a crash leaves at most a cut last line.

use super::{Reader, Record};
use serde::Deserialize;
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Who is told what happens.
pub trait Sink {
    /// Takes a record.
    ///
    /// # Errors
    /// As the system says.
    fn record(&mut self, record: &Record) -> io::Result<()>;
}

impl Sink for Vec<Record> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.push(record.clone());
        Ok(())
    }
}

/// Everyone in a list.
impl Sink for Vec<Box<dyn Sink + Send>> {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.iter_mut().try_for_each(|sink| sink.record(record))
    }
}

impl<F: FnMut(&Record) -> io::Result<()>> Sink for F {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self(record)
    }
}

/// A run file that grows. Of the steps with summaries at most so many stay: when they are more, every other one is dropped,
/// and from then on only every second, fourth, ... is written.
#[derive(Debug)]
pub struct Writer {
    file: File,
    path: PathBuf,
    /// Of summaries, and of pictures of the plane.
    kept: [Kept; 2],
}

/// Which steps of one kind of records are in the file.
#[derive(Debug)]
struct Kept {
    /// The kind.
    kind: &'static str,
    most: usize,
    /// One of so many steps is written.
    stride: u64,
    /// Steps that came.
    seen: u64,
    /// Those that are in the file.
    steps: Vec<u64>,
    /// The step that is being written, and whether it is.
    current: Option<(u64, bool)>,
}

impl Kept {
    fn new(kind: &'static str, most: usize) -> Kept {
        Kept { kind, most: most.max(2), stride: 1, seen: 0, steps: Vec::new(), current: None }
    }

    /// Takes note of a step; whether it is written.
    fn takes(&mut self, step: u64) -> bool {
        if let Some((current, is_kept)) = self.current
            && current == step
        {
            return is_kept;
        }
        let is_kept = self.seen.is_multiple_of(self.stride);
        self.seen += 1;
        self.current = Some((step, is_kept));
        if is_kept {
            self.steps.push(step);
        }
        is_kept
    }

    /// Every other step, but not the one that begins, if there are too many. From now on half as many are written.
    fn surplus(&mut self) -> Option<HashSet<u64>> {
        if self.steps.len() <= self.most {
            return None;
        }
        self.stride *= 2;
        let begins = self.steps.last().copied();
        Some(self.steps.iter().copied().skip(1).step_by(2).filter(|&step| Some(step) != begins).collect())
    }
}

/// Pictures of the plane that stay in a file.
const PLANES: usize = 48;

impl Writer {
    /// A new file, in the place of one that is there. `most` observed steps are kept in it, 2 at least.
    ///
    /// # Errors
    /// As the system says.
    pub fn create(path: &Path, most: usize) -> io::Result<Writer> {
        Ok(Writer::of(File::create(path)?, path, most))
    }

    /// Goes on with a file. A cut last line is removed.
    ///
    /// # Errors
    /// As the system says; a file that is no run file is invalid data.
    pub fn append(path: &Path, most: usize) -> io::Result<Writer> {
        let mut reader = Reader::open(path)?;
        let mut kept = kinds(most);
        for record in &mut reader {
            let record = record.map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why))?;
            if let Some((kind, step)) = thinned(&record) {
                kept[kind].takes(step);
            }
        }
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        mend(&file, reader.is_cut())?;
        // A step that is made again is a new one.
        kept.iter_mut().for_each(|kept| kept.current = None);
        Ok(Writer { kept, ..Writer::of(file, path, most) })
    }

    fn of(file: File, path: &Path, most: usize) -> Writer {
        Writer { file, path: path.to_path_buf(), kept: kinds(most) }
    }

    /// Where it is written.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a record, if it is not a summary of a step that is passed over.
    ///
    /// # Errors
    /// As the system says.
    pub fn write(&mut self, record: &Record) -> io::Result<()> {
        if let Some((kind, step)) = thinned(record) {
            if !self.kept[kind].takes(step) {
                return Ok(());
            }
            if let Some(dropped) = self.kept[kind].surplus() {
                self.thin(kind, &dropped)?;
            }
        }
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }

    /// Takes some steps of one kind out of the file.
    fn thin(&mut self, kind: usize, dropped: &HashSet<u64>) -> io::Result<()> {
        let folder = self.path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Where no second file can be made beside it, the file grows on with the larger stride.
        let Ok(mut fresh) = tempfile::Builder::new().prefix(".run").tempfile_in(folder) else {
            return Ok(());
        };
        copy(&self.path, fresh.as_file_mut(), self.kept[kind].kind, dropped)?;
        if let Ok(old) = std::fs::metadata(&self.path) {
            fresh.as_file().set_permissions(old.permissions())?;
        }
        fresh.as_file().sync_data()?;
        fresh.persist(&self.path).map_err(|failed| failed.error)?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        self.kept[kind].steps.retain(|step| !dropped.contains(step));
        Ok(())
    }
}

impl Sink for Writer {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        self.write(record)
    }
}

/// What tells whether a line stays.
#[derive(Deserialize)]
struct Key {
    k: String,
    #[serde(default)]
    s: u64,
}

/// The kinds of records of which only some stay.
fn kinds(most: usize) -> [Kept; 2] {
    [Kept::new("sum", most), Kept::new("plane", PLANES)]
}

/// Which of these kinds a record is of, and its step.
fn thinned(record: &Record) -> Option<(usize, u64)> {
    match record {
        Record::Sum(sum) => Some((0, sum.s)),
        Record::Plane(plane) => Some((1, plane.s)),
        _ => None,
    }
}

/// Copies a run file without the records of one kind of some steps.
fn copy(from: &Path, to: &mut File, kind: &str, dropped: &HashSet<u64>) -> io::Result<()> {
    let mut input = BufReader::new(File::open(from)?);
    let mut output = BufWriter::new(to);
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let key = serde_json::from_slice::<Key>(&line).ok();
        if !key.is_some_and(|key| key.k == kind && dropped.contains(&key.s)) {
            output.write_all(&line)?;
        }
        line.clear();
    }
    output.flush()
}

/// Sees to it that the file ends with a newline: cuts off a line that is no record, ends one that is.
fn mend(mut file: &File, is_cut: bool) -> io::Result<()> {
    let (mut length, mut end) = (0u64, 0u64);
    let mut input = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = input.read_until(b'\n', &mut line)? as u64;
        if read == 0 {
            break;
        }
        length += read;
        if line.last() == Some(&b'\n') {
            end = length;
        }
    }
    match (end == length, is_cut) {
        (true, _) => Ok(()),
        (false, true) => file.set_len(end),
        (false, false) => file.write_all(b"\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{End, Field, Head, Step, Summary, VERSION};
    use super::*;

    fn start() -> Record {
        Record::Run(Head { v: VERSION, id: "t".into(), ..Head::default() })
    }

    fn sum(s: u64, w: u32) -> Record {
        Record::Sum(Box::new(Summary::of_f64(&[1.0, s as f64]).record(s, w, Field::Value)))
    }

    fn read(path: &Path) -> Vec<Record> {
        Reader::open(path).unwrap().collect::<chainrule::Result<_>>().unwrap()
    }

    fn observed(path: &Path) -> Vec<u64> {
        let steps = read(path).into_iter().filter_map(|r| match r {
            Record::Sum(sum) if sum.w == 0 => Some(sum.s),
            _ => None,
        });
        steps.collect()
    }

    #[test]
    fn a_long_run_keeps_few_summaries_evenly_and_every_step() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.run.jsonl");
        let mut writer = Writer::create(&path, 8).unwrap();
        writer.write(&start()).unwrap();
        for s in 0..1000 {
            writer.write(&Record::Step(Step { s, ..Step::default() })).unwrap();
            (0..3).for_each(|w| writer.write(&sum(s, w)).unwrap());
            assert!(observed(&path).len() <= 8, "{:?}", observed(&path));
        }
        let steps = observed(&path);
        assert!(steps.len() >= 4 && steps[0] == 0, "{steps:?}");
        let strides: HashSet<u64> = steps.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(strides.len(), 1, "{steps:?}");
        let count = |of: fn(&Record) -> bool| read(&path).iter().filter(|r| of(r)).count();
        assert_eq!(count(|r| matches!(r, Record::Step(_))), 1000);
        assert_eq!(count(|r| matches!(r, Record::Sum(_))), 3 * steps.len());
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(files.len(), 1, "nothing is left behind");
    }

    #[test]
    fn a_file_is_continued_after_a_crash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.run.jsonl");
        let mut writer = Writer::create(&path, 100).unwrap();
        for record in [start(), sum(1, 0), sum(2, 0)] {
            writer.write(&record).unwrap();
        }
        drop(writer);
        let whole = std::fs::read(&path).unwrap();
        let end = Record::End(End { s: 2, why: "done".into() });
        for cut in [whole.len(), whole.len() - 1, whole.len() - 7] {
            std::fs::write(&path, &whole[..cut]).unwrap();
            Writer::append(&path, 100).unwrap().write(&end).unwrap();
            let records = read(&path);
            assert_eq!(records.last(), Some(&end));
            assert_eq!(records.len(), if cut + 7 == whole.len() { 3 } else { 4 });
        }
        std::fs::write(&path, b"nonsense\n").unwrap();
        let error = Writer::append(&path, 100).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(std::fs::read(&path).unwrap(), b"nonsense\n");
    }
}
