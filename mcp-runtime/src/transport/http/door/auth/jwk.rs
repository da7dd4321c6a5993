use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, EcdsaVerificationAlgorithm, RsaParameters, UnparsedPublicKey};
use serde::Deserialize;

/// Keys of one set that are looked at.
const MOST: usize = 64;

/// How a token may be signed (RFC 7518, RFC 8037): so that who can check a signature cannot make one.
/// There is no `none` and no `HS256` to choose.
#[derive(Debug, Clone, Copy)]
pub(super) enum Algorithm {
    Rsa(&'static RsaParameters),
    Ecdsa(Curve),
    Ed25519,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    P256,
    P384,
}

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
            "RS384" => Self::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
            "RS512" => Self::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
            "PS256" => Self::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
            "PS384" => Self::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
            "PS512" => Self::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
            "ES256" => Self::Ecdsa(Curve::P256),
            "ES384" => Self::Ecdsa(Curve::P384),
            "EdDSA" | "Ed25519" => Self::Ed25519,
            _ => return None,
        })
    }
}

/// A public key of the authorisation server (RFC 7517).
#[derive(Debug)]
pub(super) struct Key {
    id: Option<String>,
    /// The only algorithm it is for, if it says so.
    algorithm: Option<String>,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ec(Curve, Vec<u8>),
    Ed25519(Vec<u8>),
}

/// The members of all kinds of key.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys of a set that can check signatures; others are none of ours.
pub(super) fn parse_set(json: &[u8]) -> Result<Vec<Key>, String> {
    #[derive(Deserialize)]
    struct Set {
        keys: Vec<serde_json::Value>,
    }
    let set: Set = serde_json::from_slice(json).map_err(|_| "is no set of keys")?;
    if set.keys.len() > MOST {
        return Err(format!("has more than {MOST} keys"));
    }
    let keys = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
    Ok(keys.filter_map(Key::of).collect())
}

impl Key {
    fn of(jwk: Jwk) -> Option<Self> {
        if jwk.usage.is_some_and(|usage| usage != "sig") {
            return None;
        }
        let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let material = match (&*jwk.kty, jwk.crv.as_deref()) {
            ("RSA", _) => Material::Rsa { n: bytes(jwk.n)?, e: bytes(jwk.e)? },
            ("EC", Some("P-256")) => Material::Ec(Curve::P256, point(jwk.x, jwk.y)?),
            ("EC", Some("P-384")) => Material::Ec(Curve::P384, point(jwk.x, jwk.y)?),
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes(jwk.x)?),
            _ => return None,
        };
        Some(Self { id: jwk.kid, algorithm: jwk.alg, material })
    }

    /// Whether it may have signed what says that it was signed by this key, in this way.
    pub(super) fn fits(&self, id: Option<&str>, name: &str, algorithm: Algorithm) -> bool {
        let kind = match (&self.material, algorithm) {
            (Material::Rsa { .. }, Algorithm::Rsa(_)) => true,
            (Material::Ec(own, _), Algorithm::Ecdsa(curve)) => *own == curve,
            (Material::Ed25519(_), Algorithm::Ed25519) => true,
            _ => false,
        };
        kind && (id.is_none() || self.id.as_deref() == id)
            && self.algorithm.as_deref().is_none_or(|own| own == name)
    }

    pub(super) fn has_signed(&self, algorithm: Algorithm, text: &[u8], by: &[u8]) -> bool {
        let checked = match (&self.material, algorithm) {
            (Material::Rsa { n, e }, Algorithm::Rsa(parameters)) => {
                let n = n.strip_prefix(&[0]).unwrap_or(n); // some write a sign
                signature::RsaPublicKeyComponents { n, e: e.as_slice() }
                    .verify(parameters, text, by)
            }
            (Material::Ec(curve, point), Algorithm::Ecdsa(_)) => {
                let parameters: &'static EcdsaVerificationAlgorithm = match curve {
                    Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
                    Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
                };
                UnparsedPublicKey::new(parameters, point).verify(text, by)
            }
            (Material::Ed25519(key), Algorithm::Ed25519) => {
                UnparsedPublicKey::new(&signature::ED25519, key).verify(text, by)
            }
            _ => return false,
        };
        checked.is_ok()
    }
}

/// A point of a curve as SEC 1 writes it, uncompressed.
fn point(x: Option<String>, y: Option<String>) -> Option<Vec<u8>> {
    let mut point = vec![4];
    for coordinate in [x?, y?] {
        point.extend(URL_SAFE_NO_PAD.decode(coordinate).ok()?);
    }
    Some(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_gives_the_keys_that_check_signatures() {
        let set = br#"{ "keys": [
            { "kty": "oct", "k": "c2VjcmV0", "kid": "secret" },
            { "kty": "RSA", "n": "AQAB", "e": "AQAB", "use": "enc" },
            { "kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "a", "alg": "RS256" },
            { "kty": "RSA", "kid": "half" },
            { "kty": "EC", "crv": "P-521", "x": "AQAB", "y": "AQAB" },
            { "kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB", "kid": "a" },
            "no key", { "kty": 1 }
        ] }"#;
        let keys = parse_set(set).unwrap();
        assert_eq!(keys.len(), 2);
        let fits = |id, name: &str| {
            let algorithm = Algorithm::named(name).unwrap();
            keys.iter().filter(|key| key.fits(id, name, algorithm)).count()
        };
        assert_eq!(
            (fits(Some("a"), "RS256"), fits(None, "RS256"), fits(Some("b"), "RS256")),
            (1, 1, 0)
        );
        assert_eq!(fits(Some("a"), "PS256"), 0, "it is for another algorithm");
        assert_eq!((fits(Some("a"), "ES256"), fits(Some("a"), "ES384")), (1, 0));
    }

    #[test]
    fn a_set_is_bounded_and_a_set() {
        let of = |count: usize| {
            let keys = vec![serde_json::json!({ "kty": "oct" }); count];
            parse_set(serde_json::json!({ "keys": keys }).to_string().as_bytes())
        };
        assert!(of(MOST).is_ok());
        assert!(of(MOST + 1).unwrap_err().contains("more than 64 keys"));
        for bad in ["", "{}", "[]", r#"{"keys":{}}"#] {
            assert!(parse_set(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_can_be_checked_can_not_be_made() {
        for name in ["none", "None", "", "HS256", "HS384", "HS512", "RS1", "rs256", "ES256K"] {
            assert!(Algorithm::named(name).is_none(), "{name}");
        }
    }
}
