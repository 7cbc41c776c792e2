//! Checkpoints: all that a training needs to go on as if it had never stopped, bit for bit.
//!
//! What comes next is decided by the seed and the number of steps made: the order of examples, shifts and dropout are drawn anew for
//! each step. So a checkpoint is the weights, the optimiser's memory, what the model has seen, the best weights so far, and a few
//! numbers, in one safetensors file.

use crate::atomic;
use crate::data::{Examples, batched, table::beginning};
use crate::error::{Error, Kind, Result};
use crate::model::{Model, replace};
use crate::parameters::Parameters;
use crate::trainer::{Length, Position, Settings, Trainer};
use crate::weights;
use chainrule::{Diagnostic, Mistake, Place, Tensor, Tree};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// What the files are called, before and after the number of the step.
const NAME: (&str, &str) = ("step-", ".safetensors");
/// The note with all that is no tensor.
const NOTE: &str = "training";
/// Letters of a setting that a message holds at most.
const SHOWN: usize = 150;
/// Most examples that a checksum of the data reads.
const LOOKED_AT: usize = 1024;

/// A folder of checkpoints, of which the last few are kept.
#[derive(Debug)]
pub struct Keeper {
    folder: PathBuf,
    every: Option<usize>,
    last: usize,
}

/// A checkpoint as it was read.
#[derive(Debug)]
pub struct Saved {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Saved {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Keeper {
    /// A folder that is empty or not there yet, for checkpoints every so many steps (none: after each epoch), of which the last
    /// few are kept.
    ///
    /// # Errors
    /// It can't be made, or holds the checkpoints of another training, which stay as they are.
    pub fn new(folder: &Path, every: Option<usize>, last: usize) -> Result<Keeper> {
        let keeper = Keeper::at(folder, every, last)?;
        match keeper.files()?.last() {
            None => Ok(keeper),
            Some((step, _)) => {
                let what = format!("{} holds checkpoints up to step {step}", folder.display());
                let hint = "--resume goes on from there; or choose another folder for a new training";
                Err(Error::argument("--checkpoints", what, hint))
            }
        }
    }

    /// The folder of a training that goes on, and its newest checkpoint; none if it was not kept once.
    ///
    /// # Errors
    /// It can't be read.
    pub fn resume(folder: &Path, every: Option<usize>, last: usize) -> Result<(Keeper, Option<Saved>)> {
        let keeper = Keeper::at(folder, every, last)?;
        let Some((_, path)) = keeper.files()?.pop() else { return Ok((keeper, None)) };
        let bytes = fs::read(&path).map_err(|why| Error::file(&path, "read", &why, ""))?;
        Ok((keeper, Some(Saved { path, bytes })))
    }

    fn at(folder: &Path, every: Option<usize>, last: usize) -> Result<Keeper> {
        for (flag, number) in [("--keep", last), ("--keep-every", every.unwrap_or(1))] {
            if number == 0 {
                return Err(Error::argument(flag, "0 checkpoints can't be resumed", "give 1 or more"));
            }
        }
        let hint = "give a folder that can be made and written";
        fs::create_dir_all(folder).map_err(|why| Error::file(folder, "made", &why, hint))?;
        atomic::sweep(folder);
        Ok(Keeper { folder: folder.to_path_buf(), every, last })
    }

    /// Steps between two checkpoints.
    pub(crate) fn every(&self, by_epoch: usize) -> usize {
        self.every.unwrap_or(by_epoch).max(1)
    }

    /// Writes a checkpoint, and then removes those that are too old.
    pub(crate) fn keep(&self, step: usize, bytes: &[u8]) -> Result<()> {
        atomic::write(&self.folder.join(format!("{}{step:09}{}", NAME.0, NAME.1)), bytes)?;
        let files = self.files()?;
        for (_, old) in &files[..files.len().saturating_sub(self.last)] {
            fs::remove_file(old).map_err(|why| Error::file(old, "removed", &why, ""))?;
        }
        Ok(())
    }

