//! Batches that are loaded on a thread of their own while the step before computes.

use super::{Examples, batched};
use crate::error::Result;
use chainrule::{SliceMut, Spec, Tensor};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many batches lie ready besides the one in use.
const READY: usize = 2;

/// A batch that was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Which examples it holds.
    pub rows: Vec<usize>,
    /// Their inputs, `[batch, ..]`, and zeros where it has fewer rows.
    pub x: Tensor,
    /// Their targets, likewise.
    pub y: Tensor,
}

/// Batches in order, loaded ahead: see [`ahead`].
pub struct Ahead {
    full: Receiver<Result<Loaded>>,
    empty: SyncSender<Loaded>,
    used: Option<Loaded>,
}

/// Tensors of zeros for so many examples: inputs and targets.
///
/// # Errors
/// A batch of that many is too large.
pub fn buffers(examples: &dyn Examples, batch: usize) -> Result<(Tensor, Tensor)> {
    let tensor = |spec: Spec| Ok::<Tensor, crate::Error>(Tensor::zeros(batched(batch, spec)?));
    Ok((tensor(examples.inputs())?, tensor(examples.targets())?))
}

/// Loads a batch into buffers that held another one: the same bits as into new ones.
fn load(examples: &dyn Examples, rows: Vec<usize>, mut into: Loaded) -> Result<Loaded> {
    examples.load(&rows, &mut into.x, &mut into.y)?;
    clear(&mut into.x, rows.len());
    clear(&mut into.y, rows.len());
    into.rows = rows;
    Ok(into)
}

/// Puts zeros into all rows from this one on.
fn clear(tensor: &mut Tensor, from: usize) {
    let batch = tensor.shape().iter().next().unwrap_or(1).max(1);
    let width = tensor.shape().elements() / batch;
    match tensor.slice_mut() {
        SliceMut::F32(v) => v[from * width..].fill(0.0),
        SliceMut::F64(v) => v[from * width..].fill(0.0),
        SliceMut::I32(v) => v[from * width..].fill(0),
        SliceMut::I64(v) => v[from * width..].fill(0),
        SliceMut::U8(v) => v[from * width..].fill(0),
        SliceMut::Bool(v) => v[from * width..].fill(false),
    }
}

/// Calls `body` with the batches of an order, each at most `batch` rows. A thread loads them, at most two ahead, into three buffers
/// that are used again and again. What it gives is what loading at once gives, in the same order, up to the first error.
/// The thread is gone when this returns, also if `body` did not want all batches.
///
/// ```
/// use chainrule_nn::data::{ahead, moons};
/// let data = moons(100, 0.1, 7);
/// let order = (0..4).map(|i| (25 * i..25 * i + 25).collect());
/// let rows = ahead(&data, 32, order, |batches| {
///     let mut rows = 0;
///     while let Some(batch) = batches.next() {
///         rows += batch?.rows.len();
///     }
///     Ok::<usize, chainrule_nn::Error>(rows)
/// })??;
/// assert_eq!(rows, 100);
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
///
/// # Errors
/// A batch of that many rows is too large.
pub fn ahead<R>(
    examples: &dyn Examples,
    batch: usize,
    order: impl Iterator<Item = Vec<usize>> + Send,
    body: impl FnOnce(&mut Ahead) -> R,
) -> Result<R> {
    let (give, full) = sync_channel::<Result<Loaded>>(READY + 1);
    let (empty, take) = sync_channel::<Loaded>(READY + 1);
    let first = || -> Result<Loaded> {
        let (x, y) = buffers(examples, batch)?;
        Ok(Loaded { rows: Vec::new(), x, y })
    };
    let buffers: Vec<Loaded> = (0..=READY).map(|_| first()).collect::<Result<_>>()?;
    for buffer in buffers {
        empty.send(buffer).expect("the receiver is in this function and the channel has room for all");
    }
    thread::scope(|scope| {
        scope.spawn(move || {
            for rows in order {
                // Whoever no longer gives buffers back wants no more batches.
                let Ok(into) = take.recv() else { return };
                let loaded = load(examples, rows, into);
                let failed = loaded.is_err();
                if give.send(loaded).is_err() || failed {
                    return;
                }
            }
        });
        let mut ahead = Ahead { full, empty, used: None };
        Ok(body(&mut ahead))
        // `ahead` is dropped here, and with it both channels, so that the thread ends.
    })
}

