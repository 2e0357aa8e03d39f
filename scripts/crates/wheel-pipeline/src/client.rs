//! The HTTP client: bounded in time, and never through a proxy to this machine.
//!
//! A proxy would be sent what is meant for nobody else. The addresses of this machine are reached directly,
//! whatever the variables for proxies say. `localhost` is reached only where it is an address of this
//! machine: the client connects to the very address that was looked at.

use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use url::Url;

use crate::address;

/// A client for one request to `url`, with `patience` for the whole answer.
///
/// It follows no redirect, and gives every status as an answer.
pub fn agent(url: &Url, patience: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .tls_config(
            ureq::tls::TlsConfig::builder()
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        );
    let own = address::names_loopback(url);
    let config = if own { config.proxy(None) } else { config };
    let resolver = Checked { own, names: DefaultResolver::default() };
    ureq::Agent::with_parts(config.build(), DefaultConnector::default(), resolver)
}

/// The address of an index with `localhost` replaced by the address of this machine that answers there.
///
/// It is for a child that looks up names itself. What was looked at here is then what the child connects to. A
/// certificate is for a name, so an encrypted address stays as it is.
pub fn pinned(url: &Url) -> Url {
    let mut pinned = url.clone();
    let port = url.port_or_known_default().unwrap_or(80);
    if url.scheme() != "http" || url.host_str() != Some("localhost") {
        return pinned;
    }
    let found =
        ("localhost", port).to_socket_addrs().map_or_else(|_| Vec::new(), Iterator::collect);
    let own: Vec<SocketAddr> =
        found.into_iter().filter(|address| address.ip().is_loopback()).collect();
    let answers =
        |address: &&SocketAddr| TcpStream::connect_timeout(address, Duration::from_secs(1)).is_ok();
    if let Some(address) = own.iter().find(answers).or(own.first()) {
        pinned.set_ip_host(address.ip()).expect("an address of the web has a host");
    }
    pinned
}

/// Checks if waiting would not help: the name is unknown, the certificate is wrong, or the address is no
/// address.
pub fn will_stay(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::BadUri(_)
        | ureq::Error::Http(_)
        | ureq::Error::InvalidProxyUrl
        | ureq::Error::HostNotFound
        | ureq::Error::Tls(_) => true,
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => true,
        error => error.to_string().contains("invalid peer certificate"),
    }
}

/// Names, with a look at those of this machine.
#[derive(Debug)]
struct Checked<R> {
    /// True if the name must be one of this machine.
    own: bool,
    names: R,
}

impl<R: Resolver> Resolver for Checked<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Io(error) if is_unknown_name(&error) => ureq::Error::HostNotFound,
            error => error,
        })?;
        match found.iter().find(|address| !address.ip().is_loopback()) {
            Some(elsewhere) if self.own => {
                let host = uri.host().unwrap_or_default();
                Err(ureq::Error::Io(io::Error::new(
                    io::ErrorKind::PermissionDenied,
                    format!("`{host}` leads to {}, which is not this machine", elsewhere.ip()),
                )))
            }
            _ => Ok(found),
        }
    }
}

/// Checks if a name is known to nobody. A name server that does not answer is another fault, which may pass.
///
/// The standard library gives only the text of the C library: glibc's, musl's, Apple's or Windows's.
fn is_unknown_name(error: &io::Error) -> bool {
    let text = error.to_string();
    [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
        "nodename nor servname provided",
        "No such host is known",
    ]
    .iter()
    .any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    /// Names that all lead to one address.
    #[derive(Debug)]
    struct To(SocketAddr);

    impl Resolver for To {
        fn resolve(
            &self,
            _: &Uri,
            _: &Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let mut addresses = self.empty();
            addresses.push(self.0);
            Ok(addresses)
        }
    }

    fn asked(url: &str, to: SocketAddr) -> Result<(), ureq::Error> {
        let url = address::parse(url).expect("an address");
        let resolver = Checked { own: address::names_loopback(&url), names: To(to) };
        let config = ureq::Agent::config_builder()
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), resolver);
        agent.get(url.as_str()).call().map(drop)
    }

    #[test]
    fn localhost_that_leads_elsewhere_is_not_connected_to() {
        let elsewhere = "192.0.2.1:80".parse().expect("an address");
        let error = asked("http://localhost:80/", elsewhere).expect_err("it is not this machine");
        assert!(will_stay(&error), "{error:?}");
        assert!(
            error.to_string().contains("`localhost` leads to 192.0.2.1, which is not this machine"),
            "{error}"
        );
    }

    #[test]
    fn localhost_on_this_machine_is_connected_to() {
        // Nobody listens there once the port is free again.
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let error = asked("http://localhost:80/", address).expect_err("nobody listens");
        assert!(!will_stay(&error), "{error:?}");
    }

    #[test]
    fn a_child_gets_the_address_that_answers() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let pin = |text: &str| pinned(&address::parse(text).expect("an address")).to_string();
        let expected = format!("http://127.0.0.1:{port}/simple/");
        assert_eq!(pin(&format!("http://localhost:{port}/simple/")), expected);
        for other in
            ["https://localhost/simple/", "http://[::1]:1/simple/", "https://index/simple/"]
        {
            assert_eq!(pin(other), other);
        }
    }

    #[test]
    fn an_unknown_name_is_distinguished_from_a_name_server_without_an_answer() {
        for (text, unknown) in [
            ("failed to lookup address information: Name or service not known", true),
            ("failed to lookup address information: Temporary failure in name resolution", false),
            ("failed to lookup address information: Try again", false),
            ("No such host is known. (os error 11001)", true),
        ] {
            assert_eq!(is_unknown_name(&io::Error::other(text)), unknown, "{text}");
        }
    }
}
