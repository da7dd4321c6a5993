use super::Variables;
use crate::handler::{Operator, TextValue, UriPart, UriTemplate};

/// The variables that expand `template` to `uri`, if any do: RFC 6570 read backwards.
///
/// A variable takes as much as it can. Linear in the length of the URI for each part, whatever the
/// URI looks like: where each part may end is worked out once, from the right.
pub(super) fn variables(template: &UriTemplate, uri: &str) -> Option<Variables> {
    let (path, query) = split_query(template.parts);
    let (uri_path, uri_query) = match (query.is_empty(), uri.split_once('?')) {
        (false, Some((path, query))) => (path, Some(query)),
        _ => (uri, None),
    };
    let mut variables = path_variables(path, uri_path)?;
    query_variables(query, uri_query, &mut variables)?;
    Some(variables)
}

fn split_query(parts: &[UriPart]) -> (&[UriPart], &[UriPart]) {
    let is_query = |part: &UriPart| {
        matches!(
            part,
            UriPart::Variable { operator: Operator::Query | Operator::QueryContinuation, .. }
        )
    };
    let start = parts.iter().position(is_query).unwrap_or(parts.len());
    parts.split_at(start)
}

fn path_variables(parts: &[UriPart], uri: &str) -> Option<Variables> {
    let ends = possible_starts(parts, uri.as_bytes());
    if !ends[0][0] {
        return None;
    }
    let mut variables = Vec::new();
    let mut at = 0;
    for (index, part) in parts.iter().enumerate() {
        match *part {
            UriPart::Literal(literal) => at += literal.len(),
            UriPart::Variable { name, operator, explode } => {
                let longest = longest_value(operator, explode, &uri.as_bytes()[at..]);
                let end = (at + 1..=at + longest).rev().find(|end| ends[index + 1][*end])?;
                let text = uri.get(at + operator_prefix(operator).len()..end)?;
                variables.push((name, value(operator, explode, text)?));
                at = end;
            }
        }
    }
    Some(variables)
}

/// `[part][position]`: whether the parts from this one on can match the URI from there to its end.
fn possible_starts(parts: &[UriPart], uri: &[u8]) -> Vec<Vec<bool>> {
    let mut table = vec![vec![false; uri.len() + 1]; parts.len() + 1];
    table[parts.len()][uri.len()] = true;
    for (index, part) in parts.iter().enumerate().rev() {
        let (before, after) = table.split_at_mut(index + 1);
        let (row, next) = (&mut before[index], &after[0]);
        match *part {
            UriPart::Literal(literal) => {
                for at in 0..=uri.len() {
                    row[at] = uri[at..].starts_with(literal.as_bytes()) && next[at + literal.len()];
                }
            }
            UriPart::Variable { operator, explode, .. } => {
                mark_variable(row, next, operator, explode, uri)
            }
        }
    }
    table
}

fn mark_variable(row: &mut [bool], next: &[bool], operator: Operator, explode: bool, uri: &[u8]) {
    let prefix = operator_prefix(operator);
    // How many of the ends up to here are possible, to ask for any in a range at once.
    let mut possible = vec![0_usize; next.len() + 1];
    for (at, ends) in next.iter().enumerate() {
        possible[at + 1] = possible[at] + usize::from(*ends);
    }
    // The length of the run of characters a value may have, from here on; none past the end.
    let mut runs = vec![0; uri.len() + 1];
    for at in (0..uri.len()).rev() {
        runs[at] = if takes(operator, explode, uri[at]) { runs[at + 1] + 1 } else { 0 };
        if uri[at..].starts_with(prefix) {
            let first = at + prefix.len();
            let (first_end, last_end) = (first + 1, first + runs[first]);
            row[at] = first_end <= last_end && possible[last_end + 1] > possible[first_end];
        }
    }
}

/// The longest value, with its prefix, at the start of `uri`.
fn longest_value(operator: Operator, explode: bool, uri: &[u8]) -> usize {
    let prefix = operator_prefix(operator).len();
    let value = uri.iter().skip(prefix);
    prefix + value.take_while(|byte| takes(operator, explode, **byte)).count()
}

/// What an operator writes before its value.
fn operator_prefix(operator: Operator) -> &'static [u8] {
    match operator {
        Operator::Simple | Operator::Reserved | Operator::Query | Operator::QueryContinuation => {
            b""
        }
        Operator::Fragment => b"#",
        Operator::Label => b".",
        Operator::Path => b"/",
    }
}

/// Which characters a value may hold: reserved ones as they are only where the operator says so.
fn takes(operator: Operator, explode: bool, byte: u8) -> bool {
    match operator {
        Operator::Reserved | Operator::Fragment => true,
        Operator::Path if explode => !matches!(byte, b'?' | b'#'),
        _ => !matches!(byte, b'/' | b'?' | b'#'),
    }
}

