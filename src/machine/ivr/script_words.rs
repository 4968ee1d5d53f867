//! What the steps of a dialplan are about: all that they say, and whom they wait for.

use std::collections::BTreeSet;

use crate::machine::ivr::script::Script;
use crate::machine::ivr::script::Step;
use crate::machine::ivr::script::Verb;
use crate::machine::ivr::waiting::Queue;
use crate::machine::ivr::wording::Wording;
use crate::vocabulary::language::Language;

impl Script {
    /// What must be recorded: id, language, words, in the order of the steps. What uses of a subflow
    /// have in common stands once.
    #[must_use]
    pub fn literals(&self) -> Vec<(String, Language, String)> {
        let mut all = Vec::new();
        let mut known = BTreeSet::new();
        for step in &self.steps {
            let id = step.name.replace('/', ".");
            for language in &self.languages {
                let mut nth = 0;
                for (wording, digits) in step.wordings() {
                    for text in wording.literals(*language, digits) {
                        nth += 1;
                        let new = known.insert((*language, text.clone()));
                        if new || id == step.name {
                            all.push((format!("{}.{id}.{nth}", self.flow), *language, text));
                        }
                    }
                }
            }
        }
        all
    }
}

impl Step {
    /// The wait for a seat, if it is one.
    #[must_use]
    pub const fn queue(&self) -> Option<&Queue> {
        if let Verb::Queue(queue) = &self.verb {
            return Some(queue);
        }
        None
    }

    /// Its texts, each with the number of keys it names.
    #[must_use]
    pub fn wordings(&self) -> Vec<(&Wording, u32)> {
        let mut all: Vec<(&Wording, u32)> = Vec::new();
        all.extend(self.say.iter().map(|say| (say, 1)));
        match &self.verb {
            Verb::Goto(_)
            | Verb::Answer(_)
            | Verb::Dial(_)
            | Verb::Message(_)
            | Verb::Set(_)
            | Verb::Fork(_)
            | Verb::Time(_)
            | Verb::Tag(_)
            | Verb::Hangup => {}
            Verb::Queue(queue) => all.extend(queue.waiting.hint.iter().map(|hint| (hint, 1))),
            Verb::Callback(callback) => all.push((&callback.words, 1)),
            Verb::Menu(menu) => all.extend(menu.text.all().map(|text| (text, 1))),
            Verb::Collect(collect) => all.extend(collect.text.all().map(|text| (text, 1))),
            Verb::Survey(survey) => all.extend(survey.text.all().map(|text| (text, 1))),
            Verb::Lookup(lookup) => all.extend(lookup.wait.iter().map(|wait| (wait, 1))),
            Verb::Consult(consult) => all.extend(consult.wait.iter().map(|wait| (wait, 1))),
            Verb::Predict(predict) => {
                all.push((&predict.say_each, predict.at_most));
                all.extend(predict.sure.iter().map(|sure| (&sure.say, 1)));
                all.extend(predict.say_last.iter().map(|last| (last, 1)));
            }
            Verb::Verify(verify) => {
                all.push((&verify.text, 1));
                all.extend(verify.wrong.iter().map(|wrong| (wrong, 1)));
            }
        }
        all
    }
}
