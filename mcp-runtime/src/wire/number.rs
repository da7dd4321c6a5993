/// The largest integer that no other number is taken for where numbers are doubles, as they are to
/// many clients and parsers (RFC 8259, section 6).
pub(crate) const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// The integer that a double is, if it is no other one too.
pub(crate) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER as f64).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_one_integer_is_one() {
        for (number, integer) in [
            (0.0, Some(0)),
            (-0.0, Some(0)),
            (-7.0, Some(-7)),
            (0.5, None),
            (9_007_199_254_740_991.0, Some(MAX_SAFE_INTEGER)),
            (9_007_199_254_740_992.0, None), // 2^53 + 1 is read as that, too
            (-1e300, None),
            (f64::INFINITY, None),
            (f64::NAN, None),
        ] {
            assert_eq!(whole(number), integer, "{number}");
        }
    }
}
