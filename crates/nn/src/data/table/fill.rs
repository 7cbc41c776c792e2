//! What missing values become: the means of the rows that training learns from.

use super::schema::Missing;
use super::{Schema, excerpt};
use crate::data::{Dataset, Examples, buffers};
use crate::error::{Error, Result};

/// How many rows are loaded at a time.
const ROWS: usize = 256;

impl Schema {
    /// Takes the means of all features over these rows of examples that this schema has read, for what is missing elsewhere.
    /// Does nothing unless [`Missing::Mean`] was asked for.
    ///
    /// # Errors
    /// A feature has no value in any of the rows, or the examples can't be loaded or have other features.
    pub fn fit(&mut self, examples: &dyn Examples, rows: &[usize]) -> Result<()> {
        if self.missing() != Missing::Mean {
            return Ok(());
        }
        let names = self.features();
        let width = names.len();
        if examples.inputs().shape.elements() != width {
            let what = format!("the examples are {}, but the schema has {width} features", examples.inputs());
            return Err(Error::argument("schema", what, "give examples that were read by it"));
        }
        let (mut sums, mut counts) = (vec![0.0f64; width], vec![0u64; width]);
        let (mut x, mut y) = buffers(examples, ROWS)?;
        for rows in rows.chunks(ROWS) {
            examples.load(rows, &mut x, &mut y)?;
            let loaded = x.as_slice::<f32>()?;
            for row in loaded.chunks_exact(width.max(1)).take(rows.len()) {
                for (i, value) in row.iter().enumerate().filter(|(_, value)| !value.is_nan()) {
                    sums[i] += f64::from(*value);
                    counts[i] += 1;
                }
            }
        }
        if let Some(at) = counts.iter().position(|count| *count == 0) {
            let what = format!("column {} has no value in any row that is learnt from", excerpt(&names[at]));
            return Err(Error::argument("--missing", what, "ignore the column, or fill it in"));
        }
        self.set_means(sums.iter().zip(&counts).map(|(sum, count)| (sum / *count as f64) as f32).collect());
        Ok(())
    }

    /// Puts the means where a table in memory lacks values.
    pub fn fill_in(&self, data: &mut Dataset) {
        data.features.chunks_exact_mut(self.width().max(1)).for_each(|row| self.fill(row));
    }
}
