//! Software bills of materials (SBOM) in a wheel ([PEP 770](https://peps.python.org/pep-0770/)).

use serde::Deserialize;

/// Returns whether a member lies where a wheel keeps its SBOMs.
pub fn is_sbom(member: &str) -> bool {
    member.contains(".dist-info/sboms/")
}

/// A bill of materials in JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bill {
    /// It is not JSON, for this reason.
    Broken(String),
    /// It is JSON, and describes this component, if it is a CycloneDX document that names one.
    Read(Option<Component>),
}

/// The component that a bill describes ([CycloneDX](https://cyclonedx.org/docs/1.6/json/#metadata_component)).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
}

/// The longest name or version that is kept, in bytes.
const TEXT_LIMIT: usize = 256;

#[derive(Deserialize)]
struct Document {
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    component: Option<Component>,
}

impl Bill {
    /// Reads a bill whose name says that it is JSON; `None` for another.
    pub(super) fn read(member: &str, content: &[u8]) -> Option<Self> {
        if !member.ends_with(".json") {
            return None;
        }
        let broken = |error: serde_json::Error| Self::Broken(error.to_string());
        if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(content) {
            return Some(broken(error));
        }
        // Documents of other formats may have other things under these names.
        let document: Option<Document> = serde_json::from_slice(content).ok();
        let component = document.and_then(|document| document.metadata?.component);
        let is_short = |component: &Component| {
            component.name.len() + component.version.as_ref().map_or(0, String::len) <= TEXT_LIMIT
        };
        Some(Self::Read(component.filter(is_short)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_of_cyclonedx_are_read_and_other_documents_are_taken() {
        let read = |text: &str| Bill::read("x.dist-info/sboms/a.json", text.as_bytes());
        let component = r#"{"metadata": {"component": {"name": "a", "version": "1", "x": []}}}"#;
        let found = Component { name: "a".to_owned(), version: Some("1".to_owned()) };
        assert_eq!(read(component), Some(Bill::Read(Some(found))));
        for other in [
            "{}",
            "[]",
            r#"{"metadata": {}}"#,
            r#"{"metadata": "2026"}"#,
            r#"{"spdxVersion": "SPDX-2.3"}"#,
        ] {
            assert_eq!(read(other), Some(Bill::Read(None)), "{other}");
        }
        assert!(matches!(read("<bom/>"), Some(Bill::Broken(_))));
        assert_eq!(Bill::read("x.dist-info/sboms/a.xml", b"<bom/>"), None);
    }
}
