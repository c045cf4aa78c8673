//! The clock of a run: tokio's, which stands still while anything is to be done, and the clocks of machines, which
//! go wrong.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::time::Instant;

thread_local! {
    static BEGUN: Cell<Option<(Instant, i64)>> = const { Cell::new(None) };
    static AHEAD: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
}

/// Begins a run at an instant (UTC milliseconds).
pub fn begin(at: i64) {
    BEGUN.set(Some((Instant::now(), at)));
    AHEAD.set(vec![0; 2]);
}

/// The true time, UTC milliseconds.
pub fn now() -> i64 {
    let (instant, at) = BEGUN.get().expect("a run has begun");
    at + i64::try_from(instant.elapsed().as_millis()).unwrap()
}

pub async fn sleep_until(at: i64) {
    let wait = u64::try_from(at - now()).unwrap_or(0);
    tokio::time::sleep(Duration::from_millis(wait)).await;
}

/// Puts a machine's clock so far ahead of the true time, milliseconds.
pub fn set_ahead(machine: usize, ahead: i64) {
    AHEAD.with_borrow_mut(|all| all[machine] = ahead);
}

/// The clocks of the machines.
pub const CLOCKS: [fn() -> i64; 2] = [|| of_machine(0), || of_machine(1)];

fn of_machine(machine: usize) -> i64 {
    now() + AHEAD.with_borrow(|all| all[machine])
}
