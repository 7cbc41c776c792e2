//! The engine's own thread. Requests wait for it in a short line; a slow one holds up no connection, and a panic ends no server.

use super::limits;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Instant;
use tokio::sync::oneshot;

/// Work for the engine, and where its result goes.
type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// Too many wait already.
    Busy,
    /// It took too long.
    Late,
    /// The engine panicked.
    Broken,
}

/// A way to the thread; when the last one goes, the thread ends.
pub struct Worker<S> {
    jobs: SyncSender<Job<S>>,
}

impl<S> Clone for Worker<S> {
    fn clone(&self) -> Self {
        Worker { jobs: self.jobs.clone() }
    }
}

impl<S: 'static> Worker<S> {
    /// Starts the thread; `state` makes what it keeps between requests.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(state: impl FnOnce() -> S + Send + 'static) -> std::io::Result<Worker<S>> {
        let (jobs, line) = sync_channel::<Job<S>>(limits::WAITING);
        thread::Builder::new().name("explorer engine".into()).spawn(move || {
            let mut state = state();
            while let Ok(job) = line.recv() {
                // What a panic leaves in the state is a cache of finished answers: nothing half done.
                catch_unwind(AssertUnwindSafe(|| job(&mut state))).ok();
            }
        })?;
        Ok(Worker { jobs })
    }

    /// Has something done, and waits for it.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut S) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let (answer, result) = oneshot::channel();
        let asked = Instant::now();
        let job: Job<S> = Box::new(move |state| {
            // Nobody waits any more for what stood in line too long, or whose connection is gone.
            if asked.elapsed() < limits::ANSWER && !answer.is_closed() {
                answer.send(work(state)).ok();
            }
        });
        self.jobs.try_send(job).map_err(|why| match why {
            TrySendError::Full(_) => Refused::Busy,
            TrySendError::Disconnected(_) => Refused::Broken,
        })?;
        match tokio::time::timeout(limits::ANSWER, result).await {
            Ok(Ok(result)) => Ok(result),
            Ok(Err(_)) => Err(Refused::Broken),
            Err(_) => Err(Refused::Late),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be built")
    }

    #[test]
    fn a_panic_breaks_one_request_and_no_other() {
        let worker = Worker::start(|| 0u32).expect("a thread can be had");
        runtime().block_on(async {
            assert_eq!(worker.ask(|_| -> u32 { panic!("on purpose") }).await, Err(Refused::Broken));
            assert_eq!(
                worker
                    .ask(|count| {
                        *count += 1;
                        *count
                    })
                    .await,
                Ok(1)
            );
        });
    }

    #[test]
    fn a_long_line_is_refused() {
        let worker = Worker::start(|| ()).expect("a thread can be had");
        let (release, held) = channel::<()>();
        let (began, begun) = channel::<()>();
        runtime().block_on(async {
            let mut waiting = Vec::new();
            let first = worker.clone();
            let hold = async move {
                first
                    .ask(move |()| {
                        began.send(()).ok();
                        held.recv().ok();
                    })
                    .await
            };
            let local = tokio::task::LocalSet::new();
            local
                .run_until(async {
                    waiting.push(tokio::task::spawn_local(hold));
                    tokio::task::yield_now().await;
                    begun.recv().expect("the engine has begun");
                    for _ in 0..limits::WAITING {
                        let worker = worker.clone();
                        waiting.push(tokio::task::spawn_local(async move { worker.ask(|()| ()).await }));
                    }
                    tokio::task::yield_now().await;
                    assert_eq!(worker.ask(|()| ()).await, Err(Refused::Busy));
                    release.send(()).expect("the engine waits");
                    for one in waiting {
                        assert_eq!(one.await.expect("no task panics"), Ok(()));
                    }
                })
                .await;
        });
    }
}
