use std::fmt;
use std::sync::Arc;

use ring::digest::{SHA256, digest};
use subtle::ConstantTimeEq;

use super::bearer::is_token;
use crate::context::Principal;
use crate::server::Error;

/// The fewest characters of a static token: one that can be guessed guards nothing.
const SHORTEST: usize = 16;

/// Tokens that an operator has given out, each with a name. Kept as digests, so that they stand
/// nowhere in memory.
#[derive(Clone, Default)]
pub(super) struct Tokens {
    known: Vec<([u8; 32], Arc<Principal>)>,
}

impl Tokens {
    /// `scopes`: none for a token that may do everything.
    pub(super) fn add(
        &mut self,
        name: &str,
        token: &str,
        scopes: Option<Vec<String>>,
    ) -> Result<(), Error> {
        let refuse = |what: &str| Err(Error::one(format!("the token `{name}` {what}")));
        if name.is_empty() {
            return Err(Error::one("a token has no name: say whose it is"));
        }
        if !is_token(token) {
            return refuse("may have letters, digits and `-._~+/=`, and nothing else");
        }
        if token.len() < SHORTEST {
            return refuse("has fewer than 16 characters; make one with `openssl rand -hex 32`");
        }
        let key = key(token);
        if self.known.iter().any(|(known, _)| *known == key) {
            return refuse("is another's too: each caller needs a token of their own");
        }
        if self.known.iter().any(|(_, principal)| principal.subject() == name) {
            return refuse("is repeated: a name is one caller's");
        }
        let principal = Principal::of_token(name);
        let principal = match scopes {
            Some(scopes) => principal.with_scopes(scopes),
            None => principal.with_every_scope(),
        };
        self.known.push((key, Arc::new(principal)));
        Ok(())
    }

    /// Lines of a name, a token, and the scopes it is confined to; `#` begins a comment.
    pub(super) fn add_lines(&mut self, text: &str) -> Result<(), Error> {
        for (number, line) in text.lines().enumerate() {
            let mut words = line.split_whitespace();
            let Some(name) = words.next().filter(|word| !word.starts_with('#')) else { continue };
            let Some(token) = words.next() else {
                let what = format!(
                    "the tokens, line {}: write `NAME TOKEN`, and scopes behind it",
                    number + 1
                );
                return Err(Error::one(what));
            };
            let scopes: Vec<_> = words.map(str::to_owned).collect();
            let scopes = (!scopes.is_empty()).then_some(scopes);
            self.add(name, token, scopes)
                .map_err(|error| Error::one(format!("the tokens, line {}: {error}", number + 1)))?;
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whose token it is. Takes as long whichever it is: all are compared, whole.
    pub(super) fn bearer(&self, token: &str) -> Option<&Arc<Principal>> {
        let asked = key(token);
        let mut found = None;
        for (key, principal) in &self.known {
            if bool::from(key.ct_eq(&asked)) {
                found = Some(principal);
            }
        }
        found
    }
}

/// What is kept of a token.
pub(super) fn key(token: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    key
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.known.iter().map(|(_, principal)| principal.subject())).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = "0123456789abcdef-ada";

    #[test]
    fn a_token_is_its_bearers() {
        let mut tokens = Tokens::default();
        tokens
            .add_lines(&format!("# ours\n\nada {ADA}\n  ci 0123456789abcdef files:read a\n"))
            .unwrap();
        let ada = tokens.bearer(ADA).unwrap();
        assert_eq!((ada.subject(), ada.token_name(), ada.issuer()), ("ada", Some("ada"), None));
        assert!(ada.has_scope("anything"));
        let ci = tokens.bearer("0123456789abcdef").unwrap();
        assert_eq!(ci.scopes().collect::<Vec<_>>(), ["a", "files:read"]);
        for other in ["", "0123456789abcde", "0123456789abcdef-ad", "0123456789ABCDEF"] {
            assert!(tokens.bearer(other).is_none(), "{other}");
        }
        assert!(!format!("{tokens:?}").contains("0123"));
    }

    #[test]
    fn what_guards_nothing_is_refused_and_never_shown() {
        for (lines, what) in [
            ("ada", "line 1: write `NAME TOKEN`"),
            ("ada short", "line 1: the token `ada` has fewer than 16 characters"),
            ("ada 0123456789abcdé", "may have letters"),
            ("ada 0123456789abcdef\nbob 0123456789abcdef", "line 2: the token `bob` is another's"),
            ("ada 0123456789abcdef\nada 0123456789abcdef2", "`ada` is repeated"),
        ] {
            let error = Tokens::default().add_lines(lines).unwrap_err().to_string();
            assert!(error.contains(what), "{error}");
            assert!(!error.contains("0123456789"), "{error}");
        }
    }
}
