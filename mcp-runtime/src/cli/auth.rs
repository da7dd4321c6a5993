//! Flags that say who may call. Secrets themselves are never flags: other users of a machine see
//! those.

use std::path::PathBuf;

use clap::Args;

/// Who may call (sse, http).
#[derive(Debug, Args)]
pub(super) struct AuthArgs {
    /// Environment variable with the token of somebody who may call; NAME=SCOPES confines it to
    /// scopes, with spaces between them (sse, http)
    #[arg(long, env = "MCP_AUTH_TOKEN_ENV", value_delimiter = ',', value_name = "NAME")]
    auth_token_env: Vec<String>,

    /// File with such tokens: on each line a name, a token, and its scopes if it is confined to
    /// some (sse, http)
    #[arg(long, env = "MCP_AUTH_TOKEN_FILE", value_name = "FILE")]
    auth_token_file: Option<PathBuf>,

    /// OAuth or OpenID Connect server whose access tokens are taken (sse, http)
    #[arg(long, env = "MCP_AUTH_ISSUER", value_name = "URL")]
    auth_issuer: Option<String>,

    /// URL clients know this server by, for which its access tokens are made (sse, http)
    #[arg(long, env = "MCP_AUTH_AUDIENCE", value_name = "URL")]
    auth_audience: Option<String>,

    /// Scope without which nobody may ask for anything (sse, http)
    #[arg(long, env = "MCP_AUTH_SCOPE", value_delimiter = ',', value_name = "SCOPE")]
    auth_scope: Vec<String>,

    /// Client as which the issuer is asked about opaque tokens (sse, http)
    #[arg(long, env = "MCP_AUTH_CLIENT_ID", value_name = "ID")]
    auth_client_id: Option<String>,

    /// Environment variable with that client's secret (sse, http)
    #[arg(long, env = "MCP_AUTH_CLIENT_SECRET_ENV", value_name = "NAME")]
    auth_client_secret_env: Option<String>,

    /// File with that client's secret (sse, http)
    #[arg(
        long,
        env = "MCP_AUTH_CLIENT_SECRET_FILE",
        value_name = "FILE",
        conflicts_with = "auth_client_secret_env"
    )]
    auth_client_secret_file: Option<PathBuf>,
}

#[cfg(all(feature = "http", not(feature = "auth")))]
impl AuthArgs {
    /// What was asked for must not be left out in silence: the server would let everyone in.
    pub(super) fn apply<O>(&self, options: O) -> Result<O, crate::server::Error> {
        let Self {
            auth_token_env,
            auth_token_file,
            auth_issuer,
            auth_audience,
            auth_scope,
            auth_client_id,
            auth_client_secret_env,
            auth_client_secret_file,
        } = self;
        let asked = !auth_token_env.is_empty()
            || !auth_scope.is_empty()
            || auth_token_file.is_some()
            || auth_issuer.is_some()
            || auth_audience.is_some()
            || auth_client_id.is_some()
            || auth_client_secret_env.is_some()
            || auth_client_secret_file.is_some();
        if asked { Err(super::serve::not_built("auth")) } else { Ok(options) }
    }
}

#[cfg(feature = "auth")]
mod applied {
    use std::env::{self, VarError};
    use std::fs;
    use std::path::Path;

    use super::AuthArgs;
    use crate::server::Error;
    use crate::transport::http::{Auth, HttpOptions};

    impl AuthArgs {
        /// The options with what the flags say of who may call.
        pub(in crate::cli) fn apply(&self, options: HttpOptions) -> Result<HttpOptions, Error> {
            let mut auth = Auth::default();
            let mut asked = !self.auth_scope.is_empty();
            for said in &self.auth_token_env {
                auth = with_token(auth, said)?;
                asked = true;
            }
            if let Some(path) = &self.auth_token_file {
                auth = auth.tokens(read("--auth-token-file", path)?);
                asked = true;
            }
            if let Some((issuer, audience)) = self.issuer()? {
                auth = auth.issuer(issuer, audience);
                asked = true;
            }
            if let Some((id, secret)) = self.client()? {
                auth = auth.introspection(id, secret);
                asked = true;
            }
            Ok(if asked { options.auth(auth.scopes(&self.auth_scope)) } else { options })
        }

        fn issuer(&self) -> Result<Option<(&str, &str)>, Error> {
            match (&self.auth_issuer, &self.auth_audience) {
                (Some(issuer), Some(audience)) => Ok(Some((issuer, audience))),
                (None, None) => Ok(None),
                (Some(_), None) => Err(Error::one(
                    "--auth-issuer: add --auth-audience with the URL clients know this server by, \
                     or tokens for any other server would be taken",
                )),
                (None, Some(_)) => Err(Error::one(
                    "--auth-audience: add --auth-issuer with the URL of the server that makes the tokens",
                )),
            }
        }

        fn client(&self) -> Result<Option<(&str, String)>, Error> {
            let secret = match (&self.auth_client_secret_env, &self.auth_client_secret_file) {
                (Some(name), _) => Some(variable("--auth-client-secret-env", name)?),
                (_, Some(path)) => Some(read("--auth-client-secret-file", path)?.trim().to_owned()),
                (None, None) => None,
            };
            match (&self.auth_client_id, secret) {
                (Some(id), Some(secret)) => Ok(Some((id, secret))),
                (None, None) => Ok(None),
                _ => Err(Error::one(
                    "--auth-client-id and --auth-client-secret-env (or -file) go together",
                )),
            }
        }
    }

    /// `NAME`, or `NAME=SCOPES`.
    fn with_token(auth: Auth, said: &str) -> Result<Auth, Error> {
        let (name, scopes) = match said.split_once('=') {
            Some((name, scopes)) => (name.trim(), Some(scopes)),
            None => (said.trim(), None),
        };
        let token = variable("--auth-token-env", name)?;
        let token = token.trim();
        Ok(match scopes {
            Some(scopes) => auth.token_with_scopes(name, token, scopes.split_whitespace()),
            None => auth.token(name, token),
        })
    }

    fn variable(flag: &str, name: &str) -> Result<String, Error> {
        env::var(name).map_err(|error| {
            let what = match error {
                VarError::NotPresent => "is not set",
                VarError::NotUnicode(_) => "is no text",
            };
            // Somebody may have put the secret there, where its name belongs.
            let is_name = |byte: u8| byte == b'_' || byte.is_ascii_uppercase();
            let shown = if name.bytes().all(is_name) { name } else { "NAME" };
            Error::one(format!("{flag} {shown}: the environment variable of that name {what}"))
        })
    }

    fn read(flag: &str, path: &Path) -> Result<String, Error> {
        fs::read_to_string(path)
            .map_err(|error| Error::one(format!("{flag} {}: {error}", path.display())))
    }
}
