//! The data of a task, and how it is divided.

use super::usual::Usual;
use crate::commands::train::what::{Task, What};
use crate::failure::{Result, argument};
use chainrule_nn::data::{self, *};
use chainrule_nn::split::{self, Split};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Tables, texts and archives of more bytes than this are read in parts while training.
const STREAMED: u64 = 1 << 29;
/// What the held-out points of made-up data are drawn with, beside the seed.
const OTHER: u64 = 0x9e37_79b9_7f4a_7c15;

/// The data of a task.
pub struct Material {
    /// What it is called.
    pub name: String,
    /// What is learnt from it if nothing else is asked for.
    pub usual: Usual,
    source: Source,
}

/// How data comes.
enum Source {
    /// In one piece, of which a part is held out.
    Whole(Arc<dyn Examples>),
    /// In two.
    Parts(Arc<dyn Examples>, Arc<dyn Examples>),
    /// A table, whose gaps are filled by what the part to learn from says.
    Table(Box<Dataset>, Schema),
    /// The same, too large for memory.
    Stream(PathBuf, Request),
    /// A text that is cut at a place.
    Text(String, Vocabulary, usize),
    /// The same, too large for memory.
    LongText(PathBuf, usize),
    /// Lines: so many characters before the next, or whole.
    Lines(Lines, Option<usize>),
    /// Made up, by seed.
    Made(fn(usize, f64, u64) -> Dataset, usize, f64),
}

/// Data that is divided, and how more of its kind becomes examples.
pub struct Divided {
    /// The parts.
    pub split: Split,
    /// What is saved with a network.
    pub preparation: Value,
}

impl Material {
    /// Reads it.
    ///
    /// # Errors
    /// What is asked for and what is there do not fit; files that can't be read.
    pub fn new(what: &What) -> Result<Material> {
        let (task, source) = task(what)?;
        nothing_idle(what, &task)?;
        let usual = Usual::of(&task);
        let given = || -> Result<&Path> {
            let missing = || {
                argument(
                    "SOURCE",
                    format!("{} needs a file or folder", name(&task)),
                    "name it after the task",
                )
            };
            Ok(source.as_deref().ok_or_else(missing)?)
        };
        let path_name = |path: &Path| path.display().to_string();
        let (name, source) = match task {
            Task::Digits => ("digits".to_string(), digits_source()?),
            Task::FashionMnist => {
                let folder = source.as_deref().unwrap_or(Path::new(data::idx::FASHION_MNIST));
                let (train, test) = fashion_mnist(folder)?;
                ("fashion-mnist".to_string(), Source::Parts(Arc::new(train), Arc::new(test)))
            }
            Task::Csv => (path_name(given()?), table(given()?, what)?),
            Task::Arrays => (path_name(given()?), Source::Whole(arrays(given()?)?)),
            Task::Images => (path_name(given()?), Source::Whole(images(given()?, what)?)),
            Task::Text if is_large(given()?) => {
                let context = what.context.unwrap_or(usual.context);
                (path_name(given()?), Source::LongText(given()?.to_path_buf(), context))
            }
            Task::Text => {
                let text = read_text(given()?)?;
                let vocabulary = Vocabulary::of(&text)?;
                let context = what.context.unwrap_or(usual.context);
                (path_name(given()?), Source::Text(text, vocabulary, context))
            }
            Task::Lines => {
                let lines = Lines::new(&read_text(given()?)?, given()?)?;
                (path_name(given()?), Source::Lines(lines, what.context.or(Some(usual.context))))
            }
            Task::Moons => ("moons".to_string(), made(data::moons, what, 100, 0.1)?),
            Task::Spiral => (
                "spiral".to_string(),
                made(|n, noise, seed| data::spiral(n, 3, noise, seed), what, 100, 0.2)?,
            ),
            Task::Formula(_) => unreachable!("a formula's data is another task, which `task` has found"),
        };
        Ok(Material { name, usual, source })
    }

    /// Lines as a network reads them: whole, or the last characters before the next one.
    pub fn read_lines(&mut self, whole: bool) {
        if let Source::Lines(_, context) = &mut self.source
            && whole
        {
            *context = None;
        }
    }

