//! The tar archive of a source distribution, read header by header.
//!
//! Readers of tar take each other's extensions in different ways: a name or a size may stand in the header, in a GNU
//! header before it, in an extended header before it or in one for all members. A build backend that one reader unpacks
//! is then not the one that another reader judged. So this reader takes the one plain form of each thing, which every
//! reader takes alike, and refuses the rest by name
//! ([pax format](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13),
//! [GNU tar](https://www.gnu.org/software/tar/manual/html_node/Standard.html)).

mod header;
mod pax;
mod reader;

pub(super) use reader::{cut, visit};
