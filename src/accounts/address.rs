//! From where a request comes, also behind proxies. An IPv4 address is itself however it is written: a socket that
//! listens on `[::]` tells `192.0.2.1` as `::ffff:192.0.2.1`.

use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use ipnet::{IpNet, Ipv4Net};

const FORWARDED_FOR: &str = "x-forwarded-for";
/// Bits of an IPv6 address before those of `::ffff:a.b.c.d` that are the IPv4 address.
const MAPPED_BITS: u8 = 96;

/// The address of who asks: the peer, or, if that is a proxy of ours, whom the nearest proxy that is not ours
/// named in `X-Forwarded-For`: read from the right, as what stands on the left is what a client likes to write. A
/// proxy of ours that names nobody, or what is no address, stands for whoever is behind it.
#[must_use]
pub fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpNet]) -> IpAddr {
    let lines: Vec<&[u8]> =
        headers.get_all(FORWARDED_FOR).iter().map(axum::http::HeaderValue::as_bytes).collect();
    let named = lines.into_iter().rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
    let mut address = peer.to_canonical();
    for name in named {
        if !is_among(address, proxies) {
            break;
        }
        let Some(before) = read(name) else { break };
        address = before;
    }
    address
}

/// Whether an address is one of these networks'.
pub(super) fn is_among(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|net| net.contains(&address))
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn read(name: &[u8]) -> Option<IpAddr> {
    let name = str::from_utf8(name).ok()?.trim();
    let alone = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let with_port = || name.parse::<SocketAddr>().map(|address| address.ip());
    alone.parse::<IpAddr>().or_else(|_| with_port()).ok().map(|address| address.to_canonical())
}

/// The same network, of IPv4 addresses if it is one of those in IPv6's words.
pub(super) fn network(net: IpNet) -> IpNet {
    let IpNet::V6(mapped) = net else { return net };
    let IpAddr::V4(address) = IpAddr::V6(mapped.addr()).to_canonical() else { return net };
    let bits = mapped.prefix_len().checked_sub(MAPPED_BITS);
    bits.and_then(|bits| Ipv4Net::new(address, bits).ok()).map_or(net, IpNet::V4)
}

/// Those who share limits with an address: who has one IPv6 address has the 2^64 beside it.
#[must_use]
pub fn neighbours(address: IpAddr) -> IpNet {
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { 32 } else { 64 };
    IpNet::new(address, bits).map_or(IpNet::from(address), |net| net.trunc())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(lines: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = axum::http::HeaderValue::from_bytes(line).unwrap();
            headers.append(FORWARDED_FOR, line);
        }
        headers
    }

    fn of(proxies: &[&str], peer: &str, lines: &[&[u8]]) -> String {
        let proxies: Vec<IpNet> = proxies.iter().map(|net| network(net.parse().unwrap())).collect();
        address(peer.parse().unwrap(), &headers(lines), &proxies).to_string()
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        let of = |peer: &str, lines: &[&[u8]]| of(&["10.0.0.0/8"], peer, lines);
        assert_eq!(of("203.0.113.9", &[b"198.51.100.1"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1", &[b"198.51.100.1"]), "198.51.100.1");
        // What a client writes itself stands on the left, and is not believed.
        assert_eq!(of("10.0.0.1", &[b"1.1.1.1, 198.51.100.1, 10.0.0.2"]), "198.51.100.1");
        // Some proxies add a line, not a part of one.
        assert_eq!(of("10.0.0.1", &[b"1.1.1.1", b"198.51.100.1", b"10.0.0.2"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &[b"198.51.100.1:443"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &[b"[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(of("10.0.0.1", &[b"[2001:db8::1]"]), "2001:db8::1");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        // All are ours: the one that is farthest away.
        assert_eq!(of("10.0.0.1", &[b"10.0.0.3,10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn what_is_no_address_ends_the_way_and_hides_nothing_to_its_right() {
        let of = |lines: &[&[u8]]| of(&["10.0.0.0/8"], "10.0.0.1", lines);
        for wrong in ["nonsense", "", "unknown", "198.51.100", "fe80::1%eth0", "_hidden"] {
            let line = format!("1.1.1.1, {wrong}");
            assert_eq!(of(&[line.as_bytes()]), "10.0.0.1", "{wrong:?}");
            let line = format!("{wrong}, 198.51.100.1");
            assert_eq!(of(&[line.as_bytes()]), "198.51.100.1", "{wrong:?}");
        }
        // Bytes that are no text must not take the whole line with them, nor have a client's own line believed.
        assert_eq!(of(&[b"\xff, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(of(&[b"1.1.1.1", b"\xff, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(of(&[b"1.1.1.1", b"\xff"]), "10.0.0.1");
    }

    #[test]
    fn an_ipv4_address_is_the_same_in_the_words_of_ipv6() {
        let line: &[&[u8]] = &[b"198.51.100.1"];
        for proxy in ["127.0.0.1/32", "::ffff:127.0.0.1/128", "::ffff:127.0.0.0/104"] {
            for peer in ["127.0.0.1", "::ffff:127.0.0.1"] {
                assert_eq!(of(&[proxy], peer, line), "198.51.100.1", "{proxy} {peer}");
            }
        }
        assert_eq!(of(&["127.0.0.1/32"], "::ffff:127.0.0.1", &[b"::ffff:192.0.2.1"]), "192.0.2.1");
        // All of IPv6 is not all of IPv4.
        assert_eq!(of(&["::/0"], "127.0.0.1", line), "127.0.0.1");
        assert_eq!(of(&["::1/128"], "::1", line), "198.51.100.1");
    }

    #[test]
    fn neighbours_share_an_ipv6_network_and_are_alone_in_ipv4() {
        let of = |address: &str| neighbours(address.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1:2::/64");
        assert_eq!(of("192.0.2.1"), "192.0.2.1/32");
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1/32");
    }

    proptest! {
        /// The slow way to say it: the rightmost of all that is not ours, unless something on the way is unreadable.
        #[test]
        fn the_rightmost_address_that_is_not_ours_counts(
            names in prop::collection::vec(prop_oneof!["10\\.0\\.0\\.[1-9]", "192\\.0\\.2\\.[1-9]", "x?"], 0..6),
            cuts in prop::collection::vec(any::<bool>(), 6),
            peer in prop_oneof!["10\\.0\\.0\\.[1-9]", "192\\.0\\.2\\.[1-9]"],
        ) {
            let mut lines: Vec<String> = Vec::new();
            for (name, begins) in names.iter().zip(cuts) {
                match lines.last_mut().filter(|_| !begins) {
                    Some(line) => *line = format!("{line}, {name}"),
                    None => lines.push(name.clone()),
                }
            }
            let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
            let mut way = vec![peer.as_str()];
            way.extend(names.iter().rev().map(String::as_str));
            let end = way.iter().position(|name| !name.starts_with("10.")).unwrap_or(way.len() - 1);
            let known = way[..=end].iter().rev().find(|name| name.contains('.')).unwrap();
            prop_assert_eq!(&of(&["10.0.0.0/8"], &peer, &lines), known);
        }
    }
}
