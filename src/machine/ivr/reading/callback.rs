//! A promise to call the caller back.

use crate::machine::ivr::reading::queue;
use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Callback;
use crate::machine::ivr::wording::Slot;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record::Record;

/// Reads a promise. No number stands in it: who is called is who called.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Callback> {
    let node = record.take("callback")?;
    let words = reader.wording(node, &Slot::CALLER);
    if let Some(centre) = &reader.around.centre
        && let Some(known) = &centre.destinations
        && known.is_empty()
    {
        let fault = Fault::new(node.span, "no trunk may call anybody back".to_owned());
        reader.wrong(fault.help("see `destinations` under [trunk.out] in ringwise.toml"));
    }
    let queue = record.take("in_queue");
    let queue = queue.and_then(|node| queue::name(reader, node));
    let needed = [
        ("ok", "the caller is promised to be called back"),
        ("failed", "that cannot be promised"),
    ];
    let goto = reader.outcomes(record, &needed, &["no_number"]);
    let failed = goto.to("failed");
    Some(Callback {
        words,
        queue,
        ok: goto.to("ok"),
        no_number: goto.named("no_number").unwrap_or(failed),
        failed,
    })
}