    /// All checkpoints by their steps.
    fn files(&self) -> Result<Vec<(usize, PathBuf)>> {
        let unreadable = |why| Error::file(&self.folder, "read", &why, "");
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let step = name.strip_prefix(NAME.0).and_then(|name| name.strip_suffix(NAME.1));
            files.extend(step.and_then(|step| step.parse().ok()).map(|step: usize| (step, path)));
        }
        files.sort();
        Ok(files)
    }
}

impl<M: Model> Trainer<M> {
    /// The bytes of a checkpoint.
    pub(crate) fn checkpoint(&self, train: &dyn Examples) -> Result<Vec<u8>> {
        let note = json!({
            "settings": settings(self.settings()),
            "data": data(train)?,
            "position": position(self.position()),
        });
        weights::encode(&self.kept(self.has_best()), &[(NOTE, note.to_string())])
    }

    /// Goes on from a checkpoint, with the same settings, model and data.
    ///
    /// # Errors
    /// The file is damaged or foreign, or belongs to a training with other settings, another model or other data: each
    /// difference is named. The trainer is left as it was.
    pub fn resume(&mut self, saved: &Saved, train: &dyn Examples) -> Result<()> {
        let path = &saved.path;
        let foreign = |what: &str| {
            let hint = "remove it to go on from the one before it, or choose another folder";
            Error::from(mistake(path, what.to_string()).hint(hint))
        };
        let notes = weights::read_notes(&saved.bytes, path)
            .map_err(|_| foreign("is damaged or cut short, or no safetensors file"))?;
        let note = notes.get(NOTE).ok_or_else(|| foreign("is no checkpoint of a training"))?;
        let note: Value = serde_json::from_str(note).map_err(|_| foreign("has a damaged note"))?;
        let now = json!({ "settings": settings(self.settings()), "data": data(train)? });
        differences(path, &note, &now)?;
        let at = read_position(&note["position"])
            .filter(|at| at.is_possible(self.settings().steps(train.rows())))
            .ok_or_else(|| foreign("has a damaged position"))?;
        let kept = weights::decode(&saved.bytes, path, &self.kept(at.best.is_some()))?;
        self.restore(kept, at);
        Ok(())
    }

    /// Every tensor of the state by its place in it; `best` says whether the best weights are among them.
    fn kept(&self, best: bool) -> Parameters<Tensor> {
        let ((net, moments, clock), seen) = self.state();
        let mut all = Parameters { names: Vec::new(), values: Vec::new() };
        let mut add = |place: &str, names: Vec<String>, tensors: Vec<Tensor>| {
            all.names.extend(names.into_iter().map(|name| format!("{place}.{name}")));
            all.values.extend(tensors);
        };
        add("net", net.paths(), net.leaves());
        for (i, moment) in moments.iter().enumerate() {
            add(&format!("moments.{i}"), moment.paths(), moment.leaves());
        }
        add("clock", clock.paths(), clock.leaves());
        add("seen", seen.paths(), seen.leaves());
        if best {
            let best = self.best_net().unwrap_or(net);
            add("best", best.paths(), best.leaves());
        }
        all
    }

    /// Puts back what [`Trainer::kept`] gave.
    fn restore(&mut self, kept: Parameters<Tensor>, at: Position) {
        let mut values = kept.values.into_iter();
        let mut next =
            |_: &Tensor| values.next().expect("decode gives one tensor for each that it was asked for");
        let ((net, moments, clock), seen) = self.state();
        let net = replace::<M::Net>(net, &mut next);
        let moments = moments.iter().map(|moment| replace::<M::Net>(moment, &mut next)).collect();
        let clock = clock.map(&mut |tensor: &Tensor| next(tensor));
        let seen = replace::<M::Seen>(seen, &mut next);
        let best = at.best.map(|_| replace::<M::Net>(&net, &mut next));
        self.go_on(((net, moments, clock), seen), best, at);
    }
}

/// What decides a training, by the names of the command line.
fn settings(settings: &Settings) -> Value {
    let length = match settings.length {
        Length::Epochs(epochs) => format!("{epochs} epochs"),
        Length::Steps(steps) => format!("{steps} steps"),
    };
    let optimiser = &settings.optimiser;
    let or_none = |number: Option<usize>| number.map_or("none".to_string(), |number| number.to_string());
    json!({
        "--epochs": length,
        "--batch": if settings.batch == usize::MAX { "all".to_string() } else { settings.batch.to_string() },
        "--parts": settings.parts.to_string(),
        "--rate": settings.rate.to_string(),
        "--schedule": words(&settings.schedule),
        "--optimiser": words(&optimiser.rule),
        "--decay": optimiser.shrink.to_string(),
        "--clip": words(&optimiser.clip),
        "--average": optimiser.average.map_or("none".to_string(), |keep| keep.to_string()),
        "--decay-of and --rate-of": words(&optimiser.groups),
        "--seed": settings.seed.to_string(),
        "--shifts": settings.shifts.to_string(),
        "--every": or_none(settings.every),
        "--patience": or_none(settings.patience),
    })
}

/// A value with its fields, as people would write it: `adam (beta1 0.9, beta2 0.999, epsilon 1e-8)`.
fn words(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}").to_lowercase();
    text.replace(" { ", " (").replace(" }", ")").replace(": ", " ").replace("[]", "none")
}

