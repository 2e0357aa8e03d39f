//! The addresses that are not reached through a proxy: those of this machine.

use std::ffi::OsString;

use super::environment::matches;

/// Adds the addresses of this machine to those that are not proxied.
///
/// A child that is told nothing about proxies may have them from the system's settings, and a list of exceptions
/// would replace those. So without a variable for a proxy the list is added only where `own` tells that the
/// child's server is on this machine.
pub(super) fn without_proxy_to_loopback(variables: &mut Vec<(OsString, OsString)>, own: bool) {
    let value = |variables: &[(OsString, OsString)], wanted: &str| {
        let found =
            variables.iter().find(|(name, _)| name.to_str().is_some_and(|n| matches(wanted, n)));
        found.map(|(_, value)| value.to_string_lossy().into_owned()).filter(|text| !text.is_empty())
    };
    let proxies =
        ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let cargo = ["CARGO_HTTP_PROXY"];
    let proxied = proxies.iter().chain(&cargo).any(|name| value(variables, name).is_some());
    if !own && !proxied {
        return;
    }
    let (upper, lower) = (value(variables, "NO_PROXY"), value(variables, "no_proxy"));
    let lists = [("NO_PROXY", upper.clone().or(lower.clone())), ("no_proxy", lower.or(upper))];
    variables.retain(|(name, _)| {
        !name.to_str().is_some_and(|name| name.eq_ignore_ascii_case("NO_PROXY"))
    });
    let lists = if cfg!(windows) { &lists[..1] } else { &lists[..] };
    for (name, list) in lists {
        let list = match list.as_deref().map(str::trim) {
            Some("*") => "*".to_owned(),
            Some(list) => format!("{list},{LOOPBACK}"),
            None => LOOPBACK.to_owned(),
        };
        variables.push(((*name).into(), list.into()));
    }
}

/// The list of exceptions with which programs that the user starts reach this machine, if a variable names a proxy.
pub fn no_proxy_for_users() -> Option<String> {
    let mut variables: Vec<(OsString, OsString)> = std::env::vars_os().collect();
    let before = variables.clone();
    without_proxy_to_loopback(&mut variables, false);
    let list = variables.last().filter(|_| variables != before)?;
    Some(list.1.to_string_lossy().into_owned())
}

/// This machine, as lists of exceptions write it. Some clients read only whole addresses, others ranges.
const LOOPBACK: &str = "localhost,127.0.0.1,127.0.0.0/8,::1";

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(variables: &[(&str, &str)], own: bool) -> Vec<String> {
        let mut all: Vec<(OsString, OsString)> =
            variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        without_proxy_to_loopback(&mut all, own);
        let is_list = |(name, value): (OsString, OsString)| {
            let (name, value) =
                (name.into_string().expect("UTF-8"), value.into_string().expect("UTF-8"));
            name.eq_ignore_ascii_case("no_proxy").then(|| format!("{name}={value}"))
        };
        all.into_iter().filter_map(is_list).collect()
    }

    #[cfg(not(windows))]
    #[test]
    fn this_machine_is_never_proxied() {
        let both = |list: &str| [format!("NO_PROXY={list}"), format!("no_proxy={list}")];
        let own = "localhost,127.0.0.1,127.0.0.0/8,::1";
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "https_proxy", "CARGO_HTTP_PROXY"] {
            assert_eq!(lists(&[(name, "http://proxy/")], false), both(own), "{name}");
        }
        let list = [("all_proxy", "http://proxy/"), ("no_proxy", "inside")];
        assert_eq!(lists(&list, false), both(&format!("inside,{own}")));
        assert_eq!(lists(&[("HTTP_PROXY", "http://proxy/"), ("NO_PROXY", "*")], false), both("*"));
        assert_eq!(lists(&[], true), both(own));
        // A list would replace the exceptions of the system's settings.
        assert_eq!(lists(&[("HTTP_PROXY", "")], false), [""; 0]);
    }
}
