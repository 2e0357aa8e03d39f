//! The environment of child processes: an allow-list of the variables that each of them needs.
//!
//! A child does not get what nobody listed. With all variables, a build script, a dependency or a smoke test
//! could read the token of the upload. A variable with the name of a secret is passed only to the tool that
//! the secret is for.

use std::ffi::{OsStr, OsString};

/// The tools that get more than the rest, because they are pinned and talk to a server for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// pip, which downloads from the user's package index.
    Pip,
    /// uv, which does so too.
    Uv,
    /// twine, which uploads.
    Upload,
    /// The attester, which proves who it is.
    Identity,
    /// gh, which makes the GitHub release.
    Forge,
    /// git, which reads the user's settings.
    Git,
    /// Docker and Podman, which may run on another machine.
    Containers,
}

/// Variables with a common reason.
struct Group {
    /// Exact names, and beginnings of names that end with `*`, between spaces.
    names: &'static str,
    to: Option<Grant>,
}

/// Variables for every child.
const fn all(names: &'static str) -> Group {
    Group { names, to: None }
}

/// Variables for one tool. They may be secret.
const fn only(to: Grant, names: &'static str) -> Group {
    Group { names, to: Some(to) }
}

const GROUPS: &[Group] = &[
    // Programs, the user and their folders: every program looks for these.
    all("PATH HOME USER LOGNAME SHELL PWD XDG_* TMPDIR TEMP TMP"),
    // Language and time zone of messages.
    all("LANG LANGUAGE LC_* TZ TZDIR"),
    // The terminal, for colours and widths.
    all("TERM COLORTERM COLUMNS LINES NO_COLOR FORCE_COLOR CLICOLOR*"),
    // Windows: system libraries, the shell, and the folders of programs and settings.
    all("SystemRoot SystemDrive windir ComSpec PATHEXT OS USERNAME USERPROFILE HOMEDRIVE \
         HOMEPATH APPDATA LOCALAPPDATA ALLUSERSPROFILE PUBLIC ProgramData ProgramFiles* \
         ProgramW6432 CommonProgram* NUMBER_OF_PROCESSORS PROCESSOR_* PSModulePath"),
    // Proxies and certificates: how this machine reaches others.
    all("HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy \
         no_proxy CARGO_HTTP_* SSL_CERT_FILE SSL_CERT_DIR REQUESTS_CA_BUNDLE CURL_CA_BUNDLE \
         GIT_SSL_CAINFO NIX_SSL_CERT_FILE NODE_EXTRA_CA_CERTS"),
    // Whether it runs on a CI service. Programs print less there.
    all("CI GITHUB_ACTIONS RUNNER_OS RUNNER_ARCH RUNNER_TEMP RUNNER_TOOL_CACHE"),
    // cargo, rustc and rustup.
    all("CARGO CARGO_* RUSTC RUSTC_* RUSTDOC* RUSTFLAGS RUSTUP_* RUST_*"),
    // Compilers, linkers and their search paths, which crates with C code use. `CC_*` and the like name a
    // target.
    all("CC CC_* CXX CXX_* CPP AR AR_* AS LD NM RANLIB RANLIB_* STRIP CFLAGS CFLAGS_* \
         CXXFLAGS CXXFLAGS_* CPPFLAGS LDFLAGS ARFLAGS* HOST_CC HOST_CXX HOST_CFLAGS \
         TARGET_CC TARGET_CXX TARGET_CFLAGS LIBRARY_PATH LD_LIBRARY_PATH DYLD_LIBRARY_PATH \
         DYLD_FALLBACK_LIBRARY_PATH CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH INCLUDE LIB \
         LIBPATH PKG_CONFIG* CMAKE* NINJA* MAKE MAKEFLAGS NUM_JOBS CCACHE_* SCCACHE_* \
         LLVM_* LIBCLANG_* CLANG_* BINDGEN_* OPENSSL_* PROTOC* ZIG_*"),
    // Apple's and Microsoft's compilers.
    all("MACOSX_DEPLOYMENT_TARGET SDKROOT DEVELOPER_DIR ARCHFLAGS VC* VS* Windows* \
         UCRTVersion UniversalCRTSdkDir ExtensionSdkDir Framework* DevEnvDir INCLUDE \
         EXTERNAL_INCLUDE WindowsSdk* __VSCMD_* __DOTNET_*"),
    // maturin and pyo3.
    all("MATURIN_* PYO3_* SOURCE_DATE_EPOCH"),
    // Pythons, pip and uv.
    all("PYTHON* VIRTUAL_ENV CONDA_PREFIX __PYVENV_LAUNCHER__ PYENV_* PIP_* UV_*"),
    // The cache of this program, which chores of a repository may start.
    all("WHEEL_PIPELINE_CACHE_DIR"),
    // The second builder, and the emulators of other platforms.
    all("CIBW_* CIBUILDWHEEL WINE* QEMU_* DISPLAY DEBIAN_FRONTEND"),
    // The place of the container engine, which the second builder asks too.
    all("DOCKER_HOST DOCKER_CONTEXT DOCKER_CERT_PATH DOCKER_TLS* DOCKER_API_VERSION \
         CONTAINER_HOST"),
    // Where the user's package index has a password in its address, only those get it that download.
    only(Grant::Pip, "PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_FIND_LINKS DBUS_SESSION_BUS_ADDRESS"),
    only(
        Grant::Uv,
        "UV_INDEX UV_INDEX_* UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS \
         DBUS_SESSION_BUS_ADDRESS",
    ),
    // The credentials of an upload: twine's variables, the keyring's way to its daemon, and the token with
    // which a CI job proves who it is.
    only(
        Grant::Upload,
        "TWINE_* PYTHON_KEYRING_BACKEND KEYRING_* DBUS_SESSION_BUS_ADDRESS \
         ACTIONS_ID_TOKEN_REQUEST_* GITLAB_CI PYPI_ID_TOKEN TESTPYPI_ID_TOKEN BUILDKITE* \
         CIRCLECI CIRCLE_* GOOGLE_APPLICATION_CREDENTIALS GOOGLE_SERVICE_ACCOUNT_NAME",
    ),
    only(
        Grant::Identity,
        "ACTIONS_ID_TOKEN_REQUEST_* GITLAB_CI SIGSTORE_ID_TOKEN BUILDKITE* CIRCLECI \
         CIRCLE_* GOOGLE_APPLICATION_CREDENTIALS GOOGLE_SERVICE_ACCOUNT_NAME",
    ),
    // gh's token, and which repository it works on.
    only(Grant::Forge, "GH_* GITHUB_* DBUS_SESSION_BUS_ADDRESS"),
    // git's settings. `safe.directory` may be among them, and so may be a header with a token.
    only(Grant::Git, "GIT_*"),
    // The place of the container engine.
    only(Grant::Containers, "DOCKER_* CONTAINER_* PODMAN_*"),
];

