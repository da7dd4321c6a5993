use std::sync::Arc;

use super::Principal;

/// Who sends a message, as far as its transport knows.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// Whoever started the process: may do everything (basic/authorization, "Protocol Requirements").
    Local,
    /// Someone on the network who was not asked: may do what needs no scope.
    Anyone,
    Known(Arc<Principal>),
}

impl Caller {
    pub(crate) fn principal(&self) -> Option<&Principal> {
        match self {
            Self::Known(principal) => Some(principal),
            Self::Local | Self::Anyone => None,
        }
    }

    /// Whether what belongs to the one belongs to the other.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local, Self::Local) | (Self::Anyone, Self::Anyone) => true,
            (Self::Known(one), Self::Known(other)) => one.key() == other.key(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_an_issuer_and_a_subject() {
        let known = |principal: Principal| Caller::Known(Arc::new(principal));
        let ada = || Principal::new("ada").with_issuer("a");
        assert!(known(ada()).is(&known(ada().with_scopes(["more"]))));
        for other in [Principal::new("ada"), ada().with_issuer("b"), Principal::new("bob")] {
            assert!(!known(ada()).is(&known(other)));
        }
        assert!(!known(ada()).is(&Caller::Anyone));
        assert!(!Caller::Local.is(&Caller::Anyone));
    }
}
