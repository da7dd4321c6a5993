//! Where in JSON a reader stopped: serde knows the byte, a model wants the names.
//!
//! A deserializer that keeps track would be compiled for every type once more.

/// The members and elements that lead to the value at a byte of JSON without white space: `tags[1].name`. A name
/// belongs to its value, and the byte behind a value to that value; nothing is the text as a whole.
pub(super) fn path_at(json: &[u8], byte: usize) -> String {
    let mut within: Vec<Step<'_>> = Vec::new();
    let mut at = 0;
    while let Some(next) = json.get(at).filter(|_| at < byte) {
        let start = at;
        at += 1;
        match next {
            b'{' => within.push(Step::Member(None)),
            b'[' => within.push(Step::Element(0)),
            b'}' | b']' => drop(within.pop()),
            b',' => match within.last_mut() {
                Some(Step::Element(index)) => *index += 1,
                Some(Step::Member(name)) => *name = None,
                None => {}
            },
            b'"' => {
                at = end_of_string(json, at);
                if let Some(Step::Member(name @ None)) = within.last_mut() {
                    *name = json.get(start..at);
                }
            }
            _ => {}
        }
    }
    let mut path = String::new();
    for step in within {
        step.write(&mut path);
    }
    path
}

/// One step down into what a byte is in.
enum Step<'a> {
    /// A member, by its name as it is written; none between two.
    Member(Option<&'a [u8]>),
    Element(usize),
}

impl Step<'_> {
    fn write(self, path: &mut String) {
        match self {
            Self::Member(None) => {}
            Self::Member(Some(written)) => {
                let name: String = serde_json::from_slice(written).unwrap_or_default();
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&name);
            }
            Self::Element(index) => path.push_str(&format!("[{index}]")),
        }
    }
}

/// Behind the string whose first character is at `at`.
fn end_of_string(json: &[u8], mut at: usize) -> usize {
    loop {
        match json.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return json.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::path_at;

    #[test]
    fn every_byte_has_its_path() {
        let json = br#"{"a":[1,{"b\"":"}"}],"c":{}}"#;
        for (found, path) in [
            ("", ""),
            ("{", ""),
            (r#"{"a""#, "a"),
            (r#"{"a":"#, "a"),
            (r#"{"a":["#, "a[0]"),
            (r#"{"a":[1"#, "a[0]"),
            (r#"{"a":[1,"#, "a[1]"),
            (r#"{"a":[1,{"b\"""#, "a[1].b\""),
            (r#"{"a":[1,{"b\"":"}""#, "a[1].b\""),
            (r#"{"a":[1,{"b\"":"}"}"#, "a[1]"),
            (r#"{"a":[1,{"b\"":"}"}]"#, "a"),
            (r#"{"a":[1,{"b\"":"}"}],"c":{}"#, "c"),
            (r#"{"a":[1,{"b\"":"}"}],"c":{}}"#, ""),
        ] {
            assert!(json.starts_with(found.as_bytes()));
            assert_eq!(path_at(json, found.len()), path, "{found}");
        }
        assert_eq!(path_at(b"\"a", 9), "", "what is cut off is no panic");
    }
}