    /// Divides it into what is learnt from and what is held out.
    ///
    /// # Errors
    /// A share that leaves nothing to learn from, or nothing to hold out.
    pub fn divide(&self, share: f64, seed: u64) -> Result<Divided> {
        let plain = |split| Divided { split, preparation: Value::Null };
        let parts = |train, test| Split { train: Part::whole(train), test: Part::whole(test) };
        let held_out = |data: &Arc<dyn Examples>| split::held_out(data, share, seed, "--test-share");
        Ok(match &self.source {
            Source::Whole(data) => plain(held_out(data)?),
            Source::Parts(train, test) => plain(parts(train.clone(), test.clone())),
            Source::Table(data, schema) => {
                let (mut schema, mut data) = (schema.clone(), (**data).clone());
                let (train, test) = split::rows(&data, share, seed, "--test-share")?;
                schema.fit(&data, &train)?;
                schema.fill_in(&mut data);
                picked(Arc::new(data), (train, test), &schema)
            }
            Source::Stream(path, request) => {
                let mut stream = TableStream::learn(path, request)?;
                let (train, test) = split::rows(&stream, share, seed, "--test-share")?;
                stream.fit(&train)?;
                let schema = stream.schema().clone();
                picked(Arc::new(stream), (train, test), &schema)
            }
            Source::Text(text, vocabulary, context) => {
                let (train, test) = split_text(text, vocabulary, *context, share)?;
                let preparation = json!({ "text": vocabulary });
                Divided { split: parts(Arc::new(train), Arc::new(test)), preparation }
            }
            Source::LongText(path, context) => {
                let (train, test) = TextStream::open(path, *context, share)?;
                let preparation = json!({ "text": train.vocabulary() });
                Divided { split: parts(Arc::new(train), Arc::new(test)), preparation }
            }
            Source::Lines(lines, context) => {
                let (train, test) = lines.split(share, seed)?;
                let read = |lines: &Lines| -> Result<Arc<dyn Examples>> {
                    Ok(match context {
                        Some(context) => Arc::new(lines.contexts(*context)?),
                        None => Arc::new(lines.whole()?),
                    })
                };
                let preparation = json!({ "lines": lines.vocabulary() });
                Divided { split: parts(read(&train)?, read(&test)?), preparation }
            }
            Source::Made(make, points, noise) => {
                let [train, test] = [seed, seed ^ OTHER].map(|seed| Arc::new(make(*points, *noise, seed)));
                plain(parts(train, test))
            }
        })
    }
}

/// Rows of a table.
fn picked(data: Arc<dyn Examples>, (train, test): (Vec<usize>, Vec<usize>), schema: &Schema) -> Divided {
    let split = Split { train: Part::new(data.clone(), train), test: Part::new(data, test) };
    Divided { split, preparation: json!({ "table": schema.to_json() }) }
}

/// Which task the arguments mean, and its file or folder.
fn task(what: &What) -> Result<(Task, Option<PathBuf>)> {
    let source = what.source.clone().or(what.data.clone()).or(what.folder.clone());
    match (&what.task, &source) {
        // After a formula comes a task or a table; without one it is the digits.
        (Task::Formula(_), None) => Ok((Task::Digits, None)),
        (Task::Formula(_), Some(path)) => match path.to_str().and_then(|name| name.parse().ok()) {
            Some(Task::Formula(_)) | None => Ok((Task::Csv, source)),
            Some(task) => Ok((task, None)),
        },
        (Task::Digits, Some(_)) if what.data.is_some() => Ok((Task::Csv, source)),
        (task @ (Task::Digits | Task::Moons | Task::Spiral), Some(path)) if what.folder.is_none() => {
            let what = format!("{} means nothing to {}", path.display(), name(task));
            let hint = "leave it out; or write `csv FILE`, `text FILE` or another task that reads files";
            Err(argument("SOURCE", what, hint).into())
        }
        (task, _) => Ok((task.clone(), source)),
    }
}

