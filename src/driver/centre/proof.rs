//! What is wrong with dialplans that hold together: their tests, and what they would do to callers.

use std::sync::Arc;

use crate::driver::config::reading::Config;
use crate::driver::draft::Draft;
use crate::driver::draft::Sheet;
use crate::machine::ivr::advice;
use crate::machine::ivr::advice::Ground;
use crate::machine::ivr::advice::Unrecorded;
use crate::machine::ivr::rehearsal::Scene;
use crate::machine::ivr::testing::suite;
use crate::machine::prediction::bank::Bank;
use crate::machine::prediction::model::Model;
use crate::machine::speech::phrasebook::Phrasebook;
use crate::vocabulary::fault::FaultyFile;
use crate::vocabulary::fault::Severity;

/// The dialplans of a draft whose tests fail or whose advice is an error: as `ringwise check` tells.
#[must_use]
pub fn faults(draft: &Draft, book: &Phrasebook, config: &Config) -> Vec<FaultyFile> {
    let judged = draft.sheets.iter().map(|sheet| {
        let bank = sheet.script.bank.as_ref();
        let bank = bank.and_then(|bank| draft.banks.get(bank));
        judge(sheet, bank.map(Arc::as_ref), book, config)
    });
    judged.filter(|file| !file.faults.is_empty()).collect()
}

fn judge(sheet: &Sheet, bank: Option<&Bank>, book: &Phrasebook, config: &Config) -> FaultyFile {
    let silent = config.settings.prompts.command.is_empty();
    let ground = Ground {
        catalog: Some(&config.catalog),
        bank,
        book: Some(book),
        unrecorded: if silent {
            Unrecorded::Lost
        } else {
            Unrecorded::Spoken
        },
    };
    let mut faults = advice::advise(&sheet.text, &sheet.script, ground);
    let (none, model) = (Bank::default(), Model::default());
    let scene = Scene {
        bank: bank.unwrap_or(&none),
        model: &model,
        phrasebook: book,
        zone: &config.settings.centre.zone.0,
    };
    faults.extend(suite::run(scene, &sheet.script, &sheet.cases).faults);
    faults.retain(|fault| fault.severity == Severity::Error);
    faults.sort_by_key(|fault| fault.span);
    FaultyFile {
        name: sheet.name.clone(),
        text: sheet.text.clone(),
        faults,
    }
}
