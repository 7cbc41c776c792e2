//! Who may ask. A page of another site must reach neither the engine nor what it shows, though the reader's own browser asks for it:
//! the address must be ours (a foreign name that points here is refused), the origin too, and beyond this machine it takes a token.

use axum::http::{HeaderMap, Method, Uri, header};
use std::net::SocketAddr;

/// The cookie that carries the token.
const COOKIE: &str = "chainrule";

/// Decides about requests to one address.
#[derive(Debug)]
pub struct Guard {
    port: u16,
    /// What must be shown where others than this machine can reach the address.
    token: Option<String>,
}

/// What becomes of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is answered.
    Pass,
    /// It brought the token in its address: it is given the cookie and sent to the address without.
    Welcome(String),
    /// It is refused, for this reason.
    Refuse(&'static str),
}

impl Guard {
    /// A guard for this address, with a token if others can reach it.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn new(address: SocketAddr) -> std::io::Result<Guard> {
        let token = if address.ip().is_loopback() { None } else { Some(token()?) };
        Ok(Guard { port: address.port(), token })
    }

    /// The token, where there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// What becomes of a request.
    pub fn judge(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Verdict {
        let mut hosts = headers.get_all(header::HOST).iter();
        let Some(host) = hosts.next().and_then(|host| host.to_str().ok()).filter(|_| hosts.next().is_none())
        else {
            return Verdict::Refuse(
                "one Host header is needed; hint: open the address that chainrule view printed",
            );
        };
        if self.token.is_none() && !self.is_ours(host) {
            return Verdict::Refuse(
                "the Host header names another server; hint: open the address that chainrule view printed",
            );
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let ours = origin.to_str().ok().and_then(|o| o.strip_prefix("http://"));
            if !ours.is_some_and(|o| o.eq_ignore_ascii_case(host)) {
                return Verdict::Refuse(
                    "the Origin header names another site; hint: pages of other sites can't use this server",
                );
            }
        }
        // Browsers say where a request comes from also where they send no origin, as for pictures.
        let site = headers.get("sec-fetch-site").map(|site| site.as_bytes());
        let is_foreign = site.is_some_and(|site| site != b"same-origin" && site != b"none");
        if is_foreign && (uri.path() != "/" || method != Method::GET) {
            return Verdict::Refuse(
                "the request comes from another site; hint: pages of other sites can't use this server",
            );
        }
        self.token.as_deref().map_or(Verdict::Pass, |token| judge_token(token, uri, headers))
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port == self.port.to_string() => name,
            None if self.port == 80 => host,
            _ => return false,
        };
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

fn judge_token(token: &str, uri: &Uri, headers: &HeaderMap) -> Verdict {
    let query = uri.query().unwrap_or("");
    if let Some(shown) = query.split('&').find_map(|pair| pair.strip_prefix("token=")) {
        return if is_same(shown, token) {
            Verdict::Welcome(format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict"))
        } else {
            Verdict::Refuse("the token is wrong; hint: open the address that chainrule view printed")
        };
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|c| c.to_str().ok());
    let shown = cookies.flat_map(|c| c.split(';')).filter_map(|c| c.trim().split_once('='));
    let cookie = shown.filter(|(name, _)| *name == COOKIE).any(|(_, value)| is_same(value, token));
    let bearer = headers.get(header::AUTHORIZATION).and_then(|a| a.to_str().ok()?.strip_prefix("Bearer "));
    if cookie || bearer.is_some_and(|shown| is_same(shown, token)) {
        return Verdict::Pass;
    }
    Verdict::Refuse("a token is needed; hint: open the address that chainrule view printed, with its token")
}

/// Compares in a time that does not tell where they differ.
fn is_same(shown: &str, token: &str) -> bool {
    let differences = shown.bytes().zip(token.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
    shown.len() == token.len() && differences == 0
}

fn token() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|why| std::io::Error::other(format!("no random bytes: {why}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(guard: &Guard, method: Method, uri: &str, headers: &[(&'static str, &str)]) -> Verdict {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().expect("a header's value"));
        }
        guard.judge(&method, &uri.parse().expect("an address"), &map)
    }

    fn guard(address: &str) -> Guard {
        Guard::new(address.parse().expect("an address")).expect("random bytes")
    }

    fn is_refused(verdict: &Verdict) -> bool {
        matches!(verdict, Verdict::Refuse(_))
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let guard = guard("127.0.0.1:8080");
        for host in ["127.0.0.1:8080", "localhost:8080", "LocalHost:8080", "[::1]:8080"] {
            assert_eq!(ask(&guard, Method::GET, "/", &[("host", host)]), Verdict::Pass, "{host}");
        }
        for host in
            ["evil.example", "evil.example:8080", "127.0.0.1", "localhost:81", "localhost.evil:8080", ""]
        {
            assert!(is_refused(&ask(&guard, Method::GET, "/", &[("host", host)])), "{host}");
        }
        assert!(is_refused(&ask(&guard, Method::GET, "/", &[])));
        let twice = [("host", "localhost:8080"), ("host", "evil.example")];
        assert!(is_refused(&ask(&guard, Method::GET, "/", &twice)));
    }

    #[test]
    fn other_sites_are_refused() {
        let guard = guard("127.0.0.1:8080");
        let host = ("host", "localhost:8080");
        let from = |origin| ask(&guard, Method::POST, "/api/set", &[host, ("origin", origin)]);
        assert_eq!(from("http://localhost:8080"), Verdict::Pass);
        for origin in ["http://evil.example", "https://localhost:8080", "http://localhost:81", "null"] {
            assert!(is_refused(&from(origin)), "{origin}");
        }
        let image = |site| ask(&guard, Method::GET, "/api/scene", &[host, ("sec-fetch-site", site)]);
        assert_eq!(image("same-origin"), Verdict::Pass);
        assert!(is_refused(&image("cross-site")));
        assert!(is_refused(&image("same-site")));
        // A link on another site may lead here.
        assert_eq!(ask(&guard, Method::GET, "/", &[host, ("sec-fetch-site", "cross-site")]), Verdict::Pass);
    }

    #[test]
    fn beyond_this_machine_it_takes_a_token() {
        let guard = guard("0.0.0.0:8080");
        let token = guard.token().expect("a token").to_string();
        assert_eq!(token.len(), 32);
        assert_ne!(self::guard("0.0.0.0:8080").token(), Some(&*token));
        let host = ("host", "box.example:8080");
        assert!(is_refused(&ask(&guard, Method::GET, "/", &[host])));
        assert!(is_refused(&ask(&guard, Method::GET, "/?token=0", &[host])));
        let welcome = ask(&guard, Method::GET, &format!("/?token={token}"), &[host]);
        let Verdict::Welcome(cookie) = welcome else { panic!("{welcome:?}") };
        let cookie = cookie.split(';').next().expect("a cookie").to_string();
        let with = |cookie: &str| ask(&guard, Method::GET, "/api/scene", &[host, ("cookie", cookie)]);
        assert_eq!(with(&format!("a=b; {cookie}")), Verdict::Pass);
        assert!(is_refused(&with(&cookie[..cookie.len() - 1])));
        let bearer = format!("Bearer {token}");
        assert_eq!(ask(&guard, Method::GET, "/", &[host, ("authorization", &bearer)]), Verdict::Pass);
        let foreign = [host, ("cookie", &*cookie), ("origin", "http://evil.example")];
        assert!(is_refused(&ask(&guard, Method::POST, "/api/set", &foreign)));
    }
}
