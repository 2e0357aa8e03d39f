//! uv: installs lock files into environments, and writes lock files.

use std::path::Path;

use wheel_audit::family::PythonVersion;

use crate::process::command::Invocation;

/// Installs everything that a lock pins into an environment. Nothing is compiled.
pub fn install(uv: &Path, python: &Path, lock: &Path) -> Invocation {
    install_from(uv, python, lock).arg("--no-deps")
}

/// Installs some of the packages that a lock pins, with what they need. uv refuses a package without a hash in the lock.
pub fn install_some(uv: &Path, python: &Path, requirements: &Path, lock: &Path) -> Invocation {
    install_from(uv, python, requirements).arg("--constraints").arg(lock)
}

fn install_from(uv: &Path, python: &Path, requirements: &Path) -> Invocation {
    Invocation::new(uv)
        .args(["pip", "install", "--quiet", "--no-config", "--require-hashes"])
        .args(["--only-binary", ":all:", "--python"])
        .arg(python)
        .arg("--requirement")
        .arg(requirements)
        .without("VIRTUAL_ENV")
}

/// Unpacks the packages of a lock into a plain folder, to be read and not run. `requires-python` does not matter.
pub fn unpack(uv: &Path, python: &Path, lock: &Path, folder: &Path) -> Invocation {
    install(uv, python, lock).args(["--python-version", "3.13", "--target"]).arg(folder)
}

/// Pins the requirements of `input` in `lock`, for every platform and every Python from `oldest`. Existing pins
/// are kept unless `upgrade` is set.
pub fn compile(
    uv: &Path,
    input: &Path,
    lock: &Path,
    oldest: PythonVersion,
    upgrade: bool,
) -> Invocation {
    let invocation = Invocation::new(uv)
        .args(["pip", "compile", "--quiet", "--no-config", "--universal", "--generate-hashes"])
        .args(["--python-version", &oldest.to_string(), "--no-header", "--no-annotate"])
        // uv would download a Python of that version, which it does not need.
        .arg("--no-python-downloads")
        // Everybody uses the lock, so it must not name one machine's mirrors.
        .args(["--no-emit-index-url", "--no-emit-find-links"])
        .arg("--output-file")
        .arg(lock)
        .arg(input)
        .without("VIRTUAL_ENV");
    if upgrade { invocation.arg("--upgrade") } else { invocation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool::python::OLDEST_FOR_TOOLS;
    use crate::tool::python::environment::tests::printed;

    #[test]
    fn a_lock_is_installed_by_hash_and_not_compiled() {
        let [uv, python, lock] = ["/tools/bin/uv", "/fresh/bin/python", "/tools.lock"];
        let command = install(Path::new(uv), Path::new(python), Path::new(lock));
        insta::assert_snapshot!(printed(&command), @"
        uv pip install --quiet --no-config --require-hashes --only-binary :all: --python /fresh/bin/python --requirement /tools.lock --no-deps
        - VIRTUAL_ENV
        ");
        let some =
            install_some(Path::new(uv), Path::new(python), Path::new("/some.txt"), Path::new(lock));
        insta::assert_snapshot!(printed(&some), @"
        uv pip install --quiet --no-config --require-hashes --only-binary :all: --python /fresh/bin/python --requirement /some.txt --constraints /tools.lock
        - VIRTUAL_ENV
        ");
    }

    #[test]
    fn a_lock_serves_every_platform_and_is_upgraded_only_on_demand() {
        let [uv, input, lock] = ["/tools/bin/uv", "tools.in", "tools.lock"].map(Path::new);
        let keep = printed(&compile(uv, input, lock, OLDEST_FOR_TOOLS, false));
        insta::assert_snapshot!(keep, @"
        uv pip compile --quiet --no-config --universal --generate-hashes --python-version 3.10 --no-header --no-annotate --no-python-downloads --no-emit-index-url --no-emit-find-links --output-file tools.lock tools.in
        - VIRTUAL_ENV
        ");
        let upgrade = printed(&compile(uv, input, lock, OLDEST_FOR_TOOLS, true));
        assert_eq!(upgrade, keep.replace("tools.in", "tools.in --upgrade"));
    }
}
