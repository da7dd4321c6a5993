//! How much a message may hold, looked at before anything is made of it: a few bytes of JSON can
//! become many of memory, and nesting becomes stack.

use std::fmt;

use super::scan::DEEPEST;
use super::string;

/// What a message may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Objects and arrays within each other.
    pub(crate) depth: usize,
    /// Members of one object.
    pub(crate) members: usize,
    /// Elements of one array.
    pub(crate) elements: usize,
    /// Members and elements of all of them; an empty one counts as one.
    pub(crate) values: usize,
}

/// What there is too much of, and how much of it there may be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooMuch {
    of: Bound,
    most: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Depth,
    Members,
    Elements,
    Values,
}

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, most } = self;
        match of {
            Bound::Depth => write!(f, "nested deeper than {most}; --json-depth"),
            Bound::Members => write!(f, "an object has more than {most} members; --json-members"),
            Bound::Elements => write!(f, "an array has more than {most} elements; --json-elements"),
            Bound::Values => write!(f, "it holds more than {most} values; --json-values"),
        }?;
        f.write_str(" sets the limit")
    }
}

impl Shape {
    /// Holds a text against it. Of one that is no JSON it may say anything.
    ///
    /// What has few brackets and commas, wherever they stand, is within every bound; they are
    /// counted first, many at a time. That is all that is done for nearly every message.
    pub(super) fn check(&self, text: &[u8]) -> Result<(), TooMuch> {
        let (brackets, commas) = count(text);
        let few = self.members.min(self.elements).min(self.values);
        if brackets <= self.depth.min(DEEPEST) && brackets + commas <= few {
            return Ok(());
        }
        self.walk(text)
    }

    fn walk(&self, text: &[u8]) -> Result<(), TooMuch> {
        let deepest = self.depth.min(DEEPEST);
        // How many more each open object or array may hold.
        let mut open = [(0, false); DEEPEST];
        let (mut depth, mut values) = (0, 0);
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            at += 1;
            match byte {
                b'"' => match string::length(&text[at..]) {
                    Some((length, _)) => at += length + 1,
                    None => return Ok(()), // no JSON
                },
                b'{' | b'[' => {
                    if depth == deepest {
                        return Err(TooMuch { of: Bound::Depth, most: deepest });
                    }
                    let is_array = *byte == b'[';
                    open[depth] =
                        (if is_array { self.elements } else { self.members } - 1, is_array);
                    depth += 1;
                    values += 1;
                }
                b'}' | b']' => depth = depth.saturating_sub(1),
                b',' => {
                    let Some((room, is_array)) = depth.checked_sub(1).map(|top| &mut open[top])
                    else {
                        continue;
                    };
                    *room = match (room.checked_sub(1), is_array) {
                        (Some(room), _) => room,
                        (None, true) => {
                            return Err(TooMuch { of: Bound::Elements, most: self.elements });
                        }
                        (None, false) => {
                            return Err(TooMuch { of: Bound::Members, most: self.members });
                        }
                    };
                    values += 1;
                }
                _ => {}
            }
            if values > self.values {
                return Err(TooMuch { of: Bound::Values, most: self.values });
            }
        }
        Ok(())
    }
}

/// How many opening brackets and commas there are, those in strings too.
fn count(text: &[u8]) -> (usize, usize) {
    /// As many as a byte can count: sums of bytes are made of a whole register at once.
    const LANES: usize = 240;
    let sum = |(brackets, commas): (usize, usize), chunk: &[u8]| {
        let (mut more_brackets, mut more_commas) = (0, 0);
        for byte in chunk {
            more_brackets += u8::from(byte | 0x20 == b'{');
            more_commas += u8::from(*byte == b',');
        }
        (brackets + usize::from(more_brackets), commas + usize::from(more_commas))
    };
    text.chunks(LANES).fold((0, 0), sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { depth: 3, members: 4, elements: 5, values: 9 };

    #[track_caller]
    fn is(text: &str, expected: Result<(), (Bound, usize)>) {
        let told =
            |checked: Result<(), TooMuch>| checked.map_err(|TooMuch { of, most }| (of, most));
        assert_eq!(told(SHAPE.check(text.as_bytes())), expected, "{text}");
        assert_eq!(told(SHAPE.walk(text.as_bytes())), expected, "{text}");
    }

    #[test]
    fn each_bound_holds_at_itself_and_not_past_it() {
        is(r#"{"a":[{"b":1}]}"#, Ok(()));
        is(r#"{"a":[{"b":[]}]}"#, Err((Bound::Depth, 3)));
        is(r#"{"a":1,"b":2,"c":3,"d":4}"#, Ok(()));
        is(r#"{"a":1,"b":2,"c":3,"d":4,"e":5}"#, Err((Bound::Members, 4)));
        is("[1,2,3,4,5]", Ok(()));
        is("[1,2,3,4,5,6]", Err((Bound::Elements, 5)));
        is("[[1,2,3],[1,2],[]]", Ok(()));
        is("[[1,2,3],[1,2],[],0]", Err((Bound::Values, 9)));
    }

    #[test]
    fn what_stands_in_strings_does_not_count() {
        is(r#"["[[[[[[,,,,,,,,", "\"[[[[,,,,,,,,", "\\", "[[[["]"#, Ok(()));
    }

    #[test]
    fn the_depth_is_at_most_what_can_be_read() {
        let shape = Shape { depth: 1000, members: 1000, elements: 1000, values: 1000 };
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(shape.check(nested(DEEPEST).as_bytes()), Ok(()));
        let too_deep = Err(TooMuch { of: Bound::Depth, most: DEEPEST });
        assert_eq!(shape.check(nested(DEEPEST + 1).as_bytes()), too_deep);
        assert!(serde_json::from_str::<serde_json::Value>(&nested(DEEPEST)).is_ok());
    }

    #[test]
    fn what_is_no_json_is_walked_to_its_end() {
        is("]]]],,,,", Ok(()));
        is(r#"{"a\"#, Ok(()));
        is("\"", Ok(()));
    }
}