impl Ahead {
    /// The next batch; none after the last one or after an error.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Result<&Loaded>> {
        if let Some(used) = self.used.take() {
            // There is room for all buffers; a thread that has ended needs none.
            self.empty.send(used).ok();
        }
        match self.full.recv().ok()? {
            Ok(loaded) => Some(Ok(self.used.insert(loaded))),
            Err(error) => Some(Err(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Goal;
    use chainrule::DType;
    use std::sync::{Condvar, Mutex};

    /// Counts what is loaded; example 13 can't be, unless it is allowed.
    #[derive(Default)]
    struct Counting {
        loads: Mutex<usize>,
        changed: Condvar,
        thirteen: bool,
    }

    impl Counting {
        /// Waits for as many loads.
        fn reach(&self, loads: usize) {
            let reached = self.changed.wait_while(self.loads.lock().unwrap(), |n| *n < loads).unwrap();
            drop(reached);
        }

        fn loads(&self) -> usize {
            *self.loads.lock().unwrap()
        }
    }

    impl Examples for Counting {
        fn rows(&self) -> usize {
            40
        }
        fn inputs(&self) -> Spec {
            Spec::new(&[2], DType::F32).unwrap()
        }
        fn targets(&self) -> Spec {
            Spec::scalar(DType::I64)
        }
        fn goal(&self) -> Goal {
            Goal::Classes(vec!["a".into()])
        }
        fn load(&self, rows: &[usize], x: &mut Tensor, y: &mut Tensor) -> Result<()> {
            for (i, &row) in rows.iter().enumerate() {
                if row == 13 && !self.thirteen {
                    return Err(crate::Error::argument("example", "13 is damaged", "leave it out"));
                }
                x.as_slice_mut::<f32>()?[2 * i..2 * i + 2].copy_from_slice(&[row as f32, 0.5]);
                y.as_slice_mut::<i64>()?[i] = row as i64 + 100;
            }
            *self.loads.lock().unwrap() += 1;
            self.changed.notify_all();
            Ok(())
        }
    }

    fn order(count: usize) -> impl Iterator<Item = Vec<usize>> + Send {
        // The third batch is short, so that a buffer is used again with less in it.
        (0..count).map(|i| (0..if i == 2 { 1 } else { 4 }).map(|j| (4 * i + j) % 40).collect())
    }

    #[test]
    fn the_bits_are_those_of_loading_at_once() {
        let examples = Counting { thirteen: true, ..Counting::default() };
        let mut given = Vec::new();
        let body = |batches: &mut Ahead| {
            while let Some(batch) = batches.next() {
                given.push(batch.unwrap().clone());
            }
        };
        ahead(&examples, 4, order(25), body).unwrap();
        assert_eq!(given.len(), 25);
        for (batch, rows) in given.iter().zip(order(25)) {
            let (x, y) = buffers(&examples, 4).unwrap();
            let once = load(&examples, rows, Loaded { rows: vec![], x, y }).unwrap();
            assert_eq!(
                (&batch.rows, batch.x.to_f64(), batch.y.to_f64()),
                (&once.rows, once.x.to_f64(), once.y.to_f64())
            );
        }
    }

    #[test]
    fn two_are_loaded_ahead_without_being_asked_for_and_no_more() {
        let examples = Counting { thirteen: true, ..Counting::default() };
        let body = |batches: &mut Ahead| {
            examples.reach(READY + 1);
            for taken in 1..=20 {
                batches.next().unwrap().unwrap();
                // The one in use and those that lie ready fill all buffers.
                examples.reach((taken + READY).min(20));
                assert!(examples.loads() <= taken + READY, "{taken}");
            }
            assert!(batches.next().is_none());
        };
        ahead(&examples, 4, order(20), body).unwrap();
    }

    #[test]
    fn an_error_comes_in_its_turn_and_ends_it() {
        let examples = Counting::default();
        let body = |batches: &mut Ahead| {
            for _ in 0..3 {
                assert!(batches.next().unwrap().is_ok());
            }
            let error = batches.next().unwrap().unwrap_err().to_string();
            assert_eq!(error, "example: 13 is damaged; hint: leave it out");
            assert!(batches.next().is_none());
        };
        ahead(&examples, 4, order(20), body).unwrap();
    }

    #[test]
    fn who_stops_early_waits_for_nothing() {
        let examples = Counting { thirteen: true, ..Counting::default() };
        // The thread has an endless order and ends when nobody takes from it.
        let endless = (0..).map(|i| vec![i % 40]);
        let first = ahead(&examples, 4, endless, |batches| batches.next().unwrap().unwrap().rows[0]).unwrap();
        assert_eq!(first, 0);
        assert!(examples.loads() <= READY + 2);
    }
}
