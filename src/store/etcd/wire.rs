//! What is said to etcd's JSON gateway and what it answers: bytes in base64, whole numbers as texts.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes of a key or a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl From<&str> for Bytes {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        STANDARD.decode(&*text).map(Self).map_err(de::Error::custom)
    }
}

/// A whole number: a text in what the gateway says, since JSON's numbers lose some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct WireNumber(pub(super) u64);

impl WireNumber {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

impl Serialize for WireNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for WireNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl Visitor<'_> for Whole {
            type Value = WireNumber;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<WireNumber, E> {
                // A lease's number may be below zero.
                let signed = || text.parse::<i64>().map(i64::cast_unsigned);
                text.parse()
                    .or_else(|_| signed())
                    .map(WireNumber)
                    .map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<WireNumber, E> {
                Ok(WireNumber(number))
            }
        }
        deserializer.deserialize_any(Whole)
    }
}

/// Keys that are asked for.
#[derive(Debug, Clone, Serialize, Default)]
pub(super) struct RangeRequest {
    pub(super) key: Bytes,
    /// The first key behind them; without one it is `key` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) range_end: Option<Bytes>,
    /// How many at most; 0: all.
    #[serde(skip_serializing_if = "WireNumber::is_zero")]
    pub(super) limit: WireNumber,
    /// As of when; 0: now.
    #[serde(skip_serializing_if = "WireNumber::is_zero")]
    pub(super) revision: WireNumber,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) keys_only: bool,
    /// Whether a node may answer that lags behind.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) serializable: bool,
}

/// A key with what it says.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct KeyValue {
    pub(super) key: Bytes,
    pub(super) value: Bytes,
    pub(super) create_revision: WireNumber,
    pub(super) mod_revision: WireNumber,
}

/// Of every answer.
#[derive(Debug, Clone, Copy, Deserialize, Default)]
#[serde(default)]
pub(super) struct Header {
    pub(super) cluster_id: WireNumber,
    pub(super) revision: WireNumber,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct RangeResponse {
    pub(super) header: Header,
    pub(super) kvs: Vec<KeyValue>,
    /// Whether there are more than were asked for.
    pub(super) more: bool,
}

/// What must hold for a transaction to be done.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Compare {
    key: Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    range_end: Option<Bytes>,
    result: &'static str,
    target: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mod_revision: Option<WireNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_revision: Option<WireNumber>,
}

impl Compare {
    /// The key was changed last at this revision; 0: it is not there.
    pub(super) fn modified(key: Bytes, at: u64) -> Self {
        Self {
            key,
            range_end: None,
            result: "EQUAL",
            target: "MOD",
            mod_revision: Some(WireNumber(at)),
            create_revision: None,
        }
    }

    /// The key was made at this revision; 0: it is not there.
    pub(super) fn created(key: Bytes, at: u64) -> Self {
        Self {
            target: "CREATE",
            mod_revision: None,
            create_revision: Some(WireNumber(at)),
            ..Self::modified(key, at)
        }
    }

    /// No key from this one on, up to that one, is there.
    pub(super) fn nothing_in((from, to): (Bytes, Bytes)) -> Self {
        Self {
            range_end: Some(to),
            ..Self::created(from, 0)
        }
    }
}

/// A step of a transaction.
#[derive(Debug, Clone, Serialize)]
pub(super) enum TxnOperation {
    #[serde(rename = "request_put")]
    Put { key: Bytes, value: Bytes },
    /// A key that goes when its lease ends.
    #[cfg(feature = "known-bad")]
    #[serde(rename = "request_put")]
    PutLeased {
        key: Bytes,
        value: Bytes,
        lease: WireNumber,
    },
    #[serde(rename = "request_range")]
    Range(RangeRequest),
    #[serde(rename = "request_delete_range")]
    Delete { key: Bytes },
    #[serde(rename = "request_txn")]
    Within(Txn),
}

#[derive(Debug, Clone, Serialize, Default)]
pub(super) struct Txn {
    pub(super) compare: Vec<Compare>,
    pub(super) success: Vec<TxnOperation>,
    pub(super) failure: Vec<TxnOperation>,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct TransactionResponse {
    pub(super) header: Header,
    pub(super) succeeded: bool,
    pub(super) responses: Vec<OperationResponse>,
}

#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default)]
pub(super) struct OperationResponse {
    pub(super) response_range: RangeResponse,
}

/// What the gateway says of a request that failed.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(super) struct Failed {
    pub(super) message: String,
    pub(super) error: String,
    pub(super) code: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_texts_and_bytes_are_base64() {
        let transaction = Txn {
            compare: vec![
                Compare::modified("a".into(), 7),
                Compare::nothing_in(("b".into(), "c".into())),
            ],
            success: vec![TxnOperation::Put {
                key: "a".into(),
                value: "x".into(),
            }],
            failure: vec![TxnOperation::Range(RangeRequest {
                key: "a".into(),
                ..RangeRequest::default()
            })],
        };
        let text = serde_json::to_string(&transaction).unwrap();
        assert_eq!(
            text,
            "{\"compare\":[{\"key\":\"YQ==\",\"result\":\"EQUAL\",\"target\":\"MOD\",\"mod_revision\":\"7\"},\
             {\"key\":\"Yg==\",\"range_end\":\"Yw==\",\"result\":\"EQUAL\",\"target\":\"CREATE\",\"create_revision\":\"0\"}],\
             \"success\":[{\"request_put\":{\"key\":\"YQ==\",\"value\":\"eA==\"}}],\
             \"failure\":[{\"request_range\":{\"key\":\"YQ==\"}}]}"
        );
        let answer =
            "{\"header\":{\"revision\":\"9\"},\"kvs\":[{\"key\":\"YQ==\",\"mod_revision\":\"8\"}]}";
        let answer: RangeResponse = serde_json::from_str(answer).unwrap();
        assert_eq!(answer.header.revision, WireNumber(9));
        assert_eq!(answer.kvs[0].mod_revision, WireNumber(8));
        for wrong in ["\"x\"", "-1", "[]", "\"99999999999999999999\""] {
            assert!(
                serde_json::from_str::<WireNumber>(wrong).is_err(),
                "{wrong}"
            );
        }
    }
}
