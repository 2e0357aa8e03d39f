//! Reading what is not as it should be: each way to be unreadable has its message, and no bytes make
//! a reader panic, hang or take more memory than it says.

mod any_bytes;
mod limits;
mod release;
mod replay;
mod sdist;
mod zip;
