//! Access tokens of an authorisation server that may rotate its keys, stall and lie.

use std::time::{Duration, Instant};

use mcp_runtime::Auth;
use serde_json::{Value, json};

use super::issuer::{Answer, INTROSPECTION, Issuer, KEYS, Key, METADATA, OPENID, now, unsigned};
use super::{ask, challenge, guarded};
use crate::raw::{Connection, Response};
use crate::served::Served;

const AUDIENCE: &str = "https://mcp.example/files/mcp";
const WELL_KNOWN: &str = "https://mcp.example/.well-known/oauth-protected-resource/files/mcp";

fn claims(issuer: &Issuer) -> Value {
    json!({ "iss": issuer.url(), "aud": AUDIENCE, "sub": "ada", "exp": now() + 300, "scope": "files:read" })
}

fn auth(issuer: &Issuer) -> Auth {
    Auth::default().issuer(issuer.url(), AUDIENCE)
}

/// A server, its issuer and the issuer's key.
async fn all() -> (Served, Issuer, Key) {
    let (issuer, key) = (Issuer::start().await, Key::new("first"));
    issuer.publish(&[&key]);
    (guarded(auth(&issuer)), issuer, key)
}

async fn bring(served: &Served, token: &str) -> Response {
    ask(served, Some(&format!("Bearer {token}")), "whoami").await
}

