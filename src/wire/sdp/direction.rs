//! Which way media flows, seen from who wrote the description (RFC 8866 section 6.7).

/// Direction of a stream.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Direction {
    /// Both ways; what no attribute means.
    #[default]
    SendRecv,
    /// The writer only sends: the usual hold.
    SendOnly,
    /// The writer only receives.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// Reads the name of an attribute; `None` for any other attribute.
    #[must_use]
    pub fn decode(name: &str) -> Option<Self> {
        Some(match name {
            "sendrecv" => Self::SendRecv,
            "sendonly" => Self::SendOnly,
            "recvonly" => Self::RecvOnly,
            "inactive" => Self::Inactive,
            _ => return None,
        })
    }

    /// The attribute's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// True if the writer sends.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// True if the writer receives.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same stream seen from the far end.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            Self::SendRecv | Self::Inactive => self,
        }
    }

    /// What both allow.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        match (
            self.sends() && other.sends(),
            self.receives() && other.receives(),
        ) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_a_hold_receives_only() {
        let ours = Direction::SendRecv;
        assert_eq!(
            ours.and(Direction::SendOnly.reversed()),
            Direction::RecvOnly
        );
        assert_eq!(
            ours.and(Direction::Inactive.reversed()),
            Direction::Inactive
        );
        let all = ["sendrecv", "sendonly", "recvonly", "inactive"];
        for name in all {
            let direction = Direction::decode(name).unwrap();
            assert_eq!(direction.as_str(), name);
            assert_eq!(direction.reversed().reversed(), direction);
            assert_eq!(direction.and(Direction::SendRecv), direction);
        }
        assert_eq!(Direction::decode("Sendonly"), None);
    }
}
