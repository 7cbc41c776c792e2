//! Which examples are learnt from and which are held out.

use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::rng::{Purpose, Rng};

/// Examples to learn from, and others to measure with.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// To learn from.
    pub train: Dataset,
    /// Held out.
    pub test: Dataset,
}

/// Holds out a share of every class, drawn by seed: the same share, so that rare classes are measured too.
///
/// # Errors
/// A share outside of 0 to 1, or one that leaves a part empty.
pub fn stratified(data: &Dataset, share: f64, seed: u64) -> Result<Split> {
    if !(share > 0.0 && share < 1.0) {
        let what = format!("{share} is no share");
        return Err(Error::argument("--test-share", what, "give a number between 0 and 1, as in 0.2"));
    }
    let rng = Rng::new(seed, Purpose::Split);
    let (mut train, mut test) = (Vec::new(), Vec::new());
    let mut classes = vec![Vec::new(); data.classes.len()];
    data.labels.iter().enumerate().for_each(|(row, &class)| classes[class].push(row));
    for (class, mut rows) in classes.into_iter().enumerate() {
        rng.fold(class as u64).shuffle(&mut rows);
        let held_out = (rows.len() as f64 * share).round() as usize;
        test.extend_from_slice(&rows[..held_out]);
        train.extend_from_slice(&rows[held_out..]);
    }
    if train.is_empty() || test.is_empty() {
        let part = if test.is_empty() { "hold out" } else { "learn from" };
        let what = format!("a share of {share} of {} examples leaves none to {part}", data.rows());
        return Err(Error::argument(
            "--test-share",
            what,
            "give more examples of each class, or another share",
        ));
    }
    train.sort_unstable();
    test.sort_unstable();
    Ok(Split { train: data.pick(&train), test: data.pick(&test) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows numbered by their only feature.
    fn data(counts: &[usize]) -> Dataset {
        let labels: Vec<usize> = counts.iter().enumerate().flat_map(|(class, &n)| vec![class; n]).collect();
        Dataset {
            columns: vec!["number".into()],
            features: (0..labels.len()).map(|i| i as f32).collect(),
            classes: (0..counts.len()).map(|c| c.to_string()).collect(),
            labels,
            image: None,
        }
    }

    #[test]
    fn every_class_gives_its_share_and_no_row_is_lost() {
        let split = stratified(&data(&[50, 10, 5]), 0.2, 3).unwrap();
        let count = |part: &Dataset, class| part.labels.iter().filter(|&&l| l == class).count();
        assert_eq!([0, 1, 2].map(|c| count(&split.test, c)), [10, 2, 1]);
        assert_eq!([0, 1, 2].map(|c| count(&split.train, c)), [40, 8, 4]);
        let mut rows = [split.train.features, split.test.features].concat();
        rows.sort_by(f32::total_cmp);
        assert_eq!(rows, data(&[50, 10, 5]).features);
    }

    #[test]
    fn the_seed_decides() {
        let split = |seed| stratified(&data(&[50, 50]), 0.2, seed).unwrap().test.features;
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
    }

    #[test]
    fn shares_that_leave_nothing_are_refused() {
        for share in [0.0, 1.0, -0.1, f64::NAN] {
            assert!(stratified(&data(&[50]), share, 0).is_err(), "{share}");
        }
        let error = stratified(&data(&[1, 1]), 0.2, 0).unwrap_err().to_string();
        assert!(
            error.starts_with("--test-share: a share of 0.2 of 2 examples leaves none to hold out"),
            "{error}"
        );
        assert!(stratified(&data(&[1, 1]), 0.9, 0).is_err());
    }
}
