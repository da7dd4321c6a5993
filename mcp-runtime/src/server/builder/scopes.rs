use std::collections::{HashMap, HashSet};

use crate::context::Caller;
use crate::server::Server;

/// Which scope stands for which others, as the author has said
/// (basic/authorization, "Step-Up Authorization Flow").
#[derive(Debug, Clone, Default)]
pub(crate) struct Scopes {
    /// For each scope those that stand for it, however indirectly.
    implied_by: HashMap<String, HashSet<String>>,
}

impl Scopes {
    /// `broad` stands for `narrow`, and so for all that stands for.
    pub(super) fn imply(&mut self, broad: String, narrow: impl IntoIterator<Item = String>) {
        let mut broader = self.implied_by.get(&broad).cloned().unwrap_or_default();
        broader.insert(broad);
        for narrow in narrow {
            for (scope, implied_by) in &mut self.implied_by {
                if *scope == narrow || implied_by.contains(&narrow) {
                    implied_by.extend(broader.iter().cloned());
                }
            }
            self.implied_by.entry(narrow).or_default().extend(broader.iter().cloned());
        }
    }

    /// Whether a caller may do what needs all of these.
    pub(crate) fn allow<S: AsRef<str>>(&self, caller: &Caller, needed: &[S]) -> bool {
        let principal = match caller {
            Caller::Local => return true,
            Caller::Anyone => return needed.is_empty(),
            Caller::Known(principal) => principal,
        };
        needed.iter().map(AsRef::as_ref).all(|scope| {
            let implied = self.implied_by.get(scope);
            principal.has_scope(scope)
                || implied.is_some_and(|by| by.iter().any(|by| principal.has_scope(by)))
        })
    }
}

impl<A> Server<A> {
    /// A scope that stands for others: who holds `broad` may do what needs any of `narrow`, and what
    /// those stand for in turn. May be said several times.
    ///
    /// ```
    /// use mcp_runtime::{Server, tool, tools};
    ///
    /// /// Deletes a file.
    /// #[tool(scopes("files:write"))]
    /// fn delete(path: String) {
    ///     let _ = path;
    /// }
    ///
    /// let server = Server::new("files", "1.0.0")
    ///     .with(tools![delete])
    ///     .scope_implies("files:write", ["files:read"])
    ///     .scope_implies("admin", ["files:write"]);
    /// # let _ = server;
    /// ```
    pub fn scope_implies(
        mut self,
        broad: impl Into<String>,
        narrow: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.scopes.imply(broad.into(), narrow.into_iter().map(Into::into));
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::context::Principal;

    fn scopes(rules: &[(&str, &[&str])]) -> Scopes {
        let mut scopes = Scopes::default();
        for (broad, narrow) in rules {
            scopes.imply((*broad).to_owned(), narrow.iter().map(|scope| (*scope).to_owned()));
        }
        scopes
    }

    fn allow(scopes: &Scopes, held: &[&str], needed: &[&str]) -> bool {
        let principal = Principal::new("ada").with_scopes(held.iter().copied());
        scopes.allow(&Caller::Known(Arc::new(principal)), needed)
    }

    #[test]
    fn every_scope_is_needed() {
        let plain = Scopes::default();
        assert!(allow(&plain, &["a", "b"], &["b", "a"]));
        assert!(!allow(&plain, &["a"], &["a", "b"]));
        assert!(!allow(&plain, &["ab"], &["a"]));
        assert!(allow(&plain, &[], &[]));
        let all = Arc::new(Principal::new("ci").with_every_scope());
        assert!(plain.allow(&Caller::Known(all), &["a", "b"]));
    }

    #[test]
    fn who_was_not_asked_holds_none_and_who_started_the_process_all() {
        let plain = Scopes::default();
        assert!(plain.allow(&Caller::Local, &["a"]));
        assert!(!plain.allow(&Caller::Anyone, &["a"]));
        assert!(plain.allow::<&str>(&Caller::Anyone, &[]));
    }

    #[test]
    fn a_scope_stands_for_others_in_whatever_order_that_is_said() {
        let rules: [(&str, &[&str]); 3] =
            [("admin", &["write"]), ("write", &["read", "list"]), ("root", &["admin"])];
        for turn in 0..rules.len() {
            let mut rules = rules;
            rules.rotate_left(turn);
            let scopes = scopes(&rules);
            for held in ["root", "admin", "write"] {
                assert!(allow(&scopes, &[held], &["read", "list", "write"]), "{held} {turn}");
            }
            assert!(!allow(&scopes, &["read"], &["write"]));
            assert!(!allow(&scopes, &["write"], &["admin"]));
            assert!(!allow(&scopes, &["admin"], &["root"]));
        }
        let circle = scopes(&[("a", &["b"]), ("b", &["a"])]);
        assert!(allow(&circle, &["a"], &["b"]) && allow(&circle, &["b"], &["a"]));
    }
}
