//! Ports, oldest first.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

/// Even ports of a range, each with the odd one above it for reports (RFC 3550 section 11).
/// The one that has rested longest is taken first, so that late packets of its last call are over.
#[derive(Debug)]
pub(crate) struct PortPool {
    free: VecDeque<u16>,
}

impl PortPool {
    pub(crate) fn new(range: RangeInclusive<u16>) -> Self {
        let last = *range.end();
        let free = range.filter(|port| port % 2 == 0 && *port < last).collect();
        Self { free }
    }

    pub(crate) fn take(&mut self) -> Option<u16> {
        self.free.pop_front()
    }

    pub(crate) fn give(&mut self, port: u16) {
        self.free.push_back(port);
    }

    pub(crate) fn len(&self) -> usize {
        self.free.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_that_rested_longest_is_taken_first() {
        let mut ports = PortPool::new(1001..=1007);
        assert_eq!(ports.len(), 3);
        let taken = [ports.take(), ports.take()];
        assert_eq!(taken, [Some(1002), Some(1004)]);
        ports.give(1004);
        ports.give(1002);
        let rest: Vec<_> = std::iter::from_fn(|| ports.take()).collect();
        assert_eq!(rest, [1006, 1004, 1002]);
    }

    #[test]
    fn a_port_without_room_for_reports_is_not_used() {
        assert_eq!(PortPool::new(2000..=2000).take(), None);
    }
}
