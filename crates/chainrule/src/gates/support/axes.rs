//! Axes as people write them: negative ones count from the end.

use crate::base::Shape;
use crate::circuit::Fault;

/// One axis, checked.
pub fn axis(rank: usize, axis: i64) -> Result<usize, Fault> {
    let counted = if axis < 0 { axis + rank as i64 } else { axis };
    if (0..rank as i64).contains(&counted) {
        Ok(counted as usize)
    } else {
        let axes = if rank == 1 { "1 axis".to_string() } else { format!("{rank} axes") };
        Err(Fault::new(
            format!("axis {axis} of a value with {axes}"),
            "axes count from 0, or from -1 at the end",
        ))
    }
}

/// Several axes, checked, sorted, each once.
pub fn axes(rank: usize, list: &[i64]) -> Result<Vec<usize>, Fault> {
    let mut checked = list.iter().map(|&a| axis(rank, a)).collect::<Result<Vec<_>, _>>()?;
    checked.sort_unstable();
    match checked.windows(2).find(|w| w[0] == w[1]) {
        Some(twice) => Err(Fault::new(format!("axis {} is named twice", twice[0]), "name each axis once")),
        None => Ok(checked),
    }
}

/// The dims of a shape without some axes.
pub fn without(shape: Shape, axes: &[usize]) -> Vec<usize> {
    shape.iter().enumerate().filter(|(i, _)| !axes.contains(i)).map(|(_, d)| d).collect()
}

/// The dims of a shape with some axes of length 1.
pub fn kept(shape: Shape, axes: &[usize]) -> Vec<usize> {
    shape.iter().enumerate().map(|(i, d)| if axes.contains(&i) { 1 } else { d }).collect()
}
