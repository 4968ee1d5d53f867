//! A message that the caller leaves.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::machine::ivr::reading::queue;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Message;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;

/// The longest message unless the step says otherwise.
const LONGEST: Duration = Duration::from_secs(120);
/// What it may say.
const LONGEST_RANGE: RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_secs(600);
/// The silence that ends a message unless the step says otherwise.
const SILENCE: Duration = Duration::from_secs(5);
/// What it may say.
const SILENCE_RANGE: RangeInclusive<Duration> = Duration::from_secs(2)..=Duration::from_secs(30);

/// Reads a step that takes a message.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Message> {
    let node = record.take("message")?;
    let queue = queue::name(reader, node);
    let mut time = |name, words, range| {
        let node = record.take(name)?;
        record::duration(node, words, range, &mut reader.faults)
    };
    let longest = time("longest", "`longest`", LONGEST_RANGE);
    let silence = time("silence", "`silence`", SILENCE_RANGE);
    let needed = [
        ("ok", "the message is kept"),
        ("failed", "it cannot be kept"),
    ];
    let goto = reader.outcomes(record, &needed, &["empty"]);
    let ok = goto.to("ok");
    Some(Message {
        queue: queue?,
        longest: longest.unwrap_or(LONGEST),
        silence: silence.unwrap_or(SILENCE),
        ok,
        empty: goto.named("empty").unwrap_or(ok),
        failed: goto.to("failed"),
    })
}
