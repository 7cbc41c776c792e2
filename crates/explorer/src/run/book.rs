//! A run as the page looks at it: what its records said, in bounded room, however long it goes on.

use super::curve::{Curve, Dot};
use super::thin::Thin;
use super::writer::Sink;
use super::{Alert, Birth, End, Field, Graph, Head, History, Plane, Points, Record, Step, Sum, Try, limits};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// Summaries that are kept of all wires together, about 300 bytes each.
const SUMS: usize = 60_000;
/// Observed steps that are kept: at least, and at most.
const MOMENTS: (usize, usize) = (64, 512);
/// Validations, and pictures of the plane (8 kB each), that are kept.
const TRIES: usize = 1024;
const PLANES: usize = 64;
/// Alerts and births that are kept: the first ones.
const ALERTS: usize = 1000;
const BIRTHS: usize = 64;
/// Observed steps that the rules look back on, as while training.
const WINDOW: usize = 256;
/// Seconds between two notes of how fast it goes, and how many notes are kept.
const PACE: (f64, usize) = (0.25, 12);

/// All that was watched at one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// The step.
    pub s: u64,
    /// The summaries, in the order in which they came.
    pub sums: Vec<Sum>,
}

impl Moment {
    /// The summary of a wire.
    pub fn sum(&self, w: u32, f: Field) -> Option<&Sum> {
        self.sums.iter().find(|sum| sum.w == w && sum.f == f)
    }
}

/// Everything that is kept of a run.
#[derive(Debug)]
pub struct Book {
    /// What was run.
    pub head: Head,
    /// Its circuit.
    pub graph: Option<Arc<Graph>>,
    /// The losses.
    pub curve: Curve,
    /// The last step.
    pub last: Option<Step>,
    moments: Option<Thin<Arc<Moment>>>,
    /// The summaries of a step that is not over yet.
    open: Option<Moment>,
    /// Steps between the last two that were observed.
    pub every: Option<u64>,
    /// Validations.
    pub tries: Thin<Try>,
    /// The examples of a problem in the plane.
    pub points: Option<Arc<Points>>,
    /// What the network says of the plane.
    pub planes: Thin<Arc<Plane>>,
    /// Rules that were broken, and when first.
    pub alerts: Vec<Alert>,
    /// Where NaN and infinities were born.
    pub births: Vec<Arc<Birth>>,
    /// How it ended.
    pub end: Option<End>,
    /// Milliseconds in steps and in observing.
    pub ms: (f64, f64),
    /// Seconds and steps, for the speed.
    pace: VecDeque<(f64, u64)>,
    /// Grows with every record, so that one can see that something has come.
    pub version: u64,
    /// Grows when steps are forgotten.
    pub backs: u64,
    judged: Option<Judged>,
}

/// What the rules have to go on up to a step, kept for the next question.
#[derive(Debug)]
struct Judged {
    history: History,
    until: u64,
    backs: u64,
}

impl Default for Book {
    fn default() -> Book {
        Book {
            head: Head::default(),
            graph: None,
            curve: Curve::default(),
            last: None,
            moments: None,
            open: None,
            every: None,
            tries: Thin::new(TRIES),
            points: None,
            planes: Thin::new(PLANES),
            alerts: Vec::new(),
            births: Vec::new(),
            end: None,
            ms: (0.0, 0.0),
            pace: VecDeque::new(),
            version: 0,
            backs: 0,
            judged: None,
        }
    }
}

impl Book {
    /// Takes a record. A step that comes again, since a run was resumed or rewound, stands for all that came after.
    pub fn push(&mut self, record: &Record) {
        self.version += 1;
        match record {
            Record::Run(head) => self.head = head.clone(),
            Record::Graph(graph) => {
                let most = SUMS / (3 * graph.watch.len()).max(1);
                self.moments.get_or_insert_with(|| Thin::new(most.clamp(MOMENTS.0, MOMENTS.1)));
                self.graph.get_or_insert_with(|| Arc::new(graph.clone()));
            }
            Record::Step(step) => self.step(step),
            Record::Sum(sum) => {
                self.again(sum.s);
                if self.open.as_ref().is_some_and(|open| open.s != sum.s) {
                    self.close();
                }
                let open = self.open.get_or_insert_with(|| Moment { s: sum.s, sums: Vec::new() });
                if open.sums.len() < 4 * limits::WATCHED {
                    open.sums.push((**sum).clone());
                }
            }
            Record::Try(tried) => self.tries.push(tried.clone()),
            Record::Points(points) => self.points = Some(Arc::new((**points).clone())),
            Record::Plane(plane) => self.planes.push(Arc::new((**plane).clone())),
            Record::Alert(alert) if self.alerts.len() < ALERTS => self.alerts.push(alert.clone()),
            Record::Birth(birth) if self.births.len() < BIRTHS => {
                self.births.push(Arc::new((**birth).clone()))
            }
            Record::End(end) => {
                self.close();
                self.end = Some(end.clone());
            }
            Record::Alert(_) | Record::Birth(_) | Record::Val(_) => {}
        }
    }

