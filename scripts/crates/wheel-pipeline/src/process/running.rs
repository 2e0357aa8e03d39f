//! A started process with all that it starts: one group, which is ended as a whole.

use std::io;
use std::process::Command;

use process_wrap::std::{ChildWrapper, CommandWrap};

use super::interrupt;

/// A started command, as long as this value lives. A second interrupt ends all of them.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) child: Box<dyn ChildWrapper>,
}

impl Running {
    /// Starts a command.
    pub(super) fn start(command: Command) -> io::Result<Self> {
        let mut command = CommandWrap::from(command);
        // The command gets a process group of its own. Ctrl-C then reaches this program only, which ends the group.
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let child = command.spawn()?;
        interrupt::started(child.id());
        Ok(Self { child })
    }

    /// Ends the command and every process that it started.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match self.child.start_kill() {
            // ESRCH: the group has ended already.
            Err(error) if error.raw_os_error() == Some(3) => {}
            other => other?,
        }
        self.child.wait().map(drop)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        interrupt::ended(self.child.id());
    }
}
