//! Messages that callers leave: how many at once.

use std::time::Duration;

use crate::call::switchboard::Switchboard;
use crate::machine::ivr::surface::Unkept;
use crate::vocabulary::id::CallId;
use crate::vocabulary::time::Turn;

/// Messages that are taken at once: a minute of each is half a megabyte of memory. One more is
/// refused.
const MESSAGES_MAX: usize = 200;

impl Switchboard {
    /// Whether one more message may be taken.
    pub(super) fn judge_message(&mut self, turn: Turn, call: CallId, longest: Duration) {
        let live = self.calls.values();
        let taken = live.filter(|live| live.contact.leaves_message()).count();
        let room = if taken > MESSAGES_MAX {
            Err(Unkept::Full)
        } else {
            Ok(longest)
        };
        self.with_call(turn, call, |contact, near| {
            contact.message_judged(room, near);
        });
    }
}