    fn step(&mut self, step: &Step) {
        self.again(step.s);
        self.curve.push(Dot { s: step.s, loss: step.loss, lr: step.lr });
        (self.ms.0, self.ms.1) = (self.ms.0 + step.ms.step, self.ms.1 + step.ms.obs);
        if self.open.is_some() {
            self.close();
        }
        // A run that goes on after an end has not ended.
        self.end = None;
        if self.pace.back().is_some_and(|(t, _)| step.t < *t) {
            self.pace.clear();
        }
        if self.pace.back().is_none_or(|(t, _)| step.t - t >= PACE.0) {
            self.pace.push_back((step.t, step.s));
            if self.pace.len() > PACE.1 {
                self.pace.pop_front();
            }
        }
        self.last = Some(step.clone());
    }

    fn again(&mut self, s: u64) {
        if self.last.as_ref().is_some_and(|last| last.s >= s) {
            self.back_to(s.saturating_sub(1));
        }
    }

    /// Forgets all that came after a step.
    pub fn back_to(&mut self, s: u64) {
        (self.version, self.backs) = (self.version + 1, self.backs + 1);
        self.curve.cut(s.saturating_add(1));
        self.open = None;
        self.moments.iter_mut().for_each(|moments| moments.cut(|moment| moment.s > s));
        self.tries.cut(|tried| tried.s > s);
        self.planes.cut(|plane| plane.s > s);
        self.alerts.retain(|alert| alert.s <= s);
        self.births.retain(|birth| birth.s <= s);
        self.end = None;
        self.pace.clear();
        let dot = self.curve.last();
        self.last = self.last.take().zip(dot).map(|(last, dot)| Step {
            s: dot.s,
            loss: dot.loss,
            lr: dot.lr,
            ..last
        });
    }

    fn close(&mut self) {
        let Some(moment) = self.open.take() else { return };
        // Summaries without a circuit before them are of nothing.
        let Some(moments) = &mut self.moments else { return };
        let before = moments.items().last().map(|moment| moment.s);
        self.every = before.map(|before| moment.s - before.min(moment.s)).or(self.every);
        moments.push(Arc::new(moment));
    }

    /// The observed steps that are kept.
    pub fn moments(&self) -> &[Arc<Moment>] {
        self.moments.as_ref().map_or(&[], Thin::items)
    }

    /// How many steps were observed.
    pub fn observed(&self) -> usize {
        self.moments.as_ref().map_or(0, Thin::seen)
    }

    /// The observed steps up to one.
    pub fn moments_until(&self, s: u64) -> &[Arc<Moment>] {
        let moments = self.moments();
        &moments[..moments.partition_point(|moment| moment.s <= s)]
    }

    /// Steps a second of late; of a run that has ended over all of it. None if that can't be told.
    pub fn per_second(&self) -> Option<f64> {
        let last = self.last.as_ref()?;
        let (t, s) = match self.end {
            None => *self.pace.front()?,
            Some(_) => (0.0, self.curve.first()?.s.saturating_sub(1)),
        };
        let (time, steps) = (last.t - t, last.s.saturating_sub(s));
        (time > 0.0 && steps > 0).then(|| steps as f64 / time)
    }

    /// The share of the time that went into observing.
    pub fn observing(&self) -> Option<f64> {
        let all = self.ms.0 + self.ms.1;
        (all > 0.0).then(|| self.ms.1 / all)
    }

    /// What the rules have to go on, up to a step.
    pub fn history(&mut self, s: u64) -> &History {
        let mut judged = match self.judged.take() {
            Some(judged) if judged.backs == self.backs && judged.until <= s => judged,
            _ => {
                let mut history = History::default();
                if let Some(graph) = &self.graph {
                    history.push(&Record::Graph((**graph).clone()));
                }
                Judged { history, until: 0, backs: self.backs }
            }
        };
        let moments = self.moments_until(s);
        let known = moments.partition_point(|moment| moment.s <= judged.until);
        let known = known.max(moments.len().saturating_sub(WINDOW));
        for moment in &moments[known..] {
            moment.sums.iter().for_each(|sum| judged.history.observe(sum));
            judged.until = moment.s;
        }
        judged.history.trim(WINDOW);
        judged.history.losses = self.curve.means(s).collect();
        judged.history.births = self.births.iter().filter(|b| b.s <= s).map(|b| (**b).clone()).collect();
        &self.judged.insert(judged).history
    }
}

