//! Which seat served a customer or an order last.

use std::collections::BTreeMap;

use crate::vocabulary::id::SeatId;

/// Customers and orders that are remembered; of one more the one served longest ago is forgotten.
pub(super) const ACQUAINTANCES_MAX: usize = 200_000;

/// Who served whom last, since the start of the process.
#[derive(Debug, Default)]
pub(super) struct Acquaintances {
    last: BTreeMap<String, (u64, SeatId)>,
    by_age: BTreeMap<u64, String>,
    count: u64,
}

impl Acquaintances {
    /// A seat talks to who has this key: a telephone number, an order's id.
    pub(super) fn met(&mut self, key: &str, seat: SeatId) {
        self.count += 1;
        let before = self.last.insert(key.to_owned(), (self.count, seat));
        if let Some((age, _)) = before {
            self.by_age.remove(&age);
        }
        self.by_age.insert(self.count, key.to_owned());
        if self.last.len() > ACQUAINTANCES_MAX
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.last.remove(&oldest);
        }
    }

    /// The seat that served who has one of these keys; the first key that is known counts.
    pub(super) fn last<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<SeatId> {
        let mut known = keys.into_iter().filter_map(|key| self.last.get(key));
        known.next().map(|(_, seat)| *seat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_seat_is_known_by_order_before_number_and_the_oldest_is_forgotten() {
        let mut met = Acquaintances::default();
        met.met("+8610", SeatId(1));
        met.met("A-7", SeatId(2));
        met.met("+8610", SeatId(3));
        assert_eq!(met.last(["A-7", "+8610"]), Some(SeatId(2)));
        assert_eq!(met.last(["A-8", "+8610"]), Some(SeatId(3)));
        for number in 0..ACQUAINTANCES_MAX - 1 {
            met.met(&number.to_string(), SeatId(4));
        }
        assert_eq!(met.last(["A-7"]), None);
        assert_eq!(met.last(["+8610"]), Some(SeatId(3)));
        assert_eq!(met.last.len(), met.by_age.len());
    }
}
