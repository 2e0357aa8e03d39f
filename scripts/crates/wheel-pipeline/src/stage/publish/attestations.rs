//! The choice of `--attestations`.

use clap::ValueEnum;

/// The indexes that get attestations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Attestations {
    /// To PyPI and TestPyPI, if this machine can prove who it is
    #[default]
    Auto,
    /// To any index, and not at all if this machine cannot prove who it is
    Always,
    Never,
}
