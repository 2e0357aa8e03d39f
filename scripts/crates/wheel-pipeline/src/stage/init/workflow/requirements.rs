//! The file from which pip installs the program: its version, and the hashes that the maintainer adds.

/// Its path, below the top of the repository.
pub const PATH: &str = ".github/wheel-pipeline.txt";

/// The command that installs the program. Only a wheel is taken, so that a job with a right compiles nothing.
pub fn install() -> String {
    format!(
        "python -m pip install --require-hashes --only-binary wheel-pipeline --requirement {PATH}"
    )
}

/// The file.
#[derive(Clone, Copy, Debug)]
pub struct Requirements;

impl Requirements {
    /// Its path, below the top of the repository.
    pub const PATH: &str = PATH;

    /// Its text without hashes. They are not known before the version is published.
    pub fn text() -> String {
        format!(
            "# The program of the release workflow. pip installs it only with the hashes of its files.\n\
             #\n\
             # They are known once this version is published: then add ` --hash=sha256:…` behind the version, once for each\n\
             # file of the release. Until then pip refuses this file, and no release can start.\n\
             wheel-pipeline=={}\n",
            env!("CARGO_PKG_VERSION")
        )
    }

    /// The text without the hashes, which belong to the maintainer.
    pub fn without_hashes(text: &str) -> String {
        let joined = text.replace("\r\n", "\n").replace("\\\n", " ");
        let line = |line: &str| {
            let words = line.split(' ').filter(|word| !word.trim().starts_with("--hash="));
            let kept = if line.starts_with('#') {
                line.to_owned()
            } else {
                words.collect::<Vec<_>>().join(" ")
            };
            kept.trim_end().to_owned() + "\n"
        };
        joined.lines().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_do_not_make_another_file() {
        let text = Requirements::text();
        assert_eq!(Requirements::without_hashes(&text), text);
        let version = format!("wheel-pipeline=={}", env!("CARGO_PKG_VERSION"));
        let hashed = text.replace(
            &version,
            &format!("{version} \\\n    --hash=sha256:00 \\\n    --hash=sha256:11"),
        );
        assert_ne!(hashed, text);
        assert_eq!(Requirements::without_hashes(&hashed), text);
        let other = hashed.replace(&version, "wheel-pipeline==0.0.1");
        assert_ne!(Requirements::without_hashes(&other), text);
    }
}
