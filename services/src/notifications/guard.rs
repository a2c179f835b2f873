//! Where webhooks may go. An address that leads back into our own network would let who registers it reach what only we
//! may reach, so the text is checked when it is registered, and the address behind the name each time before connecting.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest address of an endpoint, bytes.
const URL_MAX: usize = 500;

/// What an endpoint may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses by https.
    Public,
    /// Anything, by http too: for a shop that is tried on one machine.
    Anywhere,
}

/// The address of an endpoint, when it may be one.
///
/// # Errors
/// One sentence that says what to do.
pub fn endpoint(text: &str, reach: Reach) -> Result<Url, &'static str> {
    if text.len() > URL_MAX {
        return Err("the address is longer than 500 bytes: shorten it");
    }
    let url = Url::parse(text).map_err(|_| "the address is malformed: write https://host/path")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address holds a password: leave it out, the signature proves who calls");
    }
    let schemes: &[&str] = if reach == Reach::Public { &["https"] } else { &["https", "http"] };
    if !schemes.contains(&url.scheme()) {
        return Err("the address is not https: write https://host/path");
    }
    let inside = "the address leads into a private network: use a public host";
    match url.host() {
        None => Err("the address names no host: write https://host/path"),
        Some(_) if reach == Reach::Anywhere => Ok(url),
        Some(Host::Ipv4(ip)) if !allowed(IpAddr::V4(ip), reach) => Err(inside),
        Some(Host::Ipv6(ip)) if !allowed(IpAddr::V6(ip), reach) => Err(inside),
        Some(Host::Domain(name)) if is_local(name) => Err(inside),
        Some(_) => Ok(url),
    }
}

fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    !name.contains('.') || [".localhost", ".local", ".internal"].iter().any(|end| name.ends_with(end))
}

/// Whether a connection to this address may be opened.
pub fn allowed(ip: IpAddr, reach: Reach) -> bool {
    reach == Reach::Anywhere
        || match ip {
            IpAddr::V4(ip) => is_public_v4(ip),
            IpAddr::V6(ip) => is_public_v6(ip),
        }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let special = a == 0 || a >= 240 || (a, b, c) == (192, 0, 0) || (a, b, c) == (192, 88, 99);
    let testing = ip.is_documentation() || (a == 198 && (b == 18 || b == 19));
    !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast() || shared || special || testing)
}

/// Only what is routed in public, and nothing that carries another address inside it: of those, the inner one counts.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(inner) = ip.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let [a, b, ..] = ip.segments();
    // 6to4 (2002::/16), Teredo (2001::/32), documentation and the other special blocks of 2001::/23.
    let special = a == 0x2002 || (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x3fff;
    (0x2000..0x4000).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_spelling_of_an_inner_address_is_an_endpoint() {
        for inner in [
            "https://127.0.0.1/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://017700000001/x",
            "https://[::1]/x",
            "https://[::ffff:127.0.0.1]/x",
            "https://[::ffff:a00:1]/x",
            "https://10.1.2.3",
            "https://172.31.0.1",
            "https://192.168.0.1",
            "https://169.254.169.254/latest",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://0.0.0.0/",
            "https://100.64.0.1/",
            "https://224.0.0.1/",
            "https://255.255.255.255/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://printer.local/",
            "https://metadata.google.internal/",
            "https://intranet/",
        ] {
            assert!(endpoint(inner, Reach::Public).is_err(), "{inner}");
        }
        for other in
            ["file:///etc/passwd", "http://example.com/", "gopher://example.com/", "https://u:p@example.com/", "x", ""]
        {
            assert!(endpoint(other, Reach::Public).is_err(), "{other}");
        }
        assert!(endpoint(&format!("https://example.com/{}", "x".repeat(500)), Reach::Public).is_err());
        for good in ["https://example.com/hooks?x=1", "https://8.8.8.8:8443/x", "https://[2606:4700::1111]/x"] {
            assert_eq!(endpoint(good, Reach::Public).map(|_| ()), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_trial_on_one_machine_may_call_itself_but_no_file() {
        assert!(endpoint("http://127.0.0.1:9/x", Reach::Anywhere).is_ok());
        assert!(endpoint("file:///etc/passwd", Reach::Anywhere).is_err());
        assert!(allowed(IpAddr::V4(Ipv4Addr::LOCALHOST), Reach::Anywhere));
        assert!(!allowed(IpAddr::V4(Ipv4Addr::LOCALHOST), Reach::Public));
    }
}
