//! The clock of a run, and the clocks of machines, which go wrong.
//!
//! A run has one thread, and its clock stands still while anything is to be done on it. When nothing is
//! ([`when_idle`]), it goes on by a step, whatever that is in real time. All of the product's code sees this clock,
//! tokio's timers too: where the C library tells the time, this module does, to the threads of runs. (tokio's own
//! paused clock is a feature of it that half of what we depend on would have to be compiled anew for.)

#![expect(unsafe_code, reason = "the clock's function is one of C")]

use std::cell::{Cell, RefCell};
use std::sync::mpsc;
use std::time::Duration;

thread_local! {
    /// Nanoseconds that the run's clock shows; `None`: the real clock counts.
    static MONOTONIC: Cell<Option<u64>> = const { Cell::new(None) };
    /// UTC milliseconds at which the run began, and the nanoseconds that its clock showed then.
    static BEGUN: Cell<(i64, u64)> = const { Cell::new((0, 0)) };
    static AHEAD: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
    /// Whether one of the run's tasks was at work since the clock was last put forward.
    static WORKED: Cell<bool> = const { Cell::new(false) };
    static HAS_THREADS: Cell<bool> = const { Cell::new(false) };
    static BUSY_UNTIL: Cell<i64> = const { Cell::new(0) };
}

/// What the clock shows when a run's thread begins: not the first of all instants, as deadlines may lie before it.
const FIRST: u64 = 1_000_000_000_000_000;
/// Nanoseconds of a step while statements are under way.
const STEP: u64 = 1_000_000;
/// Nanoseconds of a step while nobody waits for anything but time.
const LONG_STEP: u64 = 20_000_000;

/// Gives the current thread the clock of a run that begins at an instant (UTC milliseconds).
pub fn begin(at: i64) {
    MONOTONIC.set(Some(FIRST));
    BEGUN.set((at, FIRST));
    AHEAD.set(vec![0; 2]);
}

/// The true time, UTC milliseconds.
pub fn now() -> i64 {
    let (at, first) = BEGUN.get();
    let shown = MONOTONIC.get().expect("a run has begun");
    at + i64::try_from((shown - first) / 1_000_000).unwrap()
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

/// Waits for another thread by the real clock: what waits for a while asks how late it is.
pub fn really<T>(wait: impl FnOnce() -> T) -> T {
    let shown = MONOTONIC.take();
    let waited = wait();
    MONOTONIC.set(shown);
    waited
}

/// Says that something happens until an instant (UTC milliseconds) that is not to be stepped over.
pub fn busy_until(at: i64) {
    BUSY_UNTIL.set(BUSY_UNTIL.get().max(at));
}

/// Says that other threads work for the run.
pub fn has_threads() {
    HAS_THREADS.set(true);
}

/// A future of the run: when it has worked, other threads may be at work for it.
pub async fn watched<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        WORKED.set(true);
        future.as_mut().poll(context)
    })
    .await
}

/// Nothing is to be done on the run's thread. If no other thread is at work for it either, the clock goes on.
pub fn when_idle() {
    let Some(shown) = MONOTONIC.get() else { return };
    // With something to do the runtime does not wait, and looks at the clock behind it.
    drop(tokio::spawn(async {}));
    if WORKED.replace(false) && HAS_THREADS.get() {
        // The only thread that the runtime has for blocking work does one piece behind the other. What it has done may
        // have woken a task, which is at work at the same instant.
        let (done, is_done) = mpsc::channel();
        drop(tokio::task::spawn_blocking(move || done.send(())));
        is_done.recv().unwrap();
        return;
    }
    let step = if now() < BUSY_UNTIL.get() { STEP } else { LONG_STEP };
    MONOTONIC.set(Some(shown + step));
}

/// The C library's function, which Rust's clocks ask.
///
/// # Safety
/// As of the C function: `time` points to a `timespec`.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(
    clock: libc::clockid_t,
    time: *mut libc::timespec,
) -> libc::c_int {
    let Some(shown) = MONOTONIC.get() else {
        // SAFETY: the kernel's own function, with what the caller gave.
        return unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) } as libc::c_int;
    };
    let nanos = if clock == libc::CLOCK_REALTIME {
        let (at, first) = BEGUN.get();
        at.unsigned_abs() * 1_000_000 + (shown - first)
    } else {
        shown
    };
    let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    // SAFETY: the caller gave a place for it.
    unsafe {
        (*time).tv_sec = seconds as libc::time_t;
        (*time).tv_nsec = rest as libc::c_long;
    }
    0
}
