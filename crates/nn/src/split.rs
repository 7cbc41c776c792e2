//! Which examples are learnt from and which are held out.

use crate::data::{Examples, Part};
use crate::error::{Error, Result};
use crate::rng::{Purpose, Rng};
use std::{collections::BTreeMap, sync::Arc};

/// Examples to learn from, and others to measure with.
#[derive(Clone)]
pub struct Split {
    /// To learn from.
    pub train: Part,
    /// Held out.
    pub test: Part,
}

/// Holds out a share of the examples, drawn by seed: the same share of every class, so that rare classes are measured too.
///
/// # Errors
/// A share outside of 0 to 1, or one that leaves a part empty. `flag` is what messages call the share.
pub fn held_out(data: &Arc<dyn Examples>, share: f64, seed: u64, flag: &str) -> Result<Split> {
    let (train, test) = rows(&**data, share, seed, flag)?;
    Ok(Split { train: Part::new(data.clone(), train), test: Part::new(data.clone(), test) })
}

/// The rows to learn from and those that are held out, as [`held_out`] divides them.
///
/// # Errors
/// As there.
pub fn rows(data: &dyn Examples, share: f64, seed: u64, flag: &str) -> Result<(Vec<usize>, Vec<usize>)> {
    if !(share > 0.0 && share < 1.0) {
        let what = format!("{share} is no share");
        return Err(Error::argument(flag, what, "give a number between 0 and 1, as in 0.2"));
    }
    let rng = Rng::new(seed, Purpose::Split);
    let mut classes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    (0..data.rows()).for_each(|row| classes.entry(data.class(row).unwrap_or(0)).or_default().push(row));
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (class, mut rows) in classes {
        rng.fold(class as u64).shuffle(&mut rows);
        let held_out = (rows.len() as f64 * share).round() as usize;
        test.extend_from_slice(&rows[..held_out]);
        train.extend_from_slice(&rows[held_out..]);
    }
    if train.is_empty() || test.is_empty() {
        let part = if test.is_empty() { "hold out" } else { "learn from" };
        let what = format!("a share of {share} of {} examples leaves none to {part}", data.rows());
        return Err(Error::argument(flag, what, "give more examples of each class, or another share"));
    }
    train.sort_unstable();
    test.sort_unstable();
    Ok((train, test))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Targets};
    use chainrule::{Spec, Tensor};

    /// Rows numbered by their only feature.
    fn data(counts: &[usize]) -> Arc<dyn Examples> {
        let labels: Vec<usize> = counts.iter().enumerate().flat_map(|(class, &n)| vec![class; n]).collect();
        Arc::new(Dataset {
            columns: vec!["number".into()],
            features: (0..labels.len()).map(|i| i as f32).collect(),
            targets: Targets::Classes { names: (0..counts.len()).map(|c| c.to_string()).collect(), labels },
            image: None,
        })
    }

    /// The numbers and classes of a part.
    fn content(part: &Part) -> (Vec<f32>, Vec<i64>) {
        let rows: Vec<usize> = (0..part.rows()).collect();
        let of = |spec: Spec| Tensor::zeros(crate::data::batched(rows.len(), spec).unwrap());
        let (mut x, mut y) = (of(part.inputs()), of(part.targets()));
        part.load(&rows, &mut x, &mut y).unwrap();
        (x.to_vec().unwrap(), y.to_vec().unwrap())
    }

    #[test]
    fn every_class_gives_its_share_and_no_row_is_lost() {
        let split = held_out(&data(&[50, 10, 5]), 0.2, 3, "--test-share").unwrap();
        let [(mut train, learnt), (test, held)] = [&split.train, &split.test].map(content);
        let count = |labels: &[i64], class| labels.iter().filter(|&&l| l == class).count();
        assert_eq!([0, 1, 2].map(|c| count(&held, c)), [10, 2, 1]);
        assert_eq!([0, 1, 2].map(|c| count(&learnt, c)), [40, 8, 4]);
        assert_eq!(split.test.class(0), Some(held[0] as usize));
        train.extend(test);
        train.sort_by(f32::total_cmp);
        assert_eq!(train, (0..65).map(|i| i as f32).collect::<Vec<_>>());
    }

    #[test]
    fn the_seed_decides() {
        let split = |seed| content(&held_out(&data(&[50, 50]), 0.2, seed, "--test-share").unwrap().test);
        assert_eq!(split(1), split(1));
        assert_ne!(split(1), split(2));
    }

    #[test]
    fn shares_that_leave_nothing_are_refused() {
        let refused = |counts: &[usize], share| {
            held_out(&data(counts), share, 0, "--test-share").err().map(|error| error.to_string())
        };
        for share in [0.0, 1.0, -0.1, f64::NAN] {
            assert!(refused(&[50], share).is_some(), "{share}");
        }
        let error = refused(&[1, 1], 0.2).unwrap();
        assert!(
            error.starts_with("--test-share: a share of 0.2 of 2 examples leaves none to hold out"),
            "{error}"
        );
        assert!(refused(&[1, 1], 0.9).is_some());
    }
}