/// What data it is, with a checksum of some of it.
fn data(train: &dyn Examples) -> Result<Value> {
    let count = train.rows().min(LOOKED_AT);
    let rows: Vec<usize> = (0..count).map(|i| i * train.rows() / count.max(1)).collect();
    let (mut x, mut y) =
        (Tensor::zeros(batched(count, train.inputs())?), Tensor::zeros(batched(count, train.targets())?));
    train.load(&rows, &mut x, &mut y)?;
    let bits = x.to_f64().into_iter().chain(y.to_f64()).map(f64::to_bits);
    // FNV-1a, by words.
    let checksum = bits.fold(0xcbf2_9ce4_8422_2325u64, |hash, word| {
        (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
    });
    Ok(json!({
        "examples": train.rows(),
        "inputs": train.inputs().to_string(),
        "targets": train.targets().to_string(),
        "checksum": format!("{checksum:016x}"),
    }))
}

/// Every setting and every property of the data in which two trainings differ.
fn differences(path: &Path, then: &Value, now: &Value) -> Result<()> {
    let now_is_alike = ["examples", "inputs", "targets"].iter().all(|of| then["data"][of] == now["data"][of]);
    let mut mistakes = Vec::new();
    for part in ["settings", "data"] {
        for (name, now) in now[part].as_object().into_iter().flatten() {
            let then = &then[part][name];
            if then != now {
                let text = |value: &Value| match value {
                    Value::Null => "not known".to_string(),
                    Value::String(text) => beginning(text, SHOWN),
                    other => beginning(&other.to_string(), SHOWN),
                };
                let name = match name.as_str() {
                    "examples" => "the number of examples",
                    "inputs" => "the form of an example",
                    "targets" => "the form of what is predicted",
                    name => name,
                };
                let (then, now) = (text(then), text(now));
                let what = match name {
                    "checksum" => {
                        "the examples have other numbers than in the training that it belongs to".to_string()
                    }
                    _ => format!("{name} was {then} in the training that it belongs to, and is {now} now"),
                };
                // What numbers examples have says nothing where they are of another kind.
                if name != "checksum" || now_is_alike {
                    mistakes.push(mistake(path, what));
                }
            }
        }
    }
    // One hint for all.
    let last = mistakes.pop().map(|last| last.hint("resume with the settings and data of then"));
    mistakes.extend(last);
    Diagnostic::from_all(mistakes).map_or(Ok(()), |all| Err(Error { kind: Kind::Input, diagnostic: all }))
}

fn mistake(path: &Path, what: String) -> Mistake {
    let place = Place::File { path: path.to_path_buf(), line: None, column: None };
    Mistake::new(place, "checkpoint", what)
}

/// Numbers go by their bits, so that none is rounded.
fn position(at: &Position) -> Value {
    json!({
        "step": at.step,
        "loss": at.loss.to_bits(),
        "count": at.count.to_bits(),
        "right": at.right,
        "asked": at.asked,
        "best": at.best.map(|(loss, step)| json!([loss.to_bits(), step])),
        "waited": at.waited,
        "pace": at.pace.to_bits(),
        "flat": at.flat,
    })
}

fn read_position(note: &Value) -> Option<Position> {
    let number = |name: &str| note[name].as_u64();
    let count = |name: &str| number(name).and_then(|n| usize::try_from(n).ok());
    let best = match note.get("best")? {
        Value::Null => None,
        best => Some((f64::from_bits(best[0].as_u64()?), usize::try_from(best[1].as_u64()?).ok()?)),
    };
    Some(Position {
        step: count("step")?,
        loss: f64::from_bits(number("loss")?),
        count: f64::from_bits(number("count")?),
        right: count("right")?,
        asked: count("asked")?,
        best,
        waited: count("waited")?,
        pace: f64::from_bits(number("pace")?),
        flat: count("flat")?,
    })
}
