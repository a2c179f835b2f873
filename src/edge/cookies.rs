//! Tokens in cookies, for browsers: scripts of a page cannot read them, so they cannot be stolen by one. A browser sends
//! cookies along whatever page asks, so a request counts only when it says by a header of its own that it means it, which
//! pages of other origins cannot set unasked, and comes from an origin that may call. Off unless the settings say so.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::{EdgeConfig, admission::origin_allowed, codes, http, refusal::Refusal};

/// By this header, with the value 1, a client asks for its tokens in cookies and means those that it sends.
pub const WANTED: HeaderName = HeaderName::from_static("x-chowk-cookies");
/// The access token. The prefix makes browsers refuse it from anything but this very host over TLS.
pub const ACCESS: &str = "__Host-chowk-access";
/// The refresh token.
pub const REFRESH: &str = "__Host-chowk-refresh";
/// What a guest gives to sign-in.
pub const GUEST: &str = "__Host-chowk-guest";

/// The tokens that a client keeps in cookies, besides the one that says who calls.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// For `refreshSession` and `signOut`.
    pub refresh: Option<String>,
    /// For `signIn` and `signUp`.
    pub guest: Option<String>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept")
    }
}

/// Who a request says it is.
pub(super) struct Credentials<'h> {
    /// The access token, from the header or a cookie.
    pub bearer: Option<&'h str>,
    /// There when the client keeps its tokens in cookies.
    pub kept: Option<Kept>,
}

/// What a request over HTTP says about its caller.
pub(super) fn credentials<'h>(headers: &'h HeaderMap, config: &EdgeConfig) -> Result<Credentials<'h>, Refusal> {
    let bearer = http::bearer(headers)?;
    if !config.cookies {
        return Ok(Credentials { bearer, kept: None });
    }
    let of = |name| cookie(headers, name);
    let (access, refresh, guest) = (of(ACCESS), of(REFRESH), of(GUEST));
    if !wanted(headers) {
        // A token in a header is no cookie: whoever sends one means it.
        return match (bearer, access.or(refresh).or(guest)) {
            (None, Some(_)) => Err(forbidden("Send the header x-chowk-cookies: 1 along with cookies.")),
            _ => Ok(Credentials { bearer, kept: None }),
        };
    }
    if !from_allowed_page(headers, &config.allowed_origins) {
        return Err(forbidden("Pages of this origin may not call here with cookies."));
    }
    let kept = Kept { refresh: refresh.map(str::to_owned), guest: guest.map(str::to_owned) };
    Ok(Credentials { bearer: bearer.or(access), kept: Some(kept) })
}

/// The access token of a socket's handshake: a browser can set no header there, but always tells the page's origin.
pub(super) fn for_socket<'h>(headers: &'h HeaderMap, config: &EdgeConfig) -> Option<&'h str> {
    let page = headers.contains_key(header::ORIGIN) && origin_allowed(headers, &config.allowed_origins);
    if config.cookies && page { cookie(headers, ACCESS) } else { None }
}

/// Whether a client asks for cookies.
pub(super) fn wanted(headers: &HeaderMap) -> bool {
    headers.get(WANTED).is_some_and(|v| v == "1")
}

/// A cookie that is kept until its time is over; `None`: that is forgotten now.
pub fn setting(name: &str, kept: Option<(&str, u64)>) -> Option<HeaderValue> {
    let (value, seconds) = kept.unwrap_or(("", 0));
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    HeaderValue::from_str(&text).ok().map(|mut value| {
        value.set_sensitive(true);
        value
    })
}

/// The page that asks is of this host or a listed origin. No `Origin` is sent with GET of the page's own origin; browsers
/// say that by `Sec-Fetch-Site`, which pages cannot set.
fn from_allowed_page(headers: &HeaderMap, allowed: &[String]) -> bool {
    if headers.contains_key(header::ORIGIN) {
        return origin_allowed(headers, allowed);
    }
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

/// The first cookie of a name.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let mut named = all.filter_map(|pair| pair.trim().split_once('=')).filter(|(n, _)| *n == name);
    named.next().map(|(_, value)| value).filter(|value| !value.is_empty())
}