/// A book that several threads look at.
pub type Shared = Arc<Mutex<Book>>;

/// The book, whatever became of who had it last: it is whole after each record.
pub fn locked(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes into a book without ever waiting for those who read in it: what comes meanwhile is kept until they are done.
#[derive(Debug)]
pub struct Feed {
    book: Shared,
    waiting: Vec<Record>,
}

/// Records that may wait. A reader takes milliseconds; as many as this come in no such time.
const WAITING: usize = 1 << 16;

impl Feed {
    /// Into this book.
    pub fn new(book: Shared) -> Feed {
        Feed { book, waiting: Vec::new() }
    }

    /// Writes what waits, and waits for it: at a place where time does not matter.
    pub fn flush(&mut self) {
        let mut book = locked(&self.book);
        self.waiting.drain(..).for_each(|record| book.push(&record));
    }
}

impl Sink for Feed {
    fn record(&mut self, record: &Record) -> io::Result<()> {
        let shared = Arc::clone(&self.book);
        let book = match shared.try_lock() {
            Ok(book) => Some(book),
            Err(TryLockError::Poisoned(book)) => Some(book.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        if let Some(mut book) = book {
            self.waiting.drain(..).for_each(|record| book.push(&record));
            book.push(record);
            return Ok(());
        }
        self.waiting.push(record.clone());
        // The last record must not wait for one that never comes.
        if self.waiting.len() > WAITING || matches!(record, Record::End(_)) {
            self.flush();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Role, Summary, VERSION, Watch};
    use super::*;

    fn watch(w: u32) -> Watch {
        Watch {
            w,
            role: Role::Parameter,
            name: format!("p{w}"),
            m: 0,
            op: "input".into(),
            path: true,
            rank: 2,
        }
    }

    fn begin() -> Vec<Record> {
        let graph = Graph { g: 1, watch: vec![watch(0), watch(1)], ..Graph::default() };
        vec![Record::Run(Head { v: VERSION, ..Head::default() }), Record::Graph(graph)]
    }

    fn step(s: u64) -> Vec<Record> {
        let sums =
            (0..2).map(|w| Record::Sum(Box::new(Summary::of_f64(&[s as f64]).record(s, w, Field::Gradient))));
        let step = Step { s, t: s as f64 / 10.0, loss: 1.0 / s as f64, ..Step::default() };
        sums.chain([Record::Step(step)]).collect()
    }

    #[test]
    fn a_long_run_stays_small_and_a_rewound_one_is_as_if_it_had_gone_once() {
        let mut book = Book::default();
        begin().iter().for_each(|record| book.push(record));
        (1..=5000).flat_map(step).for_each(|record| book.push(&record));
        assert!(book.moments().len() <= MOMENTS.1 + 1 && book.observed() == 5000);
        assert_eq!(book.moments().last().map(|moment| moment.s), Some(5000));
        assert_eq!(book.per_second().map(f64::round), Some(10.0));
        assert_eq!(book.history(5000).series.len(), 2);
        let last = |history: &History| history.series[&0].gradients.last().map(|point| point.step);
        assert_eq!(last(book.history(5000)), Some(5000));
        assert!(last(book.history(1234)).is_some_and(|s| s <= 1234 && s > 1200));
        // Back to 3000 and on to 3100.
        (3001..=3100).flat_map(step).for_each(|record| book.push(&record));
        assert_eq!((book.backs, book.last.as_ref().map(|last| last.s)), (1, Some(3100)));
        assert_eq!(book.moments().last().map(|moment| moment.s), Some(3100));
        assert_eq!(book.curve.last().map(|dot| dot.s), Some(3100));
        assert_eq!(last(book.history(9999)), Some(3100));
        book.push(&Record::End(End { s: 3100, why: "done".into() }));
        assert!(book.end.is_some());
    }

    #[test]
    fn who_writes_never_waits_for_who_reads() {
        let book = Shared::default();
        let mut feed = Feed::new(Arc::clone(&book));
        {
            let reading = locked(&book);
            // If this waited, the test would never end.
            begin().iter().chain(&step(1)).for_each(|record| feed.record(record).unwrap());
            assert!(reading.graph.is_none() && feed.waiting.len() == 5);
        }
        step(2).iter().for_each(|record| feed.record(record).unwrap());
        assert_eq!(locked(&book).last.as_ref().map(|last| last.s), Some(2));
        assert_eq!(locked(&book).moments().len(), 2);
    }
}
