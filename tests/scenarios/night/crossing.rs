//! Messages that cross on the wire: each was sent before the other had come.

use std::collections::BTreeMap;

use ringwise::vocabulary::flow::Flow;

use crate::settlement::CENTRE_IP;

/// How often messages have crossed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Crossings {
    pub(super) cancel_with_200: u32,
    pub(super) bye_with_bye: u32,
    pub(super) reinvite_with_bye: u32,
}

/// What has been sent in one dialog.
#[derive(Default)]
struct Dialog {
    cancelled: bool,
    accepted: bool,
    /// BYE sent by the centre, by the phone.
    byes: [bool; 2],
    /// Re-INVITE of the phone that has not come to the centre: its number.
    offered: Option<u32>,
}

/// Counts crossings by reading every message.
#[derive(Default)]
pub(super) struct Counter {
    dialogs: BTreeMap<Vec<u8>, Dialog>,
    pub(super) crossings: Crossings,
}

impl Counter {
    /// A message sets out.
    pub(super) fn sent(&mut self, flow: Flow, bytes: &[u8]) {
        let Some((call_id, cseq)) = call_id(bytes).zip(cseq(bytes)) else {
            return;
        };
        let by_phone = usize::from(flow.local.ip() != CENTRE_IP);
        let dialog = self.dialogs.entry(call_id.to_vec()).or_default();
        match cseq {
            (_, b"CANCEL") if bytes.starts_with(b"CANCEL") && !dialog.cancelled => {
                dialog.cancelled = true;
                self.crossings.cancel_with_200 += u32::from(dialog.accepted);
            }
            (_, b"INVITE") if bytes.starts_with(b"SIP/2.0 200") && !dialog.accepted => {
                dialog.accepted = true;
                self.crossings.cancel_with_200 += u32::from(dialog.cancelled);
            }
            (_, b"BYE") if bytes.starts_with(b"BYE") && !dialog.byes[by_phone] => {
                dialog.byes[by_phone] = true;
                self.crossings.bye_with_bye += u32::from(dialog.byes[1 - by_phone]);
                let crosses = by_phone == 0 && dialog.offered.is_some();
                self.crossings.reinvite_with_bye += u32::from(crosses);
            }
            (number, b"INVITE")
                if bytes.starts_with(b"INVITE") && by_phone == 1 && dialog.accepted =>
            {
                dialog.offered = Some(number);
            }
            _ => {}
        }
    }

    /// A message comes to the centre.
    pub(super) fn came(&mut self, bytes: &[u8]) {
        if !bytes.starts_with(b"INVITE") {
            return;
        }
        let Some((call_id, (number, _))) = call_id(bytes).zip(cseq(bytes)) else {
            return;
        };
        if let Some(dialog) = self.dialogs.get_mut(call_id) {
            dialog.offered = dialog.offered.filter(|offered| *offered != number);
        }
    }
}

fn header<'a>(bytes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let found = lines.find_map(|line| line.strip_prefix(name))?;
    Some(found.trim_ascii())
}

fn call_id(bytes: &[u8]) -> Option<&[u8]> {
    header(bytes, b"Call-ID:")
}

fn cseq(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let text = header(bytes, b"CSeq:")?;
    let at = text.iter().position(|byte| *byte == b' ')?;
    let number = std::str::from_utf8(&text[..at]).ok()?.parse().ok()?;
    Some((number, text[at..].trim_ascii()))
}
