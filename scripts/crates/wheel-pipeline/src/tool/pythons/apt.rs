//! apt with its own state folder. It fetches packages of any Debian release and architecture, and installs nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::failure::Failure;
use crate::folder;
use crate::process::command::Invocation;

/// apt's lists and downloads, separate from those of the machine.
pub struct Apt {
    state: PathBuf,
    architecture: &'static str,
}

impl Apt {
    /// Makes a new state in the folder `state`, for a Debian release and an architecture. With `sources`, for source
    /// packages too.
    pub fn open(
        state: &Path,
        architecture: &'static str,
        suite: &str,
        sources: bool,
    ) -> Result<Self> {
        folder::clear(state)?;
        for new in ["lists/partial", "cache/archives/partial"].map(|new| state.join(new)) {
            fs::create_dir_all(&new).with_context(|| format!("cannot make `{}`", new.display()))?;
        }
        // An empty status says that nothing is installed, so apt fetches every dependency.
        fs::write(state.join("status"), "")?;
        let archive = archive()?;
        let mut list = format!("deb [arch={architecture}] {archive} {suite} main\n");
        if sources {
            list += &format!("deb-src {archive} {suite} main\n");
        }
        fs::write(state.join("sources.list"), list)?;
        let apt = Self { state: state.to_owned(), architecture };
        apt.command().arg("update").check().context("cannot read Debian's lists")?;
        Ok(apt)
    }

    /// Unpacks packages and their dependencies into `folder`.
    pub fn unpack(&self, packages: &[String], folder: &Path) -> Result<()> {
        self.command()
            .args(["--yes", "--download-only", "install"])
            .args(packages)
            .check()
            .context("cannot download Debian's packages")?;
        for package in fs::read_dir(self.state.join("cache/archives"))? {
            let package = package?.path();
            if package.extension().is_some_and(|extension| extension == "deb") {
                Invocation::new("dpkg").arg("-x").arg(&package).arg(folder).check()?;
            }
        }
        Ok(())
    }

    /// Unpacks the upstream source of a package, verified by Debian's lists. Returns its folder.
    pub fn source(&self, package: &str) -> Result<PathBuf> {
        let (place, unpacked) =
            (self.state.join(package), self.state.join(format!("{package}-source")));
        fs::create_dir_all(&place)?;
        fs::create_dir_all(&unpacked)?;
        self.command()
            .args(["source", "--download-only", package])
            .folder(&place)
            .check()
            .with_context(|| format!("cannot download Debian's source of `{package}`"))?;
        let is_release = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.contains(".orig.tar.") && !name.ends_with(".asc")
        };
        let archive = listed(&place)?.into_iter().find(is_release);
        let archive = archive.with_context(|| format!("Debian's `{package}` has no source"))?;
        Invocation::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&unpacked).check()?;
        let folder = listed(&unpacked)?.into_iter().next();
        folder.with_context(|| format!("`{}` is empty", archive.display()))
    }

    /// Removes the state.
    pub fn close(self) -> Result<()> {
        fs::remove_dir_all(&self.state)
            .with_context(|| format!("cannot clear `{}`", self.state.display()))
    }

    fn command(&self) -> Invocation {
        let at = |path: &str| self.state.join(path).display().to_string();
        let options = [
            format!("Dir::State={}", self.state.display()),
            format!("Dir::State::lists={}", at("lists")),
            format!("Dir::State::status={}", at("status")),
            format!("Dir::Cache={}", at("cache")),
            format!("Dir::Etc::sourcelist={}", at("sources.list")),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("APT::Architecture={}", self.architecture),
            format!("APT::Architectures::={}", self.architecture),
            "APT::Sandbox::User=root".to_owned(),
            "APT::Install-Recommends=false".to_owned(),
            "Acquire::Languages=none".to_owned(),
            // The lists of sid expire after a week, and a mirror may be older.
            "Acquire::Check-Valid-Until=false".to_owned(),
        ];
        let apt =
            Invocation::new("apt-get").arg("--quiet=2").env("DEBIAN_FRONTEND", "noninteractive");
        options.iter().fold(apt, |apt, option| apt.args(["-o", option]))
    }
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// The address of the Debian archive that this machine's apt uses.
fn archive() -> Result<String> {
    let question = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"];
    let answer = Invocation::new("apt-get").args(question).run().map_err(|_| {
        Failure::unknown(
            "`apt-get` is not on `PATH`, and foreign Pythons are made from Debian's packages",
        )
        .hint("run this command on Debian or Ubuntu")
    })?;
    let own = answer.check()?.stdout;
    let main = own.lines().find(|line| line.trim_end_matches('/').ends_with("/debian"));
    Ok(main.unwrap_or("http://deb.debian.org/debian/").to_owned())
}
