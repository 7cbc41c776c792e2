//! What a machine can do, and how long a step takes it at least.

use super::Cost;
use crate::base::DType;
use crate::numeric::speed;
use std::fmt;
use std::sync::OnceLock;

/// The sizes that memory is timed at: from what lies in the first-level cache to what lies in memory.
const SIZES: [usize; 7] = [16 << 10, 64 << 10, 256 << 10, 1 << 20, 4 << 20, 16 << 20, 128 << 20];

/// How quick one thread of a machine is: plain figures, from which the least time of each step of a plan follows. All
/// fields are for whoever wants to know how a plan would do elsewhere.
///
/// ```
/// use chainrule::prelude::*;
/// use chainrule::Machine;
/// let spec = Spec::new(&[512, 512], DType::F32).unwrap();
/// let square = compile(|x: Wire| x.matmul(x), &(spec,))?;
/// let slow = Machine { flops: [1e9, 5e8], traffic: vec![(0, 1e9)] };
/// let report = square.report(Some(&slow));
/// assert_eq!(report.steps[0].bound, Some(2.0 * 512.0 * 512.0 * 512.0 / 1e9));
/// # Ok::<(), Diagnostic>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Machine {
    /// Floating-point operations a second, in f32 and in f64.
    pub flops: [f64; 2],
    /// Bytes read or written a second, by how many bytes are touched at least: what is small lies in a cache.
    pub traffic: Vec<(usize, f64)>,
}

impl Machine {
    /// This machine. It is measured once, at the first call, which takes some tenth of a second.
    pub fn measured() -> &'static Machine {
        static MEASURED: OnceLock<Machine> = OnceLock::new();
        MEASURED.get_or_init(|| {
            let traffic = SIZES.map(|bytes| (bytes, speed::traffic(bytes))).to_vec();
            Machine { flops: speed::peak(), traffic }
        })
    }

    /// The least seconds that some work takes: every operation is done, every array read or written once.
    pub fn bound(&self, cost: Cost, dtype: DType) -> f64 {
        let peak = self.flops[usize::from(dtype == DType::F64)];
        let reached = self.traffic.iter().rev().find(|(bytes, _)| *bytes as u64 <= cost.bytes);
        let bandwidth = reached.or(self.traffic.first()).map_or(f64::INFINITY, |(_, rate)| *rate);
        (cost.flops as f64 / peak).max(cost.bytes as f64 / bandwidth)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [narrow, wide] = self.flops.map(|rate| rate / 1e9);
        write!(f, "one thread: {narrow:.0} Gflop/s in f32, {wide:.0} in f64")?;
        if let (Some((_, first)), Some((_, last))) = (self.traffic.first(), self.traffic.last()) {
            write!(f, "; {:.0} GB/s in cache, {:.0} in memory", first / 1e9, last / 1e9)?;
        }
        Ok(())
    }
}
