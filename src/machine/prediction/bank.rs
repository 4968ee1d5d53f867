//! Questions and answers of a business.

use std::collections::BTreeMap;

use crate::machine::prediction::answer::Answer;
use crate::machine::prediction::answer::AnswerError;
use crate::machine::prediction::answer::Asking;
use crate::machine::prediction::answer::QuestionBriefing;
use crate::machine::prediction::answer::Then;
use crate::machine::prediction::attribute::Attribute;
use crate::machine::prediction::condition::Condition;
use crate::machine::prediction::news;
use crate::machine::prediction::order::Order;
use crate::machine::prediction::situation::Situation;
use crate::machine::prediction::telling;
use crate::machine::prediction::template::Template;
use crate::machine::speech::spoken::Spoken;
use crate::vocabulary::language::Language;
use crate::vocabulary::privacy::Privacy;

/// Texts per language.
pub type Wording = BTreeMap<Language, Template>;

/// Questions and answers of a business, with what it says about its orders.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bank {
    /// Its name: `travel`.
    pub name: String,
    /// Attributes of orders by name, of customers by `customer.` and name.
    pub attributes: BTreeMap<String, Attribute>,
    /// In the bank's order.
    pub questions: Vec<Question>,
    /// How an order is named to a caller with several; the first that fits counts.
    pub names: Vec<OrderName>,
    /// What is told before anybody asks.
    pub notices: Vec<Notice>,
    /// Attributes that tell situations apart, from the most general cell to the most special.
    pub levels: Vec<Vec<Feature>>,
}

/// What a caller may want to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub about: About,
    /// When it may be asked at all.
    pub when: Condition,
    /// As a menu names it.
    pub short: Wording,
    /// What is written about it.
    pub prose: Prose,
    /// Weight before anything is learned; the first whose condition holds counts.
    pub priors: Vec<(Condition, f64)>,
    /// The skill a person needs to help.
    pub skill: Option<String>,
    /// The share of callers that the answer helps, 0 to 1.
    pub solvable: f64,
    /// The first that fits is given.
    pub answers: Vec<AnswerRule>,
}

/// What is written about a question; a wording may be empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prose {
    /// The question in full: as a page or an app puts it.
    pub text: Wording,
    /// How a caller solves it without a person.
    pub self_service: Wording,
    /// What a seat should know.
    pub notes: Wording,
    /// What a seat says first.
    pub script: Wording,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum About {
    /// One order.
    #[default]
    Order,
    /// The caller.
    Caller,
}

/// An answer and when it fits.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerRule {
    /// The question's id and its place: `refund_progress.2`.
    pub id: String,
    /// When it fits. It also needs all its slots' values.
    pub when: Condition,
    /// The words.
    pub say: Wording,
    /// As a page or an app writes it; empty: as it is said.
    pub text: Wording,
    /// As a seat reads it; empty: as it is said.
    pub seat: Wording,
    /// The most private of the slots a caller hears or reads, or as the bank says.
    pub privacy: Privacy,
    /// What follows.
    pub then: Then,
}

/// How an order is named, with the question in it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderName {
    /// When this name fits. It also needs all its slots' values.
    pub when: Condition,
    /// The words; the slot `question` takes the question's short form.
    pub say: Wording,
}

/// What is told of an order before anybody asks, once.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Its id.
    pub id: String,
    /// When it is told. It also needs all its slots' values.
    pub when: Condition,
    /// How it reaches the customer.
    pub way: Way,
    /// The words.
    pub say: Wording,
}

/// How a notice reaches its customer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Way {
    /// When they call.
    #[default]
    Telephone,
    /// Sent to the webhook as soon as it is due; whoever calls before that hears it.
    Webhook,
}

/// A notice that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct DueNotice {
    /// Its id.
    pub notice: String,
    /// The order it is about.
    pub order: String,
    /// The words.
    pub speech: Vec<Spoken>,
}

/// An attribute that tells situations apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// The attribute.
    pub attribute: String,
    /// Numbers fall into the cells between these, each belonging to the upper one.
    pub cuts: Vec<f64>,
}

/// Whether a menu says which order a question is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OrderNaming {
    /// The caller has one order.
    Unnamed,
    /// The caller has several.
    Named,
}

impl OrderNaming {
    /// Orders are named to a caller who has several.
    #[must_use]
    pub const fn of(orders: usize) -> Self {
        if orders > 1 {
            Self::Named
        } else {
            Self::Unnamed
        }
    }
}

/// So many notices are told at once.
pub const NOTICES_MAX: usize = 2;
/// So many of a customer's orders are considered, the newest.
pub const ORDERS_MAX: usize = 8;

