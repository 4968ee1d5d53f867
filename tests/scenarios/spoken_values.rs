//! Tables of values that are easily said wrong: their words, and recordings that exist.

use std::path::Path;
use std::time::Duration;

use ringwise::machine::speech::composition;
use ringwise::machine::speech::fragment::Fragment;
use ringwise::machine::speech::phrasebook::PhraseRow;
use ringwise::machine::speech::phrasebook::Phrasebook;
use ringwise::machine::speech::spoken::Spoken;
use ringwise::vocabulary::id::PromptId;
use ringwise::vocabulary::language::Language;

use crate::spoken_table::value;

const ROWS_MIN: usize = 200;

/// What has been recorded: the rows of `prompts/index.csv` whose file is there.
struct Recorded {
    ids: Vec<String>,
    book: Phrasebook,
}

fn recorded() -> Recorded {
    let prompts = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    let mut reader = csv::Reader::from_path(prompts.join("index.csv")).unwrap();
    let (mut ids, mut rows) = (Vec::new(), Vec::new());
    for row in reader.records().map(Result::unwrap) {
        let Ok(language) = row[1].parse() else {
            continue;
        };
        if !prompts.join(&row[3]).is_file() {
            continue;
        }
        rows.push(PhraseRow {
            phrase: row[0].to_owned(),
            language,
            text: row[2].to_owned(),
            duration: Duration::from_millis(row[4].parse().unwrap()),
            prompt: PromptId(u32::try_from(ids.len()).unwrap()),
        });
        ids.push(row[0].to_owned());
    }
    // Where a bank has the same words recorded, the table names the general recording.
    rows.sort_by_key(|row| row.phrase.starts_with("bank."));
    let book = Phrasebook::new(rows);
    Recorded { ids, book }
}

impl Recorded {
    fn fragments(&self, language: Language, speech: &[Spoken]) -> String {
        let fragments = composition::compose(&self.book, language, speech);
        let id = |fragment: &Fragment| match fragment {
            Fragment::Prompt(prompt, _) => self.ids[usize::try_from(prompt.0).unwrap()].clone(),
            Fragment::Silence(_) => "_".to_owned(),
            Fragment::Unrecorded(words) => format!("unrecorded({words})"),
        };
        fragments.iter().map(id).collect::<Vec<_>>().join(" ")
    }
}

/// What is wrong in a table of value, text, fragments; values are joined by ` + `.
fn wrong(language: Language) -> Vec<String> {
    let recorded = recorded();
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/spoken-values");
    let table = table.join(format!("{language}.csv"));
    let mut reader = csv::Reader::from_path(table).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert!(rows.len() >= ROWS_MIN, "{} rows in {language}", rows.len());
    let mut wrong = Vec::new();
    for row in rows {
        let speech: Vec<Spoken> = row[0].split(" + ").map(value).collect();
        let text = composition::to_text(language, &speech);
        let fragments = recorded.fragments(language, &speech);
        for (found, expected) in [(&text, &row[1]), (&fragments, &row[2])] {
            if found != expected {
                wrong.push(format!("{}: {found}\n  expected {expected}", &row[0]));
            }
        }
    }
    wrong
}

#[test]
fn tricky_values_are_said_right_in_english_from_recordings() {
    let wrong = wrong(Language::English);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tricky_values_are_said_right_in_mandarin_from_recordings() {
    let wrong = wrong(Language::Mandarin);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
