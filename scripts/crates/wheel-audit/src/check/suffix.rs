//! Suffixes of extension modules: the ABI and the platform that they name
//! ([`importlib.machinery.EXTENSION_SUFFIXES`](https://docs.python.org/3/library/importlib.html#importlib.machinery.EXTENSION_SUFFIXES)).

use super::placed::Placed;
use crate::family::PythonVersion;
use crate::platform::{Architecture, PlatformTag, System};
use crate::wheel::binary::FormatFacts;
use crate::wheel::quoted;

/// The fault of a suffix, and the expected one.
pub(super) fn wrong(placed: Placed, suffix: &str) -> Option<(String, String)> {
    let abis = &placed.wheel.name.abis;
    let has = |abi: &str| abis.iter().any(|known| known == abi);
    let windows = matches!(placed.image.format, FormatFacts::Pe);
    let plain = if windows { "pyd" } else { "so" };
    let wrong = |expected: String| Some((format!("its suffix is `.{}`", quoted(suffix)), expected));
    if let Some(expected) = other_platform(placed, suffix) {
        return wrong(expected);
    }
    if windows && suffix.starts_with("abi3") {
        return wrong("`.pyd`, the only suffix of the stable ABI that Windows knows".to_owned());
    }
    if has("abi3") || has("abi3t") {
        let own = if has("abi3t") { "abi3t" } else { "abi3" };
        let wanted = if windows { "`.pyd`".to_owned() } else { format!("`.{own}.so`") };
        let named = suffix.strip_prefix(own).and_then(|rest| rest.strip_suffix(".so"));
        // Since 3.15 the platform may stand between ABI and `.so`:
        // https://docs.python.org/3.15/whatsnew/3.15.html
        let newer = placed.wheel.name.oldest_python();
        let newer = newer.is_some_and(|oldest| oldest >= PythonVersion::new(3, 15));
        let named =
            named.is_some_and(|platform| platform.is_empty() || newer && platform.starts_with('-'));
        let fits = suffix == plain || !windows && named;
        return if fits {
            None
        } else {
            wrong(format!("{wanted}, as the ABI tag is `{}`", abis.join(".")))
        };
    }
    let free_threaded = !abis.is_empty() && abis.iter().all(|abi| abi.ends_with('t'));
    if free_threaded && suffix.starts_with("abi3.") {
        return wrong(format!(
            "one of a free-threaded ABI, as the ABI tag is `{}`",
            abis.join(".")
        ));
    }
    let version = version(suffix);
    let pypy = |abi: &str| abi.starts_with("pypy");
    let is_tagged = |abi: &&String| abi.starts_with("cp") || pypy(abi);
    let tagged: Vec<&String> = abis.iter().filter(is_tagged).collect();
    if tagged.is_empty() || tagged.iter().any(|abi| Some(*abi) == version.as_ref()) {
        return None;
    }
    match version {
        Some(_) => wrong(format!("the one of `{}`, as the ABI tag says", abis.join("."))),
        // CPython takes a plain suffix too.
        None if tagged.iter().all(|abi| pypy(abi)) => wrong(format!(
            "one that begins with `.{}-`, as PyPy looks for no other",
            tagged[0].replace('_', "-")
        )),
        None => None,
    }
}

/// The ABI tag of a suffix such as `cpython-310-x86_64-linux-gnu.so`, `cp310-win_amd64.pyd` or
/// `pypy311-pp73-darwin.so`.
pub(super) fn version(suffix: &str) -> Option<String> {
    if suffix.starts_with("pypy") {
        let (python, rest) = suffix.split_once('-')?;
        let end = rest.find(['-', '.'])?;
        return Some(format!("{python}_{}", &rest[..end]));
    }
    let digits = suffix.strip_prefix("cpython-").or_else(|| suffix.strip_prefix("cp"))?;
    let end = digits.find(['-', '.'])?;
    Some(format!("cp{}", &digits[..end]))
}

/// The platform of the suffixes that the Pythons of a system look for, if the suffix names another one.
fn other_platform(placed: Placed, suffix: &str) -> Option<String> {
    let named = suffix.rsplit_once('.')?.0;
    let named = match named.strip_prefix("cpython-").or_else(|| named.strip_prefix("pypy")) {
        Some(rest) => rest.split_once('-')?.1,
        None => named.strip_prefix("cp")?.split_once('-')?.1,
    };
    let named =
        named.strip_prefix("pp").and_then(|rest| rest.split_once('-')).map_or(named, |it| it.1);
    let wanted: Vec<&str> =
        placed.platforms().filter_map(|platform| of_platform(placed, platform)).collect();
    let is_known = ["-linux-gnu", "-linux-musl", "darwin", "win32", "win_"];
    let fits = wanted.is_empty()
        || wanted.contains(&named)
        || !is_known.iter().any(|part| named.contains(part))
        // Before 3.11, Pythons for musl took the name of glibc.
        || named.contains("-linux-gnu")
            && placed.wheel.name.oldest_python() < Some(PythonVersion::new(3, 11));
    (!fits).then(|| format!("one that names `{}`, the platform of the Pythons there", wanted[0]))
}

/// The name of a platform in the suffixes of its Pythons.
fn of_platform(placed: Placed, platform: &PlatformTag) -> Option<&'static str> {
    use Architecture as A;
    Some(match (platform.system()?, placed.image.architecture?) {
        (System::Macos { .. }, _) => "darwin",
        (System::Windows, A::X86_64) => "win_amd64",
        (System::Windows, A::I686) => "win32",
        (System::Windows, A::Aarch64) => "win_arm64",
        (System::Manylinux { .. }, A::X86_64) => "x86_64-linux-gnu",
        (System::Manylinux { .. }, A::I686) => "i386-linux-gnu",
        (System::Manylinux { .. }, A::Aarch64) => "aarch64-linux-gnu",
        (System::Manylinux { .. }, A::Armv7l) => "arm-linux-gnueabihf",
        (System::Manylinux { .. }, A::Ppc64le) => "powerpc64le-linux-gnu",
        (System::Manylinux { .. }, A::S390x) => "s390x-linux-gnu",
        (System::Manylinux { .. }, A::Riscv64) => "riscv64-linux-gnu",
        (System::Musllinux { .. }, A::X86_64) => "x86_64-linux-musl",
        (System::Musllinux { .. }, A::I686) => "i386-linux-musl",
        (System::Musllinux { .. }, A::Aarch64) => "aarch64-linux-musl",
        (System::Musllinux { .. }, A::Armv7l) => "arm-linux-musleabihf",
        (System::Musllinux { .. }, A::Ppc64le) => "powerpc64le-linux-musl",
        (System::Musllinux { .. }, A::S390x) => "s390x-linux-musl",
        (System::Musllinux { .. }, A::Riscv64) => "riscv64-linux-musl",
        _ => return None,
    })
}
