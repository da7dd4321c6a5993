//! What limits are measured in, and how that is written on a command line.

use std::time::Duration;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Count,
    Bytes,
    Time,
}

/// The type of a limit's value. Every limit is at least one: nothing is without a bound, and a
/// bound of zero would be a feature that is off.
pub(super) trait Kind {
    const UNIT: Unit;
    type Value: Copy;

    fn to_number(value: Self::Value) -> u64;
    fn from_number(number: u64) -> Self::Value;
}

pub(super) struct Count;
pub(super) struct Bytes;
pub(super) struct Time;

impl Kind for Count {
    const UNIT: Unit = Unit::Count;
    type Value = usize;

    fn to_number(value: usize) -> u64 {
        value as u64
    }

    fn from_number(number: u64) -> usize {
        usize::try_from(number).unwrap_or(usize::MAX).max(1)
    }
}

impl Kind for Bytes {
    const UNIT: Unit = Unit::Bytes;
    type Value = usize;

    fn to_number(value: usize) -> u64 {
        Count::to_number(value)
    }

    fn from_number(number: u64) -> usize {
        Count::from_number(number)
    }
}

/// In milliseconds.
impl Kind for Time {
    const UNIT: Unit = Unit::Time;
    type Value = Duration;

    fn to_number(value: Duration) -> u64 {
        u64::try_from(value.as_millis()).unwrap_or(u64::MAX)
    }

    /// At most a year: what is added to the clock must not overflow it.
    fn from_number(number: u64) -> Duration {
        const YEAR: u64 = 365 * 24 * 60 * 60 * 1000;
        Duration::from_millis(number.clamp(1, YEAR))
    }
}

impl Unit {
    /// The suffixes it has, the one without which it is understood first, largest last.
    fn suffixes(self) -> &'static [(&'static str, u64)] {
        match self {
            Self::Count => &[("", 1)],
            Self::Bytes => &[("", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)],
            Self::Time => &[("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)],
        }
    }

    /// What stands for a value in a help text.
    pub(crate) fn placeholder(self) -> &'static str {
        match self {
            Self::Count => "COUNT",
            Self::Bytes => "BYTES",
            Self::Time => "TIME",
        }
    }

    pub(super) fn shown(self, number: u64) -> String {
        let whole = |(_, size): &&(&str, u64)| number.is_multiple_of(*size);
        match self.suffixes().iter().rfind(whole) {
            Some((suffix, size)) => format!("{}{suffix}", number / size),
            None => number.to_string(),
        }
    }

    pub(super) fn parse(self, text: &str) -> Result<u64, String> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, suffix) = text.split_at(digits);
        // A time without a unit is in seconds, as clients and proxies have it.
        let suffix = if self == Self::Time && suffix.is_empty() { "s" } else { suffix };
        let size = self.suffixes().iter().find(|(known, _)| known.eq_ignore_ascii_case(suffix));
        let number =
            number.parse().ok().zip(size).and_then(|(number, (_, size))| size.checked_mul(number));
        number.filter(|number| *number > 0).ok_or_else(|| {
            match self {
                Self::Count => "give a number from 1 on",
                Self::Bytes => "give a size from 1 on, as in 65536, 64KiB, 4MiB or 1GiB",
                Self::Time => "give a time, as in 500ms, 30s, 5m or 1h",
            }
            .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units() {
        for (unit, text, number) in [
            (Unit::Count, "10", Some(10)),
            (Unit::Count, "10k", None),
            (Unit::Count, "0", None),
            (Unit::Count, "-1", None),
            (Unit::Bytes, "100", Some(100)),
            (Unit::Bytes, "4MiB", Some(4 << 20)),
            (Unit::Bytes, "4mib", Some(4 << 20)),
            (Unit::Bytes, "4 MiB", None),
            (Unit::Bytes, "99999999999999999999", None),
            (Unit::Bytes, "18446744073709551615KiB", None),
            (Unit::Time, "2", Some(2000)),
            (Unit::Time, "500ms", Some(500)),
            (Unit::Time, "5m", Some(300_000)),
            (Unit::Time, "", None),
            (Unit::Time, "soon", None),
        ] {
            assert_eq!(unit.parse(text).ok(), number, "{text}");
        }
    }

    #[test]
    fn a_value_is_shown_in_its_largest_unit() {
        assert_eq!(Unit::Bytes.shown(4 << 20), "4MiB");
        assert_eq!(Unit::Bytes.shown(1000), "1000");
        assert_eq!(Unit::Time.shown(1_800_000), "30m");
        assert_eq!(Unit::Time.shown(90_000), "90s");
        assert_eq!(Unit::Count.shown(1024), "1024");
    }

    #[test]
    fn a_limit_is_neither_zero_nor_past_the_clock() {
        assert_eq!(Count::from_number(0), 1);
        let longest = Time::from_number(Time::to_number(Duration::MAX));
        assert!(std::time::Instant::now().checked_add(longest).is_some());
    }
}