impl Bank {
    /// The question with this id.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// The attributes of an order at a moment.
    #[must_use]
    pub const fn situation<'a>(
        &'a self,
        order: Option<&'a Order>,
        asking: Asking<'a>,
    ) -> Situation<'a> {
        Situation {
            attributes: &self.attributes,
            customer: asking.customer,
            order,
            wall: asking.wall,
            zone: asking.zone,
        }
    }

    /// A question as a menu names it. Empty if the bank does not have it.
    #[must_use]
    pub fn short(
        &self,
        question: &str,
        order: Option<&Order>,
        asking: Asking<'_>,
        naming: OrderNaming,
    ) -> Vec<Spoken> {
        let Some(question) = self.question(question) else {
            return Vec::new();
        };
        let situation = self.situation(order, asking);
        let short = question.short.get(&asking.language);
        let short = short.and_then(|words| telling::speech(words, &situation, asking.language));
        let short = short.unwrap_or_default();
        if naming == OrderNaming::Unnamed || order.is_none() {
            return short;
        }
        let named = self.named(order, asking);
        let told = named
            .iter()
            .find(|name| self.tells_apart(name, order, asking));
        let told = told.or(named.last()).copied();
        let words = told.and_then(|name| name.say.get(&asking.language));
        let around = |words| telling::around(words, &short, &situation, asking.language);
        words.and_then(around).unwrap_or(short)
    }

    /// The names that fit an order and can be said.
    fn named(&self, order: Option<&Order>, asking: Asking<'_>) -> Vec<&OrderName> {
        let situation = self.situation(order, asking);
        let fits = |name: &&OrderName| {
            let words = name.say.get(&asking.language);
            let said = words.and_then(|words| telling::speech(words, &situation, asking.language));
            said.is_some() && name.when.holds(&situation)
        };
        self.names.iter().filter(fits).collect()
    }

    /// Whether no other order of the customer has the same name.
    fn tells_apart(&self, name: &OrderName, order: Option<&Order>, asking: Asking<'_>) -> bool {
        let Some(words) = name.say.get(&asking.language) else {
            return false;
        };
        let said = |order: Option<&Order>| {
            let situation = self.situation(order, asking);
            let fits = name.when.holds(&situation);
            fits.then(|| telling::speech(words, &situation, asking.language))
                .flatten()
        };
        let own = said(order);
        let orders = asking.customer.orders.iter().take(ORDERS_MAX);
        let same = |other: &&Order| order != Some(other) && said(Some(other)) == own;
        orders.filter(same).count() == 0
    }

    /// What this customer is to be told before they ask: of each of their newest orders what has not
    /// been told of it, at most [`NOTICES_MAX`].
    #[must_use]
    pub fn due_notices(&self, asking: Asking<'_>) -> Vec<DueNotice> {
        let due = self.due(asking, |_| true);
        due.take(NOTICES_MAX).collect()
    }

    /// Of all that this customer is to be told, what goes to the webhook.
    #[must_use]
    pub fn due_letters(&self, asking: Asking<'_>) -> Vec<DueNotice> {
        let due = self.due(asking, |notice| notice.way == Way::Webhook);
        due.collect()
    }

    fn due<'a>(
        &'a self,
        asking: Asking<'a>,
        counts: impl Fn(&Notice) -> bool + Copy + 'a,
    ) -> impl Iterator<Item = DueNotice> + 'a {
        let orders = asking.customer.orders.iter().take(ORDERS_MAX);
        orders.flat_map(move |order| {
            let situation = self.situation(Some(order), asking);
            let notices = self.notices.iter().filter(move |notice| counts(notice));
            notices.filter_map(move |notice| {
                let told = order.attributes.contains_key(&news::told_of(&notice.id));
                let words = notice.say.get(&asking.language);
                let words = words.filter(|_| !told && notice.when.holds(&situation))?;
                Some(DueNotice {
                    notice: notice.id.clone(),
                    order: order.id.clone(),
                    speech: telling::speech(words, &situation, asking.language)?,
                })
            })
        })
    }

    /// What is written about a question for this customer; none if the bank does not have it.
    #[must_use]
    pub fn briefing(
        &self,
        question: &str,
        order: Option<&Order>,
        asking: Asking<'_>,
    ) -> Option<QuestionBriefing> {
        let question = self.question(question)?;
        let situation = self.situation(order, asking);
        let written = |wording: &Wording| {
            let template = wording.get(&asking.language)?;
            telling::written_out(template, &situation, asking.language)
        };
        Some(QuestionBriefing {
            text: written(&question.prose.text).or_else(|| written(&question.short)),
            self_service: written(&question.prose.self_service),
            notes: written(&question.prose.notes),
            script: written(&question.prose.script),
        })
    }

    /// What this customer is told about this question.
    ///
    /// # Errors
    ///
    /// The bank does not have the question, it needs an order, or no answer fits.
    pub fn answer(
        &self,
        question: &str,
        order: Option<&Order>,
        asking: Asking<'_>,
    ) -> Result<Answer, AnswerError> {
        let Some(question) = self.question(question) else {
            return Err(AnswerError::UnknownQuestion(question.to_owned()));
        };
        if question.about == About::Order && order.is_none() {
            return Err(AnswerError::NoOrder(question.id.clone()));
        }
        let situation = self.situation(order, asking);
        let fits = |rule: &&AnswerRule| rule.when.holds(&situation);
        let mut fitting = question.answers.iter().filter(fits).filter_map(|rule| {
            let words = rule.say.get(&asking.language)?;
            let speech = telling::speech(words, &situation, asking.language)?;
            let text = telling::text(&speech, asking.language);
            let written = |wording: &Wording| {
                let template = wording.get(&asking.language)?;
                telling::written_out(template, &situation, asking.language)
            };
            Some(Answer {
                id: rule.id.clone(),
                page: written(&rule.text).unwrap_or_else(|| text.clone()),
                seat: written(&rule.seat).unwrap_or_else(|| text.clone()),
                text,
                speech,
                privacy: rule.privacy,
                then: rule.then,
            })
        });
        let found = fitting.next();
        found.ok_or_else(|| AnswerError::NoneFits(question.id.clone()))
    }
}
