//! A call to a number outside.

use std::time::Duration;

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Dial;
use crate::machine::trunk::destination;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record;
use crate::wire::yaml::record::Record;

/// How long a number rings unless the step says otherwise.
const RING: Duration = Duration::from_secs(30);
/// Shortest and longest ring.
const RING_RANGE: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(5)..=Duration::from_secs(120);

/// Reads a call to a number. The number stands in the file: nothing that a caller says or presses
/// can change it.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Dial> {
    let node = record.take("dial")?;
    let number = record::dialled(node, "the number", &mut reader.faults);
    if let Some(number) = number {
        if !destination::is_callable(number) {
            let fault = Fault::new(node.span, format!("{number:?} is no international number"));
            reader
                .wrong(fault.help("numbers are written with plus and country: \"+861060000002\""));
        } else if let Some(centre) = &reader.around.centre
            && let Some(known) = &centre.destinations
            && !known.iter().any(|one| one.holds(number))
        {
            let fault = Fault::new(node.span, format!("no trunk may call {number}"));
            reader.wrong(fault.help("see `destinations` under [trunk.out] in ringwise.toml"));
        }
    }
    let ring = record
        .take("ring")
        .and_then(|node| record::duration(node, "`ring`", RING_RANGE, &mut reader.faults));
    let needed = [(
        "failed",
        "it was busy, did not answer, or could not be called",
    )];
    let goto = reader.outcomes(record, &needed, &["busy", "no_answer", "talked"]);
    let failed = goto.to("failed");
    Some(Dial {
        number: number?.to_owned(),
        ring: ring.unwrap_or(RING),
        busy: goto.named("busy").unwrap_or(failed),
        no_answer: goto.named("no_answer").unwrap_or(failed),
        failed,
        talked: goto.named("talked"),
    })
}
