//! What to mend where a call failed, in words.

use crate::connector::Failure;
use crate::connector::probe::{Answered, Exchange};
use crate::language::plan::{Account, Setting, System, WebhookRules};
use crate::value::duration;
use crate::world::TransportError;

/// Where it failed.
pub(super) struct Spot<'a> {
    pub(super) account: &'a Account,
    pub(super) system: Option<&'a System>,
    /// The last call that was sent.
    pub(super) last: Option<&'a Exchange>,
}

/// What to do about a failure.
pub(super) fn mend(failure: &Failure, spot: &Spot<'_>) -> String {
    match (failure, spot.last.map(|last| &last.answer)) {
        (Failure::Unsupported { .. }, _) => {
            "set what is missing, or correct the call in the system file; a token comes with the service's next call"
                .to_owned()
        }
        (_, Some(Err(error))) => {
            let timeout = spot.system.map(|system| duration::text(system.timeout)).unwrap_or_default();
            of_transport(error, &address(spot.account), &timeout)
        }
        (_, Some(Ok(answer))) => of_answer(answer, spot),
        (_, None) => "ask again".to_owned(),
    }
}

/// What to do where no answer came.
fn of_transport(error: &TransportError, address: &str, timeout: &str) -> String {
    if let TransportError::Unusable(_) = error {
        return format!("mend that file or folder, or correct {address}; the service looks again by itself");
    }
    let text = error.to_string().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["certificate", "tls", "handshake", "corrupt message", "invalid peer", "alert"]) {
        return format!(
            "the peer does not prove who it is to this machine: {address} may name another host or `http` where it is \
             `https`, or this machine lacks the authority that signed its certificate"
        );
    }
    if says(&["lookup", "dns", "name or service", "resolve", "nodename"]) {
        return format!("no machine of that name is known here: correct {address}, or mend this machine's DNS");
    }
    if says(&["refused"]) {
        return format!("nothing listens there, or a firewall refuses: correct {address}, or have the peer started");
    }
    if says(&["timed out", "timeout", "elapsed"]) {
        return format!(
            "no answer came in {timeout}: a firewall may swallow calls to {address}; where the peer is slow, raise \
             `timeout` under `http` in the system file"
        );
    }
    match error {
        TransportError::Unusable(_) | TransportError::Unreachable(_) => {
            format!("correct {address}, and see that this machine reaches it")
        }
        TransportError::Interrupted(_) | TransportError::BrokenOff(_) => {
            "ask again; where that stays, the peer or a proxy on the way cuts its answers".to_owned()
        }
        TransportError::TooLarge(_) => "have the peer's lists come in pages: `paging` in the system file".to_owned(),
    }
}

fn of_answer(answer: &Answered, spot: &Spot<'_>) -> String {
    let address = address(spot.account);
    match answer.status {
        401 | 403 => keys(spot),
        300..400 => match &answer.location {
            Some(location) => format!("correct {address}: the peer sends us to {location}"),
            None => format!("correct {address}: the peer sends us elsewhere"),
        },
        429 => "wait; others may use the same key, or `limits.per_minute` in the system file is too much".to_owned(),
        500.. => "the peer is unwell: ask again later, and its support where that stays".to_owned(),
        _ if answer.is_web_page => format!(
            "a web page is no answer of an API: a login, a proxy or another site is at {address}, or its path is wrong"
        ),
        404 | 410 => format!("correct {address}, or the path of the call in the system file"),
        400.. => "correct the call in the system file: the peer does not take it as it is".to_owned(),
        _ => "correct `paging`, `answer` or the call in the system file: the answer is not as they say".to_owned(),
    }
}

/// What opens the account.
pub(super) fn keys(spot: &Spot<'_>) -> String {
    let of_webhooks = spot.system.and_then(|system| system.webhook.as_ref());
    let of_webhooks = of_webhooks.map(WebhookRules::secrets).unwrap_or_default();
    let own = spot.account.secrets.iter().filter(|(name, _)| !of_webhooks.contains(&name.as_str()));
    let names: Vec<&str> = own.map(|(name, setting)| variable(setting).unwrap_or(name)).collect();
    let names = if names.is_empty() { "the account's secrets".to_owned() } else { names.join(", ") };
    format!("set {names} to what is valid at {} and may read this", address(spot.account))
}

/// What says where the peer is.
fn address(account: &Account) -> String {
    match variable(&account.base_url) {
        Some(name) => format!("`base_url` of the account ({name})"),
        None => "`base_url` of the account".to_owned(),
    }
}

/// The variable that a setting is read from.
pub(super) fn variable(setting: &Setting) -> Option<&str> {
    match setting {
        Setting::Env { name, .. } => Some(name),
        Setting::Value(_) | Setting::List(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What no peer on this machine can be made to say.
    #[test]
    fn each_way_not_to_be_reached_has_its_own_words() {
        let unreached = |why: &str| of_transport(&TransportError::Unreachable(why.to_owned()), "ADDRESS", "30s");
        for (why, words) in [
            ("failed to lookup address information: Name or service not known", "DNS"),
            ("invalid peer certificate: UnknownIssuer", "authority that signed"),
            ("Connection refused", "nothing listens there"),
            ("operation timed out", "in 30s"),
            ("No route to host", "see that this machine reaches it"),
        ] {
            let told = unreached(why);
            assert!(told.contains(words) && told.contains("ADDRESS"), "{why}: {told}");
        }
        let cut = of_transport(&TransportError::BrokenOff("unexpected end of file".to_owned()), "ADDRESS", "30s");
        assert!(cut.contains("ask again"), "{cut}");
    }
}
