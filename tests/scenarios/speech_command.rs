//! Words that nobody has recorded, spoken by a program of the configuration.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use ringwise::driver::speech_command::SpeechCommand;
use ringwise::driver::speech_command::SpeechDone;
use ringwise::driver::speech_command::SpeechOutcome;
use ringwise::driver::speech_command::SpeechSettings;
use ringwise::driver::speech_process::CommandLine;
use ringwise::driver::speech_process::SpeechError;
use ringwise::vocabulary::id::AskId;
use ringwise::vocabulary::id::PromptId;
use ringwise::vocabulary::language::Language;

const HALF_SECOND: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(20);

fn tone() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio/tone.wav");
    path.to_str().unwrap().to_owned()
}

fn scratch(test: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _nothing_there = fs::remove_dir_all(&dir);
    dir
}

fn start(command: &str, dir: &Path) -> (SpeechCommand, mpsc::Receiver<SpeechDone>) {
    let (sender, receiver) = mpsc::channel();
    let settings = SpeechSettings {
        command: command.to_owned(),
        dir: dir.to_owned(),
        free: PromptId(700),
        timeout: PATIENCE,
    };
    let done = move |done| sender.send(done).unwrap();
    (SpeechCommand::start(&settings, done).unwrap(), receiver)
}

fn ask(count: u64) -> AskId {
    AskId::from_bits(count)
}

fn outcome(speech: &mut SpeechCommand, done: &mpsc::Receiver<SpeechDone>) -> SpeechOutcome {
    if let Some(outcome) = speech.poll() {
        return outcome;
    }
    speech.handle_done(done.recv_timeout(PATIENCE).unwrap());
    speech.poll().unwrap()
}

fn spoken(template: &str, text: &str) -> Result<Vec<i16>, SpeechError> {
    let line = CommandLine::parse(template).unwrap().unwrap();
    line.speak(Language::Mandarin, text, PATIENCE)
}

#[test]
fn one_text_is_spoken_once_for_all_who_ask() {
    let dir = scratch("speech-once");
    let (mut speech, done) = start(&format!("cat {}", tone()), &dir);
    speech.request(ask(1), Language::English, "Dear Ann");
    speech.request(ask(2), Language::English, "Dear Ann");
    let first = outcome(&mut speech, &done);
    assert_eq!(first.asks, [ask(1), ask(2)]);
    assert_eq!(first.prompt, Some((PromptId(700), HALF_SECOND)));
    assert_eq!(first.sound.unwrap().duration(), HALF_SECOND);
    speech.request(ask(3), Language::English, "Dear Ann");
    let again = speech.poll().unwrap();
    assert_eq!((again.asks, again.prompt), (vec![ask(3)], first.prompt));
    assert!(again.sound.is_none());
    speech.request(ask(4), Language::Mandarin, "Dear Ann");
    let other = outcome(&mut speech, &done);
    assert_eq!(other.prompt, Some((PromptId(701), HALF_SECOND)));
}

#[test]
fn what_was_spoken_is_kept_on_disk() {
    let dir = scratch("speech-disk");
    let source = dir.join("source.wav");
    fs::create_dir_all(&dir).unwrap();
    fs::copy(tone(), &source).unwrap();
    let command = format!("cat {}", source.display());
    let kept = dir.join("kept");
    let (mut speech, done) = start(&command, &kept);
    speech.request(ask(1), Language::English, "Dear Ann");
    let first = outcome(&mut speech, &done).sound.unwrap();
    fs::remove_file(&source).unwrap();
    let (mut speech, done) = start(&command, &kept);
    speech.request(ask(1), Language::English, "Dear Ann");
    assert_eq!(outcome(&mut speech, &done).sound.unwrap(), first);
    speech.request(ask(2), Language::English, "Dear Bob");
    assert_eq!(outcome(&mut speech, &done).prompt, None);
}