/// Variables of the user that a CI job reads from files which these name. A child that writes there would
/// change the jobs and steps after it.
const COMMAND_FILES: &[&str] =
    &["GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"];

impl Grant {
    /// The grant of a program that is known by its name alone.
    pub(super) fn of_program(program: &OsStr) -> Option<Self> {
        let name = std::path::Path::new(program).file_stem()?.to_str()?;
        match name {
            "git" => Some(Self::Git),
            "gh" => Some(Self::Forge),
            "uv" => Some(Self::Uv),
            "docker" | "podman" => Some(Self::Containers),
            _ => None,
        }
    }
}

/// The variables that the project asks for, in the form of its table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub patterns: Vec<String>,
    /// True for a build, which may need a secret that is named in full.
    pub secrets: bool,
}

/// Checks if a child gets a variable.
pub(super) fn is_passed(name: &str, value: &OsStr, grants: &[Grant], passed: &Passed) -> bool {
    if COMMAND_FILES.iter().any(|file| matches(file, name)) {
        return false;
    }
    let in_group =
        |group: &Group| group.names.split_whitespace().any(|pattern| matches(pattern, name));
    let granted =
        |group: &Group| group.to.is_some_and(|to| grants.contains(&to)) && in_group(group);
    if GROUPS.iter().any(granted) {
        return true;
    }
    let harmless = !is_secret(name);
    let asked = passed.patterns.iter().any(|pattern| {
        matches(pattern, name) && (harmless || passed.secrets && !pattern.ends_with('*'))
    });
    let of_index = |group: &Group| matches!(group.to, Some(Grant::Pip | Grant::Uv));
    let index = GROUPS.iter().any(|group| of_index(group) && in_group(group));
    let listed = GROUPS.iter().any(|group| group.to.is_none() && in_group(group));
    let open = !(index && password_in_address(&value.to_string_lossy()).is_some());
    asked || harmless && listed && open
}

