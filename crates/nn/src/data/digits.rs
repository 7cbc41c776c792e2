//! The embedded digits: 1,797 hand-written ones of 8 by 8 pixels.
//!
//! "Optical Recognition of Handwritten Digits" (test set), E. Alpaydin, 1998, UCI Machine Learning Repository,
//! CC BY 4.0, as shipped with scikit-learn.

use super::{Dataset, Image, Request, Schema, Table, read};
use crate::error::Result;
use std::path::Path;

const PACKED: &[u8] = include_bytes!("../../data/digits.csv.gz");
/// What messages call it.
const NAME: &str = "digits.csv.gz";

/// Rows of 64 pixels from 0 to 16; classes 0 to 9.
///
/// # Errors
/// None, unless the build was damaged.
pub fn digits() -> Result<Dataset> {
    Ok(digits_table()?.0)
}

/// The same, and what the columns of a table of such digits mean.
///
/// # Errors
/// As [`digits`].
pub fn digits_table() -> Result<(Dataset, Schema)> {
    let path = Path::new(NAME);
    let table = Table::new(read::unpack(PACKED, path, read::UNPACKED_BYTES)?, path);
    let schema = table.learn(&Request::class("-1"))?;
    let mut digits = table.examples(&schema)?;
    digits.image = Some(Image::grey(8, 8));
    Ok((digits, schema))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Examples, Targets};

    #[test]
    fn all_digits_are_there() {
        let digits = digits().unwrap();
        assert_eq!((digits.rows(), digits.width()), (1797, 64));
        let Targets::Classes { names, labels } = &digits.targets else { panic!("digits are classes") };
        assert_eq!(names, &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        let count = |class| labels.iter().filter(|&&l| l == class).count();
        assert_eq!(
            (0..10).map(count).collect::<Vec<_>>(),
            [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
        );
        assert!(digits.features.iter().all(|p| (0.0..=16.0).contains(p)));
        assert_eq!(digits.row(0)[2..6], [5.0, 13.0, 9.0, 1.0]);
    }
}
