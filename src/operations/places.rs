//! Places for connections: so many in all, and so many from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ipnet::IpNet;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections at once; more wait to be accepted.
pub(super) const MOST: usize = 20_000;
/// Connections from one address, unless it is that of a proxy.
const MOST_OF_ONE: usize = 1_000;
/// With more connections than these a new one is given little memory for what it asks.
const MANY: usize = 2_000;

/// The places that are taken.
#[derive(Debug, Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    proxies: Arc<[IpNet]>,
}

/// Connections by address.
type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// A connection's place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    of_address: Option<(IpAddr, Counts)>,
}

impl Places {
    /// All of them are free. From `proxies` come the connections of everybody.
    pub(super) fn new(proxies: Vec<IpNet>) -> Self {
        let all = Arc::new(Semaphore::new(MOST));
        Self { all, taken: Arc::default(), proxies: proxies.into() }
    }

    /// Waits until there is a place for one connection more.
    pub(super) async fn free(&self) -> std::io::Result<OwnedSemaphorePermit> {
        Arc::clone(&self.all).acquire_owned().await.map_err(std::io::Error::other)
    }

    /// Whether there are so many connections that each gets less.
    pub(super) fn are_many_taken(&self) -> bool {
        self.all.available_permits() < MOST - MANY
    }

    /// Gives a free place to a connection; `None` if its address has too many.
    pub(super) fn give(&self, permit: OwnedSemaphorePermit, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        let is_proxy = |net: &IpNet| net.contains(&peer);
        // A proxy of ours mostly runs on this machine.
        if peer.is_loopback() || self.proxies.iter().any(is_proxy) {
            return Some(Place { _permit: permit, of_address: None });
        }
        let block = block(peer);
        let mut taken = lock(&self.taken);
        let count = taken.entry(block).or_default();
        if *count >= MOST_OF_ONE {
            return None;
        }
        *count += 1;
        Some(Place { _permit: permit, of_address: Some((block, Arc::clone(&self.taken))) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((block, taken)) = &self.of_address else { return };
        let mut taken = lock(taken);
        if let Some(count) = taken.get_mut(block) {
            *count -= 1;
            if *count == 0 {
                taken.remove(block);
            }
        }
    }
}

fn lock(taken: &Mutex<HashMap<IpAddr, usize>>) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who has one IPv6 address has the 2^64 beside it.
fn block(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_address_does_not_take_all_places() {
        let places = Places::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let take = async |address: &str| {
            let permit = places.free().await.unwrap();
            places.give(permit, address.parse().unwrap())
        };
        let mut held = Vec::new();
        for number in 0..MOST_OF_ONE {
            // Addresses of one block, and one in either form.
            held.push(take(&format!("2001:db8::{number:x}")).await.unwrap());
            held.push(take(["192.0.2.1", "::ffff:192.0.2.1"][number % 2]).await.unwrap());
        }
        assert!(take("2001:db8::ffff:1").await.is_none() && take("192.0.2.1").await.is_none());
        for other in ["2001:db8:0:1::1", "192.0.2.2"] {
            assert!(take(other).await.is_some());
        }
        for proxy in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"] {
            for _ in 0..=MOST_OF_ONE {
                held.push(take(proxy).await.unwrap());
            }
        }
        assert!(places.are_many_taken());
        held.clear();
        assert!(take("192.0.2.1").await.is_some() && !places.are_many_taken());
        assert!(lock(&places.taken).is_empty());
    }
}
