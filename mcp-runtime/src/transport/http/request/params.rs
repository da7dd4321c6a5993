//! `Mcp-Param-*`: headers that repeat arguments (streamable-http, "Custom headers").

use http::HeaderName;
use serde_json::{Number, Value};

use super::peer::{HttpPeer, mismatch};
use crate::wire::number::whole;
use crate::wire::tool::Mirrored;
use crate::wire::{ErrorObject, Member, Message, from_text};

/// A header stands beside each argument that is given, and says the same; beside one that is not given, or null,
/// stands none: a proxy would act on a value that the tool never sees.
pub(super) fn mirror(
    peer: &HttpPeer,
    message: &Message,
    mirrored: &[Mirrored],
) -> Result<(), ErrorObject> {
    let raw = message.raw(Member::Arguments).unwrap_or(b"{}");
    // What cannot be read is the method's to refuse.
    let Ok(arguments) = serde_json::from_slice::<Value>(raw) else { return Ok(()) };
    for Mirrored { header, path } in mirrored {
        let Ok(name) = HeaderName::from_bytes(header.as_bytes()) else { continue };
        let said = peer.decoded(&name)?;
        let given = path.iter().try_fold(&arguments, |value, member| value.get(member));
        match (given.filter(|value| !value.is_null()), said) {
            (None, None) => {}
            (Some(value), Some(said)) if agree(value, &said) => {}
            (Some(_), None) => return Err(mismatch(format!("header {name} is missing"))),
            (_, Some(said)) => {
                let path = path.join(".");
                let what =
                    format!("header {name} says {said:.80?}, the argument {path:.80} does not");
                return Err(mismatch(what));
            }
        }
    }
    Ok(())
}

fn agree(value: &Value, said: &str) -> bool {
    match value {
        Value::String(text) => text == said,
        Value::Bool(flag) => said == if *flag { "true" } else { "false" },
        Value::Number(number) => {
            from_text(said).is_ok_and(|said: Number| same_number(number, &said))
        }
        _ => false,
    }
}

/// `42.0` is 42; beyond what a double holds exactly, only the same digits are the same.
fn same_number(one: &Number, other: &Number) -> bool {
    match (exact(one), exact(other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn exact(number: &Number) -> Option<i128> {
    let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    integer.or_else(|| number.as_f64().and_then(whole).map(i128::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::agree;

    #[test]
    fn numbers_agree_by_value_and_text_by_its_bytes() {
        for (value, said, expected) in [
            (json!("a"), "a", true),
            (json!("a"), "A", false),
            (json!("42"), "42.0", false),
            (json!(42), "42", true),
            (json!(42), "42.0", true),
            (json!(42.0), "42", true),
            (json!(42), "4.2e1", true),
            (json!(42), "+42", false),
            (json!(42), "43", false),
            (json!(9_007_199_254_740_993_i64), "9007199254740993", true),
            (json!(9_007_199_254_740_993_i64), "9007199254740992", false),
            (json!(9_007_199_254_740_992_i64), "9007199254740993.0", false),
            (json!(1.5), "1.5", true),
            (json!(true), "true", true),
            (json!(true), "True", false),
            (json!(["a"]), "a", false),
        ] {
            assert_eq!(agree(&value, said), expected, "{value} {said}");
        }
    }
}
