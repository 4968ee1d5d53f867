//! What steps without words did, as explanations tell it.

use crate::machine::calendar::Standing;
use crate::machine::ivr::fact::WalkFact;
use crate::vocabulary::language::Language;

/// What a step without words did; none for other facts.
#[must_use]
pub fn deed(language: Language, fact: &WalkFact) -> Option<String> {
    let english = fact.deed()?;
    Some(match language {
        Language::English => english,
        Language::Mandarin => mandarin(fact).unwrap_or(english),
    })
}

fn mandarin(fact: &WalkFact) -> Option<String> {
    Some(match fact {
        WalkFact::Set { name, value } => match value {
            Some(value) => format!("{name} 设为 {value}"),
            None => format!("{name} 没有值"),
        },
        WalkFact::Branched { condition, .. } => format!("按条件 `{condition}` 分支"),
        WalkFact::Clocked { hours, standing } => {
            let standing = match standing {
                Standing::Open => "营业",
                Standing::Closed => "休息",
                Standing::Holiday => "假日",
            };
            format!("营业时间 {hours}：{standing}")
        }
        WalkFact::Tagged { tag } => format!("标记为 {tag}"),
        WalkFact::Scored { survey, score, .. } => format!("{survey} 评分 {score}"),
        WalkFact::Consulted { service, result } => match result {
            Ok(count) => format!("{service} 返回 {count} 项"),
            Err(failure) => format!("{service}：{failure}"),
        },
        WalkFact::Unfollowed { service, why } => format!("{service}：{why}"),
        WalkFact::Noticed { order, notice, .. } => format!("告知 {order} 的 {notice}"),
        WalkFact::Entered { .. }
        | WalkFact::Said { .. }
        | WalkFact::Took { .. }
        | WalkFact::LookedUp { .. }
        | WalkFact::LateAnswer { .. }
        | WalkFact::Predicted { .. }
        | WalkFact::Chose { .. }
        | WalkFact::ChoseNone
        | WalkFact::Answered { .. }
        | WalkFact::Verified { .. }
        | WalkFact::PlaceTold { .. }
        | WalkFact::Unspeakable { .. } => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_told_in_both_languages() {
        let branched = WalkFact::Branched {
            case: 0,
            condition: "else".to_owned(),
        };
        let told = |language| deed(language, &branched).unwrap();
        assert_eq!(told(Language::English), "branches at `else`");
        assert_eq!(told(Language::Mandarin), "按条件 `else` 分支");
        assert_eq!(deed(Language::Mandarin, &WalkFact::ChoseNone), None);
    }
}
