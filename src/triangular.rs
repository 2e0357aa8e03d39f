//! The arithmetic: the sum 1 + 2 + … + n in closed form, and sums as decimal digits.
//!
//! Plain Rust without a Python type, so that it can run detached from the interpreter.

use num_bigint::{BigInt, BigUint};

/// An integer of any size; one that fits a machine word needs no allocation.
pub enum Integer {
    Word(i64),
    Large(BigInt),
}

impl From<Integer> for BigInt {
    fn from(integer: Integer) -> Self {
        match integer {
            Integer::Word(word) => word.into(),
            Integer::Large(large) => large,
        }
    }
}

/// The sum 1 + 2 + … + n, 0 for n < 1; none if it does not fit 64 bits.
///
/// The product stays below 2^127 for every `i64`, so it cannot overflow.
pub fn up_to_word(n: i64) -> Option<u64> {
    let n = u128::try_from(n).unwrap_or(0);
    u64::try_from(n * (n + 1) / 2).ok()
}

/// The sum 1 + 2 + … + n, 0 for n < 1.
pub fn up_to_large(n: &BigInt) -> BigUint {
    let n = n.to_biguint().unwrap_or_default();
    ((&n + 1_u8) * n) >> 1_u8
}

/// The decimal digits of a + b, with a leading `-` if it is negative.
pub fn words_in_decimal(a: i64, b: i64) -> String {
    (i128::from(a) + i128::from(b)).to_string()
}

/// The decimal digits of a + b, with a leading `-` if it is negative.
pub fn large_in_decimal(a: BigInt, b: BigInt) -> String {
    (a + b).to_string()
}
