//! What is said to etcd's JSON gateway and what it answers.

use serde::{Deserialize, Serialize};

pub(super) use super::wire_values::{Bytes, WireNumber};

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
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
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

/// What must hold for a transaction to be done. What is not said is what the protocol takes then: equality, and of versions.
#[derive(Debug, Clone, Serialize, Default)]
pub(super) struct Compare {
    key: Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    range_end: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mod_revision: Option<WireNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_revision: Option<WireNumber>,
}

impl Compare {
    /// The key was changed last at this revision; 0: it is not there.
    pub(super) fn modified(key: Bytes, at: u64) -> Self {
        let (target, mod_revision) = (Some("MOD"), Some(WireNumber(at)));
        Self {
            target,
            mod_revision,
            ..Self::absent(key)
        }
    }

    /// The key was made at this revision.
    pub(super) fn created(key: Bytes, at: u64) -> Self {
        let (target, create_revision) = (Some("CREATE"), Some(WireNumber(at)));
        Self {
            target,
            create_revision,
            ..Self::absent(key)
        }
    }

    /// The key is not there: it has had no version. The gateway takes long to read what is said, and a sale says this.
    pub(super) fn absent(key: Bytes) -> Self {
        Self {
            key,
            ..Self::default()
        }
    }

    /// No key from this one on, up to that one, is there.
    pub(super) fn nothing_in((from, to): (Bytes, Bytes)) -> Self {
        Self {
            range_end: Some(to),
            ..Self::absent(from)
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

/// Who wants a token.
#[derive(Serialize)]
pub(super) struct Credentials<'a> {
    pub(super) name: &'a str,
    pub(super) password: &'a str,
}

/// What a user's requests carry, for some minutes.
#[derive(Deserialize)]
pub(super) struct Token {
    pub(super) token: String,
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
            "{\"compare\":[{\"key\":\"YQ==\",\"target\":\"MOD\",\"mod_revision\":\"7\"},\
             {\"key\":\"Yg==\",\"range_end\":\"Yw==\"}],\
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
