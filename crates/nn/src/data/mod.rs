//! Examples, and where they come from.

mod ahead;
pub mod arrays;
mod digits;
mod examples;
mod generated;
pub mod idx;
#[cfg(feature = "images")]
mod images;
pub mod limits;
pub mod npy;
mod read;
pub mod table;
mod text;
mod watched;

pub use ahead::{Ahead, Loaded, ahead, buffers};
pub use arrays::ArrayStream;
pub use digits::{digits, digits_table};
pub use examples::{Examples, Goal, Image, Part, batched};
pub use generated::{moons, spiral};
pub use idx::fashion_mnist;
#[cfg(feature = "images")]
pub use images::{Colour, ImageFolder, ImageOptions, decode_image, load_image};
pub use read::read;
pub use table::{Features, Missing, Request, Schema, Table, TableStream, Target, parse as parse_csv};
pub use text::{
    Characters, Contexts, Lines, TextStream, Vocabulary, WholeLines, decode_text, read_text, split_text,
};

use crate::error::Result;
use chainrule::{DType, Shape, Spec, Tensor};
use std::path::Path;

/// Examples in memory: a row of numbers and a target each.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Names of the columns of features.
    pub columns: Vec<String>,
    /// The numbers, row by row.
    pub features: Vec<f32>,
    /// What is to be predicted of each row.
    pub targets: Targets,
    /// The form of the rows, where each is an image.
    pub image: Option<Image>,
}

/// What is to be predicted.
#[derive(Clone, Debug, PartialEq)]
pub enum Targets {
    /// A class each.
    Classes {
        /// Names of the classes.
        names: Vec<String>,
        /// The class of each row: an index into the names.
        labels: Vec<usize>,
    },
    /// Numbers.
    Numbers {
        /// Their names.
        names: Vec<String>,
        /// One for each name, row by row.
        values: Vec<f32>,
    },
}

impl Targets {
    /// How many rows they are for.
    fn rows(&self) -> usize {
        match self {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Numbers { names, values } => values.len() / names.len().max(1),
        }
    }

    /// As [`Examples::targets`].
    fn spec(&self) -> Spec {
        match self {
            Targets::Classes { .. } => Spec::scalar(DType::I64),
            Targets::Numbers { names, .. } => vector(names.len()),
        }
    }

    /// As [`Examples::goal`].
    fn goal(&self) -> Goal {
        match self {
            Targets::Classes { names, .. } => Goal::Classes(names.clone()),
            Targets::Numbers { names, .. } => Goal::Numbers(names.clone()),
        }
    }

    /// As [`Examples::class`].
    fn class(&self, row: usize) -> Option<usize> {
        match self {
            Targets::Classes { labels, .. } => labels.get(row).copied(),
            Targets::Numbers { .. } => None,
        }
    }

    /// The targets of these rows, as [`Examples::load`] has them.
    fn load(&self, rows: &[usize], y: &mut Tensor) -> Result<()> {
        match self {
            Targets::Classes { labels, .. } => {
                let to = y.as_slice_mut::<i64>()?.iter_mut();
                to.zip(rows).for_each(|(to, &row)| *to = labels[row] as i64);
            }
            Targets::Numbers { names, values } => {
                let (width, to) = (names.len(), y.as_slice_mut::<f32>()?);
                let to = to.chunks_exact_mut(width.max(1)).zip(rows);
                to.for_each(|(to, &row)| to.copy_from_slice(&values[row * width..(row + 1) * width]));
            }
        }
        Ok(())
    }
}

impl Dataset {
    /// Reads a CSV file, packed with gzip or not. `label` is the column of classes: a name, or a position from 0
    /// (negative: from the end).
    ///
    /// # Errors
    /// The file can't be read, or its content is no table of numbers with a label.
    pub fn from_csv(path: &Path, label: &str) -> Result<Dataset> {
        parse_csv(&read(path)?, path, label)
    }

    /// How many features each example has.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The features of one example.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.features[i * self.width()..(i + 1) * self.width()]
    }
}

impl Examples for Dataset {
    fn rows(&self) -> usize {
        self.targets.rows()
    }

    fn inputs(&self) -> Spec {
        vector(self.width())
    }

    fn targets(&self) -> Spec {
        self.targets.spec()
    }

    fn goal(&self) -> Goal {
        self.targets.goal()
    }

    fn columns(&self) -> &[String] {
        &self.columns
    }

    fn image(&self) -> Option<Image> {
        self.image
    }

    fn class(&self, row: usize) -> Option<usize> {
        self.targets.class(row)
    }

    fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
        let to = x.as_slice_mut::<f32>()?.chunks_exact_mut(self.width().max(1));
        to.zip(rows).for_each(|(to, &row)| to.copy_from_slice(self.row(row)));
        self.targets.load(rows, y)
    }
}

/// So many f32; data that is in memory is within the limits of tensors.
fn vector(length: usize) -> Spec {
    Spec { shape: Shape::new(&[length]).unwrap_or_default(), dtype: DType::F32 }
}
