//! The published digest vectors, of which one is printed wrong and must be refused.

use std::fs;

use ringwise::wire::sip::digest::Algorithm;
use ringwise::wire::sip::digest::Nonces;
use ringwise::wire::sip::digest::Secret;
use ringwise::wire::sip::digest::same_response;

#[test]
fn published_vectors_come_out_and_the_misprint_is_refused() {
    let text = fs::read_to_string("tests/data/digest-vectors/vectors.json").unwrap();
    let vectors: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let mut misprints = 0;
    for vector in &vectors {
        let field = |name: &str| vector[name].as_str().unwrap();
        let algorithm = Algorithm::decode(field("algorithm")).unwrap();
        let (user, realm) = (field("username"), field("realm"));
        let secret = Secret::new(algorithm, user, realm, field("password"));
        let nonces = Nonces {
            count: u32::from_str_radix(field("nc"), 16).unwrap(),
            cnonce: field("cnonce").to_owned(),
        };
        let (method, uri) = (field("method"), field("uri"));
        let response = secret.response(field("nonce"), method, uri, Some(&nonces));
        assert!(
            same_response(&response, field("response")),
            "{}",
            field("source")
        );
        if let Some(misprint) = vector["rfc_printed_response"].as_str() {
            assert!(!same_response(&response, misprint));
            misprints += 1;
        }
    }
    assert_eq!((vectors.len(), misprints), (4, 1));
}