/// The names of variables that are set, and that a build with these patterns does not get although their names
/// are like those that builds read.
pub(super) fn withheld(
    ours: impl Iterator<Item = (OsString, OsString)>,
    passed: &Passed,
) -> Vec<String> {
    const LIKE_BUILDS: &str = "DIR PATH ROOT HOME PREFIX LIB LIBS INCLUDE FLAGS STATIC SYSROOT SDK \
        TARGET FEATURES CONFIG VERSION BUILD COMPILER LINKER SOCK";
    // Of the desktop, of the login and of CI services: no build reads them.
    const OF_OTHERS: &str = "SSH_CLIENT SSH_CONNECTION SSH_TTY GITHUB_ RUNNER_ DBUS_ GDM GNOME_ KDE_ \
        SESSION_ OLDPWD TOX_";
    let like_a_build = |name: &str| {
        name.split('_').any(|word| LIKE_BUILDS.split(' ').any(|like| like == word))
            && !OF_OTHERS.split(' ').any(|start| name.starts_with(start))
    };
    let mut names: Vec<String> = ours
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
        .filter(|(name, value)| like_a_build(name) && !is_passed(name, value, &[], passed))
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names
}

/// Checks if a name speaks of a secret.
pub fn is_secret(name: &str) -> bool {
    // cargo's way to get a credential is no credential.
    let name = name.to_ascii_uppercase().replace("CREDENTIAL_PROVIDER", "");
    let in_name = ["TOKEN", "PASSW", "PASSPHRASE", "SECRET", "CREDENTIAL", "APIKEY"];
    let words = ["KEY", "KEYS", "PAT", "AUTH"];
    in_name.iter().any(|part| name.contains(part))
        || name.split('_').any(|word| words.contains(&word))
        || name.ends_with("_PWD")
}

/// The user and the password in an address, as they are written: `user:password`.
pub(super) fn password_in_address(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once("://")?;
    let authority = rest.split(['/', '?', '#', ' ']).next()?;
    let (user, _) = authority.rsplit_once('@')?;
    Some(user).filter(|user| !user.is_empty())
}

/// Checks a name against an exact name, or a beginning that ends with `*`. Windows ignores the case.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let fold = |text: &str| match cfg!(windows) {
        true => text.to_ascii_uppercase(),
        false => text.to_owned(),
    };
    let (pattern, name) = (fold(pattern), fold(name));
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

/// The variables that a table may ask for, or the reason why not: no build and no test needs what publishes.
pub fn check_pattern(pattern: &str) -> Result<(), &'static str> {
    let start = pattern.strip_suffix('*').unwrap_or(pattern);
    let letters = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if start.is_empty() || !start.chars().all(letters) {
        return Err("is not the name of a variable, or the beginning of one with `*` behind it");
    }
    let publishing =
        ["TWINE_PASSWORD", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"];
    let registry = pattern.starts_with("CARGO_REGISTR") && is_secret(pattern);
    if publishing.contains(&pattern) || registry || COMMAND_FILES.contains(&pattern) {
        return Err("is for publishing, which no build and no test does");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