#[test]
fn without_a_program_the_asker_is_told_at_once() {
    let dir = scratch("speech-none");
    let (mut speech, _) = start("", &dir);
    speech.request(ask(1), Language::English, "Dear Ann");
    let outcome_now = speech.poll().unwrap();
    assert_eq!((outcome_now.asks, outcome_now.prompt), (vec![ask(1)], None));
    let (mut speech, done) = start("no-such-program {text}", &dir);
    speech.request(ask(2), Language::English, "Dear Ann");
    assert_eq!(outcome(&mut speech, &done).prompt, None);
}

#[test]
fn a_lost_recording_is_spoken_in_its_place_or_silent() {
    let dir = scratch("speech-instead");
    let (mut speech, done) = start(&format!("cat {}", tone()), &dir);
    speech.replace(PromptId(7), Language::English, "seven");
    let spoken = outcome(&mut speech, &done);
    assert_eq!(spoken.prompt, Some((PromptId(7), HALF_SECOND)));
    assert!(spoken.asks.is_empty() && spoken.sound.is_some());
    let (mut speech, done) = start("no-such-program", &dir);
    speech.replace(PromptId(8), Language::English, "eight");
    let silent = outcome(&mut speech, &done);
    assert_eq!(
        silent.prompt,
        Some((PromptId(8), Duration::from_millis(200)))
    );
    assert!(silent.sound.is_some());
}

#[test]
fn too_much_at_once_is_refused() {
    let dir = scratch("speech-busy");
    let (mut speech, done) = start(&format!("cat {}", tone()), &dir);
    for count in 0..200 {
        speech.request(ask(count), Language::English, &format!("Order {count}"));
    }
    let (mut refused, mut answered) = (0, 0);
    while refused + answered < 200 {
        match outcome(&mut speech, &done).prompt {
            Some(_) => answered += 1,
            None => refused += 1,
        }
    }
    assert!(answered >= 64, "{answered} answered");
    assert!(refused > 0);
}

#[test]
fn text_reaches_the_program_as_one_argument_and_no_shell() {
    let echo = r#"sh -c 'printf %s "$1" >&2; exit 3' sh "{language} {text}""#;
    for text in [
        "two words",
        "$(touch /tmp/x) `id` ; \"quoted\" '",
        "-f /etc/passwd",
        "a\nb",
    ] {
        let error = spoken(echo, text).unwrap_err().to_string();
        let said = format!("zh-CN {}", text.replace('\n', " "));
        let said = said.replace("zh-CN -f", "zh-CN  -f");
        assert!(error.ends_with(&format!(": {said}")), "{error}");
        assert!(error.contains("exit status: 3"), "{error}");
    }
    let stdin = "sh -c 'cat >&2; exit 3'";
    assert!(
        spoken(stdin, "-f by pipe")
            .unwrap_err()
            .to_string()
            .ends_with(": -f by pipe")
    );
}

#[test]
fn a_program_that_misbehaves_is_an_error() {
    let slow = CommandLine::parse("sleep 60").unwrap().unwrap();
    let slow = slow.speak(Language::English, "text", Duration::from_millis(30));
    assert!(matches!(slow, Err(SpeechError::Slow(..))), "{slow:?}");
    let flood = spoken("cat /dev/zero", "text");
    assert!(matches!(flood, Err(SpeechError::Flood(_))), "{flood:?}");
    let noise = spoken("echo {text}", "text");
    assert!(matches!(noise, Err(SpeechError::Output(..))), "{noise:?}");
    assert!(matches!(spoken("true", " \n "), Err(SpeechError::Text(0))));
    let long = "x".repeat(2_001);
    assert!(matches!(
        spoken("true", &long),
        Err(SpeechError::Text(2_001))
    ));
    assert!(matches!(
        CommandLine::parse("a 'b"),
        Err(SpeechError::Quotes(_))
    ));
    assert!(CommandLine::parse("  ").unwrap().is_none());
}
