//! Software bills of materials (SBOM) in a wheel ([PEP 770](https://peps.python.org/pep-0770/)).

/// Returns whether a member lies where a wheel keeps its SBOMs.
pub fn is_sbom(member: &str) -> bool {
    member.contains(".dist-info/sboms/")
}
