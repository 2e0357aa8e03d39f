//! The defaults of the table `[tool.wheel-pipeline]`: what most projects promise.

use wheel_audit::family::PythonVersion;
use wheel_audit::target::Target;

use super::series;

/// Two processors of each system that PyPI serves most downloads for.
const TARGETS: [&str; 8] = [
    "manylinux_2_17_x86_64",
    "manylinux_2_17_aarch64",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_11_0_arm64",
    "macosx_10_12_x86_64",
    "win_amd64",
    "win_arm64",
];

/// The platforms of a project that names none.
pub fn targets() -> Vec<Target> {
    TARGETS.iter().map(|tag| tag.parse().expect("a test reads each tag")).collect()
}

/// The Pythons of a project that names none. `requires-python` may exclude some.
pub fn pythons() -> Vec<PythonVersion> {
    series::all().into_iter().filter(|one| one.supported).map(|one| one.python).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_read() {
        assert_eq!(targets().len(), TARGETS.len());
        assert_eq!(pythons().len(), 5);
    }
}