fn value(operator: Operator, explode: bool, text: &str) -> Option<TextValue> {
    if explode {
        let segments =
            text.split('/').map(|segment| decode(segment).filter(|text| is_one_segment(text)));
        return segments.collect::<Option<_>>().map(TextValue::Many);
    }
    let text = decode(text)?;
    let raw = matches!(operator, Operator::Reserved | Operator::Fragment);
    (if raw { !text.contains('\0') } else { is_one_segment(&text) }).then_some(TextValue::One(text))
}

/// Whether a value stays where it stands: an encoded `/` or `..` must not climb out of it.
fn is_one_segment(text: &str) -> bool {
    !text.contains(['/', '\0']) && text != ".." && text != "."
}

/// The members of a query, in any order; each may be missing, none may be foreign or twice.
fn query_variables(
    parts: &[UriPart],
    query: Option<&str>,
    variables: &mut Variables,
) -> Option<()> {
    let names = || {
        parts.iter().filter_map(|part| match *part {
            UriPart::Variable { name, .. } => Some(name),
            UriPart::Literal(_) => None,
        })
    };
    for pair in query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty())
    {
        let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
        let name = names().find(|known| *known == name)?;
        if variables.iter().any(|(known, _)| *known == name) {
            return None;
        }
        variables.push((name, TextValue::One(decode(text).filter(|text| !text.contains('\0'))?)));
    }
    Some(())
}

/// Percent-decodes; `None` if that is not UTF-8 or not an encoding.
fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn variable(name: &'static str, operator: Operator, explode: bool) -> UriPart {
        UriPart::Variable { name, operator, explode }
    }

    /// The values a template reads from a URI, `|` between the elements of a list.
    fn read(parts: &'static [UriPart], uri: &str) -> Option<String> {
        let variables = variables(&UriTemplate::new("", parts), uri)?;
        let shown = variables.iter().map(|(name, value)| match value {
            TextValue::One(text) => format!("{name}={text}"),
            TextValue::Many(texts) => format!("{name}={}", texts.join("|")),
        });
        Some(shown.collect::<Vec<_>>().join(" "))
    }

    const PROFILE: &[UriPart] = &[
        UriPart::Literal("users://"),
        variable("id", Operator::Simple, false),
        UriPart::Literal("/profile"),
    ];
    const FILE: &[UriPart] = &[
        UriPart::Literal("file://"),
        variable("name", Operator::Simple, false),
        UriPart::Literal("."),
        variable("ext", Operator::Simple, false),
    ];
    const TREE: &[UriPart] = &[UriPart::Literal("tree:"), variable("path", Operator::Path, true)];
    const ANY: &[UriPart] =
        &[UriPart::Literal("any:"), variable("rest", Operator::Reserved, false)];
    const SEARCH: &[UriPart] = &[
        UriPart::Literal("search://all"),
        variable("q", Operator::Query, false),
        variable("page", Operator::QueryContinuation, false),
    ];

    #[test]
    fn uris_are_read_backwards() {
        for (parts, uri, expected) in [
            (PROFILE, "users://7/profile", Some("id=7")),
            (PROFILE, "users://a%20b/profile", Some("id=a b")),
            (PROFILE, "users:///profile", None),
            (PROFILE, "users://7/8/profile", None),
            (PROFILE, "users://7/profile/", None),
            (FILE, "file://a.tar.gz", Some("name=a.tar ext=gz")),
            (TREE, "tree:/a/b%20c", Some("path=a|b c")),
            (TREE, "tree:", None),
            (ANY, "any:a/../b?c", Some("rest=a/../b?c")),
            (SEARCH, "search://all", Some("")),
            (SEARCH, "search://all?page=2&q=a%26b", Some("page=2 q=a&b")),
            (SEARCH, "search://all?x=1", None),
            (SEARCH, "search://all?q=1&q=2", None),
        ] {
            assert_eq!(read(parts, uri).as_deref(), expected, "{uri}");
        }
    }

    #[test]
    fn values_cannot_climb_out() {
        for uri in [
            "users://../profile",
            "users://%2e%2e/profile",
            "users://a%2Fb/profile",
            "users://a%00/profile",
            "users://%ff/profile",
            "users://%4/profile",
        ] {
            assert_eq!(read(PROFILE, uri), None, "{uri}");
        }
        assert_eq!(read(TREE, "tree:/a/../b"), None);
        // Decoded once: what is left is a name like any other.
        assert_eq!(read(PROFILE, "users://%252e%252e/profile").as_deref(), Some("id=%2e%2e"));
    }

    #[test]
    fn long_uris_take_linear_time() {
        let dots = "x.".repeat(20_000);
        assert_eq!(read(FILE, &format!("file://{dots}/")), None);
        assert!(read(FILE, &format!("file://{dots}y")).is_some());
        let slashes = "/x".repeat(20_000);
        assert_eq!(read(TREE, &format!("tree:{slashes}#")), None);
        assert!(read(TREE, &format!("tree:{slashes}")).is_some());
    }
}
