//! Tables larger than memory: one pass finds where rows start and judges every cell; then rows are read when their turn comes.

use super::encode::{self, Encoder, Row};
use super::learn::learn;
use super::rows::Rows;
use super::schema::{Request, Schema};
use crate::data::{Examples, Goal, watched::Watched};
use crate::error::Result;
use chainrule::{DType, Shape, Spec, Tensor};
use csv::{Position, Reader, ReaderBuilder, StringRecord};
use std::{
    fs::File,
    io::BufReader,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// How much is read from the disk at a time in the pass over the whole file.
const PASS: usize = 1 << 18;
/// How much is read from the disk at a time for a row: about as much as a row has.
const ROW: usize = 1 << 13;

/// A CSV file whose rows are read when they are needed. In memory are 12 bytes for each row, the names of categories and
/// classes, and a few rows.
#[derive(Debug)]
pub struct TableStream {
    encoder: Encoder,
    columns: Vec<String>,
    /// Where each row starts.
    starts: Vec<u64>,
    /// The class of each row, where classes are to be predicted.
    classes: Vec<u32>,
    source: Mutex<Source>,
}

#[derive(Debug)]
struct Source {
    watched: Watched,
    reader: Reader<File>,
    record: StringRecord,
}

impl TableStream {
    /// Learns what the columns mean, as [`Table::learn`](super::Table::learn) does.
    ///
    /// # Errors
    /// As there; the file is packed; it changes in the meantime.
    pub fn learn(path: &Path, request: &Request) -> Result<TableStream> {
        let (watched, from) = open(path)?;
        let learnt = learn(BufReader::with_capacity(PASS, watched.from(from)?), path, request, true)?;
        TableStream::new(watched, from, learnt.schema, learnt.starts, learnt.classes)
    }

    /// Reads by a schema, as [`Table::examples`](super::Table::examples) does.
    ///
    /// # Errors
    /// As there; the file is packed; it changes in the meantime.
    pub fn open(path: &Path, schema: &Schema) -> Result<TableStream> {
        let (watched, from) = open(path)?;
        let (mut starts, mut classes) = (Vec::new(), Vec::new());
        let text = BufReader::with_capacity(PASS, watched.from(from)?);
        encode::each_row(text, path, schema, true, |row| {
            starts.push(row.start);
            classes.extend(schema.classes().is_some().then_some(row.class as u32));
        })?;
        TableStream::new(watched, from, schema.clone(), starts, classes)
    }

    /// `from` is where the text begins, after its byte order mark; the starts count from there.
    fn new(
        watched: Watched,
        from: u64,
        schema: Schema,
        mut starts: Vec<u64>,
        classes: Vec<u32>,
    ) -> Result<TableStream> {
        starts.iter_mut().for_each(|start| *start += from);
        starts.shrink_to_fit();
        let mut rows = Rows::new(watched.from(from)?, watched.path());
        let (_, _, first) = rows.next()?.ok_or_else(|| watched.changed())?;
        let columns = schema.features();
        let encoder = Encoder::new(schema, first, watched.path(), true)?;
        // The reader counts from 0, so that the file must stand there.
        let file = watched
            .from(0)?
            .try_clone()
            .map_err(|why| crate::Error::file(watched.path(), "read", &why, ""))?;
        let reader =
            ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(ROW).from_reader(file);
        watched.check()?;
        let source = Mutex::new(Source { watched, reader, record: StringRecord::new() });
        Ok(TableStream { encoder, columns, starts, classes, source })
    }

    /// What its columns mean.
    pub fn schema(&self) -> &Schema {
        self.encoder.schema()
    }

    /// Takes the means of these rows for what is missing: see [`Schema::fit`].
    ///
    /// # Errors
    /// As there.
    pub fn fit(&mut self, rows: &[usize]) -> Result<()> {
        let mut schema = self.schema().clone();
        schema.fit(self, rows)?;
        self.encoder.set_schema(schema);
        Ok(())
    }

    fn spec(&self, dims: &[usize], dtype: DType) -> Spec {
        let shape = Shape::new(dims).expect("a row has fewer cells than an axis may be long");
        Spec { shape, dtype }
    }
}

/// The file, and where its text begins.
fn open(path: &Path) -> Result<(Watched, u64)> {
    let mut watched = Watched::open(path)?;
    let from = watched.text_start()?;
    Ok((watched, from))
}

impl Source {
    /// The row that starts there; none if there is none that can be read.
    fn row(&mut self, start: u64) -> Result<Option<&StringRecord>> {
        let mut position = Position::new();
        position.set_byte(start);
        let read = self.reader.seek(position).and_then(|()| self.reader.read_record(&mut self.record));
        match read.map_err(csv::Error::into_kind) {
            Ok(true) => Ok(Some(&self.record)),
            Err(csv::ErrorKind::Io(why)) => Err(crate::Error::file(self.watched.path(), "read", &why, "")),
            _ => Ok(None),
        }
    }
}

impl Examples for TableStream {
    fn rows(&self) -> usize {
        self.starts.len()
    }

    fn inputs(&self) -> Spec {
        self.spec(&[self.columns.len()], DType::F32)
    }

    fn targets(&self) -> Spec {
        match self.schema().classes() {
            Some(_) => Spec::scalar(DType::I64),
            None => self.spec(&[self.schema().targets().len()], DType::F32),
        }
    }

    fn goal(&self) -> Goal {
        match self.schema().classes() {
            Some(classes) => Goal::Classes(classes.to_vec()),
            None => Goal::Numbers(self.schema().targets()),
        }
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn class(&self, row: usize) -> Option<usize> {
        self.classes.get(row).map(|class| *class as usize)
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        // What a panic has left behind is only where the file stands, which the next row sets anew.
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let encoder = &self.encoder;
        let mut to = Row::default();
        for (i, row) in rows.iter().enumerate() {
            let mut sound = false;
            if let Some(record) = source.row(self.starts[*row])?
                && record.len() == encoder.cells()
            {
                sound = true;
                encoder.encode(record, &mut to, |_, _| sound = false);
            }
            // It was sound when the file was opened.
            if !sound {
                return Err(source.watched.changed());
            }
            let width = to.features.len();
            x.as_slice_mut::<f32>()?[i * width..(i + 1) * width].copy_from_slice(&to.features);
            match self.classes.get(*row) {
                Some(class) if *class as usize == to.class => {
                    y.as_slice_mut::<i64>()?[i] = to.class as i64;
                }
                Some(_) => return Err(source.watched.changed()),
                None => {
                    let width = to.targets.len();
                    y.as_slice_mut::<f32>()?[i * width..(i + 1) * width].copy_from_slice(&to.targets);
                }
            }
        }
        source.watched.check()
    }

    fn is_slow(&self) -> bool {
        true
    }
}
