//! ID tokens (OpenID Connect Core 1.0, sections 2 and 3.1.3.7): what a provider has signed of somebody (RFC 7515).

use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::keys::{Keys, bytes};

/// What an ID token, or a provider's userinfo endpoint, tells of somebody.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct Person {
    pub sub: String,
    pub email: Option<String>,
    /// `true`, or at some providers `"true"`.
    email_verified: Option<Value>,
    pub preferred_username: Option<String>,
}

impl Person {
    pub(super) fn has_verified_email(&self) -> bool {
        self.email_verified.as_ref().is_some_and(|is| *is == true || *is == "true")
    }
}

/// What a token has to be good for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    pub client_secret: Option<&'a str>,
    /// Names of the algorithms that the provider says it signs with.
    pub algorithms: &'a [String],
    pub nonce: &'a str,
    /// UTC milliseconds.
    pub now: i64,
}

#[derive(Debug, Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    /// Extensions that who reads it has to know; none is known.
    crit: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    nonce: Option<String>,
    #[serde(flatten)]
    person: Person,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// Who somebody is by their token.
///
/// # Errors
/// With what is wrong with it, for the log.
pub(super) fn person(token: &str, keys: &Keys, wanted: &Wanted<'_>) -> Result<Person, String> {
    let mut parts = token.split('.');
    let (Some(head), Some(claims), Some(signed), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err("it has not three parts".to_owned());
    };
    let message = &token[..head.len() + 1 + claims.len()];
    let head: Head = read(head)?;
    if head.crit.is_some() {
        return Err("it has extensions that are not known".to_owned());
    }
    if !wanted.algorithms.contains(&head.alg) {
        return Err(format!("the provider does not sign by {:?}", head.alg));
    }
    let signed = bytes(signed)?;
    let kid = head.kid.as_deref();
    if !keys.have_signed(&head.alg, kid, message.as_bytes(), &signed, wanted.client_secret)? {
        return Err("it is signed by none of the provider's keys".to_owned());
    }
    let claims: Claims = read(claims)?;
    check(claims, wanted)
}

fn check(claims: Claims, wanted: &Wanted<'_>) -> Result<Person, String> {
    let Claims { iss, aud, azp, exp, nonce, person } = claims;
    if iss != wanted.issuer {
        return Err(format!("it is of {iss:?}"));
    }
    let audience = match aud {
        Audience::One(one) => vec![one],
        Audience::Several(several) => several,
    };
    // Others for whom it is good too could show it to us.
    if audience.is_empty() || audience.iter().any(|one| one != wanted.client_id) {
        return Err(format!("it is for {audience:?}"));
    }
    if azp.is_some_and(|azp| azp != wanted.client_id) {
        return Err("it was given to somebody else".to_owned());
    }
    #[expect(clippy::cast_precision_loss, reason = "milliseconds are below 2^53")]
    let now = wanted.now as f64 / 1000.0;
    // What is no number has ended too.
    if !(exp > now) {
        return Err("it has ended".to_owned());
    }
    let nonce = nonce.unwrap_or_default();
    if !bool::from(nonce.as_bytes().ct_eq(wanted.nonce.as_bytes())) {
        return Err("it is of another login".to_owned());
    }
    if person.sub.is_empty() {
        return Err("it names nobody".to_owned());
    }
    Ok(person)
}

