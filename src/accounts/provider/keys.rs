//! A provider's keys (RFC 7517), and whether one of them has signed something. Signatures are checked by ring, as those
//! of TLS are; no private key is used.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::{hmac, signature};
use serde::Deserialize;
use serde_json::Value;

/// A provider's keys; those of other kinds than are known here are of no use.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Keys {
    keys: Vec<Value>,
}

/// A key as RFC 7517 and RFC 7518, section 6, write it.
#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What base64url without padding stands for (RFC 7515, section 2).
pub(super) fn bytes(part: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD.decode(part).map_err(|error| error.to_string())
}

/// How a signature is checked.
enum Way {
    /// With the secret that provider and client share.
    Shared(hmac::Algorithm),
    Rsa(&'static signature::RsaParameters),
    /// With a point on the curve of that name, of coordinates of so many bytes.
    Curve(&'static str, usize, &'static dyn signature::VerificationAlgorithm),
    Edwards,
}

/// The algorithms of RFC 7518, section 3.1, and RFC 8037; `none` is none of them.
fn way(algorithm: &str) -> Option<Way> {
    Some(match algorithm {
        "HS256" => Way::Shared(hmac::HMAC_SHA256),
        "HS384" => Way::Shared(hmac::HMAC_SHA384),
        "HS512" => Way::Shared(hmac::HMAC_SHA512),
        "RS256" => Way::Rsa(&signature::RSA_PKCS1_2048_8192_SHA256),
        "RS384" => Way::Rsa(&signature::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Way::Rsa(&signature::RSA_PKCS1_2048_8192_SHA512),
        "PS256" => Way::Rsa(&signature::RSA_PSS_2048_8192_SHA256),
        "PS384" => Way::Rsa(&signature::RSA_PSS_2048_8192_SHA384),
        "PS512" => Way::Rsa(&signature::RSA_PSS_2048_8192_SHA512),
        "ES256" => Way::Curve("P-256", 32, &signature::ECDSA_P256_SHA256_FIXED),
        "ES384" => Way::Curve("P-384", 48, &signature::ECDSA_P384_SHA384_FIXED),
        "EdDSA" => Way::Edwards,
        _ => return None,
    })
}

impl Keys {
    /// Whether one of them, or a shared secret, has made a signature by an algorithm.
    ///
    /// # Errors
    /// If the algorithm cannot be checked here.
    pub(super) fn have_signed(
        &self,
        algorithm: &str,
        kid: Option<&str>,
        message: &[u8],
        signed: &[u8],
        secret: Option<&str>,
    ) -> Result<bool, String> {
        let way = way(algorithm).ok_or_else(|| format!("{algorithm:?} is not known here"))?;
        if let Way::Shared(algorithm) = way {
            // Never with a key that everybody can fetch.
            let secret = secret.filter(|secret| !secret.is_empty());
            let secret = secret.ok_or("there is no server.oidc.client_secret to check it with")?;
            let key = hmac::Key::new(algorithm, secret.as_bytes());
            return Ok(hmac::verify(&key, message, signed).is_ok());
        }
        let known = self.keys.iter().filter_map(|key| Key::deserialize(key).ok());
        let mut fitting = known.filter(|key| {
            let is_named = kid.is_none() || key.kid.as_deref() == kid;
            let is_for_it = key.alg.as_ref().is_none_or(|alg| *alg == algorithm);
            let signs = key.purpose.as_ref().is_none_or(|purpose| purpose == "sig");
            is_named && is_for_it && signs
        });
        Ok(fitting.any(|key| key.has_signed(&way, message, signed).unwrap_or(false)))
    }
}

impl Key {
    /// `None` if it is of another kind.
    fn has_signed(&self, way: &Way, message: &[u8], signed: &[u8]) -> Option<bool> {
        let part = |text: &Option<String>| bytes(text.as_deref()?).ok();
        let is_on = |curve: &str| self.crv.as_deref() == Some(curve);
        match way {
            Way::Rsa(algorithm) if self.kty == "RSA" => {
                let (n, e) = (part(&self.n)?, part(&self.e)?);
                // Some write a zero in front, by which a number is no negative one.
                let [n, e] = [&n, &e].map(|number| {
                    let zeros = number.iter().take_while(|byte| **byte == 0).count();
                    &number[zeros..]
                });
                let key = signature::RsaPublicKeyComponents { n, e };
                Some(key.verify(algorithm, message, signed).is_ok())
            }
            Way::Curve(curve, length, algorithm) if self.kty == "EC" && is_on(curve) => {
                let (x, y) = (part(&self.x)?, part(&self.y)?);
                if x.len() != *length || y.len() != *length {
                    return None;
                }
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                let key = signature::UnparsedPublicKey::new(*algorithm, point);
                Some(key.verify(message, signed).is_ok())
            }
            Way::Edwards if self.kty == "OKP" && is_on("Ed25519") => {
                let key = signature::UnparsedPublicKey::new(&signature::ED25519, part(&self.x)?);
                Some(key.verify(message, signed).is_ok())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 7515, appendix A.2.
    #[test]
    fn the_example_of_the_standard_is_signed() {
        const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
        let keys = json!({ "keys": [{ "kty": "RSA", "n": N, "e": "AQAB" }] });
        let keys: Keys = serde_json::from_value(keys).unwrap();
        let (message, signed) = TOKEN.rsplit_once('.').unwrap();
        let is_signed = |algorithm: &str, message: &str| {
            let signed = bytes(signed).unwrap();
            keys.have_signed(algorithm, None, message.as_bytes(), &signed, None).unwrap()
        };
        assert!(is_signed("RS256", message));
        assert!(!is_signed("RS256", &message.replace("eyJpc3Mi", "eyJpc3Nj")));
        assert!(!is_signed("RS512", message) && !is_signed("PS256", message));
        assert!(keys.have_signed("none", None, message.as_bytes(), b"", None).is_err());
    }
}