/// What a task is called.
pub fn name(task: &Task) -> String {
    match task {
        Task::Formula(path) => path.display().to_string(),
        task => {
            let all = crate::commands::train::what::TASKS;
            all.iter().find(|(_, t)| t == task).map_or(String::new(), |(name, _)| (*name).to_string())
        }
    }
}

/// What is given must matter.
fn nothing_idle(what: &What, task: &Task) -> Result<()> {
    let of_tables = !matches!(task, Task::Csv);
    let of_images = !matches!(task, Task::Images);
    let of_text = !matches!(task, Task::Text | Task::Lines);
    let of_made = !matches!(task, Task::Moons | Task::Spiral);
    let given = [
        ("--label", what.label.is_some() && of_tables),
        ("--target", !what.target.is_empty() && of_tables),
        ("--categorical", !what.categorical.is_empty() && of_tables),
        ("--ignore", !what.ignore.is_empty() && of_tables),
        ("--missing", what.missing.is_some() && of_tables),
        ("--folder", what.folder.is_some() && !matches!(task, Task::FashionMnist)),
        ("--resize", what.resize.is_some() && of_images),
        ("--grey", what.grey && of_images),
        ("--context", what.context.is_some() && of_text),
        ("--points", what.points.is_some() && of_made),
        ("--noise", what.noise.is_some() && of_made),
        (
            "--test-share",
            what.test_share.is_some() && matches!(task, Task::FashionMnist | Task::Moons | Task::Spiral),
        ),
    ];
    match given.iter().find(|(_, idle)| *idle) {
        Some((flag, _)) => {
            let hint = "leave it out, or choose another task";
            Err(argument(flag, format!("means nothing to {}", name(task)), hint).into())
        }
        None => Ok(()),
    }
}

fn digits_source() -> Result<Source> {
    let (digits, schema) = digits_table()?;
    Ok(Source::Table(Box::new(digits), schema))
}

fn table(path: &Path, what: &What) -> Result<Source> {
    let target = match (&what.label, &what.target[..]) {
        (Some(label), _) => Target::Class(label.clone()),
        (None, []) => {
            let hint = "say --label COLUMN for a class, or --target COLUMN for a number";
            return Err(argument("--label", "a table does not say what is to be predicted", hint).into());
        }
        (None, columns) => Target::Numbers(columns.to_vec()),
    };
    let request = Request {
        target,
        categorical: what.categorical.clone(),
        ignored: what.ignore.clone(),
        missing: what.missing.map_or(Missing::Refuse, Missing::from),
    };
    if is_large(path) {
        return Ok(Source::Stream(path.to_path_buf(), request));
    }
    let table = Table::read(path)?;
    let schema = table.learn(&request)?;
    Ok(Source::Table(Box::new(table.examples(&schema)?), schema))
}

/// Whether a file is to be read in parts.
fn is_large(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > STREAMED)
}

fn arrays(path: &Path) -> Result<Arc<dyn Examples>> {
    if path.extension().is_some_and(|extension| extension == "npz") {
        return Ok(data::arrays::open_npz(path, STREAMED)?);
    }
    // Beside x.npy lies y.npy.
    Ok(Arc::new(ArrayStream::open(path, &path.with_file_name("y.npy"))?))
}

fn images(path: &Path, what: &What) -> Result<Arc<dyn Examples>> {
    let colour = if what.grey { Colour::Grey } else { Colour::Colour };
    Ok(Arc::new(ImageFolder::open(path, ImageOptions { colour, resize: what.resize })?))
}

fn made(make: fn(usize, f64, u64) -> Dataset, what: &What, points: usize, noise: f64) -> Result<Source> {
    let (points, noise) = (what.points.unwrap_or(points), what.noise.unwrap_or(noise));
    if !(2..=1_000_000).contains(&points) {
        let what = format!("{points} points can't be had");
        return Err(argument("--points", what, "give a number from 2 to 1000000").into());
    }
    if !(noise >= 0.0 && noise.is_finite()) {
        return Err(argument("--noise", format!("{noise} is no noise"), "give 0 or a small number").into());
    }
    Ok(Source::Made(make, points, noise))
}