fn forbidden(message: &str) -> Refusal {
    Refusal::http(StatusCode::FORBIDDEN, codes::FORBIDDEN, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: (&str, &str) = ("origin", "https://shop.example");
    const HOST: (&str, &str) = ("host", "shop.example");
    const MEANT: (&str, &str) = ("x-chowk-cookies", "1");
    const COOKIES: (&str, &str) = ("cookie", "a=b; __Host-chowk-access=token; __Host-chowk-refresh=next");

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.parse().expect("a name"), HeaderValue::from_static(v))).collect()
    }

    fn config(cookies: bool) -> EdgeConfig {
        EdgeConfig { cookies, allowed_origins: vec!["https://app.example".to_owned()], ..EdgeConfig::default() }
    }

    fn read(pairs: &[(&'static str, &'static str)], cookies: bool) -> Result<(Option<String>, Option<Kept>), u16> {
        let headers = headers(pairs);
        let read = credentials(&headers, &config(cookies)).map_err(|r| r.status.as_u16())?;
        Ok((read.bearer.map(str::to_owned), read.kept))
    }

    #[test]
    fn cookies_count_with_the_header_and_an_allowed_origin_only() {
        let kept = Some(Kept { refresh: Some("next".to_owned()), guest: None });
        let token = Some("token".to_owned());
        let listed = ("origin", "https://app.example");
        for page in [OWN, listed, ("sec-fetch-site", "same-origin")] {
            assert_eq!(read(&[page, HOST, MEANT, COOKIES], true), Ok((token.clone(), kept.clone())), "{page:?}");
        }
        for pairs in [
            &[OWN, HOST, COOKIES][..],
            &[HOST, COOKIES],
            &[OWN, HOST, ("x-chowk-cookies", "0"), COOKIES],
            &[HOST, MEANT, COOKIES],
            &[("origin", "https://evil.example"), HOST, MEANT, COOKIES],
            &[("origin", "null"), HOST, MEANT, COOKIES],
            &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin"), HOST, MEANT, COOKIES],
            &[("sec-fetch-site", "same-site"), HOST, MEANT, COOKIES],
            &[("origin", "https://evil.example"), HOST, MEANT],
        ] {
            assert_eq!(read(pairs, true), Err(403), "{pairs:?}");
        }
    }

    #[test]
    fn a_token_in_a_header_needs_none_of_it() {
        let bearer = ("authorization", "Bearer mine");
        for pairs in [&[bearer][..], &[bearer, COOKIES], &[bearer, ("origin", "https://evil.example"), COOKIES]] {
            assert_eq!(read(pairs, true), Ok((Some("mine".to_owned()), None)), "{pairs:?}");
        }
        let both = read(&[bearer, OWN, HOST, MEANT, COOKIES], true).expect("is taken");
        assert_eq!(both.0, Some("mine".to_owned()), "the header goes first");
        assert_eq!(read(&[], true), Ok((None, None)));
    }

    #[test]
    fn nothing_is_read_from_cookies_unless_the_settings_say_so() {
        assert_eq!(read(&[OWN, HOST, MEANT, COOKIES], false), Ok((None, None)));
        assert_eq!(read(&[COOKIES], false), Ok((None, None)));
        assert_eq!(for_socket(&headers(&[OWN, HOST, COOKIES]), &config(false)), None);
    }

    #[test]
    fn a_socket_takes_the_cookie_of_an_allowed_page_only() {
        assert_eq!(for_socket(&headers(&[OWN, HOST, COOKIES]), &config(true)), Some("token"));
        assert_eq!(for_socket(&headers(&[HOST, COOKIES]), &config(true)), None);
        assert_eq!(for_socket(&headers(&[("origin", "https://evil.example"), HOST, COOKIES]), &config(true)), None);
    }

    #[test]
    fn cookies_are_out_of_reach_of_scripts_and_other_hosts() {
        let set = setting(ACCESS, Some(("token", 900))).expect("a header");
        assert_eq!(set, "__Host-chowk-access=token; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=900");
        assert!(set.is_sensitive());
        let gone = setting(ACCESS, None).expect("a header");
        assert!(gone.to_str().is_ok_and(|v| v.starts_with("__Host-chowk-access=;") && v.ends_with("Max-Age=0")));
        assert_eq!(setting(ACCESS, Some(("a\nb", 1))), None);
    }
}
