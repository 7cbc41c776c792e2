//! Pause, one step, go on, go back: what a page asks of a training in this process. The training looks here between two steps.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a training that is paused waits before it looks whether it should end.
const LOOK: Duration = Duration::from_millis(100);

/// What the training is to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next step.
    Step,
    /// Go back to the state after so many steps.
    Back(u64),
}

/// What a page may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(tag = "do", rename_all = "lowercase", deny_unknown_fields)]
pub enum Order {
    /// Wait.
    Pause {},
    /// Go on.
    Resume {},
    /// Make one step, and wait.
    Step {},
    /// Go back to a state that is held.
    Rewind {
        /// Steps made by then.
        to: u64,
    },
}

#[derive(Debug, Default)]
struct State {
    is_paused: bool,
    /// Steps to make nevertheless.
    steps: u64,
    back: Option<u64>,
    /// Whether the training waits.
    is_parked: bool,
    held: Vec<u64>,
    is_over: bool,
    /// Grows whenever something that a page sees has changed.
    version: u64,
}

/// Between pages and a training.
#[derive(Debug, Default)]
pub struct Control {
    state: Mutex<State>,
    wake: Condvar,
}

impl Control {
    /// For a training that begins at once, or waits to be told.
    pub fn new(is_paused: bool) -> Control {
        Control { state: Mutex::new(State { is_paused, ..State::default() }), wake: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The training's side, between two steps: what to do next. Waits as long as it is paused, unless `is_over` says that the
    /// program ends. `held` are the steps whose states can be had again; `parks` is called before it waits.
    pub fn between(&self, held: &[u64], is_over: &dyn Fn() -> bool, parks: &mut dyn FnMut()) -> Next {
        let mut state = self.state();
        if state.held != held {
            state.held = held.to_vec();
            state.version += 1;
        }
        if !state.is_paused && state.back.is_none() {
            return Next::Step;
        }
        let mut has_parked = false;
        loop {
            if let Some(to) = state.back.take() {
                state.is_parked = false;
                return Next::Back(to);
            }
            if state.steps > 0 || !state.is_paused || is_over() {
                state.steps = state.steps.saturating_sub(1);
                if state.is_parked {
                    state.version += 1;
                }
                state.is_parked = false;
                return Next::Step;
            }
            if !has_parked {
                has_parked = true;
                drop(state);
                parks();
                state = self.state();
                continue;
            }
            if !state.is_parked {
                state.version += 1;
            }
            state.is_parked = true;
            state = self.wake.wait_timeout(state, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The training is over: nothing more can be asked of it.
    pub fn over(&self) {
        let mut state = self.state();
        *state = State { is_over: true, version: state.version + 1, ..State::default() };
    }

    /// A page's side.
    ///
    /// # Errors
    /// Why that can't be had.
    pub fn ask(&self, order: Order) -> Result<(), String> {
        let mut state = self.state();
        if state.is_over {
            return Err("the training is over, and what it has learnt is written; hint: go back while it is paused or runs, as with --paused".into());
        }
        match order {
            Order::Pause {} => state.is_paused = true,
            Order::Resume {} => (state.is_paused, state.steps) = (false, 0),
            Order::Step {} => {
                // Pressed while it runs, it is the step under way after which it waits.
                state.steps += u64::from(state.is_paused);
                state.is_paused = true;
            }
            Order::Rewind { to } if state.held.binary_search(&to).is_ok() => state.back = Some(to),
            Order::Rewind { to } => {
                let held: Vec<String> = state.held.iter().map(u64::to_string).collect();
                return Err(format!(
                    "the state after step {to} is not held; hint: there are {}",
                    held.join(", ")
                ));
            }
        }
        state.version += 1;
        self.wake.notify_all();
        Ok(())
    }

    /// Whether all that was asked for has been done.
    pub fn is_done(&self) -> bool {
        let state = self.state();
        state.is_over || state.back.is_none() && state.steps == 0 && state.is_parked == state.is_paused
    }

    /// Whether it waits, or will after the step under way.
    pub fn is_paused(&self) -> bool {
        self.state().is_paused
    }

    /// What can be asked for.
    pub fn can(&self) -> Vec<&'static str> {
        let state = self.state();
        match (state.is_over, state.held.is_empty()) {
            (true, _) => Vec::new(),
            (_, true) => vec!["pause", "resume", "step"],
            (_, false) => vec!["pause", "resume", "step", "rewind"],
        }
    }

    /// The steps whose states are held.
    pub fn held(&self) -> Vec<u64> {
        self.state().held.clone()
    }

    /// Grows whenever a page would see something else.
    pub fn version(&self) -> u64 {
        self.state().version
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn a_training_does_what_is_asked_and_no_step_more() {
        let control = Arc::new(Control::new(true));
        let made = Arc::new(AtomicU64::new(0));
        let training = {
            let (control, made) = (Arc::clone(&control), Arc::clone(&made));
            std::thread::spawn(move || {
                while made.load(Ordering::SeqCst) < 50 {
                    match control.between(&[0, 2], &|| false, &mut || {}) {
                        Next::Step => made.fetch_add(1, Ordering::SeqCst),
                        Next::Back(to) => made.swap(to, Ordering::SeqCst),
                    };
                }
                control.over();
            })
        };
        let settle = || {
            while !control.is_done() {
                std::thread::yield_now();
            }
            made.load(Ordering::SeqCst)
        };
        assert_eq!(settle(), 0);
        for expected in 1..=4 {
            control.ask(Order::Step {}).unwrap();
            assert_eq!(settle(), expected);
        }
        assert!(control.ask(Order::Rewind { to: 1 }).unwrap_err().contains("there are 0, 2"));
        control.ask(Order::Rewind { to: 2 }).unwrap();
        assert_eq!(settle(), 2);
        control.ask(Order::Resume {}).unwrap();
        training.join().unwrap();
        assert_eq!(made.load(Ordering::SeqCst), 50);
        assert!(control.can().is_empty() && control.ask(Order::Pause {}).is_err());
    }

    #[test]
    fn orders_are_read_and_others_refused() {
        let order = |text| serde_json::from_str::<Order>(text);
        assert_eq!(order(r#"{"do":"rewind","to":100}"#).unwrap(), Order::Rewind { to: 100 });
        assert_eq!(order(r#"{"do":"pause"}"#).unwrap(), Order::Pause {});
        for wrong in [r#"{"do":"fly"}"#, r#"{"do":"rewind"}"#, r#"{"do":"rewind","to":-1}"#, "{}", "[]"] {
            assert!(order(wrong).is_err(), "{wrong}");
        }
    }
}
