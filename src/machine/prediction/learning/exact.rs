//! Numbers kept to the last bit: as text they would be rounded on their way back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serializer;
use serde::de::Error;

/// A number that is kept as its bytes.
pub trait Exact: Sized + Copy {
    /// So many bytes each.
    const BYTES: usize;
    /// Adds its bytes, the least first.
    fn write(self, bytes: &mut Vec<u8>);
    /// The number of these bytes.
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Exact for f32 {
    const BYTES: usize = 4;
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_le_bytes)
    }
}

impl Exact for f64 {
    const BYTES: usize = 8;
    fn write(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }
    fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::from_le_bytes)
    }
}

/// Writes numbers as base64 of their bytes.
///
/// # Errors
///
/// What the writer says.
pub fn serialize<T: Exact, S: Serializer>(numbers: &[T], to: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(numbers.len() * T::BYTES);
    for number in numbers {
        number.write(&mut bytes);
    }
    to.serialize_str(&STANDARD.encode(bytes))
}

/// Reads what [`serialize`] wrote.
///
/// # Errors
///
/// It is not base64 of whole numbers.
pub fn deserialize<'de, T: Exact, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let text = String::deserialize(from)?;
    let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
    let numbers = bytes.chunks(T::BYTES).map(T::read);
    let numbers: Option<Vec<T>> = numbers.collect();
    numbers.ok_or_else(|| D::Error::custom("numbers that are cut short"))
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Kept(#[serde(with = "super")] Vec<f64>);

    #[test]
    fn numbers_come_back_to_the_last_bit() {
        let kept = Kept(vec![0.1 + 0.2, -0.0, f64::MIN_POSITIVE, 1e300]);
        let text = serde_json::to_string(&kept).unwrap();
        let back: Kept = serde_json::from_str(&text).unwrap();
        let bits = |kept: &Kept| kept.0.iter().map(|n| n.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&kept));
        assert!(serde_json::from_str::<Kept>("\"AAAA\"").is_err());
        assert!(serde_json::from_str::<Kept>("\"?\"").is_err());
    }
}
