//! Examples with a class each, and where they come from.

mod csv;
mod digits;
pub mod idx;
mod read;

pub use csv::parse as parse_csv;
pub use digits::digits;
pub use idx::fashion_mnist;
pub use read::read;

use crate::error::Result;
use std::path::Path;

/// Examples: a row of numbers and a class each.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Names of the columns of features.
    pub columns: Vec<String>,
    /// The numbers, row by row.
    pub features: Vec<f32>,
    /// The class of each row: an index into `classes`.
    pub labels: Vec<usize>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Height and width, where each row is an image.
    pub image: Option<(usize, usize)>,
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

    /// How many examples there are.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// How many features each has.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The features of one example.
    pub fn row(&self, i: usize) -> &[f32] {
        &self.features[i * self.width()..(i + 1) * self.width()]
    }

    /// Some of the examples, in this order.
    pub fn pick(&self, rows: &[usize]) -> Dataset {
        Dataset {
            columns: self.columns.clone(),
            features: rows.iter().flat_map(|&i| self.row(i)).copied().collect(),
            labels: rows.iter().map(|&i| self.labels[i]).collect(),
            classes: self.classes.clone(),
            image: self.image,
        }
    }
}
