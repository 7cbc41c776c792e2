//! A team of threads for work that falls into parts: a fork, and a join when all parts are done.
//!
//! The process has one team. Its workers are made when they are first wanted, and stay: they wait a short while for the next
//! fork with their eyes open, and then sleep. Parts are taken from a common board by whoever is free, the caller first of all.
//! So a worker that sleeps, that comes late or that does not exist costs nothing but its help. Whoever finds the team busy,
//! nested calls and calls from other threads alike, does all parts alone.
//!
//! Which thread does a part is left to chance: a part must give the same bits whoever does it.

#![allow(unsafe_code)]

use std::any::Any;
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, AtomicUsize};
use std::sync::{Mutex, OnceLock};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::scratch::{self, Line};

/// Most threads of a team.
pub const THREADS: usize = 256;

/// How long a worker looks out for the next fork before it sleeps: about as long as the steps between two forks take.
const PATIENCE: Duration = Duration::from_micros(100);

/// How often a thread looks before it asks for the time, or lets others go first.
const LOOKS: usize = 64;

/// Bits of the board that count the parts that nobody has taken; the others number the forks.
const PART_BITS: u32 = 20;

/// How many threads may share some work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Team {
    threads: usize,
}

impl Team {
    /// The caller and nobody else.
    pub const ALONE: Team = Team { threads: 1 };

    /// So many threads, the caller among them.
    pub fn new(threads: usize) -> Team {
        Team { threads: threads.clamp(1, THREADS) }
    }

    /// How many.
    pub fn threads(self) -> usize {
        self.threads
    }

    /// Whether there is nobody to share work with.
    #[inline]
    pub fn is_alone(self) -> bool {
        self.threads == 1
    }

    /// Calls `work` once for each part, in any order, and returns when all are done. Each thread has at least `room` bytes for
    /// [`scratch::with`]. A panic in a part is the caller's, once no part is running any more.
    #[inline]
    pub fn run<F: Fn(usize) + Sync>(self, parts: usize, room: usize, work: F) {
        /// # Safety
        /// `work` is an `F` that can be borrowed.
        unsafe fn call<F: Fn(usize)>(work: *const (), part: usize) {
            // SAFETY: the caller's promise.
            unsafe { (*work.cast::<F>())(part) }
        }
        let job = Job { work: (&raw const work).cast(), call: call::<F>, parts, room };
        // SAFETY: `work` is `Sync`, and is borrowed until the fork has been joined.
        let shared = parts > 1 && !self.is_alone() && unsafe { CREW.fork(self.threads.min(parts) - 1, &job) };
        if !shared {
            (0..parts).for_each(work);
        }
    }
}

/// The work of a part, in picoseconds, that is worth its share of a fork, and the most parts.
const WORTH: usize = 5_000_000;
const MOST_PARTS: usize = 64;

/// How many parts so many units of so many picoseconds each make; by these sizes alone.
pub fn parts(units: usize, picoseconds: usize) -> usize {
    (units.saturating_mul(picoseconds) / least(WORTH)).min(units).min(MOST_PARTS)
}

/// The least work that is shared, in whatever it is measured; tests share the smallest.
pub fn least(usual: usize) -> usize {
    #[cfg(test)]
    if EVERYTHING.get() {
        return 1;
    }
    usual
}

