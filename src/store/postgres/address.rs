//! What a store URL says of a server: where it is, who asks, and how far its certificate is looked at.
//!
//! Whatever is told of it leaves out the name and the password; a URL that cannot be read is not repeated at all.

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use super::limits::{CONNECT_TIMEOUT, KEEPALIVE_IDLE, KEEPALIVE_INTERVAL, KEEPALIVE_RETRIES, TCP_USER_TIMEOUT};
use crate::store::error::StoreError;

/// How such a URL looks.
const FORM: &str = "write `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`, with other signs than \
                    letters and digits of the password percent-encoded";

/// The port where none is named.
const PORT: u16 = 5432;

/// Whose certificate is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Anybody's: what is sent cannot be read on the way, but who answers is not known.
    Anybodys,
    /// That of the host that was named, vouched for by somebody whom this machine trusts.
    TheHosts,
}

/// A server and a database in it.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) trust: Trust,
    /// For messages: without name and password.
    pub(super) place: String,
    /// Whether other processes may tell of work; not through a pooler that hands connections about.
    pub(super) listens: bool,
}

impl Address {
    /// What a URL names. `writes`: only a server that takes writes will do.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with what is to be written.
    pub(super) fn of(url: &str, writes: bool) -> Result<Self, StoreError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut passed = Vec::new();
        let (mut mode, mut trust, mut listens) = (SslMode::Prefer, Trust::Anybodys, true);
        for part in query.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=').unwrap_or((part, "")) {
                ("sslmode", word) => (mode, trust) = sslmode(word)?,
                ("poll_only", word) => listens = !is_true(word)?,
                ("host" | "port" | "application_name" | "options", _) => passed.push(part),
                _ => return Err(unread("it has a setting that is not known: there are `sslmode` and `poll_only`")),
            }
        }
        let base = if passed.is_empty() { base.to_owned() } else { format!("{base}?{}", passed.join("&")) };
        // What its reader says of it may show a part of the password.
        let mut config: Config = base.parse().map_err(|_| unread("the URL is none"))?;
        let is_named = |host: &Host| !matches!(host, Host::Tcp(name) if name.is_empty());
        if config.get_hosts().is_empty() || !config.get_hosts().iter().all(is_named) {
            return Err(unread("the URL names no host"));
        }
        if config.get_application_name().is_none() {
            config.application_name("petiole");
        }
        config.ssl_mode(mode).connect_timeout(CONNECT_TIMEOUT).tcp_user_timeout(TCP_USER_TIMEOUT);
        config.keepalives(true).keepalives_idle(KEEPALIVE_IDLE).keepalives_interval(KEEPALIVE_INTERVAL);
        config.keepalives_retries(KEEPALIVE_RETRIES);
        let needs = if writes { TargetSessionAttrs::ReadWrite } else { TargetSessionAttrs::Any };
        config.target_session_attrs(needs);
        let place = place(&config);
        Ok(Self { config, trust, place, listens })
    }
}

fn sslmode(word: &str) -> Result<(SslMode, Trust), StoreError> {
    Ok(match word {
        "disable" => (SslMode::Disable, Trust::Anybodys),
        "prefer" => (SslMode::Prefer, Trust::Anybodys),
        "require" => (SslMode::Require, Trust::Anybodys),
        "verify-full" => (SslMode::Require, Trust::TheHosts),
        _ => return Err(unread("`sslmode` is `disable`, `prefer`, `require` or `verify-full`")),
    })
}

fn is_true(word: &str) -> Result<bool, StoreError> {
    word.parse().map_err(|_| unread("`poll_only` is `true` or `false`"))
}

fn unread(why: &str) -> StoreError {
    StoreError::Unavailable(format!("{why}; {FORM}"))
}

fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
    let host = |(at, host): (usize, &Host)| match host {
        Host::Tcp(name) if name.contains(':') => format!("[{name}]:{}", port(at)),
        Host::Tcp(name) => format!("{name}:{}", port(at)),
        #[cfg(unix)]
        Host::Unix(folder) => format!("{}:{}", folder.display(), port(at)),
    };
    let hosts: Vec<String> = config.get_hosts().iter().enumerate().map(host).collect();
    let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
    format!("PostgreSQL at {}, database `{database}`", hosts.join(","))
}
