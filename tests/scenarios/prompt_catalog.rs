//! Prompts on disk: loaded, cached, missing, damaged.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use ringwise::driver::prompts::arrival::Arrival;
use ringwise::driver::prompts::catalog::Catalog;
use ringwise::machine::media::contract::Piece;
use ringwise::machine::speech::composition::compose;
use ringwise::machine::speech::fragment::Fragment;
use ringwise::machine::speech::spoken::Spoken;
use ringwise::vocabulary::id::PromptId;
use ringwise::vocabulary::language::Language;

const HALF_SECOND: Duration = Duration::from_millis(500);

/// A folder of prompts with these rows (phrase, language, file, length), and a tone for each name.
fn folder(test: &str, rows: &[(&str, &str, &str, u32)]) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _nothing_there = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    let tones = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio");
    for name in ["tone.flac", "tone.ogg", "tone.wav"] {
        fs::copy(tones.join(name), dir.join(name)).unwrap();
    }
    let mut index = "phrase,language,text,file,duration_ms,hash\n".to_owned();
    for (phrase, language, file, ms) in rows {
        index += &format!("{phrase},{language},text of {phrase},{file},{ms},0f\n");
    }
    fs::write(dir.join("index.csv"), index).unwrap();
    dir
}

fn said(catalog: &Catalog, text: &str) -> Vec<Fragment> {
    let speech = [Spoken::Text(text.to_owned())];
    compose(&catalog.book(), Language::English, &speech)
}

fn faults(catalog: &Catalog) -> Vec<String> {
    catalog.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_second_start_takes_every_sound_from_the_cache() {
    let rows = [
        ("one", "en", "tone.flac", 500),
        ("two", "en", "tone.ogg", 500),
        ("music.calm", "zxx", "tone.wav", 500),
    ];
    let dir = folder("catalog-cache", &rows);
    let cache = dir.join("cache/prompts.bin");
    let first = Catalog::load(&dir, &cache);
    assert_eq!(faults(&first), [""; 0]);
    assert_eq!(first.free, PromptId(3));
    assert_eq!(first.music("calm"), Some(PromptId(2)));
    assert_eq!(
        said(&first, "text of two"),
        [Fragment::Prompt(PromptId(1), HALF_SECOND)]
    );
    let second = Catalog::open(&dir, &cache);
    assert!(second.pending.is_empty());
    assert_eq!(second.sounds, sorted(first.sounds));
    fs::copy(dir.join("tone.ogg"), dir.join("tone.flac")).unwrap();
    let third = Catalog::open(&dir, &cache);
    assert_eq!(third.pending.len(), 1);
}

fn sorted<T>(mut sounds: Vec<(PromptId, T)>) -> Vec<(PromptId, T)> {
    sounds.sort_by_key(|(prompt, _)| *prompt);
    sounds
}

#[test]
fn pending_sounds_are_delivered_and_then_cached() {
    let rows = [
        ("one", "en", "tone.flac", 500),
        ("two", "en", "tone.ogg", 500),
    ];
    let dir = folder("catalog-pending", &rows);
    let mut catalog = Catalog::open(&dir, &dir.join("prompts.bin"));
    assert_eq!(catalog.pending.len(), 2);
    assert_eq!(
        said(&catalog, "text of one"),
        [Fragment::Prompt(PromptId(0), HALF_SECOND)]
    );
    let delivered = Mutex::new(Vec::new());
    catalog.pending.decode(|delivery| {
        delivered
            .lock()
            .unwrap()
            .push((delivery.row.prompt, delivery.sound.unwrap()));
    });
    let delivered = sorted(delivered.into_inner().unwrap());
    assert_eq!(delivered.len(), 2);
    let again = Catalog::open(&dir, &dir.join("prompts.bin"));
    assert_eq!(again.sounds, delivered);
}

#[test]
fn a_call_need_not_wait_until_all_prompts_are_decoded() {
    let rows = [
        ("one", "en", "tone.flac", 500),
        ("two", "en", "tone.ogg", 500),
    ];
    let dir = folder("catalog-arrival", &rows);
    let mut arrival = Arrival::begin(Catalog::open(&dir, &dir.join("prompts.bin")).pending);
    let needed = arrival.take(&[Piece::Prompt(PromptId(1))]);
    assert!(needed.iter().any(|(prompt, _)| *prompt == PromptId(1)));
    let rest = arrival.take(&[Piece::Prompt(PromptId(0)), Piece::Prompt(PromptId(1))]);
    assert_eq!(needed.len() + rest.len(), 2, "each comes once");
    assert!(arrival.is_over());
}

#[test]
fn a_missing_or_damaged_file_leaves_only_its_own_words_out() {
    let rows = [
        ("one", "en", "tone.flac", 500),
        ("two", "en", "gone.flac", 500),
        ("three", "en", "cut.flac", 500),
    ];
    let dir = folder("catalog-missing", &rows);
    let whole = fs::read(dir.join("tone.flac")).unwrap();
    fs::write(dir.join("cut.flac"), &whole[..whole.len() / 2]).unwrap();
    let catalog = Catalog::load(&dir, &dir.join("prompts.bin"));
    let faults = faults(&catalog);
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(
        faults[0].contains("gone.flac cannot be read: "),
        "{faults:?}"
    );
    assert!(faults[1].contains("cut.flac is damaged ("), "{faults:?}");
    assert_eq!(
        said(&catalog, "text of one"),
        [Fragment::Prompt(PromptId(0), HALF_SECOND)]
    );
    let lost = Fragment::Unrecorded("text of three".to_owned());
    assert_eq!(said(&catalog, "text of three"), [lost]);
    assert_eq!(Catalog::check(&dir).len(), 2);
}

#[test]
fn check_names_what_is_wrong_and_what_to_do() {
    let rows = [
        ("one", "en", "tone.flac", 900),
        ("two", "fr", "tone.flac", 500),
        ("three", "en", "../tone.flac", 500),
        ("four", "en", "index.csv", 500),
    ];
    let dir = folder("catalog-check", &rows);
    let faults: Vec<_> = Catalog::check(&dir)
        .iter()
        .map(ToString::to_string)
        .collect();
    let expected = [
        "index.csv:3: unknown language \"fr\", expected en or zh-CN; run prompts/render",
        "index.csv:4: \"../tone.flac\" is no file within the folder; run prompts/render",
        "tone.flac lasts 500ms, the index says 900ms; run prompts/render",
        "index.csv is not FLAC, Ogg Vorbis or PCM WAV (",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.contains(expected), "{fault}");
    }
    let nowhere = Catalog::check(&dir.join("nowhere"));
    assert_eq!(nowhere.len(), 1);
    assert!(
        nowhere[0]
            .to_string()
            .ends_with("run prompts/render, or set prompts.dir")
    );
}

#[test]
fn the_shipped_prompts_are_all_playable() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    let faults: Vec<_> = Catalog::check(&dir)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(faults, [""; 0]);
}
