//! Lock files: pinned requirements with hashes, in the format that pip and uv install.

use anyhow::{Context, Result};

/// The text of a lock file. It is compiled into the program, so that it serves every project.
#[derive(Clone, Copy, Debug)]
pub struct Lock<'a> {
    pub text: &'a str,
}

/// The lock of the pipeline's tools.
pub const TOOLS: Lock = Lock { text: include_str!("tools.lock") };

/// The lock of the pip for Pythons that are too old for the pip among the tools.
pub const OLDER_PIP: Lock = Lock { text: include_str!("older_pip.lock") };

impl Lock<'_> {
    /// The lines that pin one package, with its hashes.
    pub fn requirement(&self, package: &str) -> Result<String> {
        let start = format!("{package}==");
        let mut lines = self.text.lines().skip_while(|line| !line.starts_with(&start));
        let first = lines.next().with_context(|| format!("the lock does not pin `{package}`"))?;
        let hashes = lines.take_while(|line| line.trim_start().starts_with("--hash="));
        Ok(std::iter::once(first).chain(hashes).collect::<Vec<_>>().join("\n") + "\n")
    }

    /// The pinned version of a package.
    pub fn version(&self, package: &str) -> Result<String> {
        let requirement = self.requirement(package)?;
        let version = requirement.split("==").nth(1).unwrap_or_default();
        Ok(version.split([' ', ';', '\\', '\n']).next().unwrap_or_default().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_is_read_with_its_hashes() {
        let lock = Lock {
            text: "a==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n    # via b\nb==2 ; python_version < '4' \\\n    --hash=sha256:3\n",
        };
        assert_eq!(
            lock.requirement("a").expect("it is there"),
            "a==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n"
        );
        assert_eq!(lock.version("a").expect("it is there"), "1");
        assert_eq!(lock.version("b").expect("it is there"), "2");
        assert_eq!(
            lock.version("c").expect_err("it is not").to_string(),
            "the lock does not pin `c`"
        );
    }
}
