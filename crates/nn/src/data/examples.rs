//! What batches are made of.

use crate::error::{Error, Result};
use chainrule::{DType, Spec, Tensor};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to be predicted of an example.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// One of these classes. Targets are i64.
    Classes(Vec<String>),
    /// These numbers. Targets are f32, one for each name.
    Numbers(Vec<String>),
    /// At each place the token that comes next, one of these. Targets are i64, -1 where nothing is asked.
    Tokens(Vec<String>),
}

impl Goal {
    /// Names of the classes, numbers or tokens.
    pub fn names(&self) -> &[String] {
        let (Goal::Classes(names) | Goal::Numbers(names) | Goal::Tokens(names)) = self;
        names
    }

    /// The dtype of targets.
    pub fn dtype(&self) -> DType {
        if let Goal::Numbers(_) = self { DType::F32 } else { DType::I64 }
    }
}

/// The form of examples that are images: all of a channel's pixels, row by row, then those of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// 1 for grey, 3 for colours.
    pub channels: usize,
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
}

impl Image {
    /// Grey ones.
    pub fn grey(height: usize, width: usize) -> Image {
        Image { channels: 1, height, width }
    }
}

/// Examples that batches are made of: in memory, or read when their turn comes.
pub trait Examples: Send + Sync {
    /// How many there are.
    fn rows(&self) -> usize;

    /// Shape and dtype of one example's inputs: f32 numbers or i64 tokens.
    fn inputs(&self) -> Spec;

    /// Shape and dtype of one example's target: i64 `[]` for a class, f32 `[names]` for numbers, i64 `[places]` for tokens.
    fn targets(&self) -> Spec;

    /// What is to be predicted.
    fn goal(&self) -> Goal;

    /// Names of the features, where they have any.
    fn columns(&self) -> &[String] {
        &[]
    }

    /// The form of each example, if it is an image.
    fn image(&self) -> Option<Image> {
        None
    }

    /// The class of an example, known without reading its inputs; for splits that hold out a share of every class.
    fn class(&self, _row: usize) -> Option<usize> {
        None
    }

    /// Writes inputs and targets of these rows to the first rows of `x` and `y`, whose first axis is the batch. What is left
    /// over stays as it is.
    ///
    /// # Errors
    /// They can't be read.
    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()>;

    /// Whether loading reads a disk or decodes, so that it pays to do it in the background.
    fn is_slow(&self) -> bool {
        false
    }
}

/// Some of the examples, in an order of their own.
#[derive(Clone)]
pub struct Part {
    of: Arc<dyn Examples>,
    rows: Vec<usize>,
}

impl Part {
    /// These rows.
    pub fn new(of: Arc<dyn Examples>, rows: Vec<usize>) -> Part {
        Part { of, rows }
    }

    /// All rows.
    pub fn whole(of: Arc<dyn Examples>) -> Part {
        let rows = (0..of.rows()).collect();
        Part { of, rows }
    }
}

impl Examples for Part {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn inputs(&self) -> Spec {
        self.of.inputs()
    }

    fn targets(&self) -> Spec {
        self.of.targets()
    }

    fn goal(&self) -> Goal {
        self.of.goal()
    }

    fn columns(&self) -> &[String] {
        self.of.columns()
    }

    fn image(&self) -> Option<Image> {
        self.of.image()
    }

    fn class(&self, row: usize) -> Option<usize> {
        self.of.class(self.rows[row])
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        let rows: Vec<usize> = rows.iter().map(|&row| self.rows[row]).collect();
        self.of.load(&rows, x, y)
    }

    fn is_slow(&self) -> bool {
        self.of.is_slow()
    }
}

/// The spec of so many examples together.
///
/// # Errors
/// A tensor can't be that large.
pub fn batched(rows: usize, one: Spec) -> Result<Spec> {
    let dims: Vec<usize> = std::iter::once(rows).chain(one.shape.iter()).collect();
    Spec::new(&dims, one.dtype).map_err(|why| {
        let what = format!("a batch of {rows} examples of {one} is too large: {why}");
        Error::argument("--batch", what, "choose a smaller one")
    })
}