/// The reason for which a token is refused with 401.
fn refused(response: &Response) -> &str {
    assert_eq!(response.status(), 401, "{response:?}");
    let challenge = challenge(response);
    assert!(challenge.starts_with(r#"Bearer error="invalid_token", "#), "{challenge}");
    assert!(challenge.contains(&format!("resource_metadata=\"{WELL_KNOWN}\"")), "{challenge}");
    let (_, rest) = challenge.split_once("error_description=\"").unwrap();
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn where_to_get_a_token_is_told_to_everybody() {
    let issuer = Issuer::start().await;
    let served = guarded(auth(&issuer).scopes(["files:read"]));
    let response = ask(&served, None, "whoami").await;
    assert_eq!(response.status(), 401);
    let expected = format!("Bearer scope=\"files:read\", resource_metadata=\"{WELL_KNOWN}\"");
    assert_eq!(challenge(&response), expected);
    let mut connection = Connection::open(served.address).await;
    for path in ["", "/files/mcp", "/mcp"] {
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let foreign = [("Origin", "https://client.example"), ("Host", "whatever.example")];
        let response = connection.request("GET", &path, &foreign, "").await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.header("access-control-allow-origin"), Some("*"));
        let expected = json!({
            "resource": AUDIENCE,
            "resource_name": "files",
            "authorization_servers": [issuer.url()],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["files:read"],
        });
        assert_eq!(response.json(), expected);
        let preflight = connection.request("OPTIONS", &path, &foreign, "").await;
        assert_eq!(preflight.status(), 204);
        assert_eq!(preflight.header("access-control-allow-headers"), Some("*"));
        assert_eq!(connection.request("POST", &path, &[], "").await.status(), 405);
    }
    assert_eq!(connection.request("GET", METADATA, &[], "").await.status(), 404, "it is no issuer");
    assert_eq!(issuer.asked(METADATA), 0, "nothing is fetched before a token comes");
}

#[tokio::test]
async fn a_token_of_the_issuer_for_this_server_opens_the_door() {
    let (served, issuer, key) = all().await;
    let token = key.sign(&claims(&issuer));
    for _ in 0..3 {
        let response = bring(&served, &token).await;
        assert_eq!(response.json()["result"]["content"][0]["text"], "ada", "{response:?}");
    }
    assert_eq!((issuer.asked(METADATA), issuer.asked(KEYS)), (1, 1), "they are kept");
    let denied = ask(&served, Some(&format!("Bearer {token}")), "write").await;
    assert_eq!(denied.status(), 403);
    let expected = format!(
        "Bearer error=\"insufficient_scope\", scope=\"files:read files:write\", resource_metadata=\"{WELL_KNOWN}\""
    );
    assert_eq!(challenge(&denied), expected);
    let mut more = claims(&issuer);
    more["scope"] = json!("admin");
    let stepped_up = format!("Bearer {}", key.sign(&more));
    assert_eq!(ask(&served, Some(&stepped_up), "write").await.status(), 200);
}

#[tokio::test]
async fn any_other_token_does_not() {
    let (served, issuer, key) = all().await;
    for (member, value, why) in [
        ("iss", json!("https://evil.example"), "another issuer"),
        ("aud", json!("https://mcp.example"), "another audience"),
        ("aud", json!(null), "another audience"),
        ("exp", json!(now() - 61), "expired"),
        ("exp", json!(null), "a time that is none"),
        ("nbf", json!(now() + 120), "not valid yet"),
        ("sub", json!(null), "names nobody"),
    ] {
        let mut claims = claims(&issuer);
        claims[member] = value;
        let response = bring(&served, &key.sign(&claims)).await;
        assert!(refused(&response).contains(why), "{member} {response:?}");
    }
    let opaque = bring(&served, "0123456789abcdef").await;
    assert_eq!(refused(&opaque), "the token is not known here");
}

#[tokio::test]
async fn lies_about_the_signature_are_seen_through() {
    let (served, issuer, key) = all().await;
    let claims = claims(&issuer);
    assert_eq!(bring(&served, &key.sign(&claims)).await.status(), 200, "the truth");
    let header = |alg: &str, kid: &str| json!({ "alg": alg, "kid": kid });
    let none = format!("{}.", unsigned(&header("none", "first"), &claims));
    let stranger = Key::new("first");
    let mut lies = vec![
        none,
        stranger.sign(&claims),
        stranger.sign_as(&json!({ "alg": "ES256" }), &claims),
        stranger
            .sign_as(&json!({ "alg": "ES256", "kid": "first", "jwk": stranger.public() }), &claims),
        key.sign_as(&header("ES384", "first"), &claims),
        key.sign_as(&header("RS256", "first"), &claims),
        key.sign_as(&header("ES256", "second"), &claims),
        key.sign_as(
            &json!({ "alg": "ES256", "kid": "first", "crit": ["b64"], "b64": false }),
            &claims,
        ),
        key.sign_as(&json!({ "alg": "ES256", "kid": "first", "typ": "logout+jwt" }), &claims),
    ];
    lies.extend(key.forge(&claims));
    for lie in lies {
        let response = bring(&served, &lie).await;
        refused(&response);
    }
}

#[tokio::test]
async fn keys_may_be_changed() {
    let (served, issuer, first) = all().await;
    assert_eq!(bring(&served, &first.sign(&claims(&issuer))).await.status(), 200);
    let second = Key::new("second");
    issuer.publish(&[&second, &first]);
    let mut bobs = claims(&issuer);
    bobs["sub"] = json!("bob");
    let response = bring(&served, &second.sign(&bobs)).await;
    assert_eq!(response.json()["result"]["content"][0]["text"], "bob");
    assert_eq!(issuer.asked(KEYS), 2);
    // Anyone can make up the name of a key; that is no reason to ask each time.
    for _ in 0..20 {
        let made_up = first.sign_as(&json!({ "alg": "ES256", "kid": "made up" }), &bobs);
        assert_eq!(
            refused(&bring(&served, &made_up).await),
            "the token is signed by nobody known here"
        );
    }
    assert_eq!(issuer.asked(KEYS), 2);
    assert_eq!(bring(&served, &first.sign(&bobs)).await.status(), 200, "the old one still stands");
}

#[tokio::test]
async fn an_issuer_that_is_of_no_help_costs_little() {
    for (path, answer) in [
        (METADATA, Answer::Status(500)),
        (
            METADATA,
            Answer::Json(
                json!({ "issuer": "https://evil.example", "jwks_uri": "https://evil.example" }),
            ),
        ),
        (METADATA, Answer::Redirect(OPENID.to_owned())),
        (METADATA, Answer::Json(json!([]))),
        (KEYS, Answer::Status(404)),
        (KEYS, Answer::Redirect("/elsewhere".to_owned())),
        (KEYS, Answer::Bytes(256 * 1024 + 1)),
        (KEYS, Answer::Json(json!({ "keys": vec![json!({ "kty": "EC" }); 65] }))),
        (KEYS, Answer::Json(json!("keys"))),
    ] {
        let (served, issuer, key) = all().await;
        issuer.answer("/elsewhere", Answer::Json(json!({ "keys": [key.public()] })));
        issuer.answer(path, answer);
        let token = key.sign(&claims(&issuer));
        for _ in 0..3 {
            let response = bring(&served, &token).await;
            assert_eq!(response.status(), 503, "{response:?}");
            assert_eq!(response.header("retry-after"), Some("5"));
            assert!(!response.body.contains("127.0.0.1"), "{response:?}");
        }
        assert_eq!(issuer.asked(path), 1, "it is not asked again at once");
        assert_eq!(issuer.asked("/elsewhere"), 0, "a redirect is not followed");
    }
}

#[tokio::test]
async fn an_issuer_that_stalls_holds_nobody_up_for_long() {
    for (path, answer) in [(METADATA, Answer::Stall), (KEYS, Answer::Stall), (KEYS, Answer::Drip)] {
        let (served, issuer, key) = all().await;
        issuer.answer(path, answer);
        let token = key.sign(&claims(&issuer));
        let begun = Instant::now();
        let (one, other) = tokio::join!(bring(&served, &token), bring(&served, &token));
        assert_eq!((one.status(), other.status()), (503, 503));
        assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
        assert_eq!(issuer.asked(path), 1, "two who wait are one request");
    }
}

#[tokio::test]
async fn keys_that_are_held_do_while_the_issuer_stalls() {
    let (served, issuer, key) = all().await;
    assert_eq!(bring(&served, &key.sign(&claims(&issuer))).await.status(), 200);
    issuer.answer(KEYS, Answer::Stall);
    let stranger = Key::new("stranger");
    let lie = stranger.sign(&claims(&issuer));
    let asking = bring(&served, &lie);
    let others = async {
        // Only once the stranger's key is being asked for.
        crate::raw::until(|| issuer.asked(KEYS) == 2).await;
        let begun = Instant::now();
        for user in ["bob", "eve"] {
            let mut claims = claims(&issuer);
            claims["sub"] = json!(user);
            assert_eq!(bring(&served, &key.sign(&claims)).await.status(), 200);
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    };
    let (lie, ()) = tokio::join!(asking, others);
    refused(&lie);
}

#[tokio::test]
async fn an_issuer_may_say_what_it_is_where_openid_does() {
    let (served, issuer, key) = all().await;
    let metadata = json!({ "issuer": issuer.url(), "jwks_uri": format!("{}{KEYS}", issuer.url()) });
    issuer.answer(METADATA, Answer::Status(404));
    issuer.answer(OPENID, Answer::Json(metadata));
    assert_eq!(bring(&served, &key.sign(&claims(&issuer))).await.status(), 200);
}

#[tokio::test]
async fn an_opaque_token_is_asked_about() {
    let issuer = Issuer::start().await;
    let served = guarded(auth(&issuer).introspection("mcp", "s3cr3t&="));
    let mut answer = claims(&issuer);
    answer["active"] = json!(true);
    issuer.answer(INTROSPECTION, Answer::Json(answer.clone()));
    for _ in 0..3 {
        let response = bring(&served, "opaque+token/1=").await;
        assert_eq!(response.json()["result"]["content"][0]["text"], "ada");
    }
    let asked = issuer.requests(INTROSPECTION);
    assert_eq!(asked.len(), 1, "the verdict is kept for a while");
    assert!(asked[0].starts_with("POST "), "{asked:?}");
    assert!(asked[0].contains("authorization: Basic bWNwOnMzY3IzdCUyNiUzRA=="), "{asked:?}");
    assert!(asked[0].ends_with("token=opaque%2Btoken%2F1%3D&token_type_hint=access_token"));
    for (member, value) in [("active", json!(false)), ("aud", json!("https://other.example"))] {
        let mut lie = answer.clone();
        lie[member] = value;
        issuer.answer(INTROSPECTION, Answer::Json(lie));
        refused(&bring(&served, &format!("opaque-{member}-token")).await);
    }
    issuer.answer(INTROSPECTION, Answer::Status(401));
    assert_eq!(bring(&served, "another-opaque-token").await.status(), 503);
    assert_eq!(issuer.asked(KEYS), 0);
}

#[tokio::test]
async fn what_cannot_be_right_is_said_at_start() {
    for (auth, what) in [
        (Auth::default(), "nobody could ever call"),
        (Auth::default().token("a", "short"), "fewer than 16 characters"),
        (Auth::default().issuer("http://id.example", AUDIENCE), "is not https"),
        (Auth::default().issuer("https://id.example", "api://files"), "--auth-audience"),
        (Auth::default().issuer("https://id.example", "https://a.example/#b"), "fragment"),
        (
            Auth::default().issuer("https://id.example", "https://a.example/{b}"),
            "its path may have",
        ),
        (Auth::default().token("a", "0123456789abcdef").introspection("a", "b"), "say which"),
        (Auth::default().token("a", "0123456789abcdef").scopes(["offline_access"]), "leave it out"),
    ] {
        let options = mcp_runtime::HttpOptions::default().auth(auth);
        let error = super::files().into_router_with(options).await.unwrap_err().to_string();
        assert!(error.contains(what), "{what}: {error}");
    }
}
