//! Who is where: the address that a request counts for, how many long-lived connections an address holds, and which
//! origins browsers may call from. Rates of single fields (sign-in and the like) are the services' business.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, header},
};
use parking_lot::Mutex;

/// Counts long-lived connections by address. One lock guards the map; it is held for a look-up only.
#[derive(Clone, Default)]
pub struct Admission(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A counted connection; dropping it gives its place back.
pub struct Place {
    address: Option<IpAddr>,
    counts: Admission,
}

impl Admission {
    /// Takes a place; `None` when the address holds `max` already. An unknown address is not counted.
    pub fn enter(&self, address: Option<IpAddr>, max: usize) -> Option<Place> {
        if let Some(address) = address {
            let mut counts = self.0.lock();
            let count = counts.entry(address).or_insert(0);
            if *count >= max {
                return None;
            }
            *count += 1;
        }
        Some(Place { address, counts: self.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut counts = self.counts.0.lock();
        if let Some(count) = counts.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&address);
            }
        }
    }
}

/// The client's address: the connection's own, or what the outermost trusted proxy saw.
pub fn address(headers: &HeaderMap, extensions: &Extensions, trusted_proxies: usize) -> Option<IpAddr> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_canonical());
    if trusted_proxies == 0 {
        return peer;
    }
    let all: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .map(str::trim)
        .collect();
    let seen = all.len().checked_sub(trusted_proxies).and_then(|at| all[at].parse::<IpAddr>().ok());
    seen.map(|ip| ip.to_canonical()).or(peer)
}

/// Whether a browser page of the request's origin may open a socket: none given (no browser), the shop's own host, or
/// one of the list.
pub fn origin_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if allowed.iter().any(|a| a.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let own = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    matches!((own, host), (Some(own), Some(host)) if own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.parse().expect("a name"), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn an_address_holds_so_many_places_and_gets_them_back() {
        let admission = Admission::default();
        let here = Some(IpAddr::from([10, 0, 0, 1]));
        let first = admission.enter(here, 2).expect("free");
        let _second = admission.enter(here, 2).expect("free");
        assert!(admission.enter(here, 2).is_none());
        assert!(admission.enter(Some(IpAddr::from([10, 0, 0, 2])), 2).is_some());
        drop(first);
        assert!(admission.enter(here, 2).is_some());
    }

    #[test]
    fn forwarded_addresses_count_only_behind_trusted_proxies() {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 5))));
        let forged = headers(&[("x-forwarded-for", "6.6.6.6, 7.7.7.7")]);
        assert_eq!(address(&forged, &extensions, 0), Some([127, 0, 0, 1].into()));
        assert_eq!(address(&forged, &extensions, 1), Some([7, 7, 7, 7].into()));
        assert_eq!(address(&forged, &extensions, 3), Some([127, 0, 0, 1].into()));
    }

    #[test]
    fn only_the_own_and_listed_origins_pass() {
        let list = ["https://shop.example".to_owned()];
        assert!(origin_allowed(&headers(&[]), &list));
        assert!(origin_allowed(&headers(&[("origin", "https://shop.example")]), &list));
        assert!(origin_allowed(&headers(&[("origin", "http://127.0.0.1:4000"), ("host", "127.0.0.1:4000")]), &list));
        assert!(!origin_allowed(&headers(&[("origin", "https://evil.example"), ("host", "127.0.0.1:4000")]), &list));
        assert!(!origin_allowed(&headers(&[("origin", "null"), ("host", "null")]), &list));
    }
}