#[cfg(test)]
thread_local! {
    static EVERYTHING: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Plans and runs on this thread share everything that can be shared.
#[cfg(test)]
pub fn sharing_everything<R>(call: impl FnOnce() -> R) -> R {
    let before = EVERYTHING.replace(true);
    let result = call();
    EVERYTHING.set(before);
    result
}

impl Team {
    /// Cuts an array into so many parts of whole units, and calls `work` for each with its units, first and end, and its
    /// numbers; alone, or where there are fewer than two parts, with all. Each thread has at least `room` bytes.
    pub fn split<T: Send>(
        self,
        data: &mut [T],
        units: usize,
        parts: usize,
        room: usize,
        work: impl Fn([usize; 2], &mut [T]) + Sync,
    ) {
        if parts < 2 || self.is_alone() {
            return work([0, units], data);
        }
        let (unit, first) = (data.len() / units, Start(data.as_mut_ptr()));
        self.run(parts, room, |part| {
            let [from, end] = cut(units, parts, part);
            // SAFETY: the array is borrowed mutably, and parts are apart and within it.
            let own =
                unsafe { std::slice::from_raw_parts_mut(first.at().add(from * unit), (end - from) * unit) };
            work([from, end], own);
        });
    }
}

/// Where an array begins of which each thread writes parts of its own.
struct Start<T>(*mut T);

// SAFETY: each part is written by one thread, to which its numbers may be sent.
unsafe impl<T: Send> Sync for Start<T> {}

impl<T> Start<T> {
    /// Closures borrow this whole, not its field.
    fn at(&self) -> *mut T {
        self.0
    }
}

/// A part of `whole`, cut into `parts` of nearly equal length: its beginning and its end.
#[inline]
pub fn cut(whole: usize, parts: usize, part: usize) -> [usize; 2] {
    let (length, longer) = (whole / parts, whole % parts);
    let start = |part: usize| part * length + part.min(longer);
    [start(part), start(part + 1)]
}

type Call = unsafe fn(*const (), usize);
type Panic = Box<dyn Any + Send>;

/// What is to be done.
struct Job {
    work: *const (),
    call: Call,
    parts: usize,
    room: usize,
}

/// Keeps what is written often apart from the rest; processors fetch lines in pairs.
#[repr(align(128))]
struct Apart<T>(T);

/// All workers, and what they share with the one who forks.
struct Crew {
    /// Whether somebody forks. All else but the sleep of workers is the business of whoever has set it.
    busy: Apart<AtomicBool>,
    board: Apart<Board>,
    /// Parts that workers have done.
    done: Apart<AtomicUsize>,
    panic: Mutex<Option<Panic>>,
    workers: [Worker; THREADS - 1],
    /// How many workers there are.
    count: AtomicUsize,
    /// How many there can be.
    most: AtomicUsize,
    /// The least room that the first so many workers have, in bytes.
    room: AtomicUsize,
    roomy: AtomicUsize,
}

/// Where a fork is announced.
struct Board {
    /// The number of the fork, and how many parts nobody has taken. While there are any, the rest stands still.
    parts: AtomicU64,
    work: AtomicPtr<()>,
    call: AtomicPtr<()>,
    /// All parts.
    all: AtomicUsize,
    /// How many workers may help.
    helpers: AtomicUsize,
}

#[repr(align(128))]
struct Worker {
    thread: OnceLock<Thread>,
    /// Whether it has all that a thread allocates when it begins.
    is_ready: AtomicBool,
    /// Whether it waits to be woken.
    sleeps: AtomicBool,
    /// Its scratch memory.
    room: UnsafeCell<Vec<Line>>,
}

// SAFETY: a worker's room is changed only by who has set `busy`, before it announces a fork, and used by the worker only
// between taking a part and reporting it done, in which time nobody else can set `busy`.
unsafe impl Sync for Worker {}

static CREW: Crew = Crew {
    busy: Apart(AtomicBool::new(false)),
    board: Apart(Board {
        parts: AtomicU64::new(0),
        work: AtomicPtr::new(null_mut()),
        call: AtomicPtr::new(null_mut()),
        all: AtomicUsize::new(0),
        helpers: AtomicUsize::new(0),
    }),
    done: Apart(AtomicUsize::new(0)),
    panic: Mutex::new(None),
    workers: [const {
        Worker {
            thread: OnceLock::new(),
            is_ready: AtomicBool::new(false),
            sleeps: AtomicBool::new(false),
            room: UnsafeCell::new(Vec::new()),
        }
    }; THREADS - 1],
    count: AtomicUsize::new(0),
    most: AtomicUsize::new(THREADS - 1),
    room: AtomicUsize::new(0),
    roomy: AtomicUsize::new(0),
};

impl Crew {
    /// Does the job with so many helpers; false if it was left undone, since nobody can help.
    ///
    /// # Safety
    /// The job's work can be called from any thread until this returns.
    unsafe fn fork(&'static self, helpers: usize, job: &Job) -> bool {
        if job.parts >> PART_BITS > 0 || self.busy.0.compare_exchange(false, true, Acquire, Relaxed).is_err()
        {
            return false;
        }
        let helpers = self.gather(helpers);
        if helpers > 0 {
            // SAFETY: the caller's promise; this thread has set `busy`.
            unsafe { self.share(helpers, job) };
        }
        let panic = self.panic.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
        self.busy.0.store(false, Release);
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
        helpers > 0
    }

    /// # Safety
    /// As `fork`, by who has set `busy`.
    unsafe fn share(&self, helpers: usize, job: &Job) {
        // SAFETY: the caller's promise.
        unsafe { self.make_room(helpers, job.room) };
        let board = &self.board.0;
        board.work.store(job.work.cast_mut(), Relaxed);
        board.call.store(job.call as *mut (), Relaxed);
        board.all.store(job.parts, Relaxed);
        board.helpers.store(helpers, Relaxed);
        self.done.0.store(0, Relaxed);
        let number = (board.parts.load(Relaxed) >> PART_BITS) + 1;
        // In the one order that all threads agree on: a worker either sees this or is seen asleep.
        board.parts.store(number << PART_BITS | job.parts as u64, SeqCst);
        self.wake(0, helpers);
        // SAFETY: the caller's promise.
        let own = unsafe { self.take_parts(number, || ()) };
        let mut looks = 0;
        while self.done.0.load(Acquire) != job.parts - own {
            std::hint::spin_loop();
            looks += 1;
            if looks > LOOKS * 16 {
                // The worker may be waiting for this very processor.
                thread::yield_now();
            }
        }
    }

    /// Makes workers where there are too few; how many there are.
    fn gather(&'static self, wanted: usize) -> usize {
        let wanted = wanted.min(self.most.load(Relaxed));
        while self.count.load(Relaxed) < wanted {
            let index = self.count.load(Relaxed);
            let made = thread::Builder::new()
                .name(format!("chainrule-{}", index + 1))
                .spawn(move || self.work(index));
            match made {
                Ok(handle) => {
                    let worker = &self.workers[index];
                    let _ = worker.thread.set(handle.thread().clone());
                    while !worker.is_ready.load(Acquire) {
                        thread::yield_now();
                    }
                    self.count.store(index + 1, Relaxed);
                }
                // The system has no more threads: do with those that are there, and don't ask again.
                Err(_) => self.most.store(index, Relaxed),
            }
            if self.most.load(Relaxed) <= index {
                break;
            }
        }
        wanted.min(self.count.load(Relaxed))
    }

    /// # Safety
    /// By who has set `busy`, while no fork is announced.
    unsafe fn make_room(&self, helpers: usize, bytes: usize) {
        scratch::reserve(bytes);
        if helpers <= self.roomy.load(Relaxed) && bytes <= self.room.load(Relaxed) {
            return;
        }
        let (helpers, bytes) = (helpers.max(self.roomy.load(Relaxed)), bytes.max(self.room.load(Relaxed)));
        for worker in &self.workers[..helpers] {
            // SAFETY: the caller's promise: no worker uses its room now.
            scratch::grow_to(unsafe { &mut *worker.room.get() }, bytes);
        }
        self.roomy.store(helpers, Relaxed);
        self.room.store(bytes, Relaxed);
    }

    /// Wakes two workers; each wakes two more as soon as it has taken a part.
    fn wake(&self, first: usize, helpers: usize) {
        for worker in self.workers.iter().take(helpers).skip(first).take(2) {
            if worker.sleeps.load(SeqCst)
                && worker.sleeps.swap(false, SeqCst)
                && let Some(thread) = worker.thread.get()
            {
                thread.unpark();
            }
        }
    }

    /// Does parts of a fork until nobody has any left; how many. Calls `first` before the first.
    ///
    /// # Safety
    /// This thread knows that fork from the board.
    unsafe fn take_parts(&self, number: u64, first: impl FnOnce()) -> usize {
        let (board, mut first, mut count) = (&self.board.0, Some(first), 0);
        let mut seen = board.parts.load(Acquire);
        while seen >> PART_BITS == number && seen & ((1 << PART_BITS) - 1) > 0 {
            if let Err(now) = board.parts.compare_exchange_weak(seen, seen - 1, Acquire, Acquire) {
                seen = now;
                continue;
            }
            // A part of this fork has been taken: it isn't over before that is done, and the board stands still.
            if let Some(first) = first.take() {
                first();
            }
            let left = (seen & ((1 << PART_BITS) - 1)) as usize;
            let (work, part) = (board.work.load(Relaxed).cast_const(), board.all.load(Relaxed) - left);
            let call = board.call.load(Relaxed);
            // SAFETY: the address is that of a `Call`, stored in `share`, and its work is borrowed until the fork is over.
            let done = catch_unwind(AssertUnwindSafe(|| unsafe {
                std::mem::transmute::<*mut (), Call>(call)(work, part);
            }));
            if let Err(panic) = done {
                *self.panic.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(panic);
            }
            count += 1;
            seen = board.parts.load(Acquire);
        }
        count
    }

    /// The life of a worker.
    fn work(&self, index: usize) {
        let mut number = 0;
        scratch::reserve(0);
        self.workers[index].is_ready.store(true, Release);
        loop {
            number = self.next_fork(index, number);
            let prepare = || {
                // SAFETY: a part has been taken, and so the room is this worker's until the part is reported done. After
                // that this thread asks for no room before it comes here again.
                unsafe { scratch::lend(&mut *self.workers[index].room.get()) };
                self.wake(2 * index + 2, self.board.0.helpers.load(Relaxed));
            };
            // SAFETY: the number comes from the board.
            let count = unsafe { self.take_parts(number, prepare) };
            if count > 0 {
                self.done.0.fetch_add(count, Release);
            }
        }
    }

    /// Waits for a fork after this one that the worker may help with.
    fn next_fork(&self, index: usize, mut number: u64) -> u64 {
        let (board, worker) = (&self.board.0, &self.workers[index]);
        let mut since = Instant::now();
        loop {
            for _ in 0..LOOKS {
                let now = board.parts.load(Acquire) >> PART_BITS;
                if now != number {
                    number = now;
                    if index < board.helpers.load(Relaxed) {
                        return number;
                    }
                }
                std::hint::spin_loop();
            }
            if since.elapsed() > PATIENCE {
                worker.sleeps.store(true, SeqCst);
                if board.parts.load(SeqCst) >> PART_BITS == number {
                    while worker.sleeps.load(Acquire) {
                        thread::park();
                    }
                }
                worker.sleeps.store(false, Relaxed);
                since = Instant::now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Counts how often each part is done.
    fn counts(team: Team, parts: usize, work: impl Fn(usize) + Sync) -> Vec<usize> {
        let counts: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
        team.run(parts, 0, |part| {
            work(part);
            counts[part].fetch_add(1, Relaxed);
        });
        counts.into_iter().map(AtomicUsize::into_inner).collect()
    }

    #[test]
    fn every_part_is_done_once() {
        for threads in [1, 2, 3, 7, 1000] {
            for parts in [0, 1, 2, 3, 17, 500] {
                for _ in 0..20 {
                    assert_eq!(
                        counts(Team::new(threads), parts, |_| ()),
                        vec![1; parts],
                        "{threads} {parts}"
                    );
                }
            }
        }
    }

    #[test]
    fn workers_that_sleep_are_woken() {
        for _ in 0..20 {
            thread::sleep(PATIENCE * 3);
            assert_eq!(counts(Team::new(3), 40, |_| thread::yield_now()), vec![1; 40]);
        }
    }

    #[test]
    fn nested_forks_are_done_by_the_thread_that_asks() {
        let team = Team::new(3);
        let inner = |_| {
            let me = thread::current().id();
            let ids = Mutex::new(HashSet::new());
            let done = counts(team, 5, |_| {
                ids.lock().unwrap_or_else(|e| e.into_inner()).insert(thread::current().id());
            });
            assert_eq!(done, [1; 5]);
            assert_eq!(ids.into_inner().unwrap_or_default(), HashSet::from([me]));
        };
        team.run(8, 0, inner);
    }

    #[test]
    fn many_callers_at_once() {
        thread::scope(|scope| {
            for caller in 0..8 {
                scope.spawn(move || {
                    for round in 0..200 {
                        let parts = 1 + (caller * 31 + round * 7) % 50;
                        assert_eq!(counts(Team::new(2 + caller % 3), parts, |_| ()), vec![1; parts]);
                    }
                });
            }
        });
    }

    #[test]
    fn a_panic_in_any_part_is_the_callers_and_the_team_goes_on() {
        for bad in 0..12 {
            let done = AtomicUsize::new(0);
            let caught = catch_unwind(AssertUnwindSafe(|| {
                Team::new(4).run(12, 0, |part| {
                    assert!(part != bad, "part {part} breaks");
                    done.fetch_add(1, Relaxed);
                });
            }));
            let text = caught.err().and_then(|panic| panic.downcast::<String>().ok());
            assert_eq!(text.as_deref(), Some(&format!("part {bad} breaks")));
            assert_eq!(counts(Team::new(4), 12, |_| ()), [1; 12]);
        }
    }

    #[test]
    fn each_thread_has_the_room_that_was_asked_for() {
        for room in [100, 10_000, 1000] {
            let places = Mutex::new(HashSet::new());
            Team::new(3).run(30, room, |_| {
                scratch::with(room, |at: *mut u8| {
                    // SAFETY: there is room for so many bytes.
                    unsafe { at.write_bytes(7, room) };
                    thread::yield_now();
                    places.lock().unwrap_or_else(|e| e.into_inner()).insert(at.addr());
                });
            });
            assert!(places.into_inner().unwrap_or_default().len() <= 3);
        }
    }

    #[test]
    fn an_array_is_split_into_whole_units() {
        for (units, unit, each) in
            [(0, 3, 1), (1, 3, WORTH * 9), (7, 5, WORTH), (100, 1, WORTH / 20), (5000, 2, WORTH)]
        {
            let mut data = vec![0; units * unit];
            let calls = AtomicUsize::new(0);
            Team::new(3).split(&mut data, units, parts(units, each), 0, |[from, end], own| {
                calls.fetch_add(1, Relaxed);
                assert_eq!(own.len(), (end - from) * unit);
                own.iter_mut().enumerate().for_each(|(i, to)| *to += from * unit + i);
            });
            assert!(data.iter().enumerate().all(|(i, &x)| i == x) && calls.into_inner() <= MOST_PARTS);
        }
    }

    #[test]
    fn cuts_cover_the_whole() {
        for whole in 0..40 {
            for parts in 1..9 {
                let all: Vec<[usize; 2]> = (0..parts).map(|part| cut(whole, parts, part)).collect();
                assert_eq!((all[0][0], all[parts - 1][1]), (0, whole));
                assert!(all.windows(2).all(|two| two[0][1] == two[1][0]));
                assert!(all.iter().all(|[a, b]| (b - a).abs_diff(whole / parts) <= 1));
            }
        }
    }
}
