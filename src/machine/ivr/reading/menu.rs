//! Fixed choices.

use crate::machine::ivr::reading::reader::Reader;
use crate::machine::ivr::script::Menu;
use crate::machine::ivr::wording::Slot;
use crate::vocabulary::fault::Fault;
use crate::wire::yaml::record::Record;

/// Reads fixed choices.
pub fn read<'r>(reader: &mut Reader<'r>, record: &mut Record<'r>) -> Option<Menu> {
    let text = record
        .take("menu")
        .map(|node| reader.prompts(node, &Slot::CALLER))?;
    let known_faults = reader.faults.len();
    let keys = reader.optional_keys(record);
    let keys_are_read = reader.faults.len() == known_faults;
    if keys.is_empty() && keys_are_read {
        let fault = Fault::new(record.span(), "this menu has no keys");
        reader.wrong(fault.help("add keys: { \"1\": STEP }"));
    }
    let needed = [("no_input", "the caller was silent to the end")];
    let patience = reader.patience(record);
    let goto = reader.outcomes(record, &needed, &["invalid", "known"]);
    let known = goto.named("known");
    if known.is_some() && keys_are_read && keys.values().all(|target| target.language.is_none()) {
        let what = "`known` is for menus that ask for the language, and no key here sets one";
        let fault = Fault::new(record.span(), what);
        reader.wrong(fault.help("keys: { \"2\": { goto: STEP, language: en } }"));
    }
    let no_input = goto.to("no_input");
    Some(Menu {
        text,
        keys,
        patience,
        no_input,
        invalid: goto.named("invalid").unwrap_or(no_input),
        known,
    })
}