fn read<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, String> {
    serde_json::from_slice(&bytes(part)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use ring::hmac;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
    use serde_json::json;

    use super::*;

    const SECRET: &str = "a secret that both know";

    fn base64(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn wanted<'a>(algorithms: &'a [String]) -> Wanted<'a> {
        Wanted {
            issuer: "https://id.example",
            client_id: "us",
            client_secret: Some(SECRET),
            algorithms,
            nonce: "n1",
            now: 1_000_000,
        }
    }

    fn all() -> Vec<String> {
        ["none", "HS256", "RS256", "ES256", "ES384", "EdDSA"].map(str::to_owned).to_vec()
    }

    fn claims() -> Value {
        json!({
            "iss": "https://id.example", "aud": "us", "exp": 1001, "nonce": "n1", "sub": "7",
            "email": "Vera@example.com", "email_verified": true,
        })
    }

    fn message(head: &Value, claims: &Value) -> String {
        format!("{}.{}", base64(head.to_string()), base64(claims.to_string()))
    }

    /// A key on a curve: the key that is told, and what it makes of claims.
    struct Curve(EcdsaKeyPair, SystemRandom);

    impl Curve {
        fn new() -> Self {
            let random = SystemRandom::new();
            let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
            let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
            Self(EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).unwrap(), random)
        }

        fn told(&self) -> Value {
            let point = self.0.public_key().as_ref();
            let (x, y) = (base64(&point[1..33]), base64(&point[33..]));
            json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "x": x, "y": y })
        }

        fn signed(&self, head: &Value, claims: &Value) -> String {
            let message = message(head, claims);
            let signature = self.0.sign(&self.1, message.as_bytes()).unwrap();
            format!("{message}.{}", base64(signature))
        }
    }

    fn keys(keys: &[Value]) -> Keys {
        serde_json::from_value(json!({ "keys": keys })).unwrap()
    }

    #[test]
    fn a_token_of_the_provider_tells_who_somebody_is() {
        let (key, algorithms) = (Curve::new(), all());
        let known = keys(&[json!({ "kty": "oct", "k": 7 }), key.told()]);
        let ask = |head: Value, claims: &Value| {
            person(&key.signed(&head, claims), &known, &wanted(&algorithms))
        };
        let head = || json!({ "alg": "ES256", "kid": "k1" });
        let vera = ask(head(), &claims()).unwrap();
        assert_eq!((vera.sub.as_str(), vera.email.as_deref()), ("7", Some("Vera@example.com")));
        assert!(vera.has_verified_email());
        assert!(ask(json!({ "alg": "ES256" }), &claims()).is_ok());
        let several = json!(["us"]);
        for (name, value, is_good) in [
            ("aud", several, true),
            ("azp", json!("us"), true),
            ("exp", json!(1000.5), true),
            ("iss", json!("https://id.example/"), false),
            ("iss", json!("https://evil.example"), false),
            ("aud", json!("them"), false),
            ("aud", json!(["us", "them"]), false),
            ("aud", json!([]), false),
            ("azp", json!("them"), false),
            ("exp", json!(1000), false),
            ("exp", json!("later"), false),
            ("exp", Value::Null, false),
            ("nonce", json!("n2"), false),
            ("nonce", Value::Null, false),
            ("sub", json!(""), false),
            ("sub", Value::Null, false),
        ] {
            let mut claims = claims();
            claims[name] = value;
            assert_eq!(ask(head(), &claims).is_ok(), is_good, "{claims}");
        }
        for head in [
            json!({ "alg": "ES256", "kid": "k2" }),
            json!({ "alg": "ES384", "kid": "k1" }),
            json!({ "alg": "RS256", "kid": "k1" }),
            json!({ "alg": "PS256", "kid": "k1" }),
            json!({ "alg": "ES256", "kid": "k1", "crit": ["exp"] }),
            json!({ "alg": "none" }),
            json!({ "kid": "k1" }),
        ] {
            assert!(ask(head.clone(), &claims()).is_err(), "{head}");
        }
        let mut unverified = claims();
        unverified["email_verified"] = json!("false");
        assert!(!ask(head(), &unverified).unwrap().has_verified_email());
    }

    #[test]
    fn a_token_that_anybody_can_write_is_none() {
        let (key, other, algorithms) = (Curve::new(), Curve::new(), all());
        let known = keys(&[key.told()]);
        let ask = |token: &str| person(token, &known, &wanted(&algorithms));
        let head = json!({ "alg": "ES256", "kid": "k1" });
        let good = key.signed(&head, &claims());
        assert!(ask(&good).is_ok());
        assert!(ask(&other.signed(&head, &claims())).is_err());
        // Without a signature, or with that of other claims.
        for token in ["", "a.b", "a.b.c.d", "..", "a.b.c"] {
            assert!(ask(token).is_err(), "{token:?}");
        }
        let (message_of_good, signature) = good.rsplit_once('.').unwrap();
        assert!(ask(&format!("{message_of_good}.")).is_err());
        let mut mallory = claims();
        mallory["sub"] = json!("8");
        assert!(ask(&format!("{}.{signature}", message(&head, &mallory))).is_err());
        assert!(ask(&format!("{}.", message(&json!({ "alg": "none" }), &claims()))).is_err());
        // By a public key as if it were a shared secret.
        let shared = |secret: &str| {
            let message = message(&json!({ "alg": "HS256", "kid": "k1" }), &claims());
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            format!("{message}.{}", base64(hmac::sign(&key, message.as_bytes())))
        };
        assert!(ask(&shared(&key.told().to_string())).is_err());
        assert!(ask(&shared("")).is_err());
        assert!(ask(&shared(SECRET)).is_ok());
        let without = Wanted { client_secret: None, ..wanted(&algorithms) };
        assert!(person(&shared(""), &known, &without).is_err());
        // A key that is for something else, and an algorithm that the provider does not use.
        for (name, value) in [("use", "enc"), ("alg", "ES384"), ("crv", "P-384"), ("x", "AA")] {
            let mut told = key.told();
            told[name] = json!(value);
            assert!(person(&good, &keys(&[told]), &wanted(&algorithms)).is_err(), "{name}");
        }
        let rs256 = ["RS256".to_owned()];
        assert!(person(&good, &known, &wanted(&rs256)).is_err());
    }

    #[test]
    fn a_token_signed_on_the_edwards_curve_is_read() {
        let random = SystemRandom::new();
        let key = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let key = Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap();
        let x = base64(key.public_key());
        let known = keys(&[json!({ "kty": "OKP", "crv": "Ed25519", "x": x })]);
        let message = message(&json!({ "alg": "EdDSA" }), &claims());
        let token = format!("{message}.{}", base64(key.sign(message.as_bytes())));
        assert!(person(&token, &known, &wanted(&all())).is_ok());
    }
}
