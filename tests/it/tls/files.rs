//! The files of the certificate: what is wrong with them, and that they may change.

use std::fs;

use mcp_runtime::Server;

use super::*;

/// What the server says that cannot start.
async fn refused(pair: &Pair) -> String {
    let served = Server::new("fixture", "1").serve_http("127.0.0.1:0", pair.options());
    let error = patient(served).await.unwrap_err().to_string();
    assert_eq!(error.lines().count(), 1, "{error}");
    error.replace(pair.folder.path().to_str().unwrap(), "")
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place_and_its_remedy() {
    let mut pair = Pair::new();
    let (certificate, key) = (fs::read(pair.certificate()).unwrap(), fs::read(pair.key()).unwrap());

    fs::write(pair.certificate(), &key).unwrap();
    let error = refused(&pair).await;
    assert!(error.starts_with("--tls-cert /cert.pem: there is no certificate"), "{error}");
    assert!(error.contains("`-----BEGIN CERTIFICATE-----`"), "{error}");

    fs::write(pair.certificate(), &certificate).unwrap();
    fs::write(pair.key(), &certificate).unwrap();
    let error = refused(&pair).await;
    assert!(error.starts_with("--tls-key /key.pem: there is no private key"), "{error}");

    let damaged = [&certificate[..], b"\n-----BEGIN CERTIFICATE-----\n*\n"].concat();
    let line = damaged.split(|byte| *byte == b'\n').count() - 2;
    fs::write(pair.certificate(), damaged).unwrap();
    let error = refused(&pair).await;
    assert!(error.starts_with(&format!("--tls-cert /cert.pem:{line}: ")), "{error}");

    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    fs::write(pair.certificate(), empty).unwrap();
    fs::write(pair.key(), &key).unwrap();
    let error = refused(&pair).await;
    assert!(error.starts_with("--tls-cert /cert.pem and --tls-key /key.pem: "), "{error}");

    pair.renew();
    fs::write(pair.certificate(), &certificate).unwrap();
    let error = refused(&pair).await;
    assert!(error.contains("the key it was made for"), "{error}");

    fs::remove_file(pair.key()).unwrap();
    let error = refused(&pair).await;
    assert!(error.starts_with("--tls-key /key.pem: No such file"), "{error}");
}

#[tokio::test]
async fn a_router_does_not_pretend_to_serve_tls() {
    let pair = Pair::new();
    let error = Server::new("fixture", "1").into_router_with(pair.options()).await.unwrap_err();
    assert!(error.to_string().contains("set TLS up where you serve it"), "{error}");
}

/// Waits until a client that trusts `pair` alone is served.
async fn shown(pair: &Pair, served: &Served) {
    let client = pair.client(&[&TLS13], "http/1.1");
    patient(async {
        while client.try_open(served.address).await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_and_a_broken_one_is_not() {
    let mut pair = Pair::new();
    let served = pair.serve();
    let old = pair.client(&[&TLS13], "http/1.1");
    let stream = old.open(served.address).await;
    let mut before = Connection::over(stream, served.address);

    pair.renew();
    shown(&pair, &served).await;
    assert!(old.try_open(served.address).await.is_err(), "the old one is gone");
    let response = before.call("add", json!({ "a": 2, "b": 3 })).await;
    assert_eq!(response.status(), 200, "what was open goes on");

    // A key that does not fit is looked at, for a second one that does comes after it.
    let good = pair.client(&[&TLS13], "http/1.1");
    let key = fs::read(pair.key()).unwrap();
    fs::write(pair.key(), rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let looked = std::time::Instant::now();
    while looked.elapsed() < std::time::Duration::from_millis(1500) {
        good.open(served.address).await;
    }
    fs::write(pair.key(), key).unwrap();
    good.open(served.address).await;
    pair.renew();
    shown(&pair, &served).await;
}
