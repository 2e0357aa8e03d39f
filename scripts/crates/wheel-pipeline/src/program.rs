//! The name of this program, as its user starts it.

use std::sync::OnceLock;

/// The variable with the command that started this program, if that is not its own name. An alias of a repository sets
/// it.
pub const VARIABLE: &str = "WHEEL_PIPELINE_COMMAND";

/// The name in messages and in help.
pub fn name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let set = std::env::var(VARIABLE).ok().filter(|name| !name.is_empty());
        set.unwrap_or_else(|| "wheel-pipeline".to_owned())
    })
}

/// A command line of this program, for messages: `command("build")`.
pub fn command(arguments: &str) -> String {
    format!("{} {arguments}", name())
}
