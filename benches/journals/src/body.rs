//! The bodies: each different from all others, told apart by task and number, and random, so that
//! no store gains by compression what it would not gain on encrypted or compressed webhooks.

use anyhow::{Result, ensure};
use bytes::Bytes;

/// Bytes that tell which record it is.
pub const SHORTEST: i64 = 8;

/// The body of a task's record with this number.
pub fn make(task: u32, number: u32, size: usize) -> Bytes {
    let mut body = Vec::with_capacity(size + 8);
    body.extend_from_slice(&task.to_le_bytes());
    body.extend_from_slice(&number.to_le_bytes());
    let mut state = u64::from(task) << 32 | u64::from(number);
    while body.len() < size {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        body.extend_from_slice(&scrambled(state).to_le_bytes());
    }
    body.truncate(size);
    body.into()
}

/// The mixing step of `SplitMix64`.
fn scrambled(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Checks that every task's records come back unchanged, in its order, none missing.
pub struct Order {
    next: Vec<u32>,
}

impl Order {
    pub fn of(tasks: u32) -> Self {
        Self { next: vec![0; tasks as usize] }
    }

    pub fn check(&mut self, body: &Bytes) -> Result<()> {
        let task = u32::from_le_bytes(body[..4].try_into()?);
        let next = &mut self.next[task as usize];
        ensure!(*body == make(task, *next, body.len()), "record {next} of task {task} came wrong");
        *next += 1;
        Ok(())
    }
}
