//! Values as etcd's JSON gateway has them: bytes in base64, whole numbers as texts.

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
    pub(super) fn is_zero(&self) -> bool {
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
