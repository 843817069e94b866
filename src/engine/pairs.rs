//! Maps whose keys are more than text, kept as lists of pairs in the order of the keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn serialize<Key: Serialize, Kept: Serialize, S: Serializer>(
    map: &BTreeMap<Key, Kept>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(map)
}

pub(super) fn deserialize<'de, Key, Kept, D>(deserializer: D) -> Result<BTreeMap<Key, Kept>, D::Error>
where
    Key: Deserialize<'de> + Ord,
    Kept: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Vec::<(Key, Kept)>::deserialize(deserializer)?.into_iter().collect())
}
